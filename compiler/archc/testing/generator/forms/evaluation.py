"""Expressions of the language worked out: they are Python's, but for a few words."""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from types import CodeType
from typing import Any

from archc.testing.generator.values import Misfit, Part, Values
from archir.catalogue.registry import ops
from archir.init.initialisers import INITIALISERS

Env = dict[str, Any]


def _list(make: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    return lambda *given, **named: list(make(*given, **named))


_PLAIN = ("int", "float", "bool", "str", "len", "sum", "min", "max", "abs", "round", "any", "all",
          "sorted")  # fmt: skip
FUNCTIONS: Env = {
    **{name: getattr(builtins, name) for name in _PLAIN},
    **{name: getattr(math, name) for name in ("ceil", "floor", "sqrt", "log")},
    **{name: _list(getattr(builtins, name)) for name in ("range", "enumerate", "zip", "reversed")},
    "true": True,
    "false": False,
    "none": None,
}
_RANGE = re.compile(r"^(.+)\.\.(.+?)(?: step (.+))?$")


@lru_cache(maxsize=1 << 12)
def _compiled(text: str) -> CodeType:
    between = _RANGE.match(text)
    if between is not None:
        text = f"range({between[1]}, {between[2]} + 1, {between[3] or 1})"
    return compile(text, "<generated>", "eval")


def evaluate(text: str, env: Env, current: Values = ()) -> Any:
    """The value of an expression of the language."""
    if text.isdigit():
        return int(text)
    names = {**env, **env.get(FILE, {}), "_": current[0] if len(current) == 1 else current}
    names["__builtins__"] = {}
    try:
        return eval(_compiled(text), names)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, NameError):
        raise Misfit from None


FILE = ":file"
"""Where an environment keeps what the files declare, which grows while blocks are written."""


@cache
def base_env() -> Env:
    """What is known in every file: functions, and ops and initialisers as values."""
    parts = (*ops(), *(name for name in INITIALISERS if name not in ops()))
    return {**FUNCTIONS, **{name: Part(name) for name in parts if name not in FUNCTIONS}}


def find(name: str, env: Env) -> Any:
    """What a name stands for."""
    return env[name] if name in env else env.get(FILE, {}).get(name)
