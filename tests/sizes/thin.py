"""Networks run thinly: torch on the CPU decides, with one channel in the place of many.

Whether a network runs is decided by the shapes that its functions meet, and not by what is in the
tensors; and functions that take each channel for itself ask the same of all of them. So one run of
the real module is written down as a tape of what torch's functions were asked. On the tape a value
has one channel, however many it had. Played at some size, it asks torch on the CPU what the module
would ask, but the same question about the same shapes (as deep networks do) only once: that takes
a millisecond. All refusals are those of torch's functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from archc.torch import module
from archir.graph.typed import TypedGraph

REFUSALS = (RuntimeError, ValueError)
Function = Callable[..., Any]
Question: TypeAlias = "tuple[Any, ...]"
"""A function of torch and its arguments, and what else there is to know."""


@dataclass(frozen=True)
class Value:
    """A value of a tape. ``channels`` is how many it has, where only one of them is there."""

    number: int
    channels: int | None = None


class Tape:
    """What a module asks of torch, in evaluation or in training. The sizes are left open."""

    def __init__(self, net: nn.Module, shape: tuple[int, ...], *, training: bool) -> None:
        self.questions: dict[Question, int] = {}
        self.functions: list[Function] = []
        self.steps: list[tuple[int, tuple[int, ...]]] = []
        recorder = _Recorder(self)
        example = _spread(torch.zeros(shape[0], 1, *shape[2:]), shape[1])
        recorder.remember(example, Value(0, shape[1]))
        net.train(training)
        with torch.no_grad(), recorder:
            outputs = net(example)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        self.outputs = [recorder.value(each).number for each in outputs]

    def runs(self, batch: int, *sizes: int) -> bool:
        """Whether torch runs it; an output without an element is a refusal."""
        return self.asked(batch, *sizes) is not None

    def asked(self, batch: int, *sizes: int) -> set[Question] | None:
        """What is asked of values that have sizes; None where torch refuses."""
        values = [torch.zeros(batch, 1, *sizes)]
        answers: dict[Question, Tensor] = {}
        try:
            for number, numbers in self.steps:
                inputs = [values[each] for each in numbers]
                question = (number, *[each.shape for each in inputs])
                if question not in answers:
                    answers[question] = self.functions[number](*inputs)
                values.append(answers[question])
        except REFUSALS:
            return None
        if not all(values[number].numel() for number in self.outputs):
            return None
        names = [question[:2] for question in self.questions]
        return {
            (*names[number], *sorted(shape[2:] for shape in shapes))
            for number, *shapes in answers
            if len(shapes[0]) > 2
        }

    def step(self, question: Question, function: Function, inputs: tuple[Value, ...]) -> int:
        """Note that a question is asked of some values; gives the number of what comes out."""
        number = self.questions.setdefault(question, len(self.functions))
        if number == len(self.functions):
            self.functions.append(function)
        self.steps.append((number, tuple(value.number for value in inputs)))
        return len(self.steps)


def tapes(typed: TypedGraph) -> tuple[Tape, Tape]:
    """Those of a model's live module in evaluation and in training, at its default sizes."""
    with torch.device("meta"), _Undrawn():
        net: nn.Module = module(typed)
    (given,) = typed.concrete_types_of(typed.graph.root, typed.graph.root.inputs)
    shape: Any = (2, *given.shape[1:])
    return Tape(net, shape, training=False), Tape(net, shape, training=True)


