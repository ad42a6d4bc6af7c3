"""Graphs as text, for people: what ``archc emit --stage graph`` and ``--stage typed`` print.

Every distinct definition stands once, inner ones first, loops folded::

    block Fire(squeezed = 16)
      input %0 [N, 96, H, W]
      %1 [N, 16, H, W] = squeeze: conv(16, 1) (%0)
      …
      output %7

``name: op`` is a module of that name in its scope; an op without a name is a plain function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archir.graph.graph import (
    Apply,
    Definition,
    Graph,
    Group,
    Leaf,
    Output,
    Read,
    Repeat,
    Scope,
    Slot,
    SlotRepeat,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.graph.naming import names
from archir.graph.steps import definitions, visits
from archir.graph.typed import TypedGraph
from archir.init.init_rules import Tie
from archir.init.tensors import TensorConstant
from archir.init.values import show_constant
from archir.op.contract import Op, arguments_of, values_of
from archir.shapes.dims import SizeExpr, show
from archir.shapes.types import TensorType

INDENT = "  "


def show_graph(graph: Graph) -> str:
    """The graph before its shapes are known."""
    return _Printer(graph, None).text()


def show_typed(typed: TypedGraph) -> str:
    """The checked graph: every value with its type."""
    return _Printer(typed.graph, typed).text()


def show_op(op: Op) -> str:
    """The op as the language writes it, without the arguments that have their default."""
    given: list[str] = []
    positional = True
    known = arguments_of(type(op))
    for name, value in values_of(op).items():
        argument = known[name]
        positional = positional and argument.is_required()
        if positional:
            given.append(_show_argument(value))
        elif argument.is_required() or value != argument.default:
            given.append(f"{name} = {_show_argument(value)}")
    return op.keyword + (f"({', '.join(given)})" if given else "")


def _show_argument(value: object) -> str:
    if isinstance(value, SizeExpr):
        return show(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_show_argument(item) for item in value) + "]"
    return show_constant(value)  # type: ignore[arg-type]  # what is left is a constant


class _Printer:
    def __init__(self, graph: Graph, typed: TypedGraph | None) -> None:
        self.graph = graph
        self.typed = typed
        self.titles = _titles(graph)

    def text(self) -> str:
        sizes = ", ".join(f"{name} = {size}" for name, size in self.graph.sizes.items())
        lines = [f"sizes {sizes}"] if sizes else []
        for definition in definitions(self.graph):
            if lines:
                lines.append("")
            lines.extend(self._definition(definition))
        return "\n".join(lines) + "\n"

    def _definition(self, definition: Definition) -> Iterator[str]:
        arguments = ", ".join(
            f"{name} = {show_constant(value)}"  # type: ignore[arg-type]  # constants, see Definition
            for name, value in definition.arguments
        )
        yield f"{definition.kind} {self.titles[definition]}({arguments})"
        for value, given in zip(definition.inputs, definition.input_types, strict=True):
            yield f"{INDENT}input {_value(value)} {given}"
        slots = dict(_slot_names(definition.scope, ""))
        for line in self._parameters(definition.scope, ""):
            yield INDENT + line
        for line in self._steps(definition, definition.steps, slots):
            yield INDENT + line
        for output in definition.outputs:
            yield INDENT + _output(output)
        for rule in definition.init:
            target = f'"{rule.selector}"' if rule.is_path else rule.selector
            drawn = show_constant(rule.initialiser)
            yield f"{INDENT}init {target}.{rule.parameter}: {drawn}"

    def _parameters(self, scope: Scope, prefix: str) -> Iterator[str]:
        for parameter in scope.parameters:
            kind = "buffer" if parameter.is_buffer else "param"
            shape = TensorType(parameter.shape, parameter.dtype)
            initial = parameter.initial
            drawn = show_constant(initial.items if isinstance(initial, TensorConstant) else initial)
            ending = "" if parameter.is_persistent else ", persistent = false"
            yield f"{kind} {prefix}{parameter.name} {shape} = {drawn}{ending}"
        for slot, name in names(scope).items():
            if isinstance(slot.member, Scope):
                yield from self._parameters(slot.member, f"{prefix}{name}.")

    def _steps(
        self, definition: Definition, steps: Sequence[Step], slots: dict[Slot, str]
    ) -> Iterator[str]:
        margin = ""
        for when, step in visits(steps):
            if isinstance(step, Apply):
                name = "" if step.slot is None else f"{slots[step.slot]}: "
                called = name + show_op(step.op) + _overrides(step.slot)
                yield margin + self._call(definition, step, called)
            elif isinstance(step, Use):
                called = f"{slots[step.slot]}: {self.titles[step.definition]}"
                yield margin + self._call(definition, step, called)
            elif isinstance(step, Read):
                yield f"{margin}{self._results(definition, step.outputs)} = {step.parameter.name}"
            elif when == "enter":
                yield f"{margin}{_head(step, slots)} {{"
                margin += INDENT
            else:
                margin = margin.removesuffix(INDENT)
                yield margin + "}"

    def _call(self, definition: Definition, step: Apply | Use, what: str) -> str:
        return f"{self._results(definition, step.outputs)} = {what} ({_values(step.inputs)})"

    def _results(self, definition: Definition, values: tuple[Value, ...]) -> str:
        if self.typed is None:
            return _values(values)
        types = self.typed.types_of(definition, values)
        pairs = zip(values, types, strict=True)
        return ", ".join(f"{_value(value)} {given}" for value, given in pairs)


def _titles(graph: Graph) -> dict[Definition, str]:
    """Each definition's name; the second of a name is ``Fire#2``."""
    counts: dict[str, int] = {}
    titles: dict[Definition, str] = {}
    for definition in definitions(graph):
        count = counts[definition.name] = counts.get(definition.name, 0) + 1
        titles[definition] = definition.name if count == 1 else f"{definition.name}#{count}"
    return titles


