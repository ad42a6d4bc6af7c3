"""PDF and pixels: read back by PDFium, with the texts and colours that are in the picture."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdfium2
import pytest
from drawn import checked, example
from PIL import Image

from archc.pictures import THEMES, Looks, paged
from archc.pictures.layout.marks import Frame, Glyph, Text
from archc.pictures.layout.page import Page
from archc.pictures.palette import DARK, LIGHT
from archc.pictures.pdf import UNIT, pdf
from archc.pictures.png import SCALE, png

HOSTILE = r"""model net() {
  input x: [N, 8, H = 8, W = 8]
  "(a\\) Tj ET /( é ж": { conv(8, 1) -> max_pool(2) }
}"""


def texts_of(page: Page) -> list[str]:
    found: list[str] = []
    for mark in page.marks:
        if isinstance(mark, Text):
            found.append(mark.text)
        elif isinstance(mark, (Glyph, Frame)):
            found += [text.text for text in mark.texts]
    return found


def read(document: bytes) -> Any:
    return pypdfium2.PdfDocument(io.BytesIO(document))


@pytest.mark.parametrize("view", ["layers", "volumes", "stages"])
@pytest.mark.parametrize("name", ["unet", "googlenet"])
def test_every_text_is_on_its_one_page(name: str, view: str) -> None:
    page = paged(example(name), Looks(view))
    document = read(pdf(page))
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx(
        (page.width * UNIT, page.height * UNIT), abs=0.01
    )
    # PDFium puts letters together by where they stand, not by what was written at once.
    letters = sorted(re.sub(r"\s", "", document[0].get_textpage().get_text_bounded()))
    assert letters == sorted(re.sub(r"\s", "", "".join(texts_of(page))))


def test_texts_are_as_wide_as_they_were_measured() -> None:
    page = paged(
        checked("model net() {\n  input x: [N, 8, H = 8, W = 8]\n  conv(8, 1)\n}"), Looks()
    )
    textpage = read(pdf(page))[0].get_textpage()
    found = textpage.search("output").get_next()
    assert found is not None
    boxes = [textpage.get_charbox(found[0] + at) for at in range(6)]
    (measured,) = [
        text.width
        for mark in page.marks
        if isinstance(mark, Glyph)
        for text in mark.texts
        if text.text == "output"
    ]
    assert boxes[-1][2] - boxes[0][0] == pytest.approx(measured * UNIT, rel=0.05)


def test_no_text_is_a_command_of_pdf() -> None:
    said = read(pdf(paged(checked(HOSTILE), Looks())))[0].get_textpage().get_text_bounded()
    assert r"(a\) Tj ET /( é ?" in said


@pytest.mark.parametrize("theme", THEMES)
def test_pixels_have_the_colours_of_the_theme(theme: str) -> None:
    page = paged(example("vgg11"), Looks())
    image = Image.open(io.BytesIO(png(pdf(page, theme))))
    assert image.size == pytest.approx(
        [page.width * UNIT * SCALE, page.height * UNIT * SCALE], abs=2
    )
    behind = DARK.page if theme == "dark" else LIGHT.page
    assert image.convert("RGB").getpixel((2, 2)) == tuple(bytes.fromhex(behind[1:]))
    box = next(one for one in page.marks if isinstance(one, Glyph) and one.kind == "convolution")
    place = (int((box.x + 4) * UNIT * SCALE), int((box.y + 4) * UNIT * SCALE))
    fill = {"dark": DARK, "light": LIGHT, "auto": LIGHT}.get(theme)
    if fill is not None:
        wanted = tuple(bytes.fromhex(fill.kinds["convolution"][0][1:]))
        assert image.convert("RGB").getpixel(place) == wanted


def test_the_same_picture_gives_the_same_bytes() -> None:
    page = paged(example("vgg11"), Looks())
    assert pdf(page) == pdf(page)
    assert png(pdf(page)) == png(pdf(page))
