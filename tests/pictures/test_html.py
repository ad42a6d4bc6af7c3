"""The page: nothing of a text is markup or code in it, and what it knows is what the compiler says.

What it does where it is opened, ``in_browser.py`` tries in Chromium; ``.ci/run`` runs that where
there is one.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from drawn import checked, example

from archc.api.formats import FORMATS
from archir.cost.report import Costs
from archir.graph.flat import flatten, types_at
from archir.graph.typed import TypedGraph

HOSTILE = """block "</script>"() { conv(8, 1) }
model net() {
  # </script><script>alert(1)</script> <!-- <script>
  input x: [N, 8, H = 8, W = 8]
  "</script><img src=x onerror=alert(1)>": { conv(8, 1) -> max_pool(2) }
  "a&b]]><!--<script>": conv(9, 1)
}""".partition("\n")[2]


class Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.scripts.append(data)


def page(typed: TypedGraph) -> Reader:
    return Reader(FORMATS["html"].text(typed))


def known(typed: TypedGraph) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(page(typed).scripts[0])
    return data


def boxes(data: Any, prefix: str = "", blocks: Any = None) -> list[tuple[str, Any]]:
    """Each box of a page with its whole path, those in blocks too."""
    blocks = data["blocks"] if blocks is None else blocks
    nodes = data["chain"] if isinstance(data, dict) else data
    found: list[tuple[str, Any]] = []
    for node in nodes:
        path = ".".join(part for part in (prefix, node.get("path", "")) if part)
        if node["k"] in ("box", "ref", "sign"):
            found.append((path, node))
        if node["k"] == "ref":
            found += boxes(blocks[node["block"]], path, blocks)
        for lane, _sourced in node.get("lanes", []):
            found += boxes(lane, prefix, blocks)
        if "merge" in node:
            found += boxes([node["merge"]], prefix, blocks)
        found += boxes(node.get("chain", []) + node.get("items", []), prefix, blocks)
        for level in node.get("levels", []):
            found += boxes([level["merge"]], prefix, blocks)
            for side in ("left", "down", "skip", "up", "right"):
                found += boxes(level[side], prefix, blocks)
        found += boxes(node.get("bottom", []), prefix, blocks)
    return found


def test_no_text_is_markup_or_code() -> None:
    read = page(checked(HOSTILE))
    assert [tag for tag, _ in read.tags].count("script") == 2
    assert not {"img", "iframe", "link", "object"} & {tag for tag, _ in read.tags}
    names = {name for _, attributes in read.tags for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href")]
    said = [node["said"] for _, node in boxes(json.loads(read.scripts[0]))]
    assert any("a&b]]><!--<script>" in one for one in said)


def test_nothing_but_its_own_script_may_run_and_nothing_is_fetched() -> None:
    read = page(example("vgg11"))
    (policy,) = [a["content"] for tag, a in read.tags if a.get("http-equiv")]
    digest = b64encode(sha256(read.scripts[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    )
    for word in ("eval(", "innerHTML", "outerHTML", "document.write", "Function("):
        assert word not in read.scripts[1]


@pytest.mark.parametrize("name", ["resnet18", "unet", "googlenet"])
def test_shapes_of_other_sizes_are_those_of_a_model_of_these_sizes(name: str) -> None:
    sizes = {"N": 2, "H": 160, "W": 96}
    flat = flatten(example(name))
    types = types_at(flat, sizes)
    wanted = {
        step.module: list(types[step.outputs[0]].extents)
        for step in flat.steps
        if step.module is not None
    }
    compared = 0
    for path, node in boxes(known(example(name))):
        if (
            node["k"] == "box"
            and path in wanted
            and node["times"] == 1
            and "\n" not in node["said"]
        ):
            made = [eval(dim, {"min": min, "max": max}, dict(sizes)) for dim in node["shape"]]
            assert made == wanted[path], path
            compared += 1
    assert compared > 3


@pytest.mark.parametrize("name", ["resnet18", "unet", "googlenet"])
def test_costs_of_other_sizes_are_those_of_a_model_of_these_sizes(name: str) -> None:
    sizes = {"N": 2, "H": 160, "W": 96}
    costs = Costs(example(name), sizes)
    data = known(example(name))

    def at_sizes(texts: list[str]) -> list[int]:
        return [eval(text, {"min": min, "max": max}, dict(sizes)) for text in texts]

    totals = costs.totals
    assert at_sizes(data["totals"]) == [totals.parameters, totals.macs, totals.outputs]
    rows = costs.entries(None, fold=False, field=False, kept=False)
    entries = {entry.path: entry for entry in rows if entry.kind != "function"}
    compared = 0
    for path, node in boxes(data):
        if node["k"] in ("box", "ref") and path in entries and node["times"] == 1:
            entry = entries[path]
            parameters, macs, _memory = at_sizes(node["cost"])
            # Norms and activations are in the box of their op, so it may have more than its op.
            assert macs == entry.macs, path
            assert parameters >= entry.parameters > 0 or not entry.parameters
            compared += 1
    assert compared > 3


def test_every_module_with_weights_has_a_place_in_the_text() -> None:
    data = known(example("resnet50"))
    found = dict(boxes(data))
    assert {"conv1", "layer1.0", "layer1.0.conv1", "layer4.1.conv3", "fc"} <= found.keys()
    file, first, last = found["fc"]["at"][0]
    lines = data["files"][file]["text"].split("\n")[first - 1 : last]
    assert "fc: linear" in "\n".join(lines)
    assert data["fields"]["conv1"] == "7 \N{MULTIPLICATION SIGN} 7"


def test_the_same_page_has_the_same_bytes() -> None:
    assert FORMATS["html"].text(example("unet")) == FORMATS["html"].text(example("unet"))


def test_sizes_that_torch_broadcasts_are_counted_in_general() -> None:
    text = """model m() {
      input query: [N, 7, 16, 64], memory: [M, 20, 64]
      scaled_dot_product_attention [query, memory, memory]
    }"""
    macs = known(checked(text))["totals"][1]
    for sizes in ({"N": 2, "M": 7}, {"N": 3, "M": 1}):
        assert (
            eval(macs, {"min": min, "max": max}, dict(sizes)) == sizes["N"] * 7 * 2 * 16 * 20 * 64
        )
