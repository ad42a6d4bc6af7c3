"""What the page does where it is opened: ``python tests/pictures/in_browser.py CHROMIUM``.

It needs playwright and a Chromium, which a machine that runs the tests need not have; ``.ci/run``
runs it where there is one. What can be held without is in ``test_html.py``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from archc.api.formats import FORMATS
from archc.pipeline import compile_source
from archc.request.files import read_named

SLOWEST = 120_000
"""Milliseconds that a browser may take to show a page where others work beside it."""


def tried(page: Page) -> None:
    """Open, close, point, search, resize and use the keys, as a reader does."""
    block = page.locator('[data-path="layer1.0"]')
    expect(page.locator('[data-path="layer1.0.conv1"]')).to_have_count(0)
    block.click()
    expect(page.locator('[data-path="layer1.0.conv1"]')).to_be_visible()
    expect(page.locator("#text .here").first).to_contain_text("unit(")
    page.locator('[data-path="layer1.0.conv1"]').hover()
    expect(page.locator("#said")).to_contain_text("4,224 parameters")  # 64 x 64, and 2 x 64
    expect(page.locator("#said")).to_contain_text("sees 11")
    block.click()
    expect(page.locator('[data-path="layer1.0.conv1"]')).to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("maxpool")
    expect(page.locator("#found")).to_have_text("1 found")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_have_text("")

    image = page.locator(".kind-end").first
    expect(image).to_contain_text("3 \N{MULTIPLICATION SIGN} 224\N{SUPERSCRIPT TWO}")
    page.locator("#size-H").fill("448")
    expect(image).to_contain_text("3 \N{MULTIPLICATION SIGN} 448 \N{MULTIPLICATION SIGN} 224")
    page.locator('[data-path="layer4.0"]').hover()
    expect(page.locator("#said")).to_contain_text("2048 \N{MULTIPLICATION SIGN} 14")

    # What it costs, at these sizes: 7 x 7 x 3 x 64 weights at 224 x 112 places.
    page.locator('[data-path="conv1"]').hover()
    expect(page.locator("#said")).to_contain_text("236,027,904 MACs")
    page.locator("#size-H").fill("32")
    page.locator("#size-W").fill("32")
    # (9408 x 256 + 245760 x 64 + 1310720 x 16 + 7471104 x 4 + 14417920 + 2048000) in all, of which
    # the last layer's 2048000 are 2 %; of larger images they are less.
    expect(page.locator("#total")).to_contain_text("85,458,944 MACs")
    page.locator("#heat").select_option("macs")
    expect(page.locator('[data-path="fc"]')).to_have_class("box kind-heat2")
    page.locator("#size-H").fill("224")
    page.locator("#size-W").fill("224")
    expect(page.locator('[data-path="fc"]')).to_have_class("box kind-heat1")
    # As torchvision counts them.
    expect(page.locator("#total")).to_contain_text("25,557,032 parameters, 4,089,184,256 MACs")
    page.locator("#heat").select_option("")

    page.locator('[data-path="layer2.0"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-path="layer2.0.conv2"]')).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator('[data-path="layer2.0.conv2"]')).to_have_count(0)
    page.keyboard.press("o")
    expect(page.locator('[data-path="layer4.0.conv3"]')).to_have_count(1)
    page.locator("#heat").select_option("parameters")
    expect(page.locator('[data-path="fc"]')).to_have_class("box kind-heat3")


def seen(page: Page) -> None:
    """A U is one: each level's two sides at one height, and lines that end at what they join."""
    places = {}
    for path in page.locator("[data-path]").all():
        box = path.bounding_box()
        assert box is not None
        places[path.get_attribute("data-path")] = box
    heights = []
    for level in range(1, 5):
        down, up = places[f"down{level}.0.0"], places[f"merge{level}.0.0"]
        middles = [one["y"] + one["height"] / 2 for one in (down, up)]
        assert abs(middles[0] - middles[1]) < 1, (level, middles)
        assert down["x"] + down["width"] < up["x"]
        heights.append(middles[0])
    assert heights == sorted(heights)
    boxes = [
        (one["x"], one["y"], one["x"] + one["width"], one["y"] + one["height"])
        for one in (box.bounding_box() for box in page.locator(".box, .sign").all())
        if one is not None
    ]
    heads = page.locator(".joints polygon").evaluate_all(
        "all => all.map((one) => { const at = one.points[0].matrixTransform(one.getScreenCTM());"
        " return [at.x, at.y]; })"
    )
    assert len(heads) == 20  # 4 skips, and into and out of each of 8 between levels
    for x, y in heads:
        assert any(
            left - 3 < x < right + 3 and top - 3 < y < bottom + 3
            for left, top, right, bottom in boxes
        ), (x, y)


def main(chromium: str) -> int:
    """Try the pages of ResNet-50 and U-Net; 1 where a browser says anything of one."""
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, trial in (("resnet50", tried), ("unet", seen)):
            source, path, _found = read_named(name)
            typed, _problems = compile_source(source, path)
            assert typed is not None
            file = Path(folder) / f"{name}.html"
            file.write_text(FORMATS["html"].text(typed), encoding="utf-8")
            page = browser.new_page(viewport={"width": 1500, "height": 900})
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(file.as_uri(), timeout=SLOWEST)
            trial(page)
        browser.close()
    for line in said:
        print(line, file=sys.stderr)
    return bool(said)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
