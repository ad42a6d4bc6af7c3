"""The graph: what a model is, once its text has been unrolled, before its shapes are checked.

A graph is a tree of *definitions*. A definition is one body, of a model or of a block for certain
arguments and input types; equal uses share one definition. It has a *scope*, which says what
modules it registers and in which order, and *steps*, which say what runs and in which order. The
two are apart because torch keeps them apart: a constructor and a ``forward``.

``Graph`` carries no types. ``archir.check.infer`` checks it and gives a ``TypedGraph``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from archir.base.diagnostics import Label
from archir.base.record import Record, Struct, fresh
from archir.base.source import Span
from archir.init.init_rules import Given, Initialiser, InitRule
from archir.init.tensors import TensorConstant
from archir.op.contract import Op
from archir.op.rule_cache import RuleCache
from archir.program.declarations import Block
from archir.program.statements import ModuleStatement
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, SizeExpr, evaluate, show
from archir.shapes.types import ParameterSpec, TensorType


class Value(Struct):
    """A tensor inside one definition. Compared by identity.

    ``index`` counts the values of a definition from 0; ``name`` is the user's name for it, if any.
    """

    index: int
    span: Span
    name: str | None = None
    is_dropped: bool = False
    """Whether the text names it ``_``: nothing is to use it."""

    def __repr__(self) -> str:
        return f"%{self.index}" + (f":{self.name}" if self.name else "")

    def __str__(self) -> str:
        return f"the value {self.name}" if self.name else "a value"


# --- scopes: what is registered ---------------------------------------------------------------


class RawParameter(Struct):
    """A raw parameter or buffer of a scope (``param token: [1, 1, dim] = zeros``)."""

    name: str
    shape: tuple[int, ...]
    initial: Initialiser | TensorConstant
    is_buffer: bool
    span: Span
    position: int = 0
    """How many of the scope's entries stand before it: its initial value is drawn there."""

    dtype: str = "float32"
    is_persistent: bool = True
    """Whether the state dict has it."""

    @property
    def spec(self) -> ParameterSpec:
        """Its entry in the state dict."""
        return ParameterSpec(self.name, self.shape, self.dtype, self.is_buffer, self.is_persistent)


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
    overrides: tuple[tuple[str, Given], ...] = ()


class Scope(Struct):
    """Ordered children. ``labelled`` is read off the text and decides how children are named."""

    labelled: bool
    entries: list[Slot | SlotRepeat] = fresh(factory=list)
    parameters: list[RawParameter] = fresh(factory=list)


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

    parameter: RawParameter
    outputs: tuple[Value]
    span: Span


Step = Apply | Use | Group | Repeat | TrainOnly | Read


# --- annotations: what the text says about shapes -----------------------------------------------


class Annotation(Record):
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


class Message(Record):
    """What is said where a condition fails: text, and sizes of the input to be filled in."""

    parts: tuple[str | SizeExpr, ...]
    by_author: bool = False

    def at(self, sizes: Mapping[str, int]) -> str:
        """The words at given sizes; what has no value there stands as a formula."""
        return "".join(part if isinstance(part, str) else _at(part, sizes) for part in self.parts)


def _at(dim: SizeExpr, sizes: Mapping[str, int]) -> str:
    try:
        return str(evaluate(dim, sizes))
    except ZeroDivisionError:  # a size divided by a size, which is 0 here
        return show(dim)


class Assertion(Record):
    """An ``assert`` over size variables: it must hold for every size that is to be valid."""

    condition: Condition
    message: Message
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
    """Parameters and the values they have here, in the declared order (``archir.init.values``)."""

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
    annotations: tuple[Annotation, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    origin: Block | ModuleStatement | None = None
    """The declaration, or module, it was made from; equal origins mean the same text."""

    upto: tuple[str, ...] = ()
    """The labels at which it was cut off, where it is a part of the declaration."""


class Graph(Struct):
    """A model, unrolled. ``sizes`` maps its size variables to their defaults, in order."""

    root: Definition
    sizes: dict[str, int]
    rule_cache: RuleCache | None = None
    """What the ops' shape rules have answered so far, so that nobody asks them again."""

    is_wrong: bool = False
    """Whether errors were found while it was unrolled: parts are missing, so it gets no types."""

    again: Callable[[Mapping[str, int]], Graph | None] | None = None
    """Unrolls it anew for other default sizes, None where that finds errors. It is there where
    types were not known while it was unrolled: then what stands behind may have been left out."""

    variants: tuple[Label, ...] = ()
    """The variants by which the model is asked for, outwards: a problem in it mentions them."""

    @property
    def answers(self) -> RuleCache:
        """The rule cache; a graph that came without one gets it when it is first needed."""
        if self.rule_cache is None:
            self.rule_cache = RuleCache(self.sizes)
        return self.rule_cache
