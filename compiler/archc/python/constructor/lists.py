"""Lists of layers, which chains are made of."""

from __future__ import annotations

from itertools import chain, count

from archc.python.code.identifiers import base
from archc.python.code.layout import Call, Display, Expr, Raw, flat
from archc.python.constructor.leaves import Leaves
from archc.python.constructor.statements import LISTS, Sink


class Lists(Leaves):
    """Keeps the lists of layers that are filled."""

    def list_name(self) -> str:
        taken = {*self.owner.spoken.values(), *self.open_layers}
        places = self.owner.family.places
        if places is not None:  # they may be spoken of behind the list
            taken.update(base(parameter.name) for parameter in places.block.parameters)
            loops = set(places.targets.values())
            taken.update(name for loop in loops for name in self.owner.loop_names(loop).values())
        names = chain(LISTS, (f"{LISTS[0]}_{number}" for number in count(2)))
        return next(name for name in names if name not in taken)

    def layers(self) -> str:
        """A list of layers that no other list around it is called like."""
        name = self.list_name()
        self.open_layers.add(name)
        self.text(f"{name} = []" if name in self.said_layers else f"{name}: list[nn.Module] = []")
        self.said_layers.add(name)
        return name

    def flush(self, sink: Sink) -> None:
        if sink.layers is None or not sink.pending:
            return
        made, sink.pending = fold_equal(sink.pending), []
        level = self.levels[-1]
        begun = (
            level.lines
            and isinstance(level.lines[-1], str)
            and level.lines[-1].endswith(f"{sink.layers}: list[nn.Module] = []")
        )
        again = (
            level.lines
            and isinstance(level.lines[-1], str)
            and level.lines[-1].strip() == f"{sink.layers} = []"
        )
        shown = Display("[]", tuple((None, each) for each in made))
        if begun or again:
            head = str(level.lines.pop()).strip()[:-2]
            self.put(head, shown)
        elif len(made) == 1 and not flat(made[0]).startswith("*"):
            self.put("", Call(f"{sink.layers}.append", ((None, made[0]),)))
        else:
            self.put(f"{sink.layers} += ", shown)


_FOLD = 3
"""So many equal children in a row are written as one."""


def fold_equal(items: list[Expr]) -> list[Expr]:
    """Children with runs of equal ones written as ``*[child for _ in range(n)]``."""
    result: list[Expr] = []
    start = 0
    while start < len(items):
        text = flat(items[start])
        end = start
        while end < len(items) and flat(items[end]) == text:
            end += 1
        if end - start >= _FOLD and len(text) <= 60:
            result.append(Raw(f"*[{text} for _ in range({end - start})]"))
        else:
            result.extend(items[start:end])
        start = end
    return result
