"""Several instances of one class laid over each other: one body, with holes where they differ."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from archc.importing.align import Varying
from archc.importing.nodes import (
    ABSENT,
    Applied,
    Bare,
    BodyText,
    Chain,
    Code,
    DenseStage,
    Head,
    Hole,
    Item,
    Loop,
    Module,
    Named,
    OpStage,
    ResidualStage,
    ScopeStage,
    Several,
    TrainOnly,
    UseStage,
)
from archc.importing.sizes import dims_of, solve
from archc.importing.steps import RawTensor, has_varying
from archc.importing.structure.fold import labelled
from archc.importing.structure.runs import Column, Turns, runs_of
from archc.importing.write import Facts, Labels
from archir.op.contract import arguments_of


class DifferentError(Exception):
    """Instances that are not one block."""


class Unifier:
    """Lays bodies over each other; ``holes`` are what differs, in the order of the text."""

    def __init__(self, facts: Facts, count: int, given: Container[str] = ()) -> None:
        self.facts = facts
        self.names = given
        """The names of what the class's constructor was given."""

        self.holes: list[Hole] = []
        self.numbered = False
        """Whether the children of the body at hand have numbers for names."""

        self.same: list[dict[int, int]] = [{} for _ in range(count)]
        """For each instance, which value is which of the first's."""

    def body(self, texts: Sequence[BodyText | None]) -> BodyText:
        """One body for all; None for an instance that lacks it."""
        here = [each for each in texts if each is not None]
        first = here[0]
        counts = {Labels(each, self.facts.keyed).numbered for each in here}
        bare = [each for each in here if list(Labels(each, self.facts.keyed).items)]
        if len(counts) > 1 and len(bare) == len(here):
            raise DifferentError
        inputs = self.canonical(texts, first.body.inputs)
        for place, text in enumerate(texts):
            if text is None:
                continue
            if len(text.body.inputs) != len(inputs):
                raise DifferentError
            for mine, its in zip(text.body.inputs, inputs, strict=True):
                self.bind(place, mine, its)
        declared = self.declared([None if each is None else each.declared for each in texts])
        modules = self.modules([None if each is None else each.modules for each in texts])
        around, self.numbered = self.numbered, counts == {True}
        chain = self.chain([None if each is None else each.chain for each in texts])
        self.numbered = around
        entry = inputs[0] if first.entry is not None else None
        made = BodyText(first.body, declared, modules, chain, entry)
        made.numbered = counts == {True}
        return made

    def modules(self, all_: Sequence[list[Module] | None]) -> list[Module]:
        """What all declare, in the same order."""
        here = [each for each in all_ if each is not None]
        if len({tuple((one.name, one.label) for one in each) for each in here}) > 1:
            raise DifferentError
        made: list[Module] = []
        for number, one in enumerate(here[0]):
            column = [None if each is None else each[number].stage for each in all_]
            if isinstance(one.stage, Bare):
                raw = [each.declared if isinstance(each, Bare) else None for each in column]
                made.append(Module(one.name, one.label, Bare(self.declared(raw))))
                continue
            stages = [None if isinstance(each, Bare) else each for each in column]
            if len({_sign(each) for each in stages if each is not None}) > 1:
                raise DifferentError
            stage = self.merged(one.stage, stages)
            assert isinstance(stage, OpStage | ScopeStage | UseStage)
            made.append(Module(one.name, one.label, stage))
        return made

    def canonical(self, column: Sequence[Any], values: tuple[int, ...]) -> tuple[int, ...]:
        """What the values of the first that is there are called in the body for all."""
        place = next(n for n, each in enumerate(column) if each is not None)
        return tuple([self.same[place].get(each, each) for each in values])

    def bind(self, place: int, mine: int, its: int) -> None:
        if self.same[place].setdefault(mine, its) != its:
            raise DifferentError

    def declared(self, all_: Sequence[list[RawTensor] | None]) -> list[RawTensor]:
        here = [each for each in all_ if each is not None]
        if len({tuple(one.name for one in each if one.is_kept) for each in here}) > 1:
            raise DifferentError
        if len({len(each) for each in here}) > 1:
            raise DifferentError
        made: list[RawTensor] = []
        for number, one in enumerate(here[0]):
            column = [None if each is None else each[number] for each in all_]
            same = (one.dtype, len(one.shape), one.is_parameter, one.is_kept)
            for place, each in enumerate(column):
                if each is None:
                    continue
                if same != (each.dtype, len(each.shape), each.is_parameter, each.is_kept):
                    raise DifferentError
                if each.data != one.data:
                    raise DifferentError
                self.bind(place, each.value, one.value)
            shape = tuple(
                self.hole("size", [ABSENT if c is None else c.shape[dim] for c in column], [])
                for dim in range(len(one.shape))
            )
            made.append(
                RawTensor(
                    *(one.name, one.value, shape, one.dtype),
                    *(one.is_parameter, one.is_kept, one.data),
                )
            )
        return made

    def hole(self, name: str, values: list[Any], channels: list[Any]) -> Any:
        """One argument for all instances: what it is, or a hole."""
        here = [each for each in values if each != ABSENT]
        if all(type(each) is type(here[0]) and each == here[0] for each in here):
            if name not in self.names or len(here) == len(values):
                return here[0]
            made = Hole(name, values, channels, is_one=True)
            self.holes.append(made)
            return made
        if any(isinstance(each, tuple) and any(isinstance(o, Code) for o in each) for each in here):
            return self.sizes(name, values, channels)
        if _partly(here):
            return self.sizes(name, values, channels)
        if any(isinstance(each, Code | Hole) or has_varying(each) for each in here):
            raise DifferentError
        for hole in self.holes:
            if hole.name == name and hole.values == values and hole.channels == channels:
                return hole
        made = Hole(name, values, channels)
        self.holes.append(made)
        return made

    def sizes(self, name: str, values: list[Any], channels: list[Any]) -> tuple[Any, ...]:
        """A list of sizes, of which some follow from the shape at hand, item by item."""
        here = [each for each in values if each != ABSENT]
        if any(not isinstance(each, tuple) for each in here) or len({*map(len, here)}) > 1:
            raise DifferentError
        columns = [
            [ABSENT if each == ABSENT else each[place] for each in values]
            for place in range(len(here[0]))
        ]
        return tuple([self.hole(name, column, channels) for column in columns])

    # --- chains -----------------------------------------------------------------------------------

    def chain(self, chains: Sequence[Chain | None], entries: Sequence[Any] = ()) -> Chain:
        """One chain for all. ``entries`` are the channels that flow in, where they are known."""
        chains = self.with_residuals(chains)
        columns = _columns(chains)
        made: Chain = []
        for number, part in enumerate(runs_of(columns, chains, numbered=self.numbered)):
            if isinstance(part, Turns):
                made += [self.item(each, chains, ()) for each in part.heads]
                made.append(self.loop(part, chains))
            else:
                made.append(self.item(part, chains, () if number else entries))
        return made

    def loop(self, run: Turns, chains: Sequence[Chain | None]) -> Loop:
        """A loop with another number of turns in each instance, or over another table."""
        first = next(each for each in run.turn if each is not None)
        turn = self.merged(first, self.without(run))
        if run.names:
            return self.over_table(run, turn)
        before = 0 if run.first is None else run.first - 1
        ends = [
            ABSENT if chain is None else count + before
            for count, chain in zip(run.counts, chains, strict=True)
        ]
        end = Hole("depth", ends, [], is_count=True)
        self.holes.append(end)
        if run.first is None:
            return Loop(end, [turn])
        return Loop(0, [labelled(turn, f"{run.prefix}{{i}}")], (run.first, end))

    def without(self, run: Turns) -> Column:
        """The turns of a loop without the arguments that come from its table."""
        made: Column = []
        for each in run.turn:
            if isinstance(each, UseStage) and run.names:
                rest = {key: v for key, v in each.arguments.items() if key not in run.names}
                made.append(UseStage(each.label, each.name, rest, each.body))
            else:
                made.append(each)
        return made

    def over_table(self, run: Turns, turn: Item) -> Loop:
        """``for width in widths { Block(width) }``."""
        assert isinstance(turn, UseStage)
        names = tuple([Hole(name, [], [], name) for name in run.names])
        for name in names:
            turn.arguments[name.name] = name
        tables = [table or ABSENT for table in run.tables]
        here = [each for each in tables if each != ABSENT]
        if all(each == here[0] for each in here) and len(here) == len(tables):
            return Loop(0, [turn], None, names, here[0])
        whole = [() if each == ABSENT else each for each in tables]
        hole = Hole(f"{run.names[0]}s" if len(run.names) == 1 else "rows", whole, [])
        self.holes.append(hole)
        return Loop(0, [turn], None, names, hole)

    def with_residuals(self, chains: Sequence[Chain | None]) -> Sequence[Chain | None]:
        """Where some have a residual around what others have bare, these get one that is off."""
        pattern = next((c for c in chains if c is not None and any(map(_is_residual, c))), None)
        if pattern is None or all(c is None or _has_residual(c) for c in chains):
            return chains
        place = next(n for n, each in enumerate(pattern) if _is_residual(each))
        behind = len(pattern) - place - 1
        made: list[Chain | None] = []
        for chain in chains:
            if chain is None or _has_residual(chain):
                made.append(chain)
                continue
            end = len(chain) - behind
            if end <= place:  # it lacks the body too
                made.append(chain)
                continue
            off = ResidualStage(chain[place:end])
            off.when = OFF
            made.append([*chain[:place], off, *chain[end:]])
        return made

    def item(
        self,
        column: Sequence[Item | None],
        chains: Sequence[Chain | None],
        entries: Sequence[Any],
    ) -> Item:
        first = next(each for each in column if each is not None)
        if isinstance(first, ResidualStage):  # one that is off still has its body
            column = [
                _lacking_residual() if each is None and chain is not None else each
                for each, chain in zip(column, chains, strict=True)
            ]
        made = self.merged(first, column)
        lacking = _lacking(column, chains, of_residuals=isinstance(first, ResidualStage))
        if any(each is False for each in lacking):
            if not isinstance(made, OpStage | ScopeStage | UseStage | ResidualStage):
                raise DifferentError
            if names_of(made) or getattr(made, "branches", None):
                raise DifferentError
            label = getattr(first, "label", None) or "with"
            name = label if label.isidentifier() else f"has_{_word(first)}"
            channels = list(entries) or [self.channels(each) for each in column]
            hole = Hole(name, lacking, channels, is_condition=True)
            self.holes.append(hole)
            made.when = hole
        return made

    def channels(self, item: Item | None) -> Any:
        """What ``_.channels`` is where a stage stands."""
        value: int | None = None
        if isinstance(item, OpStage) and item.values and item.branches is None:
            value = item.values[0]
        elif isinstance(item, ScopeStage | UseStage) and item.branches is None:
            value = item.body.entry
        elif isinstance(item, ResidualStage) and item.body:
            return self.channels(item.body[0])
        if value is None or value < 0:
            return ABSENT
        shape = self.facts.shapes[value][0]
        return shape[1] if len(shape) > 1 else ABSENT

    def merged(self, first: Item, column: Sequence[Item | None]) -> Item:
        if isinstance(first, Head):
            own = [(each.value,) if isinstance(each, Head) else None for each in column]
            return Head(self.values(own)[0])
        if isinstance(first, Several):
            return Several(self.branches(column) or [])
        names = self.binding([None if each is None else names_of(each) for each in column])
        if isinstance(first, Named):
            return Named(names)
        if isinstance(first, OpStage):
            column = self.of_one_op(column)
            first = next(each for each in column if isinstance(each, OpStage))
            branches = self.branches(column)
            arguments = self.arguments(column)
            return OpStage(first.op, arguments, first.label, branches, first.values, names)
        if isinstance(first, UseStage):
            given, flows = self.given(column), self.branches(column)
            return UseStage(first.label, first.name, given, first.body, flows, names)
        return self.around(first, column, names)

    def around(self, first: Item, column: Sequence[Item | None], names: tuple[int, ...]) -> Item:
        """Stages with bodies of their own."""
        if isinstance(first, ScopeStage):
            bodies = [each.body if isinstance(each, ScopeStage) else None for each in column]
            return ScopeStage(first.label, self.body(bodies), self.branches(column), names)
        if isinstance(first, ResidualStage):
            return self.residual(
                [e if isinstance(e, ResidualStage) else None for e in column], names
            )
        if isinstance(first, DenseStage):
            inner = [each.body if isinstance(each, DenseStage) else None for each in column]
            return DenseStage(self.chain(inner), names)
        if isinstance(first, Applied):
            return Applied(first.name, self.branches(column), names)
        if isinstance(first, TrainOnly):
            only = [each.chain if isinstance(each, TrainOnly) else None for each in column]
            return TrainOnly(self.chain(only))
        raise DifferentError

    def residual(
        self, column: Sequence[ResidualStage | None], names: tuple[int, ...]
    ) -> ResidualStage:
        body = self.chain([None if each is None else each.body for each in column])
        shortcut: Chain | None = None
        if any(each is not None and each.shortcut for each in column):
            ways = [
                None if each is None or _is_off(each) else each.shortcut or [] for each in column
            ]
            shortcut = self.chain(ways, [self.channels(each) for each in column])
        return ResidualStage(body, shortcut, names)

    def given(self, column: Sequence[Item | None]) -> dict[str, Any]:
        """The arguments of uses of one block."""
        own = [each if isinstance(each, UseStage) else None for each in column]
        channels = [self.channels(each) for each in column]
        keys = dict.fromkeys(key for each in own if each is not None for key in each.arguments)
        made: dict[str, Any] = {}
        for key in keys:
            values = [ABSENT if each is None else each.arguments.get(key, ABSENT) for each in own]
            made[key] = self.hole(key, values, channels)
        return made

    def of_one_op(self, column: Sequence[Item | None]) -> Sequence[Item | None]:
        """The same with the general op in the place of a special one, where both are there."""
        kinds = {each.op for each in column if isinstance(each, OpStage)}
        if len(kinds) < 2:
            return column
        made: list[Item | None] = []
        for each in column:
            if isinstance(each, OpStage) and each.op.special_of:
                channels = self.channels(each)
                general, arguments = each.op.as_general(each.arguments, channels)
                made.append(
                    OpStage(general, arguments, each.label, each.branches, each.values, each.names)
                )
            else:
                made.append(each)
        return made

    def branches(self, column: Sequence[Item | None]) -> list[Chain] | None:
        all_ = [None if each is None else getattr(each, "branches", None) for each in column]
        here = [each for each in all_ if each is not None]
        if not here:
            return None
        return [
            self.chain([None if each is None else each[place] for each in all_])
            for place in range(len(here[0]))
        ]

    def values(self, column: Sequence[tuple[int, ...] | None]) -> tuple[int, ...]:
        """Values that are used: in each instance they are those of the first's names."""
        first = self.canonical(column, next(each for each in column if each is not None))
        for place, each in enumerate(column):
            if each is not None:
                for mine, its in zip(each, first, strict=True):
                    if self.same[place].get(mine) != its:
                        raise DifferentError
        return first

    def binding(self, column: Sequence[tuple[int, ...] | None]) -> tuple[int, ...]:
        first = self.canonical(column, next(each for each in column if each is not None))
        for place, each in enumerate(column):
            if each is None:
                continue
            if len(each) != len(first):
                raise DifferentError
            for mine, its in zip(each, first, strict=True):
                self.bind(place, mine, its)
        return first

    def arguments(self, column: Sequence[Item | None]) -> dict[str, Any]:
        own = [each if isinstance(each, OpStage) else None for each in column]
        op = next(each.op for each in own if each is not None)
        channels = [self.channels(each) for each in own]
        made: dict[str, Any] = {}
        for name, known in arguments_of(op).items():
            if not any(each is not None and name in each.arguments for each in own):
                continue
            values = [
                ABSENT
                if each is None
                else self.settled(each.arguments.get(name, known.default), each)
                for each in own
            ]
            made[name] = self.hole(name, values, channels)
        return made

    def settled(self, value: Any, item: OpStage) -> Any:
        """A size as an expression of the shape at hand, which is the same in all instances."""
        if isinstance(value, tuple):
            return tuple([self.settled(each, item) for each in value])
        if not isinstance(value, Varying):
            return value
        dims = dims_of("_", self.facts.shapes[item.values[0]]) if item.branches is None else []
        text = solve(value, dims)
        return value if text is None else Code(text)