class _Undrawn(TorchFunctionMode):
    """Leaves initial weights undrawn: they are on the meta device, and never used."""

    def __torch_function__(
        self,
        func: Function,
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in (Tensor.normal_, Tensor.uniform_):
            return args[0]
        return func(*args, **(kwargs or {}))


class _Recorder(TorchFunctionMode):
    """Writes a tape while a module runs. The tensors that it hands back hold no channel twice."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.tape = tape
        self.known: dict[int, tuple[Tensor, Value]] = {}

    def remember(self, tensor: Tensor, value: Value) -> Tensor:
        self.known[id(tensor)] = (tensor, value)
        return tensor

    def value(self, tensor: Tensor) -> Value:
        return self.known[id(tensor)][1]

    def __torch_function__(
        self,
        func: Function,
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if not any(id(each) in self.known for each in _tensors(args)):
            return func(*args, **kwargs)  # on weights, and on the module's counters
        if func == Tensor.dim:
            return args[0].ndim
        perform: Function = _THIN.get(func, _as_it_stands)
        return perform(self, func, *args, **kwargs)

    def apply(
        self, question: Question, function: Function, inputs: tuple[Tensor, ...], *, channels: int
    ) -> Tensor:
        """A function of one channel each, whose result is one of so many channels."""
        values = tuple(self.value(each) for each in inputs)

        def thin(*inputs: Tensor) -> Any:
            return function(*[each[:, :1] for each in inputs])

        number = self.tape.step(question, thin, values)
        return self.remember(_spread(thin(*inputs), channels), Value(number, channels))


def _tensors(values: Any) -> Iterator[Tensor]:
    for each in values:
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, list | tuple):
            yield from _tensors(each)


def _as_it_stands(recorder: _Recorder, func: Function, *args: Any, **kwargs: Any) -> Tensor:
    """A function that is given all channels of a first value, and numbers."""
    x, *rest = args
    value = recorder.value(x)
    assert not any(True for _ in _tensors([*rest, *kwargs.values()])), func

    def function(x: Tensor) -> Any:
        full = x if value.channels is None else _spread(x, value.channels)
        return func(full, *rest, **kwargs)

    question = (func, str((rest, kwargs)), value.channels)
    number = recorder.tape.step(question, function, (value,))
    return recorder.remember(func(*args, **kwargs), Value(number))


def _spread(x: Tensor, channels: int) -> Tensor:
    return x.expand(-1, channels, *[-1] * (x.dim() - 2))


def _linear(
    recorder: _Recorder, func: Function, x: Tensor, weight: Tensor, bias: Tensor | None
) -> Tensor:
    value = recorder.value(x)
    row = torch.zeros(1, weight.shape[1])

    def function(x: Tensor) -> Any:
        return func(x if value.channels is None else _spread(x, value.channels), row)

    number = recorder.tape.step((func, value.channels, row.shape), function, (value,))
    assert x.dim() == 2, "else channels are not what it makes"
    return recorder.remember(_spread(func(x, row), weight.shape[0]), Value(number, weight.shape[0]))


def _convolution(
    recorder: _Recorder,
    func: Function,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    assert x.shape[1] == weight.shape[1] * groups
    kernel = torch.zeros(1, 1, *weight.shape[2:])

    def function(x: Tensor) -> Any:
        return func(x, kernel, None, stride, padding, dilation)

    question = (func, str((kernel.shape, stride, padding, dilation)))
    return recorder.apply(question, function, (x,), channels=weight.shape[0])


def _transposed(
    recorder: _Recorder,
    func: Function,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    extra: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    assert x.shape[1] == weight.shape[0]
    kernel = torch.zeros(1, 1, *weight.shape[2:])

    def function(x: Tensor) -> Any:
        return func(x, kernel, None, stride, padding, extra, 1, dilation)

    question = (func, str((kernel.shape, stride, padding, extra, dilation)))
    return recorder.apply(question, function, (x,), channels=weight.shape[1] * groups)


def _batch_norm(
    recorder: _Recorder, func: Function, x: Tensor, *statistics: Any, training: bool, **rest: float
) -> Tensor:
    zero = torch.zeros(1)

    def function(x: Tensor) -> Any:
        return func(x, zero, zero, training=training)

    return recorder.apply((func, str(training)), function, (x,), channels=x.shape[1])


def _each_channel(
    recorder: _Recorder, func: Function, x: Tensor, *args: Any, **kwargs: Any
) -> Tensor:
    if recorder.value(x).channels is None:
        return _as_it_stands(recorder, func, x, *args, **kwargs)

    def function(x: Tensor) -> Any:
        return func(x, *args, **kwargs)

    return recorder.apply((func, str((args, kwargs))), function, (x,), channels=x.shape[1])


def _merge(recorder: _Recorder, func: Function, x: Tensor, y: Tensor) -> Tensor:
    if id(y) not in recorder.known:  # what is drawn for each example is no question of sizes
        assert y.shape == (x.shape[0], *[1] * (x.dim() - 1))
        return recorder.apply((func, "drawn"), torch.clone, (x,), channels=x.shape[1])
    assert x.shape[1] == y.shape[1]
    return recorder.apply((func, ""), func, (x, y), channels=x.shape[1])


def _shuffle(recorder: _Recorder, func: Function, x: Tensor, groups: int) -> Tensor:
    return recorder.apply((func, ""), torch.clone, (x,), channels=x.shape[1])


def _chunk(recorder: _Recorder, func: Function, x: Tensor, count: int, dim: int) -> Any:
    assert dim == 1
    parts = [part.shape[1] for part in func(x, count, dim)]
    return tuple(
        recorder.apply((func, ""), torch.clone, (x,), channels=channels) for channels in parts
    )


def _concat(recorder: _Recorder, func: Function, values: list[Tensor], dim: int) -> Tensor:
    assert dim == 1

    def function(*values: Tensor) -> Any:
        return func(values, 1)[:, :1]

    # Neither order nor repetition changes what is asked of the other sizes.
    different = {recorder.value(each).number: each for each in values}
    inputs = tuple(different[number] for number in sorted(different))
    return recorder.apply((func, ""), function, inputs, channels=sum(x.shape[1] for x in values))


def _resized(recorder: _Recorder, func: Function, x: Tensor, size: Any, **kwargs: Any) -> Tensor:
    """Interpolated to the size of a value that is there: of the first that has it."""
    known = sorted(recorder.known.values(), key=lambda one: one[1].number)
    like = next(tensor for tensor, _ in known if tensor.dim() > 2 and tensor.shape[2:] == size)

    def function(x: Tensor, like: Tensor) -> Any:
        return func(x, like.shape[2:], **kwargs)

    question = (func, str(kwargs))
    return recorder.apply(question, function, (x, like), channels=x.shape[1])


_EACH_CHANNEL: tuple[Function, ...] = (
    F.relu, F.hardtanh, F.hardswish, F.hardsigmoid, F.silu, torch.tanh, torch.sigmoid, F.dropout,
    F.max_pool2d, F.avg_pool2d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d, Tensor.mean,
    F.local_response_norm,  # which mixes channels, and asks nothing of their number
)  # fmt: skip
_THIN: Mapping[Function, Function] = {
    torch.conv2d: _convolution,
    torch.conv3d: _convolution,
    torch.conv_transpose2d: _transposed,
    F.linear: _linear,
    F.batch_norm: _batch_norm,
    torch.cat: _concat,
    F.interpolate: _resized,
    Tensor.add: _merge,
    Tensor.mul: _merge,
    Tensor.chunk: _chunk,
    F.channel_shuffle: _shuffle,
    **dict.fromkeys(_EACH_CHANNEL, _each_channel),
}
