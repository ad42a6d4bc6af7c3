"""What there is to draw: nodes in nested boxes, and arrows, without any choice of looks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archir.graph.graph import (
    Apply,
    Definition,
    Group,
    Read,
    Repeat,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.graph.naming import names
from archir.graph.steps import visits, walk
from archir.graph.typed import TypedGraph
from archir.op.contract import Op, arguments_of
from archir.op.recipe import Fold, FunctionRecipe
from archir.shapes.dims import Dim, evaluate, show, variables
from archir.shapes.types import TensorType

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(slots=True)
class Node:
    """One thing drawn. ``name`` is its own in its scope, ``path`` all names on the way to it.

    ``text`` is what it is, in the language's words, and ``symbol`` the sign of an operator that
    folds its inputs (``+``). ``family`` is the op's, or one of input, output and parameter.
    """

    id: str
    family: str
    text: str
    arguments: str = ""
    name: str = ""
    path: str = ""
    symbol: str = ""
    dashed: bool = False
    lines: tuple[str, ...] = ()
    """Further facts, for the tooltip."""


@dataclass(slots=True)
class Box:
    """A labelled group or a block, with what stands in it."""

    name: str = ""
    text: str = ""
    path: str = ""
    dashed: bool = False
    members: list[Node | Box] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return all(isinstance(member, Box) and member.is_empty for member in self.members)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A tensor from one node to another: its shape at the default sizes, and in general."""

    tail: str
    head: str
    shape: str
    type: str
    dashed: bool


