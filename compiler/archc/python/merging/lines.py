"""The lines of a class's ``forward``: what its instances run, merged, with one variable for all."""

from __future__ import annotations

from archc.python.merging.flows import Around, Carried, Choice, Flow, Lines, Step, Variable
from archc.python.merging.merge import (
    Atom,
    Fold,
    Inst,
    Merger,
    Node,
    UnfoldError,
    UnmergeableError,
    When,
)
from archc.python.merging.reading import Reading
from archc.python.merging.reading import chain as chain
from archir.graph.graph import Value
from archir.graph.modules import Line, ModuleCall, Training


def merged(merger: Merger, insts: list[Inst], depth: int = 0) -> Lines:
    """The merged lines of some instances, which stand inside ``depth`` loops."""
    return _Reader(merger, insts, depth).read()


class _Reader(Reading):
    def read(self) -> Lines:
        networks = [inst.network for inst in self.insts]
        first = networks[0]
        shapes = {(len(n.inputs), len(n.results)) for n in networks}
        if len(shapes) > 1:
            raise UnmergeableError
        inputs = []
        for place in range(len(first.inputs)):
            values = {inst: inst.network.inputs[place] for inst in self.insts}
            inputs.append(self._variable(values, []))
        nodes = self.merger.merge({inst: self._atoms(inst) for inst in self.insts}, self.depth)
        self._make(nodes, [])
        body = self._nodes(nodes)
        results = [
            self._read({inst: inst.network.results[place].value for inst in self.insts})
            for place in range(len(first.results))
        ]
        self._close()
        return Lines(inputs, body, results)

    def _atoms(self, inst: Inst) -> list[Atom]:
        found: list[Atom] = []

        def add(lines: list[Line], training: bool) -> None:
            for line in lines:
                if isinstance(line, Training):
                    add(line.lines, training=True)
                    continue
                self.trained[line] = training
                calling = line.calling if isinstance(line, ModuleCall) else None
                shape = (training, calling, len(line.inputs), len(line.outputs))
                # Functions that look alike may stand at different places: what they do does not.
                where = len(found) if self.merger.places is None else line.step.span
                found.append(Atom((type(line), where, *shape), line.step.span, line))

        add(inst.network.lines, training=False)
        return found

    def _make(self, nodes: list[Node], whens: list[tuple[When, int]]) -> None:
        for node in nodes:
            if isinstance(node, Fold):
                self.folds[node] = (whens, len(self.order))
                around = self.arounds[node] = Around(node, [], [])
                for inst in node.turns:
                    self.loops[inst, node.loop.span] = around
                self._make(node.body, whens)
            elif isinstance(node, When):
                for number, (_, inner) in enumerate(node.arms):
                    self._make(inner, [*whens, (node, number)])
            else:
                for place in range(len(next(iter(node.by.values())).outputs)):
                    outputs = {inst: line.outputs[place] for inst, line in node.by.items()}
                    self._variable(outputs, whens)

    def _nodes(self, nodes: list[Node]) -> list[Flow]:
        return [self._node(node) for node in nodes]

    def _node(self, node: Node) -> Flow:
        if isinstance(node, When):
            choice = self.choices[node] = Choice(node, [], [])
            choice.arms += [self._nodes(inner) for _, inner in node.arms]
            return choice
        if isinstance(node, Fold):
            around = self.arounds[node]
            around.body += self._nodes(node.body)
            return around
        line = next(iter(node.by.values()))
        inputs = [
            self._read({inst: each.inputs[place] for inst, each in node.by.items()}, node.span)
            for place in range(len(line.inputs))
        ]
        first = self._base(next(iter(node.by)))
        outputs = [self.made[first, value][1] for value in line.outputs]
        self.inputs.update(dict.fromkeys(outputs, inputs))
        return Step(node, inputs, outputs, self.trained[line])

    def _close(self) -> None:
        """Say of what goes round loops how it begins and what each turn leaves."""
        done: dict[Carried, int] = {}
        while True:
            waiting = [
                (around, carried)
                for around in dict.fromkeys(self.loops.values())
                for carried in around.carried
                if done.get(carried) != len(carried.wanted)  # more may be wanted later
            ]
            if not waiting:
                return
            around, carried = waiting[-1]
            self._first_and_last(around, carried)
            done[carried] = len(carried.wanted)

    def _first_and_last(self, around: Around, carried: Carried) -> None:
        wanted = carried.wanted
        leaves: dict[Inst, Variable] = {}
        values: dict[Inst, Value] = {}
        begins: dict[Inst, Value] = {}
        for inst, turns in around.fold.turns.items():
            nexts = [*turns[1:], inst]
            for turn, following in reversed(list(zip(turns, nexts, strict=True))):
                value = wanted.get(following)
                if value is None:
                    continue
                maker, variable = self._maker(turn, value)
                if turn in chain(maker):
                    leaves[turn], values[turn] = variable, value
                elif wanted.setdefault(turn, value) is value:
                    leaves[turn], values[turn] = carried.variable, value
                else:
                    raise UnfoldError(around.fold.loop)
            if turns and turns[0] in wanted:
                begins[inst] = wanted[turns[0]]
            elif not turns and inst in wanted:
                begins[inst] = wanted[inst]
        try:
            if leaves:
                inside = all(leaves[turn] is not carried.variable for turn in leaves)
                carried.last = self._read(values) if inside else self._joined(leaves, values)
                for turn, value in values.items():
                    carried.last.values.setdefault(turn, value)
            if begins:
                carried.first = self._read(begins, around.fold.loop.span)
        except UnmergeableError:
            raise UnfoldError(around.fold.loop) from None
