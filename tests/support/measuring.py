"""What torch does to memory: the tensors that it allocates and lets go of, and what it saves."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from archir.shapes.types import TensorType

Run = Callable[..., Any]


def tensors(given: Any) -> list[Tensor]:
    return [each for each in tree_leaves(given) if isinstance(each, Tensor)]


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call, unused-ignore]  # of some releases
    """Counts the bytes of the storages that live: what torch's operators give, on any device.

    What a kernel takes for itself is not seen here.
    """

    def __init__(self, known: Iterable[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]  # of some releases
        self.live = self.peak = 0
        self.seen: dict[int, weakref.ref[Any]] = {}
        for each in known:
            self._note(each, counted=False)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for each in tensors(result):
            self._note(each, counted=True)
        self.peak = max(self.peak, self.live)
        return result

    def _note(self, given: Tensor, counted: bool) -> None:
        storage = given.untyped_storage()
        key = storage._cdata
        if key in self.seen and self.seen[key]() is not None:
            return
        self.seen[key] = weakref.ref(storage)
        if counted:
            self.live += storage.nbytes()
            weakref.finalize(storage, self._gone, storage.nbytes())

    def _gone(self, nbytes: int) -> None:
        self.live -= nbytes


def zeros(types: Iterable[TensorType], sizes: Mapping[str, int], device: str) -> list[Tensor]:
    """Inputs of some types at given sizes: pictures are black, and a text is of the first word."""
    return [
        torch.zeros(each.at(sizes).shape, dtype=getattr(torch, each.dtype), device=device)  # type: ignore[arg-type]
        for each in types
    ]


def state(model: nn.Module) -> list[Tensor]:
    return [*model.parameters(), *model.buffers()]


def watched_peak(run: Run, inputs: Sequence[Tensor]) -> int:
    """The most bytes of tensors that live at a time while a model, or a function, is run."""
    known = state(run) if isinstance(run, nn.Module) else []
    with Watch([*known, *inputs]) as watch, torch.no_grad():
        run(*inputs)
        return int(watch.peak)


def allocated_peak(run: Run, inputs: Sequence[Tensor]) -> int:
    """The most bytes that torch's allocator has given out at a time, workspaces and all."""
    with torch.no_grad():
        run(*inputs)  # what is allocated once and for all
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
            result = run(*inputs)
    del result
    now = most = 0
    events = profiled.profiler.kineto_results.events()
    memory = [event for event in events if event.name() == "[memory]"]
    for event in sorted(memory, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


def saved(run: Run, inputs: Sequence[Tensor]) -> tuple[list[Tensor], Any]:
    """The tensors that autograd saves in a forward pass, and what comes out of it."""
    found: list[Tensor] = []

    def pack(given: Tensor) -> Tensor:
        found.append(given.detach())
        return given

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda given: given):
        result = run(*inputs)
    return found, result


def distinct(given: Iterable[Tensor], without: Iterable[Tensor]) -> dict[int, int]:
    """The bytes of the storages of some tensors, each once, without those of others."""
    known = {each.untyped_storage()._cdata for each in without}
    storages = {each.untyped_storage()._cdata: each.untyped_storage().nbytes() for each in given}
    return {key: nbytes for key, nbytes in storages.items() if key not in known}
