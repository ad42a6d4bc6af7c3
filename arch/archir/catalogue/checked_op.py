"""Checked ops: those of installed packages, whose faults are told as faults of the package.

A declaration is examined once, when the class is loaded. What its methods raise or give is looked
at each time, so that no mistake in a package comes out as an error of the compiler or the user.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from archir.base.diagnostics import OwnOpError, Problem
from archir.base.record import Record, field_names
from archir.catalogue.announced import Announced, said
from archir.op.argument_types import is_known, shown
from archir.op.contract import Op, arguments_of
from archir.op.dependence import Edge, Folded, Parted, Taps, Unsaid, Whole
from archir.op.fields import OpType, is_verdict
from archir.op.recipe import (
    Arg,
    Call,
    Calling,
    FunctionRecipe,
    Inferred,
    Infix,
    Input,
    ModuleRecipe,
)
from archir.shapes.conditions import Check
from archir.shapes.dims import DimTooLargeError, SizeExpr
from archir.shapes.types import DTYPES, ParameterSpec, TensorType

_FUNCTION = re.compile(r"((nn|F|torch)(\.\w+)+|\.\w+|\w+(\.\w+)*:[A-Za-z_]\w*)")


def fault(found: object, one: Announced) -> str | None:
    """What is wrong with a declaration, in words."""
    if not isinstance(found, type) or not issubclass(found, Op) or found is Op:
        kind = "a class" if isinstance(found, type) else f"of type {type(found).__name__}"
        return f"{one.value} is {kind} that does not derive from archc.ops.Op"
    keyword = getattr(found, "keyword", None)
    if keyword is None:
        return f"{one.value} has no keyword"
    if keyword != one.keyword:
        return f"it is announced as {one.keyword}, and the class says {keyword!r}"
    for name, what in (("infer", "shape rule"), ("recipe", "recipe")):
        if getattr(found, name) is getattr(Op, name):
            return f"{one.value} has no {what} (the method {name})"
    weights: Any = found.weights
    if not isinstance(weights, tuple) or not all(isinstance(name, str) for name in weights):
        return f"weights of {one.value} is no tuple of names"
    if found.arity not in ("one", "many", "any"):
        return f'arity of {one.value} is none of "one", "many" and "any"'
    for name, argument in arguments_of(found).items():
        if not is_known(argument.annotation):
            why = f"the argument {name} has a type that the language has not"
            return f"{why}: {argument.annotation}"
        if argument.factory is not None:
            return f"the default of {name} is made by a function, and must be a constant"
        if not argument.is_required():
            shown(argument.default)
    return None


def checked_op(op: type[Op], one: Announced) -> type[Op]:
    """The class with what its methods raise or give looked at each time."""

    def made(self: Op, **values: Any) -> None:
        try:
            op.__init__(self, **values)
        except OwnOpError:
            raise
        except Exception as error:
            if is_verdict(error):
                raise
            raise one.error(f"checking its arguments raises {said(error)}") from error

    methods: dict[str, Any] = {
        name: _method(op, name, examine, one) for name, examine in _EXAMINED.items()
    }
    kept = {"__module__": op.__module__, "__qualname__": op.__qualname__, "__doc__": op.__doc__}
    result: Any = OpType(op.__name__, (op,), {**kept, **methods, "__init__": made})
    return result  # type: ignore[no-any-return]


_Examine = Callable[..., "str | None"]


def _method(op: type[Op], name: str, examine: _Examine, one: Announced) -> Callable[..., Any]:
    original: Callable[..., Any] = getattr(op, name)

    def method(self: Op, *arguments: Any) -> Any:
        try:
            result = original(self, *arguments)
        except (OwnOpError, DimTooLargeError):
            raise
        except Exception as error:
            raise one.error(f"its {name} raises {said(error)}") from error
        why = examine(self, result, *arguments)
        if why is not None:
            raise one.error(f"its {name} gives {_cut(result)}: {why}")
        return result

    method.__name__ = name
    return method


def _cut(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


# --- what the methods may give -----------------------------------------------------------------


def _is_dim(value: object, least: int) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return value >= least
    return isinstance(value, SizeExpr)


def _infer(_: Op, result: object, __: object, check: Check) -> str | None:
    reported: list[object] = [*check.problems]
    strange = next((p for p in reported if not isinstance(p, Problem)), None)
    if strange is not None:
        return f"it reports {_cut(strange)}, which is no Problem"
    if result is None:
        return None if check.problems else "no type, though it reports no problem"
    if not isinstance(result, tuple) or not result:
        return "not a tuple of types"
    for given in result:
        if not isinstance(given, TensorType) or not isinstance(given.shape, tuple):
            return f"{_cut(given)} is no TensorType"
        if given.dtype not in DTYPES.values():
            return f"{given.dtype!r} is none of {', '.join(DTYPES.values())}"
        if not check.problems and not all(_is_dim(dim, 1) for dim in given.shape):
            return "a dim is a number of at least 1, or made of the input's dims"
    return None


def _parameters(op: Op, result: object, _: object) -> str | None:
    if not isinstance(result, tuple) or not all(isinstance(s, ParameterSpec) for s in result):
        return "not a tuple of ParameterSpec"
    if result and not op.is_module:
        return "an op that is no module has no parameters"
    for spec in result:
        if spec.name not in op.weights:
            return f"{spec.name!r} is not among the weights of the class"
        if not all(_is_dim(extent, 0) and isinstance(extent, int) for extent in spec.shape):
            return f"the shape of {spec.name} is not made of numbers"
    return None


def _macs(_: Op, result: object, *__: object) -> str | None:
    return None if _is_dim(result, 0) else "not a number of at least 0"


def _recipe(op: Op, result: object, inputs: tuple[TensorType, ...]) -> str | None:
    if isinstance(result, ModuleRecipe):
        if not op.is_module:
            return "a module, though the class says is_module = False"
        code: object = result.make
        if not isinstance(code, Call):
            return "a module is made by a Call"
    elif isinstance(result, FunctionRecipe):
        if op.is_module:
            return "an expression; a class without a module says is_module = False"
        code = result.apply
    else:
        return "neither a ModuleRecipe nor a FunctionRecipe"
    makes = isinstance(result, ModuleRecipe)
    whys = [_part(op, part, len(inputs), makes) for part in _parts(code)]
    call: object = result.call if isinstance(result, ModuleRecipe) else None
    if call is not None:
        if not isinstance(call, Calling):
            return "how a module is called is a Calling"
        codes = (call.args, tuple(code for _, code in call.kwargs))
        whys += [_part(op, part, len(inputs), False) for part in _parts(codes)]
    return next((why for why in whys if why is not None), None)


def _channels(op: Op, result: object, inputs: tuple[TensorType, ...]) -> str | None:
    whys = (_part(op, part, len(inputs), True) for part in _parts(result))
    return next((why for why in whys if why is not None), None)


def _dependence(_: Op, result: object, edge: Edge) -> str | None:
    if result is None:
        return None
    rank, dims = len(edge.given), len(edge.made)
    if not isinstance(result, tuple) or len(result) != rank:
        return f"one access for each of the {rank} dims of the input is wanted, in a tuple"
    for access in result:
        if not isinstance(access, Taps | Whole | Folded | Parted | Unsaid):
            return f"{_cut(access)} is no Taps, WHOLE, Folded, Parted or Unsaid"
        places = access.dims if isinstance(access, Parted) else (getattr(access, "dim", None),)
        if not all(place is None or place in range(dims) for place in places):
            return f"the output has no such dim as {_cut(access)} names"
        if isinstance(access, Taps) and not (access.taps and all(map(_is_tap, access.taps))):
            return "a tap is None, or the first place, how many are read, and how far apart"
    return None


def _is_tap(tap: object) -> bool:
    if tap is None:
        return True
    if not isinstance(tap, tuple) or len(tap) != 3 or not all(isinstance(n, int) for n in tap):
        return False
    return bool(tap[1] > 0 and tap[2] > 0)


def _takes(_: Op, result: object) -> str | None:
    return None if result in ("one", "many", "any") else 'none of "one", "many" and "any"'


_EXAMINED: dict[str, _Examine] = {
    "infer": _infer,
    "parameters": _parameters,
    "macs": _macs,
    "recipe": _recipe,
    "channels": _channels,
    "dependence": _dependence,
    "takes": _takes,
}


def _parts(code: object) -> Iterator[object]:
    """A code and all codes in it; they are no deeper than the package's author has nested them."""
    waiting = [code]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, tuple):
            waiting += part
        elif isinstance(part, Call):
            waiting += (part.args, tuple(value for _, value in part.kwargs))
        elif isinstance(part, Record) and not isinstance(part, Arg | Inferred | Input):
            waiting += [getattr(part, name) for name in field_names(part)]


_OPERATORS = frozenset({"+", "-", "*", "/", "//", "%", "**", "@"})


def _part(op: Op, part: object, inputs: int, makes: bool) -> str | None:
    """What is wrong with one part of a recipe; ``makes`` is one that runs before any input."""
    if isinstance(part, Call) and not _FUNCTION.fullmatch(part.function):
        return f"{part.function!r} is no nn.…, F.…, torch.…, .method or package.module:Name"
    if isinstance(part, Arg) and part.name not in arguments_of(type(op)):
        return f"the op has no argument {part.name!r}"
    if isinstance(part, Input):
        if makes:
            return "a module is made before there is an Input"
        if not 0 <= part.index < inputs:
            return f"it has no Input({part.index})"
    if isinstance(part, Infix) and part.operator not in _OPERATORS:
        return f"{part.operator!r} is no operator"
    plain = part is None or isinstance(part, bool | int | float | str | tuple | SizeExpr | Record)
    return None if plain else f"{_cut(part)} is no part of a recipe"
