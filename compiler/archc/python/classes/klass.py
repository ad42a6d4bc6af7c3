"""A class: what its constructor takes; and all classes of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

from archc.python.classes.dependence import Depending
from archc.python.classes.facts import Facts
from archc.python.classes.said import Parameter, Said, Var, same
from archc.python.code.identifiers import base, identifier
from archc.python.code.layout import flat
from archc.python.code.library import Library
from archc.python.merging.families import Family
from archc.python.merging.flows import Lines, Variable
from archc.python.merging.lines import merged
from archc.python.merging.merge import Inst, Merger, UnfoldError, UnmergeableError
from archc.python.reading.evaluate import UnknownError, evaluate, nothing
from archc.python.reading.scope import ATOM, targets_shown
from archir.base.source import Span
from archir.graph.modules import Module, Network
from archir.graph.typed import TypedGraph
from archir.program import expressions as e
from archir.program import statements as s

_COUNTERS = ("channels", "out_channels", "channels_so_far")


class Class(Depending):
    """One class, before and while it is printed."""

    @classmethod
    def of(cls, file: Facts, family: Family, unfolded: set[Span], untested: set[Span]) -> Class:
        """The class of a family, with its lines merged; raises ``UnmergeableError``."""
        made = cls(file, family, [Inst(network) for network in family.networks])
        made.unfolded = unfolded
        made.untested = untested
        made.expose()
        while True:
            made.merger = Merger(family.places, made.unfolded, made.turns, made.tests)
            try:
                made.lines = merged(made.merger, made.insts)
            except UnfoldError as error:
                made.unfolded.update(loop.span for loop in error.loops)
                continue
            return made

    def parameter(self, var: Var) -> Parameter:
        """The constructor's parameter for a name of the text, or for an input's channels."""
        if var not in self.parameters:
            kind, number = var
            if kind in ("in", "feat"):
                axis = 1 if kind == "in" else -1
                values: dict[Network, object] = {
                    inst.network: self.extent(self.lines.inputs[number], axis, inst)
                    for inst in self.insts
                }
                found = Parameter(self.spoken[var], values)
            else:
                found = self._of_text(var, number)
            self.parameters[var] = found
        return self.parameters[var]

    def _of_text(self, var: Var, slot: int) -> Parameter:
        assert self.family.places is not None
        block = self.family.places.block
        name = self.family.places.slots[slot].name
        values = {inst.network: self.known(slot, inst) for inst in self.insts}
        found = Parameter(self.named(var, name), values)
        if self.family.is_block:
            default = block.parameters[slot].default
            if self.is_root:
                found.default = values[self.file.root]
            elif isinstance(default, e.Number | e.Truth | e.OpValue | e.Text):
                with suppress(UnknownError):
                    found.default = evaluate(default, nothing)
        return found

    def own(self, hint: str, values: dict[Network, object]) -> Said:
        """A parameter for what the text does not say: numbers in which instances differ."""
        for var, known in self.parameters.items():
            if known.values == values and var[0] == "own":
                return Said(known.name, ATOM, frozenset([var]))
        var = ("own", len(self.parameters))
        if hint.startswith("in_") and hint in self.spoken.values():
            hint = f"inner_{hint.removeprefix('in_')}"
        self.parameters[var] = Parameter(self.named(var, identifier(hint)), values)
        return Said(self.parameters[var].name, ATOM, frozenset([var]))

    def named(self, var: Var, wanted: str) -> str:
        """The constructor's variable of that meaning."""
        if var not in self.spoken:
            self.spoken[var] = self.names.claim(wanted)
        return self.spoken[var]

    def use(self, said: Said) -> Said:
        """Note that something is printed: what it names has to be there."""
        for var in sorted(var for var in said.vars if var[0] in ("slot", "in", "feat")):
            if var not in self.bound:
                self.parameter(var)
        for var in sorted(var for var in said.vars if var[0] == "let"):
            if self.maker is not None:
                name = self.spoken[var]
                self.maker.let(var[1], len(re.findall(rf"\b{name}\b", said.text)))
        self.used |= said.vars
        self.file.fix(self.live(said.fixed))
        return said

    @property
    def counter(self) -> str:
        """The variable of a running count of channels: what the text names keeps its own name."""
        places = self.family.places
        said = set() if places is None else {slot.name for slot in places.slots}
        return next((name for name in _COUNTERS if name not in said), _COUNTERS[0])

    def loop_names(self, loop: s.Loop) -> dict[int, str]:
        """The variables of a loop, by their slots."""
        waiting = list(loop.targets) if isinstance(loop, s.For) else []
        rows = {} if self.family.places is None else self.family.places.rows
        found: dict[int, str] = {}
        while waiting:
            target = waiting.pop(0)
            found[target.slot] = self.loop_name(target)
            waiting += rows.get(target.slot, ())
        return found

    def loop_head(self, loop: s.For, body: Iterable[str]) -> str:
        """The variables of a loop as its head has them: those that its lines speak of."""
        assert self.family.places is not None
        names, words = self.loop_names(loop), set(re.findall(r"\w+", "\n".join(body)))
        return targets_shown(
            loop.targets,
            self.family.places.rows,
            lambda target: names[target.slot] if names[target.slot] in words else "_",
        )

    def loop_name(self, target: e.Target) -> str:
        """The variable of a loop: no parameter and nothing of the file is called so."""
        places = self.family.places
        taken = {self.counter, "module", "name", *self.file.names.taken}
        if places is not None:
            taken.update(base(parameter.name) for parameter in places.block.parameters)
        name = base(target.name)
        while name in taken:
            name += "_"
        return name

    def taken(self) -> list[tuple[Var, Parameter]]:
        """The constructor's parameters, in order; the last of them may have defaults."""
        ranks = {"in": 0, "feat": 1, "slot": 2, "own": 3}
        found = [
            (var, known)
            for var, known in self.parameters.items()
            if var in self.used or var[0] == "own"
        ]
        found.sort(key=lambda item: (ranks[item[0][0]], item[0][1]))
        for _, known in found:
            if known.says:
                shown = [
                    x for n, x in known.says.items() if same(known.values.get(n), known.default)
                ]
                known.shown_default = None if known.call is None else flat(known.call)
                if shown:
                    known.shown_default = "None" if shown[0] is None else flat(shown[0])
        optional = True
        for _, known in reversed(found):
            plain = known.default is not ... and not known.says
            optional = optional and (plain or known.shown_default is not None)
            known.has_default = optional
        return found

    def words(self, variable: Variable, axis: int) -> Said | None:
        """How many channels or features a value has, in words that are true at this place."""
        if axis not in (1, -1):
            return None
        if self.maker is None:
            return self.channels.get((variable, axis))
        said: Said | None = self.maker.words(variable, axis)
        return said

    def chain(self, networks: Mapping[Inst, Network]) -> Lines | None:
        """The lines of a labelled chain, of all instances."""
        key = frozenset(networks.values())
        if key not in self.sublines:
            insts = [Inst(network, inst) for inst, network in networks.items()]
            try:
                self.sublines[key] = merged(self.merger, insts, insts[0].depth)
            except UnmergeableError:
                self.sublines[key] = None
        return self.sublines[key]


class File(Facts):
    """All classes of one model."""

    origin: Class
    """The model's."""

    def __init__(self, typed: TypedGraph, library: Library) -> None:
        super().__init__(typed, library)
        self.classes: dict[Family, Class] = {}
        self.factory = ""

    def class_of(self, network: Module) -> Class:
        """The class of a network."""
        assert isinstance(network, Network)
        return self.classes[self.families.of[network]]

    def spoken(self) -> set[str]:
        """The names of all constructors' variables: nothing of the file is called so."""
        return {text for owner in self.classes.values() for text in owner.spoken.values()}
