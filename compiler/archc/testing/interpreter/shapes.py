"""Written shapes (sections 3 and 6): the patterns of ``input`` and the remarks behind ``::``."""

from __future__ import annotations

from collections.abc import Callable

from archc.testing.interpreter.expressions import evaluate
from archc.testing.interpreter.names import Names, Reading
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.values import is_integer, literal
from archdsl.tree import ast

DTYPES = {"float": "float32", "int": "int64", "bool": "bool"}


def match(
    shape: ast.Shape,
    actual: tuple[int, ...],
    reading: Reading,
    into: Names,
    holds: Callable[[ast.ShapeDim, int, int], bool] = lambda _, wanted, extent: wanted == extent,
) -> None:
    """Hold a shape to a written one. ``_`` matches anything, and a new name binds the dim.

    ``holds`` says of a dim whether the size that is written agrees with the one that there is.
    """
    if len(shape.dims) != len(actual):
        raise wrong(shape, f"{list(actual)} has {len(actual)} dims, not {len(shape.dims)}")
    for dim, extent in zip(shape.dims, actual, strict=True):
        if is_wildcard(dim):
            continue
        if is_new(dim, reading):
            assert isinstance(dim.value, ast.Name)
            into.bound[dim.value.text] = extent
            into.sizes.add(dim.value.text)
            continue
        wanted = size(dim.value, reading)
        if not holds(dim, wanted, extent):
            raise wrong(dim, f"{dim.value.span.text} is {wanted}, and the dim is {extent}")


def speaks_of_sizes(expression: ast.Expr, reading: Reading, *, variables: bool = False) -> bool:
    """Whether an expression has the name of a dim in it, or what is read off a value.

    Or else whether it has a size variable of the model in it, by its own name.
    """
    waiting: list[object] = [expression]
    for node in waiting:  # grows while it is walked
        if isinstance(node, ast.Name):
            frame = reading.names.find(node.text)
            if frame is None:
                continue
            if node.text in (frame.variables if variables else frame.sizes):
                return True
        elif isinstance(node, ast.Attribute) and not variables:
            return True
        elif isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, ast.Node):
            waiting.extend(node._values())
    return False


def is_wildcard(dim: ast.ShapeDim) -> bool:
    return isinstance(dim.value, ast.Name) and dim.value.text == "_"


def is_new(dim: ast.ShapeDim, reading: Reading) -> bool:
    """Whether a dim is a name that has no meaning yet, or one with a default."""
    if not isinstance(dim.value, ast.Name):
        return False
    name = dim.value.text
    known = reading.names.find(name) is not None or name in reading.file.names
    return dim.default is not None or not known


def size(node: ast.Expr, reading: Reading) -> int:
    """A dim's expression: a whole number."""
    value = evaluate(node, reading)
    if not is_integer(value):
        raise wrong(node, f"{literal(value)} is no size")
    return value


def default_shape(item: ast.InputItem, reading: Reading) -> tuple[int, ...]:
    """The shape of a model's input at its default sizes, which become names."""
    extents: list[int] = []
    for at, dim in enumerate(item.shape.dims):
        if is_wildcard(dim):
            raise wrong(dim, "a model's input names or numbers each dim")
        if not is_new(dim, reading):
            extent = size(dim.value, reading)
        elif dim.default is not None:
            extent = size(dim.default, reading)
        elif at == 0:
            extent = 1
        else:
            raise wrong(dim, f"{dim.value.span.text} has no default")
        if not 1 <= extent < 2**31:
            raise wrong(dim, f"{extent} is no size")
        if is_new(dim, reading):
            assert isinstance(dim.value, ast.Name)
            reading.names.bound[dim.value.text] = extent
            reading.names.sizes.add(dim.value.text)
        extents.append(extent)
    return tuple(extents)


def dtype(item: ast.InputItem | ast.ParamStatement) -> str:
    """torch's dtype of an input, parameter or buffer: floats where nothing is said."""
    word = "float" if item.dtype is None else item.dtype.text
    if word not in DTYPES:
        raise wrong(item, f"{word} is no dtype")
    return DTYPES[word]
