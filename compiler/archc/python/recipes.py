"""Recipes printed: the Python calls that an op stands for, as expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import add, floordiv, mod, mul, sub, truediv
from typing import Any

from archc.python.text import Call, Const, Display, Expr, Raw, flat
from archir.op import Op, arguments_of, torch_default
from archir.recipe import (
    AllInputs,
    Arg,
    Code,
    Extent,
    Fold,
    Inferred,
    Infix,
    Input,
    Items,
    Only,
    Range,
    Subscript,
    close,
)
from archir.recipe import Call as CallCode

HINTS = {"channels": "in_channels", "features": "in_features", "constant": "size"}
"""What an inferred number is called where it becomes a constructor's parameter."""

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "//": floordiv,
    "%": mod,
    "**": pow,
}
_LOOSEST = 0
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "@": 2, "**": 3}


def construct(make: CallCode, op: Op) -> Call:
    """A module's constructor.

    Numbers at torch's defaults are in it, and marked: instances of one class may differ in them.
    """
    arguments: list[tuple[str | None, Expr]] = [
        (None, _argument(argument, op)) for argument in make.args
    ]
    order = {name: place for place, name in enumerate(arguments_of(type(op)))}
    keywords = [(name, _argument(code, op)) for name, code in make.kwargs]
    for name, value in _defaults(make, op):
        later = (i for i, (k, _) in enumerate(keywords) if order.get(k, -1) > order[name])
        keywords.insert(next(later, len(keywords)), (name, value))
    return Call(make.function, (*arguments, *keywords))


def _defaults(make: CallCode, op: Op) -> Iterator[tuple[str, Const]]:
    """The op's numbers of which the recipe does not speak, since they are torch's defaults."""
    spoken = {*_names(make), *op.own_arguments}
    for name in arguments_of(type(op)):
        value = Const(torch_default(type(op), name), name, is_default=True)
        if name not in spoken and value.is_number:
            yield name, value


def _names(code: Code) -> Iterator[str]:
    if isinstance(code, Arg):
        yield code.name
    elif isinstance(code, Infix):
        yield from _names(code.left)
        yield from _names(code.right)
    elif isinstance(code, Subscript):
        yield from _names(code.base)
    elif isinstance(code, Items):
        for item in code.items:
            yield from _names(item)
    elif isinstance(code, CallCode):
        for argument in (*code.args, *(value for _, value in code.kwargs)):
            yield from _names(argument)


def _argument(code: Code, op: Op) -> Expr:
    if isinstance(code, Arg):
        return Const(getattr(op, code.name), code.name)
    if isinstance(code, Inferred):
        return Const(code.value, HINTS.get(code.what, code.what))
    if isinstance(code, Subscript) and isinstance(code.base, Arg):
        return Const(close(code, op), code.base.name)
    if isinstance(code, Items):
        return Display("()", tuple((None, _argument(item, op)) for item in code.items))
    closed = close(code, op)
    value = number(closed)
    return expression(closed, ()) if value is None else Const(value, "size")


def number(code: Code) -> int | float | None:
    """The value of closed code that is arithmetic on numbers."""
    if isinstance(code, int | float) and not isinstance(code, bool):
        return code
    if not isinstance(code, Infix):
        return None
    left, right = number(code.left), number(code.right)
    if left is None or right is None:
        return None
    result: int | float = _ARITHMETIC[code.operator](left, right)
    return result


def expression(code: Code, inputs: Sequence[Expr]) -> Expr:
    """Closed code as Python, with these expressions for the incoming tensors."""
    if isinstance(code, Input):
        return inputs[code.index]
    if isinstance(code, AllInputs):
        return Display("[]", tuple((None, value) for value in inputs))
    if isinstance(code, Fold):
        return _fold(code.operator, inputs)
    if isinstance(code, Infix):
        return Raw(_infix(code, inputs, _LOOSEST))
    if isinstance(code, Items):
        return Display("()", tuple((None, expression(item, inputs)) for item in code.items))
    if isinstance(code, CallCode):
        return _call(code, inputs)
    if isinstance(code, Subscript):
        items = ", ".join(_index(item, inputs) for item in code.items)
        return Raw(f"{_operand(code.base, inputs)}[{items}]")
    if isinstance(code, Only):
        return expression(code.code, inputs)  # its line unpacks it
    if isinstance(code, Extent):
        return Raw(f"{_operand(Input(code.input), inputs)}.shape[{code.dim}]")
    assert not isinstance(code, Arg | Inferred), "close the code first"
    return Const(code)


_FOLDS = {"+": "sum", "*": "math.prod"}
_MOST_FOLDED = 100
"""Python's parser nests for each operator; a longer line is a call that does the same in order."""


def _fold(operator: str, inputs: Sequence[Expr]) -> Expr:
    if len(inputs) <= _MOST_FOLDED or operator not in _FOLDS:
        return Raw(f" {operator} ".join(flat(value) for value in inputs))
    others = Display("[]", tuple((None, value) for value in inputs[1:]))
    return Call(_FOLDS[operator], ((None, others), ("start", inputs[0])))


def _index(code: Code, inputs: Sequence[Expr]) -> str:
    """What stands between square brackets; colons have spaces around more than a number."""
    if not isinstance(code, Range):
        return flat(expression(code, inputs))
    bounds = [code.start, code.end] + ([] if code.step is None else [code.step])
    texts = ["" if bound is None else flat(expression(bound, inputs)) for bound in bounds]
    simple = all(bound is None or isinstance(bound, int) for bound in bounds)
    return (":" if simple else " : ").join(texts).strip().replace(":  :", "::")


def _call(code: CallCode, inputs: Sequence[Expr]) -> Call:
    args = [expression(argument, inputs) for argument in code.args]
    function = code.function
    if function.startswith("."):
        owner = flat(args.pop(0))
        simple = isinstance(code.args[0], Input | CallCode)
        function = (owner if simple else f"({owner})") + function
    kwargs = [(name, expression(argument, inputs)) for name, argument in code.kwargs]
    return Call(function, (*((None, arg) for arg in args), *kwargs))


def _infix(code: Infix, inputs: Sequence[Expr], around: int) -> str:
    binding = _BINDING[code.operator]
    left, right = (
        _infix(side, inputs, binding + shift) if isinstance(side, Infix) else _operand(side, inputs)
        for side, shift in ((code.left, 0), (code.right, 1))
    )
    simple = code.operator == "**" and left.isidentifier() and right.isalnum()
    text = f"{left}**{right}" if simple else f"{left} {code.operator} {right}"
    return f"({text})" if binding < around else text


def _operand(code: Code, inputs: Sequence[Expr]) -> str:
    text = flat(expression(code, inputs))
    folded = isinstance(code, Fold) and " " in text
    return f"({text})" if folded or text.startswith("-") else text
