"""Modules that are applied several times: what torch makes once must do for each use."""

from __future__ import annotations

from collections.abc import Iterator

from archir import rules
from archir.base.diagnostics import Diagnostics, Label
from archir.check.weighted_modules import Rows, Steps
from archir.graph.graph import Apply, Definition, Slot, Use
from archir.op.recipe import Call, FunctionRecipe, substitute
from archir.op.rule_cache import RuleCache
from archir.shapes.types import ParameterSpec, TensorType

NO_WEIGHTS = "no weights"


def check_shared_modules(
    steps: Steps, rows: Rows, rule_cache: RuleCache, diagnostics: Diagnostics
) -> None:
    """Report each slot whose uses ask for another module, as for other parameters."""
    signatures = _Signatures(steps, rows, rule_cache)
    for definition, own in steps.items():
        first: dict[Slot, Apply | Use] = {}
        for step in own:
            if isinstance(step, Apply | Use) and step.slot is not None:
                earlier = first.setdefault(step.slot, step)
                if earlier is not step:
                    problem = signatures.clash(definition, step.slot, earlier, step)
                    if problem is not None:
                        label = Label(earlier.span, "the first use is here")
                        diagnostics.report(problem, step.span, [label])


class _Signatures:
    """What modules are made for, as text."""

    def __init__(self, steps: Steps, rows: Rows, rule_cache: RuleCache) -> None:
        self.steps = steps
        self.rows = rows
        self.rule_cache = rule_cache

    def clash(
        self, definition: Definition, slot: Slot, earlier: Apply | Use, step: Apply | Use
    ) -> rules.graph.SharedModuleDiffers | None:
        """The problem with a second use of a slot, if there is one."""
        first, here = self._made_for(definition, earlier), self._made_for(definition, step)
        if first is None or here is None or first == here:
            return None
        name = slot.label or slot.default_name
        return rules.graph.SharedModuleDiffers(name, *_first_difference(first, here))

    def _made_for(self, definition: Definition, step: Apply | Use) -> str | None:
        """What a module is made for; None where that is not known."""
        if isinstance(step, Use):
            lines = list(self._inside(step.definition))
            known = [line for line in lines if line is not None]
            return "\n".join(known) if len(known) == len(lines) else None
        inputs = [self.rows[definition][value.index] for value in step.inputs]
        answer = self.rule_cache.answer(step.op, tuple(inputs))
        if answer is None or answer.problems:
            return None
        from archir.graph.text import show_op  # few networks share modules

        given = tuple([TensorType(()) if each is None else each for each in inputs])
        parameters = _show_parameters(self.rule_cache.parameters(step.op, given))
        recipe = step.op.recipe(self.rule_cache.concrete(given))
        if isinstance(recipe, FunctionRecipe):
            return NO_WEIGHTS  # nothing is made for it: it does at each use what the text says
        # One module is of one class (torch's are made for one number of axes), and made once.
        made = recipe.make.function
        if parameters == NO_WEIGHTS:  # then nothing else tells what it is made for
            call = substitute(recipe.make, step.op)
            assert isinstance(call, Call)
            made += f"({', '.join(map(str, call.args))})" if call.args else ""
        return _PART.join((show_op(step.op), made, parameters))

    def _inside(self, definition: Definition) -> Iterator[str | None]:
        for step in self.steps[definition]:
            if isinstance(step, Apply | Use) and step.slot is not None:
                made = self._made_for(definition, step)
                name = step.slot.label or step.slot.default_name
                yield None if made is None else f"{name}{_NAMED}{made}"


_PART, _NAMED = "\t", "\v"
"""Between the parts of what a module is made for, and behind the name of one inside of another."""


def _show_parameters(parameters: tuple[ParameterSpec, ...]) -> str:
    shown = _PART.join(f"{spec.name} {list(spec.shape)}" for spec in parameters)
    return shown or NO_WEIGHTS


def _first_difference(first: str, here: str) -> tuple[str, str]:
    lines = zip(first.split("\n"), here.split("\n"), strict=False)
    different = next((pair for pair in lines if pair[0] != pair[1]), None)
    if different is None:
        return "one structure", "another"
    (where, one), (_, other) = (_named(line) for line in different)
    pairs = list(zip(one, other, strict=False))
    alike = len(one) == len(other) and any(before != after for before, after in pairs)
    kept = [pair for pair in pairs if pair[0] != pair[1]] if alike else pairs
    inside = f" of {where}" if where else ""
    told = [", ".join(pair[side] for pair in kept) + inside for side in (0, 1)]
    return told[0], told[1]


def _named(line: str) -> tuple[str, list[str]]:
    """The way to a module inside of another, outermost first, and the parts of what is said."""
    *names, made = line.split(_NAMED)
    return ".".join(names), made.split(_PART)
