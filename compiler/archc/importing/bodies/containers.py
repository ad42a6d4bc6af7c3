"""Modules in lists that are never called: ``convs.0``, whose keys have a name that no call has.

Where the steps of a list lie together they get a scope of its name. Where they do not, their labels
keep the dot, and they are declared in a scope of that name and applied where they run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.importing.steps import BodyStep, ModuleBody

if TYPE_CHECKING:
    from archc.torch.tracing.record import Child


def gather(body: ModuleBody, tree: Mapping[str, Child], keyed: frozenset[str]) -> None:
    """Give the modules of lists their scopes, in a body and in those inside it."""
    for step in body.steps:
        if step.body is not None:
            gather(step.body, tree, keyed)
    order: list[str] = []
    for label in body.order:
        inner = [step for step in body.steps if _first(body, step) == label]
        dotted = [step for step in inner if step.label is not None and _is_deeper(body, step)]
        if not dotted:
            order.append(label)
            continue
        path = f"{body.path}.{label}" if body.path else label
        if _together(body, path, dotted, tree, keyed):
            order.append(label)
            continue
        for step in dotted:
            step.label = step.path[len(body.path) + 1 if body.path else 0 :]
        order.extend(_deep_order(body, label, tree))
    body.order = tuple(order)


def _deep_order(body: ModuleBody, label: str, tree: Mapping[str, Child]) -> list[str]:
    """The labels in a list, and in the lists in it of which modules run by themselves."""
    if all(not (step.label or "").startswith(f"{label}.") for step in body.steps):
        return [label]
    path = f"{body.path}.{label}" if body.path else label
    return [
        each
        for child in tree[path].children
        for each in _deep_order(body, f"{label}.{child}", tree)
    ]


def _relative(body: ModuleBody, step: BodyStep) -> str:
    return step.path.removeprefix(f"{body.path}.") if body.path else step.path


def _first(body: ModuleBody, step: BodyStep) -> str:
    return _relative(body, step).partition(".")[0]


def _is_deeper(body: ModuleBody, step: BodyStep) -> bool:
    return step.path != body.path and "." in _relative(body, step)


def _together(
    body: ModuleBody,
    path: str,
    steps: list[BodyStep],
    tree: Mapping[str, Child],
    keyed: frozenset[str],
) -> bool:
    """Give the steps of a list a scope, if nothing else runs between and one value comes out."""
    places = [place for place, step in enumerate(body.steps) if step in steps]
    first, last = places[0], places[-1]
    region = body.steps[first : last + 1]
    if any(step not in steps and step.label is not None and step.path in keyed for step in region):
        return False
    if len({step.path for step in steps}) < len(steps) or any(s.training_only for s in region):
        return False
    outputs = _coming_out(body, region, last)
    if len(outputs) != 1 or not region[0].inputs:
        return False
    entry = region[0].inputs[0]
    flows = {*body.inputs, *(made for step in body.steps[:first] for made in step.results)}
    given = (entry,) if entry in flows else ()  # a tensor of its own has a name in its scope
    if _around(region) - {entry} and not _in_order(body, keyed):
        return False  # it is to be declared, and a declared module has no values from outside
    child = tree[path]
    inner = ModuleBody(path, child.kind, given, (outputs[0],), region, arguments=child.arguments)
    inner.order = child.children
    gather(inner, tree, keyed)
    whole = BodyStep(given, (outputs[0],), path, label=path.rpartition(".")[2], body=inner)
    body.steps[first : last + 1] = [whole]
    return True


def _coming_out(body: ModuleBody, region: list[BodyStep], last: int) -> list[int]:
    """What steps make that others use; ``last`` is the place of the last of them."""
    used = {*body.outputs, *(each for step in body.steps[last + 1 :] for each in step.inputs)}
    return [each for each in {made for step in region for made in step.results} if each in used]


def _around(region: list[BodyStep]) -> set[int]:
    """What steps use and do not make."""
    made = {result for step in region for result in step.results}
    return {each for step in region for each in step.inputs} - made


def _in_order(body: ModuleBody, keyed: frozenset[str]) -> bool:
    """Whether the children of a body run in the order in which they are registered."""
    steps = [each for each in body.steps if each.path != body.path and each.path in keyed]
    running = list(dict.fromkeys(_first(body, each) for each in steps))
    return running == [label for label in body.order if label in running]
