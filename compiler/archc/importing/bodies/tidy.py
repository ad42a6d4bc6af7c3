"""Bodies made ready for writing: what makes no difference is left out, thin wrappers dissolve."""

from __future__ import annotations

from collections.abc import Mapping

from archc.importing.bodies.constants import declared_constant
from archc.importing.bodies.containers import gather
from archc.importing.bodies.growing import grow
from archc.importing.problems import ImportingError
from archc.importing.steps import BodyStep, ModuleBody, RawTensor, Reader


def tidy(body: ModuleBody, reader: Reader, keyed: frozenset[str]) -> None:
    """Leave out what nobody uses, and modules that are one op; ``keyed`` are the paths of modules
    with something in the state dict."""
    _drop_unused(body, keyed)
    _dissolve(body, keyed)
    grow(body)
    gather(body, reader.tree, keyed)
    _declare(body, reader)


def _drop_unused(body: ModuleBody, keyed: frozenset[str]) -> None:
    used = set(body.outputs)
    kept: list[BodyStep] = []
    for step in reversed(body.steps):
        wanted = used.intersection(step.results)
        owns = step.body is not None or (step.label is not None and step.path in keyed)
        if not wanted and not owns:
            continue
        if step.body is not None:
            _drop_unused(step.body, keyed)
            _drop_inputs(step, step.body)
        used.update(step.inputs)
        used.update(_outer(step.body) if step.body is not None else ())
        kept.append(step)
    body.steps = kept[::-1]


def _drop_inputs(step: BodyStep, body: ModuleBody) -> None:
    """Leave out what a module is given and does not use."""
    used = {*body.outputs, *(each for inner in body.steps for each in inner.inputs)}
    used.update(each for inner in body.steps if inner.body for each in _outer(inner.body))
    pairs = [
        (outer, inner)
        for outer, inner in zip(step.inputs, body.inputs, strict=True)
        if inner in used
    ]
    if pairs and len(pairs) < len(body.inputs):
        step.inputs = tuple([outer for outer, _ in pairs])
        body.inputs = tuple([inner for _, inner in pairs])


def _outer(body: ModuleBody) -> set[int]:
    """The values that a body uses and neither is given nor makes."""
    made = set(body.inputs)
    found: set[int] = set()
    for step in body.steps:
        found.update(each for each in step.inputs if each not in made)
        if step.body is not None:
            found.update(each for each in _outer(step.body) if each not in made)
        made.update(step.results)
    return found | {each for each in body.outputs if each not in made}


def _dissolve(body: ModuleBody, keyed: frozenset[str]) -> None:
    """Put the steps of a module in the place of its call, where it needs no scope of its own."""
    steps: list[BodyStep] = []
    for step in body.steps:
        inner = step.body
        if inner is None:
            steps.append(step)
            continue
        _dissolve(inner, keyed)
        own = [each for each in inner.steps if each.path == step.path and each.label is not None]
        owns_weights = bool(own)
        thin = step.path not in keyed and sum(1 for _ in inner.steps) <= 1
        if (owns_weights and _others_without_keys(inner, step.path, keyed)) or thin:
            renamed = dict(zip(inner.inputs, step.inputs, strict=False))
            for each in inner.steps:
                each.training_only = each.training_only or step.training_only
                if each not in own:
                    each.label = None if each.body is None else each.label
                _rename(each, renamed)
                steps.append(each)
        elif owns_weights:
            steps.append(step)
            for each in own:
                each.label = None
        else:
            steps.append(step)
    body.steps = steps


def _others_without_keys(inner: ModuleBody, path: str, keyed: frozenset[str]) -> bool:
    return not any(each.path != path and each.path in keyed for each in inner.steps)


def _rename(step: BodyStep, names: Mapping[int, int]) -> None:
    step.inputs = tuple([names.get(each, each) for each in step.inputs])


def _declare(body: ModuleBody, reader: Reader) -> None:
    """The raw parameters and buffers that a module has, and the constants that it speaks of."""
    spoken = reader.spoken.get(body.path, {})
    own = {each.path for each in body.steps if each.path == body.path and each.label is not None}
    body.declared = [] if own else _raw(body.path, reader)
    constants = {number for name, number in spoken.items() if name.startswith("\0")}
    used = {value for step in body.steps for value in step.inputs} | _outer(body)
    body.bare |= _bare(body, used, reader)
    for step in body.steps:
        if step.body is not None:
            _declare(step.body, reader)
        elif step.path != body.path and not _is_around(step.path, body.path):
            spoken = reader.spoken.get(step.path, {})
            constants.update(number for name, number in spoken.items() if name.startswith("\0"))
            wanted = {name for name, number in spoken.items() if number in used}
            body.declared += _lent(step, wanted, reader)
    constants &= used | set(body.outputs)
    constants.difference_update(body.inputs)
    body.declared += [declared_constant(number, body, reader) for number in sorted(constants)]
    body.declared.sort(key=lambda each: not each.is_parameter)


def _is_around(path: str, inner: str) -> bool:
    """Whether a module has another one in it: what it declares has a name there."""
    return inner.startswith(f"{path}.") if path else bool(inner)


def _bare(body: ModuleBody, used: set[int], reader: Reader) -> dict[str, list[RawTensor]]:
    """The parameters of children that never run, of which some are used."""
    running = {each.path for each in body.steps}
    found: dict[str, list[RawTensor]] = {}
    for label in reader.tree[body.path].children:
        path = f"{body.path}.{label}" if body.path else label
        if path not in running and used.intersection(reader.spoken.get(path, {}).values()):
            found[label] = _raw(path, reader)
    return found


def _lent(step: BodyStep, names: set[str], reader: Reader) -> list[RawTensor]:
    """What is spoken of an op that has no scope: buffers that no state dict has may stand around
    it. Raises ImportingError for other weights."""
    own = {name for name in names if not name.startswith("\0")}
    found = [each for each in _raw(step.path, reader) if each.name in own]
    kept = [each for each in found if each.is_kept or each.is_parameter]
    if kept:
        said = f"the weight {kept[0].name} of an op as a value is nothing the language has"
        raise ImportingError(said, step.path, step.place)
    return found


def _raw(path: str, reader: Reader) -> list[RawTensor]:
    """A module's own parameters and buffers that are kept, or spoken of."""
    child = reader.tree[path]
    spoken = reader.spoken.get(path, {})
    made: list[RawTensor] = []
    for name, shape, dtype, is_kept in child.weights:
        if name not in spoken and not is_kept:
            continue
        is_parameter = name in child.parameters
        data = None if is_parameter else reader.buffers.get(f"{path}.{name}" if path else name)
        number = spoken.get(name, -1)
        made.append(RawTensor(name, number, shape, dtype, is_parameter, is_kept, data))
    return made
