"""Each back end counts before it builds: a small text may stand for millions of steps."""

from __future__ import annotations

import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import archc
from archc import pipeline
from archc.api.formats import FILES, FORMATS
from archc.cli import main
from archir.base.source import Source
from archir.graph.bulk import Bulk, ModelTooLarge, bulk
from archir.graph.typed import TypedGraph

HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n"
DOUBLING = (
    "block b0() { relu }\n"
    + "".join(f"block b{i}() {{ b{i - 1} -> b{i - 1} }}\n" for i in range(1, 22))
    + HEAD
    + "  b21\n}\n"
)
NESTED = HEAD + "  repeat 1_000 { repeat 1_000 { relu } }\n}\n"
LARGE = {"loop": ModelTooLarge.bad, "loops in loops": NESTED, "blocks in blocks": DOUBLING}


def typed_of(text: str) -> TypedGraph:
    typed, found = pipeline.compile_source(Source("m.arch", text), None)
    assert typed is not None, [item.problem.message() for item in found]
    return typed


BACK_ENDS: dict[str, Callable[[TypedGraph], object]] = {
    **{name: form.made for name, form in FORMATS.items() if form.file is not None},
    "guarded": partial(FORMATS["python"].text, guarded=True),
    "module": pipeline.module,
}


@pytest.mark.parametrize("end", BACK_ENDS)
@pytest.mark.parametrize("name", LARGE)
def test_too_many_steps_are_refused_before_they_are_made(name: str, end: str) -> None:
    make = BACK_ENDS[end]
    typed = typed_of(LARGE[name])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name == "blocks in blocks" and end in ("python", "guarded"):
        assert "class M" in str(make(typed))  # each block is printed once
    else:
        with pytest.raises(archc.ArchError) as caught:
            make(typed)
        (found,) = caught.value.diagnostics
        assert found.problem.name in ("model-too-large", "diagram-too-large")
        assert "at most" in found.problem.message()
        assert found.span.source.text[found.span.start :].startswith("m")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 500 * 1024, "in kilobytes"


def test_the_count_is_that_of_the_unrolled_model() -> None:
    assert bulk(typed_of(ModelTooLarge.bad)) == Bulk(9_999_990, 9_999_990)
    assert bulk(typed_of(NESTED)) == Bulk(1_000_000, 1_000_000)
    assert bulk(typed_of(DOUBLING)).total == 2**21 + 2**22 - 1
    assert bulk(typed_of(ModelTooLarge.good)) == Bulk(10, 10)


def test_what_is_small_is_made() -> None:
    typed = typed_of(ModelTooLarge.good)
    for make in BACK_ENDS.values():
        assert make(typed)


@pytest.mark.parametrize("kind", FILES)
def test_the_command_says_so(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.arch"
    path.write_text(NESTED, "utf-8")
    assert main(["build", str(path), "--emit", kind, "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "too-large]" in said and "m.arch:1" in said
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_document_that_would_take_ten_seconds_is_refused() -> None:
    typed = typed_of(HEAD + "  for width in [4, 8] { repeat 32_768 { conv(width, 1) } }\n}\n")
    with pytest.raises(archc.ArchError, match="at most 25,000"):
        FORMATS["json"].made(typed)
