"""What a training step keeps for its backward pass (what autograd saves)."""

from __future__ import annotations

from collections.abc import Iterator

from archir.cost.simulate import Pass
from archir.memory.storage import BackwardNode, Storage


def leading_back(run: Pass) -> list[BackwardNode]:
    """The steps of the backward pass that the gradients of the outputs come to."""
    given = [run.values[value] for value in run.flat.outputs if value in run.values]
    return [node for each in given if (node := each.node) is not None]


def nodes(run: Pass) -> list[BackwardNode]:
    """The steps of the backward pass that the outputs lead back to, in the order of running."""
    found: dict[BackwardNode, None] = {}
    waiting = leading_back(run)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting += node.parents
    return sorted(found, key=lambda node: node.step)


def saved_for_backward(run: Pass) -> Iterator[tuple[int, Storage]]:
    """The distinct storages that are kept, each with the first step that keeps it.

    Parameters and buffers are not among them: they are there in any case.
    """
    seen: set[Storage] = set()
    for node in nodes(run):
        for storage, _ in node.kept:
            if storage not in seen and storage.kind != "state":
                seen.add(storage)
                yield node.step, storage
