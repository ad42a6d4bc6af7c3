"""Whether the initialisers of a graph can fill the parameters that they are for.

An initialiser that counts fans needs two dims, and torch refuses it for a bias only when the
module is made. Here each rule is held against the parameters that it has the last word on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archir import rules
from archir.base.diagnostics import Diagnostic, Diagnostics, Label, Problem
from archir.base.source import Span
from archir.check.weighted_modules import Module, Modules
from archir.graph.graph import Definition, Leaf, Read, Scope, Slot, SlotRepeat
from archir.init.formulas import FormulaError, arguments_for, reads_shape
from archir.init.init_rules import RAW, Initialiser, InitRule, Tie
from archir.init.initialisers import INITIALISERS, fans
from archir.init.matching import Rules
from archir.init.tensors import TensorConstant
from archir.shapes.types import ParameterSpec

FIRST_PLACES = 3
"""How many of the layers are shown for which a rule is wrong."""


def check_initialisers(modules: Modules, diagnostics: Diagnostics) -> None:
    """Report every initialiser that cannot fill its parameter."""
    fitting = Fitting(diagnostics)
    for definition, own in modules.steps.items():
        for step in own:
            if isinstance(step, Read):
                fitting.raw_parameter(step)
        if _has_overrides(definition.scope.entries):
            for module in modules.of(definition):
                if module.is_own:
                    fitting.overrides(module)
            from archir.check.tied_weights import check_ties  # what has no override ties nothing

            check_ties(definition, modules, diagnostics)
        if definition.init and modules.are_few_enough(definition, diagnostics):
            fitting.rules(definition, modules)


def _has_overrides(entries: Sequence[Slot | SlotRepeat]) -> bool:
    # Scopes and loops are nested as deep as braces in the text.
    for entry in entries:
        inner: Sequence[Slot | SlotRepeat] = ()
        if isinstance(entry, SlotRepeat):
            inner = entry.entries
        elif isinstance(entry.member, Scope):
            inner = entry.member.entries
        elif isinstance(entry.member, Leaf) and entry.member.overrides:
            return True
        if inner and _has_overrides(inner):
            return True
    return False


class Fitting:
    """Holds initialisers against parameters; what is right for one shape is so for its equals."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.right: set[tuple[object, ...]] = set()
        self.reads_shape: dict[int, bool] = {}
        self.occasion = 0

    def raw_parameter(self, step: Read) -> None:
        """The initial value of a raw parameter."""
        raw = step.parameter
        if isinstance(raw.initial, TensorConstant):
            return
        problem = _without_value(raw.initial, raw.shape, None, raw.name)
        if problem is not None:
            self.diagnostics.report(problem, raw.span)

    def overrides(self, module: Module) -> None:
        """A stage's own ``with weight = ...``."""
        for name, initialiser in module.overrides:
            spec = next((spec for spec in module.specs if spec.name == name), None)
            if spec is not None and not isinstance(initialiser, Tie):
                self._hold(initialiser, spec, module, module.span)

    def rules(self, definition: Definition, modules: Modules) -> None:
        """Each parameter against the last rule of a definition that selects it."""
        given = definition.init
        by_path = any(rule.is_path for rule in given)
        # Where a module stands matters to rules by paths, and to messages.
        if not by_path and self.fits(given, modules.distinct(definition)):
            return
        wrong: dict[InitRule, list[tuple[Problem, Module]]] = {}
        right: dict[InitRule, dict[str, None]] = {}
        found = modules.of_all_turns(definition) if by_path else modules.of(definition)
        for module, spec, rule in _selected(given, found, by_path):
            problem = self._wrong(rule.initialiser, spec, module)
            if problem is not None:
                wrong.setdefault(rule, []).append((problem, module))
            else:
                right.setdefault(rule, {})[module.keyword] = None
        for rule, places in wrong.items():
            self._report(rule, places, tuple(right.get(rule, ())))

    def fits(self, given: tuple[InitRule, ...], modules: Iterable[Module]) -> bool:
        """Whether rules, none of them by a path, can fill all that they select."""
        return all(
            self._wrong(rule.initialiser, spec, module) is None
            for module, spec, rule in _selected(given, modules, False)
        )

    def _report(
        self, rule: InitRule, found: Sequence[tuple[Problem, Module]], fits: tuple[str, ...]
    ) -> None:
        """One error at a rule, with the first layers for which it is wrong, and their number."""
        spans = list(dict.fromkeys(module.span for _, module in found))[:FIRST_PLACES]
        what = "parameter" if rule.selector == RAW and not rule.is_path else "layer"
        labels = tuple([Label(span, f"it is wrong for this {what}") for span in spans])
        keywords = {module.keyword for _, module in found}
        advice = None
        if rule.selector == "*" and fits and keywords.isdisjoint(fits):
            of_these = ", ".join(f"`{keyword}.{rule.parameter}: …`" for keyword in fits)
            advice = f"say which layers it is for: {of_these}"
        self.occasion += 1
        self.diagnostics.add(
            Diagnostic(
                found[0][0],
                rule.span,
                labels,
                advice,
                occasion=self.occasion,
                times=sum(module.times for _, module in found),
            )
        )

    def _hold(
        self, initialiser: Initialiser, spec: ParameterSpec, module: Module, span: Span
    ) -> None:
        problem = self._wrong(initialiser, spec, module)
        if problem is not None:
            self.diagnostics.report(problem, span)

    def _wrong(
        self, initialiser: Initialiser, spec: ParameterSpec, module: Module
    ) -> Problem | None:
        number = id(initialiser)
        if number not in self.reads_shape:
            self.reads_shape[number] = reads_shape(initialiser)
        weight = module.weight_beside(spec) if self.reads_shape[number] else None
        key = (number, spec.shape if self.reads_shape[number] else len(spec.shape), weight)
        if key in self.right:
            return None
        problem = _wrong(initialiser, spec.shape, weight, module.owner(spec))
        if problem is None:
            self.right.add(key)
        return problem


