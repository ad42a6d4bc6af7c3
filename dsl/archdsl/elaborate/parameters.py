"""Parameters of blocks, models and functions: their names, types and domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl import ast, rules
from archdsl.elaborate.describe import describe, kind_of
from archdsl.elaborate.environment import Unknown
from archir.init import Initialiser
from archir.op import Op, arguments_of
from archir.record import Record
from archir.source import Span
from archir.values import Part, show_constant

if TYPE_CHECKING:
    from archdsl.elaborate.evaluate import Evaluator


class Parameters(Record):
    """Names in positional order, and which of them have no default.

    With ``variadic`` all arguments by position are items of the first, unless one alone is a list.
    """

    names: tuple[str, ...]
    required: frozenset[str]
    variadic: bool = False

    @classmethod
    def of(cls, params: tuple[ast.Param, ...]) -> Parameters:
        return cls(
            tuple(param.name.text for param in params),
            frozenset(param.name.text for param in params if param.default is None),
        )

    @classmethod
    def of_op(cls, op: type[Op]) -> Parameters:
        known = arguments_of(op).items()
        required = (name for name, argument in known if argument.is_required())
        return cls(op.arguments(), frozenset(required), op.variadic)


_WORDS = {
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "string": "a string",
    "list": "a list",
    "block": "a block",
    "op": "an op",
    "init": "an initialiser",
}


def check_parameter(
    evaluator: Evaluator, owner: str, param: ast.Param, value: object, span: Span
) -> bool:
    """Whether a value is of a parameter's type and in its domain; reports it if not."""
    if isinstance(value, Unknown):
        return False
    name = param.name.text
    optional = isinstance(param.default, ast.Constant) and param.default.value is None
    if value is None and (optional or (param.type and param.type.name in ("op", "block", "init"))):
        return True
    if param.type is not None and not fits(param.type, value):
        given = describe(value) if not isinstance(value, tuple) else f"{describe(value)}"
        problem = rules.parts.ArgumentOfWrongType(owner, name, wanted(param.type), given)
        evaluator.session.report(problem, span)
        return False
    if param.domain is not None:
        return _check_domain(evaluator, owner, param, value, span)
    return True


def wanted(type_name: ast.TypeName) -> str:
    """The type in words: ``an integer``, ``a list of strings``."""
    words = _WORDS.get(type_name.name, type_name.name)
    if type_name.element is None:
        return words
    inner = wanted(type_name.element).split(" ", 1)
    return f"{words} of {inner[-1]}s"


def fits(type_name: ast.TypeName, value: object) -> bool:
    """Whether a compile-time value is of a declared type. An integer is a float too."""
    name = type_name.name
    if name == "list":
        if not isinstance(value, tuple):
            return False
        element = type_name.element
        return element is None or all(fits(element, item) for item in value)
    if name == "bool":
        return isinstance(value, bool)
    if name in ("int", "float"):
        kinds: tuple[type, ...] = (int,) if name == "int" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    if name == "string":
        return isinstance(value, str)
    if name == "init":
        return isinstance(value, Initialiser)
    return isinstance(value, Part) and (value.kind == "op") == (name == "op")


def _check_domain(
    evaluator: Evaluator, owner: str, param: ast.Param, value: object, span: Span
) -> bool:
    domain = param.domain
    assert domain is not None
    shown = domain.span.text
    if isinstance(domain, ast.Range):
        first, last = evaluator.value(domain.first), evaluator.value(domain.last)
        if isinstance(first, Unknown) or isinstance(last, Unknown):
            return False
        inside = (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and isinstance(first, int | float)
            and isinstance(last, int | float)
            and first <= value <= last
        )
    else:
        items = evaluator.items(domain, "a domain")
        if isinstance(items, Unknown):
            return False
        inside = any(item == value and type(item) is type(value) for item in items)
    if not inside:
        given = show_constant(value) if isinstance(value, str | float | int) else kind_of(value)
        given = describe(value) if isinstance(value, Part) else given
        evaluator.session.report(
            rules.parts.OutsideDomain(owner, param.name.text, shown, given), span
        )
    return inside
