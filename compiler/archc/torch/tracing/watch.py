"""A run of a module under fake tensors, every call written down.

A ``TorchFunctionMode`` sees what is called of torch, and ``nn.Module.__call__`` is watched while it
runs. Nothing is computed: shapes alone flow, and weights stay as they are. What hangs on nothing
that flows in (a mask made of sizes) is computed beside it for real, since its elements are data.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, ValuesView
from contextlib import contextmanager, redirect_stdout
from types import FrameType
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode, unset_fake_temporarily
from torch.nn.modules.batchnorm import _BatchNorm
from torch.overrides import TorchFunctionMode

from archc.torch.tracing.record import CallSeen, Trace, Value
from archc.torch.tracing.views import UnsaidError, View, whole
from archir.op.reading import Called, Made, Operand, Weights

SILENT = (
    frozenset(
        (
            "__get__",
            "__set__",
            "__len__",
            "__format__",
            "__repr__",
            "_assert",
            "size",
            "dim",
            "numel",
        )
    )
    | frozenset(
        ("stride", "is_floating_point", "is_contiguous", "is_complex", "ndimension", "get_device")
    )
    | frozenset(
        ("type", "is_nested", "data_ptr", "requires_grad_", "storage_offset", "untyped_storage")
    )
)
"""What asks about a tensor and makes none."""

PROPERTIES = frozenset(("T", "mT"))
"""Attributes of a tensor that are tensors."""

OPERATORS = {"__and__": "logical_and", "__or__": "logical_or", "__xor__": "logical_xor"}
"""Operators that are other functions for truths, which alone the language has them for."""

SHAPED = frozenset(
    ("new_zeros", "new_ones", "new_full", "new_tensor", "zeros_like", "ones_like", "full_like")
)
"""What is made like a tensor, and does not hang on its elements."""

SAME = {
    "truediv": "div",
    "true_divide": "div",
    "divide": "div",
    "multiply": "mul",
    "subtract": "sub",
}
SAME |= {"concat": "cat", "concatenate": "cat", "view": "reshape", "negative": "neg"}
SAME |= {"invert": "logical_not", "swapaxes": "transpose", "absolute": "abs", "clip": "clamp"}
SAME |= {"view_as": "reshape_as", "greater": "gt", "less": "lt", "not_equal": "ne"}
SAME |= {"greater_equal": "ge", "less_equal": "le", "rtruediv": "rdiv", "broadcast_to": "expand"}
SAME |= {"swapdims": "transpose", "moveaxis": "movedim", "special_expit": "sigmoid"}
"""Names of one function that is known by another."""


OURS = __package__.rpartition(".")[0] + "."
"""What the modules begin with that watch, and that make networks of files."""

Written: TypeAlias = tuple[set[int], int, int]
"""The values that share memory, which one was written into, and what that is now."""


class TracingError(Exception):
    """A module that cannot be watched: what was called, in which module, on which line."""

    def __init__(self, said: str, path: str, place: str) -> None:
        super().__init__(said)
        self.said, self.path, self.place = said, path, place


def watch(
    net: nn.Module,
    inputs: list[Tensor],
    known: Mapping[str, str],
    *,
    training: bool,
) -> Trace:
    """What the module does with inputs of these shapes. ``known`` are the classes that ops are
    read from, by their full name, and what they are called there."""
    # Fake tensors work on counters for real: 0-dim integers are known to them.
    kept = [(buffer, buffer.clone()) for buffer in net.buffers()]
    was = {module: module.training for module in net.modules()}
    watcher = _Watcher(net, known, training)
    net.train(training)
    try:
        with (
            _in_silence(),
            torch.random.fork_rng(devices=[]),
            redirect_stdout(sys.stderr),
            FakeTensorMode(allow_non_fake_inputs=True) as fake,
        ):
            given: list[Tensor] = [fake.from_tensor(tensor) for tensor in inputs]
            with _calls_of(watcher), watcher:
                return watcher.run(given)
    except TracingError:
        raise
    except Exception as error:
        raise TracingError(_words(error), watcher.path, watcher.place) from error
    finally:
        for module, mode in was.items():
            module.training = mode
        with torch.no_grad():
            for buffer, before in kept:
                if not torch.equal(buffer, before):
                    buffer.copy_(before)


def _words(error: Exception) -> str:
    kind = type(error).__name__
    if kind in ("DataDependentOutputException", "DynamicOutputShapeException"):
        return "what is done hangs on the elements of a tensor"
    first = str(error).strip().split("\n")[0]
    return f"{kind}: {first}"


@contextmanager
def _in_silence() -> Iterator[None]:
    """Without what torch logs of a shape that does not fit: it is an answer here."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _calls_of(watcher: _Watcher) -> Iterator[None]:
    original = nn.Module.__call__

    def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        return watcher.module(original, module, args, kwargs)

    own = torch.autograd.Function.__dict__["apply"]

    def apply(function: type, *_: Any, **__: Any) -> Any:
        watcher.refuse(f"{function.__name__} has a gradient of its own")

    nn.Module.__call__ = call  # type: ignore[method-assign]
    torch.autograd.Function.apply = classmethod(apply)
    try:
        yield
    finally:
        torch.autograd.Function.apply = own
        nn.Module.__call__ = original  # type: ignore[method-assign]


