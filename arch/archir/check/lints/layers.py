"""Lints about layers whose arguments or inputs are likely another library's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archir.base.diagnostics import Diagnostic, Label
from archir.check.lints.lint import Inspected, Lint, is_next, is_written, says
from archir.graph.graph import Apply, Definition, Repeat, Slot, Use, Value
from archir.shapes.dims import show
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.base.fixes import Fix
    from archir.base.source import Span

_HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n"


class TorchOrder(Lint):
    """The arguments of a layer look like those of torch's class, which begins with the channels
    that come in.

    Those are read off the shape here, and are no argument: `conv(64, 64, 3)` has kernel 64 and
    stride 3. Where that is meant, name the arguments: `conv(64, kernel_size = 64, stride = 3)`.
    """

    name = "torch-order"
    bad = "model m() {\n  input x: [N, 3, H = 128, W = 128]\n  conv(16, 3) -> conv(16, 32, 5)\n}\n"
    good = "model m() {\n  input x: [N, 3, H = 128, W = 128]\n  conv(16, 3) -> conv(32, 5)\n}\n"
    part: str
    read_as: str
    meant: str
    extra: int = 0
    """Which argument is one too many, counted from 0."""

    def message(self) -> str:
        return f"this is {self.part} with {self.read_as}, and in torch's order it would be another"

    def hint(self) -> str:
        return (
            "incoming channels are read off the shape, and are not written:"
            f" `{self.meant}`; where the numbers are meant as they stand, name them"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        return self.repair(at.span)

    def repair(self, span: Span) -> Fix | None:
        """Leave the argument out that is one too many."""
        from archir.base.argument_fixes import without
        from archir.base.pieces import call_at

        call = call_at(span, self.part)
        if call is None or len(call.arguments) <= self.extra:
            return None
        extra = call.arguments[self.extra]
        return without(call, extra, safe=False) if extra.name is None else None

    @classmethod
    def of(cls, step: Apply, inputs: tuple[TensorType, ...]) -> TorchOrder | None:
        """That of one step; it may have been refused for what its arguments ask."""
        read = step.op.torch_order(inputs)
        if read is None or says(step, *read.names):
            return None
        return cls(step.op.keyword, read.read_as, read.meant, read.extra)

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        for definition, step in network.applied:
            problem = cls.of(step, network.inputs(definition, step))
            if problem is not None:
                yield Diagnostic(problem, step.span)


class ChannelsLast(Lint):
    """A convolution is fed an input whose channels stand last, as in `[N, H, W, 3]`.

    Layers expect them in dim 1, as torch does: here the rows of a picture are taken for channels,
    and the weights fit one height alone. Declare `[N, 3, H, W]`, or say `permute(0, 3, 1, 2)`.
    """

    name = "channels-last"
    bad = "model m() {\n  input x: [N, H = 32, W = 32, 3]\n  conv(8, 3, padding = 1)\n}\n"
    good = f"{_HEAD}  conv(8, 3, padding = 1)\n}}\n"
    part: str
    shape: str
    channels: str

    def message(self) -> str:
        return f"{self.part} takes dim 1 of {self.shape} for the channels, which is {self.channels}"

    def hint(self) -> str:
        first, *sides, channels = self.shape[1:-1].split(", ")
        moved = ", ".join([first, channels, *sides])
        order = ", ".join(map(str, [0, len(sides) + 1, *range(1, len(sides) + 1)]))
        return f"channels stand before the axes: declare [{moved}], or permute({order})"

    def fix(self, at: Diagnostic) -> Fix | None:
        return self.repair(at.related[0].span)

    def repair(self, name: Span) -> Fix | None:
        """Declare the input, which has its name there, with its channels before the axes."""
        from archir.base.fixes import Fix, swap
        from archir.base.pieces import items_of, pieces

        found = pieces(name.source)
        opener = found.bracket_behind(name.start)
        if opener is None or opener not in found.partner:
            return None
        shape = found.span(opener, found.partner[opener])
        dims = [each.text for each in items_of(shape) or ()]
        if len(dims) < 3:
            return None
        moved = ", ".join([dims[0], dims[-1], *dims[1:-1]])
        return Fix(f"declare `[{moved}]`", swap(shape, f"[{moved}]").edits, is_safe=False)

    @classmethod
    def of(cls, step: Apply, given: TensorType) -> ChannelsLast | None:
        """That of one step, and of an input of the model which it takes."""
        if not step.op.channels_first or not _is_channels_last(given):
            return None
        return cls(step.op.keyword, str(given), show(given.shape[1]))

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        root = network.typed.graph.root
        for value in root.inputs:
            given = network.typed.type_of(root, value)
            for step in _convolutions(network, value) if _is_channels_last(given) else ():
                problem = cls.of(step, given)
                if problem is not None:
                    label = Label(value.span, "the channels of this stand last")
                    yield Diagnostic(problem, step.span, (label,))


class BatchLeftOut(Lint):
    """A convolution is fed an input that has no dim for the batch, as `[3, H, W]`.

    The first dim is the batch always: here three signals come in, with the rows of a picture for
    channels. Declare `[N, 3, H, W]`.
    """

    name = "batch-left-out"
    bad = "model m() {\n  input x: [3, H = 32, W = 32]\n  conv(8, 3)\n}\n"
    good = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n  conv(8, 3)\n}\n"
    part: str
    shape: str
    channels: str

    def message(self) -> str:
        return (
            f"{self.part} takes dim 0 of {self.shape} for the batch, and dim 1, {self.channels},"
            " for the channels"
        )

    def hint(self) -> str:
        return f"the batch stands first: declare [N, {self.shape[1:]}"

    def fix(self, at: Diagnostic) -> Fix | None:
        from archir.base.fixes import insert
        from archir.base.pieces import pieces

        name = at.related[0].span
        found = pieces(name.source)
        opener = found.bracket_behind(name.start)
        if opener is None:
            return None
        return insert(name.source, found.all[opener].end, "N, ", safe=False)

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        root = network.typed.graph.root
        for value in root.inputs:
            given = network.typed.type_of(root, value)
            if _is_batchless(given):
                for step in _convolutions(network, value):
                    problem = cls(step.op.keyword, str(given), show(given.shape[1]))
                    yield Diagnostic(
                        problem, step.span, (Label(value.span, "it is declared here"),)
                    )


_LEAST_PICTURE = 16
"""The sides of a square picture, which are no channels, and no length of three signals."""


def _is_batchless(given: TensorType) -> bool:
    """Whether the first dim is a picture's channels, and all others are sizes."""
    if given.rank not in (3, 4) or given.shape[0] not in (1, 3, 4):
        return False
    first, *sides = given.shape
    if (first, len(sides)) == (3, 2) and sides[0] == sides[1] and isinstance(sides[0], int):
        return sides[0] >= _LEAST_PICTURE
    return not any(isinstance(dim, int) for dim in given.shape[1:])


