"""Whether two modules are the same network: keys, initial weights, outputs, gradients."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from itertools import zip_longest
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from archc.torch.randomise import GAINS, random_inputs, randomise
from archc.torch.rng import seeded
from archc.torch.tensors import Leaf, NoTensorError, in_order, leaves
from archc.torch.verdicts import compare_results, compare_tensors
from archc.torch.weight_files.stored import entry_of
from archir.check.summary import Port
from archir.weights.agreement import Agreement, Rounding
from archir.weights.state import StateEntry

Make: TypeAlias = Callable[[], nn.Module]

Pairs: TypeAlias = list[tuple[str, str]]
"""Which key here is which there."""


def compare(
    ours: Make,
    theirs: Make,
    ports: tuple[Port, ...],
    seed: int,
    untrained: str | None = None,
    rounding: Rounding | None = None,
) -> Iterator[Agreement]:
    """Compare what two functions make, from the cheapest look to the dearest.

    Everything random is drawn from ``seed``, on both sides in the same way. ``untrained`` says why
    no step of training can be compared at these sizes, where that is so. With ``rounding`` what is
    computed may differ by so much; keys and initial weights may not.
    """
    with seeded(seed):
        here = ours()
    with seeded(seed), quiet():
        there = theirs()
    first = next(iter(here.state_dict().values()), None)
    if isinstance(first, Tensor):
        there.to(first.device)
    return _Comparison(here, there, ports, seed, rounding).run(untrained)


@contextmanager
def quiet() -> Iterator[None]:
    """What other people's code prints is no result of ours: it goes to standard error."""
    with redirect_stdout(sys.stderr):
        yield


class _ForwardError(Exception):
    """What a module's forward raised, in words."""


class _Comparison:
    def __init__(
        self,
        here: nn.Module,
        there: nn.Module,
        ports: tuple[Port, ...],
        seed: int,
        rounding: Rounding | None,
    ) -> None:
        self.here = here
        self.there = there
        self.ports = ports
        self.seed = seed
        self.rounding = rounding
        self.inputs: list[Tensor] = []
        self.failed = False
        """Whether the last run of either raised an exception."""

    def run(self, untrained: str | None) -> Iterator[Agreement]:
        ours, theirs = _entries(self.here), _entries(self.there)
        yield _keys([entry.key for entry in ours], [entry.key for entry in theirs])
        common = {entry.key: entry for entry in theirs}
        both = [(entry, common[entry.key]) for entry in ours if entry.key in common]
        alone = len(both) < max(len(ours), len(theirs))
        yield _each("shapes", [(a.key, _list(a.shape), _list(b.shape)) for a, b in both], alone)
        yield _each("dtypes", [(a.key, a.dtype, b.dtype) for a, b in both], alone)
        yield self._count()
        pairs = _pairs(ours, theirs)
        if pairs is None:
            rest = ("initial weights", "eval outputs", "train outputs", "gradients")
            for name in rest:
                yield Agreement(name, "not compared", "the weights of one do not fit the other")
            return
        yield self._states("initial weights", pairs, "bit-equal for one seed")
        yield self._evaluation(pairs)
        if untrained is None:
            yield from self._training(pairs)
            return
        yield Agreement("train outputs", "not compared", untrained)
        yield Agreement("gradients", "not compared", untrained)

    # --- what there is ------------------------------------------------------------------------

    def _count(self) -> Agreement:
        ours, theirs = [sum(p.numel() for p in net.parameters()) for net in (self.here, self.there)]
        if ours == theirs:
            return Agreement("parameters", "agree", f"{ours:,}")
        return Agreement("parameters", "differ", f"{ours:,} here, {theirs:,} there")

    def _states(
        self, name: str, pairs: Pairs, said: str, rounding: Rounding | None = None
    ) -> Agreement:
        ours, theirs = self.here.state_dict(), self.there.state_dict()
        rows = [(key, ours[key], theirs[other]) for key, other in pairs]
        return compare_tensors(name, rows, said, rounding)

    # --- what it does -------------------------------------------------------------------------

    def _evaluation(self, pairs: Pairs) -> Agreement:
        """Outputs in evaluation, with random weights that leave something to be seen."""
        for gain in GAINS:
            with seeded(self.seed):
                randomise(self.there, gain)
                self.inputs = random_inputs(self.ports)
            self._carry_over(pairs)
            found = self._outputs("eval outputs", training=False)
            if found.verdict != "unclear":
                break
        return found

    def _carry_over(self, pairs: Pairs) -> None:
        ours, theirs = self.here.state_dict(), self.there.state_dict()
        with torch.no_grad():
            for key, other in pairs:
                ours[key].copy_(theirs[other])

    def _training(self, pairs: Pairs) -> Iterator[Agreement]:
        """Outputs, gradients and running statistics of one step in training."""
        yield self._outputs("train outputs", training=True)
        if self.failed:
            yield Agreement("gradients", "not compared", "a step in training fails")
            return
        yield self._gradients(pairs)
        buffers = {key for key, _ in self.here.named_buffers()}
        kept = [(key, other) for key, other in pairs if key in buffers]
        if kept:
            said = "bit-equal after a step"
            yield self._states("running state", kept, said, self.rounding)

    def _outputs(self, name: str, *, training: bool) -> Agreement:
        results: list[list[Leaf]] = []
        said: list[str] = []
        for net in (self.here, self.there):
            net.zero_grad(set_to_none=True)
            try:
                order = [path for path, _ in results[0]] if results else []
                results.append(self._run(net, training, order))
            except _ForwardError as error:
                results.append([])
                said.append(f"{'here' if net is self.here else 'there'} {error}")
        self.failed = bool(said)
        if len(said) == 2:
            return Agreement(name, "unclear", f"neither runs: {said[0]}; {said[1]}")
        if said:
            return Agreement(name, "differ", f"{said[0]}, and the other runs")
        return compare_results(name, results[0], results[1], self.rounding)

    def _run(self, net: nn.Module, training: bool, order: list[str]) -> list[Leaf]:
        """The outputs of a module; in training, its gradients are there afterwards.

        Where they have the names in ``order``, they come in that order: a dict may have another.
        """
        inputs = [tensor.clone() for tensor in self.inputs]  # some networks write into theirs
        device = next((tensor.device for tensor in net.state_dict().values()), None)
        net.train(training)
        try:
            with seeded(self.seed), quiet(), nullcontext() if training else torch.no_grad():
                found = in_order(leaves(net(*[tensor.to(device) for tensor in inputs])), order)
                if training:
                    _backward(found)
        except NoTensorError as error:
            raise _ForwardError(str(error)) from error
        except Exception as error:
            first = str(error).strip().split("\n")[0]
            raise _ForwardError(f"raises {type(error).__name__}: {first}") from error
        return [(path, tensor.detach()) for path, tensor in found]

    def _gradients(self, pairs: Pairs) -> Agreement:
        ours, theirs = [
            {key: parameter.grad for key, parameter in net.named_parameters()}
            for net in (self.here, self.there)
        ]
        rows: list[tuple[str, Tensor, Tensor]] = []
        for key, other in pairs:
            mine, other_one = ours.get(key), theirs.get(other)
            if (mine is None) != (other_one is None):
                has, lacks = ("there", "here") if mine is None else ("here", "there")
                said = f"{key} has one {has} and none {lacks}"
                return Agreement("gradients", "differ", said)
            if mine is not None and other_one is not None:
                rows.append((key, mine, other_one))
        if not ours and not theirs:
            return Agreement("gradients", "agree", "there are no parameters")
        if not rows:
            return Agreement("gradients", "unclear", "no parameter has one")
        found = compare_tensors("gradients", rows, "bit-equal", self.rounding)
        if found.holds:
            bad = next((key for key, _, grad in rows if not bool(grad.isfinite().all())), None)
            if bad is not None:
                return Agreement("gradients", "unclear", f"that of {bad} is not finite")
            if not any(bool(grad.any()) for _, _, grad in rows):
                return Agreement("gradients", "unclear", "all of them are zero")
        return found


