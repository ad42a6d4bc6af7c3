"""The standard library is documented, each block with an example that runs and a picture of it."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch

import archc
from archc.pages import library
from archdsl.tree import ast
from archdsl.tree.unparse import expression

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "std.md"

MEMBERS = {
    f"{one.name}.{member.name.text}": (one, member)
    for one in library.read_libraries()
    for member in one.members
}
BLOCKS = {name: pair for name, pair in MEMBERS.items() if isinstance(pair[1], ast.PartDeclaration)}

each_member = pytest.mark.parametrize("name", MEMBERS)
each_block = pytest.mark.parametrize("name", BLOCKS)


def test_the_blocks_that_people_look_for_are_there() -> None:
    names = {name.rpartition(".")[2] for name in BLOCKS}
    assert names >= {
        *("ConvNormAct", "Fire", "Inception", "DenseLayer", "DenseBlock", "Transition"),
        *("BasicBlock", "Bottleneck", "DepthwiseSeparable", "InvertedResidual", "SqueezeExcite"),
    }
    assert len({name.rpartition(".")[2] for name in MEMBERS}) == len(MEMBERS), (
        "a name is in one library alone, so that a file can take all it wants"
    )


@each_member
def test_each_says_what_it_is(name: str) -> None:
    section = section_of(name)
    doc = MEMBERS[name][1].doc
    assert doc and doc[0].isupper()
    assert doc.split("\n")[0] in section
    for param in MEMBERS[name][1].params:
        assert re.search(rf"\b{param.name.text}\b", section)
        if param.default is not None:
            assert f"= {expression(param.default)}" in section


def section_of(name: str) -> str:
    _, _, rest = PAGE.read_text("utf-8").partition(f"\n### {name.rpartition('.')[2]}\n")
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


@each_block
def test_its_example_takes_it_as_a_user_would_and_runs(name: str) -> None:
    of, member = BLOCKS[name]
    text = library.example(member)
    assert text is not None, "its doc comment ends with an example"
    assert re.search(rf"^import {of.name}: .*\b{member.name.text}\b", text, re.MULTILINE)
    checked = archc.check(archc.Source("example.arch", text))
    assert checked.ok and not checked.warnings, str(checked)
    (model,) = checked.models
    assert model.name == "example"
    module = archc.loads(text)
    used = {type(part).__name__ for part in module.modules()} | {text.split("model", 1)[1]}
    assert any(member.name.text in one for one in used)
    with torch.no_grad():
        given = [torch.randn(2, *port.sizes[1:]) for port in model.inputs]
        made = module(*given)
    outputs = made if isinstance(made, tuple) else (made,)
    assert [each.shape for each in outputs] == [(2, *port.sizes[1:]) for port in model.outputs]
    assert str(model) in section_of(name) and text in section_of(name)


@each_block
def test_its_example_is_in_no_docstring(name: str) -> None:
    _, member = BLOCKS[name]
    text = library.example(member)
    assert text is not None
    source = archc.source(archc.Source("example.arch", text))
    assert "```" not in source and "model example" not in source
    # A line of the doc may be longer than a line of a docstring.
    words = " ".join(source.split())
    assert member.doc.split("\n")[0] in words or f"class {member.name.text}" not in source


@each_block
def test_its_picture_is_one(name: str) -> None:
    picture = ROOT / "docs" / "std" / f"{name.rpartition('.')[2]}.svg"
    assert f'src="std/{picture.name}"' in section_of(name)
    root = ET.fromstring(picture.read_text("utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join("".join(one.itertext()) for one in root.iter())
    text = library.example(BLOCKS[name][1])
    assert text is not None
    given = re.findall(r"(?:input |, )(\w+): \[", text)
    assert given
    (model,) = archc.check(archc.Source("example.arch", text)).models
    named = [port.name or "output" for port in model.outputs]
    assert all(each in words for each in (*given, *named))


def test_the_page_is_up_to_date() -> None:
    assert library.outdated(PAGE) == []


def test_what_is_out_of_date_is_told_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, folder = tmp_path / "std.md", tmp_path / "std"
    assert library.main([]) == 2
    shutil.copy(PAGE, page)
    shutil.copytree(PAGE.with_suffix(""), folder)
    assert library.main(["--check", str(page)]) == 0
    page.write_text(page.read_text("utf-8") + "more\n", "utf-8")
    (folder / "Gone.svg").write_text("<svg/>", "utf-8")
    (folder / "Fire.svg").unlink()
    transition = folder / "Transition.svg"
    transition.write_text(transition.read_text("utf-8").replace("<title>", "<title>0"), "utf-8")
    capsys.readouterr()
    assert library.main(["--check", str(page)]) == 1
    told = [line.partition(" ")[0] for line in capsys.readouterr().err.splitlines()]
    names = ["std.md", "std/Transition.svg", "std/Fire.svg", "std/Gone.svg"]
    assert told == [str(tmp_path / name) for name in names]
    assert library.main([str(page)]) == 0
    assert library.main(["--check", str(page)]) == 0
    assert page.read_bytes() == PAGE.read_bytes()
