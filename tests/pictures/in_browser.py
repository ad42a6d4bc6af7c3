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

    page.locator('[data-path="layer2.0"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-path="layer2.0.conv2"]')).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator('[data-path="layer2.0.conv2"]')).to_have_count(0)
    page.keyboard.press("o")
    expect(page.locator('[data-path="layer4.0.conv3"]')).to_have_count(1)
    page.locator("#heat").select_option("parameters")
    expect(page.locator('[data-path="fc"]')).to_have_class("box kind-heat3")


def main(chromium: str) -> int:
    """Try the page of ResNet-50; 1 where it fails, or the browser says anything of it."""
    source, path, _found = read_named("resnet50")
    typed, _problems = compile_source(source, path)
    assert typed is not None
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "resnet50.html"
        file.write_text(FORMATS["html"].text(typed), encoding="utf-8")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri())
        tried(page)
        browser.close()
    for line in said:
        print(line, file=sys.stderr)
    return bool(said)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
