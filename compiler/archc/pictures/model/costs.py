"""What boxes cost: one stands for all its repeats, and in a panel for all uses of its block."""

from __future__ import annotations

from collections.abc import Iterator

from archc.pictures.model.panels.pairs import pairs
from archc.pictures.model.tree import (
    FREE,
    Box,
    Chain,
    Cost,
    Item,
    Picture,
    Ref,
    Sign,
    everything,
)
from archir.graph.graph import Definition

LEVELS = (0.0, 0.01, 0.05, 0.1, 0.2)
"""The shares of the whole from which on a box is drawn hotter; one without any is cold."""

HEAT = "heat"
"""The kinds of boxes by what they cost: ``heat0`` is what costs nothing, ``heat5`` most."""


def cost_of(chain: Chain) -> Cost:
    """What a chain costs when it runs once, with the blocks in it."""
    known: dict[Definition, Cost] = {}

    def of_block(ref: Ref) -> Cost:
        # As deep as blocks are nested, which the elaborator bounds.
        if ref.definition not in known:
            known[ref.definition] = of_chain(ref.chain)
        return known[ref.definition]

    def of_chain(chain: Chain) -> Cost:
        found = FREE
        for item in everything(chain):
            if isinstance(item, (Box, Sign)):
                found += item.cost
            elif isinstance(item, Ref):
                found = sum((of_block(one) for one in (item, *item.same)), found)
        return found

    return of_chain(chain)


def stand_for(body: list[Item], turn: list[Item]) -> None:
    """Let what is drawn once have the costs of a turn that is not drawn."""
    for one, other in pairs(Chain(body), Chain(turn)):
        if isinstance(one, (Box, Sign)) and isinstance(other, (Box, Sign)):
            one.cost += other.cost
        elif isinstance(one, Ref) and isinstance(other, Ref):
            one.same += (other, *other.same)


def spread(picture: Picture) -> Cost:
    """Give each box the cost of all that it stands for; the whole model's."""
    lines = [picture.chain, *(panel.chain for panel in picture.panels if not panel.uses)]
    main = Chain([item for line in lines for item in line.items])
    whole = cost_of(main)
    runs, bodies = _runs(main)
    for panel in picture.panels:
        if not panel.uses:
            continue
        definitions = {one.definition for ref in panel.uses for one in (ref, *ref.same)}
        totals: dict[int, Cost] = {}
        for definition in definitions:
            _sum(panel.chain, bodies[definition], runs[definition], totals)
        _put(panel.chain, totals)
    totals = {}
    _sum(main, main, 1, totals)
    _put(main, totals)
    return whole


def costed(picture: Picture, heat: str | None) -> Picture:
    """The picture with what its boxes cost, and with ``heat`` coloured by their share of it."""
    whole = spread(picture)
    for chain in (picture.chain, *(panel.chain for panel in picture.panels)):
        for item in everything(chain):
            if heat is None or not isinstance(item, (Box, Ref)):
                continue
            if item.kind not in ("end", "parameter"):
                item.kind = level(getattr(item.cost, heat), getattr(whole, heat))
    return picture


def level(cost: int, whole: int) -> str:
    """The kind of what costs so much of the whole."""
    share = cost / whole if whole else 0.0
    return f"{HEAT}{sum(share > least for least in LEVELS)}"


def _sum(template: Chain, chain: Chain, runs: int, totals: dict[int, Cost]) -> None:
    """Add what a use that runs so often costs, item by item of its panel."""
    for one, other in pairs(template, chain):
        if isinstance(other, (Box, Ref, Sign)):
            once = cost_of(Chain([other])) if isinstance(other, Ref) else other.cost
            totals[id(one)] = totals.get(id(one), FREE) + once.times(runs)


def _put(chain: Chain, totals: dict[int, Cost]) -> None:
    for item in everything(chain):
        if isinstance(item, (Box, Ref, Sign)):
            item.cost = totals.get(id(item), FREE)


def _runs(chain: Chain) -> tuple[dict[Definition, int], dict[Definition, Chain]]:
    """How often each block runs, wherever it is used, and what is in it."""
    bodies: dict[Definition, Chain] = {}

    def enter(chain: Chain) -> None:
        # As deep as blocks are nested, which the elaborator bounds.
        for ref in _refs(chain):
            if ref.definition not in bodies:
                enter(ref.chain)
                bodies[ref.definition] = ref.chain  # inner ones before those that use them

    enter(chain)
    found = dict.fromkeys(bodies, 0)
    for ref in _refs(chain):
        found[ref.definition] += 1
    for owner in reversed(bodies):
        for ref in _refs(bodies[owner]):
            found[ref.definition] += found[owner]
    return found, bodies


def _refs(chain: Chain) -> Iterator[Ref]:
    """All uses of blocks in a chain, those too that are drawn as one."""
    for item in everything(chain):
        if isinstance(item, Ref):
            yield from (item, *item.same)