def _slot_names(scope: Scope, prefix: str) -> Iterator[tuple[Slot, str]]:
    """All slots of a definition by their paths; a loop's children bear their first turn's.

    In a scope of numbers the children of a loop are shown as ``12+2i``.
    """
    found = names(scope) if scope.labelled else dict(_numbered(scope.entries, 0, ""))
    for slot, name in found.items():
        yield slot, prefix + name
        if isinstance(slot.member, Scope):
            yield from _slot_names(slot.member, f"{prefix}{name}.")


def _numbered(
    entries: Sequence[Slot | SlotRepeat], first: int, turns: str
) -> Iterator[tuple[Slot, str]]:
    for entry in entries:
        if isinstance(entry, SlotRepeat):
            step = _size(entry.entries)
            inner = f"{turns}+{step if step > 1 else ''}{'ijklmn'[turns.count('+') % 6]}"
            yield from _numbered(entry.entries, first, inner)
            first += entry.count * step
        else:
            yield entry, f"{first}{turns}"
            first += 1


def _size(entries: Sequence[Slot | SlotRepeat]) -> int:
    """How many children the entries register."""
    return sum(
        entry.count * _size(entry.entries) if isinstance(entry, SlotRepeat) else 1
        for entry in entries
    )


def _head(step: Group | Repeat | TrainOnly, slots: dict[Slot, str]) -> str:
    if isinstance(step, TrainOnly):
        return "train_only"
    if isinstance(step, Group):
        return f"{slots[step.slot]}: ({_values(step.inputs)}) -> ({_values(step.outputs)})"
    flow = f"{_value(step.formal)} = {_value(step.input)}, then {_value(step.last)}"
    return f"repeat {step.count} with {flow}; {_value(step.output)} behind it"


def _output(output: Output) -> str:
    name = f"{output.name} = " if output.name else ""
    return f"output {name}{_value(output.value)}" + (
        " when training" if output.when_training else ""
    )


def _overrides(slot: Slot | None) -> str:
    if slot is None or not isinstance(slot.member, Leaf):
        return ""
    shown = [
        (name, given.key if isinstance(given, Tie) else show_constant(given))
        for name, given in (*slot.member.overrides, *slot.member.op.made_of())
    ]
    return "".join(f" with {name} = {said}" for name, said in shown)


def _value(value: Value) -> str:
    return repr(value)


def _values(values: tuple[Value, ...]) -> str:
    return ", ".join(_value(value) for value in values)


__all__ = ["show_graph", "show_op", "show_typed"]
