"""What the page does in a browser: ``python tests/playground/browsing.py CHROMIUM [FILE]``.

It needs playwright and a Chromium, which a machine that runs the tests need not have; ``.ci/run``
runs it where there is one. The page is served, or with a FILE, which ``archc playground --out`` has
made, opened from disk without a network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from archc.playground.serving import Playground

SLOWEST = 60_000
"""Milliseconds that a browser may take where others work beside it."""

TEXT = """\
model net() {
  input image: [N, 3, H = 32, W = 32]
  conv(8, 3, padding = 1) -> max_pol(2)
  flatten -> linear(10)
}
"""


def written(page: Page) -> None:
    """Write a text with a mistake, see it, and have it put right by a click."""
    page.locator("#editor .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(TEXT)
    expect(page.locator("#verdict")).to_have_text("1 error")
    problem = page.locator("#problems article")
    expect(problem).to_contain_text("max_pol")
    expect(problem.locator(".at")).to_have_text("3:30")
    expect(page.locator(".cm-lintRange-error")).to_have_text("max_pol")
    problem.locator(".fix").click()
    expect(page.locator("#verdict")).to_have_text("Right")
    expect(page.locator("#editor .cm-content")).to_contain_text("-> max_pool(2)")
    expect(page.locator("#editor .shape").first).to_have_text("[N, 8, H // 2, W // 2]")
    expect(page.locator("#problems")).to_be_hidden()


def helped(page: Page) -> None:
    """Words at the cursor, and what a name under the pointer is."""
    page.locator("#editor .cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# \U0001f600\nblock Half(width = 4) { linear(width) }\n")
    expect(page.locator("#verdict")).to_have_text("1 warning")  # nothing uses it yet
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.type(" -> Ha")
    words = page.locator(".cm-tooltip-autocomplete li")
    expect(words).to_have_text("Half")
    page.keyboard.press("Tab")
    page.keyboard.type("(wi")
    expect(words.first).to_have_text("width = width = 4")
    page.keyboard.press("Enter")
    page.keyboard.type("3)")
    expect(page.locator("#editor .cm-content")).to_contain_text("-> Half(width = 3)")
    expect(page.locator("#verdict")).to_have_text("Right")
    page.locator("#editor .tok-op", has_text="conv").hover()
    # 8 filters of 3 x 3 x 3 and a bias.
    expect(page.locator(".hover")).to_contain_text("224 parameters")
    page.mouse.move(0, 0)
    expect(page.locator(".hover")).to_have_count(0)
    page.locator("#editor .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(TEXT.replace("max_pol", "max_pool"))
    expect(page.locator("#verdict")).to_have_text("Right")


def looked_at(page: Page) -> None:
    """Each pane shows the model, at its sizes and at others."""
    # 8 filters of 3 x 3 x 3 and a bias; 10 x (8 x 16 x 16) weights and a bias.
    expect(page.locator("#pane-card")).to_contain_text("20,714")
    # 216 for each of 32 x 32 places, and 20,480.
    expect(page.locator("#pane-card")).to_contain_text("241,664")
    page.locator("#tab-card").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-picture")).to_be_focused()
    drawn = page.locator("#pane-picture .paper svg")
    expect(drawn).to_contain_text("8 \N{MULTIPLICATION SIGN} 32²")
    page.locator("#size-H").fill("33")  # of which pooling leaves 16 as well
    expect(drawn).to_contain_text("8 \N{MULTIPLICATION SIGN} 33 \N{MULTIPLICATION SIGN} 32")
    page.locator("#size-H").fill("64")
    expect(page.locator("#pane-picture .refused")).to_contain_text("2048")
    page.locator("#usual").click()
    expect(drawn).to_contain_text("8 \N{MULTIPLICATION SIGN} 32²")
    page.locator("#asked select").select_option("explore")
    frame = page.frame_locator("#pane-picture iframe")
    expect(frame.locator("h1")).to_have_text("net")
    expect(frame.locator("#total")).to_contain_text("20,714 parameters")
    page.locator("#tab-table").click()
    expect(page.locator("#pane-table tfoot")).to_contain_text("241,664")
    page.locator("#tab-python").click()
    expect(page.locator("#pane-python")).to_contain_text("nn.MaxPool2d(2)")
    page.locator("#tab-card").click()


def resized(page: Page) -> None:
    """A size at which it does not run, and the nearest at which it does."""
    page.locator("#examples-open").click()
    page.keyboard.insert_text("unet figure")
    page.keyboard.press("Enter")
    expect(page.locator("#examples")).to_be_hidden()
    expect(page.locator("#pane-card h2")).to_have_text("unet")
    expect(page.locator("#size-H")).to_have_value("512")
    page.locator("#size-H").fill("100")
    refused = page.locator("#pane-card .refused")
    expect(refused).to_contain_text("multiple of 16")
    refused.locator("button").click()
    expect(page.locator("#size-H")).to_have_value("96")
    expect(page.locator("#pane-card")).to_contain_text("at N = 1, H = 96, W = 512")


def shared(page: Page, context: BrowserContext) -> None:
    """A link has the text and the sizes, and opens them in another page."""
    page.locator("#share").click()
    expect(page.locator("#link")).to_be_visible()
    link = page.locator("#link-text").input_value()
    other = context.new_page()
    watched(other)
    other.goto(link, timeout=SLOWEST)
    expect(other.locator("#pane-card h2")).to_have_text("unet")
    expect(other.locator("#size-H")).to_have_value("96")
    other.goto(f"{link[:-40]}", timeout=SLOWEST)
    expect(other.locator("#notice")).to_contain_text("cannot be read")
    other.close()
    fresh = context.new_page()
    watched(fresh)
    fresh.goto(f"{link[:-40]}", timeout=SLOWEST)
    expect(fresh.locator("#pane-card h2")).to_have_text("net")
    expect(fresh.locator("#notice")).to_contain_text("cannot be read")
    fresh.close()
    page.keyboard.press("Escape")


def attacked(page: Page) -> None:
    """What looks like markup or code in a text is text."""
    page.locator("#editor .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(
        "model net() {\n  input x: [N, 4, 8, 8]\n"
        "  conv(4, 3, padding = \"<img src=x onerror=document.title='hurt'>\")\n}\n"
    )
    expect(page.locator("#problems")).to_contain_text("<img src=x")
    expect(page.locator("#problems img, #problems script")).to_have_count(0)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(
        "## <img src=x onerror=document.title='hurt'><script>document.title='hurt'</script>\n"
        "model net() {\n  input x: [N, 4]\n  relu\n}\n"
    )
    expect(page.locator("#pane-card .doc")).to_contain_text("<img src=x")
    assert page.locator("#pane-card img, #pane-card script").count() == 0
    assert "hurt" not in page.title()


def tried(page: Page, context: BrowserContext) -> None:
    """All of it, as a reader does."""
    expect(page.locator("#verdict")).to_have_text("Right")
    written(page)
    helped(page)
    looked_at(page)
    resized(page)
    shared(page, context)
    attacked(page)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    expect(page.locator("#theme")).to_have_text("Dark")


said: list[str] = []


def watched(page: Page) -> None:
    """Note all that a browser says of a page."""
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))


@contextmanager
def address(file: str | None) -> Iterator[str]:
    """Where the page is: on disk, or served while this lasts."""
    if file is not None:
        yield Path(file).absolute().as_uri()
        return
    with Playground(0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def main(chromium: str, file: str | None = None) -> int:
    """Try the page; 1 where a browser says anything of it."""
    expect.set_options(timeout=SLOWEST)
    with sync_playwright() as driver, address(file) as url:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, color_scheme="light", offline=file is not None
        )
        page = context.new_page()
        watched(page)
        page.goto(url, timeout=SLOWEST)
        tried(page, context)
        browser.close()
    for line in said:
        print(line, file=sys.stderr)
    return bool(said)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
