"""Two checked models compared: what differs between them, and what follows from it."""

from __future__ import annotations

from archir.base.record import Record
from archir.check.summary import ModelSummary, summarise
from archir.cost.report import Costs
from archir.difference.changes import Change, Site, changes, together
from archir.difference.drawn import initial
from archir.difference.keys import Keys, keys
from archir.difference.pairing import modules, paired
from archir.difference.units import Forms, side


class Fact(Record):
    """A number of both models; of memory in bytes."""

    name: str
    before: int
    after: int


class Difference(Record):
    """All that differs between two models."""

    old: ModelSummary
    new: ModelSummary
    changes: tuple[Change, ...]
    keys: Keys
    facts: tuple[Fact, ...]

    @property
    def are_equal(self) -> bool:
        """Whether they are the same network: structure, initial weights, keys, ports, sizes."""
        return not self.changes and self.keys.are_equal and self.has_same_ports

    @property
    def has_same_ports(self) -> bool:
        """Whether inputs, outputs and the sizes that are taken are the same."""
        return _ports(self.old) == _ports(self.new)


def _ports(model: ModelSummary) -> list[object]:
    """What is seen from outside; names of inputs are not."""
    taken = [
        (each.names, each.boxes, {str(open_.condition) for open_ in each.open})
        for each in (model.valid_sizes, model.training_sizes)
    ]
    return [[(port.type, port.sizes) for port in model.inputs], model.outputs, *taken]


def difference(before: Costs, after: Costs, *, is_drawn: bool = True) -> Difference:
    """What differs between two models, whose costs are counted.

    ``is_drawn`` says that their initial weights are compared: an imported text does not have them.
    """
    forms = Forms()
    one, other = side(before, forms), side(after, forms)
    pairing = paired(one.root, other.root)
    own = list(dict.fromkeys(modules(pairing.pairs)))
    found = list(changes(one, other, pairing))
    entries = keys(one.flat, other.flat, own)
    if is_drawn:
        places = {
            new.row.path: (Site(old.row.path, old.span), Site(new.row.path, new.span))
            for old, new in reversed(pairing.pairs)
            if new.name
        }
        found += initial(one, other, entries, places)
    costs = [_facts(each) for each in (before, after)]
    facts = tuple(Fact(name, costs[0][name], costs[1][name]) for name in costs[0])
    old, new = (summarise(costs.flat.typed) for costs in (before, after))
    return Difference(old, new, tuple(together(found)), entries, facts)


def _facts(costs: Costs) -> dict[str, int]:
    totals, memory = costs.totals, costs.memory
    numbers = {
        "parameters": totals.parameters,
        "buffers": totals.buffers,
        "MACs": totals.macs,
        "memory to run": memory.inference,
        "memory to train": memory.training,
    }
    return {name: number for name, number in numbers.items() if isinstance(number, int)}
