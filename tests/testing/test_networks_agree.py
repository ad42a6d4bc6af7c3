"""Generated networks: what archc says of them is what torch does with them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import archc
from archc.testing.__main__ import main
from archc.testing.agreement import ours
from archc.testing.agreement.compare import examine
from archc.testing.agreement.run import Run
from archc.testing.agreement.shrink import shrunk
from archc.testing.agreement.theirs import Case, both_alike, interpreted
from archc.testing.agreement.trial import trial
from archc.testing.generator.constructs import CONSTRUCTS
from archc.testing.interpreter import Refused
from archir.catalogue.registry import built_in
from archir.check.annotations import Annotations

NETWORKS = 2_000
PARTS = 20


@pytest.mark.parametrize("part", range(PARTS))
def test_networks_agree(part: int) -> None:
    """About half of them run; what is found is shown as small as it could be made."""
    each = NETWORKS // PARTS
    results = trial(0, part * each, (part + 1) * each)
    shown = [f"{one.kind}\n{one.detail}\n{dict(one.case.files)}" for one in results.found]
    assert not shown, "\n\n".join(shown)
    assert results.networks == each
    assert 0.3 * each < results.accepted < 0.8 * each
    assert results.sizes > 2.5 * each


BROKEN = Case(
    {
        "main.arch": """## A text that is refused, and expected to be refused for another reason.
model net(width = 4, depth = 3) {
  input image: [N, 3, H = 8, W = 8]
  repeat depth { conv(width, 3, padding = 1) -> relu }
  global_avg_pool -> linear(10)
  lost
}
"""
    },
    "main.arch",
    "net",
    expected="label-used-twice",
)


def test_what_differs_is_told_and_made_small() -> None:
    found = examine(BROKEN).found
    assert [each.kind for each in found] == ["mistake not named: label-used-twice"]
    assert "unknown-name" in found[0].detail

    def shows(case: Case) -> bool:
        return any("unknown-name" in each.detail for each in examine(case).found)

    small = shrunk(BROKEN, shows).files["main.arch"]
    assert "lost" in small or len(small) < 60
    assert len(small) < len(BROKEN.files["main.arch"]) / 3


HIDDEN = """model net() {{
  input x: [N, 4, H = 6, W = 6]
  {first}
  {second}
}}
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("conv(4, 9)", "relu"),
        ("conv(4, 9)", "linear(_.shape[9])"),
        ("conv(4, 9)", "relu -> nowhere(3)"),  # of what is behind a wrong name nothing is said
        ("expand(2, -1, -1, -1) -> relu(true)", "relu"),
        # nor of memory where a shape is wrong
        ("expand(2, -1, -1, -1) -> relu(true)", "conv(4, 9)"),
    ],
)
def test_what_torch_stops_at_is_named(first: str, second: str) -> None:
    text = HIDDEN.format(first=first, second=second)
    assert not examine(Case({"main.arch": text}, "main.arch", "net")).found


def test_an_argument_of_a_module_speaks_of_no_size_though_it_is_always_the_same() -> None:
    """By the page; torch runs it, as no more than one feature is left at any size."""
    text = """model net() {
  input x: [N, 2]
  slice(1, N // 2, step = 2) -> prelu(_.features)
}
"""
    case = Case({"main.arch": text}, "main.arch", "net")
    assert ours.check(case.files, case.main, case.model).names == ["argument-depends-on-size"]
    assert not examine(case).found


def test_a_remark_is_refuted_though_its_size_is_one_number_wherever_the_network_runs() -> None:
    """H is 2 for an even L and 3 for L = 3, so that running tells nothing but H // 2 = 1."""
    text = """block B() {
  input q: [N, 8, H, W]
  relu :: [H // 2, 8, H, _]
}
model net() {
  input x: [N, 8, L = 10]
  reshape(N, 8, -1, L // 2) -> B
}
"""
    case = Case({"main.arch": text}, "main.arch", "net")
    assert ours.check(case.files, case.main, case.model).names == ["shape-not-as-written"]
    assert not examine(case).found


def agrees(text: str) -> list[str]:
    """The problems of a model in whose verdict nothing disagrees with torch."""
    case = Case({"main.arch": text}, "main.arch", "net")
    found = examine(case).found
    assert not found, found
    return ours.check(case.files, case.main, case.model).names


