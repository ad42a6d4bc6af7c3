"""One file out of several: nothing is lost, nothing changes its meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archc import pipeline
from archc.api.formats import FORMATS
from archc.request.choice import choose
from archdsl.resolve.flatten import flatten
from archir.base.source import Source


def project(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.arch").write_text(text, "utf-8", newline="")


def flat(folder: Path, name: str = "fresh", model: str | None = None) -> str:
    path = folder / "main.arch"
    text = path.read_bytes().decode("utf-8")
    program, found = pipeline.load(Source("main.arch", text), path)
    assert program is not None, [item.problem.message() for item in found]
    return flatten(program, choose(program, model), name)


def described(text: str, path: Path | None, model: str | None = None) -> dict[str, Any]:
    """The model as data, without its places and the names of declarations."""
    typed, found = pipeline.compile_source(Source("text.arch", text), path, model)
    assert typed is not None, [item.problem.message() for item in found]
    assert not list(found), [item.problem.message() for item in found]
    document: dict[str, Any] = _without_places(json.loads(FORMATS["json"].text(typed)))
    return document


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        dropped = ("model", "block", "place")
        return {key: _without_places(item) for key, item in value.items() if key not in dropped}
    return [_without_places(item) for item in value] if isinstance(value, list) else value


def same(folder: Path, name: str = "fresh") -> str:
    """The flat text, after it was held against the files."""
    path = folder / "main.arch"
    text = flat(folder, name)
    assert described(text, None, name) == described(path.read_text("utf-8"), path)
    return text


MODEL = "model main() {\n  input x: [N, 3, H = 8, W = 8]\n  %s\n}\n"


def test_comments_docs_and_layout_stay(tmp_path: Path) -> None:
    project(
        tmp_path,
        main="""\
# Of the file.
arch 1

## What the file is for.

# Another remark.

import "./family.arch": Unit, WIDTH  # goes away
import std.blocks: ConvNormAct

# A remark of its own.

## The model.
##
## Two paragraphs.
model main(width = WIDTH) {   # oddly   spaced
  input x: [N, 3, H = 8, W = 8]


  Unit(width) -> ConvNormAct(width)   # last
}

# At the end.
""",
        family="""\
arch 1

## The family: Somebody (2015).

import std.blocks: ConvNormAct

block Unused() { ConvNormAct(3) }

# Of widths.
let WIDTH = 8
let HALF = WIDTH // 2

