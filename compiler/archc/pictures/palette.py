"""Colours: hues that people with any colour vision tell apart, and that differ in grey.

They are tints of Okabe and Ito's palette, each darker than the one before it by as much as a
printer shows. Borders are darker than fills by so much that a box
stands out on white and on black, and text is dark on all light fills, and light on all dark ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from archc.pictures.measure.widths import FONTS
from archir.base.record import Record


class Inks(Record):
    """The colours of one theme; ``kinds`` has the fill and the border of each kind of box."""

    page: str
    letters: str
    quiet: str
    wires: str
    panel: str
    frames: str
    kinds: Mapping[str, tuple[str, str]]


def _heats(*fills: str, edge: str) -> dict[str, tuple[str, str]]:
    """One hue in six steps, each darker or lighter than the one before it."""
    return {f"heat{at}": (fill, edge) for at, fill in enumerate(fills)}


LIGHT = Inks(
    "#ffffff",
    "#111827",
    "#374151",
    "#4b5563",
    "#f7f8fa",
    "#b4bac4",
    {
        "convolution": ("#c0daf3", "#2f78b0"),
        "norm": ("#fbf3be", "#a8912a"),
        "activation": ("#c6ebdb", "#1c8f6b"),
        "pooling": ("#f0a97a", "#b04f14"),
        "linear": ("#d09bc6", "#86397a"),
        "attention": ("#9ecee3", "#14708c"),
        "merge": ("#ffffff", "#4b5563"),
        "reshape": ("#e5e7ec", "#8a93a0"),
        "dropout": ("#f7f7f7", "#a1a7b0"),
        "other": ("#d3cac3", "#78716c"),
        "block": ("#ffffff", "#1f2937"),
        "end": ("#ffffff", "#6b7280"),
        "parameter": ("#ffffff", "#a1a7b0"),
        "same": ("#ffffff", "#8a93a0"),
        "changed": ("#fbf3be", "#a8912a"),
        "added": ("#c0daf3", "#2f78b0"),
        "removed": ("#f0a97a", "#b04f14"),
        **_heats("#ffffff", "#fff6e5", "#fee5bd", "#fdcb91", "#fbb07c", "#f6957a", edge="#8a4b2d"),
    },
)

DARK = Inks(
    "#0d1117",
    "#e6e9ee",
    "#cbd2db",
    "#9aa4b2",
    "#161b22",
    "#4b5563",
    {
        "convolution": ("#1e3a52", "#6db0e3"),
        "norm": ("#4a4217", "#d9c65a"),
        "activation": ("#16443a", "#4cc6a0"),
        "pooling": ("#5c2f16", "#ef9a63"),
        "linear": ("#4b2746", "#d58fc8"),
        "attention": ("#12424f", "#5fc3e0"),
        "merge": ("#1f2937", "#9ca3af"),
        "reshape": ("#2b323d", "#8a93a0"),
        "dropout": ("#262b33", "#7b838f"),
        "other": ("#35322f", "#a8a29e"),
        "block": ("#111827", "#d1d5db"),
        "end": ("#111827", "#9ca3af"),
        "parameter": ("#111827", "#7b838f"),
        "same": ("#111827", "#7b838f"),
        "changed": ("#4a4217", "#d9c65a"),
        "added": ("#1e3a52", "#6db0e3"),
        "removed": ("#5c2f16", "#ef9a63"),
        **_heats("#111827", "#2a1f1a", "#43271a", "#5f2e1b", "#7a341f", "#943d27", edge="#e0a07a"),
    },
)

PRINT = Inks(
    "none",
    "#000000",
    "#333333",
    "#222222",
    "none",
    "#888888",
    {kind: (fill, "#222222") for kind, (fill, _border) in LIGHT.kinds.items()},
)
"""For paper, which is white already, in ink that copies well."""

_LIT = "#ffffff"
"""What light falls from above."""


def sides_of(fill: str, border: str) -> tuple[str, str]:
    """The colours of a solid's top, in the light, and of its right side, in shadow."""
    return _mixed(fill, _LIT, 0.4), _mixed(fill, border, 0.35)


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


__all__ = ["DARK", "FONTS", "LIGHT", "PRINT", "Inks", "sides_of"]
