"""Whether the initialisers of a graph can fill the parameters that they are for.

An initialiser that counts fans needs two dims, and torch refuses it for a bias only when the
module is made. Here each rule is held against the parameters that it has the last word on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archir import rules
from archir.diagnostics import Diagnostics, Problem
from archir.formulas import FormulaError, arguments_for, reads_shape
from archir.graph import Apply, Definition, Leaf, Read, Scope, Slot, SlotRepeat, Step, Use
from archir.init import Initialiser, InitRule, matches
from archir.initialisers import INITIALISERS
from archir.matching import Rules
from archir.naming import names
from archir.oracle import Oracle
from archir.record import Struct
from archir.source import Span
from archir.types import ParameterSpec, TensorType

MOST_MATCHES = 1_000_000
"""Modules of one ``init`` times the patterns that are held against each: far above any network."""

Steps = Mapping[Definition, Sequence[Step]]
"""The steps of each definition, inner definitions first."""

Rows = Mapping[Definition, list[TensorType | None]]


def check_initialisers(
    steps: Steps, rows: Rows, oracle: Oracle, diagnostics: Diagnostics, *, whole: bool
) -> None:
    """Report every initialiser that cannot fill its parameter.

    Only of a ``whole`` graph it can be said that a rule has no parameter at all.
    """
    modules = _Modules(steps, rows, oracle)
    fitting = _Fitting(diagnostics)
    for definition, own in steps.items():
        for step in own:
            if isinstance(step, Read):
                fitting.raw_parameter(step)
        if _has_overrides(definition.scope.entries):
            for module in modules.of(definition):
                if module.is_own:
                    fitting.overrides(module)
        if definition.has_init and modules.are_few_enough(definition, diagnostics):
            fitting.rules(definition, modules)
            if whole:
                _unmatched(definition, modules, diagnostics)


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


# --- the modules that have parameters -------------------------------------------------------------


class _Module(Struct):
    """An op's module below a definition, with its path from there."""

    path: tuple[str, ...]
    leaf: Leaf
    specs: tuple[ParameterSpec, ...]
    span: Span
    is_own: bool = True
    """Whether it belongs to the definition itself, not to a block in it."""

    def owner(self, spec: ParameterSpec) -> str:
        """The parameter's path."""
        return f"{'.'.join(self.path)}.{spec.name}"

    def weight_beside(self, spec: ParameterSpec) -> tuple[int, ...] | None:
        """The shape of the weight whose fans a bias takes."""
        if spec.name != "bias":
            return None
        return next((beside.shape for beside in self.specs if beside.name == "weight"), None)


class _Modules:
    """The modules below each definition, found when they are asked for."""

    def __init__(self, steps: Steps, rows: Rows, oracle: Oracle) -> None:
        self.steps = steps
        self.rows = rows
        self.oracle = oracle
        self.known: dict[Definition, list[_Module]] = {}
        self.counts: dict[Definition, int] = {}
        """At least as many modules as each definition has, those of its blocks included."""
        for definition, own in steps.items():
            uses = (step.definition for step in own if isinstance(step, Use))
            self.counts[definition] = len(own) + sum(self.counts[used] for used in uses)

    def of(self, definition: Definition) -> list[_Module]:
        """Those of a definition, of blocks in it too."""
        # As deep as blocks are nested, which the elaborator bounds.
        if definition not in self.known:
            self.known[definition] = list(self._find(definition))
        return self.known[definition]

    def are_few_enough(self, definition: Definition, diagnostics: Diagnostics) -> bool:
        """Whether a definition's rules can be held against what is below it; reported if not."""
        patterns = sum(rule.is_path and "*" in rule.selector for rule in definition.init)
        count = self.counts[definition]
        if count * (1 + patterns) <= MOST_MATCHES:
            return True
        problem = rules.graph.InitTooLarge(definition.name, count, patterns, MOST_MATCHES)
        diagnostics.report(problem, definition.init[0].span)
        return False

    def distinct(self, definition: Definition) -> Iterator[_Module]:
        """Those of a definition and of all blocks below, each block once and without paths."""
        seen = {definition}
        waiting = [definition]
        while waiting:
            inner = waiting.pop()
            for slot, step in self._applied(inner).items():
                specs = self._specs(inner, step)
                if specs and isinstance(slot.member, Leaf):
                    yield _Module((), slot.member, specs, step.span)
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

    def _find(self, definition: Definition) -> Iterator[_Module]:
        applied = self._applied(definition)
        # Scopes are nested as deep as braces in the text.
        stack: list[tuple[tuple[str, ...], Scope]] = [((), definition.scope)]
        while stack:
            path, scope = stack.pop()
            for slot, name in names(scope).items():
                here = (*path, name)
                member = slot.member
                if isinstance(member, Scope):
                    stack.append((here, member))
                elif isinstance(member, Definition):
                    for inner in self.of(member):
                        below = (*here, *inner.path)
                        yield _Module(below, inner.leaf, inner.specs, inner.span, False)
                elif isinstance(member, Leaf) and slot in applied:
                    specs = self._specs(definition, applied[slot])
                    if specs:
                        yield _Module(here, member, specs, applied[slot].span)

    def _specs(self, definition: Definition, step: Apply) -> tuple[ParameterSpec, ...]:
        row = self.rows[definition]
        inputs = [given for value in step.inputs if (given := row[value.index]) is not None]
        # Behind an error there is no type, and of what has none no shape can be asked.
        made = all(row[value.index] is not None for value in step.outputs)
        if not made or len(inputs) < len(step.inputs):
            return ()
        return self.oracle.parameters(step.op, tuple(inputs))


