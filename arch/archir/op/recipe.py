"""Recipes: how torch builds and applies an op, as data.

A recipe is Python calls written down as values. ``archc.torch`` performs it and ``archc.python``
prints it, so the live module and the printed source cannot disagree, and nothing here imports
torch. A recipe names the op's own arguments (``Arg``) and what is inferred from the incoming
shape (``Inferred``) instead of holding bare numbers, so that source can be printed with the
user's own expression in the place of a number.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import is_not
from typing import Any, TypeAlias

from archir.base.record import Record, field_names, replaced
from archir.shapes.dims import SizeExpr


class Arg(Record):
    """The op's argument of that name."""

    name: str


class Inferred(Record):
    """A number read off the incoming shape, which the user does not write.

    ``what`` is ``"channels"`` (dim 1), ``"features"`` (the last dim) or ``"constant"``;
    ``value`` is the number at hand; ``input`` says of which of the incoming tensors it is.
    """

    what: str
    value: int
    input: int = 0


class Input(Record):
    """The op's incoming tensor number ``index``."""

    index: int = 0


class AllInputs(Record):
    """The list of all incoming tensors, as ``torch.cat`` takes them."""


class Told(Record):
    """An extent as code over an op's arguments, and what else decides which code that is."""

    code: Code
    reads: tuple[str, ...] = ()


class Infix(Record):
    """``left operator right``."""

    operator: str
    left: Code
    right: Code


class Fold(Record):
    """``input operator input operator …`` over all incoming tensors, from the left."""

    operator: str


class Items(Record):
    """A tuple of codes, such as the dims of a mean."""

    items: tuple[Code, ...]


class Range(Record):
    """``start:end:step`` between square brackets; what is None is left out."""

    start: Code = None
    end: Code = None
    step: Code = None


class Subscript(Record):
    """``base[…]``: one index or range for each of the first dims, or one item of a tuple."""

    base: Code
    items: tuple[Code, ...]


class Only(Record):
    """The one item of the tuple that ``code`` gives; if it gives several, that is an error.

    It is the whole of a recipe, and no part of one: Python writes it as an assignment.
    """

    code: Code


class Extent(Record):
    """``input.shape[dim]``: a number that is known when the module runs."""

    input: int
    dim: int


class Device(Record):
    """``input.device``: where the incoming tensor lies, for what is made beside it."""

    input: int = 0


class Call(Record):
    """``function(*args, **kwargs)``.

    ``function`` is one of these:

    - a dotted name that starts with ``nn.``, ``F.`` or ``torch.``;
    - ``.name`` for a method of the first argument (``.mean``);
    - ``helpers.Name`` for a class or function of ``archc.torch.helpers``, whose text goes into
      printed source;
    - ``package.module:Name`` for one of an installed package, which printed source imports.
    """

    function: str
    args: tuple[Code, ...] = ()
    kwargs: tuple[tuple[str, Code], ...] = ()


Code = (
    None
    | bool
    | int
    | float
    | str
    | Arg
    | Inferred
    | Input
    | AllInputs
    | Infix
    | Fold
    | Items
    | Range
    | Subscript
    | Only
    | Extent
    | Device
    | SizeExpr
    | Call
)


Nested: TypeAlias = "int | tuple[Nested, ...] | None"
"""What is taken of nested tuples."""


class Calling(Record):
    """How a module is called that takes other things than the tensors that flow in, in order.

    ``results`` says what is taken of nested tuples that it gives. They are written down as they
    are, with None for what is not taken: ``(0, (1, None))`` are two of ``output, (hidden, cell)``.
    Without it, what the module gives is taken as it is.
    """

    args: tuple[Code, ...]
    kwargs: tuple[tuple[str, Code], ...] = ()
    results: Nested = None


class ModuleRecipe(Record):
    """The op is a torch module: ``make`` constructs it, and it is called with all inputs.

    Where its call is another one, ``call`` says how.
    """

    make: Call
    call: Calling | None = None
    around: Call | None = None
    """What is called with the module that is made, and changes it: a call without that argument."""


class FunctionRecipe(Record):
    """The op is an expression over its inputs and has no module."""

    apply: Code


Recipe = ModuleRecipe | FunctionRecipe


def mapped(code: Any, change: Callable[[Any], Any]) -> Any:
    """The code or recipe with ``change`` made of each code inside it; itself where none differs."""
    if not isinstance(code, Record) or isinstance(code, _ATOMS):
        return code
    changed: dict[str, object] = {}
    for name in field_names(code):
        value = getattr(code, name)
        if name == "results":
            continue  # no code
        if name == "kwargs":
            new = tuple([(key, change(each)) for key, each in value])
            differs = any(one[1] is not other[1] for one, other in zip(new, value, strict=True))
        elif isinstance(value, tuple):
            new = tuple([change(each) for each in value])
            differs = any(map(is_not, new, value))
        else:
            new = change(value)
            differs = new is not value
        if differs:
            changed[name] = new
    return replaced(code, **changed) if changed else code


def substitute(code: Code, op: object) -> Code:
    """The code with the op's arguments and what was inferred put in place of their names."""
    if isinstance(code, Arg):
        value: Code = getattr(op, code.name)
        return value
    if isinstance(code, Inferred):
        return code.value
    made: Code = mapped(code, lambda part: substitute(part, op))
    if isinstance(made, Subscript):
        base: object = made.base  # an argument may be a tuple, which is no code
        if isinstance(base, tuple) and len(made.items) == 1 and isinstance(made.items[0], int):
            entry: Code = base[made.items[0]]
            return entry
    return made


def closed(call: Calling, op: object) -> Calling:
    """A way to call a module with the op's arguments put in place of their names."""
    kwargs = tuple([(name, substitute(code, op)) for name, code in call.kwargs])
    return Calling(tuple([substitute(code, op) for code in call.args]), kwargs, call.results)


def renamed(code: Any, rename: Callable[[str], str]) -> Any:
    """The code or recipe with ``rename`` done to the function of every call in it."""
    made = mapped(code, lambda part: renamed(part, rename))
    if isinstance(made, Call) and rename(made.function) != made.function:
        return replaced(made, function=rename(made.function))
    return made


_ATOMS = (Arg, Inferred, Input, AllInputs, Extent, Device, Fold)
"""Code without code inside."""
