"""Functions that take sizes: those of now, and those that a body began with."""

from __future__ import annotations

from collections.abc import Callable

from archc.testing.generator.forms.nodes import Node, Stage, Use
from archc.testing.generator.forms.statements import Chain
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Misfit, Size

Form = Callable[[Pen, Place, str, int], list[Use]]


def sized(pen: Pen, place: Place) -> list[Node]:
    """A function whose arguments are worked out of names in a written shape.

    The names are those that the body began with, whatever has happened to the value since.
    """
    scene, choose = place.scene, pen.choices
    names = [n for n, v in scene.env.items() if isinstance(v, Size) and n.isalnum() and n != "N"]
    free = [dim for dim, extent in enumerate(scene.value.shape) if dim and isinstance(extent, Size)]
    if not names or not free:
        raise Misfit
    dim, name = choose.pick(free), choose.pick(names)
    form = choose.pick([half, cut, from_end, sections, folded, joined, spread, pieces, pieces,
                        resized, padded])  # fmt: skip
    uses = form(pen, place, name, dim)
    pen.note("size expression as argument", "op")
    if scene.env[name] != scene.value.shape[dim] and not place.is_model:
        pen.note("size of a block's input behind an op")
    for use in uses:
        pen.ops[use.name] += 1
    return [Chain([Stage(use) for use in uses])]


def half(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """A part of what the body began with."""
    by, more = pen.choices.integer(2, 4), pen.choices.integer(0, 1)
    end = f"{name} // {by}" + (f" + {more}" if more else "")
    return [Use("slice", [(None, str(dim)), (None, "0"), (None, end)])]


def cut(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """Cropped to what it was."""
    start = pen.choices.pick(["0", "none", "1"])
    return [Use("slice", [(None, str(dim)), (None, start), ("end", name)])]


def from_end(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """A bound that may lie on either side of 0, or of the end."""
    less = pen.choices.integer(1, 5)
    bound = pen.choices.pick([f"{name} - {less}", f"{less} - {name}", f"-({name} // 2)"])
    return [Use("slice", [(None, str(dim)), (pen.choices.pick(["start", "end"]), bound)])]


def pieces(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """An axis taken apart in as many pieces as there are at the default size."""
    keyword = pen.choices.pick(["split", "chunk"])
    behind = Use(pen.choices.pick(["concat", "concat", "add", "maximum"]))
    if behind.name == "concat":
        behind.arguments = [(None, str(dim))]
    pen.note("several values flow")
    taken = Use(keyword, [(None, str(pen.choices.integer(2, 4))), ("dim", str(dim))])
    return [taken, behind]


def sections(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """Two sections of different extents."""
    first = f"{name} // {pen.choices.integer(2, 3)}"
    pen.ops["split"] += 1
    pen.note("list", "several values flow", "shape[i]")
    use = Use("split", [(None, f"[{first}, _.shape[{dim}] - {first}]"), ("dim", str(dim))])
    return [use, Use("concat", [(None, str(dim))])]


def folded(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """A part of an axis joined with the batch."""
    value = place.scene.value
    by = pen.choices.integer(1, 2)
    if "N" not in place.scene.env or value.rank < 3:
        raise Misfit
    pen.note("open extent")
    batch = f"N * ({name} // {by})" if by > 1 else f"N * {name}"
    rest = [(None, str(int(value.shape[1])))] if pen.choices.chance(40) else []
    return [Use("reshape", [(None, batch), *rest, (None, "-1")])]


def joined(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """Axes joined, by their names."""
    value, env = place.scene.value, place.scene.env
    if value.rank != 4 or "H" not in env or "W" not in env:
        raise Misfit
    form = pen.choices.pick(
        [["N", "C", "H * W"], ["N", "-1", "W"], ["N", "C", "H", "-1"], ["-1", "H * W"]]
    )
    if "C" not in env:
        form = [str(value.channels) if dim == "C" else dim for dim in form]
    if "-1" in form:
        pen.note("open extent")
    return [Use("reshape", [(None, dim) for dim in form])]


def spread(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """A mean spread over an axis again."""
    rank = place.scene.value.rank
    pen.ops["mean"] += 1
    aims = ["-1"] * rank
    aims[dim] = pen.choices.pick([name, f"{name} // 2", f"2 * {name}"])
    if pen.choices.chance(30) and "N" in place.scene.env:
        aims[0] = "N"
    mean = Use("mean", [(None, str(dim)), ("keepdim", "true")])
    return [mean, Use("expand", [(None, aim) for aim in aims])]


def resized(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """Interpolated to what it was, or to a part of it, in all axes or in one of them."""
    value = place.scene.value
    if not 3 <= value.rank <= 5 or dim < 2 or value.dtype != "float":
        raise Misfit
    wanted = pen.choices.pick([name, f"{name} // 2 + 1", f"2 * {name}"])
    sizes = [wanted if axis == dim else f"_.shape[{axis}]" for axis in range(2, value.rank)]
    pen.note("shape[i]", *(["list"] if value.rank > 3 else []))
    mode = {3: "linear", 4: pen.choices.pick(["bilinear", "bicubic"]), 5: "trilinear"}[value.rank]
    more = [("mode", f'"{pen.choices.pick([mode, "nearest", "area"])}"')]
    size = wanted if value.rank == 3 else f"[{', '.join(sizes)}]"
    return [Use("interpolate", [("size", size), *(more if pen.choices.chance(70) else [])])]


def padded(pen: Pen, place: Place, name: str, dim: int) -> list[Use]:
    """Padded, or cropped, to what it was."""
    value = place.scene.value
    if not 3 <= value.rank <= 5 or dim < 2:
        raise Misfit
    pen.note("shape[i]", "list")
    less = f"{name} - _.shape[{dim}]"
    pair = pen.choices.pick([["0", less], [less, "0"], [f"({less}) // 2", f"({less} + 1) // 2"]])
    mode = pen.choices.pick(["constant", "constant", "reflect", "replicate", "circular"])
    count = value.rank - (dim if mode == "constant" else 2)
    sides = ["0"] * (2 * count)
    at = 2 * (value.rank - 1 - dim)
    sides[at : at + 2] = pair
    more = [] if mode == "constant" else [("mode", f'"{mode}"')]
    return [Use("pad_by", [(None, f"[{', '.join(sides)}]"), *more])]
