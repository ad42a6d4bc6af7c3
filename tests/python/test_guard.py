"""``guard``: printed source that refuses exactly the sizes at which the network does not run."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

import archc
from archc import pipeline
from archc.python import source
from archir.base.source import Source
from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.graph.typed import TypedGraph
from archir.sizes.words import advise

ROOT = Path(__file__).resolve().parents[2]


def compiled(text: str) -> TypedGraph:
    typed, found = pipeline.compile_source(Source("net.arch", text), None)
    assert typed is not None, [item.problem.message() for item in found]
    return typed


def example_of(name: str) -> TypedGraph:
    path = ROOT / "examples" / f"{name}.arch"
    typed, _ = pipeline.compile_source(Source(path.name, path.read_text("utf-8")), path)
    assert typed is not None
    return typed


def guard_of(typed: TypedGraph) -> Any:
    """``check_sizes`` of the printed source, as a function of shapes and the mode."""
    text = source(typed, guard=True)
    assert functions(text) == functions(source(typed, guard=True))
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, "<printed>", "exec"), names)
    check = names["check_sizes"]
    asks_mode = "training" in check.__annotations__

    def run(*shapes: tuple[int, ...], training: bool = False) -> str | None:
        tensors = [torch.empty(shape, device="meta") for shape in shapes]
        try:
            check(*tensors, *([training] if asks_mode else []))
        except ValueError as error:
            return str(error)
        return None

    return run


def functions(text: str) -> list[str]:
    """The functions of a printed module that are the guard's."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    ours = [node for node in found if node.name in ("check_sizes", "nearest", "nearest_sizes")]
    assert "check_sizes" in [node.name for node in ours]
    return [ast.unparse(node) for node in ours]


class Valid:
    """Both sets of sizes of a model."""

    def __init__(self, typed: TypedGraph) -> None:
        self.evaluation = valid_in_evaluation(typed)
        self.training = valid_in_training(typed)


def holds(both: Valid, sizes: dict[str, int], *shapes: tuple[int, ...], run: Any) -> None:
    """The guard refuses what is not valid, with the words of ``--size``, and nothing else."""
    evaluation = both.evaluation
    for training in (False, True):
        valid = both.training if training else evaluation
        said = run(*shapes, training=training)
        assert (said is None) == (sizes in valid), (sizes, said)
        if said is None:
            continue
        if said == "too high":
            assert sizes["H"] > 40
            continue
        if valid.is_empty:
            assert said == "in training there is no valid size"
            continue
        told = advise(valid, sizes, training=training).splitlines()
        told += advise(evaluation, sizes).splitlines() if sizes not in evaluation else []
        assert any(line.startswith(said) for line in told), (said, told)


@pytest.mark.parametrize("name", ["unet", "resnet18", "inception_v3"])
def test_examples(name: str) -> None:
    typed = example_of(name)
    run = guard_of(typed)
    both = Valid(typed)
    channels = typed.graph.root.input_types[0]
    assert channels is not None

    @settings(max_examples=20)
    @given(st.integers(1, 3), st.integers(1, 400), st.integers(1, 400))
    @example(1, 33, 32)
    @example(1, 32, 32)
    @example(2, 299, 299)
    @example(1, 16, 16)
    def inside(batch: int, height: int, width: int) -> None:
        sizes = {"N": batch, "H": height, "W": width}
        holds(both, sizes, (batch, channels.shape[1], height, width), run=run)  # type: ignore[arg-type]

    inside()
    channel = channels.shape[1]
    assert isinstance(channel, int)
    rank = f"image must be [N, {channel}, H, W], and is "
    assert run((1, channel + 1, 320, 320)) == f"{rank}[1, {channel + 1}, 320, 320]"
    assert run((channel, 320, 320)) == f"{rank}[{channel}, 320, 320]"
    assert run(()) == f"{rank}[]"