def test_what_runs_in_training_alone_overwrites_what_training_makes() -> None:
    """In training stochastic_depth gives a value of its own; in evaluation what expand repeats."""
    text = """model net() {
  input x: [N, 2]
  expand(2, -1) -> %s
  train_only { relu(true) }
}
"""
    assert agrees(text % "stochastic_depth(0.1)") == []
    assert agrees(text % "relu6") == []
    assert agrees(text % "identity") == ["overwrites-repeated-elements"]


@pytest.mark.parametrize("kind", ["", ", persistent = false"])
def test_a_buffer_that_is_worked_on_in_place_begins_as_it_is_drawn(kind: str) -> None:
    """A run makes zeros of what is below zero, and what is compared has not run yet."""
    text = f"""block Kept() {{
  buffer steps: float[8] = normal{kind}
  output now = _, steps
}}

model net() {{
  input x: [N, 8]
  Kept as both
  both[1] -> relu(true) -> exp
  add [x, _]
}}
"""
    assert agrees(text) == []


@pytest.mark.parametrize("made", ["identity", "M: relu", "conv(3, 1)", "dropout(0.1)"])
@pytest.mark.parametrize("is_ahead", [False, True])
def test_a_module_takes_as_many_values_as_its_op(made: str, is_ahead: bool) -> None:
    lines = [f"module m = {made}", "split([2, 3], dim = 3) -> m"]
    text = "model net() {\n  input x: [N, 3, H = 5, 5]\n  %s\n  %s\n}\n"
    assert agrees(text % tuple(lines[::-1] if is_ahead else lines)) == ["several-values-into-one"]


def test_what_has_no_size_is_no_product_of_sizes() -> None:
    text = """model net() {
  input x: [H = 1, W = 1], y: [N, 1, H, W]
  multiply
  slice(3, end = H)
  param weight: [0, 0] = normal
  linear_by [_, weight]
}
"""
    assert agrees(text) == ["weight-does-not-fit"]


def test_the_median_of_repeated_elements_is_that_of_their_values() -> None:
    """torch.median itself gives there what it has not written."""
    text = """model net() {
  input x: [N, 4, 1, 3]
  expand(-1, -1, 5, -1) -> median(2)
}
"""
    assert agrees(text) == []
    net = archc.loads(text)
    x = torch.randn(2, 4, 1, 3)
    assert torch.equal(net(x), x[:, :, 0])


def test_a_truth_is_no_power() -> None:
    """torch raises to one, and fails where it looks for the gradient."""
    text = """model net() {
  input x: [N, 2]
  linear(2)
  buffer mask: bool[2] = [true, false]
  pow [_, mask]
}
"""
    assert agrees(text) == ["wrong-dtype"]


def test_a_size_that_is_nearly_always_the_same_is_one() -> None:
    """Of an even L the block is given [_, 8, 2]; of 3 it is given [_, 8, 3]."""
    text = """block Unit() {
  input q: [N, 8, L]
  identity :: [L + 4, _, _]
}

model net() {
  input x: [N, 8, L = 12]
  reshape(N * (L // 2), 8, -1)
  Unit
}
"""
    assert agrees(text) == ["shape-not-as-written"]


@pytest.mark.parametrize("stride", [1, 7, 2147483647])
def test_an_integer_of_a_block_is_no_size(stride: int) -> None:
    """The stride leaves one row at 4 and 7, two at 8; the last one for more than memory has."""
    text = f"""block Wide(k: int) {{
  conv(k, 1)
}}

model net() {{
  input x: [N, 2, H = 4, W = 4]
  max_pool(1, stride = {stride})
  Wide(_.height)
}}
"""
    assert agrees(text) == ["argument-of-wrong-type"]


@pytest.mark.parametrize("made", ["exp", "f", "concat [_, relu]", "*Two", "Two", "_", "{ exp }"])
def test_a_label_names_a_module_whatever_it_is_made_of(made: str) -> None:
    """torch has a module there: the text gives it a place of its own."""
    text = f"""let f = exp

block Two() {{
  relu
  linear(4)
}}

model net() {{
  input x: [N, 4]
  module m = M: {made}
  m
}}
"""
    assert agrees(text) == []


