"""What the page knows of a model, as JSON: its picture as a tree, each block once, and its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from archc.pictures.model.costs import LEVELS, cost_of
from archc.pictures.model.levels import Level, levels_of
from archc.pictures.model.tree import (
    Box,
    Chain,
    Cost,
    Item,
    Parallel,
    Part,
    Picture,
    Ref,
    Shape,
    Sign,
    Tangle,
    Tap,
    Times,
    head_text,
    say,
)
from archir.base.source import Source, Span
from archir.cost.report import Costs
from archir.graph.graph import Definition
from archir.graph.typed import TypedGraph
from archir.shapes.dims import Dim, evaluate, show

Json: TypeAlias = "None | bool | int | float | str | Sequence[Json] | Mapping[str, Json]"

LONGEST = 2_000
"""Letters of an expression of sizes; a longer one is given as its number."""


def document(costs: Costs, picture: Picture) -> Json:
    """All that the page knows; costs are numbers, or expressions of the sizes as in ``costs``."""
    typed = costs.flat.typed
    writer = _Content(typed)
    chain = writer.chain(picture.chain)
    totals = costs.totals
    return {
        "name": picture.name,
        "sizes": dict(typed.graph.sizes),
        "chain": chain,
        "blocks": writer.blocks,
        "totals": writer.cost(Cost(totals.parameters, totals.macs, totals.outputs)),
        "levels": list(LEVELS),
        "fields": _fields(costs),
        "files": [{"name": one.name, "text": one.text} for one in writer.files],
    }


def _fields(costs: Costs) -> dict[str, Json]:
    """What the output of each module sees of the input, where that is known."""
    found: dict[str, Json] = {}
    for step in costs.flat.steps:
        if step.module is not None:
            axes = costs.fields.values[step.outputs[-1]]
            found[step.module] = " \N{MULTIPLICATION SIGN} ".join(map(str, axes))
    return found


class _Content:
    def __init__(self, typed: TypedGraph) -> None:
        self.sizes = typed.graph.sizes
        self.blocks: list[Json] = []
        self.files: list[Source] = []
        self._numbers: dict[Definition, int] = {}
        self._files: dict[int, int] = {}

    def chain(self, chain: Chain) -> Json:
        u = levels_of(chain)
        if u is None:
            return self._items(chain.items)
        levels = [self._level(one) for one in u.levels]
        return [{"k": "u", "levels": levels, "bottom": self._items(u.bottom)}]

    def _items(self, items: list[Item]) -> list[Json]:
        return [self.item(item) for item in items]

    def _level(self, level: Level) -> Json:
        return {
            "left": self._items(level.left),
            "down": self._items(level.down),
            "skip": self._items(level.skip.items),
            "merge": self.item(level.merge),
            "up": self._items(level.up),
            "right": self._items(level.right),
        }

    def item(self, item: Item) -> Json:
        """One item; its ``k`` says what it is."""
        # As deep as the tree, which unfolding bounds.
        if isinstance(item, Box):
            facts = say(item.facts)
            lines = [*item.before, head_text(item), *([facts] if facts else []), *item.after]
            made: dict[str, Json] = {
                "k": "box",
                "kind": item.kind,
                "lines": lines,
                "head": len(item.before),
            }
            return {**made, **self._known(item)}
        if isinstance(item, Ref):
            block = self._block(item)
            return {
                "k": "ref",
                "kind": "block",
                "block": block,
                "name": item.definition.name,
                "label": item.name if item.is_named else "",
                **self._known(item),
            }
        if isinstance(item, Sign):
            return {"k": "sign", "sign": item.sign, **self._known(item)}
        if isinstance(item, Parallel):
            lanes = [[self.chain(one.chain), one.is_sourced] for one in item.branches]
            return {
                "k": "parallel",
                "lanes": lanes,
                "merge": self.item(item.merge),
                "shape": self._shape(item.shape),
            }
        if isinstance(item, Tangle):
            arcs = [list(arc) for arc in item.arcs]
            return {
                "k": "tangle",
                "items": [self.item(one) for one in item.items],
                "arcs": arcs,
                "breaks": sorted(item.breaks),
                "shape": self._shape(item.shape),
            }
        made = {"chain": self.chain(item.chain), "shape": self._shape(item.shape)}
        if isinstance(item, Part):
            return {"k": "part", "name": item.name, "path": item.path, **made}
        if isinstance(item, Times):
            return {"k": "times", "count": item.count.value, **made}
        assert isinstance(item, Tap)
        return {"k": "tap", "training": item.is_training, **made}

    def _known(self, item: Box | Ref | Sign) -> dict[str, Json]:
        """What is said of an item where a reader points at it."""
        # What is in a block is told for one use of it.
        cost = cost_of(Chain([item])) if isinstance(item, Ref) else item.cost
        times = None if isinstance(item, Sign) else item.times
        said = item.definition.name if isinstance(item, Ref) else item.title
        return {
            "path": item.path,
            "said": said,
            "times": 1 if times is None else times.value,
            "shape": self._shape(item.shape),
            "cost": self.cost(cost),
            "at": list(dict.fromkeys(map(self._place, item.spans))),
        }

    def _block(self, ref: Ref) -> int:
        definition = ref.definition
        if definition not in self._numbers:
            self._numbers[definition] = number = len(self.blocks)
            self.blocks.append(None)
            self.blocks[number] = self.chain(ref.chain)
        return self._numbers[definition]

    def _shape(self, shape: Shape | None) -> Json:
        """The expressions of its axes; the page works them out at any sizes."""
        if shape is None:
            return None
        return [self._dim(dim) for dim in shape.dims]

    def cost(self, cost: Cost) -> list[Json]:
        """Expressions of parameters, MACs and bytes."""
        return [self._dim(dim) for dim in (cost.parameters, cost.macs, cost.memory)]

    def _dim(self, dim: Dim) -> str:
        word = show(dim)
        return word if len(word) <= LONGEST else str(evaluate(dim, self.sizes))

    def _place(self, span: Span) -> tuple[int, int, int]:
        """A file's number, and the lines of a place in it."""
        file = self._files.setdefault(id(span.source), len(self.files))
        if file == len(self.files):
            self.files.append(span.source)
        return file, span.source.position(span.start)[0], span.source.position(span.end)[0]