def _partly(values: Sequence[Any]) -> bool:
    """Whether lists differ in some of their items alone."""
    if not all(isinstance(each, tuple) and len(each) == len(values[0]) for each in values):
        return False
    return any(all(one == column[0] for one in column) for column in zip(*values, strict=True))


def names_of(item: Item) -> tuple[int, ...]:
    """The values that a stage names."""
    found: tuple[int, ...] = getattr(item, "names", ())
    return found


OFF = Hole("off", [], [])
"""The condition of a residual that an instance does not have."""


def _lacking(
    column: Sequence[Item | None], chains: Sequence[Chain | None], *, of_residuals: bool
) -> list[Any]:
    """For each instance whether it has a stage, ABSENT where it lacks all that is around it."""
    off = [_is_off(each) for each in column]
    if of_residuals and any(off):
        return [
            ABSENT if item is None else not turned for item, turned in zip(column, off, strict=True)
        ]
    return [
        ABSENT if chain is None else item is not None
        for item, chain in zip(column, chains, strict=True)
    ]


def _lacking_residual() -> ResidualStage:
    """What stands for a residual in an instance that has neither it nor its body."""
    made = ResidualStage([])
    made.when = OFF
    return made


def _is_residual(item: Item) -> bool:
    return isinstance(item, ResidualStage) and item.shortcut is None


