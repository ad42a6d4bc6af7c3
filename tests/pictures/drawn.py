"""What the tests of pictures share: networks, and pictures of them."""

from __future__ import annotations

from pathlib import Path

from archc.pictures import Looks, paged
from archc.pictures.layout.page import Page, page
from archc.pictures.model.build import picture_of
from archc.pictures.model.tree import Picture
from archc.pictures.svg import svg
from archc.pipeline import compile_source
from archir.base.source import Source
from archir.graph.typed import TypedGraph

EXAMPLES = Path(__file__).parents[2] / "examples"


def checked(text: str, path: Path | None = None) -> TypedGraph:
    typed, found = compile_source(Source("model.arch", text), path)
    assert [item.problem.message() for item in found if item.is_error] == []
    assert typed is not None
    return typed


def example(name: str) -> TypedGraph:
    path = EXAMPLES / f"{name}.arch"
    return checked(path.read_text(encoding="utf-8"), path)


def model(text: str) -> Picture:
    return picture_of(checked(text))


def laid_out(typed: TypedGraph, size: str = "a4") -> Page:
    return page(picture_of(typed), size)


def svg_of(typed: TypedGraph, looks: Looks | None = None) -> str:
    looks = looks or Looks()
    return svg(paged(typed, looks), looks.theme)
