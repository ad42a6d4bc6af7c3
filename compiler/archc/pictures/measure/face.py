"""The letters that documents carry: Arimo, which is as wide as Helvetica, in the folder ``arimo``.

A TrueType font is a set of tables (Apple's and Microsoft's specifications agree on those that are
read here). Of a face a document takes the glyphs of its letters alone, with numbers of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from struct import calcsize, pack, unpack, unpack_from

from archir.base.record import Record

_HERE = Path(__file__).parent / "arimo"

UNITS = 1000
"""What widths and heights are in: parts of the font's size."""

_KEPT = ("head", "hhea", "maxp")
"""Tables that a subset takes over, with numbers of glyphs put right."""

# Of a compound glyph: what follows a component's flags and number, by its flags.
_WORDS, _SCALE, _MORE, _SCALES, _MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80


class Subset(Record):
    """Some glyphs of a face, as a font of its own.

    ``numbers`` are those of the glyphs of letters, ``widths`` those of all glyphs by number.
    """

    name: str
    data: bytes
    numbers: dict[str, int]
    widths: list[int]


class Face:
    """One face of a font, of which letters are looked up."""

    def __init__(self, data: bytes) -> None:
        self.tables: dict[str, bytes] = {}
        for at in range(unpack_from(">H", data, 4)[0]):
            tag, _sum, start, long = unpack_from(">4sLLL", data, 12 + 16 * at)
            self.tables[tag.decode()] = data[start : start + long]
        self.per_em, self.box = _head(self.tables["head"])
        self.ascent, self.descent = map(self._part, unpack_from(">hh", self.tables["hhea"], 4))
        (self.count,) = unpack_from(">H", self.tables["maxp"], 4)
        is_long = unpack_from(">h", self.tables["head"], 50)[0]
        form, step = ("L", 1) if is_long else ("H", 2)
        places = unpack(f">{self.count + 1}{form}", self.tables["loca"])
        self.places = [place * step for place in places]
        self.glyphs = _letters(self.tables["cmap"])

    def has(self, letter: str) -> bool:
        return ord(letter) in self.glyphs

    def width(self, letter: str) -> int:
        """How wide a letter is, in ``UNITS``; one that there is none of is as the sign for that."""
        return self._part(self._metrics(self.glyphs.get(ord(letter), 0))[0])

    def subset(self, letters: Iterable[str]) -> Subset:
        """The glyphs of letters, and those that they are put together of."""
        known = sorted({letter for letter in letters if self.has(letter)})
        wanted = list(dict.fromkeys((0, *(self.glyphs[ord(letter)] for letter in known))))
        for glyph in wanted:  # which grows by what is met
            met = (part for _at, part in self._components(self._outline(glyph)))
            wanted += [part for part in dict.fromkeys(met) if part not in wanted]
        numbers = {glyph: number for number, glyph in enumerate(wanted)}
        outlines = [self._renumbered(self._outline(glyph), numbers) for glyph in wanted]
        metrics = [self._metrics(glyph) for glyph in wanted]
        data = _font(
            {
                **{tag: self.tables[tag] for tag in _KEPT},
                "hhea": self.tables["hhea"][:34] + pack(">H", len(wanted)),
                "maxp": self.tables["maxp"][:4] + pack(">H", len(wanted)) + self.tables["maxp"][6:],
                "head": self.tables["head"][:50] + pack(">h", 1) + self.tables["head"][52:],
                "hmtx": b"".join(pack(">Hh", *one) for one in metrics),
                "loca": b"".join(
                    pack(">L", place) for place in accumulate(map(len, outlines), initial=0)
                ),
                "glyf": b"".join(outlines),
            }
        )
        digest = sha256("".join(known).encode()).digest()
        tag = "".join(chr(ord("A") + byte % 26) for byte in digest[:6])
        found = {letter: numbers[self.glyphs[ord(letter)]] for letter in known}
        return Subset(tag, data, found, [self._part(wide) for wide, _bearing in metrics])

    def _part(self, value: int) -> int:
        return round(value * UNITS / self.per_em)

    def _metrics(self, glyph: int) -> tuple[int, int]:
        """A glyph's width, and where its ink begins."""
        (last,) = unpack_from(">H", self.tables["hhea"], 34)
        table = self.tables["hmtx"]
        if glyph < last:
            wide, bearing = unpack_from(">Hh", table, 4 * glyph)
            return wide, bearing
        (wide,) = unpack_from(">H", table, 4 * (last - 1))
        (bearing,) = unpack_from(">h", table, 4 * last + 2 * (glyph - last))
        return wide, bearing

    def _outline(self, glyph: int) -> bytes:
        return self.tables["glyf"][self.places[glyph] : self.places[glyph + 1]]

    def _components(self, outline: bytes) -> list[tuple[int, int]]:
        """Of a compound glyph: where its parts have their numbers, and the numbers."""
        if not outline or unpack_from(">h", outline)[0] >= 0:
            return []
        found: list[tuple[int, int]] = []
        at, flags = 10, _MORE
        while flags & _MORE:
            flags, part = unpack_from(">HH", outline, at)
            found.append((at + 2, part))
            at += 8 if flags & _WORDS else 6
            at += 2 if flags & _SCALE else 4 if flags & _SCALES else 8 if flags & _MATRIX else 0
        return found

    def _renumbered(self, outline: bytes, numbers: dict[int, int]) -> bytes:
        made = bytearray(outline)
        for at, part in self._components(outline):
            made[at : at + 2] = pack(">H", numbers[part])
        return bytes(made) + bytes(-len(made) % 4)