def _is_channels_last(given: TensorType) -> bool:
    """Whether the last dim is a picture's channels, and all others but the batch are sizes."""
    if given.rank not in (4, 5) or given.shape[-1] not in (1, 3, 4):
        return False
    sides = given.shape[1:-1]
    if all(isinstance(side, int) and side >= _LEAST_PICTURE for side in sides):
        return len(set(sides)) == 1
    return not any(isinstance(side, int) for side in sides)


def _convolutions(network: Inspected, value: Value) -> Iterator[Apply]:
    """The convolutions that an input flows into as it is, or changed place by place."""
    waiting: list[tuple[Definition, Value]] = [(network.typed.graph.root, value)]
    seen = set(waiting)
    while waiting:
        definition, value = waiting.pop()
        further: list[tuple[Definition, Value]] = []
        for step in network.steps[definition]:
            if isinstance(step, Use) and value in step.inputs:
                inner = zip(step.definition.inputs, step.inputs, strict=True)
                further += [(step.definition, own) for own, each in inner if each is value]
            elif isinstance(step, Apply) and step.inputs == (value,):
                if step.op.channels_first:
                    yield step
                elif step.op.keeps_shape:
                    further += [(definition, step.outputs[0])]
        waiting += [each for each in further if each not in seen]
        seen.update(further)


class BiasBeforeNorm(Lint):
    """A layer adds a learned bias to each channel, and the norm behind it subtracts it again.

    The bias changes nothing and gets no gradient. `bias = false` leaves it out, and `bias = true`
    says that it is meant, as where weights that have it are to be loaded. No warning is given where
    the norm comes as the value of a parameter.
    """

    name = "bias-before-norm"
    bad = f"{_HEAD}  conv(8, 3) -> batch_norm\n}}\n"
    good = f"{_HEAD}  conv(8, 3, bias = false) -> batch_norm\n}}\n"
    part: str
    norm: str

    def message(self) -> str:
        return f"the bias of this {self.part} is subtracted again by {self.norm}"

    def hint(self) -> str:
        return "leave it out with bias = false, or say bias = true if it is to be there"

    def fix(self, at: Diagnostic) -> Fix | None:
        from archir.base.argument_fixes import give

        return give(at.span, self.part, "bias = false", safe=False)

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        biased = [
            (definition, step, dim)
            for definition, step in network.applied
            if step.slot is not None
            and (dim := step.op.bias_dim(network.inputs(definition, step))) is not None
        ]
        if not biased:
            return
        readers = _Readers(network)
        for definition, step, dim in biased:
            norm = readers.only(definition, step)
            if norm is None or norm.op.centred_dim(network.inputs(definition, norm)) != dim:
                continue
            if says(step, "bias") or not (is_written(step) and is_written(norm)):
                continue
            if is_next(step, norm):
                problem = cls(step.op.keyword, norm.op.keyword)
                label = Label(norm.span, "this subtracts the mean of each channel")
                yield Diagnostic(problem, step.span, (label,))


class _Readers:
    """Who reads what each definition makes, worked out when it is asked for."""

    def __init__(self, network: Inspected) -> None:
        self.network = network
        self.known: dict[Definition, dict[Value, list[Apply | None]]] = {}
        self.uses: Counter[Slot | None] = Counter(step.slot for _, step in network.applied)

    def only(self, definition: Definition, step: Apply) -> Apply | None:
        """The op that alone reads what a step gives; None where there are others, or other uses."""
        if definition not in self.known:
            self.known[definition] = self._readers(definition)
        found = self.known[definition].get(step.outputs[0], [])
        alone = len(found) == 1 and self.uses[step.slot] == 1
        return found[0] if alone else None

    def _readers(self, definition: Definition) -> dict[Value, list[Apply | None]]:
        found: dict[Value, list[Apply | None]] = {}
        for output in definition.outputs:
            found.setdefault(output.value, []).append(None)
        for step in self.network.steps[definition]:
            if isinstance(step, Apply):
                for value in step.inputs:
                    found.setdefault(value, []).append(step)
            elif isinstance(step, Use):
                for value in step.inputs:
                    found.setdefault(value, []).append(None)
            elif isinstance(step, Repeat):
                for value in (step.input, step.last):
                    found.setdefault(value, []).append(None)
        return found