## A unit.
block Unit(width) { conv(HALF, 1) -> conv(width, 1) -> relu }
# Behind the unit.
""",
    )
    assert same(tmp_path) == '''\
arch 1

# Of the file.

## What the file is for.

# Another remark.

import std.blocks: ConvNormAct

# The family: Somebody (2015).

# Of widths.
let WIDTH = 8
let HALF = WIDTH // 2

## A unit.
block Unit(width) { conv(HALF, 1) -> conv(width, 1) -> relu }
# Behind the unit.

# A remark of its own.

## The model.
##
## Two paragraphs.
model fresh(width = WIDTH) {   # oddly   spaced
  input x: [N, 3, H = 8, W = 8]


  Unit(width) -> ConvNormAct(width)   # last
}

# At the end.
'''  # fmt: skip


def test_only_what_is_needed_comes_along(tmp_path: Path) -> None:
    project(
        tmp_path,
        main='import "./a.arch": A\nimport std.blocks: ConvNormAct\n'
        + MODEL % "A"
        + "model other() {\n  input x: [N, 3, H = 8, W = 8]\n  ConvNormAct(4)\n}\n"
        + "model variant = main\n",
        a='import "./b.arch": deep, UNUSED_TOO\nblock A() { conv(deep(2), 1) }\n'
        "block B() { conv(UNUSED_TOO, 1) }\n",
        b="let K = 3\nlet UNUSED_TOO = 4\nfn deep(x) = x * K\n",
    )
    assert same(tmp_path) == (
        "arch 1\n\nlet K = 3\n\nfn deep(x) = x * K\n\nblock A() { conv(deep(2), 1) }\n\n"
        + MODEL.replace("main", "fresh") % "A"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_name_in_two_files(end: str, tmp_path: Path) -> None:
    main = (
        'import "./a.arch": A\nlet K, L = [5, 6]\nfn half(x) = x // 2\n'
        "block Unit() { conv(K, 1) -> conv(half(L), 1) }\n" + MODEL % "a: A -> u: Unit"
    )
    family = (
        "let K, L = [7, 8]\nfn half(x) = x\n"
        'block Unit(K_2 = 1) { conv(K, 1) -> "k{K + K_2}": conv(half(L), 1) }\n'
        "block A(L = L) { unit: Unit -> conv(L, 1) -> relu }\n"
    )
    project(tmp_path, main=main.replace("\n", end), a=family.replace("\n", end))
    # An unlabelled layer in a scope with labels is warned of, here as there.
    family_text = (
        (tmp_path / "a.arch").read_bytes().decode().replace("conv(K, 1) ->", "c: conv(K, 1) ->")
    )
    (tmp_path / "a.arch").write_bytes(family_text.replace("-> conv(L", "-> d: conv(L").encode())
    text = same(tmp_path)
    assert "\r" not in text
    assert "let K, L = [5, 6]" in text and "let K_3, L_2 = [7, 8]" in text
    assert '"k{K_3 + K_2}": conv(half_2(L_2), 1)' in text
    assert "block A(L = L_2) { unit: Unit_2 -> d: conv(L, 1)" in text


def test_a_name_that_another_file_has_from_torch(tmp_path: Path) -> None:
    """A file may call a block of its own like an op; the others mean the op."""
    project(
        tmp_path,
        main='import "./a.arch": A\n' + MODEL % "A -> relu -> conv(max(2, 3), 1)",
        a="block relu() { conv(2, 1) }\nfn max(a, b) = a + 0 * b\n"
        "block A() { relu -> conv(max(1, 2), 1) }\n",
    )
    text = same(tmp_path)
    assert "block relu_2()" in text and "fn max_2(" in text


def test_a_name_that_the_library_has(tmp_path: Path) -> None:
    project(
        tmp_path,
        main='import "./a.arch": A\nblock ConvNormAct() { relu }\n' + MODEL % "A -> ConvNormAct",
        a="import std.blocks: ConvNormAct\nblock A() { ConvNormAct(4) }\n",
    )
    text = same(tmp_path)
    assert "import std.blocks: ConvNormAct\n" in text and "block ConvNormAct_2()" in text


@pytest.mark.parametrize("name", ["Unit", "width", "A", "K", "skip"])
def test_the_new_name_takes_nothing_from_what_is_there(name: str, tmp_path: Path) -> None:
    project(
        tmp_path,
        main='import "./a.arch": A, K\n'
        + MODEL.replace("main()", "main(width = K)") % "A(width) as skip\n  skip -> conv(K, 1)",
        a="let K = 6\nblock Unit(width) { conv(width, 1) }\nblock A(width) { Unit(width) }\n",
    )
    same(tmp_path, name)


def test_a_model_that_others_use_gets_no_name_that_their_bodies_have(tmp_path: Path) -> None:
    pair = MODEL.replace("main()", "pair(width = 2)") % "main -> conv(width, 1)"
    project(tmp_path, main=MODEL % "conv(4, 1)" + pair)
    assert "model width()" in flat(tmp_path, "width", "main")
    assert "model pair" not in flat(tmp_path, "width", "main")
    text = flat(tmp_path, "width", "pair")
    assert "model width(width = 2)" in text and "model main()" in text


def test_variants_of_variants(tmp_path: Path) -> None:
    project(
        tmp_path,
        main='import "./a.arch": half\nmodel quarter = half(by = 4)\n'
        "model main = quarter(by = 8)\n",
        a="model whole(by = 1) {\n  input x: [N, 3, H = 8, W = 8]\n  conv(16 // by, 1)\n}\n"
        "model half = whole(by = 2)\n",
    )
    assert "model fresh = quarter(by = 8)\n" in same(tmp_path)


def test_a_file_without_an_edition_or_end_of_line(tmp_path: Path) -> None:
    project(tmp_path, main=("## Doc.\n" + MODEL % "relu").rstrip("\n"))
    assert same(tmp_path) == "arch 1\n\n## Doc.\n" + MODEL.replace("main", "fresh") % "relu"