def _is_off(item: Item | None) -> bool:
    return isinstance(item, ResidualStage) and item.when is OFF


def _has_residual(chain: Chain) -> bool:
    return any(isinstance(each, ResidualStage) for each in chain)


def _word(item: Item) -> str:
    return item.op.keyword if isinstance(item, OpStage) else "part"


def _sign(item: Item) -> tuple[Any, ...]:
    """What two stages share that may be one."""
    label = getattr(item, "label", None)
    label = None if label is not None and label.isdigit() else label
    branches = getattr(item, "branches", None)
    count = None if branches is None else len(branches)
    if isinstance(item, OpStage):
        return (
            "op",
            item.op.special_of or item.op.keyword,
            label if item.op.weights else None,
            count,
        )
    if isinstance(item, UseStage):
        return ("use", item.name, label, count)
    if isinstance(item, Applied):
        return ("applied", item.name, None, count)
    return (type(item).__name__, label, count)


def _columns(chains: Sequence[Chain | None]) -> list[list[Item | None]]:
    """Chains side by side, so that what stands in a column may be one stage."""
    columns: list[list[Item | None]] = []
    signs: list[tuple[Any, ...]] = []
    for place, chain in enumerate(chains):
        pairs = _common(signs, [_sign(each) for each in chain or []])
        merged: list[list[Item | None]] = []
        merged_signs: list[tuple[Any, ...]] = []
        for old, new in pairs:
            column: list[Item | None] = [None] * len(chains) if old is None else columns[old]
            if new is not None and chain is not None:
                column[place] = chain[new]
            merged.append(column)
            merged_signs.append(signs[old] if old is not None else _sign((chain or [])[new or 0]))
        columns, signs = merged, merged_signs
    return columns


def _common(
    one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]
) -> list[tuple[int | None, int | None]]:
    """The two in one order, with the longest common subsequence in pairs."""
    best = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            same = one[i] == other[j]
            best[i][j] = best[i + 1][j + 1] + 1 if same else max(best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(one) or j < len(other):
        if i < len(one) and j < len(other) and one[i] == other[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif j == len(other) or (i < len(one) and best[i + 1][j] >= best[i][j + 1]):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs
