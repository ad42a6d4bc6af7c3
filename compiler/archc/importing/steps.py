"""What the body of each module does, in steps: ops of the language, and calls of other modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archc.importing.align import DifferError, Varying, merged
from archc.importing.calls.apart import taken_apart
from archc.importing.calls.pieces import CallPiece
from archc.importing.calls.reading import Found, read
from archc.importing.problems import ImportingError
from archir.base.record import Record, Struct, fresh
from archir.op.reading import Called, Operand

if TYPE_CHECKING:
    from archc.torch.tracing.record import CallSeen, Child, Trace
    from archir.op.contract import Op


class BodyStep(Struct):
    """One op, or one call of a module."""

    inputs: tuple[int, ...]
    results: tuple[int, ...]
    path: str
    """The module that owns its weights, or that is called; the module around for a function."""

    place: str = ""
    label: str | None = None
    op: type[Op] | None = None
    arguments: Mapping[str, Any] = fresh(factory=dict)
    body: ModuleBody | None = None
    training_only: bool = False


class RawTensor(Record):
    """A raw parameter or buffer that a body speaks of."""

    name: str
    value: int
    shape: tuple[Any, ...]
    dtype: str
    is_parameter: bool
    is_kept: bool
    data: Any


class ModuleBody(Struct):
    """What a module does, from the values it is given to those it gives."""

    path: str
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    steps: list[BodyStep]
    declared: list[RawTensor] = fresh(factory=list)
    arguments: Mapping[str, Any] = fresh(factory=dict)
    bare: dict[str, list[RawTensor]] = fresh(factory=dict)
    """By label the parameters of children that are never called: other ops are given them."""

    order: tuple[str, ...] = ()
    """The labels of its children as torch has them registered."""


class Reader:
    """Makes bodies of the runs of one module, which have the same calls in the same order."""

    def __init__(
        self,
        traces: Sequence[Trace],
        tree: Mapping[str, Child],
        alone: set[int],
        buffers: Mapping[str, Any],
        elements: Any,
    ) -> None:
        self.traces = traces
        self.tree = tree
        self.alone = alone
        self.buffers = buffers
        self.elements = elements
        self.aliases: dict[int, int] = {}
        self.weights: dict[int, str] = {
            number: value.weight for number, value in enumerate(traces[0].values) if value.weight
        }
        self.spoken: dict[str, dict[str, int]] = {}
        """By module the raw parameters that are values, with their numbers."""
        self.tables: dict[int, CallPiece] = {}
        """Constants that no call has made: the lists of an index."""
        self.fresh = len(traces[0].values)
        self.shapes: list[list[tuple[int, ...]]] = [
            [trace.values[number].shape for trace in traces]
            for number in range(len(traces[0].values))
        ]

    def root(self) -> ModuleBody:
        """The body of the whole module."""
        calls = [trace.calls for trace in self.traces]
        return self.body("", calls, self.traces[0].inputs, self.traces[0].results)

    def body(
        self,
        path: str,
        runs: Sequence[Sequence[CallSeen]],
        inputs: tuple[int, ...],
        results: tuple[int, ...],
    ) -> ModuleBody:
        """The body of one call of one module."""
        steps: list[BodyStep] = []
        for number in range(len(runs[0])):
            steps.extend(self.steps(path, [run[number] for run in runs]))
        child = self.tree[path]
        outputs = tuple([self.real(each) for each in results])
        made = ModuleBody(path, child.kind, inputs, outputs, steps, arguments=child.arguments)
        made.order = child.children
        return made

    def real(self, number: int) -> int:
        while number in self.aliases:
            number = self.aliases[number]
        return number

    def steps(self, path: str, calls: Sequence[CallSeen]) -> list[BodyStep]:
        call = calls[0]
        if call.constant and all(self.traces[0].values[n].data is not None for n in call.results):
            return []
        if call.body is not None:
            return self.of_module(path, calls)
        if call.made is None and call.called.function == "cat":
            for each in calls:
                each.called = _without_empty(each.called)
        if call.made is None and (alone := _copied(call)) is not None:
            self.aliases[call.results[0]] = self.value(alone, path, call)
            return []
        if (
            call.made is None
            and (apart := [taken_apart(each.called) for each in calls])[0] is not None
        ):
            return self.of_pieces(path, calls, [each or () for each in apart])
        step = self.of_op(path, calls)
        if self.passes_on(step, call):
            self.aliases[step.results[0]] = step.inputs[0]
            return []
        return [step]

    def passes_on(self, step: BodyStep, call: CallSeen) -> bool:
        """Whether a step does nothing, and leaves no number out among those of its neighbours.

        An output beside others stays a value of its own.
        """
        outputs = self.traces[0].results
        counts = call.made is not None and _last(call.path).isdigit()
        alone = len(outputs) == 1 or step.results[0] not in outputs
        if len(step.inputs) != 1 or not alone or counts or step.op is None or step.op.idle is None:
            return False
        wanted = step.op.idle.items()
        return all(_is_all(step.arguments.get(name), value) for name, value in wanted)

    def of_pieces(
        self, path: str, calls: Sequence[CallSeen], apart: Sequence[Sequence[CallPiece]]
    ) -> list[BodyStep]:
        """A call that is several ops, or none."""
        call = calls[0]
        if len({len(each) for each in apart}) > 1:
            raise self.unsaid(call, f"{self.shown(call)} of this kind is", is_final=False)
        if not apart[0]:
            self.aliases[call.results[0]] = self.value(call.called.args[0], path, call)
            return []
        numbers: dict[int, int] = {}
        made: list[BodyStep] = []
        for place, part in enumerate(apart[0]):
            runs = [run[place] for run in apart]
            if part.result is not None:
                numbers[-1 - place] = call.results[part.result]
            else:
                numbers[-1 - place] = self.new([each.made.shape for each in runs])
            result = numbers[-1 - place]
            if part.table is not None:
                self.tables[result] = part
                self.spoken.setdefault(path, {})[f"\0{result}"] = result
                continue
            called = [
                Called(each.function, tuple([_numbered(one, numbers) for one in each.args]), {})
                for each in runs
            ]
            made.append(self.step(path, call, called, (result,)))
        return made

    def constant_shape(self, number: int) -> tuple[int, ...]:
        """The extents of a constant, 1 for a dim in which it is the same all along and which is as
        long as a size: there it is laid over what has that size.

        Raises ImportingError where it hangs on a size otherwise.
        """
        runs = [trace.values[number] for trace in self.traces]
        shape = list(runs[0].shape)
        for dim, extent in enumerate(shape):
            if all(run.shape[dim] == extent for run in runs):
                continue
            shape[dim] = 1
        cut = tuple(slice(None, 1) if each == 1 else slice(None) for each in shape)
        small = [run.data[cut] for run in runs]
        same = all(bool((run.data == one).all()) for run, one in zip(runs, small, strict=True))
        if not same or any(self.elements(each) != self.elements(small[0]) for each in small):
            raise ImportingError("a table that hangs on the size is nothing that the language has")
        self.shapes[number] = [tuple(shape)] * len(runs)
        return tuple(shape)

    def new(self, shapes: Sequence[tuple[int, ...]]) -> int:
        self.shapes.append(list(shapes))
        self.fresh += 1
        return self.fresh - 1

    def of_op(self, path: str, calls: Sequence[CallSeen]) -> BodyStep:
        called = [each.called for each in calls]
        return self.step(path, calls[0], called, calls[0].results)

    def step(
        self, path: str, call: CallSeen, called: Sequence[Called], results: tuple[int, ...]
    ) -> BodyStep:
        found = [
            read(each, call.made, lambda one: self.owner(one, path) is not None) for each in called
        ]
        first = found[0]
        if first is None or any(each is None or each.op is not first.op for each in found):
            none = all(each is None for each in found)
            raise self.unsaid(call, f"{self.shown(call)} is", is_final=none)
        arguments = self.arguments(call, [each for each in found if each is not None])
        owner = self.owner(first, path)
        inputs = tuple([self.value(each, path, call) for each in first.inputs])
        made = BodyStep(inputs, results, path, call.place, op=first.op, arguments=arguments)
        made.training_only = id(call) in self.alone
        if call.made is not None:
            made.path, made.label = call.path, _last(call.path)
        elif first.weights and owner is not None:
            made.path, made.label = owner, _last(owner)
        return made

    def arguments(self, call: CallSeen, found: Sequence[Found]) -> Mapping[str, Any]:
        names = dict.fromkeys(name for each in found for name in each.arguments)
        try:
            return {name: merged([each.arguments.get(name) for each in found]) for name in names}
        except DifferError:
            said = f"an argument of {self.shown(call)} that is no number is"
            raise self.unsaid(call, said, is_final=False) from None

    def owner(self, found: Found, path: str) -> str | None:
        """The module whose parameters an op is given for weights: the one that calls, or a child of
        it. Empty where there are none, None where they are another's, or made as it runs."""
        if not found.weights:
            return ""
        owners = {_before(each.weight) for each in found.weights.values()}
        if len(owners) != 1 or any(not each.weight for each in found.weights.values()):
            return None
        owner = owners.pop()
        inside = owner == path or _before(owner) == path
        names = {name: _last(each.weight) for name, each in found.weights.items()}
        return owner if inside and all(name == own for name, own in names.items()) else None

    def value(self, operand: Operand, path: str, call: CallSeen) -> int:
        """The number of what flows in; a raw parameter is one that its module declares."""
        value = (
            self.traces[0].values[operand.value]
            if operand.value < len(self.traces[0].values)
            else None
        )
        if value is not None and value.weight:
            owner = _before(value.weight)
            if owner not in self.tree:
                raise self.unsaid(call, f"the weight {value.weight} as a value is")
            self.spoken.setdefault(owner, {})[_last(value.weight)] = operand.value
        elif value is not None and value.data is not None:
            self.spoken.setdefault(path, {})[f"\0{operand.value}"] = operand.value
        return self.real(operand.value)

    def of_module(self, path: str, calls: Sequence[CallSeen]) -> list[BodyStep]:
        call = calls[0]
        pairs = {each.value: self.value(each, path, call) for each in _operands(call.inputs)}
        inputs, given = tuple(pairs), tuple(pairs.values())
        bodies = [each.body or [] for each in calls]
        results = tuple([each for each in call.results if not self.is_constant(each)])
        results = results or call.results  # a constant is declared where it is used
        # What flows in is the body's own, whatever it is a part of outside, such as all of a value.
        outside = {each: self.aliases.pop(each) for each in inputs if each in self.aliases}
        body = self.body(call.path, bodies, inputs, results)
        self.aliases.update(outside)
        outputs = tuple([self.real(each) for each in results])
        step = BodyStep(given, outputs, call.path, call.place, _last(call.path), body=body)
        step.training_only = id(call) in self.alone
        return [step]

    def is_constant(self, number: int) -> bool:
        value = self.traces[0].values[number]
        return value.is_constant and value.data is not None

    def shown(self, call: CallSeen) -> str:
        return call.called.function or "a call"

    def unsaid(self, call: CallSeen, what: str, *, is_final: bool = True) -> ImportingError:
        said = f"{what} nothing that the language has"
        return ImportingError(said, call.path, call.place, is_final=is_final)


