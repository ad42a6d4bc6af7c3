"""PDF and pixels: read back by PDFium, with the texts and colours that are in the picture."""

from __future__ import annotations

import ctypes
import io
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
import pytest
from drawn import checked, example
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from archc.pictures import THEMES, Looks, paged
from archc.pictures.layout.marks import Frame, Glyph, Text
from archc.pictures.layout.page import Page
from archc.pictures.measure import face as measured
from archc.pictures.measure.face import face
from archc.pictures.measure.widths import SIGNS, width
from archc.pictures.palette import DARK, LIGHT
from archc.pictures.pdf import UNIT, pdf
from archc.pictures.png import SCALE, png

FOLDER = Path(measured.__file__).parent / "arimo"

HOSTILE = r"""model net() {
  input x: [N, 8, H = 8, W = 8]
  "(a\\) Tj ET /( é ж 漢": { conv(8, 1) -> max_pool(2) }
}"""


def marks_of(page: Page) -> list[Text]:
    marks = [mark for mark in page.marks if isinstance(mark, Text)]
    return marks + [
        text for mark in page.marks if isinstance(mark, (Glyph, Frame)) for text in mark.texts
    ]


def fonts_in(document: bytes) -> list[Any]:
    """Each font that a text of the page is set in, once."""
    texts = read(document)[0].get_objects([raw.FPDF_PAGEOBJ_TEXT])
    return list({text.get_font().get_base_name(): text.get_font() for text in texts}.values())


def data_of(font: Any) -> bytes:
    length = ctypes.c_size_t()
    raw.FPDFFont_GetFontData(font.raw, None, 0, length)
    data = (ctypes.c_uint8 * length.value)()
    raw.FPDFFont_GetFontData(font.raw, data, length.value, length)
    return bytes(data)


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
    assert letters == sorted(re.sub(r"\s", "", "".join(text.text for text in marks_of(page))))


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
    assert "(a\\) Tj ET /( é ж \N{REPLACEMENT CHARACTER}" in said


def test_it_has_its_fonts_with_it() -> None:
    """arXiv and IEEE refuse what names a font that is not there."""
    page = paged(checked(HOSTILE), Looks())
    fonts = fonts_in(pdf(page))
    assert {each.get_base_name().partition("+")[2] for each in fonts} == {
        "Arimo-Regular",
        "Arimo-Bold",
    }
    assert all(raw.FPDFFont_GetIsEmbedded(each.raw) == 1 for each in fonts)
    for each, bold in ((one, "Bold" in one.get_base_name()) for one in fonts):
        shown = {letter for text in marks_of(page) if text.bold == bold for letter in text.text}
        inside = TTFont(io.BytesIO(data_of(each)))
        # A glyph for each letter (one stands for 漢), that for none, and parts of é.
        assert len(shown - {"漢"}) < len(inside.getGlyphOrder()) <= len(shown) + 4


def test_letters_are_as_wide_as_they_are_measured() -> None:
    """What is measured are Helvetica's widths, of which the middle dot's alone is another."""
    for bold in (False, True):
        font = face(bold=bold)
        for letter in map(chr, range(32, 127)):
            assert font.width(letter) == pytest.approx(width(letter, 1000, bold=bold), abs=1)
        for letter in sorted(SIGNS.keys() - {"\N{MIDDLE DOT}"}):
            assert font.width(letter) == pytest.approx(width(letter, 1000, bold=bold), abs=1)
        reference = TTFont(FOLDER / f"{'bold' if bold else 'regular'}.ttf")
        letters = reference.getBestCmap()
        assert set(letters) == set(font.glyphs)
        units = reference["head"].unitsPerEm
        for code, name in letters.items():
            wide = reference["hmtx"][name][0] * 1000 / units
            assert font.width(chr(code)) == pytest.approx(wide, abs=0.5)


@given(st.sets(st.sampled_from(sorted(map(chr, face(bold=False).glyphs))), max_size=12))
@settings(max_examples=40)
def test_a_part_of_a_font_draws_what_the_font_draws(letters: set[str]) -> None:
    subset = face(bold=False).subset(letters)
    whole, part = TTFont(FOLDER / "regular.ttf"), TTFont(io.BytesIO(subset.data))
    assert set(subset.numbers) == letters
    for letter, number in subset.numbers.items():
        drawn = [DecomposingRecordingPen(font.getGlyphSet()) for font in (whole, part)]
        whole.getGlyphSet()[whole.getBestCmap()[ord(letter)]].draw(drawn[0])
        part.getGlyphSet()[part.getGlyphName(number)].draw(drawn[1])
        assert drawn[0].value == drawn[1].value


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