@lru_cache(2)
def face(*, bold: bool) -> Face:
    """The regular or the bold face."""
    return Face((_HERE / ("bold.ttf" if bold else "regular.ttf")).read_bytes())


def _head(table: bytes) -> tuple[int, tuple[int, int, int, int]]:
    (per_em,) = unpack_from(">H", table, 18)
    left, foot, right, top = (round(v * UNITS / per_em) for v in unpack_from(">4h", table, 36))
    return per_em, (left, foot, right, top)


def _letters(table: bytes) -> dict[int, int]:
    """The glyphs of letters: a cmap of the format 4, segments of code points."""
    starts = [
        unpack_from(">L", table, 8 + 8 * at)[0] for at in range(unpack_from(">H", table, 2)[0])
    ]
    start = next(one for one in starts if unpack_from(">H", table, one)[0] == 4)
    (twice,) = unpack_from(">H", table, start + 6)
    count, at = twice // 2, start + 14
    ends = unpack_from(f">{count}H", table, at)
    begins = unpack_from(f">{count}H", table, at + twice + 2)
    deltas = unpack_from(f">{count}H", table, at + 2 * twice + 2)
    offsets_at = at + 3 * twice + 2
    offsets = unpack_from(f">{count}H", table, offsets_at)
    found: dict[int, int] = {}
    for number, (end, begin, delta, offset) in enumerate(
        zip(ends, begins, deltas, offsets, strict=True)
    ):
        for code in range(begin, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = offsets_at + 2 * number + offset + 2 * (code - begin)
                (glyph,) = unpack_from(">H", table, place)
            if glyph or not offset:
                found[code] = (glyph + delta) & 0xFFFF
    return {code: glyph for code, glyph in found.items() if glyph}


def _font(tables: dict[str, bytes]) -> bytes:
    """Tables as a file, with what its directory says of them."""
    power = 1 << (len(tables).bit_length() - 1)
    head = pack(">LHHHH", 0x10000, len(tables), 16 * power, power.bit_length() - 1,
                16 * (len(tables) - power))  # fmt: skip
    start = len(head) + calcsize(">4sLLL") * len(tables)
    body = bytearray()
    for tag in sorted(tables):
        data = tables[tag]
        padded = data + bytes(-len(data) % 4)
        total = sum(unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        head += pack(">4sLLL", tag.encode(), total, start + len(body), len(data))
        body += padded
    return head + bytes(body)
