"""Stand-ins for torch: modules and tensors that only keep a record of what is done with them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from archc.python import allowed
from archc.python.library import Library

Record = list[object]
Defaults = Mapping[str, Mapping[str, object]]
"""For each torch class the arguments that may be left out, with their defaults."""


class Stage:
    """The stand-in for torch, and the record of one run."""

    def __init__(self, defaults: Defaults) -> None:
        self.trace: Record = []
        self.defaults = defaults
        self.classes: dict[str, type] = {}
        self.made = 0
        init = _Recorder(self, "nn.init")
        functional = _Recorder(self, "F")
        self.nn = _NN(self, init, functional)
        self.torch = _Torch(self)

    def load(self, name: str, *_: Any) -> Any:
        """``import`` for the source: torch is the stand-in, and of others it gets a few names."""
        return self.torch if name.split(".")[0] == "torch" else allowed.module(name)

    def read(self, owner: object, name: str) -> Any:
        """``getattr`` for the source: it reads what is registered, and nothing else."""
        held = vars(owner) if isinstance(owner, _Module) else {}
        for table in ("_modules", "_tensors"):
            if name in held.get(table, {}):
                return held[table][name]
        raise allowed.NotAllowedError(f"it reads {name} of what has no such child")

    def stand_in(self, library: Library) -> dict[str, Any]:
        """What the library calls, by name: classes of modules and functions."""
        functions = _Recorder(self, "library")
        return {
            name: _leaf_class(self, name) if name in library.modules else getattr(functions, name)
            for name in library.called.values()
        }

    def note(self, *what: object) -> Tensor:
        """Write down a computation; gives its result."""
        self.made += 1
        self.trace.append(what)
        return Tensor(self, f"value {self.made}")


class Tensor:
    """A tensor of which only the history is known."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage = stage
        self.name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.stage.note(
            "method", name, self.name, shown(args), shown(kwargs)
        )

    @property
    def shape(self) -> Tensor:
        return Tensor(self.stage, f"{self.name}.shape")

    def __float__(self) -> float:
        # For math's functions: some number that another history would not give.
        return float(1 + zlib.crc32(self.name.encode()) % 9973)

    def __iter__(self) -> Iterator[Tensor]:
        return iter([Tensor(self.stage, f"{self.name}, {index}") for index in range(2)])


def _operator(name: str) -> Any:
    def apply(self: Tensor, *others: Any) -> Tensor:
        return self.stage.note(name, self.name, shown(others))

    return apply


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "getitem"):
    setattr(Tensor, f"__{_name}__", _operator(_name))
    setattr(Tensor, f"__r{_name}__", _operator(f"r{_name}"))


class _Recorder:
    """A namespace of functions."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._stage = stage
        self._name = name

    def __getattr__(self, name: str) -> Any:
        stage, path = self._stage, f"{self._name}.{name}"
        return lambda *args, **kwargs: stage.note(path, shown(args), shown(kwargs))


class _Torch(_Recorder):
    Tensor = Tensor

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, "torch")
        self.nn = stage.nn


class _Module:
    """nn.Module, as far as printed source uses it."""

    training = True

    def __init__(self) -> None:
        self.__dict__["_modules"] = {}
        self.__dict__["_tensors"] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, _Module):
            self.__dict__.pop(name, None)
            self._modules[name] = value
        elif isinstance(value, Tensor):
            self._tensors[name] = value
        else:
            self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        for table in ("_modules", "_tensors"):
            found = self.__dict__.get(table, {})
            if name in found:
                return found[name]
        raise AttributeError(name)

    def add_module(self, name: str, module: Any) -> None:
        self._modules[name] = module

    def register_buffer(self, name: str, tensor: Any) -> None:
        self._tensors[name] = tensor

    register_parameter = register_buffer

    # Lists, since the frame of a generator leads to all that is.

    def named_modules(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        waiting: list[tuple[str, Any]] = [("", self)]
        while waiting:
            path, module = waiting.pop()
            found.append((path, module))
            inner = [(f"{path}.{n}" if path else n, m) for n, m in module._modules.items()]
            waiting += reversed(inner)
        return found

    def modules(self) -> list[Any]:
        return [module for _, module in self.named_modules()]

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(*inputs)

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError


class _Container(_Module):
    def __init__(self, *modules: Any) -> None:
        super().__init__()
        items: Any = enumerate(modules)
        if len(modules) == 1 and isinstance(modules[0], dict):
            items = modules[0].items()
        elif len(modules) == 1 and isinstance(modules[0], list):
            items = enumerate(modules[0])
        for name, module in items:
            self.add_module(str(name), module)

    def __getitem__(self, key: Any) -> Any:
        return self._modules[str(key)]


class _Sequential(_Container):
    def forward(self, *inputs: Any) -> Any:
        (value,) = inputs
        for module in self._modules.values():
            value = module(value)
        return value


class _NN:
    """torch.nn: the containers, and any other class as a leaf."""

    Module = _Module
    Sequential = _Sequential
    ModuleList = _Container
    ModuleDict = _Container

    def __init__(self, stage: Stage, init: _Recorder, functional: _Recorder) -> None:
        self._stage = stage
        self.init = init
        self.functional = functional

    def Parameter(self, tensor: Tensor) -> Tensor:  # noqa: N802  (torch's own name)
        return self._stage.note("nn.Parameter", tensor.name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        stage = self._stage
        if name not in stage.classes:
            stage.classes[name] = _leaf_class(stage, f"nn.{name}")
        return stage.classes[name]


def _leaf_class(stage: Stage, function: str) -> type:
    known = stage.defaults.get(function, {})

    class Leaf(_Module):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__()
            given = {
                name: value
                for name, value in kwargs.items()
                if not (name in known and _same(known[name], value))
            }
            stage.made += 1
            self.__dict__["key"] = f"module {stage.made}"
            self.__dict__["without"] = {n for n, v in kwargs.items() if v is False}
            stage.trace.append((function, shown(args), shown(given)))

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            if name in self.without or ("affine" in self.without and name in ("weight", "bias")):
                return None
            return Tensor(stage, f"{self.key}.{name}")

        def __setattr__(self, name: str, value: Any) -> None:
            self.__dict__[name] = value

        def forward(self, *inputs: Any) -> Any:
            return stage.note("call", self.key, shown(inputs))

    return Leaf


def _same(left: object, right: object) -> bool:
    return type(left) is type(right) and left == right


def shown(value: Any) -> object:
    """A value as the record keeps it: tensors by name, numbers with their type."""
    if isinstance(value, Tensor):
        return value.name
    if isinstance(value, list | tuple):
        return tuple(shown(item) for item in value)
    if isinstance(value, slice):
        return ("slice", shown((value.start, value.stop, value.step)))
    if isinstance(value, dict):
        return tuple(sorted((name, shown(item)) for name, item in value.items()))
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53:
        return float(value)  # torch takes 2 where it takes 2.0
    return (type(value).__name__, repr(value))
