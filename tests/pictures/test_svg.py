"""The SVG: well-formed whatever the text is, the same each time, and with the paths of modules."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from drawn import checked, example, svg_of
from hash_seeds import under_hash_seeds

from archc.pictures import PAGES, THEMES, Looks
from archir.graph.bulk import ModelTooLargeError

SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = """model net() {
  input x: [N, 8, H = 8, W = 8]
  "<script>alert(1)</script>": { conv(8, 1) -> max_pool(2) }
  "a&b]]><!--": { conv(9, 1) -> max_pool(2) }
  "'\\" onload='x()": { conv(10, 1) -> max_pool(2) }
}"""


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_of_the_text_becomes_an_element(theme: str) -> None:
    root = ElementTree.fromstring(svg_of(checked(HOSTILE), Looks(theme=theme)))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    allowed = {"svg", "title", "style", "rect", "g", "text", "path", "polygon", "circle"}
    assert tags <= allowed
    names = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or "href" in name]
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert "<script>alert(1)</script>" in said


def test_modules_carry_their_paths() -> None:
    root = ElementTree.fromstring(svg_of(example("resnet50")))
    paths = {element.get("data-path") for element in root.iter(f"{SVG}g")}
    assert {"conv1", "layer1", "layer1.0", "layer4.1", "fc"} <= paths
    (conv,) = [one for one in root.iter(f"{SVG}g") if one.get("data-path") == "fc"]
    assert "kind-linear" in (conv.get("class") or "").split()
    assert "linear(" in (conv.findtext(f"{SVG}title") or "")


def test_ids_stand_once_and_rules_are_for_this_picture_alone() -> None:
    text = svg_of(example("densenet121"))
    root = ElementTree.fromstring(text)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and "archc-classifier" in ids
    rules = (root.findtext(f"{SVG}style") or "").splitlines()
    assert all(rule.startswith((".archc ", "@media", "}")) for rule in rules if rule)


def test_texts_are_as_long_as_they_were_measured() -> None:
    root = ElementTree.fromstring(svg_of(example("unet")))
    assert all(float(text.get("textLength", "0")) > 0 for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_as_large_as_it_says(page: str) -> None:
    root = ElementTree.fromstring(svg_of(example("vgg16"), Looks(page=page)))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_the_same_model_gives_the_same_bytes_under_any_hash_seed() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/pictures');"
        "from drawn import example, svg_of;"
        "print([svg_of(example(name)) for name in ('googlenet', 'unet', 'mobilenet_v2')])"
    )
    under_hash_seeds("-c", code)


def test_a_picture_that_nobody_could_read_is_refused() -> None:
    many = "\n".join(f"  conv({8 + i}, 1)" for i in range(2_100))
    with pytest.raises(ModelTooLargeError) as caught:
        svg_of(checked("model net() {\n  input x: [N, 8, H = 8, W = 8]\n" + many + "\n}"))
    assert "2,102" in caught.value.diagnostic.problem.message()


def test_a_long_loop_is_one_box() -> None:
    text = "model net() {\n  input x: [N, 8, H = 8, W = 8]\n  repeat 9_000 { conv(8, 1) }\n}"
    assert "9000" in svg_of(checked(text))