NETWORKS = {
    "coupled": """model m() {
  input x: [N, 1, H = 32, W = 32]
  conv(6, 5) -> max_pool(2) -> conv(16, 5) -> max_pool(2) -> flatten -> linear(10)
}
""",
    "remainders": """model m() {
  input x: [N, 1, H = 10, W = 9]
  max_pool([1, 3]) -> conv_transpose(1, [1, 3], stride = [1, 3]) as y
  concat [max_pool([2, 1], stride = [4, 1]), y -> avg_pool(1, stride = [4, 1])]
}
""",
    "tied": """model m() {
  input x: [N, 1, H = 4, W = 8]
  add [x, x -> transpose(2, 3) -> pad([0, 4, -4, 0])]
}
""",
    "scaled": """model m() {
  input x: [N, 1, H = 20, W = 20]
  upsample(scale_factor = 0.7) -> upsample(scale_factor = 1.3) as y
  concat [y, x -> upsample(scale_factor = 0.9)]
}
""",
    "limited": """model m() {
  input x: [N, 1, H = 20, W = 20]
  assert H <= 40, "too high"
  assert W % 2 == 1 or W >= 1, "any"
  max_pool(3)
}
""",
    "training": """model m() {
  input x: [N, 2, H = 20, W = 20]
  conv(3, 3, stride = 7) -> batch_norm
}
""",
    "never trained": """model m() {
  input x: [1, 2, H = 20, W = 20]
  global_avg_pool -> unflatten(1, [2, 1]) -> batch_norm -> flatten
}
""",
}


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_small_networks(name: str) -> None:
    typed = compiled(NETWORKS[name])
    run = guard_of(typed)
    both = Valid(typed)
    (kind,) = typed.graph.root.input_types
    assert kind is not None

    @settings(max_examples=40)
    @given(st.integers(1, 2), st.integers(1, 130), st.integers(1, 130))
    @example(1, 33, 34)
    @example(1, 17, 113)
    def inside(batch: int, height: int, width: int) -> None:
        sizes = {"N": batch, "H": height, "W": width}
        own = {n: sizes[n] for n in typed.graph.sizes}
        shape = tuple(d if isinstance(d, int) else sizes[str(n)] for d, n in zip(
            kind.shape, ("N", "C", "H", "W"), strict=True))  # fmt: skip
        holds(both, own, shape, run=run)

    inside()


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_no_size_is_0(name: str) -> None:
    """As for the command: torch runs some ops on tensors without elements, whatever they give."""
    run = guard_of(compiled(NETWORKS[name]))
    valid = valid_in_evaluation(compiled(NETWORKS[name]))
    sizes = valid.smallest()
    assert sizes is not None
    channels = 2 if "train" in name else 1
    for absent in sizes:
        given = {"N": 1, **sizes, absent: 0}
        assert run((given["N"], channels, given["H"], given["W"])) is not None, absent


def test_a_size_of_which_nothing_is_asked_is_at_least_1() -> None:
    run = guard_of(compiled("model m() {\n  input x: [N, 3, L = 8]\n  relu -> add(1)\n}\n"))
    assert run((1, 3, 1)) is None
    assert run((0, 3, 1)) == run((1, 3, 0)) == "N, L must be at least 1"
    assert run((0, 4, 1)) == "x must be [N, 3, L], and is [0, 4, 1]"


@pytest.mark.parametrize("name", ["coupled", "training"])
def test_the_nearest_sizes_of_groups_are_named(name: str) -> None:
    """In the words of the command, ties and all."""
    typed = compiled(NETWORKS[name])
    run, both = guard_of(typed), Valid(typed)
    (kind,) = typed.graph.root.input_types
    assert kind is not None
    tied = 0
    for height, width in product(range(3, 130, 9), repeat=2):
        sizes = {"N": 1, "H": height, "W": width}
        said = run((1, kind.shape[1], height, width), training=True)
        if said is not None:
            assert said in advise(both.training, sizes, training=True).splitlines() or (
                said in advise(both.evaluation, sizes).splitlines()
            )
            tied += "; the nearest valid sizes: " in said
    assert tied


@st.composite
def networks(draw: st.DrawFn) -> str:
    """Windows on two axes, joined, flattened, normalised."""
    lines = ["model m() {", "  input x: [N, 2, H = 64, W = 64]"]
    for _ in range(draw(st.integers(1, 4))):
        kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
        kind = draw(st.sampled_from(("conv", "pool", "around", "norm")))
        if kind == "conv":
            lines.append(f"  conv(2, {kernel}, stride = [{stride}, 1])")
        elif kind == "pool":
            lines.append(f"  max_pool({kernel}, stride = [1, {stride}])")
        elif kind == "around":
            lines.append(
                f"  concat [_, conv(1, {stride}, stride = {stride}) -> "
                f"conv_transpose(1, {stride}, stride = {stride})] -> conv(2, 1)"
            )
        else:
            lines.append("  batch_norm")
    if draw(st.booleans()):
        lines.append("  max_pool(9) -> flatten -> linear(3)")
    return "\n".join([*lines, "}", ""])


@settings(max_examples=20)
@given(networks(), st.lists(st.tuples(*[st.integers(1, 90)] * 2), min_size=30, max_size=30))
def test_random_networks(text: str, tried: list[tuple[int, int]]) -> None:
    if not archc.check(archc.Source("net.arch", text)):
        return
    typed = compiled(text)
    run = guard_of(typed)
    both = Valid(typed)
    for height, width in tried:
        for batch in (1, 2):
            sizes = {"N": batch, "H": height, "W": width}
            holds(both, sizes, (batch, 2, height, width), run=run)


