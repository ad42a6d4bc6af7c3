"""What a model's parameters may be, as far as its text says so: their domains, evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.models import base_of, bounded, session_for
from archdsl.elaborate.values.kinds import Unknown, empty
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.base.record import Record
from archir.init.values import Part
from archir.program.declarations import Block, Parameter
from archir.program.expressions import Local, Range
from archir.program.walk import nested


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


def open_parameters(program: Resolved, model: Declared) -> Mapping[str, Open]:
    """The parameters that can be set and that no variant on the way has filled in.

    A domain may speak of parameters before its own; what it says then is not known beforehand,
    and the choices are None. So are those of a domain that is over a limit: building says that.
    """
    session = session_for(program)
    found = bounded(session, model, lambda: base_of(session, model))
    if found is None:
        return {}
    part, base = found
    given = {name for name, _ in part.arguments}
    evaluator = Evaluator(session, empty(base))

    def opened(param: Parameter) -> Open:
        required = param.default is None
        known = bounded(
            session, model, lambda: Open(required, _choices(evaluator, param, base, program))
        )
        return known or Open(required, None)

    return {each.name: opened(each) for each in base.parameters if each.name not in given}


def _choices(
    evaluator: Evaluator, param: Parameter, base: Block, program: Resolved
) -> Choices | None:
    domain, own = param.domain, {each.target.slot for each in base.parameters}
    if domain is None:
        return (False, True) if param.type is not None and param.type.name == "bool" else None
    if any(isinstance(part, Local) and part.slot in own for part in nested(domain)):
        return None
    if isinstance(domain, Range):
        first, last = evaluator.value(domain.first), evaluator.value(domain.last)
        if not isinstance(first, int | float) or not isinstance(last, int | float):
            return None
        whole = param.type.name == "int" if param.type else isinstance(first, int)
        return Between(first, last, whole)
    items = evaluator.items(domain, "a domain")
    if isinstance(items, Unknown):
        return None
    # A part of another file has no name that a setting could give it.
    here = [program.declarations[declared] for declared in program.main.declarations()]
    from_elsewhere = base not in here
    named = any(isinstance(item, Part) and item.kind != "op" for item in items)
    return None if from_elsewhere and named else tuple(items)
