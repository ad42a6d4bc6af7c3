"""Whether two networks compute the same, where neither names nor order need be the same.

Both get weights that hang on their shapes alone: so it does not matter which module stands where in
the text, and what is wired or computed otherwise shows. That leaves open what is done with weights
of one shape, such as two branches that are alike. So the weights of a shape are then told apart,
and there must be an order of the answer's in which it computes the same: the one in which they were
written down, the one in which they run, or, where there are few, any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice, permutations, product
from typing import Any

import torch
from torch import nn

from archc import pipeline
from archc.errors import ArchError
from archir.base.source import Source
from archir.check.summary import inputs_of

from .tasks import Shapes, Task

TOLERANCE = 1e-9
"""By how much outputs in double precision may differ, as a part of the largest."""

ORDERS = 24
"""How many orders are tried at most."""

Outputs = list[list[torch.Tensor]]


def computes(task: Task, answer: nn.Module) -> bool:
    """Whether an answer, whose shapes are right, computes what the task's reference does."""
    source = Source("reference.arch", task.reference)
    typed, found = pipeline.compile_source(source, None, task.name)
    assert typed is not None, str(ArchError(found))
    reference = pipeline.module(typed)
    dtypes = [port.type.dtype for port in inputs_of(typed)]
    given = [
        _inputs(run.inputs, dtypes, task.below) for run in task.runs if run.outputs is not None
    ]
    for module in (answer, reference):
        module.double().eval()
    theirs, ours = list(reference.parameters()), list(answer.parameters())
    try:
        _fill(theirs, told_apart=False)
        _fill(ours, told_apart=False)
        if not _same(_outputs(answer, given), _outputs(reference, given)):
            return False
        _fill(theirs, told_apart=True)
        wanted = _outputs(reference, given)
        for order in _orders(answer, given):
            _fill(order, told_apart=True)
            if _same(_outputs(answer, given), wanted):
                return True
    except RuntimeError:  # it takes another dtype than the words ask for
        return False
    return False


def _fill(parameters: Sequence[nn.Parameter], *, told_apart: bool) -> None:
    """Numbers that hang on a weight's shape and, where told apart, on how many had it before."""
    had: dict[tuple[int, ...], int] = defaultdict(int)
    for parameter in parameters:
        shape = tuple(parameter.shape)
        seed = hash((shape, had[shape])) % 2**31
        had[shape] += told_apart
        drawn = torch.Generator().manual_seed(seed)
        numbers = torch.rand(shape, generator=drawn, dtype=torch.float64) * 2 - 1
        if len(shape) > 1:
            parameter.data = numbers / max(1, parameter[0].numel()) ** 0.5
        else:  # a scale or a bias
            parameter.data = 1 + numbers / 4


def _orders(module: nn.Module, given: list[list[torch.Tensor]]) -> Iterator[list[nn.Parameter]]:
    """Orders of the parameters, the likely ones first."""
    written = list(module.parameters())
    yield written
    yield _in_running_order(module, given[0])
    groups: dict[tuple[int, ...], list[nn.Parameter]] = defaultdict(list)
    for each in written:
        groups[tuple(each.shape)].append(each)
    for chosen in islice(product(*map(permutations, groups.values())), ORDERS):
        yield list(chain.from_iterable(chosen))


def _in_running_order(module: nn.Module, given: list[torch.Tensor]) -> list[nn.Parameter]:
    found: dict[nn.Parameter, None] = {}

    def note(inner: nn.Module, _: object) -> None:
        found.update(dict.fromkeys(inner.parameters(recurse=False)))

    hooks = [inner.register_forward_pre_hook(note) for inner in module.modules()]
    _outputs(module, [given])
    for hook in hooks:
        hook.remove()
    return list({**found, **dict.fromkeys(module.parameters())})


def _inputs(shapes: Shapes, dtypes: Sequence[str], below: int) -> list[torch.Tensor]:
    """Numbers drawn anew for each input: two of one shape are not alike."""
    drawn = torch.Generator().manual_seed(0)
    made: list[torch.Tensor] = []
    for shape, dtype in zip(shapes, dtypes, strict=True):
        extents = list(shape)
        if dtype == "int64":
            made.append(torch.randint(below, extents, generator=drawn))
        elif dtype == "bool":
            made.append(torch.rand(extents, generator=drawn) < 0.5)
        else:
            made.append(torch.rand(extents, generator=drawn, dtype=torch.float64))
    return made


def _outputs(module: nn.Module, given: list[list[torch.Tensor]]) -> Outputs:
    with torch.no_grad():
        made: list[Any] = [module(*each) for each in given]
    return [[each] if isinstance(each, torch.Tensor) else list(each) for each in made]


def _same(ours: Outputs, theirs: Outputs) -> bool:
    pairs = zip(chain.from_iterable(ours), chain.from_iterable(theirs), strict=True)
    return all(_close(one, other) for one, other in pairs)


def _close(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    most = float(other.double().abs().max()) or 1.0
    return bool((one.double() - other.double()).abs().max() <= TOLERANCE * most)
