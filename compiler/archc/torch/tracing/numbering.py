"""The values of a run by number: tensors that were seen, and the elements of constant ones."""

from __future__ import annotations

from collections.abc import Mapping, ValuesView
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.overrides import TorchFunctionMode

from archc.torch.tracing.frames import caller, place_of
from archc.torch.tracing.names import SHAPED
from archc.torch.tracing.record import CallSeen, Value
from archc.torch.tracing.views import View
from archir.op.reading import Operand


class TracingError(Exception):
    """A module that cannot be watched: what was called, in which module, on which line."""

    def __init__(self, said: str, path: str, place: str) -> None:
        super().__init__(said)
        self.said, self.path, self.place = said, path, place


class Numbering(TorchFunctionMode):
    """Numbers the tensors of a run."""

    def __init__(self, net: nn.Module, known: Mapping[str, str], training: bool) -> None:
        super().__init__()
        self.net = net
        self.known = known
        self.training = training
        self.paths = {id(module): path for path, module in net.named_modules()}
        self.weights: dict[int, str] = {}
        for key, tensor in (*net.named_parameters(), *net.named_buffers()):
            self.weights.setdefault(id(tensor), key)
        self.values: list[Value] = []
        self.numbers: dict[int, int] = {}
        self.kept: list[Tensor] = []
        self.real: dict[int, Tensor] = {}
        self.stale: dict[int, str] = {}
        self.storages: dict[int, set[int]] = {}
        self.views: dict[int, View] = {}
        self.around: list[Tensor] = []
        """What was made to put values together again: kept, so that no number is another's."""
        self.bodies: list[list[CallSeen]] = [[]]
        self.passed: list[list[tuple[Tensor, int, int]]] = [[]]
        """By module what an Identity in it gave on: a value of its own, outside of it the same."""
        self.path = ""
        self.place = ""
        self.depth = 0
        self.locals: dict[int, str] = {}
        self.frames: list[FrameType | None] = [None]

    def refuse(self, said: str) -> None:
        """What cannot be watched, on the line that has called it."""
        raise TracingError(said, self.path, place_of(caller()))

    def see(self, tensor: Tensor, *, anew: bool = False) -> int:
        """The number of a tensor; ``anew`` where it was just made, or written into."""
        key = id(tensor)
        if not anew and key in self.numbers:
            return self.numbers[key]
        number = len(self.values)
        weight = "" if anew else self.weights.get(key, "")
        self.values.append(Value(tuple(tensor.shape), _word(tensor), weight))
        self.numbers[key] = number
        self.kept.append(tensor)
        self.storages.setdefault(storage(tensor), set()).add(number)
        return number

    def operand(self, value: Any) -> Any:
        """A value of Python as data; tensors become operands."""
        if isinstance(value, Tensor):
            number = self.current(value)
            seen = self.values[number]
            return Operand(number, seen.shape, seen.dtype, seen.weight)
        if isinstance(value, tuple | list):
            return tuple([self.operand(each) for each in value])
        if isinstance(value, slice):
            return ("slice", self.operand(value.start), self.operand(value.stop), value.step)
        if isinstance(value, torch.dtype):
            return str(value).removeprefix("torch.")
        if value is Ellipsis:
            return "..."
        if value is None or isinstance(value, bool | int | float | str):
            return value
        return f"<{type(value).__name__}>"

    def current(self, tensor: Tensor) -> int:
        """The number of a tensor that is used, into which nothing wrote through another one."""
        number = self.see(tensor)
        if number in self.stale:
            said = f"{self.stale[number]} writes into memory that another tensor shows"
            raise TracingError(said, self.path, self.place)
        return number

    def results(self, value: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The numbers of the tensors that came back, and their names where they have any."""
        if isinstance(value, Tensor):
            return (self.current(value),), ()
        if isinstance(value, Mapping):
            pairs = [(str(key), each) for key, each in value.items() if each is not None]
        elif isinstance(value, tuple) and hasattr(value, "_fields"):
            found = zip(value._fields, value, strict=True)
            pairs = [(key, each) for key, each in found if each is not None]
        elif isinstance(value, tuple | list):
            pairs = [("", each) for each in value if each is not None]
        else:
            return (), ()
        numbers: list[int] = []
        names: list[str] = []
        for key, each in pairs:
            inner, fields = self.results(each)
            numbers.extend(inner)
            names.extend([key] if len(inner) == 1 else [f"{key}_{n}" for n in range(len(inner))])
            del fields
        return tuple(numbers), tuple(names) if any(names) else ()

    def compute(
        self,
        func: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        inside: list[Tensor],
        numbers: list[int],
    ) -> None:
        """The elements of what hangs on nothing that flows in."""
        unknown = [each for each in inside if self.numbers[id(each)] not in self.real]
        if unknown and getattr(func, "__name__", "") not in SHAPED:
            return
        with unset_fake_temporarily():
            found = func(*self.really(args), **{k: self.really(v) for k, v in kwargs.items()})
        for number, tensor in zip(numbers, flat(found), strict=False):
            if isinstance(tensor, Tensor):
                self.fill(number, tensor)

    def really(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            known = self.real.get(self.numbers[id(value)])
            return torch.empty(value.shape, dtype=value.dtype) if known is None else known
        if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
            return type(value)([self.really(each) for each in value])
        return value

    def fill(self, number: int, tensor: Tensor) -> None:
        self.real[number] = tensor
        seen = self.values[number]
        self.values[number] = Value(seen.shape, seen.dtype, "", tensor, True)


def flat(value: Any) -> list[Any]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Mapping):
        value = value.values()
    if not isinstance(value, tuple | list | ValuesView):
        return [value]
    return [inner for each in value for inner in flat(each)]


def storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _word(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
