"""What is asked of a model beside its file: sizes, a batch, names. They are judged here alone.

The command line and the Python API take the same, and refuse the same in the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from operator import index
from typing import TYPE_CHECKING, SupportsIndex

from archc.errors import SettingError, SettingTypeError
from archir.base.diagnostics import Diagnostic, nearest
from archir.base.record import Record

if TYPE_CHECKING:
    from archir.graph.typed import TypedGraph

MAX_DIGITS = 18
"""Digits of a size: what is longer is larger than torch can count."""


DTYPES = {
    "float64": "float64", "float32": "float32", "bfloat16": "bfloat16", "float16": "float16",
    "fp64": "float64", "fp32": "float32", "bf16": "bfloat16", "fp16": "float16",
    "double": "float64", "float": "float32", "half": "float16",
}  # fmt: skip
"""The names of dtypes that are understood."""

OPTIMIZERS = ("sgd", "sgd-momentum", "adam")


class Request(Record):
    """Sizes that a model is asked about, others than its own defaults, and in which mode."""

    sizes: Mapping[str, int]
    training: bool = False

    def __bool__(self) -> bool:
        return bool(self.sizes) or self.training

    def refusals(self, typed: TypedGraph) -> tuple[Diagnostic, ...]:
        """Why a model does not run at these sizes, the others being as they are by default."""
        if not self:
            return ()
        from archir.check.refusal import refusal

        own = {name: size for name, size in self.sizes.items() if name in typed.graph.sizes}
        refused = refusal(typed, {**typed.graph.sizes, **own}, training=self.training)
        return () if refused is None else (refused,)

    def know(self, models: Iterable[TypedGraph]) -> None:
        """Refuse a size that none of the models has."""
        here = [name for typed in models for name in typed.graph.sizes]
        known_sizes(self.sizes, here, "no model here has a size")


def sizes(given: object) -> dict[str, int]:
    """Sizes by their names, each a whole number from 1; SettingError where they are not so."""
    if not isinstance(given, Mapping):
        raise SettingTypeError(f'sizes are a dict, as {{"H": 64}}, not {given!r:.60}')
    for name in given:
        if not isinstance(name, str):
            raise SettingTypeError(f"the name of a size is a string, not {name!r:.60}")
    return {name: whole(f"the size {name}", "a size", size) for name, size in given.items()}


def known_sizes(
    given: Iterable[str], known: Iterable[str], message: str = "the model has no size"
) -> None:
    """Refuse a size of another name than those that are there."""
    names = dict.fromkeys(known)
    for name in given:
        if name not in names:
            raise SettingError(f"{message} {name}", nearest_of(name, names))


def whole(which: str, kind: str, number: object) -> int:
    """A number from 1 on that torch can count: ``whole("the size H", "a size", 64)``."""
    if isinstance(number, bool) or not isinstance(number, SupportsIndex):
        meant = _meant(number)
        hint = None if meant is None else f"did you mean {meant}?"
        raise SettingTypeError(f"{which} is a whole number, not {number!r:.60}", hint)
    found = index(number)
    if found >= 10**MAX_DIGITS:
        raise SettingError(_too_large(which))
    if found < 1:
        # Python shows no numbers of thousands of digits.
        shown = found if found > -(10**MAX_DIGITS) else "negative"
        raise SettingError(f"{which} is {shown}, and {kind} is at least 1")
    return found


def whole_of_text(which: str, kind: str, text: str) -> int:
    """The same of a text, as the command line has it."""
    if not (text.isascii() and text.isdecimal()):
        raise SettingError(f"{kind} is a whole number from 1, not {text or 'nothing'}")
    digits = text.lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise SettingError(_too_large(which))
    return whole(which, kind, int(digits or "0"))


def _too_large(which: str) -> str:
    return f"{which} has more than {MAX_DIGITS} digits, and no tensor is so large"


def _meant(number: object) -> int | None:
    """The whole number that something else was probably meant to be."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 10**MAX_DIGITS:
        return int(number)
    if isinstance(number, str) and number.isascii() and number.isdecimal():
        return int(number) if len(number) <= MAX_DIGITS else None
    return None


# --- words ----------------------------------------------------------------------------------------


def chosen_word(
    given: object, known: Collection[str], kind: str, others: Mapping[str, str] | None = None
) -> str:
    """The word, if it is known. ``others`` are what others call the same things."""
    if not isinstance(given, str):
        hint = f"there are: {', '.join(known)}"
        raise SettingTypeError(f"the {kind} is named by a string, not {given!r:.60}", hint)
    if given in known:
        return given
    message = f"there is no {kind} {given}" if given else f"no {kind} is named"
    raise SettingError(message, nearest_of(given, known, others))


def chosen_words(
    text: str, known: Collection[str], kind: str, others: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Words with commas between them, each once."""
    words = [word.strip() for word in text.split(",")]
    if "" in words and any(words):
        raise SettingError(
            f"no {kind} stands beside a comma of {text}", f"there are: {', '.join(known)}"
        )
    return tuple(dict.fromkeys([chosen_word(word, known, kind, others) for word in words]))


def nearest_of(given: str, known: Collection[str], others: Mapping[str, str] | None = None) -> str:
    """Which of the known words was meant, or all of them."""
    other = (others or {}).get(given.casefold())
    near = other if other in known else nearest(given, known)
    return f"did you mean {near}?" if near else f"there are: {', '.join(known) or 'none'}"
