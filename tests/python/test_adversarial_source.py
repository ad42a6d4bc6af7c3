"""Printed source compiles, runs and is the live module, whatever names and docs a text has."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from adversarial import DOCS, text_of
from printed import expression, inputs_of, quiet, randomise, same

import archc
from archc import pipeline
from archc.cli import main
from archc.python import source
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph

TEXTS = 96
GROUPS = 8


def run(text: str, name: str = "__main__") -> dict[str, Any]:
    """A printed module, run as a script: with its smoke run, and without a warning."""
    names: dict[str, Any] = {"__name__": name}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("error")
        exec(compile(text, "<printed>", "exec"), names)
    return names


def compare(typed: TypedGraph, text: str) -> None:
    """The printed module is the live one, also when its smoke run has been."""
    names = run(text)
    torch.manual_seed(0)
    live = module(typed)
    again = run(text, "printed")
    torch.manual_seed(0)
    printed = eval(expression(text), again)
    assert list(live.state_dict()) == list(printed.state_dict())
    for key, tensor in live.state_dict().items():
        assert torch.equal(tensor, printed.state_dict()[key]), key
    randomise(live)
    used = next(value for name, value in names.items() if isinstance(value, torch.nn.Module))
    for other in (printed, used):
        other.load_state_dict(live.state_dict(), strict=True)
        given = inputs_of(typed)
        left, right = live.eval()(*given), other.eval()(*given)
        assert same(left, right)
        assert getattr(left, "_fields", None) == getattr(right, "_fields", None)


@pytest.mark.parametrize("group", range(GROUPS))
def test_random_texts(group: int) -> None:
    right = 0
    for seed in range(group, TEXTS, GROUPS):
        text = text_of(seed)
        for model in ("net", "variant"):
            typed, _ = pipeline.compile_source(Source("net.arch", text), None, model)
            if typed is None:
                continue
            right += 1
            for guard in (True, False):
                printed = source(typed, guard=guard)
                try:
                    with quiet():
                        compare(typed, printed)
                except Exception as error:
                    raise AssertionError(f"seed {seed}\n{text}\n{printed}") from error
    assert right > TEXTS // GROUPS, "most of the texts should be right"


CASES = {
    "a_quote_at_the_end": """## He said \"\"\"
model m() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3)
}
""",
    "an_input_called_like_the_check": """model m() {
  input check_sizes: [N, 3, H = 8, W = 8]
  conv(3, 3)
}
""",
    "several_inputs": """model m() {
  input x: [N = 2, 3, H = 16, W = 16], y: [N, T = 5, 4]
  x -> conv(1, 3) -> global_avg_pool as a
  y -> mean(1) as b
  output a = a, b = b
}
""",
    "outputs_that_are_no_fields": """block b() {
  input x: [N, 3, H, W]
  conv(4, 3) as a
  relu as b
  output _0 = a, class = b
}

model m() {
  input x: [N, 3, H = 8, W = 8]
  b as a, b
  output count = a, index = b, MOutputs = b
}
""",
    "labels_that_python_folds": """model m() {
  input x: [N, 3, H = 8, W = 8]
  "\ufb01": conv(4, 3)
  "fi": conv(4, 1)
  "\u00aa": { conv(4, 1) -> relu }
}
""",
}


@pytest.mark.parametrize("guard", [True, False])
@pytest.mark.parametrize("name", sorted(CASES))
def test_files_written_by_the_command(name: str, guard: bool, tmp_path: Path) -> None:
    path = tmp_path / "m.arch"
    path.write_text(CASES[name], "utf-8")
    options = ["--emit", "python", "--out", str(tmp_path), *(["--guard"] if guard else [])]
    assert main(["build", str(path), *options]) == 0
    written = (tmp_path / "m.py").read_text("utf-8")
    assert written.partition("\n")[2] == archc.source(path, guard=guard)  # behind its mark
    typed, _ = pipeline.compile_source(Source("m.arch", CASES[name]), None)
    assert typed is not None
    compare(typed, written)
    compare(typed, source(typed, guard=guard))


@pytest.mark.parametrize("doc", DOCS)
def test_a_doc_string_says_what_the_comment_says(doc: str) -> None:
    comment = "\n".join(line if line.startswith("##") else f"## {line}" for line in doc.split("\n"))
    text = f"{comment}\nmodel m() {{\n  input x: [N, 3, H = 8, W = 8]\n  conv(4, 3)\n}}\n"
    typed, _ = pipeline.compile_source(Source("m.arch", text), None)
    assert typed is not None
    names = run(source(typed), "printed")
    wanted = [line.removeprefix("##").split() for line in comment.split("\n")]
    found = [line.split() for line in names["M"].__doc__.strip().split("\n")]
    if max(map(len, comment.split("\n"))) > 90:  # such a paragraph is filled anew
        found, wanted = ([[word for line in each for word in line]] for each in (found, wanted))
    assert found == wanted


BEHIND_LOOPS = [
    """block part() {
  input given: [N, C]
  repeat 1 { identity }
  [_, amax([0]) -> cast("int") -> clamp(0, 0)] -> index_select(1)
}
model net() {
  input x: [N = 2, 2]
  selu -> part
}
""",
    """model net() {
  input x: [N = 3, 2]
  relu(true) as begun
  for width in [3] {
    linear(width)
    dropout
    identity
  }
  [multiply(2), _] -> concat
  output made = _, x
}
""",
    """import std.inception: BasicConv2d, Inception
model net() {
  input x: [N, 8, 8, 8]
  Inception(4, 6, 8, 6, 2, 2)
  Inception(8, 8, 2, 2, 6, 4, unit = BasicConv2d)
}
""",
]


@pytest.mark.parametrize("text", BEHIND_LOOPS)
def test_what_stands_behind_a_loop_or_a_part_given_as_a_value(text: str) -> None:
    typed, found = pipeline.compile_source(Source("net.arch", text), Path("net.arch"))
    assert typed is not None, found
    compare(typed, source(typed))
