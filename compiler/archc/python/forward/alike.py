"""One code for what instances read off their inputs in different ways.

A size is read off an input where it varies, and is a number where it does not: ``x.shape[1]`` in
one use of a block, and 50 in another. What is once a size is elsewhere a number of times that. And
what has torch's default is not said where it is called so.
"""

from __future__ import annotations

from collections.abc import Sequence

from archir.base.record import replaced
from archir.op.contract import Op
from archir.op.recipe import Arg, Call, Code, Extent, Infix
from archir.shapes.arithmetic import add, floor_div, multiply, subtract
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

Types = Sequence[TensorType]

_MADE = {"+": add, "-": subtract, "*": multiply, "//": floor_div}


def shared(codes: Sequence[Code], types: Sequence[Types]) -> Code | None:
    """The code of one instance that gives in each what its own gives; None if there is none.

    ``types`` are those of what flows into the line, for each instance.
    """
    wanted = [extent(code, inputs) for code, inputs in zip(codes, types, strict=True)]
    if None in wanted:
        return None
    for code in dict.fromkeys(code for code in codes if not isinstance(code, int)):
        if [extent(code, inputs) for inputs in types] == wanted:
            return code
    return None


def extent(code: Code, inputs: Types) -> Dim | None:
    """What a code gives for inputs of these types; None where it is no arithmetic on extents."""
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    if isinstance(code, Extent) and code.input < len(inputs):
        shape = inputs[code.input].shape
        return shape[code.dim] if -len(shape) <= code.dim < len(shape) else None
    if not isinstance(code, Infix) or code.operator not in _MADE:
        return None
    left, right = extent(code.left, inputs), extent(code.right, inputs)
    if left is None or right is None or (code.operator == "//" and right == 0):
        return None
    return _MADE[code.operator](left, right)


def with_factors(codes: Sequence[Code]) -> Sequence[Code]:
    """The codes, with a factor of 1 where others have a number as their last factor."""
    for operator in ("*", "//"):
        times = [_is_times(code, operator) for code in codes]
        if any(times) and not all(times):
            return [
                code if is_times else Infix(operator, code, 1)
                for code, is_times in zip(codes, times, strict=True)
            ]
    return codes


def _is_times(code: Code, operator: str) -> bool:
    return isinstance(code, Infix) and code.operator == operator and isinstance(code.right, int)


def is_called_alike(codes: Sequence[Code]) -> bool:
    """Whether calls say the same arguments by their names."""
    return len({tuple(name for name, _ in c.kwargs) for c in codes if isinstance(c, Call)}) < 2


def with_defaults(
    codes: Sequence[Code], recipes: Sequence[Code], ops: Sequence[Op]
) -> tuple[list[Code], Code]:
    """Calls, each with the arguments that another one says and it leaves to their defaults, and
    the recipe of all these.
    """
    given: dict[str, Arg] = {}
    for recipe in recipes:
        kwargs = recipe.kwargs if isinstance(recipe, Call) else ()
        given.update({name: arg for name, arg in kwargs if isinstance(arg, Arg)})
    made: list[Code] = []
    for call, op in zip(codes, ops, strict=True):
        if not isinstance(call, Call) or not {name for name, _ in call.kwargs} <= given.keys():
            return list(codes), recipes[0]
        own = dict(call.kwargs)
        said = [(name, own.get(name, getattr(op, arg.name))) for name, arg in given.items()]
        made.append(replaced(call, kwargs=tuple(said)))
    first = recipes[0]
    assert isinstance(first, Call)
    return made, replaced(first, kwargs=tuple(given.items()))