def _backward(found: list[Leaf]) -> None:
    """Gradients of a random sum of all outputs, so that each number has a weight of its own."""
    loss: Any = None
    for _, tensor in found:
        if tensor.requires_grad:
            part = (tensor * torch.randn_like(tensor)).sum()
            loss = part if loss is None else loss + part
    if loss is not None:
        loss.backward()


def _entries(net: nn.Module) -> list[StateEntry]:
    state = net.state_dict().items()
    return [entry_of(key, value) for key, value in state if isinstance(value, Tensor)]


def _keys(ours: list[str], theirs: list[str]) -> Agreement:
    if ours == theirs:
        return Agreement("keys", "agree", f"{len(ours):,} in the same order")
    position, mine, other = next(
        (position, mine, other)
        for position, (mine, other) in enumerate(zip_longest(ours, theirs), 1)
        if mine != other
    )
    first = f"the first at {position}: {mine or 'none'} here, {other or 'none'} there"
    if sorted(ours) == sorted(theirs):
        return Agreement("keys", "differ", f"{len(ours):,}, but in another order, {first}")
    counts = f"{len(ours):,} here, {len(theirs):,} there"
    alone = [len(set(ours) - set(theirs)), len(set(theirs) - set(ours))]
    said = f"{counts}; {alone[0]:,} are here alone, {alone[1]:,} there alone, {first}"
    return Agreement("keys", "differ", said)


def _each(name: str, rows: list[tuple[str, str, str]], alone: bool) -> Agreement:
    """Whether a fact of every common key is the same; ``alone``: whether there are others."""
    apart = [row for row in rows if row[1] != row[2]]
    if not rows and not alone:
        return Agreement(name, "agree", "there are no keys")
    if not rows:
        return Agreement(name, "not compared", "no key is in both")
    if not apart:
        return Agreement(name, "agree", f"of {len(rows):,} keys")
    key, mine, other = apart[0]
    more = f"; {len(apart):,} keys differ" if len(apart) > 1 else ""
    return Agreement(name, "differ", f"{key} is {mine} here, {other} there{more}")


def _pairs(ours: list[StateEntry], theirs: list[StateEntry]) -> Pairs | None:
    """Which keys belong together: those of one name, or else those of one place."""
    shapes = {entry.key: entry.shape for entry in theirs}
    if {entry.key: entry.shape for entry in ours} == shapes:
        return [(entry.key, entry.key) for entry in ours]
    if [entry.shape for entry in ours] == [entry.shape for entry in theirs]:
        return [(mine.key, other.key) for mine, other in zip(ours, theirs, strict=True)]
    return None


def _list(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"
