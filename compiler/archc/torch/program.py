"""Programs: what a module's ``forward`` does, as data that can be copied, compared and pickled."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from torch import Tensor, nn

from archc.torch.calls import called, perform
from archir.base.record import Record
from archir.graph.modules import Path
from archir.op.recipe import Calling, Code

Registers: TypeAlias = list[Any]
"""The values of one run. A place is emptied when its value has been used for the last time."""


class Invoke(Record):
    """Calls a module inside."""

    path: Path
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    dead: tuple[int, ...] = ()
    calling: Calling | None = None

    def run(self, module: nn.Module, registers: Registers) -> None:
        target = _find(module, self.path)
        arguments = [registers[index] for index in self.inputs]
        if self.calling is None:
            result = target(*arguments)
        else:
            result = called(target, self.calling, arguments)
        _store(result, self.outputs, registers)


class Compute(Record):
    """A plain function of tensors."""

    code: Code
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    dead: tuple[int, ...] = ()

    def run(self, module: nn.Module, registers: Registers) -> None:  # noqa: ARG002
        result = perform(self.code, [registers[index] for index in self.inputs])
        _store(result, self.outputs, registers)


class Fetch(Record):
    """Reads a raw parameter or buffer."""

    path: Path
    outputs: tuple[int, ...]
    inputs: tuple[int, ...] = ()
    dead: tuple[int, ...] = ()

    def run(self, module: nn.Module, registers: Registers) -> None:
        registers[self.outputs[0]] = _find(module, self.path)


def _find(module: nn.Module, path: Path) -> Any:
    target: Any = module
    for name in path:
        target = getattr(target, name)
    return target


def _store(result: Any, outputs: tuple[int, ...], registers: Registers) -> None:
    if len(outputs) == 1:
        registers[outputs[0]] = result
    else:
        # Python refuses to unpack another number; a tracer's stand-in cannot say how many it has.
        if isinstance(result, tuple | list) and len(result) != len(outputs):
            raise ValueError(f"{len(outputs)} values are wanted, and there are {len(result)}")
        for position, index in enumerate(outputs):
            registers[index] = result[position]  # torch.fx can index a result, not iterate it


Instruction: TypeAlias = Invoke | Compute | Fetch


class Program(Record):
    """Instructions over numbered registers; the inputs stand in the first ones."""

    instructions: tuple[Instruction, ...]
    size: int
    outputs: tuple[int, ...]
    results: Results | None = None
    """How several outputs are handed back: as a named tuple, or as a plain one if None."""

    names: tuple[str | None, ...] = ()
    """What the text calls the values in the registers."""

    def run(self, module: nn.Module, inputs: Sequence[Any]) -> Any:
        """The outputs for these inputs: the tensor itself where there is just one."""
        registers = [*inputs, *[None] * (self.size - len(inputs))]
        for instruction in self.instructions:
            instruction.run(module, registers)
            for index in instruction.dead:
                registers[index] = None
        values = [registers[index] for index in self.outputs]
        if self.results is not None:
            return self.results.holding(values)
        return values[0] if len(values) == 1 else tuple(values)


class Results:
    """The named tuple of a definition's outputs, or the dict that stands for it."""

    __slots__ = ("fields", "in_dict", "kind", "title")

    def __init__(self, title: str, fields: tuple[str, ...], in_dict: bool = False) -> None:
        self.title = title
        self.fields = fields
        self.in_dict = in_dict
        self.kind = results_type(title, fields)

    def holding(self, values: Sequence[Any]) -> Any:
        """The outputs as they are handed back."""
        if self.in_dict:
            return dict(zip(self.fields, values, strict=True))
        return self.kind(*values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Results):
            return False
        return self.kind is other.kind and self.in_dict == other.in_dict

    def __hash__(self) -> int:
        return hash((self.title, self.fields, self.in_dict))

    def __reduce__(self) -> tuple[Any, ...]:
        return Results, (self.title, self.fields, self.in_dict)


@cache
def results_type(title: str, fields: tuple[str, ...]) -> Any:
    """A named tuple class; a field that Python cannot name (``class``) goes by its position."""
    kind = namedtuple(title, fields, rename=True)  # type: ignore[misc]
    # Its own way of being pickled, since no module holds the class by its name.
    setattr(kind, "__reduce__", _reducer(title, fields))  # noqa: B010
    return kind


def _reducer(title: str, fields: tuple[str, ...]) -> Any:
    def reduce(self: tuple[Tensor, ...]) -> tuple[Any, ...]:
        return _restore_results, (title, fields, tuple(self))

    return reduce


def _restore_results(title: str, fields: tuple[str, ...], values: tuple[Tensor, ...]) -> Any:
    return results_type(title, fields)(*values)


def as_data(value: Any) -> Any:
    """An argument as it is compared between uses; of what is no data, that it is there."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list) and all(
        isinstance(each, bool | int | float) for each in value
    ):
        return tuple(value)
    return True


class Plan(Record):
    """All that a module of ours knows: its name, and what it runs in each of the two modes."""

    name: str
    inputs: tuple[str | None, ...]
    """The names of what flows in, where the text has some."""

    is_chain: bool
    """Whether it runs its children one after the other, each once: then it is a Sequential."""

    training: Program
    evaluation: Program
    arguments: tuple[tuple[str, Any], ...] = ()
    """What a model or block was given, as far as it is data; of all else that it is there."""

    def __deepcopy__(self, memo: dict[int, object]) -> Plan:
        return self  # nothing in it changes

    def in_order(self, inputs: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
        """All inputs, of which some are given by their names; raises ``TypeError``."""
        behind = self.inputs[len(inputs) :]
        for name in named:
            if name not in behind:
                why = "is given twice" if name in self.inputs else "is no input of it"
                names = ", ".join(each or "_" for each in self.inputs)
                raise TypeError(f"{self.name} takes {names}, and {name} {why}")
        missing = [each or "_" for each in behind if each not in named]
        if missing:
            raise TypeError(f"{self.name} is not given {', '.join(missing)}")
        return [*inputs, *(named[each] for each in behind if each is not None)]

    def program(self, training: bool) -> Program:
        return self.training if training else self.evaluation
