"""The abstract syntax tree of an ``.arch`` file. Every node keeps the span it came from.

Chains that a user can make long without nesting (``1 + 1 + …``, ``a if b else c if d else …``,
``x[0][1]…``, ``not not …``) are flat nodes, so the tree is only as deep as the text's brackets
are, and those are limited. Passes over the tree may therefore recurse.
"""

from __future__ import annotations

from typing import Literal, Self, TypeAlias

from archir.record import Record
from archir.source import Source, Span


class Node(Record):
    """Base of all nodes. Comparing, hashing, copying and showing one never recurses."""

    span: Span

    def __eq__(self, other: object) -> bool:
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            one, two = pairs.pop()
            if one is two:
                continue
            if type(one) is not type(two):
                return False
            if isinstance(one, Node) and isinstance(two, Node):
                pairs.extend(zip(one._values(), two._values(), strict=True))
            elif isinstance(one, tuple) and isinstance(two, tuple):
                if len(one) != len(two):
                    return False
                pairs.extend(zip(one, two, strict=True))
            elif one != two:
                return False
        return True

    def __hash__(self) -> int:
        return hash((type(self), self.span))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.span!r})"

    def __deepcopy__(self, memo: object) -> Self:
        """A tree never changes and belongs to one text, so it is its own copy."""
        return self


# --- expressions --------------------------------------------------------------------------------


class Identifier(Node):
    """A name where it is declared, or an argument's name."""

    text: str


class Name(Node):
    """A name where it is used. ``_`` is the value that flows in."""

    text: str


class Number(Node):
    value: int | float


class Constant(Node):
    """``true``, ``false`` or ``none``."""

    value: bool | None


class Text(Node):
    """A string; ``{expression}`` inside it stands as an expression between the plain parts."""

    parts: tuple[str | Expr, ...]


class ListDisplay(Node):
    items: tuple[Expr, ...]


class Comprehension(Node):
    """``[element for targets in iterable if condition]``."""

    element: Expr
    targets: tuple[Identifier, ...]
    iterable: Expr
    condition: Expr | None


class Arithmetic(Node):
    """``first op operand op operand …`` from the left, all of one precedence.

    Operators: ``+ -`` or ``* / // %``.
    """

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


class Power(Node):
    """``a ** b ** c``, from the right."""

    operands: tuple[Expr, ...]


class Unary(Node):
    """Any number of ``-`` (or of ``not``) before an operand."""

    operator: Literal["-", "not"]
    count: int
    operand: Expr


class Compare(Node):
    """``left op right`` with one of ``== != < <= > >=``; comparisons do not chain."""

    operator: str
    left: Expr
    right: Expr


class Logical(Node):
    """``a and b and c``, or ``or``: two operands and more."""

    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


class Range(Node):
    """``first..last``, both ends included."""

    first: Expr
    last: Expr


class Conditional(Node):
    """``value if condition else value if condition else … otherwise``."""

    arms: tuple[tuple[Expr, Expr], ...]
    """Pairs (value, condition), in the order of the text."""

    otherwise: Expr


class Argument(Node):
    """One argument of a call: positional where ``name`` is None."""

    name: Identifier | None
    value: Expr


class Attribute(Node):
    """``.name`` behind an expression."""

    name: str


class Index(Node):
    """``[index]`` behind an expression."""

    index: Expr


class Slice(Node):
    """``[first:last]`` behind an expression."""

    first: Expr | None
    last: Expr | None


class Arguments(Node):
    """``(arguments)`` behind an expression or a part's name."""

    items: tuple[Argument, ...]


Trailer: TypeAlias = "Attribute | Index | Slice | Arguments"


class Access(Node):
    """An expression with one or more trailers: ``x.shape[1]``, ``len(widths)``, ``rows[0][1]``."""

    base: Expr
    trailers: tuple[Trailer, ...]


Expr: TypeAlias = (
    "Name | Number | Constant | Text | ListDisplay | Comprehension | Arithmetic | Power | Unary"
    " | Compare | Logical | Range | Conditional | Access"
)


# --- shapes -------------------------------------------------------------------------------------


class ShapeDim(Node):
    """One dim of a written shape: an expression, ``_``, or ``H = 224`` with a default."""

    value: Expr
    default: Expr | None = None


class Shape(Node):
    dims: tuple[ShapeDim, ...]


# --- stages -------------------------------------------------------------------------------------


class Label(Node):
    """``name:`` or ``"text{i}":`` before a stage; ``name`` None is the ``_:`` without a name."""

    name: str | Text | None


