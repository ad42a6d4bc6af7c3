"""Fonts in PDF documents: the letters that are used, so that they look the same everywhere.

arXiv, IEEE and printers refuse documents that name a font and do not have it. A text is written as
numbers of glyphs; what letters they are stands beside the font, so that text can be searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zlib import compress

from archc.pictures.layout.marks import Text
from archc.pictures.measure.face import Subset, face
from archc.pictures.strokes import short
from archir.base.record import Record

MISSING = "\N{REPLACEMENT CHARACTER}"
"""What stands for a letter that the font has not."""

_PLAIN, _HEAVY = 80, 140
"""How thick upright strokes are, in thousandths of the font's size."""

_CAPITAL = 716

_SYSTEM = "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"


class Font(Record):
    """A face in a document: ``label`` is what the page's texts call it."""

    label: str
    bold: bool
    subset: Subset

    @property
    def name(self) -> str:
        """Six letters for what of it is there, as PDF asks, and what it is called."""
        return f"{self.subset.name}+Arimo-{'Bold' if self.bold else 'Regular'}"

    def shown(self, text: Text) -> str:
        """The operators that show a text, as wide as it was measured."""
        numbers = [self.subset.numbers[letter] for letter in _settable(text.text, self.bold)]
        wide = sum(self.subset.widths[number] for number in numbers) * text.size / 1000
        stretch = 100 * text.width / wide if wide else 100.0
        said = "".join(f"{number:04x}" for number in numbers)
        return f"{short(stretch, 2)} Tz <{said}> Tj"

    def objects(self, first: int) -> list[bytes]:
        """Its objects, of which the first has the number ``first`` and is the font itself."""
        fontface = face(bold=self.bold)
        font, letters, about, data = range(first + 1, first + 5)
        widths = " ".join(map(str, self.subset.widths))
        box = " ".join(map(str, fontface.box))
        heavy = _HEAVY if self.bold else _PLAIN
        packed = compress(self.subset.data, 9)
        return [
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{self.name} /Encoding /Identity-H "
            f"/DescendantFonts [{font} 0 R] /ToUnicode {letters} 0 R >>".encode(),
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{self.name} {_SYSTEM} "
            f"/FontDescriptor {about} 0 R /CIDToGIDMap /Identity /W [0 [{widths}]] >>".encode(),
            stream(_letters_of(self.subset.numbers).encode()),
            f"<< /Type /FontDescriptor /FontName /{self.name} /Flags 4 /FontBBox [{box}] "
            f"/ItalicAngle 0 /Ascent {fontface.ascent} /Descent {fontface.descent} "
            f"/CapHeight {_CAPITAL} /StemV {heavy} /FontFile2 {data} 0 R >>".encode(),
            stream(packed, f"/Filter /FlateDecode /Length1 {len(self.subset.data)} "),
        ]


def fonts_of(texts: Iterable[Text]) -> dict[bool, Font]:
    """The faces that texts are set in, with the letters that they have, by whether it is bold."""
    letters: dict[bool, set[str]] = {}
    for text in texts:
        letters.setdefault(text.bold, set()).update(_settable(text.text, text.bold))
    return {
        bold: Font(f"F{2 if bold else 1}", bold, face(bold=bold).subset(letters[bold]))
        for bold in sorted(letters)
    }


def stream(content: bytes, said: str = "") -> bytes:
    """An object that is a stream of bytes."""
    return f"<< {said}/Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _settable(text: str, bold: bool) -> str:
    has = face(bold=bold).has
    return "".join(letter if has(letter) else MISSING for letter in text)


def _letters_of(numbers: Mapping[str, int]) -> str:
    """A CMap from glyphs to letters; each of its lists may have a hundred entries."""
    pairs = sorted((number, letter) for letter, number in numbers.items())
    lists: list[str] = []
    for at in range(0, len(pairs), 100):
        some = pairs[at : at + 100]
        lines = [f"<{number:04x}> <{letter.encode('utf-16-be').hex()}>" for number, letter in some]
        lists += [f"{len(some)} beginbfchar", *lines, "endbfchar"]
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap",
            f"{_SYSTEM} def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def",
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange",
            *lists,
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend",
        )
    )
