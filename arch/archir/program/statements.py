"""Statements, stages and written shapes of the resolved program."""

from __future__ import annotations

from typing import Literal, TypeAlias

from archir.base.source import Span
from archir.program.expressions import Arguments, Target, Text
from archir.program.nodes import Expr, Node


class Body(Node):
    """What stands in braces. ``slots`` are those that its own names have, in order.

    A declaration's, a loop's and a module's body have the values that are named further inside
    among them: these live as long as it runs.
    """

    statements: tuple[Statement, ...]
    slots: tuple[int, ...]


class Labelling(Node):
    """What decides whether a scope names its children by label.

    It does where ``own``, its own text has a label; or where one of ``spliced`` has one, the
    blocks whose children are spliced into it: a ``BlockValue``, or a name that may hold a block.
    """

    own: bool
    spliced: tuple[Expr, ...]


# --- shapes ---------------------------------------------------------------------------------------


class Dim(Node):
    """One dim of a written shape.

    ``binds`` a new name, perhaps with a ``default``; or has a ``value``; or, with neither, is the
    ``_`` that stands for any.
    """

    value: Expr | None
    binds: Target | None
    default: Expr | None = None


class Shape(Node):
    """``[N, 64, _, W]``."""

    dims: tuple[Dim, ...]


# --- stages ---------------------------------------------------------------------------------------


class Label(Node):
    """``name:`` or ``"text{i}":`` before a stage; ``name`` None is the ``_:`` without a name."""

    name: str | Text | None


class Use(Node):
    """A named value, op or block: ``relu``, ``conv(64, 3)``, ``concat [a, b]``, ``*Stem(32)``.

    ``target`` is an ``OpValue`` or ``BlockValue`` without arguments, a ``Local``, a ``Global`` or
    ``Flowing``; its span is that of the name. The arguments of the first two are bound. ``taps``
    are the labels of ``resnet50 upto [layer3, layer4]``.
    """

    name: str
    target: Expr
    arguments: Arguments | None
    branches: Branches | None
    splice: bool
    item: Expr | None = None
    """``ys[0]``, where ``ys`` is a list; with ``branches`` too it may be none."""
    taps: tuple[Label, ...] = ()


class Sequence(Node):
    """``{ … }``."""

    body: Body


class Branches(Node):
    """``[ a, b, for … { … } ]``; statements in it add, or leave out, whole branches."""

    body: Body


class Residual(Node):
    """``residual if condition { … } shortcut { … }``; where it is false, the body alone."""

    body: Body
    shortcut: Body | None
    condition: Expr | None = None


class Dense(Node):
    """``dense { … }``."""

    body: Body


Unit: TypeAlias = "Use | Sequence | Branches | Residual | Dense"


class Override(Node):
    """``with weight = zeros`` behind a stage."""

    parameter: str
    value: Expr


class Stage(Node):
    """A unit with its label, what it draws its weights by, and the condition of its being there.

    ``labelling`` is that of the scope which a label on braces or a combinator opens.
    """

    label: Label | None
    unit: Unit
    overrides: tuple[Override, ...]
    condition: Expr | None
    labelling: Labelling | None


# --- statements -----------------------------------------------------------------------------------


class Pipeline(Node):
    """``stage -> stage as name, name :: [shape]``; the slot of a ``_`` is None."""

    stages: tuple[Stage, ...]
    names: tuple[Target, ...]
    ascription: Shape | None


class Let(Node):
    """``let a, b = expression``."""

    targets: tuple[Target, ...]
    value: Expr


class Turns(Node):
    """What is known of the turns of a loop before any of them runs."""

    fresh: range
    """The slots that are empty again when a turn begins."""

    collected: tuple[tuple[Target, int], ...]
    """Names that a turn gives to values, and the slots that hold the lists of these behind it."""

    can_fold: bool
    """Whether equal turns may stand for each other.

    They may not where a turn leaves something behind that the text can tell apart: a name, an
    output, a raw parameter, a module with a name of its own.
    """


class For(Node):
    """``for targets in iterable { … }``; ``mentioned`` are the targets that the body speaks of."""

    targets: tuple[Target, ...]
    iterable: Expr
    body: Body
    turns: Turns
    mentioned: tuple[int, ...]


class RepeatLoop(Node):
    """``repeat count { … }``."""

    count: Expr
    body: Body
    turns: Turns


class If(Node):
    """``if … { } else if … { } else { }`` as a flat list of arms (condition, body)."""

    arms: tuple[tuple[Expr, Body], ...]
    otherwise: Body | None


class Assert(Node):
    """``assert condition, message``."""

    condition: Expr
    message: Text


class InputItem(Node):
    """``x: int[N, C]``; ``dtype`` is torch's name of it, and ``word`` the text's, if it has one."""

    target: Target
    word: str | None
    dtype: str
    shape: Shape


class InputStatement(Node):
    """``input x: […], y: […]``."""

    items: tuple[InputItem, ...]


class OutputItem(Node):
    """``logits = expression``."""

    name: str
    name_span: Span
    value: Expr


class OutputStatement(Node):
    """``output logits = y when training``."""

    items: tuple[OutputItem, ...]
    when_training: bool


class ParamStatement(Node):
    """``param token: [1, 1, dim] = zeros``, or ``buffer``; ``dtype`` is torch's name of it.

    ``persistent`` is None where nothing is said of it.
    """

    kind: Literal["param", "buffer"]
    target: Target
    dtype: str
    shape: Shape
    value: Expr
    persistent: Expr | None = None


class ModuleStatement(Node):
    """``module head = { … }``, perhaps with a label of its own for the module.

    ``fresh`` are the slots that are empty again at each use, ``slots`` those of the values that
    its text names, and ``hidden`` what these names have outside, where nothing is ever bound.
    """

    target: Target
    label: Label | None
    unit: Unit
    labelling: Labelling
    fresh: range
    slots: tuple[int, ...]
    overrides: tuple[Override, ...] = ()
    hidden: tuple[int, ...] = ()


class TrainOnlyStatement(Node):
    """``train_only { … }``."""

    body: Body


class Rule(Node):
    """``selector.parameter: initialiser``; the selector is an op's keyword, ``*`` or a path."""

    target: str
    parameter: str
    is_path: bool
    value: Expr


class InitStatement(Node):
    """``init { … }``."""

    rules: tuple[Rule, ...]


class RefusedStatement(Node):
    """What has been refused as a whole: nothing is known behind it.

    ``slots`` are those of the names that it may have bound, ``flows`` says whether it may have
    changed the current value.
    """

    slots: range
    flows: bool


Statement: TypeAlias = (
    "Pipeline | Let | For | RepeatLoop | If | Assert | InputStatement | OutputStatement"
    " | ParamStatement | ModuleStatement | TrainOnlyStatement | InitStatement | RefusedStatement"
)

Loop: TypeAlias = "For | RepeatLoop"