@dataclass(slots=True)
class Picture:
    """A whole model."""

    title: str
    body: Box
    arrows: list[Arrow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a tensor comes from."""

    node: str
    type: TensorType
    dashed: bool


_Known = dict[Value, _Origin]


def draw(typed: TypedGraph) -> Picture:
    """The picture of an unrolled model."""
    return _Artist(typed).picture()


class _Artist:
    def __init__(self, typed: TypedGraph) -> None:
        self.typed = typed
        self.arrows: list[Arrow] = []
        self.count = 0

    def picture(self) -> Picture:
        root = self.typed.graph.root
        body = Box()
        known: _Known = {}
        for value in root.inputs:
            given = self.typed.type_of(root, value)
            node = Node(self._id(), "input", value.name or "input", self._shape(given))
            node.lines = (str(given),)
            body.members.append(node)
            known[value] = _Origin(node.id, given, False)
        self._definition(root, body, known, "", dashed=False)
        for output in root.outputs:
            origin = known[output.value]
            node = Node(self._id(), "output", output.name or "output", self._shape(origin.type))
            node.lines = (str(origin.type),)
            node.dashed = output.when_training
            if output.when_training:
                node.lines += ("only in training",)
            body.members.append(node)
            self._arrow(origin, node)
        return Picture(root.name, body, self.arrows)

    def _definition(
        self, definition: Definition, box: Box, known: _Known, path: str, *, dashed: bool
    ) -> None:
        drawing = _Drawing(self, definition, known, path)
        drawing.steps(definition.steps, box, dashed)

    def _id(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def _arrow(self, origin: _Origin, node: Node) -> None:
        dashed = origin.dashed or node.dashed
        shape = self._shape(origin.type)
        self.arrows.append(Arrow(origin.node, node.id, shape, str(origin.type), dashed))

    def _shape(self, given: TensorType) -> str:
        return TIMES.join(self._extent(dim) for dim in given.shape) or "scalar"

    def _extent(self, dim: Dim) -> str:
        """A number at the default sizes; a batch, whose default says nothing, by its name."""
        sizes = self.typed.graph.sizes
        if any(sizes[name] == 1 for name in variables(dim)):
            text = show(dim)
            return f"({text})" if " " in text else text
        return str(evaluate(dim, sizes))


class _Drawing:
    """One use of a definition on the sheet."""

    def __init__(self, artist: _Artist, definition: Definition, known: _Known, path: str) -> None:
        self.artist = artist
        self.definition = definition
        self.known = known
        self.paths = dict(_paths(definition.scope, path))
        self.parameters = _parameter_paths(definition.scope, path, self.paths)
        self.uses = Counter(
            step.slot
            for step in walk(definition.steps)
            if isinstance(step, Apply | Use | Group) and step.slot is not None
        )

    def steps(self, steps: list[Step], box: Box, dashed: bool) -> None:
        boxes, depth = [box], int(dashed)
        for when, step in visits(steps):
            if isinstance(step, Apply):
                self._apply(step, boxes[-1], depth > 0)
            elif isinstance(step, Use):
                self._use(step, boxes[-1], depth > 0)
            elif isinstance(step, Read):
                self._read(step, boxes[-1], depth > 0)
            elif isinstance(step, TrainOnly):
                depth += 1 if when == "enter" else -1
            elif isinstance(step, Group) and when == "enter":
                inner = self._box(step.slot, "", depth > 0)
                boxes[-1].members.append(inner)
                boxes.append(inner)
            else:
                assert not isinstance(step, Repeat), "back ends take unrolled graphs"
                boxes.pop()

    def _apply(self, step: Apply, box: Box, dashed: bool) -> None:
        typed = self.artist.typed
        recipe = step.op.recipe(typed.concrete_types_of(self.definition, step.inputs))
        node = Node(
            self.artist._id(),
            family(step.op),
            step.op.keyword,
            show_arguments(step.op),
            dashed=dashed,
        )
        if isinstance(recipe, FunctionRecipe) and isinstance(recipe.apply, Fold):
            node.symbol = recipe.apply.operator
        if step.slot is not None:
            node.path = self.paths[step.slot]
            node.name = node.path.rpartition(".")[2] + self._shared(step.slot)
        entries = step.op.parameters(typed.concrete_types_of(self.definition, step.inputs))
        node.lines = tuple(
            f"{entry.name} [{', '.join(map(str, entry.shape))}]"
            for entry in entries
            if not entry.is_buffer
        )
        box.members.append(node)
        for value in step.inputs:
            self.artist._arrow(self.known[value], node)
        for value in step.outputs:
            self.known[value] = _Origin(node.id, typed.type_of(self.definition, value), dashed)

    def _use(self, step: Use, box: Box, dashed: bool) -> None:
        inner = self._box(step.slot, step.definition.name, dashed)
        box.members.append(inner)
        known = {
            formal: self.known[value]
            for formal, value in zip(step.definition.inputs, step.inputs, strict=True)
        }
        self.artist._definition(step.definition, inner, known, inner.path, dashed=dashed)
        for value, output in zip(step.outputs, step.definition.outputs, strict=True):
            self.known[value] = known[output.value]

    def _read(self, step: Read, box: Box, dashed: bool) -> None:
        parameter = step.parameter
        path = self.parameters[id(parameter)]
        kind = "buffer" if parameter.is_buffer else "param"
        given = TensorType(parameter.shape, parameter.dtype)
        node = Node(self.artist._id(), "parameter", kind, str(given), parameter.name, path)
        node.dashed = dashed
        box.members.append(node)
        self.known[step.outputs[0]] = _Origin(node.id, given, dashed)

    def _box(self, slot: Slot, text: str, dashed: bool) -> Box:
        path = self.paths[slot]
        name = path.rpartition(".")[2] + self._shared(slot)
        return Box(name, text, path, dashed)

    def _shared(self, slot: Slot) -> str:
        return " (shared)" if self.uses[slot] > 1 else ""


def family(op: Op) -> str:
    """The file that the op is declared in: convolution, pooling …"""
    return type(op).__module__.rpartition(".")[2]


def show_arguments(op: Op) -> str:
    """What the op was given: what it needs by position, the rest by name if not the default."""
    shown = []
    for name, argument in arguments_of(type(op)).items():
        value = getattr(op, name)
        if argument.is_required():
            shown.append(_show(value))
        elif value != argument.default:
            shown.append(f"{name} = {_show(value)}")
    return ", ".join(shown)


def _show(value: object) -> str:
    if isinstance(value, tuple | list):
        if len(value) > 1 and len(set(map(repr, value))) == 1:
            return _show(value[0])  # 3 for a kernel of 3 by 3
        return TIMES.join(_show(item) for item in value)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | str) else show(value)  # type: ignore[arg-type]


def _paths(scope: Scope, path: str) -> list[tuple[Slot, str]]:
    found: list[tuple[Slot, str]] = []
    waiting = [(scope, path)]
    while waiting:
        inner, prefix = waiting.pop()
        for slot, name in names(inner).items():
            own = f"{prefix}.{name}" if prefix else name
            found.append((slot, own))
            if isinstance(slot.member, Scope):
                waiting.append((slot.member, own))
    return found


def _parameter_paths(scope: Scope, path: str, paths: dict[Slot, str]) -> dict[int, str]:
    scopes = [(scope, path)]
    scopes += [(slot.member, own) for slot, own in paths.items() if isinstance(slot.member, Scope)]
    return {
        id(parameter): f"{prefix}.{parameter.name}" if prefix else parameter.name
        for inner, prefix in scopes
        for parameter in inner.parameters
    }
