"""What renderers make of pictures: each text has its letters where the geometry says it stands.

resvg is a Python package; librsvg and Chromium are asked where a machine has them. No ink of a
text may lie outside of the place that it was measured to take, with real fonts.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from drawn import example

from archc.pictures import Looks, paged
from archc.pictures.layout.marks import Frame, Glyph, Text
from archc.pictures.layout.page import Page
from archc.pictures.measure.widths import ASCENT, DESCENT
from archc.pictures.svg import svg

SCALE = 3
"""Pixels for a unit."""

DARK = 128
"""Below this grey a pixel is a letter's."""

SLACK = 1.6
"""Units that letters may reach out of their place: antialiasing, and other fonts' overhang."""

RENDERERS = {
    "resvg": "resvg_py" if importlib.util.find_spec("resvg_py") else None,
    "librsvg": shutil.which("rsvg-convert"),
    "chromium": shutil.which("chromium") or shutil.which("chromium-browser"),
}
HERE = [name for name, found in RENDERERS.items() if found and importlib.util.find_spec("PIL")]

PICTURES = [
    ("resnet50", "layers"),
    ("googlenet", "layers"),
    ("unet", "layers"),
    ("ddpm", "layers"),
    ("fasterrcnn_resnet50_fpn", "layers"),
    ("yolov8n", "layers"),
    ("swin_t", "volumes"),
    ("unet", "volumes"),
    ("mobilenet_v3_small", "stages"),
]


def pixels(renderer: str, text: str, page: Page, folder: Path) -> tuple[int, bytes]:
    """A picture in grey, as its width and its bytes row by row."""
    from PIL import Image

    source, target = folder / "picture.svg", folder / "picture.png"
    source.write_text(text, encoding="utf-8")
    if renderer == "resvg":
        import resvg_py

        made = resvg_py.svg_to_bytes(svg_string=text, zoom=SCALE)
        target.write_bytes(bytes(made))
    elif renderer == "librsvg":
        command = [str(RENDERERS[renderer]), "-z", str(SCALE), str(source), "-o", str(target)]
        subprocess.run(command, check=True, capture_output=True)
    else:
        html = folder / "picture.html"
        html.write_text(f"<style>body {{ margin: 0 }}</style>{text}", encoding="utf-8")
        size = f"--window-size={int(page.width) + 40},{int(page.height) + 200}"
        command = [str(RENDERERS[renderer]), "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += [f"--force-device-scale-factor={SCALE}", "--hide-scrollbars", size]
        command += [f"--user-data-dir={folder / 'profile'}", f"--screenshot={target}"]
        subprocess.run([*command, html.as_uri()], check=True, capture_output=True, timeout=120)
    with Image.open(BytesIO(target.read_bytes())) as image:
        white = Image.new("RGBA", image.size, "white")
        grey = Image.alpha_composite(white, image.convert("RGBA")).convert("L")
        return grey.width, grey.tobytes()


def texts_of(page: Page) -> list[Text]:
    found = [mark for mark in page.marks if isinstance(mark, Text)]
    for mark in page.marks:
        if isinstance(mark, (Glyph, Frame)):
            found += mark.texts
    return found


def without_others(text: str) -> str:
    """The SVG with its letters alone, black on white: what is dark is a letter."""
    black = ".archc text { fill: #000 !important; }"
    hidden = ".archc rect, .archc path, .archc polygon, .archc circle { visibility: hidden; }"
    return text.replace("</style>", f"{black}\n{hidden}\n</style>")


@pytest.mark.parametrize("renderer", HERE)
@pytest.mark.parametrize(("name", "view"), PICTURES)
def test_letters_stand_where_they_were_measured(
    name: str, view: str, renderer: str, tmp_path: Path
) -> None:
    page = paged(example(name), Looks(view=view, theme="light"))
    text = without_others(svg(page, "light"))
    wide, grey = pixels(renderer, text, page, tmp_path)
    high = len(grey) // wide
    forbidden = bytearray(b"\1" * (wide * high))
    dark = grey.translate(bytes(int(value < DARK) for value in range(256)))
    met = 0
    for one in texts_of(page):
        left, right = one.left - SLACK, one.left + one.width + SLACK
        top, foot = one.y - one.size * ASCENT - SLACK, one.y + one.size * DESCENT + SLACK
        x0, x1 = max(int(left * SCALE), 0), min(int(right * SCALE) + 1, wide)
        y0, y1 = max(int(top * SCALE), 0), min(int(foot * SCALE) + 1, high)
        met += any(b"\1" in dark[y * wide + x0 : y * wide + x1] for y in range(y0, y1))
        for y in range(y0, y1):
            forbidden[y * wide + x0 : y * wide + x1] = bytes(x1 - x0)
    assert met == len(texts_of(page)), "a text has no letters where it stands"
    assert int.from_bytes(dark) & int.from_bytes(forbidden) == 0, "letters stand elsewhere"
