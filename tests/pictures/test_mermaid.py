"""Mermaid: the arrows of a network, and no text that means something to Mermaid or in HTML."""

from __future__ import annotations

import re

import pytest
from drawn import checked, example

import archc
from archc.api.formats import FORMATS
from archc.pictures import Looks
from archir.graph.typed import TypedGraph

NODE = re.compile(r'^ +(n\d+)(?:\(\[|\[\[|\(\(|\[)"(.*)"(?:\]\)|\]\]|\)\)|\])$')
ARROW = re.compile(r'^ +(n\d+) (-->|-\.->)(?:\|"([^"|]*)"\|)? (n\d+)$')
REST = re.compile(
    r"^ *(flowchart TD|%% [\w ?.,()-]+|end|subgraph \w+\[\"[^\"]*\"\]"
    r"|classDef \w+ [\w#,:. -]+|class [\w,]+ \w+)$"
)


def read(text: str) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """The nodes with their texts, and the arrows between nodes by their texts."""
    nodes: dict[str, str] = {}
    arrows: list[tuple[str, str]] = []
    for line in text.splitlines():
        if found := NODE.match(line):
            nodes[found[1]] = found[2].replace("\N{MULTIPLICATION SIGN}", "x")
        elif found := ARROW.match(line):
            arrows.append((found[1], found[4]))
        else:
            assert REST.match(line), line
    return nodes, {(nodes[one], nodes[other]) for one, other in arrows}


def of(typed: TypedGraph, view: str = "layers") -> str:
    return FORMATS["mermaid"].text(typed, view=view)


def test_a_residual_has_two_ways_to_its_sum() -> None:
    _nodes, arrows = read(
        of(
            checked("""model net() {
  input x: [N, 8, H = 8, W = 8]
  residual { conv(8, 1) -> max_pool(1) }
  linear(4)
}""")
        )
    )
    assert arrows == {
        ("x<br/>8 x 8\N{SUPERSCRIPT TWO}", "Conv 1x1<br/>8"),
        ("Conv 1x1<br/>8", "MaxPool 1x1"),
        ("MaxPool 1x1", "+"),
        ("x<br/>8 x 8\N{SUPERSCRIPT TWO}", "+"),
        ("+", "Linear<br/>4"),
        ("Linear<br/>4", "output<br/>8\N{SUPERSCRIPT TWO} x 4"),
    }


@pytest.mark.parametrize("view", ["layers", "stages"])
@pytest.mark.parametrize("name", ["resnet50", "googlenet", "unet", "densenet121"])
def test_every_line_is_one_of_mermaid_and_every_box_is_reached(name: str, view: str) -> None:
    nodes, arrows = read(of(example(name), view))
    met = {end for arrow in arrows for end in arrow}
    assert set(nodes.values()) <= met and len(nodes) > 5


def test_no_text_means_anything() -> None:
    text = of(
        checked("""model net() {
  input x: [N, 8, H = 8, W = 8]
  "end": { conv(8, 1) -> max_pool(2) }
  "\\"] --> n0; %% <b>&amp;`": { conv(9, 1) -> max_pool(2) }
}""")
    )
    read(text)
    assert "#34;] --#62; n0#59; %% #60;b#62;#38;amp#59;#96;" in text


def test_classes_are_none_of_mermaids_words() -> None:
    assert "classDef end" not in of(example("vgg11"))


def test_shapes_are_parts_of_the_sizes_where_that_is_asked() -> None:
    looks = Looks(is_symbolic=True)
    text = str(FORMATS["mermaid"].made(example("resnet50"), looks=looks))
    times = " \N{MULTIPLICATION SIGN} "
    for shape in (("3", "H", "W"), ("64", "H/2", "W/2"), ("2048", "H/32", "W/32")):
        assert times.join(shape) in text
    up = "model up() {\n  input x: [N, 3, H = 8, W = 9]\n  upsample(scale_factor = 3)\n}"
    assert times.join(("3", "3H", "3W")) in str(FORMATS["mermaid"].made(checked(up), looks=looks))


def test_a_notebook_shows_pictures() -> None:
    drawn = archc.diagram("vgg11")
    assert drawn._repr_svg_() == drawn  # type: ignore[attr-defined]
    model = archc.check("vgg11").model
    assert model._repr_svg_() == drawn
    assert model == archc.check("vgg11").model
    many = "model net() {\n  input x: [N, 8, H = 8, W = 8]\n  repeat 60_000 { relu }\n}"
    assert archc.check(archc.Source("net.arch", many)).model._repr_svg_() is None
