"""Expressions.

Those in the first part name nothing: they are nodes of the syntax tree and of the resolved program
alike, and where no name stands in one, both have the same object. Chains that a user can make
long without nesting (``1 + 1 + …``, ``x[0][1]…``) are flat nodes, so that a tree is only as deep
as the text's brackets are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from archir.program.nodes import Expr, Node

if TYPE_CHECKING:
    from archir.base.diagnostics import Problem
    from archir.base.source import Span
    from archir.op.binding import Plan
    from archir.program.declarations import Block, Constant, Function, Variant


class Number(Expr):
    """``3`` or ``0.5``."""

    value: int | float


class Truth(Expr):
    """``true``, ``false`` or ``none``."""

    value: bool | None


class Text(Expr):
    """A string; ``{expression}`` inside it stands as an expression between the plain parts."""

    parts: tuple[str | Expr, ...]


class ListDisplay(Expr):
    """``[a, b]``."""

    items: tuple[Expr, ...]


class Arithmetic(Expr):
    """``first op operand op operand …`` from the left, all of one precedence.

    Operators: ``+ -`` or ``* / // %``.
    """

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


class Power(Expr):
    """``a ** b ** c``, from the right."""

    operands: tuple[Expr, ...]


class Unary(Expr):
    """Any number of ``-`` (or of ``not``) before an operand."""

    operator: Literal["-", "not"]
    count: int
    operand: Expr


class Compare(Expr):
    """``left op right`` with one of ``== != < <= > >= in``, or ``not in``; they do not chain."""

    operator: str
    left: Expr
    right: Expr


class Logical(Expr):
    """``a and b and c``, or ``or``: two operands and more."""

    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


class Range(Expr):
    """``first..last``, both ends included; ``first..last step step``, which goes up by more."""

    first: Expr
    last: Expr
    step: Expr | None = None


class Conditional(Expr):
    """``value if condition else value if condition else … otherwise``."""

    arms: tuple[tuple[Expr, Expr], ...]
    """Pairs (value, condition), in the order of the text."""

    otherwise: Expr


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


# --- names, looked up -----------------------------------------------------------------------------


class Local(Expr):
    """A parameter, value, ``let``, loop variable, dim or module, by the number of its slot.

    ``behind`` are the slots that are meant instead as long as that one is empty: a name that a
    loop gives anew may be read in it before.
    """

    name: str
    slot: int
    behind: tuple[int, ...] = ()
    is_dim: bool = False


class Flowing(Expr):
    """``_``: what flows in."""


class Global(Expr):
    """A ``let`` or a variant of a file."""

    name: str
    declaration: Constant | Variant


class Fan(Expr):
    """``fan_in`` or ``fan_out`` in an initialiser's argument."""

    name: str


class FunctionName(Expr):
    """A function that is not called; ``function`` is None for a built-in one.

    Only what is given to a model from outside has one: in a file that is a mistake.
    """

    name: str
    function: Function | None


class Nameless(Expr):
    """A name that means nothing, in what is given to a model from outside."""

    problem: Problem


class Refused(Expr):
    """Where a mistake has been reported: nothing is known of the value, nor said of it."""


# --- calls ----------------------------------------------------------------------------------------


class Argument(Node):
    """One argument of a call, with the parameter that it is for.

    Where nothing is known yet of what is called, ``name`` is None for an argument by position.
    Its span is that of ``name = value``.
    """

    name: str | None
    value: Expr


class Arguments(Node):
    """The arguments of a call, in the order of the text; the span is that of the parentheses.

    ``bound`` says that all are bound to parameters. Behind a name that holds a part they are not:
    that waits until the part is known.
    """

    items: tuple[Argument, ...]
    bound: bool

    def to(self, plan: Plan) -> Arguments:
        """The same arguments, bound to the parameters that a plan without problems says."""
        pairs = zip(self.items, plan.names, strict=True)
        made = [Argument(item.span, name, item.value) for item, name in pairs]
        return Arguments(self.span, gathered(made, plan), True)

    def place(self, argument: int | str | None) -> Span | None:
        """Where an argument stands that is given by a position or a wrong name, if one is.

        Of a name that stands twice the later place is meant.
        """
        if isinstance(argument, int):
            positional = [item.span for item in self.items if item.name is None]
            return positional[argument] if argument < len(positional) else None
        named = [item.span for item in self.items if item.name == argument and argument is not None]
        return named[-1] if named else None

    def given(self, name: str) -> Span | None:
        """Where a parameter is given, once the arguments are bound."""
        return next((item.span for item in self.items if item.name == name), None)

    def item(self, name: str, index: int) -> Span | None:
        """Where an item of a parameter that is a list is given; else where that parameter is."""
        value = next((item.value for item in self.items if item.name == name), None)
        while isinstance(value, Gathered | ListDisplay):
            is_alone = isinstance(value, Gathered) and len(value.items) == 1
            if not is_alone and index >= len(value.items):
                break
            value, is_last = value.items[0 if is_alone else index], not is_alone
            if is_last:
                return value.span
        return self.given(name)


class Gathered(Expr):
    """Arguments by position that are the items of one parameter, or one alone that is its list."""

    items: tuple[Expr, ...]


def gathered(items: list[Argument], plan: Plan) -> tuple[Argument, ...]:
    """Bound arguments, those put together that are one list for the same parameter."""
    if plan.gathers:
        name = items[0].name
        count = plan.names.count(name)
        values = tuple([item.value for item in items[:count]])
        whole = Gathered(values[0].span.to(values[-1].span), values)
        items[:count] = [Argument(items[0].span, name, whole)]
    return tuple(items)


class OpValue(Expr):
    """An op as a value, perhaps with some of its arguments."""

    keyword: str
    arguments: Arguments | None = None


class BlockValue(Expr):
    """A block or model as a value, perhaps with some of its arguments."""

    block: Block
    arguments: Arguments | None = None


class InitialiserValue(Expr):
    """An initialiser, perhaps with arguments."""

    function: str
    arguments: Arguments | None = None


class ParameterKey(Expr):
    """``wte.weight``: another parameter, by the names on the way to it."""

    key: Text


class FunctionCall(Expr):
    """A ``fn`` called."""

    function: Function
    arguments: Arguments


class BuiltinCall(Expr):
    """A built-in function called; its arguments are Python's, by position and then by name."""

    function: str
    arguments: Arguments


class Access(Expr):
    """An expression with trailers: ``x.shape[1]``, ``rows[0][1]``, a part in a variable called."""

    base: Expr
    trailers: tuple[Attribute | Index | Slice | Arguments, ...]


class Target(Node):
    """A name where it is bound, and its slot."""

    name: str
    slot: int


class Comprehension(Expr):
    """``[element for targets in iterable if condition]``."""

    element: Expr
    targets: tuple[Target, ...]
    iterable: Expr
    condition: Expr | None
    rows: tuple[tuple[Target, tuple[Target, ...]], ...] = ()
    """Targets whose items have names, and these; those of rows in rows behind them."""