class PartUse(Node):
    """A named value, op or block: ``relu``, ``conv(64, 3)``, ``concat [a, b]``, ``*Stem(32)``."""

    name: Name
    arguments: Arguments | None
    branches: Branches | None
    splice: bool


class Sequence(Node):
    """``{ … }``."""

    body: Body


class Branches(Node):
    """``[ a, b, for … { … } ]``; statements in it add, or leave out, whole branches."""

    items: tuple[BranchItem, ...]


class Residual(Node):
    body: Body
    shortcut: Body | None


class Dense(Node):
    body: Body


Unit: TypeAlias = "PartUse | Sequence | Branches | Residual | Dense"


class Override(Node):
    """``with weight = zeros`` behind a stage."""

    parameter: Identifier
    value: Expr


class Stage(Node):
    label: Label | None
    unit: Unit
    overrides: tuple[Override, ...]
    condition: Expr | None


# --- statements ---------------------------------------------------------------------------------


class Body(Node):
    statements: tuple[Statement, ...]


class Pipeline(Node):
    """``stage -> stage as name, name :: [shape]``."""

    stages: tuple[Stage, ...]
    names: tuple[Identifier, ...]
    ascription: Shape | None


class Let(Node):
    """``let a, b = expression``, in a body or a file."""

    names: tuple[Identifier, ...]
    value: Expr
    doc: str = ""


class For(Node):
    targets: tuple[Identifier, ...]
    iterable: Expr
    body: Body


class RepeatLoop(Node):
    count: Expr
    body: Body


class If(Node):
    """``if … { } else if … { } else { }`` as a flat list of arms (condition, body)."""

    arms: tuple[tuple[Expr, Body], ...]
    otherwise: Body | None


class Assert(Node):
    condition: Expr
    message: Text


class InputItem(Node):
    """``x: int[N, C]``; ``dtype`` is None for floats."""

    name: Identifier
    dtype: Identifier | None
    shape: Shape


class Input(Node):
    items: tuple[InputItem, ...]


class OutputItem(Node):
    """``logits = expression``; without an expression the value of that name."""

    name: Identifier
    value: Expr | None


class OutputStatement(Node):
    items: tuple[OutputItem, ...]
    when: Identifier | None


class ParamStatement(Node):
    """``param token: [1, 1, dim] = zeros``, or ``buffer``."""

    kind: Literal["param", "buffer"]
    name: Identifier
    shape: Shape
    value: Expr


class ModuleStatement(Node):
    """``module head = { … }``, perhaps with a label of its own for the module."""

    name: Identifier
    label: Label | None
    unit: Unit


class TrainOnlyStatement(Node):
    body: Body


class Selector(Node):
    """What an init rule is for: an op's name or ``*`` or a quoted path, and the parameter."""

    target: str
    is_path: bool
    parameter: str


class Rule(Node):
    selector: Selector
    value: Expr


class InitStatement(Node):
    rules: tuple[Rule, ...]


Statement: TypeAlias = (
    "Pipeline | Let | For | RepeatLoop | If | Assert | Input | OutputStatement | ParamStatement"
    " | ModuleStatement | TrainOnlyStatement | InitStatement"
)
BranchItem: TypeAlias = "Pipeline | Let | For | RepeatLoop | If"


# --- declarations -------------------------------------------------------------------------------


class TypeName(Node):
    """``int``, ``list[int]``, ``block`` …"""

    name: str
    element: TypeName | None


class Param(Node):
    """``width: int in 32..128 = 64``."""

    name: Identifier
    type: TypeName | None
    domain: Expr | None
    default: Expr | None


class Import(Node):
    """``import std.blocks: ConvNormAct`` (``path`` a tuple) or ``import "./stem.arch": Stem``."""

    path: tuple[str, ...] | str
    path_span: Span
    names: tuple[Identifier, ...]


class PartDeclaration(Node):
    """``block Name(params) { … }`` or ``model name(params) { … }``."""

    kind: Literal["block", "model"]
    name: Identifier
    params: tuple[Param, ...]
    body: Body
    doc: str


class Variant(Node):
    """``model name = Other(args)``."""

    name: Identifier
    value: Expr
    doc: str


class Function(Node):
    """``fn name(params) = expression``."""

    name: Identifier
    params: tuple[Param, ...]
    value: Expr
    doc: str


Declaration: TypeAlias = "Import | PartDeclaration | Variant | Function | Let"


class File(Node):
    source: Source
    edition: int | None
    edition_span: Span | None
    declarations: tuple[Declaration, ...]
    doc: str = ""
