"""Pictures in pixels, of the PDF that ``pdf.py`` writes.

PDFium draws them with the letters that the document has: they look the same without fonts.
"""

from __future__ import annotations

from io import BytesIO
from struct import pack
from zlib import compress, crc32

from archir.base.optional import require

SCALE = 4.0
"""Pixels for a point: 300 to an inch and a little less, as papers ask."""


def png(document: bytes) -> bytes:
    """The first page of a PDF document as PNG.

    Raises ``PackageMissingError`` where the package pypdfium2 is not installed.
    """
    require("pypdfium2")
    import pypdfium2

    opened = pypdfium2.PdfDocument(BytesIO(document))
    try:
        bitmap = opened[0].render(scale=SCALE, rev_byteorder=True)
        wide, high, stride = bitmap.width, bitmap.height, bitmap.stride
        channels, data = bitmap.n_channels, bytes(bitmap.buffer)
    finally:
        opened.close()
    rows = (data[at * stride : at * stride + wide * channels] for at in range(high))
    return _encoded(wide, high, channels, b"".join(b"\0" + row for row in rows))


def _encoded(wide: int, high: int, channels: int, rows: bytes) -> bytes:
    """Rows of pixels, each behind the number of its filter, as a file."""
    colours = {1: 0, 3: 2, 4: 6}[channels]
    inch = round(SCALE * 72 / 0.0254)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", pack(">IIBBBBB", wide, high, 8, colours, 0, 0, 0)),
            _chunk(b"pHYs", pack(">IIB", inch, inch, 1)),
            _chunk(b"IDAT", compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))