def _copied(call: CallSeen) -> Operand | None:
    """What a call gives on as it is: a copy of one tensor, or the join of one."""
    given = call.called.args[0] if call.called.args else None
    if call.called.function in ("clone", "alias") and isinstance(given, Operand):
        return given
    if call.called.function == "cat" and isinstance(given, tuple) and len(given) == 1:
        return given[0] if isinstance(given[0], Operand) else None
    return None


def _without_empty(called: Called) -> Called:
    """A join without what has no elements, as of no tokens in front of all others."""
    given, *rest = called.args or ((),)
    if not isinstance(given, tuple) or not all(isinstance(each, Operand) for each in given):
        return called
    kept = tuple([each for each in given if 0 not in each.shape])
    return Called(called.function, (kept or given, *rest), called.kwargs, called.training)


def _numbered(value: Any, numbers: Mapping[int, int]) -> Any:
    if isinstance(value, Operand) and value.value < 0:
        return Operand(numbers[value.value], value.shape, value.dtype)
    return value


def _is_all(value: Any, wanted: object) -> bool:
    """Whether a value is another one, or has nothing else in it."""
    return all(each == wanted for each in value) if isinstance(value, tuple) else value == wanted


def _operands(values: Any) -> list[Operand]:
    if isinstance(values, Operand):
        return [values]
    if isinstance(values, tuple):
        return [inner for each in values for inner in _operands(each)]
    return []


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _before(path: str) -> str:
    return path.rpartition(".")[0]


def has_varying(value: Any) -> bool:
    """Whether a number in it hangs on the size."""
    if isinstance(value, tuple):
        return any(map(has_varying, value))
    return isinstance(value, Varying)
