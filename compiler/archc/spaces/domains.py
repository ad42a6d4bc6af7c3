"""The parameters of a model that are free, and what each may be behind those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archc.spaces.free import Continuous, Discrete, Free, Several
from archdsl.elaborate.expressions.domains import Between, choices
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.models import base_of, bounded, session_for
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.kinds import Unknown, empty
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.base.record import Record
from archir.init.values import Part
from archir.program.declarations import Block, Parameter
from archir.program.expressions import Local
from archir.program.nodes import Expr
from archir.program.types import TypeName
from archir.program.walk import nested


class SpaceParameter(Record):
    """A parameter that is open in a model, or a variant of one, as its text declares it.

    ``type`` and ``domain`` are texts. Its domain speaks of those that it ``needs``, which stand
    before it. One that is not ``is_free`` has no domain: it keeps its default.
    """

    name: str
    type: str | None
    domain: str | None
    needs: tuple[str, ...]
    required: bool
    is_free: bool
    free: Free | None
    """What it may be, where that does not depend on others, and is known."""


class Parameters:
    """The open parameters of a model, in the order of the text."""

    def __init__(self, program: Resolved, model: Declared) -> None:
        self._program, self._model = program, model
        session = session_for(program)
        found = bounded(session, model, lambda: base_of(session, model))
        self.given: dict[str, object] = {}
        self._base: Block | None = None
        self.open: tuple[SpaceParameter, ...] = ()
        if found is None:
            return
        part, self._base = found
        self.given = dict(part.arguments)
        slots = {each.target.slot: each.name for each in self._base.parameters}
        evaluator = Evaluator(session, empty(self._base))
        self._written = {each.name: each for each in self._base.parameters}
        self.open = tuple(
            [
                self._described(each, slots, evaluator)
                for each in self._base.parameters
                if each.name not in self.given
            ]
        )

    def _described(
        self, param: Parameter, slots: Mapping[int, str], evaluator: Evaluator
    ) -> SpaceParameter:
        says = [part for each in param.items for part in (each.domain, each.count)]
        asked = [
            part for each in (param.domain, *says) if each is not None for part in nested(each)
        ]
        needs = {
            slots[part.slot] for part in asked if isinstance(part, Local) and part.slot in slots
        }
        free: Free | None = None
        if _says_what(param) and not needs:
            free = self._bounded(evaluator.session, lambda: self._of(evaluator, param))
        shown = param.domain.span.text if param.domain is not None else None
        return SpaceParameter(
            param.name,
            None if param.type is None else param.type.span.text,
            shown,
            tuple([name for name in self._written if name in needs]),
            param.default is None,
            _says_what(param) and (bool(needs) or free is not None),
            free,
        )

    def free(self, name: str, before: Mapping[str, object]) -> Free | None:
        """What a parameter may be behind values of those before it; None where that is wrong."""
        one = next(each for each in self.open if each.name == name)
        if one.free is not None or not one.is_free:
            return one.free
        assert self._base is not None
        session = session_for(self._program)
        evaluator = Evaluator(session, empty(self._base))

        def found() -> Free | None:
            for param in self._base_parameters():
                if param.name == name:
                    return self._of(evaluator, param)
                value = before.get(param.name, self.given.get(param.name, _MISSING))
                if value is _MISSING and param.default is not None:
                    value = evaluator.value(param.default)
                if value is not _MISSING:
                    evaluator.env[param.target.slot] = value
            return None

        return self._bounded(session, found)

    def _bounded(self, session: Session, run: Callable[[], Free | None]) -> Free | None:
        found: list[Free | None] = []
        bounded(session, self._model, lambda: found.append(run()))
        return found[0] if found else None

    def _base_parameters(self) -> Sequence[Parameter]:
        assert self._base is not None
        return self._base.parameters

    def _of(self, evaluator: Evaluator, param: Parameter) -> Free | None:
        if param.domain is not None:
            return self._scalar(evaluator, param.domain, param.type)
        if param.type is not None and param.items:
            return self._list(evaluator, param, param.type, 0)
        return _TRUTHS

    def _list(
        self, evaluator: Evaluator, param: Parameter, kind: TypeName, depth: int
    ) -> Free | None:
        """A list of which the type says how many items there are, and what they may be."""
        says, element = param.items[depth], kind.element
        if says.count is None or element is None:
            return None
        many = evaluator.value(says.count)
        if isinstance(many, bool) or not isinstance(many, int):
            return None
        if says.domain is not None:
            item = self._scalar(evaluator, says.domain, element)
        elif element.name == "list":
            item = self._list(evaluator, param, element, depth + 1)
        else:
            item = _TRUTHS if element.name == "bool" else None
        return None if item is None else Several((item,) * max(0, many))

    def _scalar(self, evaluator: Evaluator, domain: Expr, kind: TypeName | None) -> Free | None:
        found = choices(evaluator, domain)
        if isinstance(found, Unknown):
            return None
        if not isinstance(found, Between):
            numbers = all(isinstance(each, int | float) for each in found.items)
            named = any(isinstance(each, Part) and each.kind != "op" for each in found.items)
            if named and self._is_from_elsewhere:
                return None  # a part of another file has no name that a setting could give it
            return Discrete(found.items, numbers)
        is_whole = isinstance(found.first, int) and (kind is None or kind.name == "int")
        if found.step is None and not is_whole:
            return Continuous(float(found.first), float(found.last))
        return Discrete(found.members(), ordered=True)

    @property
    def _is_from_elsewhere(self) -> bool:
        here = [self._program.declarations[each] for each in self._program.main.declarations()]
        return self._base not in here


def _says_what(param: Parameter) -> bool:
    """Whether a parameter has a domain, or a type that is one."""
    if param.domain is not None:
        return True
    if param.type is not None and param.type.name == "bool":
        return True
    element = param.type
    while element is not None and element.element is not None:
        element = element.element
    counted = bool(param.items) and all(each.count is not None for each in param.items)
    return counted and (
        param.items[-1].domain is not None or (element is not None and element.name == "bool")
    )


_TRUTHS = Discrete((False, True), ordered=False)
_MISSING = object()
