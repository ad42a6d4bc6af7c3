"""A module cut into the stages of a pipeline: what each runs, with the parameters that it needs.

A live module runs a program. Where a cut stands inside a module, the program of that one is put
into its caller's, so that the whole is one row of instructions; a stage is a part of the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import nn

from archc.torch.modules import Network, plan_of
from archc.torch.program import Compute, Fetch, Instruction, Invoke, Program
from archir.base.record import replaced


class PipelinePart(nn.Module):
    """One stage: it takes what crosses the cut before it, and gives what crosses the one behind.

    Its parameters are the whole module's own, under the keys that they have there.
    """

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._archc_program = program

    def forward(self, *inputs: Any) -> Any:
        """What crosses the cut behind it: a tensor, or a tuple of several."""
        return self._archc_program.run(self, inputs)


def parts(module: nn.Module, cuts: Sequence[str]) -> list[PipelinePart]:
    """The stages of a module that is cut before the modules of some paths, in order of running.

    Raises ``ValueError`` where the module does not run a module of such a path once.
    """
    paths = [tuple(cut.split(".")) for cut in cuts]
    row = _Row(paths)
    outputs = row.run_whole(module)
    starts = [row.place(path) for path in paths]
    ends = [*starts, len(row.instructions)]
    found: list[PipelinePart] = []
    inputs = row.inputs
    for first, end in zip([0, *starts], ends, strict=True):
        is_last = end == len(row.instructions)
        given = outputs if is_last else row.crossing(end, outputs)
        program = _program(row.instructions[first:end], inputs, given)
        part = PipelinePart(program)
        _take(part, module, row.instructions[first:end])
        found.append(part.train(module.training))
        inputs = given
    return found


class _Row:
    """The instructions of a module in one row, over values that are numbered as they come."""

    def __init__(self, cuts: Sequence[tuple[str, ...]]) -> None:
        self.cuts = cuts
        self.instructions: list[Instruction] = []
        self.inputs: tuple[int, ...] = ()
        self.count = 0

    def run_whole(self, module: nn.Module) -> tuple[int, ...]:
        """Put down all of a module; the numbers of its outputs."""
        count = len(plan_of(module).inputs) if isinstance(module, Network) else 1
        self.inputs = self._new(count)
        return self._module(module, (), self.inputs)

    def place(self, path: tuple[str, ...]) -> int:
        """Where the module of a path begins."""
        found = [
            at
            for at, each in enumerate(self.instructions)
            if isinstance(each, Invoke) and each.path == path
        ]
        if len(found) != 1:
            raise ValueError(f"{'.'.join(path)} runs {len(found)} times, and not once")
        return found[0]

    def crossing(self, place: int, outputs: Sequence[int]) -> tuple[int, ...]:
        """The values that are made before a place and needed behind it."""
        made = dict.fromkeys(self.inputs)
        for each in self.instructions[:place]:
            made.update(dict.fromkeys(each.outputs))
        needed = {value for each in self.instructions[place:] for value in each.inputs}
        return tuple([value for value in made if value in needed or value in outputs])

    def _new(self, count: int) -> tuple[int, ...]:
        self.count += count
        return tuple(range(self.count - count, self.count))

    def _module(
        self, module: nn.Module, path: tuple[str, ...], inputs: tuple[int, ...]
    ) -> tuple[int, ...]:
        """Put down what a module runs; as deep as modules hold cuts."""
        if not isinstance(module, Network):
            return self._children(module, path, inputs)
        program = plan_of(module).program(module.training)
        numbers = dict(enumerate(inputs))
        for each in program.instructions:
            given = tuple([numbers[value] for value in each.inputs])
            if isinstance(each, Invoke) and self._is_cut(path + each.path) and not each.calling:
                target = module.get_submodule(".".join(each.path))
                made = self._module(target, path + each.path, given)
            else:
                made = self._new(len(each.outputs))
                self.instructions.append(_moved(each, path, given, made))
            numbers.update(zip(each.outputs, made, strict=True))
        return tuple([numbers[value] for value in program.outputs])

    def _children(
        self, module: nn.Module, path: tuple[str, ...], inputs: tuple[int, ...]
    ) -> tuple[int, ...]:
        """Those of a Sequential, each of which is given what the one before gives."""
        for name, child in module.named_children():
            if self._is_cut((*path, name)):
                inputs = self._module(child, (*path, name), inputs)
                continue
            made = self._new(1)
            self.instructions.append(Invoke((*path, name), inputs, made))
            inputs = made
        return inputs

    def _is_cut(self, path: tuple[str, ...]) -> bool:
        """Whether a cut stands inside the module of a path."""
        return any(len(path) < len(cut) and cut[: len(path)] == path for cut in self.cuts)


def _moved(
    given: Instruction, path: tuple[str, ...], inputs: tuple[int, ...], outputs: tuple[int, ...]
) -> Instruction:
    """An instruction of an inner module as one of the whole."""
    if isinstance(given, Compute):
        return replaced(given, inputs=inputs, outputs=outputs, dead=())
    return replaced(given, path=path + given.path, inputs=inputs, outputs=outputs, dead=())


def _program(row: Sequence[Instruction], inputs: Sequence[int], outputs: Sequence[int]) -> Program:
    """Some instructions as a program, which lets go of each value behind its last use."""
    registers: dict[int, int] = {}
    for value in (*inputs, *[value for each in row for value in each.outputs]):
        registers.setdefault(value, len(registers))
    last = dict.fromkeys(inputs, -1)
    for at, each in enumerate(row):
        last.update(dict.fromkeys((*each.inputs, *each.outputs), at))
    dead: dict[int, list[int]] = {}
    for value, at in last.items():
        if value not in outputs:
            dead.setdefault(at, []).append(registers[value])
    made = [
        replaced(
            each,
            inputs=tuple([registers[value] for value in each.inputs]),
            outputs=tuple([registers[value] for value in each.outputs]),
            dead=tuple(dead.get(at, ())),
        )
        for at, each in enumerate(row)
    ]
    return Program(tuple(made), len(registers), tuple([registers[value] for value in outputs]))


def _take(part: nn.Module, module: nn.Module, row: Sequence[Instruction]) -> None:
    """Register what instructions run and read, at the paths that it has in the whole module."""
    for path in _paths(row):
        owner, inner = part, module
        for name in path[:-1]:
            inner = getattr(inner, name)
            if name not in owner._modules:
                owner.add_module(name, nn.Module())
            owner = owner.get_submodule(name)
        name = path[-1]
        found = getattr(inner, name)
        if isinstance(found, nn.Module):
            owner.add_module(name, found)
        elif isinstance(found, nn.Parameter):
            owner.register_parameter(name, found)
        else:
            is_kept = name not in inner._non_persistent_buffers_set
            owner.register_buffer(name, found, persistent=is_kept)


def _paths(row: Sequence[Instruction]) -> Iterator[tuple[str, ...]]:
    for each in row:
        if isinstance(each, Invoke | Fetch):
            yield each.path
