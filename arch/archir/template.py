"""Templates: a declaration's compile-time code as data, with every name looked up.

A graph says what a model *is* for certain arguments; a template says how its text *makes* it for
any. Printed source follows it, so that a block's loops, conditions and parameters stand in the
source as they stand in the text. Not every text has one: ``Unfollowable`` says why.

Numbers in a template are expressions; where each stage's module comes from is found in the graph,
by the stage's span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archir.source import Span


class Unfollowable(Exception):  # noqa: N818  (an answer, not an error: the graph is printed instead)
    """The text does something that a template cannot say."""


# --- expressions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, truth value, or none."""

    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Local:
    """A parameter, ``let`` or loop variable of the body."""

    name: str


@dataclass(frozen=True, slots=True)
class Global:
    """A constant of the file."""

    name: str
    value: Expr
    home: object


@dataclass(frozen=True, slots=True)
class Channels:
    """``_.channels``, or that of a named value or input: dim 1."""

    of: str | None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``first op operand op operand …`` from the left, all of one precedence."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Power:
    """``base ** exponent``."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class Unary:
    """``-operand`` or ``not operand``."""

    operator: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right``."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Logical:
    """``a and b``, ``a or b``."""

    operator: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """``value if condition else … otherwise``."""

    arms: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Comprehension:
    """``[element for targets in iterable if condition]``."""

    element: Expr
    targets: tuple[str, ...]
    iterable: Expr
    condition: Expr | None


@dataclass(frozen=True, slots=True)
class Text:
    """A string with expressions between its plain parts."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Subscript:
    """``base[index]``."""

    base: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Slice:
    """``base[first:last]``."""

    base: Expr
    first: Expr | None
    last: Expr | None


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function called."""

    function: str
    args: tuple[Expr, ...]
    kwargs: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function of the file called; its arguments are bound to their names."""

    function: Function
    arguments: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class OpValue:
    """An op as a value, with the arguments it has been given."""

    keyword: str
    arguments: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class BlockValue:
    """A block as a value; ``origin`` is its declaration, as ``Definition.origin`` has it."""

    name: str
    origin: object
    arguments: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class InitialiserValue:
    """An initialiser with its arguments."""

    function: str
    arguments: tuple[tuple[str, Expr], ...] = ()


Expr: TypeAlias = (
    "Literal | Local | Global | Channels | Arithmetic | Power | Unary | Compare | Logical"
    " | Conditional | ListOf | Comprehension | Text | Subscript | Slice | Call | FunctionCall"
    " | OpValue | BlockValue | InitialiserValue"
)


# --- stages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """An op, a block, or a parameter that holds one, applied.

    ``target`` is an ``OpValue`` or ``BlockValue`` without arguments, or a ``Local``; the
    arguments of the stage are bound to their names.
    """

    target: OpValue | BlockValue | Local
    arguments: tuple[tuple[str, Expr], ...]
    branches: Branches | None


@dataclass(frozen=True, slots=True)
class Named:
    """A named value, or ``_``."""

    name: str


@dataclass(frozen=True, slots=True)
class Braces:
    """``{ … }``."""

    body: Body


@dataclass(frozen=True, slots=True)
class Branches:
    """``[ a, b ]``: each branch is a pipeline."""

    items: tuple[Pipeline, ...]


@dataclass(frozen=True, slots=True)
class Residual:
    """``residual { … } shortcut { … }``."""

    body: Body
    shortcut: Body | None


@dataclass(frozen=True, slots=True)
class Dense:
    """``dense { … }``."""

    body: Body


Unit: TypeAlias = "Part | Named | Braces | Branches | Residual | Dense"


@dataclass(frozen=True, slots=True)
class Stage:
    """A unit with its label, if it has one, and the condition under which it is there."""

    label: Expr | None
    unit: Unit
    overrides: tuple[tuple[str, Expr], ...]
    condition: Expr | None
    span: Span


# --- statements ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pipeline:
    """``stage -> stage as name``."""

    stages: tuple[Stage, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Let:
    """``let name = value``."""

    names: tuple[str, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class Loop:
    """``for targets in iterable``; without targets, ``repeat iterable``."""

    targets: tuple[str, ...]
    iterable: Expr
    body: Body


@dataclass(frozen=True, slots=True)
class If:
    """``if … { } else { }`` as a flat list of arms."""

    arms: tuple[tuple[Expr, Body], ...]
    otherwise: Body | None


@dataclass(frozen=True, slots=True)
class Assert:
    """``assert condition, message``."""

    condition: Expr
    message: Expr


Statement: TypeAlias = "Pipeline | Let | Loop | If | Assert"


@dataclass(frozen=True, slots=True)
class Body:
    """What stands in braces."""

    statements: tuple[Statement, ...]


# --- declarations -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameter:
    """``name: type = default``; ``type`` is as the text has it, or empty."""

    name: str
    type: str
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a file: its value as an expression of its parameters."""

    name: str
    doc: str
    parameters: tuple[Parameter, ...]
    value: Expr
    home: object


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ``init``; as ``archir.init.InitRule`` with an expression for the value."""

    selector: str
    parameter: str
    is_path: bool
    value: Expr


@dataclass(frozen=True, slots=True)
class Template:
    """A block or model. ``inputs`` are the names of its inputs, empty where it declares none."""

    name: str
    doc: str
    file_doc: str
    parameters: tuple[Parameter, ...]
    inputs: tuple[str, ...]
    body: Body
    rules: tuple[Rule, ...]
    labelled: bool


# --- labels -------------------------------------------------------------------------------------


def is_labelled(body: Body) -> bool:
    """Whether the scope of these braces has a label, taken or not (no text here is spliced)."""
    for statement in body.statements:
        if isinstance(statement, Pipeline):
            if any(_stage_labels(stage) for stage in statement.stages):
                return True
        elif isinstance(statement, Loop):
            if is_labelled(statement.body):
                return True
        elif isinstance(statement, If):
            bodies = [inner for _, inner in statement.arms]
            bodies += [statement.otherwise] if statement.otherwise is not None else []
            if any(map(is_labelled, bodies)):
                return True
    return False


def _stage_labels(stage: Stage) -> bool:
    return stage.label is not None or labels_inside(stage.unit)


def labels_inside(unit: Unit) -> bool:
    """Whether an unlabelled unit has labels inside it, which belong to the scope around it."""
    if isinstance(unit, Braces | Dense):
        return is_labelled(unit.body)
    if isinstance(unit, Residual):
        return is_labelled(unit.body) or (unit.shortcut is not None and is_labelled(unit.shortcut))
    branches = unit.branches if isinstance(unit, Part) else unit
    if isinstance(branches, Branches):
        return any(_stage_labels(s) for item in branches.items for s in item.stages)
    return False
