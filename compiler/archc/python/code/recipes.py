"""Recipes printed: the Python calls that an op stands for, and torch's containers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from archc.python.code.identifiers import attribute, is_plain
from archc.python.code.layout import WIDTH, Call, Const, Display, Expr, Raw, flat, string
from archir.base.operators import ARITHMETIC
from archir.base.record import Record
from archir.graph.modules import Holder
from archir.op.recipe import (
    AllInputs,
    Arg,
    Code,
    Device,
    Extent,
    Fold,
    Inferred,
    Infix,
    Input,
    Items,
    Only,
    Range,
    Subscript,
    substitute,
)
from archir.op.recipe import Call as CallCode

HINTS = {"channels": "in_channels", "features": "in_features", "constant": "size"}
"""What an inferred number is called where it becomes a constructor's parameter."""


class Spoken(Record):
    """Words of Python in the place of a number."""

    text: str


_LOOSEST = 0
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "@": 2, "**": 3}


def number(code: Code) -> int | float | None:
    """The value of closed code that is arithmetic on numbers."""
    if isinstance(code, int | float) and not isinstance(code, bool):
        return code
    if not isinstance(code, Infix):
        return None
    left, right = number(code.left), number(code.right)
    if left is None or right is None:
        return None
    result: int | float = ARITHMETIC[code.operator](left, right)
    return result


def expression(code: Code | Spoken, inputs: Sequence[Expr]) -> Expr:
    """Closed code as Python, with these expressions for the incoming tensors."""
    if isinstance(code, Input):
        return inputs[code.index]
    if isinstance(code, AllInputs):
        return Display("[]", tuple((None, value) for value in inputs))
    if isinstance(code, Fold):
        return _fold(code.operator, inputs)
    if isinstance(code, Spoken):
        return Raw(code.text)
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
    if isinstance(code, Device):
        return Raw(f"{_operand(Input(code.input), inputs)}.device")
    assert not isinstance(code, Arg | Inferred), "substitute the code first"
    value: object = code
    if isinstance(value, tuple) and any(isinstance(item, Spoken) for item in value):
        return Display("()", tuple((None, expression(item, inputs)) for item in value))
    return Const(code)


_FOLDS = {"+": "sum", "*": "math.prod"}
_MOST_FOLDED = 100
"""Python's parser nests for each operator; a longer line is a call that does the same in order."""

_LONGEST = WIDTH - 20
"""Letters of operators between operands; more are such a call, which has its lines."""


def _fold(operator: str, inputs: Sequence[Expr]) -> Expr:
    text = f" {operator} ".join(flat(value) for value in inputs)
    is_short = len(inputs) <= _MOST_FOLDED and len(text) <= _LONGEST
    if is_short or operator not in _FOLDS:
        return Raw(text)
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


def _operand(code: Code | Spoken, inputs: Sequence[Expr]) -> str:
    text = flat(expression(code, inputs))
    folded = isinstance(code, Fold) and " " in text
    if isinstance(code, Spoken) and not re.fullmatch(r"[\w.]+(\([^()]*\))?", text):
        return f"({text})"
    return f"({text})" if folded or text.startswith("-") else text


def leading(make: CallCode) -> int:
    """How many of a constructor's arguments are channels that come in: none or one."""
    return sum(1 for code in make.args[:1] if isinstance(code, Inferred))


BEHIND_CHANNELS = {
    "nn.Conv": ("out_channels", "kernel_size"),
    "nn.Linear": ("out_features",),
    "nn.GRU": ("hidden_size",),
    "nn.LSTM": ("hidden_size",),
    "nn.RNN": ("hidden_size",),
}
"""What torch calls the arguments behind the channels that come in, by how its module is called."""


def part_call(make: CallCode, op: Any, inferred: int) -> Expr:
    """A callable that makes an op's module of its channels, or of nothing."""
    keywords = tuple((n, expression(substitute(code, op), ())) for n, code in make.kwargs)
    others = [expression(substitute(code, op), ()) for code in make.args[leading(make) :]]
    positional = tuple((None, each) for each in others)
    if leading(make) < inferred:
        return Raw(f"lambda _: {flat(Call(make.function, (*positional, *keywords)))}")
    if leading(make) and others:
        # The channels are given first, so that what stands behind them has to go by name.
        names = next((n for at, n in BEHIND_CHANNELS.items() if make.function.startswith(at)), ())
        if len(names) < len(others):
            made = flat(Call(make.function, ((None, Raw("channels")), *positional, *keywords)))
            return Raw(f"lambda channels: {made}")
        keywords = (*zip(names, others, strict=False), *keywords)
        positional = ()
    if not positional and not keywords:
        return Raw(make.function)
    return Call("partial", ((None, Raw(make.function)), *positional, *keywords))


CONTAINERS = {"list": "nn.ModuleList", "dict": "nn.ModuleDict"}


def access(owner: str, holder: Holder, name: str) -> str:
    """Python for the child of that name."""
    if holder in ("sequential", "list") and name.isdecimal():
        return f"{owner}[{name}]"
    if holder == "dict" and not is_plain(name):
        return f"{owner}[{string(name)}]"
    return attribute(owner, name)


def container_call(holder: str, children: list[tuple[Expr, Expr]]) -> Expr:
    """One of torch's containers with these children: a name and how it is made for each."""
    if holder == "list":
        items = tuple((None, made) for _, made in children)
        return Call("nn.ModuleList", ((None, Display("[]", items)),))
    if holder == "dict":
        return Call("nn.ModuleDict", ((None, Display("{}", tuple(children))),) if children else ())
    names = [str(name.value) if isinstance(name, Const) else "" for name, _ in children]
    if all(name.isidentifier() and is_plain(name) for name in names):
        named = tuple((name, made) for name, (_, made) in zip(names, children, strict=True))
        return Call("nn.Sequential", ((None, Call("OrderedDict", named)),))
    pairs = tuple((None, Display("()", ((None, name), (None, made)))) for name, made in children)
    return Call("nn.Sequential", ((None, Call("OrderedDict", ((None, Display("[]", pairs)),))),))
