"""Printed source makes the module that is made live: keys, weights and outputs, bit for bit."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from printed import compiled, differences, expression, namespace
from texts import DOCS, FOLLOWED, LITERAL

from archc import pipeline
from archc.python import source
from archc.request.settings import from_values
from archc.torch import module
from archir.base.source import Source

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.arch"))
TEXTS = {**FOLLOWED, **LITERAL}
DRAWN = {"vgg_c"}
"""Examples whose weights are drawn here: torchvision has those of its family, but not this one."""


@pytest.mark.parametrize("name", TEXTS)
def test_is_the_live_module(name: str) -> None:
    typed = compiled(textwrap.dedent(TEXTS[name]), "m")
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("path", [p for p in EXAMPLES if p.stem in DRAWN], ids=lambda p: p.stem)
def test_examples_are_the_live_module(path: Path) -> None:
    typed = compiled(path.read_text("utf-8"), path=path)
    assert list(differences(typed, source(typed))) == []


def test_arguments_given_from_outside_are_printed() -> None:
    path = ROOT / "examples" / "vgg16.arch"
    settings = from_values({"num_classes": 10, "initial": "xavier"})
    text = Source(path.name, path.read_text("utf-8"))
    typed, _ = pipeline.compile_source(text, path, None, settings)
    assert typed is not None
    printed = source(typed)
    assert expression(printed) == "VGG16()"
    assert "num_classes: int = 10" in printed
    assert "xavier_uniform" in printed


def test_followed_source_takes_other_arguments() -> None:
    """The classes are as general as the text: other arguments give the model of those arguments."""
    text = textwrap.dedent(FOLLOWED["loops"])
    names = namespace(source(compiled(text, "m")))
    other = compiled(text.replace("[8, 16], depth = 2", "[4, 6, 5], depth = 3"), "m")
    mine = names["M"](widths=[4, 6, 5], depth=3).state_dict()
    live = module(other).state_dict()
    assert [(k, t.shape) for k, t in mine.items()] == [(k, t.shape) for k, t in live.items()]


def test_one_class_for_instances_that_differ_in_numbers() -> None:
    text = """
        block B(width, stride = 1) { c: conv(width, 3, stride = stride, padding = 1) -> relu }
        model m() { input x: [N, 3, H = 16, W = 16]
          a: B(4) -> b: B(6, 2) -> c: B(8, stride = 2) }"""
    tree = ast.parse(source(compiled(textwrap.dedent(text))))
    assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)] == ["B", "M"]


@pytest.mark.parametrize("name", TEXTS)
def test_stands_alone(name: str) -> None:
    text = source(compiled(textwrap.dedent(TEXTS[name]), "m"))
    imports = re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)
    assert set(imports) - {"torch"} <= sys.stdlib_module_names


def test_runs_as_a_script(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(source(compiled(textwrap.dedent(FOLLOWED["dense"]), "m")), "utf-8")
    result = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    # 3*8*9+8, then DenseNet's arithmetic: growth 4, from 8 channels 2 layers, half, 3 layers.
    layers = sum(2 * c + 4 * c * 9 + 4 for c in (8, 12, 8, 12, 16))
    parameters = 3 * 8 * 9 + 8 + layers + (2 * 16 + 16 * 8 + 8) + (20 * 5 + 5)
    assert result.stdout == f"output: (1, 5, 16, 16)\nparameters: {parameters:,}\n"


def test_doc_comments_are_docstrings() -> None:
    text = source(compiled(textwrap.dedent(DOCS), "m"))
    names = namespace(text)
    assert names["B"].__doc__.strip().startswith('A block: "quoted"')
    assert "indented \\n" in names["B"].__doc__
    assert names["M"].__doc__.strip() == 'Ends with a quote"'


def test_many_outputs_and_many_names_stand_in_lines_of_their_own(tmp_path: Path) -> None:
    text = """
        block Many() {
          [for i in 0..9 { "a_rather_long_label_{i}": conv(1, 1) }]
        }
        model m() {
          input x: [N, 3, H = 8, W = 8]
          for i in 0..8 { for which in ["first", "second"] { "layer_{which}_{i}": conv(3, 1) } }
          many: Many
          concat
          init {
            "layer_f*".weight: zeros
            "layer_*_7".bias:  ones
          }
        }"""
    typed = compiled(textwrap.dedent(text))
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    assert max(map(len, printed.splitlines())) <= 100
    (tmp_path / "m.py").write_text(printed, "utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "--diff"]
    subprocess.run([*ruff, str(tmp_path)], check=True)


@pytest.mark.parametrize("length", range(88, 96))
def test_no_doc_string_is_too_long(length: int, tmp_path: Path) -> None:
    """Of one line, with its quotes, with or without the last of them, or of two."""
    doc = f"A model of {'w' * (length - 17)} words"
    text = f"## {doc}\nmodel m() {{\n  input x: [N, 3, H = 4, W = 4]\n  relu\n}}"
    printed = source(compiled(text, "m"))
    assert max(map(len, printed.splitlines())) <= 100
    assert " ".join(namespace(printed)["M"].__doc__.split()) == doc
    (tmp_path / "m.py").write_text(printed, "utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "--diff"]
    subprocess.run([*ruff, str(tmp_path)], check=True)


def test_is_formatted_and_clean(tmp_path: Path) -> None:
    """The linter and the formatter, both as they come, have nothing to say."""
    for name, text in {**TEXTS, "docs": DOCS}.items():
        typed = compiled(textwrap.dedent(text), "m")
        path = tmp_path / f"{name}.py"
        path.write_text(source(typed), "utf-8")
    for command in (
        ["check", "--isolated"],
        ["format", "--isolated", "--line-length=100", "--diff"],
    ):
        ruff = [sys.executable, "-m", "ruff", *command, str(tmp_path)]
        result = subprocess.run(ruff, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_channels_that_are_known_are_not_asked_for() -> None:
    """A loop that surely turns leaves what a turn leaves; a spliced block is printed in numbers."""
    text = """
        block Unit(width) { conv(width, 3, padding = 1) }
        block Twice(width) { repeat 2 { Unit(width) } }
        block Spliced(width) { Unit(width) -> Unit(2 * width) }
        model m() { input x: [N, 3, H = 4, W = 4]
          Twice(4) -> Twice(5)
          *Spliced(6) }"""
    typed = compiled(textwrap.dedent(text))
    printed = source(typed)
    assert "out_channels" not in printed
    assert list(differences(typed, printed)) == []
