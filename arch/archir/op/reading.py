"""Ops read backwards: from a module of torch, or a call of one of its functions, to arguments.

A class says which modules and functions it is read from (``Op.read_modules``, ``Op.read_calls``);
what is written here does the rest, by the names of the arguments, which are torch's. An op whose
arguments are not torch's overrides ``Op.read_module`` or ``Op.read_call``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from archir.base.record import Record
from archir.op.fields import REQUIRED

if TYPE_CHECKING:
    from archir.op.contract import Op


class Operand(Record):
    """A tensor among the arguments of a call: its number among the values of a trace."""

    value: int
    shape: tuple[int, ...]
    dtype: str
    weight: str = ""
    """The key of the parameter or buffer that it is; empty where it is none."""


class Weights(Record):
    """A parameter among the attributes of a module: its extents."""

    shape: tuple[int, ...]


class Made(Record):
    """A module of torch as it was found: its class, and its attributes as far as they are data."""

    kind: str
    attributes: Mapping[str, Any]


class Called(Record):
    """A call of a function or method of torch, or of a module by its class's name."""

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    training: bool = False


class Read(Record):
    """What an op is made of a module or call: its arguments, and the tensors it takes in order.

    ``owner`` are the tensors that are its own weights, by the names the op has for them.
    """

    arguments: Mapping[str, Any]
    inputs: tuple[Operand, ...]
    weights: Mapping[str, Operand] = {}


class Formal(Record):
    """One parameter of a function as a class writes it down: ``dim=-1``."""

    name: str
    default: Any
    gathers: bool = False


TENSORS = (
    *("input", "other", "tensors", "mask", "query", "key", "value", "index", "condition"),
    *("attn_mask", "grid", "theta", "tensor1", "tensor2"),
)
"""The parameters that are what flows in, whatever the function is."""

IGNORED = ("inplace", "_stacklevel", "training", "out")
"""What makes no other values, or is checked where it does."""

_DEFAULTS: Mapping[str, Any] = {"None": None, "True": True, "False": False}


@cache
def signature(text: str) -> tuple[str, tuple[Formal, ...]]:
    """``mean(input, dim, keepdim=False)`` taken apart."""
    name, _, rest = text.partition("(")
    parameters = []
    for part in filter(None, (each.strip() for each in rest.rstrip(")").split(","))):
        key, equals, default = part.partition("=")
        value = _default(default) if equals else REQUIRED
        parameters.append(Formal(key.lstrip("*"), value, key.startswith("*")))
    return name, tuple(parameters)


def _default(text: str) -> Any:
    if text in _DEFAULTS:
        return _DEFAULTS[text]
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text.strip("'\"")


def bound(text: str, call: Called) -> dict[str, Any] | None:
    """The arguments of a call by the names of a signature; None where they do not fit it."""
    _, parameters = signature(text)
    values: dict[str, Any] = {}
    args = list(call.args)
    for parameter in parameters:
        if parameter.gathers and args:
            alone = len(args) == 1 and isinstance(args[0], tuple)
            values[parameter.name] = args[0] if alone else tuple(args)
            args = []
        elif args:
            values[parameter.name] = args.pop(0)
    known = {parameter.name for parameter in parameters}
    if args or not known.issuperset(call.kwargs) or values.keys() & call.kwargs.keys():
        return None
    values.update(call.kwargs)
    for parameter in parameters:
        if parameter.name not in values:
            if parameter.default is REQUIRED:
                return None
            values[parameter.name] = parameter.default
    return values


def any_rank(function: str) -> str:
    """``conv?d`` for ``conv2d``: what is one op for any number of axes."""
    return re.sub(r"[123]d$", "?d", function)


def module_names(op: type[Op]) -> tuple[str, ...]:
    """The classes of torch that the op is read from, where it does not say others."""
    name = op.torch_name.removeprefix("torch.nn.")
    if op.read_modules or name == op.torch_name or "." in name:
        return op.read_modules
    if re.search(r"[123]d$", name):
        return tuple(f"{name[:-2]}{rank}d" for rank in (1, 2, 3))
    return (name,)


def read_call(op: type[Op], call: Called) -> Read | None:
    """The op that a call is, by the first of the op's signatures that fits it."""
    for text in op.read_calls:
        if signature(text)[0] != any_rank(call.function):
            continue
        values = bound(text, call)
        if values is not None:
            found = op.read_bound(values, call)
            if found is not None:
                return found
    return None


def by_names(op: type[Op], text_values: Mapping[str, Any], call: Called) -> Read | None:
    """Arguments by the op's own names; tensors among the rest flow in; the rest is torch's own."""
    known = op.arguments()
    inputs: list[Operand] = []
    weights: dict[str, Operand] = {}
    arguments: dict[str, Any] = {}
    for name, value in text_values.items():
        if name in IGNORED and name != "training":
            continue
        if name in op.weights and (value is None or isinstance(value, Operand)):
            if value is not None:
                weights[name] = value
            if name in known:
                arguments[name] = value is not None
        elif isinstance(value, Operand) and name in TENSORS:
            inputs.append(value)
        elif name in TENSORS and isinstance(value, tuple) and _all_tensors(value):
            inputs.extend(value)
        elif name in known:
            arguments[name] = value
        elif name == "training":
            if value is not call.training:
                return None
        elif not (_is_default(op, call, name, value) or _is_own(call, name, value)):
            return None
    return None if holds_tensor(arguments.values()) else Read(arguments, tuple(inputs), weights)


def _all_tensors(values: Sequence[Any]) -> bool:
    return all(isinstance(each, Operand) for each in values)


def _is_default(op: type[Op], call: Called, name: str, value: Any) -> bool:
    """Whether an argument that the op does not know is as if it were not given."""
    for text in op.read_calls:
        function, parameters = signature(text)
        if function == any_rank(call.function):
            return any(each.name == name and each.default == value for each in parameters)
    return False


def _is_own(call: Called, name: str, value: Any) -> bool:
    """Whether an argument asks for the dtype that the call is given."""
    first = next((each for each in call.args if isinstance(each, Operand)), None)
    return name == "dtype" and first is not None and first.dtype == value


def holds_tensor(values: Any) -> bool:
    """Whether a tensor stands anywhere in nested tuples."""
    if isinstance(values, Operand):
        return True
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        return False
    return any(holds_tensor(each) for each in values)


def read_made(op: type[Op], made: Made, call: Called) -> Read | None:
    """The arguments of an op read off a module's attributes of the same names."""
    arguments: dict[str, Any] = {}
    for name in op.arguments():
        if name in op.own_arguments or name in IGNORED or name not in made.attributes:
            continue
        value = made.attributes[name]
        if name in op.weights:
            value = value is not None and value is not False
        elif isinstance(value, Weights):
            return None
        arguments[name] = value
    return with_inputs(arguments, call)


def with_inputs(arguments: Mapping[str, Any], call: Called) -> Read | None:
    """What was read of a module that takes tensors alone, in order."""
    given = (*call.args, *call.kwargs.values())
    inputs = tuple(each for each in given if isinstance(each, Operand))
    return Read(arguments, inputs) if len(inputs) == len(given) else None
