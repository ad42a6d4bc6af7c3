"""The abstract syntax tree of an ``.arch`` file. Every node keeps the span it came from.

Chains that a user can make long without nesting (``1 + 1 + …``, ``a if b else c if d else …``,
``x[0][1]…``, ``not not …``) are flat nodes, so the tree is only as deep as the text's brackets
are, and those are limited. Passes over the tree may therefore recurse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from archir.source import Source, Span


@dataclass(frozen=True, slots=True)
class Node:
    span: Span


# --- expressions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identifier(Node):
    """A name where it is declared, or an argument's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name where it is used. ``_`` is the value that flows in."""

    text: str


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: int | float


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """``true``, ``false`` or ``none``."""

    value: bool | None


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string; ``{expression}`` inside it stands as an expression between the plain parts."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class ListDisplay(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """``[element for targets in iterable if condition]``."""

    element: Expr
    targets: tuple[Identifier, ...]
    iterable: Expr
    condition: Expr | None


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``first op operand op operand …`` from the left, all of one precedence.

    Operators: ``+ -`` or ``* / // %``.
    """

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Power(Node):
    """``a ** b ** c``, from the right."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """Any number of ``-`` (or of ``not``) before an operand."""

    operator: Literal["-", "not"]
    count: int
    operand: Expr


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """``left op right`` with one of ``== != < <= > >=``; comparisons do not chain."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Logical(Node):
    """``a and b and c``, or ``or``: two operands and more."""

    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """``first..last``, both ends included."""

    first: Expr
    last: Expr


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``value if condition else value if condition else … otherwise``."""

    arms: tuple[tuple[Expr, Expr], ...]
    """Pairs (value, condition), in the order of the text."""

    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument of a call: positional where ``name`` is None."""

    name: Identifier | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """``.name`` behind an expression."""

    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``[index]`` behind an expression."""

    index: Expr


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """``[first:last]`` behind an expression."""

    first: Expr | None
    last: Expr | None


@dataclass(frozen=True, slots=True)
class Arguments(Node):
    """``(arguments)`` behind an expression or a part's name."""

    items: tuple[Argument, ...]


Trailer: TypeAlias = "Attribute | Index | Slice | Arguments"


@dataclass(frozen=True, slots=True)
class Access(Node):
    """An expression with one or more trailers: ``x.shape[1]``, ``len(widths)``, ``rows[0][1]``."""

    base: Expr
    trailers: tuple[Trailer, ...]


Expr: TypeAlias = (
    "Name | Number | Constant | Text | ListDisplay | Comprehension | Arithmetic | Power | Unary"
    " | Compare | Logical | Range | Conditional | Access"
)


# --- shapes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShapeDim(Node):
    """One dim of a written shape: an expression, ``_``, or ``H = 224`` with a default."""

    value: Expr
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Shape(Node):
    dims: tuple[ShapeDim, ...]


# --- stages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label(Node):
    """``name:`` or ``"text{i}":`` before a stage; ``name`` None is the ``_:`` without a name."""

    name: str | Text | None


@dataclass(frozen=True, slots=True)
class PartUse(Node):
    """A named value, op or block: ``relu``, ``conv(64, 3)``, ``concat [a, b]``, ``*Stem(32)``."""

    name: Name
    arguments: Arguments | None
    branches: Branches | None
    splice: bool


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """``{ … }``."""

    body: Body


@dataclass(frozen=True, slots=True)
class Branches(Node):
    """``[ a, b, for … { … } ]``; statements in it add, or leave out, whole branches."""

    items: tuple[BranchItem, ...]


@dataclass(frozen=True, slots=True)
class Residual(Node):
    body: Body
    shortcut: Body | None


@dataclass(frozen=True, slots=True)
class Dense(Node):
    body: Body


Unit: TypeAlias = "PartUse | Sequence | Branches | Residual | Dense"


@dataclass(frozen=True, slots=True)
class Override(Node):
    """``with weight = zeros`` behind a stage."""

    parameter: Identifier
    value: Expr


@dataclass(frozen=True, slots=True)
class Stage(Node):
    label: Label | None
    unit: Unit
    overrides: tuple[Override, ...]
    condition: Expr | None


