"""Values that need a name because a size that is worked out elsewhere follows from theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from archc.importing.align import Varying
from archc.importing.sizes import dims_of, equal, solve
from archc.importing.steps import BodyStep, ModuleBody
from archc.importing.write import Facts


class SizeNames:
    """Finds them, body by body. The model's own sizes are at hand in what is used once alone."""

    def __init__(self, root: ModuleBody, facts: Facts) -> None:
        self.facts = facts
        self.counts = Counter(_kinds(root))
        self.alone = {id(body) for body in self._alone(root)}

    def _alone(self, body: ModuleBody) -> Iterator[ModuleBody]:
        yield body
        for step in body.steps:
            if step.body is not None and self._is_scope(step.body):
                yield from self._alone(step.body)

    def _is_scope(self, body: ModuleBody) -> bool:
        """Whether it is written where it stands: used once, without names for tensors of its own,
        of which there may be one a block."""
        raw = (*body.declared, *(each for inner in body.bare.values() for each in inner))
        return self.counts[body.kind] == 1 and not any(each.is_kept for each in raw)

    def needed(self, body: ModuleBody) -> set[int]:
        """The values of a body that have to be named for their sizes."""
        found: list[int] = []
        before = list(body.inputs)
        for step in body.steps:
            for number in _numbers(tuple(step.arguments.values())):
                if not self._at_hand(number, step, body, found):
                    found += [each for each in [self._giving(number, before)] if each is not None]
            before.extend(step.results)
        return set(found)

    def _at_hand(self, number: Varying, step: BodyStep, body: ModuleBody, named: list[int]) -> bool:
        shapes = self.facts.shapes
        own = dims_of("_", shapes[step.inputs[0]]) if len(step.inputs) == 1 else []
        known = [each for value in named for each in dims_of("x", shapes[value])]
        if id(body) in self.alone:
            known += self.facts.sizes
        return solve(number, own) is not None or solve(number, known) is not None

    def _giving(self, number: Varying, values: list[int]) -> int | None:
        """The first value whose size it is, or else from whose sizes it follows."""
        for find in (equal, solve):
            for value in values:
                if find(number, dims_of("x", self.facts.shapes[value])) is not None:
                    return value
        return None


def _numbers(value: Any) -> Iterator[Varying]:
    if isinstance(value, Varying):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _numbers(each)


def _kinds(body: ModuleBody) -> Iterator[str]:
    for step in body.steps:
        if step.body is not None:
            yield step.body.kind
            yield from _kinds(step.body)
