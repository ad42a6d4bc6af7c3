"""The abstract syntax tree of an ``.arch`` file. Every node keeps the span it came from.

Chains that a user can make long without nesting (``1 + 1 + …``, ``a if b else c if d else …``,
``x[0][1]…``, ``not not …``) are flat nodes, so the tree is only as deep as the text's brackets
are, and those are limited. Passes over the tree may therefore recurse. Nodes in which no name can
stand are those of the resolved program (``archir.program``).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from archir.base.source import Source, Span
from archir.program.expressions import Arithmetic as Arithmetic
from archir.program.expressions import Attribute as Attribute
from archir.program.expressions import Compare as Compare
from archir.program.expressions import Conditional as Conditional
from archir.program.expressions import Index as Index
from archir.program.expressions import ListDisplay as ListDisplay
from archir.program.expressions import Logical as Logical
from archir.program.expressions import Number as Number
from archir.program.expressions import Power as Power
from archir.program.expressions import Range as Range
from archir.program.expressions import Slice as Slice
from archir.program.expressions import Text as Text
from archir.program.expressions import Truth as Truth
from archir.program.expressions import Unary as Unary
from archir.program.nodes import Expr as Expr
from archir.program.nodes import Node as Node
from archir.program.statements import Label as Label

# --- expressions --------------------------------------------------------------------------------


class Identifier(Node):
    """A name where it is declared, or an argument's name."""

    text: str


class Name(Expr):
    """A name where it is used. ``_`` is the value that flows in."""

    text: str


class Row(Node):
    """``[a, b]`` among the names of a ``let``, a loop or a comprehension: names of a row's items.

    The row itself has a ``hidden`` name that no text can say.
    """

    hidden: Identifier
    names: tuple[Identifier, ...]
    rows: tuple[Row, ...]


class Comprehension(Expr):
    """``[element for targets in iterable if condition]``."""

    element: Expr
    targets: tuple[Identifier, ...]
    iterable: Expr
    condition: Expr | None
    rows: tuple[Row, ...] = ()


class Argument(Node):
    """One argument of a call: positional where ``name`` is None."""

    name: Identifier | None
    value: Expr


class Arguments(Node):
    """``(arguments)`` behind an expression or a part's name."""

    items: tuple[Argument, ...]


Trailer: TypeAlias = "Attribute | Index | Slice | Arguments"


class Access(Expr):
    """An expression with one or more trailers: ``x.shape[1]``, ``len(widths)``, ``rows[0][1]``."""

    base: Expr
    trailers: tuple[Trailer, ...]


# --- shapes -------------------------------------------------------------------------------------


class ShapeDim(Node):
    """One dim of a written shape: an expression, ``_``, or ``H = 224`` with a default."""

    value: Expr
    default: Expr | None = None


class Shape(Node):
    dims: tuple[ShapeDim, ...]


# --- stages -------------------------------------------------------------------------------------


class PartUse(Node):
    """A named value, op or block: ``relu``, ``conv(64, 3)``, ``concat [a, b]``, ``*Stem(32)``.

    ``taps`` are the labels of ``resnet50 upto [layer3, layer4]``.
    """

    name: Name
    arguments: Arguments | None
    branches: Branches | None
    splice: bool
    places: tuple[Index | Slice, ...] = ()
    """``ys[0]``: an item of a list. With ``branches`` too it is that if the name is of a list."""
    taps: tuple[Label, ...] = ()


class Sequence(Node):
    """``{ … }``."""

    body: Body


class Branches(Node):
    """``[ a, b, for … { … } ]``; statements in it add, or leave out, whole branches."""

    items: tuple[BranchItem, ...]


class Residual(Node):
    """``residual if condition { … } shortcut { … }``; without the condition, the body alone."""

    body: Body
    shortcut: Body | None
    condition: Expr | None = None


class Dense(Node):
    body: Body


Unit: TypeAlias = "PartUse | Sequence | Branches | Residual | Dense | For | RepeatLoop"


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
    """``let a, b = expression``, in a body or a file.

    ``is_hidden`` says that it gives the names of a row, whose own name is hidden.
    """

    names: tuple[Identifier, ...]
    value: Expr
    doc: str = ""
    is_hidden: bool = False


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
    """``param token: [1, 1, dim] = zeros``, or ``buffer index: int[2] = [0, 1]``."""

    kind: Literal["param", "buffer"]
    name: Identifier
    dtype: Identifier | None
    shape: Shape
    value: Expr
    options: tuple[Argument, ...] = ()


class ModuleStatement(Node):
    """``module head = { … }``, perhaps with a label of its own for the module."""

    name: Identifier
    label: Label | None
    unit: Unit
    overrides: tuple[Override, ...] = ()


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


class Refused(Node):
    """What has no sense, and has been reported: a statement, or a declaration in a file.

    ``statements`` could be read inside of it. Names that nobody knows are no news where they stand
    among its ``words``; in a file it may have declared ``names``.
    """

    statements: tuple[Statement, ...]
    words: frozenset[str]
    names: tuple[Identifier, ...]
    keyword: str
    """With what it begins: a terminal's name."""


Statement: TypeAlias = (
    "Pipeline | Let | For | RepeatLoop | If | Assert | Input | OutputStatement | ParamStatement"
    " | ModuleStatement | TrainOnlyStatement | InitStatement | Refused"
)
BranchItem: TypeAlias = "Pipeline | Let | For | RepeatLoop | If | Refused"


# --- declarations -------------------------------------------------------------------------------


class TypeName(Node):
    """``int``, ``list[int in 1..8] of 4``, ``block`` …"""

    name: str
    element: TypeName | None
    domain: Expr | None = None
    """What the items of a list may be."""

    count: Expr | None = None
    """How many there are."""


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
    refused: frozenset[str] | None = None
    """The names of parameters that it may have had, where what stood there has no sense."""

    words: frozenset[str] = frozenset()
    """All words of what stood there."""


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


Declaration: TypeAlias = "Import | PartDeclaration | Variant | Function | Let | Refused"


class File(Node):
    source: Source
    edition: int | None
    edition_span: Span | None
    declarations: tuple[Declaration, ...]
    doc: str = ""
    repaired: tuple[Span, ...] = ()
    """Where it is wrong, and was read as it will be once the fix is applied."""