# --- statements ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Body(Node):
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """``stage -> stage as name, name :: [shape]``."""

    stages: tuple[Stage, ...]
    names: tuple[Identifier, ...]
    ascription: Shape | None


@dataclass(frozen=True, slots=True)
class Let(Node):
    """``let a, b = expression``, in a body or a file."""

    names: tuple[Identifier, ...]
    value: Expr
    doc: str = ""


@dataclass(frozen=True, slots=True)
class For(Node):
    targets: tuple[Identifier, ...]
    iterable: Expr
    body: Body


@dataclass(frozen=True, slots=True)
class RepeatLoop(Node):
    count: Expr
    body: Body


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if … { } else if … { } else { }`` as a flat list of arms (condition, body)."""

    arms: tuple[tuple[Expr, Body], ...]
    otherwise: Body | None


@dataclass(frozen=True, slots=True)
class Assert(Node):
    condition: Expr
    message: Text


@dataclass(frozen=True, slots=True)
class InputItem(Node):
    """``x: int[N, C]``; ``dtype`` is None for floats."""

    name: Identifier
    dtype: Identifier | None
    shape: Shape


@dataclass(frozen=True, slots=True)
class Input(Node):
    items: tuple[InputItem, ...]


@dataclass(frozen=True, slots=True)
class OutputItem(Node):
    """``logits = expression``; without an expression the value of that name."""

    name: Identifier
    value: Expr | None


@dataclass(frozen=True, slots=True)
class OutputStatement(Node):
    items: tuple[OutputItem, ...]
    when: Identifier | None


@dataclass(frozen=True, slots=True)
class ParamStatement(Node):
    """``param token: [1, 1, dim] = zeros``, or ``buffer``."""

    kind: Literal["param", "buffer"]
    name: Identifier
    shape: Shape
    value: Expr


@dataclass(frozen=True, slots=True)
class ModuleStatement(Node):
    """``module head = { … }``, perhaps with a label of its own for the module."""

    name: Identifier
    label: Label | None
    unit: Unit


@dataclass(frozen=True, slots=True)
class TrainOnlyStatement(Node):
    body: Body


@dataclass(frozen=True, slots=True)
class Selector(Node):
    """What an init rule is for: an op's name or ``*`` or a quoted path, and the parameter."""

    target: str
    is_path: bool
    parameter: str


@dataclass(frozen=True, slots=True)
class Rule(Node):
    selector: Selector
    value: Expr


@dataclass(frozen=True, slots=True)
class InitStatement(Node):
    rules: tuple[Rule, ...]


Statement: TypeAlias = (
    "Pipeline | Let | For | RepeatLoop | If | Assert | Input | OutputStatement | ParamStatement"
    " | ModuleStatement | TrainOnlyStatement | InitStatement"
)
BranchItem: TypeAlias = "Pipeline | Let | For | RepeatLoop | If"


# --- declarations -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """``int``, ``list[int]``, ``block`` …"""

    name: str
    element: TypeName | None


@dataclass(frozen=True, slots=True)
class Param(Node):
    """``width: int in 32..128 = 64``."""

    name: Identifier
    type: TypeName | None
    domain: Expr | None
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Import(Node):
    """``import std.blocks: Fire`` (``path`` a tuple of names) or ``import "./stem.arch": Stem``."""

    path: tuple[str, ...] | str
    path_span: Span
    names: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class PartDeclaration(Node):
    """``block Name(params) { … }`` or ``model name(params) { … }``."""

    kind: Literal["block", "model"]
    name: Identifier
    params: tuple[Param, ...]
    body: Body
    doc: str


@dataclass(frozen=True, slots=True)
class Variant(Node):
    """``model name = Other(args)``."""

    name: Identifier
    value: Expr
    doc: str


@dataclass(frozen=True, slots=True)
class Function(Node):
    """``fn name(params) = expression``."""

    name: Identifier
    params: tuple[Param, ...]
    value: Expr
    doc: str


Declaration: TypeAlias = "Import | PartDeclaration | Variant | Function | Let"


@dataclass(frozen=True, slots=True)
class File(Node):
    source: Source
    edition: int | None
    edition_span: Span | None
    declarations: tuple[Declaration, ...]
    doc: str = ""
