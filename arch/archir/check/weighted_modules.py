"""The modules of a graph that have parameters, by the definitions above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archir import rules
from archir.base.diagnostics import Diagnostics
from archir.base.record import Struct
from archir.base.source import Span
from archir.graph.graph import (
    Apply,
    Definition,
    Leaf,
    RawParameter,
    Read,
    Scope,
    Slot,
    Step,
    Use,
)
from archir.graph.naming import names, names_of_all, turns
from archir.init.init_rules import RAW, Given
from archir.op.rule_cache import RuleCache
from archir.shapes.types import ParameterSpec, TensorType

MOST_MATCHES = 1_000_000
"""Modules of one ``init`` times the patterns that are held against each: far above any network."""

MOST_TURNS = 100_000
"""Modules of one definition that are told apart by the turns of loops they stand in. No module of
more is built, so that nobody sees what is said of its paths."""

Steps = Mapping[Definition, Sequence[Step]]
"""The steps of each definition, inner definitions first."""

Rows = Mapping[Definition, list[TensorType | None]]


class Module(Struct):
    """An op's module below a definition, with its path from there; or what holds raw parameters."""

    path: tuple[str, ...]
    leaf: Leaf | None
    """None of what holds raw parameters."""

    specs: tuple[ParameterSpec, ...]
    span: Span
    is_own: bool = True
    """Whether it belongs to the definition itself, not to a block in it."""

    times: int = 1
    """How many there are of it: of what stands in loops, one for each turn."""

    @property
    def keyword(self) -> str:
        """Of what op it is, as rules say it."""
        return RAW if self.leaf is None else self.leaf.op.keyword

    @property
    def overrides(self) -> tuple[tuple[str, Given], ...]:
        """The stage's own ``with weight = …``."""
        return () if self.leaf is None else self.leaf.overrides

    def owner(self, spec: ParameterSpec) -> str:
        """The parameter's path."""
        return ".".join((*self.path, spec.name))

    def weight_beside(self, spec: ParameterSpec) -> tuple[int, ...] | None:
        """The shape of the weight whose fans a bias takes."""
        if spec.name != "bias":
            return None
        return next((beside.shape for beside in self.specs if beside.name == "weight"), None)


class Modules:
    """The modules below each definition, found when they are asked for."""

    def __init__(self, steps: Steps, rows: Rows, rule_cache: RuleCache) -> None:
        self.steps = steps
        self.rows = rows
        self.rule_cache = rule_cache
        self.known: dict[Definition, list[Module]] = {}
        self.unrolled: dict[Definition, list[Module]] = {}
        self.counts: dict[Definition, int] = {}
        """At least as many modules as each definition has, those of its blocks included."""

        self._with_state: dict[Definition, bool] = {}
        for definition, own in steps.items():
            uses = (step.definition for step in own if isinstance(step, Use))
            self.counts[definition] = len(own) + sum(self.counts[used] for used in uses)

    def have_state(self, definition: Definition, step: Step) -> bool:
        """Whether what a step applies or reads has a key: a parameter, or a buffer that is kept."""
        if isinstance(step, Apply):
            return step.slot is not None and bool(self._specs(definition, step))
        if not isinstance(step, Use):
            return isinstance(step, Read) and step.parameter.is_persistent
        inner = step.definition
        if inner not in self._with_state:
            found = any(self.have_state(inner, each) for each in self.steps[inner])
            self._with_state[inner] = found
        return self._with_state[inner]

    def of(self, definition: Definition) -> list[Module]:
        """Those of a definition, of blocks in it too."""
        # As deep as blocks are nested, which the elaborator bounds.
        if definition not in self.known:
            self.known[definition] = list(self._find(definition))
        return self.known[definition]

    def of_all_turns(self, definition: Definition) -> list[Module]:
        """Those of a definition, each as often as it is there and by the path that it has then."""
        if definition not in self.unrolled:
            folded = self.of(definition)
            count = sum(module.times for module in folded)
            is_told = len(folded) < count <= MOST_TURNS
            self.unrolled[definition] = (
                list(self._find(definition, all_turns=True)) if is_told else folded
            )
        return self.unrolled[definition]

    def are_few_enough(self, definition: Definition, diagnostics: Diagnostics) -> bool:
        """Whether a definition's rules can be held against what is below it; reported if not."""
        patterns = sum(rule.is_path and "*" in rule.selector for rule in definition.init)
        count = self.counts[definition]
        if count * (1 + patterns) <= MOST_MATCHES:
            return True
        problem = rules.graph.InitTooLarge(definition.name, count, patterns, MOST_MATCHES)
        diagnostics.report(problem, definition.init[0].span)
        return False

    def distinct(self, definition: Definition) -> Iterator[Module]:
        """Those of a definition and of all blocks below, each block once and without paths."""
        seen = {definition}
        waiting = [definition]
        while waiting:
            inner = waiting.pop()
            yield from _raw(
                (), [step.parameter for step in self.steps[inner] if isinstance(step, Read)]
            )
            for slot, step in self._applied(inner).items():
                specs = self._specs(inner, step)
                if specs and isinstance(slot.member, Leaf):
                    yield Module((), slot.member, specs, step.span)
            for use in self.steps[inner]:
                if isinstance(use, Use) and use.definition not in seen:
                    seen.add(use.definition)
                    waiting.append(use.definition)

    def _applied(self, definition: Definition) -> dict[Slot, Apply]:
        """The first use of each op's module."""
        found: dict[Slot, Apply] = {}
        for step in self.steps[definition]:
            if isinstance(step, Apply) and step.slot is not None:
                found.setdefault(step.slot, step)
        return found

    def _find(self, definition: Definition, *, all_turns: bool = False) -> Iterator[Module]:
        applied = self._applied(definition)
        # Scopes are nested as deep as braces in the text.
        stack: list[tuple[tuple[str, ...], Scope, int]] = [((), definition.scope, 1)]
        while stack:
            path, scope, around = stack.pop()
            yield from _raw(path, scope.parameters, around)
            looped = {} if all_turns else turns(scope)
            for slot, name in names_of_all(scope) if all_turns else names(scope).items():
                here, times = (*path, name), around * looped.get(slot, 1)
                member = slot.member
                if isinstance(member, Scope):
                    stack.append((here, member, times))
                elif isinstance(member, Definition):
                    for inner in self.of_all_turns(member) if all_turns else self.of(member):
                        below = (*here, *inner.path)
                        count = times * inner.times
                        yield Module(below, inner.leaf, inner.specs, inner.span, False, count)
                elif isinstance(member, Leaf) and slot in applied:
                    specs = self._specs(definition, applied[slot])
                    if specs:
                        yield Module(here, member, specs, applied[slot].span, times=times)

    def _specs(self, definition: Definition, step: Apply) -> tuple[ParameterSpec, ...]:
        row = self.rows[definition]
        inputs = [given for value in step.inputs if (given := row[value.index]) is not None]
        # Behind an error there is no type, and of what has none no shape can be asked.
        made = all(row[value.index] is not None for value in step.outputs)
        if not made or len(inputs) < len(step.inputs):
            return ()
        return self.rule_cache.initialised(step.op, tuple(inputs))


def _raw(path: tuple[str, ...], given: Sequence[RawParameter], times: int = 1) -> Iterator[Module]:
    """What holds raw parameters; those of buffers are in no rule's reach."""
    drawn = [each for each in given if not each.is_buffer]
    if drawn:
        specs = tuple([each.spec for each in drawn])
        yield Module(path, None, specs, drawn[0].span, times=times)
