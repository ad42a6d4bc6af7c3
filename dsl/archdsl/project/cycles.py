"""Cycles in a graph of references, each step with the place where it stands in the text."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from archir.base.source import Span

NodeT = TypeVar("NodeT", bound=Hashable)


class Step(Generic[NodeT]):
    """One reference of a cycle: from where it starts, and the place of the reference."""

    __slots__ = ("place", "start")

    def __init__(self, start: NodeT, place: Span) -> None:
        self.start = start
        self.place = place


def cycles(
    links: Mapping[NodeT, Sequence[tuple[NodeT, Span]]],
) -> Iterator[tuple[Step[NodeT], ...]]:
    """Cycles of a graph, in the order of a walk from its first node, none of them hidden.

    Every cycle of the graph shares a step with one that is given; without these steps there are
    none left. Nodes are walked with a stack of our own, since files can make long chains.
    """
    done: set[NodeT] = set()
    for first in links:
        if first in done:
            continue
        path: list[NodeT] = [first]
        places: list[Span] = []
        on_path = {first: 0}
        walks = [iter(links[first])]
        while walks:
            step = next(walks[-1], None)
            if step is None:
                walks.pop()
                done.add(path[-1])
                del on_path[path.pop()]
                if places:
                    places.pop()
                continue
            node, place = step
            if node in on_path:
                begin = on_path[node]
                rest = (*places[begin:], place)
                yield tuple(map(Step, path[begin:], rest))
            elif node not in done:
                on_path[node] = len(path)
                path.append(node)
                places.append(place)
                walks.append(iter(links.get(node, ())))
