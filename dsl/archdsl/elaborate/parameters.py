"""Parameters of blocks, models and functions: their names, types and domains."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from archdsl import ast, rules
from archdsl.elaborate.describe import describe, kind_of
from archdsl.elaborate.environment import Unknown
from archir import rules as ir_rules
from archir.arguments import ArgumentProblem, Suggest, bind_names
from archir.diagnostics import nearest
from archir.init import Initialiser
from archir.initialisers import INITIALISERS
from archir.op import Op, arguments_of
from archir.record import Record, Struct, fresh
from archir.source import Span
from archir.values import Part, show_constant

if TYPE_CHECKING:
    from archdsl.elaborate.evaluate import Evaluator


_Call = tuple[str, tuple[str | None, ...], tuple[str, ...], bool]


class Parameters(Struct):
    """Names in positional order, and which of them have no default.

    With ``variadic`` all arguments by position are items of the first, unless one alone is a list.
    """

    names: tuple[str, ...]
    required: frozenset[str]
    variadic: bool = False
    _plans: dict[_Call, Plan] = fresh(factory=dict)

    @classmethod
    def of(cls, params: tuple[ast.Param, ...]) -> Parameters:
        return cls(
            tuple(param.name.text for param in params),
            frozenset(param.name.text for param in params if param.default is None),
        )

    def plan(
        self,
        callee: str,
        given: tuple[str | None, ...],
        early: tuple[str, ...] = (),
        *,
        partial: bool = False,
        suggest: Suggest = nearest,
    ) -> Plan:
        """How a call binds: None stands for an argument by position.

        What is ``early`` was given before. With ``partial`` the rest may come later.
        """
        call = (callee, given, early, partial)
        known = self._plans.get(call)
        if known is None:
            known = _plan(self, *call, suggest)
            if not known.problems:
                self._plans[call] = known
        return known


@cache
def of_op(op: type[Op]) -> Parameters:
    """The parameters of an op."""
    required = (name for name, known in arguments_of(op).items() if known.is_required())
    return Parameters(op.arguments(), frozenset(required), op.variadic)


@cache
def of_initialiser(function: str) -> Parameters:
    """The parameters of an initialiser."""
    arguments = INITIALISERS[function].arguments
    required = frozenset(argument.name for argument in arguments if argument.is_required)
    return Parameters(tuple(argument.name for argument in arguments), required)


class Plan(Record):
    """What a call binds: a parameter for each argument, in the order of the text.

    Several arguments of one parameter are the items of its list.
    """

    names: tuple[str, ...]
    gathers: bool
    problems: tuple[ArgumentProblem, ...]


def _plan(
    parameters: Parameters,
    callee: str,
    given: tuple[str | None, ...],
    early: tuple[str, ...],
    partial: bool,
    suggest: Suggest,
) -> Plan:
    keywords = [name for name in given if name is not None]
    positional = len(given) - len(keywords)
    # Positional arguments fill what is still open; a keyword may replace an earlier one.
    before = frozenset(early)
    still_open = tuple(name for name in parameters.names if name not in before)
    gathers = parameters.variadic and parameters.names[0] not in early
    count = min(positional, 1) if gathers else positional
    problems = bind_names(
        callee,
        (*still_open, *early),
        parameters.required.difference(early),
        min(count, len(still_open)),
        keywords,
        partial=partial,
        suggest=suggest,
    )
    if count > len(still_open):
        too_many = ir_rules.arguments.TooManyArguments(callee, count, still_open)
        problems = (*problems, ArgumentProblem(len(still_open), too_many))
    if problems:
        return Plan((), False, problems)
    by_position = still_open[:1] * positional if gathers else still_open[:positional]
    return Plan((*by_position, *keywords), gathers and positional > 0, ())


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


Place = Callable[[str], Span]
"""Says where the value of a parameter is written; asked where there is something to report."""


def check_parameter(
    evaluator: Evaluator, owner: str, param: ast.Param, value: object, place: Place
) -> bool:
    """Whether a value is of a parameter's type and in its domain; reports it if not."""
    if isinstance(value, Unknown):
        return False
    name = param.name.text
    if value is None and _takes_none(param):
        return True
    if param.type is not None and not fits(param.type, value):
        problem = rules.parts.ArgumentOfWrongType(owner, name, wanted(param.type), describe(value))
        evaluator.session.report(problem, place(name))
        return False
    if param.domain is not None:
        return _check_domain(evaluator, owner, param, value, place)
    return True


def _takes_none(param: ast.Param) -> bool:
    optional = isinstance(param.default, ast.Constant) and param.default.value is None
    return optional or (param.type is not None and param.type.name in ("op", "block", "init"))


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
    evaluator: Evaluator, owner: str, param: ast.Param, value: object, place: Place
) -> bool:
    domain = param.domain
    assert domain is not None
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
        shown = domain.span.text
        problem = rules.parts.OutsideDomain(owner, param.name.text, shown, given)
        evaluator.session.report(problem, place(param.name.text))
    return inside
