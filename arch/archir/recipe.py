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
from typing import Any

from archir.dims import SizeExpr
from archir.record import Record, field_names, replaced


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
    | SizeExpr
    | Call
)


class ModuleRecipe(Record):
    """The op is a torch module: ``make`` constructs it, and it is called with all inputs."""

    make: Call


class FunctionRecipe(Record):
    """The op is an expression over its inputs and has no module."""

    apply: Code


Recipe = ModuleRecipe | FunctionRecipe


def close(code: Code, op: object) -> Code:
    """The code with the op's arguments and what was inferred put in place of their names."""
    if isinstance(code, Arg):
        value: Code = getattr(op, code.name)
        return value
    if isinstance(code, Inferred):
        return code.value
    if isinstance(code, Infix):
        return Infix(code.operator, close(code.left, op), close(code.right, op))
    if isinstance(code, Items):
        return Items(tuple(close(item, op) for item in code.items))
    if isinstance(code, Range):
        return Range(close(code.start, op), close(code.end, op), close(code.step, op))
    if isinstance(code, Subscript):
        base: Any = close(code.base, op)  # an argument may be a tuple, which is no code
        items = tuple(close(item, op) for item in code.items)
        if isinstance(base, tuple) and len(items) == 1 and isinstance(items[0], int):
            entry: Code = base[items[0]]
            return entry
        return Subscript(base, items)
    if isinstance(code, Only):
        return Only(close(code.code, op))
    if isinstance(code, Call):
        return Call(
            code.function,
            tuple(close(argument, op) for argument in code.args),
            tuple((name, close(argument, op)) for name, argument in code.kwargs),
        )
    return code


def renamed(code: Any, rename: Callable[[str], str]) -> Any:
    """The code or recipe with ``rename`` done to the function of every call in it.

    What has another name for nothing in it comes back as it is: nearly all recipes do.
    """
    if isinstance(code, tuple):
        items = tuple([renamed(item, rename) for item in code])
        return items if any(map(is_not, items, code)) else code
    if not isinstance(code, Record) or isinstance(code, _ATOMS):
        return code
    values = {name: getattr(code, name) for name in field_names(code)}
    changed = {name: renamed(value, rename) for name, value in values.items()}
    if isinstance(code, Call):
        changed["function"] = rename(code.function)
    changed = {name: value for name, value in changed.items() if value is not values[name]}
    return replaced(code, **changed) if changed else code


_ATOMS = (Arg, Inferred, Input, AllInputs, Extent, Fold)
"""Code without code inside."""
