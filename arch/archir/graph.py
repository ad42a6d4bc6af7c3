"""The graph: what a model is, once its text has been unrolled, before its shapes are checked.

A graph is a tree of *definitions*. A definition is one body, of a model or of a block for certain
arguments and input types; equal uses share one definition. It has a *scope*, which says what
modules it registers and in which order, and *steps*, which say what runs and in which order. The
two are apart because torch keeps them apart: a constructor and a ``forward``.

``Graph`` carries no types. ``archir.infer`` checks it and gives a ``TypedGraph``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

from archir.check import Condition
from archir.dims import Dim
from archir.init import Initialiser, InitRule
from archir.op import Op
from archir.oracle import Oracle
from archir.record import Record, Struct, fresh
from archir.source import Span
from archir.types import TensorType


class Value(Struct):
    """A tensor inside one definition. Compared by identity.

    ``index`` counts the values of a definition from 0; ``name`` is the user's name for it, if any.
    """

    index: int
    span: Span
    name: str | None = None

    def __repr__(self) -> str:
        return f"%{self.index}" + (f":{self.name}" if self.name else "")

    def __str__(self) -> str:
        return f"the value {self.name}" if self.name else "a value"


# --- scopes: what is registered ---------------------------------------------------------------


class Parameter(Struct):
    """A raw parameter or buffer of a scope (``param token: [1, 1, dim] = zeros``)."""

    name: str
    shape: tuple[int, ...]
    initialiser: Initialiser
    is_buffer: bool
    span: Span
    position: int = 0
    """How many of the scope's entries stand before it: its initial value is drawn there."""


class Slot(Struct):
    """One child of a scope: a module with one name in its parent.

    ``label`` is the name that the text gives it. Where it is None the child takes the next number
    (scope without labels, or ``numbered`` by ``_:``) or the name of its op or block
    (``default_name``; the second of that name is ``relu_2``).
    """

    label: str | None
    numbered: bool
    default_name: str
    span: Span
    member: Member | None = None
    """None only for a ``module head = …`` that is never applied."""


class SlotRepeat(Struct):
    """The children that a ``Repeat`` registers ``count`` times over. None of them has a label."""

    count: int
    entries: list[Slot | SlotRepeat]


class Leaf(Struct):
    """A module that is one op. ``overrides`` are the stage's own ``with weight = …``."""

    op: Op
    overrides: tuple[tuple[str, Initialiser], ...] = ()


class Scope(Struct):
    """Ordered children. ``labelled`` is read off the text and decides how children are named."""

    labelled: bool
    entries: list[Slot | SlotRepeat] = fresh(factory=list)
    parameters: list[Parameter] = fresh(factory=list)


Member: TypeAlias = "Leaf | Scope | Definition"
"""What a slot holds: an op's module, a labelled group's scope, or a block's definition."""


# --- steps: what runs ---------------------------------------------------------------------------


class Apply(Struct):
    """An op applied. ``slot`` is its module, or None for a plain function."""

    op: Op
    slot: Slot | None
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    span: Span


class Use(Struct):
    """A block applied."""

    definition: Definition
    slot: Slot
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    span: Span


class Group(Struct):
    """The steps of a labelled group; its slot's member is a ``Scope``.

    Steps inside may read any value of the definition, and values made inside may be read behind
    it; ``input`` flows in and ``output`` flows out (both may be tuples, for several values).
    """

    slot: Slot
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    steps: list[Step]
    span: Span


class Repeat(Struct):
    """``body`` run ``count`` times (at least 2); its registered children are in a ``SlotRepeat``.

    ``formal`` is the current value at the head of the body and ``last`` the one at its end; they
    have the same type, so checking the body once checks the whole loop. Outside, ``input`` flows
    in and ``output`` flows out. No value made inside is read outside.
    """

    count: int
    slots: SlotRepeat
    input: Value
    formal: Value
    last: Value
    output: Value
    body: list[Step]
    span: Span


class TrainOnly(Struct):
    """Steps that run in training mode alone. Their modules are registered always."""

    steps: list[Step]
    span: Span


class Read(Struct):
    """A raw parameter or buffer read as a value."""

    parameter: Parameter
    outputs: tuple[Value]
    span: Span


Step = Apply | Use | Group | Repeat | TrainOnly | Read


# --- remarks: what the text says about shapes ---------------------------------------------------


