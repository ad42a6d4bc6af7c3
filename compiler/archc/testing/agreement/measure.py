"""What torch says of a run: its multiply-accumulates, and what it keeps for the backward pass."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from archc.testing.every_product import every_product
from archir.cost.macs import forward
from archir.cost.saved_for_backward import saved_for_backward
from archir.cost.simulate import simulate
from archir.graph.flat import Flat
from archir.shapes.dims import evaluate

Run = Callable[[], Any]
Shape = tuple[int, ...]


def tensors(given: Any) -> list[Tensor]:
    """All tensors in what a model gives."""
    return [each for each in tree_leaves(given) if isinstance(each, Tensor)]


class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call, unused-ignore]  # of some releases
    """The multiply-accumulates of what torch runs, by the formulas of its own counter."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.total += formula(*args, **(kwargs or {}), out_val=made) // 2
        return made


def macs(run: Run) -> int:
    """The multiply-accumulates of a run."""
    with Counter() as counter, torch.no_grad(), every_product():
        run()
    return int(counter.total)


def saved_bytes(run: Run, state: Iterable[Tensor]) -> tuple[int, int]:
    """The bytes of the distinct storages that autograd keeps for a run, without those of state.

    They are counted by the elements of the tensors, and by the storages: kernels may take more
    than their tensors have. What no output leads back to is let go of with its value, so the
    outputs must be kept."""
    found: list[weakref.ref[_Kept]] = []

    def pack(given: Tensor) -> _Kept:
        kept = _Kept(given)
        found.append(weakref.ref(kept))
        return kept

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept.tensor):
        run()
    known = {each.untyped_storage()._cdata for each in state}
    there = [kept for each in found if (kept := each()) is not None]
    elements: dict[int, int] = {}
    storages: dict[int, int] = {}
    for each in there:
        storage = each.tensor.untyped_storage()
        key = storage._cdata
        if key not in known:
            elements[key] = min(each.nbytes, elements.get(key, each.nbytes))
            storages[key] = storage.nbytes()
    return sum(elements.values()), sum(storages.values())


class _Kept:
    """A tensor that autograd keeps. What no output leads back to is let go of with its value."""

    def __init__(self, given: Tensor) -> None:
        self.tensor = given.detach()  # itself it would hold the step that keeps it
        # A view may have fewer elements than there are. A kernel may take memory for more:
        # conv_transpose of volumes makes its output out of the input's size.
        whole = given if given._base is None else given._base
        self.nbytes = whole.numel() * whole.element_size()


def kept_bytes(flat: Flat, sizes: Mapping[str, int]) -> int:
    """What archc says of that."""
    run = simulate(flat, {**flat.typed.graph.sizes, **sizes}, training=True)
    return sum(storage.nbytes for _, storage in saved_for_backward(run))


def keeps_copies(flat: Flat) -> bool:
    """Whether torch may keep more: before 2.15 group_norm copied what does not lie in turn.

    What oneDNN notes of recurrent layers is said to some hundredths, and rounded up where small.
    """
    release = tuple(int(part) for part in torch.__version__.split(".")[:2])
    ops = {step.op.keyword for step in flat.steps if step.op is not None}
    return (release < (2, 15) and "group_norm" in ops) or not ops.isdisjoint(("lstm", "gru", "rnn"))


def said_macs(flat: Flat, sizes: Mapping[str, int]) -> int:
    """What archc says of the multiply-accumulates of an evaluation."""
    types = [value.type.at(sizes) for value in flat.values]
    counts = forward(flat, types)
    here = (
        evaluate(count, sizes)
        for count, step in zip(counts, flat.steps, strict=True)
        if not step.training
    )
    return sum(here)


def said_shapes(
    flat: Flat, sizes: Mapping[str, int], *, training: bool = False
) -> list[tuple[str, tuple[Shape, ...]]]:
    """Each op with the shapes of what it gives, in running order, as archc says them."""
    found = []
    for step in flat.steps:
        if step.op is not None and (training or not step.training):
            types = (flat.values[value].type for value in step.outputs)
            shapes = tuple(tuple(evaluate(dim, sizes) for dim in one.shape) for one in types)
            found.append((step.op.keyword, shapes))
    return found
