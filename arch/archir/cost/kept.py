"""What a training step keeps for its backward pass."""

from __future__ import annotations

from collections.abc import Iterator

from archir.cost.play import Pass
from archir.storage import Node, Storage


def nodes(run: Pass) -> list[Node]:
    """The steps of the backward pass that the outputs lead back to, in the order of running."""
    found: dict[Node, None] = {}
    waiting = [each.node for each in run.storages(run.flat.outputs) if each.node is not None]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting += node.parents
    return sorted(found, key=lambda node: node.step)


def kept(run: Pass) -> Iterator[tuple[int, Storage]]:
    """The distinct storages that are kept, each with the first step that keeps it.

    Parameters and buffers are not among them: they are there in any case.
    """
    seen: set[Storage] = set()
    for node in nodes(run):
        for storage, _ in node.kept:
            if storage not in seen and storage.kind != "state":
                seen.add(storage)
                yield node.step, storage
