"""What a model's parameters may be, as far as its text says so: their domains, evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from archdsl import ast
from archdsl.elaborate.environment import Frame, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.models import base_of, session_for
from archdsl.program import Declared, Program
from archir.record import Record
from archir.values import Part


class Between(Record):
    """A range, with both ends; ``whole`` where only integers are meant."""

    first: int | float
    last: int | float
    whole: bool


Choices: TypeAlias = "tuple[object, ...] | Between"
"""The items of a list, as the language has them, or a range."""


class Open(Record):
    """A parameter that a model, or a variant of one, leaves open.

    ``choices`` is None where the text does not say what it may be.
    """

    required: bool
    choices: Choices | None


def open_parameters(program: Program, model: Declared) -> Mapping[str, Open]:
    """The parameters that can be set and that no variant on the way has filled in.

    A domain may speak of parameters before its own; what it says then is not known beforehand,
    and the choices are None.
    """
    session = session_for(program)
    found = base_of(session, model)
    if found is None:
        return {}
    part, base = found
    given = {name for name, _ in part.arguments}
    evaluator = Evaluator(session, base.home, Frame(None))
    assert isinstance(base.node, ast.PartDeclaration)
    return {
        param.name.text: Open(param.default is None, _choices(evaluator, param, base, program))
        for param in base.node.params
        if param.name.text not in given
    }


def _choices(
    evaluator: Evaluator, param: ast.Param, base: Declared, program: Program
) -> Choices | None:
    domain = param.domain
    if domain is None:
        return (False, True) if param.type is not None and param.type.name == "bool" else None
    assert isinstance(base.node, ast.PartDeclaration)
    if _speaks_of(domain, {each.name.text for each in base.node.params}):
        return None
    if isinstance(domain, ast.Range):
        first, last = evaluator.value(domain.first), evaluator.value(domain.last)
        if not isinstance(first, int | float) or not isinstance(last, int | float):
            return None
        whole = param.type.name == "int" if param.type else isinstance(first, int)
        return Between(first, last, whole)
    items = evaluator.items(domain, "a domain")
    if isinstance(items, Unknown):
        return None
    # A part of another file has no name that a setting could give it.
    from_elsewhere = base.home is not program.main
    named = any(isinstance(item, Part) and item.kind != "op" for item in items)
    return None if from_elsewhere and named else tuple(items)


def _speaks_of(node: object, names: set[str]) -> bool:
    """Whether any of the names stands in an expression."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, ast.Name) and here.text in names:
            return True
        if isinstance(here, tuple):
            stack.extend(here)
        elif isinstance(here, ast.Node):
            stack.extend(here._values())
    return False
