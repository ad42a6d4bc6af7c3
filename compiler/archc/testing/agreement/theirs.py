"""What torch makes of a network: the text as the language's page has it, run on tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from archc.testing import seeding
from archc.testing.agreement import measure
from archc.testing.agreement.report import Disagreement
from archc.testing.interpreter import Interpreter, Network, Refused


@dataclass(frozen=True)
class Case:
    """A network to be looked at, whoever has written it."""

    files: Mapping[str, str]
    main: str
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    expected: str | None = None
    """The name of a mistake that torch cannot see."""

    seed: int = 0


def interpreted(case: Case) -> Network:
    """The network, which has run once at its default sizes; raises ``Refused``."""
    network = Interpreter(case.files, case.main).network(case.model, **case.parameters)
    network.build(case.seed)
    with torch.no_grad():
        kept = [each.clone() for each in network.tensors()]
        network.run(*examples(network, network.sizes, case.seed))
        for each, before in zip(network.tensors(), kept, strict=True):
            each.copy_(before)  # a buffer may have been worked on in place
    return network


def examples(network: Network, sizes: Mapping[str, int], seed: int) -> list[Tensor]:
    """Inputs at some sizes."""
    return [each.example(sizes, seed + place) for place, each in enumerate(network.inputs)]


def fresh(inputs: list[Tensor]) -> list[Tensor]:
    """The inputs once more: an op may work in place."""
    return [each.clone() for each in inputs]


def untrainable(network: Network, case: Case) -> bool:
    """Whether torch refuses a training step, for work in place or with two examples too.

    Or an evaluation for which it records gradients, as it does unless it is told not to.
    """
    refusals: list[str | None] = []
    for more in (0, 1):
        sizes = {name: size + more * (name == "N") for name, size in network.sizes.items()}
        inputs = examples(network, sizes, case.seed)
        refusals.append(trained(network, inputs, case.seed) or recorded(network, inputs))
    return None not in refusals or any(why is not None and "inplace" in why for why in refusals)


def recorded(network: Network, inputs: list[Tensor]) -> str | None:
    """What torch has against an evaluation for which it records gradients, if anything."""
    try:
        network.run(*fresh(inputs))
    except Refused as error:
        return str(error)
    return None


OF_GRADIENTS = "Unsupported memory format. Supports only ChannelsLast, Contiguous"
"""What torch says of a volume laid out channels-last in ``pixel_shuffle``. The backward pass of
``pixel_unshuffle`` is one, of a gradient whose layout the ops behind it decide: archc follows the
layouts of values alone (docs/reliability.md says so)."""


def trained(network: Network, inputs: list[Tensor], seed: int) -> str | None:
    """What torch has against a training step, if anything."""
    seeding.seed(seed)
    kept = {key: value.clone() for key, value in network.state().items()}
    try:
        _backward(measure.tensors(network.run(*fresh(inputs), training=True)))
    except (Refused, RuntimeError) as error:
        return str(error)
    finally:
        network.load(kept)
    return None


def _backward(outputs: list[Tensor]) -> None:
    """The backward pass from all outputs that something learns of."""
    learning = [each.sum() for each in outputs if each.requires_grad]
    if learning:
        step: Any = torch.stack(learning).sum().backward  # some releases of torch give it no types
        step()


def same(one: Tensor, two: Tensor) -> bool:
    """Whether two tensors are equal to the bit; not-a-number equals itself."""
    if one.shape != two.shape or one.dtype != two.dtype:
        return False
    return torch.equal(one, two) or bool(((one == two) | ((one != one) & (two != two))).all())


def difference(
    name: str, state: Mapping[str, Tensor], theirs: Mapping[str, Tensor]
) -> Disagreement | None:
    """The first difference between two states."""
    if list(state) != list(theirs):
        return Disagreement(f"keys of the {name} module", f"{list(state)}, not {list(theirs)}")
    for key, tensor in theirs.items():
        one, two = tuple(state[key].shape), tuple(tensor.shape)
        if one != two:
            return Disagreement(f"shape of a weight: {name}", f"{key}: {one}, not {two}")
        if not same(state[key], tensor):
            return Disagreement(f"initial weights: {name}", f"{key}: {state[key]}, not {tensor}")
    return None


REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError, AssertionError)
"""What a module raises where it does not run."""


def both_alike(live: Any, source: Any, where: str, refusal: Refused) -> Iterator[Disagreement]:
    """At refused sizes the live module and the printed one do the same, whatever it is."""
    where = f"{where}: {refusal}"
    if isinstance(live, list) != isinstance(source, list):
        which = "live" if isinstance(live, list) else "printed"
        yield Disagreement(f"refused, and the {which} module alone runs", where)
    elif not isinstance(source, (list, *REFUSALS)):
        yield Disagreement(f"the printed module does not run: {type(source).__name__}", where)
    elif isinstance(live, list) and isinstance(source, list):
        if refusal.reads_other_memory or all(map(same, live, source)):
            return
        yield Disagreement("refused, and the modules give other bits", where)
