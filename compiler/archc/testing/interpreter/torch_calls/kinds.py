"""The kinds of arguments that ops take (the op reference, under "must be")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archc.testing.interpreter.values import is_integer, is_number


def _counts(least: int) -> Callable[[Any], bool]:
    return lambda value: is_integer(value) and least <= value < 2**31


def _share(value: Any) -> bool:
    return is_number(value) and 0 <= value <= 1


def _list_of(item: Callable[[Any], bool], least: int, most: int) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, tuple) and least <= len(v) <= most and all(map(item, v))


def _either(*kinds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: any(kind(value) for kind in kinds)


def _words(*words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


def _none(value: Any) -> bool:
    return value is None


def _scale(value: Any) -> bool:
    return is_number(value) and 0 < value <= 2147483647


_COUNT, _SIZE, _INT = _counts(1), _counts(0), _counts(-(2**31))
_AXES = (1, 3)

KINDS: Mapping[str, Callable[[Any], bool]] = {
    "bool": lambda value: isinstance(value, bool),
    "bool?": lambda value: value is None or isinstance(value, bool),
    "int": _INT,
    "int?": _either(_INT, _none),
    "ints": _list_of(_INT, 1, 64),
    "int|ints": _either(_INT, _list_of(_INT, 1, 64)),
    "count": _COUNT,
    "count?": _either(_COUNT, _none),
    "counts": _either(_COUNT, _list_of(_COUNT, *_AXES)),
    "counts?": _either(_COUNT, _list_of(_COUNT, *_AXES), _none),
    "output": _either(_COUNT, _list_of(_either(_COUNT, _none), *_AXES)),
    "text": lambda value: isinstance(value, str),
    "pair": _either(_INT, _list_of(_INT, 2, 2)),
    "counted": _either(_COUNT, _list_of(_COUNT, 2, 2)),
    "padded": _either(_SIZE, _list_of(_SIZE, 2, 2)),
    "size": _SIZE,
    "sizes": _either(_SIZE, _list_of(_SIZE, *_AXES)),
    "padding": _either(_SIZE, _list_of(_SIZE, *_AXES), _words("same", "valid")),
    "pads": _either(_INT, _list_of(_INT, 2, 6)),
    "sides": _either(_INT, _list_of(_INT, 2, 128)),
    "sections": _either(_COUNT, _list_of(_INT, 1, 2**31)),
    "scales?": _either(_scale, _list_of(_scale, *_AXES), _none),
    "number": is_number,
    "number?": _either(is_number, _none),
    "filler": _either(is_number, _words("-inf", "inf")),
    "filler?": _either(is_number, _words("-inf", "inf"), _none),
    "dtype": _words("float", "int", "bool"),
    "bags": _words("sum", "mean", "max"),
    "nonzero": lambda value: is_number(value) and value != 0,
    "nonnegative": lambda value: is_number(value) and value >= 0,
    "image": _list_of(_COUNT, 4, 5),
    "reading": _words("bilinear", "nearest", "bicubic"),
    "beyond": _words("zeros", "border", "reflection"),
    "share": _share,
    "share?": _either(_share, _none),
    "positive": lambda value: _share(value) and value > 0,
    "filling": _words("zeros", "reflect", "replicate", "circular"),
    "zeros": _words("zeros"),
    "added": _words("constant", "reflect", "replicate", "circular"),
    "approximate": _words("none", "tanh"),
    "rows": _words("row", "batch"),
    "nonlinearity": _words("tanh", "relu"),
    "upsampling": _words(
        "nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact"
    ),
}
"""What each kind that the table of ops speaks of takes."""
