"""Raw parameters and buffers: drawn, or with their elements listed."""

from __future__ import annotations

from collections.abc import Callable

from archc.testing.generator.forms.expressions import integer
from archc.testing.generator.forms.nodes import Merged, Node, Stage, Use
from archc.testing.generator.forms.statements import Branches, Chain, Raw
from archc.testing.generator.pen import Pen, Place


def raw(pen: Pen, place: Place) -> list[Node]:
    """A raw parameter or buffer, and something that uses it."""
    choose, scene = pen.choices, place.scene
    name, rank = pen.fresh("g"), scene.value.rank
    extents = [int(scene.value.shape[1]), *[1] * (rank - 2)] if rank > 1 else [1]
    if choose.chance(40):
        extents = [1]
    dims = [integer(pen, extents[0], scene.env), *map(str, extents[1:])]
    kind = choose.pick(["param", "buffer"])
    dtype = choose.pick(["", "float"] if kind == "param" else ["", "float", "int", "bool"])
    pen.note(kind, *([f"{dtype} {kind}"] if dtype in ("int", "bool") else []))
    start = _start(pen, extents, dtype or "float")
    ending = ""
    if kind == "buffer" and choose.chance(30):
        pen.note("buffer that is not persistent")
        ending = f", persistent = {choose.pick(['true', 'false'])}"
    return [Raw(kind, name, dims, start, dtype, ending), _used(pen, name, dtype)]


def weighed(pen: Pen, place: Place) -> list[Node]:
    """A product with a raw parameter as its weight, and perhaps another one as its bias."""
    choose, value = pen.choices, place.scene.value
    name, out = pen.fresh("g"), choose.integer(1, 4)
    keyword, dims = "linear_by", [out, int(value.features)]
    given: list[tuple[str | None, str]] = []
    if value.rank in (3, 4, 5) and choose.chance(65):
        ends = [out, int(value.channels)]
        keyword = choose.pick(["conv_by", "conv_transpose_by"])
        if keyword == "conv_transpose_by":
            ends.reverse()
        dims = [*ends, *(choose.integer(1, 2) for _ in range(value.rank - 2))]
        options = [("stride", "2"), ("padding", "1"), ("dilation", "2")]
        given += [each for each in options if choose.chance(25)]
    pen.note("param", "weight that flows in", "branches")
    pen.ops[keyword] += 1
    made: list[Node] = [Raw("param", name, [str(each) for each in dims], "normal", "", "")]
    weight = [Stage(Use(name))]
    if choose.chance(40):
        pen.ops["tanh"] += 1
        weight.append(Stage(Use("tanh")))
    branches: list[Node] = [Chain([Stage(Use("_"))]), Chain(weight)]
    if choose.chance(40):
        bias = pen.fresh("g")
        made.append(Raw("param", bias, [str(out)], "zeros", "", ""))
        branches.append(Chain([Stage(Use(bias))]))
    return [*made, Chain([Stage(Merged(Use(keyword, given), Branches(branches)))])]


def _start(pen: Pen, extents: list[int], dtype: str) -> str:
    """An initialiser, or all elements."""
    choose = pen.choices
    if choose.chance(50):
        drawn = {"int": ["constant(3)"], "bool": []}.get(dtype, ["constant(0.5)", "normal"])
        return choose.pick(["zeros", "ones", *drawn])
    pen.note("elements of a tensor", "list")
    count, ones = extents[0], len(extents) - 1
    forms: dict[str, tuple[str, Callable[[], str]]] = {
        "int": ("i % 3", lambda: str(choose.integer(0, 3))),
        "bool": ("i % 2 == 0", lambda: choose.pick(["true", "false"])),
        "float": ("i / 4", lambda: choose.pick(["0.5", "1", "-0.25", "2e-3"])),
    }
    formula, item = forms[dtype]
    if choose.chance(50):
        pen.note("comprehension")
        return f"[{'[' * ones}{formula}{']' * ones} for i in range({count})]"
    return f"[{', '.join('[' * ones + item() + ']' * ones for _ in range(count))}]"


def _used(pen: Pen, name: str, dtype: str) -> Chain:
    """The current value with the tensor, as one of its dtype is used."""
    itself, other = Chain([Stage(Use("_"))]), [Stage(Use(name))]
    how = "masked_fill" if dtype == "bool" else pen.choices.pick(["add", "multiply"])
    pen.ops[how] += 1
    if dtype == "int":
        pen.ops["cast"] += 1
        other.append(Stage(Use("cast", [(None, '"float"')])))
    use = Use(how, [(None, "0.5")] if dtype == "bool" else [])
    return Chain([Stage(Merged(use, Branches([itself, Chain(other)])))])
