"""What the constructors of a module's parts were given, seen while it is made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from torch import nn

from archc.torch.program import as_data

Arguments = dict[int, Mapping[str, Any]]
"""By the identity of a module."""


def made(make: Callable[[], nn.Module]) -> tuple[nn.Module, Arguments]:
    """What a function makes, and for each module in it what its constructor was given.

    That is what stands in the outermost ``__init__`` on the stack that has the module for ``self``,
    at the moment when ``nn.Module.__init__`` runs; numbers, truths, texts, and whether there is
    something, for all else.
    """
    found: Arguments = {}
    kept: list[nn.Module] = []
    original = nn.Module.__init__

    def init(module: nn.Module, *args: Any, **kwargs: Any) -> None:
        given = _arguments(module, sys._getframe(1))
        if given is not None and id(module) not in found:
            found[id(module)] = given
            kept.append(module)
        original(module, *args, **kwargs)

    nn.Module.__init__ = init  # type: ignore[method-assign, assignment]
    try:
        net = make()
    finally:
        nn.Module.__init__ = original  # type: ignore[method-assign]
    return net, {id(module): found[id(module)] for module in net.modules() if id(module) in found}


def _arguments(module: nn.Module, frame: FrameType | None) -> Mapping[str, Any] | None:
    outermost: FrameType | None = None
    while frame is not None and frame.f_code.co_name == "__init__":
        code = frame.f_code
        first = code.co_varnames[0] if code.co_argcount else ""
        if frame.f_locals.get(first) is not module:
            break
        outermost = frame
        frame = frame.f_back
    if outermost is None:
        return None
    code = outermost.f_code
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return {name: as_data(outermost.f_locals.get(name)) for name in names}