def test_a_buffer_outside_of_the_state_is_there_in_any_case() -> None:
    """The mask is kept for the backward pass as a buffer is, whether it is saved or not."""
    text = """model net() {
  input x: [N, 3]
  linear(3)
  buffer mask: bool[3] = zeros, persistent = false
  masked_fill(0.5) [_, mask]
}
"""
    assert agrees(text) == []


@pytest.mark.parametrize("rules", ["linear.weight: normal", "*.weight: normal; *.bias: ones"])
def test_a_module_inside_of_attention_is_drawn_by_rules_for_it_alone(rules: str) -> None:
    """torch's out_proj is of a class behind nn.Linear."""
    text = f"""model net() {{
  input x: [N, L = 3, 4]
  multihead_attention(2)
  linear(4) -> layer_norm
  init {{
    {rules.replace("; ", chr(10))}
  }}
}}
"""
    assert agrees(text) == []


@pytest.mark.parametrize("merge", ["logical_and", "logical_or", "logical_xor", "add", "maximum"])
def test_a_merge_of_one_value_is_that_value_with_its_dtype(merge: str) -> None:
    text = f"""model net() {{
  input x: [N, 4]
  module m = {merge}
  m -> linear(4)
  {merge} [_] -> linear(4)
}}
"""
    assert agrees(text) == []


@pytest.mark.parametrize("dtype", ["bool", "int", "float"])
@pytest.mark.parametrize("merge", ["add", "subtract", "multiply", "divide", "maximum", "minimum"])
def test_arithmetic_of_one_value_is_that_value(merge: str, dtype: str) -> None:
    text = f"""model net() {{
  input x: {dtype}[N, 4]
  module m = {merge}
  m
}}
"""
    assert agrees(text) == []


def test_noise_of_one_seed_is_the_same_noise() -> None:
    text = """model net() {
  input x: [N, 4]
  randn_like
}
"""
    assert agrees(text) == []


NUMBER = """block Unit() {
  input x: [N, A, B, C, W]
  { relu } :: [N, A, B, C, %s]
}

model net() {
  input x: [N, 6, 8, W = 4]
  reshape(N, 1, -1, 8, W) -> Unit
}
"""


def test_a_dim_that_is_a_number_is_compared_at_the_default_whatever_its_name_is() -> None:
    assert agrees(NUMBER % "B - 2") == []
    assert agrees(NUMBER % "B - 3") == ["shape-not-as-written"]


