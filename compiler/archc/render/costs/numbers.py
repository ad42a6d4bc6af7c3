"""Numbers of a model's costs in words: dims, bytes, receptive fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from archir.shapes.brief import whole
from archir.shapes.dims import Dim

if TYPE_CHECKING:
    from fractions import Fraction

    from archir.check.summary import ModelSummary
    from archir.field.field import AxisField

UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")

_BITS = 1_000
"""Above them a number may be too large for a float."""


def dim(number: Dim) -> str:
    """``1,792``, or an expression; nothing for 0."""
    if isinstance(number, int):
        return f"{number:,}" if number else ""
    return whole(number)


def memory(number: Dim | None) -> str:
    """Bytes in the unit that suits: ``12.2 MiB``; nothing for 0. An expression is one of bytes."""
    if number is None or number == 0:
        return ""
    if not isinstance(number, int):
        return whole(number)
    if number < 1024:
        return f"{number} B"
    if number.bit_length() > _BITS:
        return f"{number >> 50:,} {UNITS[-1]}"
    size = float(number)
    for unit in UNITS:
        size /= 1024
        if size < 1023.95 or unit == UNITS[-1]:
            break
    return f"{size:,.1f} {unit}"


def field(seen: Sequence[AxisField]) -> str:
    """``212``, or ``3x5`` where the axes differ; ``all`` where all of the input is seen."""
    return _axes(seen, str)


def stride(seen: Sequence[AxisField]) -> str:
    """``32``, or ``2x1``; nothing where there is none."""
    return _axes(seen, lambda one: _fraction(one.stride))


def centre(seen: Sequence[AxisField]) -> str:
    """Where the centre of the first element is: ``15.5``."""
    return _axes(seen, lambda one: _fraction(one.centre))


def field_line(path: str, model: ModelSummary, seen: Sequence[AxisField]) -> Iterator[str]:
    """``features sees 212 of image's height, stride 32, the centre of the first at 15.5``."""
    for one in seen:
        source = f"{model.inputs[one.axis.input].name or 'the input'}'s {one.axis.name}"
        if one.unknown is not None and not one.whole:
            yield f"{path}: what it sees of {source} cannot be said: {one.unknown}"
        elif not one.size:
            yield f"{path} sees {'all' if one.whole else 'nothing'} of {source}"
        else:
            apart = "" if one.stride is None else f", stride {_fraction(one.stride)}"
            centred = "" if one.centre is None else f", first centre at {_fraction(one.centre)}"
            yield f"{path} sees {one} of {source}{apart}{centred}"


def _axes(seen: Sequence[AxisField], word: Callable[[AxisField], str]) -> str:
    """The words of the axes of each input that is seen, those of several inputs with a comma."""
    inputs: dict[int, list[str]] = {}
    for one in seen:
        if one.size != 0 or one.whole:
            inputs.setdefault(one.axis.input, []).append(word(one))
    return ", ".join(_joined(words) for words in inputs.values() if any(words))


def _joined(words: Sequence[str]) -> str:
    if len(set(words)) == 1:
        return words[0]
    return "x".join(f"({each})" if " " in each else each or "-" for each in words)


def _fraction(number: int | Fraction | None) -> str:
    if number is None:
        return ""
    if number.denominator == 1:
        return str(number)
    if number.denominator in (2, 4, 8):
        return f"{float(number):.10g}"
    return str(number)
