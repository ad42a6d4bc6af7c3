"""Printed source makes the module that is made live: keys, weights and outputs, bit for bit."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch
from meta import Quick
from printed import compiled, differences, expression, is_followed, namespace
from texts import DOCS, FOLLOWED, LITERAL

from archc import pipeline
from archc.python import source
from archc.settings import from_values
from archc.torch import module
from archir.source import Source

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.arch"))
TEXTS = {**FOLLOWED, **LITERAL}
DRAWN = {"vgg_c"}
"""Examples whose weights are drawn here: torchvision has those of its family, but not this one."""


@pytest.mark.parametrize("follow", [True, False], ids=["followed", "literal"])
@pytest.mark.parametrize("name", TEXTS)
def test_is_the_live_module(name: str, follow: bool) -> None:
    typed = compiled(textwrap.dedent(TEXTS[name]), "m")
    assert list(differences(typed, source(typed, follow=follow))) == []


@pytest.mark.parametrize("name", FOLLOWED)
def test_follows_the_text(name: str) -> None:
    assert is_followed(compiled(textwrap.dedent(FOLLOWED[name]), "m"))


def test_a_list_that_is_filled_anew_is_annotated_once() -> None:
    path = ROOT / "examples" / "googlenet.arch"
    text = source(compiled(path.read_text("utf-8"), path=path))
    constructor = text.partition("class Inception(")[2].partition("def forward")[0]
    assert constructor.count("layers = [") == 2
    assert constructor.count("layers: list[nn.Module] = [") == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_follow_their_text(path: Path) -> None:
    typed = compiled(path.read_text("utf-8"), path=path)
    followed, literal = source(typed), source(typed, follow=False)
    assert followed != literal
    entries = []
    with torch.device("meta"), Quick():
        for text in (followed, literal):
            model = eval(expression(text), namespace(text))
            entries.append([(k, t.shape, t.dtype) for k, t in model.state_dict().items()])
        live = module(typed)
    assert entries[0] == entries[1]
    assert entries[0] == [(k, t.shape, t.dtype) for k, t in live.state_dict().items()]


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
    assert expression(source(typed)) == 'VGG16(num_classes=10, initial="xavier")'


def test_followed_source_takes_other_arguments() -> None:
    """The classes are as general as the text: other arguments give the model of those arguments."""
    text = textwrap.dedent(FOLLOWED["loops"])
    names = namespace(source(compiled(text, "m")))
    other = compiled(text.replace("[8, 16], depth = 2", "[4, 6, 5], depth = 1"), "m")
    mine = names["M"](widths=[4, 6, 5], depth=1).state_dict()
    live = module(other).state_dict()
    assert [(k, t.shape) for k, t in mine.items()] == [(k, t.shape) for k, t in live.items()]


def test_conditions_that_were_not_taken_are_right_when_they_are() -> None:
    text = textwrap.dedent(FOLLOWED["op_parameters"])
    names = namespace(source(compiled(text, "m")))
    other = compiled(text.replace("use: bool = true", "use: bool = false"), "m")
    mine, live = names["M"](use=False).state_dict(), module(other).state_dict()
    assert [(k, t.shape) for k, t in mine.items()] == [(k, t.shape) for k, t in live.items()]


@pytest.mark.parametrize("follow", [True, False])
def test_one_class_for_instances_that_differ_in_numbers(follow: bool) -> None:
    text = """
        block B(width, stride = 1) { c: conv(width, 3, stride = stride, padding = 1) -> relu }
        model m() { input x: [N, 3, H = 16, W = 16]
          a: B(4) -> b: B(6, 2) -> c: B(8, stride = 2) }"""
    tree = ast.parse(source(compiled(textwrap.dedent(text)), follow=follow))
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


def test_is_formatted_and_clean(tmp_path: Path) -> None:
    """The linter and the formatter, both as they come, have nothing to say."""
    for name, text in {**TEXTS, "docs": DOCS}.items():
        typed = compiled(textwrap.dedent(text), "m")
        for follow in (True, False):
            path = tmp_path / f"{name}_{follow}.py"
            path.write_text(source(typed, follow=follow), "utf-8")
    for command in (["check", "--isolated"], ["format", "--isolated", "--diff"]):
        ruff = [sys.executable, "-m", "ruff", *command, str(tmp_path)]
        result = subprocess.run(ruff, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
