"""Blocks that a text repeats, compiled once for all of their uses by ``torch.compile``.

torch keeps what it has compiled by the code of a function, and all modules of ours run one
``forward``. So each block that repeats gets a function of its own, compiled, which all of its uses
share: the second use finds what the first has made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from types import FunctionType
from typing import Any

import torch
from torch import nn

from archc.torch.modules import Network, plan_of
from archc.torch.program import Invoke, Program


class Region:
    """What stands before the own class of a module that is compiled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is not compiled."""
        own = type(self).__mro__[2]
        return own.__new__, (own,), self.__dict__


def compile_regions(module: nn.Module, paths: Iterable[str], **options: Any) -> int:
    """Compile the modules of some paths whose blocks repeat; how many differ among them.

    A block that the text uses once is left as it is, and so is one that runs a single module or
    function: there is nothing to share, or to fuse. ``options`` are those of ``torch.compile``.
    """
    found = [module.get_submodule(path) for path in paths]
    blocks = [each for each in found if isinstance(each, Network) and _is_worth_it(each)]
    uses = Counter(plan_of(each).name for each in blocks)
    alike: dict[int, list[nn.Module]] = defaultdict(list)
    for each in blocks:
        if uses[plan_of(each).name] > 1:
            alike[id(plan_of(each))].append(each)
    for number, group in enumerate(alike.values()):
        compiled = _class(type(group[0]), f"region_{number}", options)
        for one in group:
            one.__class__ = compiled
    return len(alike)


def _class(own: type[nn.Module], name: str, options: dict[str, Any]) -> type[nn.Module]:
    """A class whose ``forward`` is compiled, and of no other class."""
    forward = own.forward
    assert isinstance(forward, FunctionType)
    again = FunctionType(
        forward.__code__.replace(co_name=name),
        forward.__globals__,
        name,
        forward.__defaults__,
        forward.__closure__,
    )
    members = {"forward": torch.compile(again, **options)}
    return type(f"Compiled{own.__name__}", (Region, own), members)


def _is_worth_it(module: nn.Module) -> bool:
    return _steps(module, plan_of(module).training) > 1


def _steps(module: nn.Module, program: Program) -> int:
    """How many leaves and functions a network runs, up to two."""
    count = 0
    for each in program.instructions:
        if isinstance(each, Invoke):
            inner = module.get_submodule(".".join(each.path))
            inside = isinstance(inner, Network)
            count += _steps(inner, plan_of(inner).training) if inside else 1
        else:
            count += 1
        if count > 1:
            break
    return count
