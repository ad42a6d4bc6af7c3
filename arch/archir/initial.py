"""Whether the initialisers of a graph can fill the parameters that they are for.

An initialiser that counts fans needs two dims, and torch refuses it for a bias only when the
module is made. Here each rule is held against the parameters that it has the last word on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archir import rules
from archir.diagnostics import Diagnostics
from archir.formulas import FormulaError, arguments_for
from archir.graph import Apply, Definition, Leaf, Read, Scope, Slot, walk
from archir.init import Initialiser, InitRule, matches
from archir.initialisers import INITIALISERS
from archir.naming import names
from archir.record import Record
from archir.source import Span
from archir.types import ParameterSpec, TensorType

Rows = Mapping[Definition, list[TensorType | None]]


def check_initialisers(
    order: list[Definition], rows: Rows, sizes: Mapping[str, int], diagnostics: Diagnostics
) -> None:
    """Report every initialiser that cannot fill its parameter. ``order``: inner ones first."""
    modules: dict[Definition, list[_Module]] = {}
    for definition in order:
        found = list(_modules(definition, rows, sizes, modules))
        modules[definition] = found
        _raw_parameters(definition, diagnostics)
        for module in found:
            if module.is_own:
                _overrides(module, diagnostics)
        if definition.has_init:
            for module in found:
                _rules(definition.init, module, diagnostics)
            _unmatched(definition, found, diagnostics)


class _Module(Record):
    """An op's module below a definition, with its path from there."""

    path: tuple[str, ...]
    leaf: Leaf
    specs: tuple[ParameterSpec, ...]
    span: Span
    is_own: bool = True
    """Whether it belongs to the definition itself, not to a block in it."""


def _modules(
    definition: Definition,
    rows: Rows,
    sizes: Mapping[str, int],
    known: Mapping[Definition, list[_Module]],
) -> Iterator[_Module]:
    row = rows[definition]
    applied: dict[Slot, Apply] = {}
    for step in walk(definition.steps):
        if isinstance(step, Apply) and step.slot is not None:
            applied.setdefault(step.slot, step)
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
                for inner in known[member]:
                    yield _Module((*here, *inner.path), inner.leaf, inner.specs, inner.span, False)
            elif isinstance(member, Leaf) and slot in applied:
                step = applied[slot]
                types = [row[value.index] for value in step.inputs]
                inputs = tuple(given.at(sizes) for given in types if given is not None)
                # Behind an error there is no type, and of what has none no shape can be asked.
                made = all(row[value.index] is not None for value in step.outputs)
                if made and len(inputs) == len(types):
                    specs = step.op.parameters(inputs)
                    if specs:
                        yield _Module(here, member, specs, step.span)


def _overrides(module: _Module, diagnostics: Diagnostics) -> None:
    for name, initialiser in module.leaf.overrides:
        spec = next((spec for spec in module.specs if spec.name == name), None)
        if spec is not None:
            _fits(initialiser, spec, module, module.span, diagnostics)


def _unmatched(definition: Definition, modules: list[_Module], diagnostics: Diagnostics) -> None:
    """Warn of a quoted path that leads to no parameter: a typing error, or a label that is gone."""
    paths = [
        (module.leaf.op.keyword, ".".join(module.path), {spec.name for spec in module.specs})
        for module in modules
    ]
    for rule in definition.init:
        if rule.is_path and not any(
            matches(rule, keyword, path) and (rule.parameter == "*" or rule.parameter in names_of)
            for keyword, path, names_of in paths
        ):
            diagnostics.report(
                rules.graph.RuleMatchesNothing(rule.selector, rule.parameter), rule.span
            )


def _rules(given: tuple[InitRule, ...], module: _Module, diagnostics: Diagnostics) -> None:
    overridden = {name for name, _ in module.leaf.overrides}
    path = ".".join(module.path)
    for spec in module.specs:
        if spec.name in overridden:
            continue
        last = None
        for rule in given:
            if rule.parameter in ("*", spec.name) and matches(rule, module.leaf.op.keyword, path):
                last = rule
        if last is not None:
            _fits(last.initialiser, spec, module, last.span, diagnostics)


def _fits(
    initialiser: Initialiser,
    spec: ParameterSpec,
    module: _Module,
    span: Span,
    diagnostics: Diagnostics,
) -> None:
    known = INITIALISERS[initialiser.function]
    owner = f"{'.'.join(module.path)}.{spec.name}"
    if not known.can_fill(len(spec.shape)):
        shape = str(list(spec.shape))
        diagnostics.report(
            rules.graph.InitialiserDoesNotFit(initialiser.function, owner, shape, known.ranks), span
        )
        return
    weight = None
    if spec.name == "bias":
        weight = next((beside.shape for beside in module.specs if beside.name == "weight"), None)
    _has_value(initialiser, owner, spec.shape, weight, span, diagnostics)


def _raw_parameters(definition: Definition, diagnostics: Diagnostics) -> None:
    for step in walk(definition.steps):
        if isinstance(step, Read):
            raw = step.parameter
            _has_value(raw.initialiser, raw.name, raw.shape, None, raw.span, diagnostics)


def _has_value(
    initialiser: Initialiser,
    owner: str,
    shape: tuple[int, ...],
    weight: tuple[int, ...] | None,
    span: Span,
    diagnostics: Diagnostics,
) -> None:
    try:
        arguments_for(initialiser, shape, weight)
    except FormulaError as error:
        problem = rules.initial.InitialiserWithoutValue(initialiser.function, owner, str(error))
        diagnostics.report(problem, span)
