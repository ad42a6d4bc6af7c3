"""A run of a module under fake tensors, every call written down.

A ``TorchFunctionMode`` sees what is called of torch, and ``nn.Module.__call__`` is watched while it
runs. Nothing is computed: shapes alone flow, and weights stay as they are. What hangs on nothing
that flows in (a mask made of sizes) is computed beside it for real, since its elements are data.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.modules.batchnorm import _BatchNorm

from archc.torch.tracing.frames import outside, place_of, variables
from archc.torch.tracing.memory import Memory, Written
from archc.torch.tracing.names import (
    PROPERTIES,
    SHAPED,
    SILENT,
    canonical,
    filled_with,
    writes_into,
)
from archc.torch.tracing.numbering import TracingError, flat, storage
from archc.torch.tracing.record import CallSeen, Trace
from archc.torch.tracing.views import View
from archir.op.reading import Called, Made, Operand, Weights


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
    held = [
        (inner, inner.copy())
        for module in net.modules()
        for inner in (vars(module), *vars(module).values())
        if isinstance(inner, dict | list)
    ]
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
        for inner, contents in held:
            _as_before(inner, contents)  # a table that a forward keeps is a fake one here
        for module, mode in was.items():
            module.training = mode
        with torch.no_grad():
            for buffer, before in kept:
                if not torch.equal(buffer, before):
                    buffer.copy_(before)


def _as_before(now: Any, before: Any) -> None:
    """Undo what was put into a dict or a list while a module ran."""
    if isinstance(now, list):
        now[:] = before
        return
    if len(now) != len(before) or any(now.get(key) is not each for key, each in before.items()):
        now.clear()
        now.update(before)


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


class _Watcher(Memory):
    def run(self, given: list[Tensor]) -> Trace:
        inputs = tuple([self.see(tensor) for tensor in given])
        self.net(*given)
        root = self.bodies[0][-1]
        names = _parameters(self.net, len(given))
        return Trace(
            inputs, names, root.body or [root], root.results, root.fields, self.values, self.locals
        )

    # --- functions ------------------------------------------------------------------------------

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", str(func))
        if name == "__get__":
            name = getattr(getattr(func, "__self__", None), "__name__", name)
            name = name if name in PROPERTIES else "__get__"
        if self.depth or name in SILENT:
            return func(*args, **kwargs)
        frame = sys._getframe(1)
        self.place = place_of(outside(frame))
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
        made = [each for each in flat(result) if isinstance(each, Tensor)]
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
            each for each in (*flat(args), *flat(kwargs.values())) if isinstance(each, Tensor)
        ]
        before = {id(each) for each in inside}
        in_place = any(id(each) in before for each in made) and writes_into(name, kwargs)
        same = not in_place and all(id(each) in before for each in made)
        if same and "dropout" not in name:
            return  # it gave back what it was given: a contiguous() that has nothing to do
        constant = not name.startswith("dropout") and all(
            name in SHAPED or self.values[self.numbers[id(each)]].is_constant for each in inside
        )
        filled = filled_with(name, args) if in_place and not constant else None
        was = first_of(given)
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
            sharing = set(self.storages.get(storage(each), ())) if in_place else set()
            if filled is not None:
                self.constant_like(each, filled)
            else:
                self.see(each, anew=True)
            numbers.append(self.numbers[id(each)])
            if in_place:
                writes.append((sharing, was, numbers[-1]))
        return numbers, writes

    def name_locals(self, frame: FrameType | None) -> None:
        """What the variables of a forward call the values: they are good names."""
        for name, value in variables(frame).items():
            if isinstance(value, Tensor) and id(value) in self.numbers:
                self.locals.setdefault(self.numbers[id(value)], name)

    # --- modules --------------------------------------------------------------------------------

    def module(self, original: Any, module: nn.Module, args: Any, kwargs: Any) -> Any:
        if self.depth or id(module) not in self.paths:
            return original(module, *args, **kwargs)
        frame = sys._getframe(2)
        outer, place = self.path, place_of(outside(frame))
        self.name_locals(frame)
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
        before = {id(each) for each in (*flat(args), *flat(kwargs.values()))}
        sharing: dict[int, set[int]] = {
            id(each): set(self.storages.get(storage(each), ()))
            for each in flat(args)
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
        made = [each for each in flat(result) if isinstance(each, Tensor)]
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
        returned = {id(each) for each in flat(result)}
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


def first_of(given: tuple[Any, ...]) -> int:
    """The number of the tensor that a function is given first; below zero where there is none."""
    return given[0].value if given and isinstance(given[0], Operand) else -1


def _parameters(net: nn.Module, count: int) -> tuple[str, ...]:
    """What the module's forward calls its inputs."""
    import inspect

    names = [
        name
        for name, each in inspect.signature(net.forward).parameters.items()
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    return tuple((names + [f"x{n}" for n in range(count)])[:count])