def test_several_inputs_that_share_sizes() -> None:
    typed = compiled("""model m() {
  input x: [N, 3, S = 32, S], y: [N, 3, S, 2 * S]
  concat [x, y -> max_pool([1, 2])]
}
""")
    run = guard_of(typed)
    assert run((2, 3, 8, 8), (2, 3, 8, 16)) is None
    assert run((2, 3, 8, 9), (2, 3, 8, 16)) == "x must be [N, 3, S, S], and is [2, 3, 8, 9]"
    assert run((2, 3, 8, 8), (2, 3, 8, 17)) == "y must be [N, 3, S, 2*S], and is [2, 3, 8, 17]"
    assert run((2, 3, 8, 8), (1, 3, 8, 16)) == "y must be [N, 3, S, 2*S], and is [1, 3, 8, 16]"


def test_names_do_not_clash() -> None:
    typed = compiled("""block check_sizes() { conv(1, 3) }
model m() {
  input h: [N, 1, H = 32, W = 32], training: [N, 1, H, W]
  add [h, training] -> check_sizes -> batch_norm
}
""")
    text = source(typed, guard=True)
    module = loaded(text, "M")
    module.eval()
    assert module(torch.ones(1, 1, 5, 5), torch.ones(1, 1, 5, 5)).shape == (1, 1, 3, 3)
    with pytest.raises(ValueError, match=r"H must be at least 3$"):
        module(torch.ones(1, 1, 2, 5), torch.ones(1, 1, 2, 5))


def loaded(text: str, name: str) -> nn.Module:
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, "<printed>", "exec"), names)
    module = names[name]()
    assert isinstance(module, nn.Module)
    return module


def test_forward_checks_before_it_runs() -> None:
    typed = compiled(NETWORKS["training"])
    module = loaded(source(typed, guard=True), "M")
    with pytest.raises(
        ValueError, match="in training it needs N at least 2, or H or W at least 10"
    ):
        module(torch.ones(1, 2, 9, 9))
    assert module(torch.ones(2, 2, 9, 9)).shape == (2, 3, 1, 1)
    module.eval()
    assert module(torch.ones(1, 2, 9, 9)).shape == (1, 3, 1, 1)
    with pytest.raises(ValueError, match=r"H must be at least 3$"):
        module(torch.ones(1, 2, 2, 20))


def test_it_is_printed_on_request_alone_and_keeps_the_model_as_it_is() -> None:
    typed = example_of("resnet18")
    plain, guarded = source(typed), source(typed, guard=True)
    assert "check_sizes" not in plain
    assert archc.source("resnet18", guard=True) == guarded
    removed = [line for line in guarded.splitlines() if "check_sizes(image" not in line]
    assert set(plain.splitlines()) <= {*removed, ""}


def test_export_and_compile_take_it() -> None:
    typed = compiled(NETWORKS["coupled"])
    module = loaded(source(typed, guard=True), "M").eval()
    pixels = torch.ones(2, 1, 33, 34)
    exported = torch.export.export(module, (pixels,))
    assert torch.equal(exported.module()(pixels), module(pixels))
    compiled_module = torch.compile(module, backend="eager", fullgraph=True)
    assert torch.equal(compiled_module(pixels), module(pixels))


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_a_linter_finds_nothing(name: str, tmp_path: Path) -> None:
    try:
        typed = compiled(NETWORKS[name])
    except AssertionError:
        pytest.fail(name)
    path = tmp_path / "printed.py"
    text = source(typed, guard=True)
    ast.parse(text)
    assert [line for line in text.splitlines() if len(line) > 100] == []
    path.write_text(text, "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--line-length=100",
            "--select",
            "E,F,W,I",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


ASSERTED = """model m() {
  input x: [N, 3, H = 32, W = 32]
  assert H - W < 3, "too long by {H - W - 2}, a \\"quoted\\" it's \\\\ {{x}} of {x.shape} "
  assert H < 100 and W != 7, "no \\"good\\" size: {H}"
  assert H // (W - 3) < 9, "{H // (W - 3)} is too much"
  relu
}
"""


def test_a_guard_has_the_words_of_an_assert_with_the_values_of_sizes() -> None:
    run = guard_of(compiled(ASSERTED))
    words = 'too long by 2, a "quoted" it\'s \\ {x} of [1, 3, 36, 32] '
    assert run((1, 3, 36, 32)) == words
    assert run((2, 3, 100, 100)) == run((2, 3, 100, 98)) == 'no "good" size: 100'
    assert run((2, 3, 5, 7)) == 'no "good" size: 5'
    assert run((1, 3, 5, 3)) == "H // (W - 3) is too much", "there is no value to be said"
    assert run((1, 3, 32, 32)) is None


def test_a_refusal_has_the_values_of_the_sizes_that_are_asked_about() -> None:
    result = archc.check(archc.Source("m.arch", ASSERTED), sizes={"H": 36})
    [found] = result.errors
    words = 'too long by 2, a "quoted" it\'s \\ {x} of [1, 3, 36, 32] '
    assert found.problem.message() == words