def _selected(
    given: tuple[InitRule, ...], modules: Iterable[Module], by_path: bool
) -> Iterator[tuple[Module, ParameterSpec, InitRule]]:
    """Each parameter that is selected, with the last rule that does so."""
    last: dict[tuple[str, str, str], InitRule | None] = {}
    rules_for = Rules(given)
    for module in modules:
        overridden = {name for name, _ in module.overrides}
        keyword = module.keyword
        path = ".".join(module.path) if by_path else ""
        for spec in module.specs:
            if spec.name in overridden:
                continue
            key = (keyword, path, spec.name)
            if key not in last:
                last[key] = rules_for.last(*key)
            rule = last[key]
            if rule is not None:
                yield module, spec, rule


def _wrong(
    initialiser: Initialiser, shape: tuple[int, ...], weight: tuple[int, ...] | None, owner: str
) -> Problem | None:
    """Why an initialiser cannot fill a parameter; None if it can."""
    known = INITIALISERS[initialiser.function]
    if not known.can_fill(len(shape)):
        return rules.graph.InitialiserDoesNotFit(
            initialiser.function, owner, str(list(shape)), known.ranks
        )
    return _without_value(initialiser, shape, weight, owner)


def _without_value(
    initialiser: Initialiser, shape: tuple[int, ...], weight: tuple[int, ...] | None, owner: str
) -> Problem | None:
    """Why its arguments have no value for a parameter; None if they have."""
    try:
        arguments_for(initialiser, shape, weight)
    except FormulaError as error:
        counted = fans(shape) or (None if weight is None else fans(weight))
        there = f"fan_in is {counted[0]:,} there, fan_out {counted[1]:,}" if counted else ""
        return rules.initial.InitialiserWithoutValue(initialiser.function, owner, str(error), there)
    return None
