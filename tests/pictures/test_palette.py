"""Colours are told apart in grey and by eyes that lack a cone, and texts on them can be read.

Grey is luma of ITU-R BT.601; contrast is that of WCAG 2.1, which asks for 4.5; what eyes see that
lack a cone is worked out as Machado, Oliveira and Fernandes (2009) do.
"""

from __future__ import annotations

from itertools import combinations

import pytest

from archc.pictures.model.costs import HEAT
from archc.pictures.model.kinds import KINDS
from archc.pictures.palette import DARK, LIGHT, PRINT, Inks

THEMES = {"light": LIGHT, "dark": DARK, "print": PRINT}

OPS = sorted({*KINDS.values(), "other"})

STEP = 7
"""Of 255: how much darker each kind's colour is on paper than the next one's."""

TOLD_APART = 5
"""CIE 1976: a difference of 2.3 is just seen between areas that lie side by side."""

LACKING = {
    "no red cone": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                    (-0.003882, -0.048116, 1.051998)),
    "no green cone": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                      (-0.011820, 0.042940, 0.968881)),
    "no blue cone": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                     (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def linear(colour: str) -> list[float]:
    values = (part / 255 for part in parts(colour))
    return [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in values]


def luma(colour: str) -> float:
    red, green, blue = parts(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue
        for red, green, blue in (linear(one), linear(other))
    )
    return (light + 0.05) / (dark + 0.05)


def lab(values: list[float]) -> tuple[float, float, float]:
    """CIE L*a*b* of linear sRGB, for the white of D65."""
    red, green, blue = (min(max(one, 0.0), 1.0) for one in values)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    cubes = [one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z)]
    return 116 * cubes[1] - 16, 500 * (cubes[0] - cubes[1]), 200 * (cubes[1] - cubes[2])


@pytest.mark.parametrize("theme", ["light", "print"])
def test_kinds_differ_in_grey(theme: str) -> None:
    fills = {kind: THEMES[theme].kinds[kind][0] for kind in OPS}
    for one, other in combinations(OPS, 2):
        assert abs(luma(fills[one]) - luma(fills[other])) >= STEP, (one, other)


@pytest.mark.parametrize("theme", ["light", "print"])
@pytest.mark.parametrize("lacking", LACKING)
def test_kinds_differ_for_eyes_that_lack_a_cone(theme: str, lacking: str) -> None:
    seen = {
        kind: lab([
            sum(weight * value for weight, value in zip(row, linear(fill), strict=True))
            for row in LACKING[lacking]
        ])
        for kind, fill in ((kind, THEMES[theme].kinds[kind][0]) for kind in OPS)
    }  # fmt: skip
    for one, other in combinations(OPS, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        # A dropout has no hue, and is nearly white.
        assert apart >= (2.5 if {one, other} == {"dropout", "merge"} else TOLD_APART), (one, other)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_can_be_read(theme: str) -> None:
    inks: Inks = THEMES[theme]
    behind = {kind: fill for kind, (fill, _border) in inks.kinds.items()}
    behind["page"], behind["panel"] = (
        "#ffffff" if one == "none" else one for one in (inks.page, inks.panel)
    )
    for name, fill in behind.items():
        for ink in (inks.letters, inks.quiet):
            assert contrast(fill, ink) >= 4.5, (name, ink, contrast(fill, ink))


@pytest.mark.parametrize("theme", THEMES)
def test_what_costs_more_is_farther_from_the_page(theme: str) -> None:
    inks = THEMES[theme]
    heats = [fill for kind, (fill, _) in sorted(inks.kinds.items()) if kind.startswith(HEAT)]
    lumas = [luma(fill) for fill in heats]
    assert lumas == sorted(lumas, reverse=theme != "dark")
    assert all(abs(one - other) >= STEP for one, other in combinations(lumas, 2))
