"""The channels of what a line makes: by what its op says of them, or its block."""

from __future__ import annotations

from typing import Any

from archc.python.channels.arguments import (
    all_told,
    argument,
    arguments,
    given_in_text,
    outside,
    substituted,
    told_to,
)
from archc.python.channels.codes import AXES, Inputs, arguments_in, blank, fill
from archc.python.classes.klass import Class, File
from archc.python.classes.rules import Extents
from archc.python.classes.said import Said, Var
from archc.python.code.layout import constant
from archc.python.merging.families import is_inline
from archc.python.merging.flows import Around, Step, Variable
from archc.python.merging.merge import Inst
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.record import replaced
from archir.graph.graph import Apply
from archir.graph.modules import Compute, Fetch, ModuleCall, Network
from archir.op.contract import Op, arguments_of
from archir.op.recipe import Arg, Code
from archir.program import expressions as e
from archir.shapes.dims import SizeExpr


class Steps:
    """Works out the channels of the values of a class, line by line."""

    def __init__(self, owner: Class, file: File) -> None:
        self.owner = owner
        self.file = file
        self.known = owner.channels
        self.loops: dict[int, str] = {}
        self.uncounted: set[Around] = set()
        """Loops in which no running count can be kept."""

    def inline(self, step: Step, networks: dict[Inst, Network], around: frozenset[Var]) -> None:
        """A labelled chain: its lines are of this class too."""
        raise NotImplementedError

    def _step(self, step: Step) -> None:
        owner = self.owner
        around = frozenset(v for i in step.inputs for v in owner.extents.get(i, ()))
        for variable in step.outputs:
            owner.extents[variable] = around
            for axis in AXES:
                self.known[variable, axis] = None
        with owner.turning(step.item):
            owner.turned[step] = owner.at
            self._line(step, around)

    def _line(self, step: Step, around: frozenset[Var]) -> None:
        line = step.line
        if isinstance(line, ModuleCall | Compute) and isinstance(line.step, Apply):
            self._op(step, around)
        elif isinstance(line, ModuleCall) and len(step.outputs) == 1:
            self._module(step, around)
        elif isinstance(line, ModuleCall):
            self._several(step, around)
        elif isinstance(line, Fetch):
            self._fetch(step, line)

    def _several(self, step: Step, around: frozenset[Var]) -> None:
        """A block of several results: what is said of none of them depends on all that it gets."""
        found = around | self._mixed(step) | frozenset(all_told(self.owner, step))
        self.owner.extents.update(dict.fromkeys(step.outputs, found))

    def _fetch(self, step: Step, line: Fetch) -> None:
        """A raw parameter is read: its shape stands in the text."""
        owner = self.owner
        (variable,) = step.outputs
        places = owner.family.places
        span = line.step.parameter.span
        dims = () if places is None or span not in places.raws else places.raws[span].shape.dims
        values = [dim.value for dim in dims if dim.value is not None]
        if not values or len(values) < len(dims):
            owner.extents[variable] = frozenset(owner.deps)
            return
        owner.extents[variable] = frozenset(v for value in values for v in owner.leaves(value))
        if len(values) < 2:
            return
        for axis in AXES:
            numbers = self._numbers(variable, axis)
            said = argument(owner, values[axis], numbers or {}, span, self.loops)
            self.known[variable, axis] = said if numbers and said.text else None

    def _mixed(self, step: Step) -> frozenset[Var]:
        """All that the channels and features of what flows into a step depend on."""
        said = [self.known.get((variable, axis)) for variable in step.inputs for axis in AXES]
        return frozenset(v for each in said if each for v in (*each.vars, *each.fixed))

    def _op(self, step: Step, around: frozenset[Var]) -> None:
        owner = self.owner
        ops = {inst: line.step.op for inst, line in step.item.by.items()}
        op = next(iter(ops.values()))
        given = arguments(owner, step.item.span, ops, self.loops)
        first: Any = step.line.step
        made = first.op.channels(owner.file.types(first)) if len(step.outputs) == 1 else None
        still = self._still(op, made, len(step.outputs))
        leaves = frozenset(
            var for name, s in given.items() if name not in still for var in (*s.vars, *s.fixed)
        )
        rules = [owner.file.extents(line.step) for line in step.item.by.values()]
        behind = leaves if self._begins(step) else around | leaves
        if any(rule is None or rule.mixed for rule in rules):
            behind |= self._mixed(step)
        for place, variable in enumerate(step.outputs):
            for axis in AXES:
                own = axis == 1 and made is not None  # whose constants are extents at hand
                said = self._written(step, place, axis) or self._filled(
                    step, (place, axis), op, given, around | leaves if own else leaves
                )
                if said is None:
                    found = around | leaves | self._read_by(step, (place, axis), rules)
                    said = self._number(variable, axis, found)
                    behind = behind if said else behind | found
                self.known[variable, axis] = said
            owner.extents[variable] = behind

    def _still(self, op: Op, made: Code, outputs: int) -> frozenset[str]:
        """The arguments that are nothing to extents but channels and features."""
        if op.keeps_shape:
            return frozenset(arguments_of(type(op)))
        told = [op.features(place) for place in range(outputs)]
        named = {made} if isinstance(made, Arg) else set()
        found = named.union(*(arguments_in(each.code) for each in told if each is not None))
        return op.shapeless | {each.name for each in found}

    def _inputs(self, step: Step) -> Inputs:
        def inputs(what: str, number: int) -> Said | None:
            return self.known.get((step.inputs[number], 1 if what == "channels" else -1))

        return inputs

    def _filled(
        self,
        step: Step,
        at: tuple[int, int],
        op: Op,
        given: dict[str, Said],
        fixed: frozenset[Var],
    ) -> Said | None:
        """An extent by what the op makes of those that flow in."""
        codes = [self._code(line, *at) for line in step.item.by.values()]
        if codes[0] is None or any(blank(code) != blank(codes[0]) for code in codes):
            return None
        try:
            said = fill(codes[0], op, given, self._inputs(step), fixed)
        except UnsayableError:
            return None
        place, axis = at
        told = op.features(place) if axis == -1 else None
        read = [given[name] for name in told.reads if name in given] if told else []
        return replaced(said, fixed=said.fixed.union(*(each.vars | each.fixed for each in read)))

    def _read_by(
        self, step: Step, at: tuple[int, int], rules: list[Extents | None]
    ) -> frozenset[Var]:
        """What an extent depends on that has no words, besides the other extents."""
        place, axis = at
        found: frozenset[Var] = frozenset()
        inputs = self._inputs(step)
        for rule in rules:
            read = None if rule is None else rule.read[place].get(axis)
            if read is None:
                return self._mixed(step)
            # What is not known of an input is among its extents.
            said = [inputs(*which) for which in read]
            found |= {v for x in said if x for v in (*x.vars, *x.fixed)}
        return found

    def _number(self, variable: Variable, axis: int, depends: frozenset[Var]) -> Said | None:
        """An extent as it is at hand, if it is the same in all instances."""
        numbers = set((self._numbers(variable, axis) or {}).values())
        if len(numbers) != 1:
            return None
        return Said(constant(numbers.pop()), ATOM, frozenset(), depends)

    def _numbers(self, variable: Variable, axis: int) -> dict[Inst, object] | None:
        owner = self.owner
        found: dict[Inst, object] = {}
        for inst, value in variable.values.items():
            shape = owner.file.shape(value)
            if len(shape) < 2:
                return None
            found[inst] = shape[axis]
        return found

    def _written(self, step: Step, place: int, axis: int) -> Said | None:
        """Channels or features that the text writes out, as ``reshape`` has them."""
        variable = step.outputs[place]
        for expr in given_in_text(self.owner, step.item.span).values():
            if not isinstance(expr, e.ListDisplay | e.Gathered):
                continue
            numbers = self._numbers(variable, axis)
            shapes = {len(self.owner.file.shape(value)) for value in variable.values.values()}
            if numbers is None or shapes != {len(expr.items)}:
                continue
            said = argument(self.owner, expr.items[axis], numbers, step.item.span, self.loops)
            if said.text and said.vars:
                return said
        return None

    def _begins(self, step: Step) -> bool:
        """Whether the extents that come out are those of the op alone: adaptive pooling."""
        for line in step.item.by.values():
            before, after = self.owner.file.symbolic(line.step)
            if not any(isinstance(dim, SizeExpr) for given in before for dim in given.shape[2:]):
                return False
            if any(isinstance(dim, SizeExpr) for given in after for dim in given.shape[1:]):
                return False
        return True

    def _code(self, line: ModuleCall | Compute, place: int, axis: int) -> Code:
        """What the op makes of channels; or of features, as of those of a matrix."""
        step = line.step
        assert isinstance(step, Apply)
        file = self.owner.file
        types = file.types(step)
        code = step.op.channels(types) if axis == 1 and len(line.outputs) == 1 else None
        if code is not None:
            return code
        rule = file.extents(step)
        found = None if rule is None else rule.outputs[place].get(axis)
        if axis == -1 and isinstance(found, int):
            told = step.op.features(place)
            return found if told is None else told.code
        return found

    def _one_of_several(self, step: Step, networks: dict[Inst, Network]) -> None:
        """One of several blocks, which a parameter holds: what all of them say of their result."""
        owner, (variable,) = self.owner, step.outputs
        behind = owner.extents[variable] = frozenset(all_told(owner, step))
        own: dict[Class, dict[Inst, Network]] = {}
        for inst, network in networks.items():
            own.setdefault(self.file.class_of(network), {})[inst] = network
        told = {
            inner: told_to(owner, step.item.span, inner, step.inputs, self.loops, each)
            for inner, each in own.items()
        }
        for axis in AXES:
            results = {inner: inner.result.get(axis) for inner in own}
            found = [r and substituted(r, inner, told[inner]) for inner, r in results.items()]
            said = [each for each in found if each is not None]
            if len(said) == len(found) and len({each.text for each in said}) == 1:
                fixed = frozenset(v for each in said for v in each.fixed)
                fixed |= (
                    behind if any(r is not None and r.fixed for r in results.values()) else set()
                )
                self.known[variable, axis] = replaced(said[0], fixed=fixed)

    def _module(self, step: Step, around: frozenset[Var]) -> None:
        owner = self.owner
        networks = {inst: owner.file.called(line) for inst, line in step.item.by.items()}
        first = next(iter(networks.values()))
        (variable,) = step.outputs
        if is_inline(first):
            self.inline(step, networks, around)
            return
        inner = self.file.class_of(first)
        if any(self.file.class_of(network) is not inner for network in networks.values()):
            self._one_of_several(step, networks)
            return
        places = owner.family.places
        told = told_to(owner, step.item.span, inner, step.inputs, self.loops, networks)
        owner.extents[variable] = frozenset(outside(owner, step, inner.result_extents, told))
        for axis in AXES:
            result = inner.result.get(axis)
            if result is None:
                continue
            said = substituted(result, inner, told)
            if said is None and (places is None or step.item.span not in places.stages):
                said = self._number(variable, axis, frozenset(owner.deps))  # of another text
            if said is None and not owner.live(all_told(owner, step)):
                said = self._number(variable, axis, frozenset())  # it is never another
            if said is None and axis == 1:
                var: Var = ("run", step.item.key)
                owner.asked_for[step.item.key] = var
                owner.asked_of[var] = frozenset(all_told(owner, step))
                said = Said(owner.counter, ATOM, frozenset([var]))
            if said is not None and result.fixed:
                fixed = frozenset(outside(owner, step, result.fixed, told))
                said = replaced(said, fixed=said.fixed | fixed)
            self.known[variable, axis] = said