class _Watcher(TorchFunctionMode):
    def __init__(self, net: nn.Module, known: Mapping[str, str], training: bool) -> None:
        super().__init__()
        self.net = net
        self.known = known
        self.training = training
        self.paths = {id(module): path for path, module in net.named_modules()}
        self.weights: dict[int, str] = {}
        for key, tensor in (*net.named_parameters(), *net.named_buffers()):
            self.weights.setdefault(id(tensor), key)
        self.values: list[Value] = []
        self.numbers: dict[int, int] = {}
        self.kept: list[Tensor] = []
        self.real: dict[int, Tensor] = {}
        self.stale: dict[int, str] = {}
        self.storages: dict[int, set[int]] = {}
        self.views: dict[int, View] = {}
        self.around: list[Tensor] = []
        """What was made to put values together again: kept, so that no number is another's."""
        self.bodies: list[list[CallSeen]] = [[]]
        self.passed: list[list[tuple[Tensor, int, int]]] = [[]]
        """By module what an Identity in it gave on: a value of its own, outside of it the same."""
        self.path = ""
        self.place = ""
        self.depth = 0
        self.locals: dict[int, str] = {}
        self.frames: list[FrameType | None] = [None]

    def refuse(self, said: str) -> None:
        """What cannot be watched, on the line that has called it."""
        raise TracingError(said, self.path, _place(_frame()))

    def run(self, given: list[Tensor]) -> Trace:
        inputs = tuple([self.see(tensor) for tensor in given])
        self.net(*given)
        root = self.bodies[0][-1]
        names = _parameters(self.net, len(given))
        return Trace(
            inputs, names, root.body or [root], root.results, root.fields, self.values, self.locals
        )

    # --- values ---------------------------------------------------------------------------------

    def see(self, tensor: Tensor, *, anew: bool = False) -> int:
        """The number of a tensor; ``anew`` where it was just made, or written into."""
        key = id(tensor)
        if not anew and key in self.numbers:
            return self.numbers[key]
        number = len(self.values)
        weight = "" if anew else self.weights.get(key, "")
        self.values.append(Value(tuple(tensor.shape), _word(tensor), weight))
        self.numbers[key] = number
        self.kept.append(tensor)
        self.storages.setdefault(_storage(tensor), set()).add(number)
        return number

    def operand(self, value: Any) -> Any:
        """A value of Python as data; tensors become operands."""
        if isinstance(value, Tensor):
            number = self.current(value)
            seen = self.values[number]
            return Operand(number, seen.shape, seen.dtype, seen.weight)
        if isinstance(value, tuple | list):
            return tuple([self.operand(each) for each in value])
        if isinstance(value, slice):
            return ("slice", self.operand(value.start), self.operand(value.stop), value.step)
        if isinstance(value, torch.dtype):
            return str(value).removeprefix("torch.")
        if value is Ellipsis:
            return "..."
        if value is None or isinstance(value, bool | int | float | str):
            return value
        return f"<{type(value).__name__}>"

    def current(self, tensor: Tensor) -> int:
        """The number of a tensor that is used, into which nothing wrote through another one."""
        number = self.see(tensor)
        if number in self.stale:
            said = f"{self.stale[number]} writes into memory that another tensor shows"
            raise TracingError(said, self.path, self.place)
        return number

    def results(self, value: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The numbers of the tensors that came back, and their names where they have any."""
        if isinstance(value, Tensor):
            return (self.current(value),), ()
        if isinstance(value, Mapping):
            pairs = [(str(key), each) for key, each in value.items() if each is not None]
        elif isinstance(value, tuple) and hasattr(value, "_fields"):
            found = zip(value._fields, value, strict=True)
            pairs = [(key, each) for key, each in found if each is not None]
        elif isinstance(value, tuple | list):
            pairs = [("", each) for each in value if each is not None]
        else:
            return (), ()
        numbers: list[int] = []
        names: list[str] = []
        for key, each in pairs:
            inner, fields = self.results(each)
            numbers.extend(inner)
            names.extend([key] if len(inner) == 1 else [f"{key}_{n}" for n in range(len(inner))])
            del fields
        return tuple(numbers), tuple(names) if any(names) else ()

    # --- functions ------------------------------------------------------------------------------

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", str(func))
        if name == "__get__":
            name = getattr(getattr(func, "__self__", None), "__name__", name)
            name = name if name in PROPERTIES else "__get__"
        # torch.linalg.vector_norm is called linalg_vector_norm there.
        name = name.removeprefix("linalg_").removeprefix("special_")
        if self.depth or name in SILENT:
            return func(*args, **kwargs)
        frame = _frame()
        self.place = _place(frame)
        self.name_locals(frame)
        # The name of a function, with what it was given as it was before the call.
        given = tuple([self.operand(each) for each in args])
        named = {key: self.operand(each) for key, each in kwargs.items()}
        self.depth += 1
        try:
            result = func(*args, **kwargs)
        finally:
            self.depth -= 1
        if name == "__setitem__":
            self.written(args[0], func, args, kwargs)
            return result
        made = [each for each in _flat(result) if isinstance(each, Tensor)]
        if not made:
            return result
        self.note(func, name, args, kwargs, given, named, made)
        return result

    def note(
        self,
        func: Any,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        given: tuple[Any, ...],
        named: Mapping[str, Any],
        made: list[Tensor],
    ) -> None:
        inside = [
            each for each in (*_flat(args), *_flat(kwargs.values())) if isinstance(each, Tensor)
        ]
        before = {id(each) for each in inside}
        in_place = any(id(each) in before for each in made) and _writes(name, kwargs)
        same = not in_place and all(id(each) in before for each in made)
        if same and "dropout" not in name:
            return  # it gave back what it was given: a contiguous() that has nothing to do
        constant = not name.startswith("dropout") and all(
            name in SHAPED or self.values[self.numbers[id(each)]].is_constant for each in inside
        )
        filled = _filled(name, args) if in_place and not constant else None
        was = _first(given)
        numbers, writes = self.made(made, was, filled, in_place=in_place)
        if not in_place and self.is_view(made, was):
            self.views[numbers[0]] = View(was, canonical(name), tuple(args[1:]))
        if constant:
            self.compute(func, args, kwargs, inside, numbers)
        if filled is not None:
            self.settle(writes, name, constant=False)
            return
        called = Called(canonical(name), given, named, self.training)
        self.bodies[-1].append(
            CallSeen(
                self.path,
                self.place,
                called,
                results=tuple(numbers),
                in_place=in_place,
                constant=constant,
            )
        )
        self.settle(writes, name, constant=constant)

    def made(
        self, made: list[Tensor], was: int, filled: float | None, *, in_place: bool
    ) -> tuple[list[int], list[Written]]:
        """The numbers of what a function made, and where it wrote into what was there."""
        numbers: list[int] = []
        writes: list[Written] = []
        for each in made:
            sharing = set(self.storages.get(_storage(each), ())) if in_place else set()
            if filled is not None:
                self.constant_like(each, filled)
            else:
                self.see(each, anew=True)
            numbers.append(self.numbers[id(each)])
            if in_place:
                writes.append((sharing, was, numbers[-1]))
        return numbers, writes

    def is_view(self, made: list[Tensor], was: int) -> bool:
        """Whether what was made shows the memory of the first that was given."""
        return was >= 0 and len(made) == 1 and _storage(made[0]) == _storage(self.kept[was])

    def settle(self, writes: list[Written], name: str, *, constant: bool) -> None:
        """What was written through a view is put back into what the view is of."""
        for sharing, was, now in writes:
            if not constant:
                self.put_back(was, now)
            self.spoil(sharing, now, name)

    def put_back(self, was: int, now: int) -> None:
        """What a value is a part of is made anew, once it is another one; so is what that is of."""
        view = self.views.get(was)
        if view is None:
            return
        outer = self.kept[view.of]
        if self.numbers[id(outer)] != view.of or view.of in self.stale:
            return
        try:
            made = whole(view, outer, self.kept[now], self.emit)
        except UnsaidError:
            return
        number = self.numbers[id(made)]
        self.numbers[id(outer)] = number
        self.kept[number] = outer
        self.storages.setdefault(_storage(outer), set()).add(number)
        self.views[now] = View(number, view.function, view.args)
        self.put_back(view.of, number)

    def emit(self, name: str, function: Any, *args: Any) -> Tensor:
        """A call that is not the module's own, and stands for what it does in memory."""
        given = tuple([self.operand(each) for each in args])
        self.depth += 1
        try:
            made: Tensor = function(*args)
        finally:
            self.depth -= 1
        self.around.append(made)
        called = Called(name, given, {}, self.training)
        number = self.see(made, anew=True)
        self.bodies[-1].append(CallSeen(self.path, self.place, called, results=(number,)))
        return made

    def constant_like(self, tensor: Tensor, value: float) -> None:
        """A tensor that has become one number everywhere: that number, expanded to its extents."""
        with unset_fake_temporarily():
            one = torch.full((1,) * tensor.dim(), value, dtype=tensor.dtype)
        self.depth += 1
        try:
            small = tensor.new_empty(one.shape)
        finally:
            self.depth -= 1
        self.around.append(small)
        self.fill(self.see(small, anew=True), one)
        made = self.emit("expand", Tensor.expand, small, tuple(tensor.shape))
        number = self.numbers[id(made)]
        self.numbers[id(tensor)] = number
        self.kept[number] = tensor
        self.storages.setdefault(_storage(tensor), set()).add(number)

    def spoil(self, sharing: set[int], new: int, name: str) -> None:
        """Views of memory that was written into are not what they were when they were made."""
        for number in sharing:
            now = self.numbers.get(id(self.kept[number]), number)
            if number != new and now == number:
                self.stale[number] = name

    def written(
        self,
        target: Tensor,
        func: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        """``x[…] = y``: of a constant its elements change, of other tensors it cannot be said."""
        number = self.see(target)
        inside = [each for each in _flat(args) if isinstance(each, Tensor)]
        if all(self.values[self.numbers[id(each)]].is_constant for each in inside):
            with unset_fake_temporarily():
                func(*self.really(args), **kwargs)
            self.fill(number, self.real[number])
            return
        _, index, value = args
        part = self.emit("getitem", Tensor.__getitem__, target, index)
        was = self.numbers[id(part)]
        self.views[was] = View(number, "getitem", (index,))
        sharing = set(self.storages.get(_storage(target), ()))
        if isinstance(value, Tensor):
            if value.shape != part.shape:
                value = self.emit("expand", Tensor.expand, value, tuple(part.shape))
            now = self.current(value)
        else:
            self.constant_like(part, value)
            now = self.numbers[id(part)]
        self.put_back(was, now)
        if self.numbers[id(target)] == number:
            raise TracingError("x[…] = y writes into a part of a tensor", self.path, self.place)
        self.spoil(sharing - {was, now}, self.numbers[id(target)], "x[…] = y")

    def compute(
        self,
        func: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        inside: list[Tensor],
        numbers: list[int],
    ) -> None:
        """The elements of what hangs on nothing that flows in."""
        unknown = [each for each in inside if self.numbers[id(each)] not in self.real]
        if unknown and getattr(func, "__name__", "") not in SHAPED:
            return
        with unset_fake_temporarily():
            found = func(*self.really(args), **{k: self.really(v) for k, v in kwargs.items()})
        for number, tensor in zip(numbers, _flat(found), strict=False):
            if isinstance(tensor, Tensor):
                self.fill(number, tensor)

    def really(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            known = self.real.get(self.numbers[id(value)])
            return torch.empty(value.shape, dtype=value.dtype) if known is None else known
        if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
            return type(value)([self.really(each) for each in value])
        return value

    def fill(self, number: int, tensor: Tensor) -> None:
        self.real[number] = tensor
        seen = self.values[number]
        self.values[number] = Value(seen.shape, seen.dtype, "", tensor, True)

    def name_locals(self, frame: FrameType | None) -> None:
        """What the variables of a forward call the values: they are good names."""
        if frame is None:
            return
        for name, value in frame.f_locals.items():
            if isinstance(value, Tensor) and id(value) in self.numbers:
                self.locals.setdefault(self.numbers[id(value)], name)

    # --- modules --------------------------------------------------------------------------------

    def module(self, original: Any, module: nn.Module, args: Any, kwargs: Any) -> Any:
        if self.depth or id(module) not in self.paths:
            return original(module, *args, **kwargs)
        frame = sys._getframe(2)
        outer, place = self.path, _place(_outside(frame))
        self.name_locals(_outside(frame))
        self.path, self.place = self.paths[id(module)], place
        given = tuple([self.operand(each) for each in args])
        named = {key: self.operand(each) for key, each in kwargs.items()}
        kind = self.kind_of(module)
        call = CallSeen(self.path, place, Called(kind, given, named, self.training))
        call.made = None if not kind else Made(kind, attributes(module))
        written: list[Written] = []
        if kind:
            result, written = self.leaf(original, module, call, args, kwargs)
        else:
            result = self.own(original, module, call, args, kwargs)
            call.inputs = (*given, *named.values())
        self.bodies[-1].append(call)
        if kind:
            self.settle(written, kind, constant=False)
        self.path = outer
        return result

    def leaf(
        self, original: Any, module: nn.Module, call: CallSeen, args: Any, kwargs: Any
    ) -> tuple[Any, list[Written]]:
        """A module of torch's own is called: what it gives, and where it wrote."""
        before = {id(each) for each in (*_flat(args), *_flat(kwargs.values()))}
        sharing: dict[int, set[int]] = {
            id(each): set(self.storages.get(_storage(each), ()))
            for each in _flat(args)
            if isinstance(each, Tensor)
        }
        self.depth += 1
        try:
            result = (
                like_its_input(*args)
                if isinstance(module, _BatchNorm)
                else original(module, *args, **kwargs)
            )
        finally:
            self.depth -= 1
        made = [each for each in _flat(result) if isinstance(each, Tensor)]
        writes = bool(getattr(module, "inplace", False))
        written: list[Written] = []
        for each in made:
            if id(each) not in before or writes:
                was = self.numbers.get(id(each), -1)
                number = self.see(each, anew=True)
                if id(each) in before:
                    written.append((sharing.get(id(each), set()), was, number))
                    call.in_place = True
            else:  # an Identity, or a Dropout in evaluation: a value of its own all the same
                was = self.numbers[id(each)]
                self.passed[-1].append((each, was, self.see(each, anew=True)))
        call.results = tuple([self.numbers[id(each)] for each in made])
        return result, written

    def own(self, original: Any, module: nn.Module, call: CallSeen, args: Any, kwargs: Any) -> Any:
        """A user's module is called: what it calls is written down in its body."""
        self.bodies.append([])
        self.passed.append([])
        result = original(module, *args, **kwargs)
        call.body = self.bodies.pop()
        call.results, call.fields = self.results(result)
        returned = {id(each) for each in _flat(result)}
        for tensor, was, now in reversed(self.passed.pop()):
            if self.numbers[id(tensor)] == now and id(tensor) not in returned:
                self.numbers[id(tensor)] = was
        return result

    def kind_of(self, module: nn.Module) -> str:
        """What the class is called where ops are read from it; empty where it is a user's own."""
        for base in type(module).__mro__:
            name = self.known.get(f"{base.__module__}.{base.__qualname__}")
            if name is not None:
                own = getattr(type(module), "forward", None) is getattr(base, "forward", None)
                return name if own and not _hooked(module) else ""
            if base is nn.Module:
                break
        return ""


def like_its_input(given: Tensor) -> Tensor:
    """What a batch norm makes, without its arithmetic: half of a trace is that."""
    return torch.empty_like(given)


def _hooked(module: nn.Module) -> bool:
    return bool(getattr(module, "parametrizations", None))


def attributes(module: nn.Module) -> Mapping[str, Any]:
    """What a module says of itself as far as it is data; of its parameters, their extents."""
    found: dict[str, Any] = {}
    for name, value in vars(module).items():
        if name.startswith("_") or name == "training":
            continue
        if value is None or isinstance(value, bool | int | float | str):
            found[name] = value
        elif isinstance(value, tuple | list) and all(
            each is None or isinstance(each, bool | int | float | str) for each in value
        ):
            found[name] = tuple(value)
    for name, tensor in (*module._parameters.items(), *module._buffers.items()):
        found[name] = None if tensor is None else Weights(tuple(tensor.shape))
    return found


def canonical(name: str) -> str:
    """One name for a function of torch, a method, and an operator: ``__iadd__`` is ``add``."""
    name = name.partition(".")[0]  # an overload of aten's, as programs call them: add.Tensor
    if name in OPERATORS:
        return OPERATORS[name]
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        if name.startswith("i") and name[1:] in ("add", "sub", "mul", "truediv", "pow", "matmul"):
            name = name[1:]
    elif name.endswith("_") and not name.startswith("_"):
        name = name[:-1]
    return SAME.get(name, name)


def _writes(name: str, kwargs: Mapping[str, Any]) -> bool:
    inner = name.strip("_")
    operator = name.startswith("__i") and inner not in ("invert", "index", "int")
    return (
        operator
        or (name.endswith("_") and not name.startswith("_"))
        or bool(kwargs.get("inplace", False))
    )


def _first(given: tuple[Any, ...]) -> int:
    """The number of the tensor that a function is given first; below zero where there is none."""
    return given[0].value if given and isinstance(given[0], Operand) else -1


def _filled(name: str, args: tuple[Any, ...]) -> float | None:
    """The number that a function writes everywhere; None where it does something else."""
    if name == "zero_":
        return 0
    number = args[1] if name == "fill_" and len(args) == 2 else None
    return number if isinstance(number, bool | int | float) else None


def _flat(value: Any) -> list[Any]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Mapping):
        value = value.values()
    if not isinstance(value, tuple | list | ValuesView):
        return [value]
    return [inner for each in value for inner in _flat(each)]


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _word(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _frame() -> FrameType | None:
    return _outside(sys._getframe(2))


def _outside(frame: FrameType | None) -> FrameType | None:
    """The nearest frame that is neither torch's nor ours."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(("torch.", OURS)) and module not in ("torch", "contextlib"):
            return frame
        frame = frame.f_back
    return None


def _place(frame: FrameType | None) -> str:
    return "" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _parameters(net: nn.Module, count: int) -> tuple[str, ...]:
    """What the module's forward calls its inputs."""
    import inspect

    names = [
        name
        for name, each in inspect.signature(net.forward).parameters.items()
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    return tuple((names + [f"x{n}" for n in range(count)])[:count])