def _unmatched(definition: Definition, modules: _Modules, diagnostics: Diagnostics) -> None:
    """Warn of a quoted path that leads to no parameter: a typing error, or a label that is gone."""
    by_path = [rule for rule in definition.init if rule.is_path]
    if not by_path:
        return
    paths = [
        (module.leaf.op.keyword, ".".join(module.path), {spec.name for spec in module.specs})
        for module in modules.of(definition)
    ]
    exact = {path: names_of for _, path, names_of in paths}
    for rule in by_path:
        if "*" not in rule.selector:
            found = rule.selector in exact and _names(rule, exact[rule.selector])
        else:
            found = any(
                matches(rule, keyword, path) and _names(rule, names_of)
                for keyword, path, names_of in paths
            )
        if not found:
            diagnostics.report(
                rules.graph.RuleMatchesNothing(rule.selector, rule.parameter), rule.span
            )


def _names(rule: InitRule, parameters: set[str]) -> bool:
    return rule.parameter == "*" or rule.parameter in parameters


# --- initialisers against parameters --------------------------------------------------------------


class _Fitting:
    """Holds initialisers against parameters; what is right for one shape is so for its equals."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.right: set[tuple[object, ...]] = set()
        self.reads_shape: dict[int, bool] = {}

    def raw_parameter(self, step: Read) -> None:
        """The initial value of a raw parameter."""
        raw = step.parameter
        problem = _without_value(raw.initialiser, raw.shape, None, raw.name)
        if problem is not None:
            self.diagnostics.report(problem, raw.span)

    def overrides(self, module: _Module) -> None:
        """A stage's own ``with weight = ...``."""
        for name, initialiser in module.leaf.overrides:
            spec = next((spec for spec in module.specs if spec.name == name), None)
            if spec is not None:
                self._hold(initialiser, spec, module, module.span)

    def rules(self, definition: Definition, modules: _Modules) -> None:
        """Each parameter against the last rule of a definition that selects it."""
        given = definition.init
        by_path = any(rule.is_path for rule in given)
        # Where a module stands matters to rules by paths, and to messages.
        if not by_path and all(
            self._wrong(rule.initialiser, spec, module) is None
            for module, spec, rule in _selected(given, modules.distinct(definition), by_path)
        ):
            return
        for module, spec, rule in _selected(given, modules.of(definition), by_path):
            self._hold(rule.initialiser, spec, module, rule.span)

    def _hold(
        self, initialiser: Initialiser, spec: ParameterSpec, module: _Module, span: Span
    ) -> None:
        problem = self._wrong(initialiser, spec, module)
        if problem is not None:
            self.diagnostics.report(problem, span)

    def _wrong(
        self, initialiser: Initialiser, spec: ParameterSpec, module: _Module
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
    given: tuple[InitRule, ...], modules: Iterable[_Module], by_path: bool
) -> Iterator[tuple[_Module, ParameterSpec, InitRule]]:
    """Each parameter that is selected, with the last rule that does so."""
    last: dict[tuple[str, str, str], InitRule | None] = {}
    rules_for = Rules(given)
    for module in modules:
        overridden = {name for name, _ in module.leaf.overrides}
        keyword = module.leaf.op.keyword
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
        return rules.initial.InitialiserWithoutValue(initialiser.function, owner, str(error))
    return None