def test_a_dim_that_is_no_number_is_held_at_all_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here archc forgets to prove it."""
    case = Case({"main.arch": NUMBER % "2 * (W // 2)"}, "main.arch", "net")
    assert agrees(case.files["main.arch"]) == ["shape-not-as-written"]
    monkeypatch.setattr(Annotations, "prove", lambda *_: True)
    assert [each.kind for each in examine(case).found] == ["in the set, refused: None"]


def test_a_threshold_in_place_on_repeated_elements_lets_no_gradient_back() -> None:
    """torch computes it, and its backward pass cannot copy through the view."""
    text = """model net() {
  input x: [N, 1, L = 4]
  %s
  expand(-1, 2, -1) -> threshold(0.5, 0, inplace = true)
}
"""
    assert agrees(text % "tanh") == []
    assert agrees(text % "conv(1, 1)") == ["overwrites-repeated-elements"]


@pytest.mark.parametrize("seed", [1, 3, 5, 10])
def test_sizes_that_few_draw_are_tried_where_values_meet(seed: int) -> None:
    """The batch of one value meets the rows of the other: it is 1, or there are as many."""
    text = """model net() {
  input x: [N, 2, D = 1, H = 5, W = 4], y: [N, 4]
  add
  max_pool(1, 2) :: [Q, 2, _, Q + 2, 2]
}
"""
    case = Case({"main.arch": text}, "main.arch", "net", seed=seed)
    assert not examine(case).found


def test_a_size_that_one_value_alone_fits_is_no_number() -> None:
    """Layer norm leaves one width, and the text still speaks of the width."""
    text = """model net() {
  input x: [N = 2, 1, 7, W = 5]
  layer_norm :: [W - 3, 1, 7, 5]
}
"""
    assert agrees(text) == ["shape-not-as-written"]


def test_a_size_that_another_value_fixes_is_no_number() -> None:
    text = """model net() {
  input x: [N = 2, 3, H = 1, W = 8]
  concat [linear(8), relu] :: [W // 4, 6, 1, 8]
}
"""
    assert agrees(text) == ["shape-not-as-written"]


def test_a_size_that_few_others_fit_is_no_number() -> None:
    """The batch meets eight channels: there are one or eight."""
    text = """block rows() {
  gelu :: [Q, _, _, _, Q + 4]
}

model net() {
  input x: [N, 8, D = 5, H = 5, W = 5], y: [N, 1, H, W]
  maximum
  rows
}
"""
    assert agrees(text) == ["shape-not-as-written"]


def test_a_size_that_a_block_asks_for_is_no_number() -> None:
    """The block leaves one width, and the text still speaks of the width."""
    text = """block Square() {
  input x: [N, C, 2 * C]
}

block Unit() {
  input x: [N, C, W]
  Square :: [W - 5, 3, _]
}

model net() {
  input x: [N, 3, W = 6]
  Unit
}
"""
    assert agrees(text) == ["shape-not-as-written"]


def test_the_batch_is_in_no_shape_of_a_buffer_that_nobody_reads() -> None:
    """Torch runs it at any batch, with a buffer of one; the language has no weights of a batch."""
    text = """block Mask() {
  input x: [_, C]
  buffer mask: bool[C] = ones
}

model net() {
  input x: [N, 1]
  amax(-1)
  reshape(1, N)
  Mask
}
"""
    assert agrees(text) == ["batch-held"]


def test_a_block_takes_no_size_for_a_number_either() -> None:
    """A row of as many channels as it is high: torch refuses other heights at the layer inside."""
    text = """import std.mobile: DepthwiseSeparable

model net() {
  input x: [N, 1, H = 1, 1]
  sum(0) -> DepthwiseSeparable(1)
}
"""
    assert agrees(text) == ["argument-of-wrong-type"]


def test_memory_that_nothing_was_written_to_is_compared_with_nothing() -> None:
    """Of rows of two the padding leaves what torch has not written: in each run something else."""
    text = """model net() {
  input x: [N = 3, 2, L = 7]
  conv(3, 3, stride = 2, padding = 1)
  pad_by([2, -1], "circular")
}
"""
    assert agrees(text) == []
    case = Case({"main.arch": text}, "main.arch", "net")
    live, printed = [torch.zeros(2)], [torch.ones(2)]
    refusal = Refused("an axis of 2 does not hold 2, -1", None)
    assert [each.kind for each in both_alike(live, printed, "", refusal)]
    with pytest.raises(Refused) as found:
        interpreted(case).run(torch.zeros(1, 2, 3))
    assert not list(both_alike(live, printed, "", found.value))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("chunk(1) -> [dropout -> relu(true), relu] -> add", "overwrites-one-of-several"),
        ("[_, scale -> dropout -> relu(true)] -> add", "overwrites-a-parameter"),
    ],
)
def test_evaluation_records_gradients_too(body: str, problem: str) -> None:
    """There dropout gives what it is given, and what is overwritten behind it is that."""
    text = f"""model net() {{
  input x: [N, 4]
  linear(4)
  param scale: [1, 4] = normal
  {body} -> multiply [_, scale]
}}
"""
    assert agrees(text) == [problem]
    assert agrees(text.replace("(true)", "")) == []


PRINTED = """from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return y

if __name__ == "__main__":
    model = Net().eval()
"""


def test_a_printed_module_that_does_not_run_is_a_disagreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever it raises: the run goes on, and says so."""

    monkeypatch.setattr(ours, "printed", lambda *_, **__: PRINTED)
    text = "model net() {\n  input x: [N, 3]\n  relu\n}\n"
    found = examine(Case({"main.arch": text}, "main.arch", "net")).found
    assert "the printed module does not run: NameError" in [each.kind for each in found]


def test_one_example_is_looked_at_too() -> None:
    """Pieces of one example lie in turn: there reshape gives a view of one, of two a copy."""
    text = """model net() {
  input x: [N, 6, W = 2]
  prelu -> split([1, 5]) as first, _
  first -> reshape(-1) -> mish(inplace = true)
}
"""
    assert agrees(text) == ["overwrites-one-of-several"]


def test_dims_of_one_lie_anyhow() -> None:
    """With a width of 1 a transposed dim is a view that looks channels-last: torch refuses it."""
    text = """model net() {
  input x: [N, 3, H = 7, W = 2]
  transpose(2, 1) -> residual { elu }
  unflatten(2, [-1, 3]) -> pixel_shuffle(1)
}
"""
    assert agrees(text) == ["layout-not-taken"]


def test_a_window_that_32_bits_cannot_hold_does_not_fit() -> None:
    text = """model net() {
  input x: [N, 1, 1]
  max_pool(3, 1, dilation = 2147483647)
}
"""
    assert agrees(text) == ["kernel-does-not-fit"]


def test_a_wrong_remark_and_what_training_refuses_are_both_looked_for() -> None:
    text = """model net() {
  input x: [N, 4, L = 5]
  batch_norm -> relu :: [L - 4, 4, L]
  relu(inplace = true)
}
"""
    assert sorted(agrees(text)) == ["overwrites-what-is-kept", "shape-not-as-written"]


@pytest.mark.parametrize("size", ["1", "L = 1", "L = 2"])
def test_a_window_of_padding_alone_is_refused(size: str) -> None:
    """torch gives minus infinity for it, and writes its gradient outside of the tensor."""
    text = f"""model net() {{
  input x: [N, 1, {size}]
  max_pool(2, stride = 1, padding = 1, dilation = 2)
}}
"""
    assert agrees(text) == ([] if size == "L = 2" else ["window-sees-nothing"])


def test_what_is_overwritten_is_told_beside_a_shape_that_is_wrong_at_some_sizes() -> None:
    """At H = 1 alone the remark is wrong, and what is repeated there is overwritten."""
    text = """model net() {
  input x: [N, 2, H = 8, W = 8]
  expand(-1, -1, W, -1) -> leaky_relu(inplace = true)
  transpose(0, 0) :: [N, 2, H, W]
}
"""
    assert sorted(agrees(text)) == ["overwrites-repeated-elements", "shape-not-as-written"]


def test_an_error_behind_it_is_another_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here archc forgets the error of the line at which torch stops."""
    check = ours.check

    def forgets(*given: Any) -> ours.Verdict:
        verdict = check(*given)
        verdict.errors = [e for e in verdict.errors if e.problem.name == "wrong-operand"]
        return verdict

    text = HIDDEN.format(first="conv(4, 9)", second="conv(4 + none, 1)")
    case = Case({"main.arch": text}, "main.arch", "net")
    assert not examine(case).found
    monkeypatch.setattr(ours, "check", forgets)
    assert [each.kind for each in examine(case).found] == ["another place than torch's: conv"]


def test_the_command_says_what_it_did_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "agree"
    words = ["agree", "--seed", "3", "--processes", "1", "--out", str(out), "--networks"]
    assert main([*words, "50"]) == 1  # so few have not all constructs
    said = capsys.readouterr().out
    assert "never made: " in said
    assert said.splitlines()[-1].startswith("50 networks, ")
    assert said.splitlines()[-1].endswith(" 0 disagreements")
    known = json.loads((out / "state.json").read_text("utf-8"))
    assert (known["seed"], known["done"], known["networks"]) == (3, [0], 50)
    main([*words, "100", "--resume"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("100 networks, ")
    assert main([*words[:2], "4", *words[3:], "50", "--resume"]) == 2
    assert "seed 3" in capsys.readouterr().err


def test_what_was_never_made_fails_a_run() -> None:
    run = Run(None, 0)
    run.results.constructs["accepted"].update(CONSTRUCTS)
    run.results.ops["refused"].update(list(built_in()))
    assert run.never_made() == []
    del run.results.constructs["accepted"]["splice"]
    run.results.ops["refused"]["conv"] = 0
    assert run.never_made() == ["splice", "op conv"]


def test_a_run_that_is_told_to_end_leaves_nothing_running(tmp_path: Path) -> None:
    words = ["agree", "--networks", "100000", "--processes", "2", "--out", str(tmp_path / "agree")]
    command = [sys.executable, "-m", "archc.testing", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        assert run.stdout is not None
        assert b" networks" in run.stdout.readline()
        run.terminate()
        rest = run.stdout.read()  # its workers hold the other end too
    assert b"stopped; with --resume" in rest
    assert run.returncode == 128 + 2
