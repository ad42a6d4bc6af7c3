"""Whether what is tied is a parameter, and has the shape of what it is tied to."""

from __future__ import annotations

from archir import rules
from archir.base.diagnostics import Diagnostics, Label, Problem, nearest
from archir.base.source import Span
from archir.check.weighted_modules import Modules
from archir.graph.graph import Definition, Scope
from archir.graph.naming import names
from archir.init.init_rules import Tie
from archir.shapes.types import ParameterSpec


def check_ties(definition: Definition, modules: Modules, diagnostics: Diagnostics) -> None:
    """Report each tie of a definition's own layers that torch could not make."""
    given = _given(definition, modules)
    if not given:
        return
    known: dict[str, tuple[ParameterSpec, Span]] = {}
    made: dict[str, str] = {}
    for module in modules.of_all_turns(definition):
        known |= {module.owner(spec): (spec, module.span) for spec in module.specs}
        for name, how in () if module.leaf is None else module.leaf.op.made_of():
            made[".".join((*module.path, name))] = how.function
    known |= _raw(definition, "")
    keys_of = {key: tie.key for key, (tie, _) in given.items()}
    for key, (tie, spec) in given.items():
        target = tie.key
        if _in_circle(key, keys_of):
            diagnostics.report(rules.ties.TiedInACircle(key, target), tie.span)
        elif target in made:
            diagnostics.report(rules.ties.MadeWeightToTie(key, target, made[target]), tie.span)
        elif target in known:
            _hold(key, spec, tie, known[target], diagnostics)
        elif not diagnostics.has_errors:  # else it may be what went wrong
            keys = [name for name, (other, _) in known.items() if not other.is_buffer]
            first = target.partition(".")[0]
            raw = first if first in keys else None
            keys = [name for name in keys if name != key and "." in name]
            near = None if raw else nearest(target, keys) or _of_that_end(target, keys)
            problem = rules.ties.NoParameterToTie(target, definition.name, near, raw)
            diagnostics.report(problem, tie.span)


def _given(definition: Definition, modules: Modules) -> dict[str, tuple[Tie, ParameterSpec]]:
    """The ties of a definition's own layers, by the keys of what is tied."""
    return {
        module.owner(spec): (tie, spec)
        for module in modules.of_all_turns(definition)
        if module.is_own
        for name, tie in module.overrides
        if isinstance(tie, Tie)
        for spec in module.specs
        if spec.name == name
    }


def _hold(
    key: str,
    spec: ParameterSpec,
    tie: Tie,
    found: tuple[ParameterSpec, Span],
    diagnostics: Diagnostics,
) -> None:
    other, span = found
    target = tie.key
    problem: Problem
    if other.is_buffer:
        problem = rules.ties.BufferToTie(key, target)
    elif (spec.shape, spec.dtype) != (other.shape, other.dtype):
        shapes = str(list(spec.shape)), str(list(other.shape))
        problem = rules.ties.TiedShapesDiffer(key, shapes[0], target, shapes[1])
    else:
        return
    diagnostics.report(problem, tie.span, [Label(span, f"{target} is made here")])


def _in_circle(key: str, given: dict[str, str]) -> bool:
    at, seen = given[key], {key}
    while at in given and at not in seen:
        seen.add(at)
        at = given[at]
    return at == key


def _of_that_end(target: str, keys: list[str]) -> str | None:
    """The one key that ends like the target: the way to it may have been left out."""
    ends = [key for key in keys if key.endswith(f".{target}")]
    return ends[0] if len(ends) == 1 else None


def _raw(definition: Definition, prefix: str) -> dict[str, tuple[ParameterSpec, Span]]:
    """The raw parameters and buffers below a definition; as deep as blocks and braces."""
    found: dict[str, tuple[ParameterSpec, Span]] = {}
    waiting: list[tuple[Scope, str]] = [(definition.scope, prefix)]
    while waiting:
        scope, path = waiting.pop()
        found |= {f"{path}{raw.name}": (raw.spec, raw.span) for raw in scope.parameters}
        for slot, name in names(scope).items():
            if isinstance(slot.member, Scope):
                waiting.append((slot.member, f"{path}{name}."))
            elif isinstance(slot.member, Definition):
                found |= _raw(slot.member, f"{path}{name}.")
    return found
