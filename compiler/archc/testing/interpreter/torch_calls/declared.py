"""How the table of ops says what an op is called with, and what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn


@dataclass(frozen=True)
class Op:
    """One op. ``make`` gives its module for an incoming tensor, ``run`` does a function's work."""

    keyword: str
    kinds: Mapping[str, str]
    defaults: Mapping[str, Any]
    make: Callable[..., nn.Module] | None = None
    run: Callable[..., Any] | None = None
    asks: Callable[[Tensor, Mapping[str, Any]], None] | None = None
    """Raises where torch would use memory that is none of the tensor's, rather than refuse."""
    make_of_all: Callable[..., nn.Module] | None = None
    """Like ``make``, for a module that is made for all that flows in."""

    merges: bool = False
    alone: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether what merges may take one value by itself, with these arguments."""

    variadic: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self.kinds.keys() - self.defaults.keys())

    @property
    def has_module(self) -> bool:
        """Whether it is a module, and no function."""
        return self.make is not None or self.make_of_all is not None

    def takes_several(self, given: Mapping[str, Any]) -> bool:
        """Whether it merges. A number in the place of a second value makes one enough."""
        return self.merges and given.get("other") is None and given.get("exponent") is None


_PARAMETER = re.compile(r"(\w+): ([\w|?]+)(?: = (\S+))?$")
_CONSTANTS = {"true": True, "false": False, "none": None}


def op(usage: str, **how: Any) -> Op:
    """An op from its usage: ``linear(out_features: count, bias: bool = true)``."""
    keyword, _, rest = usage.rstrip(")").partition("(")
    kinds: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    for text in filter(None, rest.split(", ")):
        match = _PARAMETER.match(text.removeprefix("*"))
        assert match is not None, text
        name, kind, default = match.groups()
        kinds[name] = kind
        if default is not None:
            defaults[name] = _constant(default)
    return Op(keyword, kinds, defaults, variadic=rest.startswith("*"), **how)


def _constant(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text.startswith('"'):
        return text.strip('"')
    return float(text) if set(text) & {".", "e"} else int(text)