class Remark(Record):
    """A written shape that a value must have: ``:: [N, 64, _, _]``, or a block's ``input``.

    None matches any dim. ``written`` is the shape in the user's own text. ``takes`` is the name of
    the ``input``, and ``splice`` the use of its block where that was spliced, and has no
    definition of its own.
    """

    value: Value
    shape: tuple[Dim | None, ...]
    written: str
    span: Span
    takes: str | None = None
    splice: tuple[str, Span] | None = None


class Assertion(Record):
    """An ``assert`` over size variables: it must hold for every size that is to be valid."""

    condition: Condition
    message: str
    span: Span


# --- definitions --------------------------------------------------------------------------------


class Output(Record):
    """One output. ``name`` is None where the last value alone is the output."""

    value: Value
    name: str | None = None
    when_training: bool = False


class Definition(Struct):
    """One body of a model or block, for certain arguments and input types."""

    name: str
    kind: Literal["model", "block"]
    doc: str
    arguments: tuple[tuple[str, object], ...]
    """Parameters and the values they have here, in the declared order (see ``archir.values``)."""

    span: Span
    inputs: tuple[Value, ...]
    input_types: tuple[TensorType | None, ...]
    """None where a problem before it left the type unknown; never so in a typed graph."""

    scope: Scope
    steps: list[Step]
    outputs: tuple[Output, ...]
    init: tuple[InitRule, ...]
    has_init: bool
    value_count: int
    remarks: tuple[Remark, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    origin: object = None
    """The declaration it was made from; equal origins mean the same text."""

    template: Callable[[], object | None] | None = None
    """Gives the declaration's compile-time code (``archir.template``) to whoever prints it."""


class Graph(Struct):
    """A model, unrolled. ``sizes`` maps its size variables to their defaults, in order."""

    root: Definition
    sizes: dict[str, int]
    oracle: Oracle | None = None
    """What the ops' shape rules have answered so far, so that nobody asks them again."""

    is_wrong: bool = False
    """Whether errors were found while it was unrolled: parts are missing, so it gets no types."""

    again: Callable[[Mapping[str, int]], Graph | None] | None = None
    """Unrolls it anew for other default sizes, None where that finds errors. It is there where
    types were not known while it was unrolled: then what stands behind may have been left out."""

    @property
    def answers(self) -> Oracle:
        """The oracle; a graph that came without one gets it when it is first needed."""
        if self.oracle is None:
            self.oracle = Oracle(self.sizes)
        return self.oracle


def definitions(graph: Graph) -> Iterator[Definition]:
    """Every distinct definition once, those inside before those that use them."""
    yield from walked(graph)


def walked(graph: Graph) -> dict[Definition, list[Step]]:
    """The same, each with all of its steps as ``walk`` has them."""
    found: dict[Definition, list[Step]] = {}
    # An explicit stack: a definition, and its steps when its uses have been visited.
    seen: set[Definition] = set()
    stack: list[tuple[Definition, list[Step] | None]] = [(graph.root, None)]
    while stack:
        definition, steps = stack.pop()
        if steps is not None:
            found[definition] = steps
        elif definition not in seen:
            seen.add(definition)
            steps = list(walk(definition.steps))
            stack.append((definition, steps))
            uses = [step.definition for step in steps if isinstance(step, Use)]
            stack.extend([(used, None) for used in reversed(uses)])
    return found


def walk(steps: list[Step]) -> Iterator[Step]:
    """All steps in the order of running, those inside groups and loops behind their holder."""
    stack: list[Iterator[Step]] = [iter(steps)]
    while stack:
        for step in stack[-1]:
            yield step
            if isinstance(step, (Group, TrainOnly, Repeat)):
                stack.append(iter(inside(step)))
                break
        else:
            stack.pop()


def inside(step: Group | TrainOnly | Repeat) -> list[Step]:
    """The steps that a step holds."""
    return step.body if isinstance(step, Repeat) else step.steps


def substitute(steps: list[Step], old: Value, new: Value) -> None:
    """Read ``new`` wherever the steps read ``old``, which none of them makes."""

    def swapped(values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(new if value is old else value for value in values)

    for step in walk(steps):
        if isinstance(step, Apply | Use | Group):
            step.inputs = swapped(step.inputs)
        if isinstance(step, Group):
            step.outputs = swapped(step.outputs)
        if isinstance(step, Repeat):
            step.input = new if step.input is old else step.input
            step.last = new if step.last is old else step.last
