"""Stages that choose by values: comparisons, masks, and lookups at places that there are."""

from __future__ import annotations

from archc.testing.generator.forms.nodes import Body, Merged, Node, Stage, Use
from archc.testing.generator.forms.statements import Braces, Branches, Chain
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Misfit, Size

COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")


def choice(pen: Pen, place: Place) -> Stage:
    """One of them, whose outcome is of floats again."""
    value = place.scene.value
    if value.dtype != "float" or value.rank < 2:
        raise Misfit
    how = pen.choices.pick(
        [
            *(_where, _masked, _compared, _gathered, _patched, _multiplied, _warped),
            *[_selected, _looked_up] * 2,
        ]
    )
    stage = how(pen, place)
    pen.note("op")
    return stage


def _use(pen: Pen, keyword: str, *arguments: str, **named: str) -> Stage:
    pen.ops[keyword] += 1
    return Stage(Use(keyword, [*((None, each) for each in arguments), *named.items()]))


def _merge(pen: Pen, use: Stage, *branches: list[Stage]) -> Stage:
    pen.note("branches")
    items: list[Node] = [Chain(stages) for stages in branches]
    return Stage(Merged(use.unit, Branches(items), pen.choices.chance(60)))  # type: ignore[arg-type]


def _itself() -> Stage:
    return Stage(Use("_"))


def _verdict(pen: Pen) -> list[Stage]:
    """Truths of the shape of what flows in."""
    choose = pen.choices
    stages = [_use(pen, choose.pick(COMPARISONS), choose.pick(["0", "0.5", "1"]))]
    if choose.chance(25):
        stages.append(_use(pen, "logical_not"))
    return stages


def _where(pen: Pen, place: Place) -> Stage:
    other = _use(pen, "multiply", "2")
    return _merge(pen, _use(pen, "where"), _verdict(pen), [_itself()], [other])


def _masked(pen: Pen, place: Place) -> Stage:
    value = pen.choices.pick(["0", "0.5", "-1e3"])
    return _merge(pen, _use(pen, "masked_fill", value), [_itself()], _verdict(pen))


def _compared(pen: Pen, place: Place) -> Stage:
    choose = pen.choices
    chain = _verdict(pen)
    if choose.chance(40):
        how = choose.pick(["logical_and", "logical_or", "logical_xor"])
        chain = [_merge(pen, _use(pen, how), _verdict(pen), _verdict(pen))]
    elif choose.chance(30):
        scaled = [_use(pen, "multiply", "2")]
        chain = [_merge(pen, _use(pen, choose.pick(COMPARISONS)), [_itself()], scaled)]
    chain.append(_use(pen, "cast", '"float"'))
    return Stage(Braces(Body([Chain(chain)])))


def _gathered(pen: Pen, place: Place) -> Stage:
    """Along a dim, the place of its greatest or least."""
    dim = str(pen.choices.integer(1, place.scene.value.rank - 1))
    how = pen.choices.pick(["argmax", "argmin", "argsort"])
    named = {} if how == "argsort" else {"keepdim": "true"}
    found = _use(pen, how, dim, **named)
    if pen.choices.chance(40):
        put = [_use(pen, "median", dim, keepdim="true")] if named else [_itself()]
        into = _use(
            pen, pen.choices.pick(["scatter_add"] if named else ["scatter", "scatter_add"]), dim
        )
        return _merge(pen, into, [_itself()], [found], put)
    return _merge(pen, _use(pen, "gather", dim), [_itself()], [found])


def _multiplied(pen: Pen, place: Place) -> Stage:
    """The value with itself, summed over one dim of both, or over none."""
    choose, rank = pen.choices, place.scene.value.rank
    if rank > 4:
        raise Misfit
    one = "abcd"[:rank]
    other = one[:-1] + "z" if choose.chance(50) else one.replace("b", "y")
    kept = [letter for letter in dict.fromkeys(one + other) if choose.chance(70)]
    equation = f'"{one},{other}->a{"".join(each for each in kept if each != "a")}"'
    return _merge(pen, _use(pen, "einsum", equation), [_itself()], [_itself()])


def _patched(pen: Pen, place: Place) -> Stage:
    """Windows laid out, and put together again."""
    choose, value = pen.choices, place.scene.value
    if value.rank != 4 or any(isinstance(each, Size) for each in value.shape[2:]):
        raise Misfit
    named = {"stride": "2"} if choose.chance(40) else {}
    kernel = str(choose.integer(1, 2))
    size = f"[{value.shape[2]}, {value.shape[3]}]"
    back = _use(pen, choose.pick(["fold", "fold_by"]), size, kernel, **named)
    chain = [_use(pen, "unfold", kernel, **named), back]
    return Stage(Braces(Body([Chain(chain)])))


def _selected(pen: Pen, place: Place) -> Stage:
    """The first, as often as there are places."""
    rank = place.scene.value.rank
    dim = pen.choices.integer(1, rank - 1)
    others = ", ".join(str(each) for each in range(rank) if each != dim)
    index = [
        _use(pen, "amax", f"[{others}]"),
        _use(pen, "cast", '"int"'),
        _use(pen, "clamp", "0", "0"),
    ]
    return _merge(pen, _use(pen, "index_select", str(dim)), [_itself()], index)


def _looked_up(pen: Pen, place: Place) -> Stage:
    """Vectors for what flows in, made integers from 0 to 3."""
    choose, value = pen.choices, place.scene.value
    if value.rank > 3:
        raise Misfit
    keyword = choose.pick(["embedding", "embedding_bag"]) if value.rank == 2 else "embedding"
    named = {"padding_idx": choose.pick(["0", "-1"])} if choose.chance(40) else {}
    if keyword == "embedding_bag" and choose.chance(50):
        named["mode"] = choose.pick(['"sum"', '"max"', '"mean"'])
    ids = [_use(pen, "cast", '"int"'), _use(pen, "clamp", "0", "3")]
    if choose.chance(25):
        hot = [_use(pen, "one_hot", "4"), _use(pen, "cast", '"float"')]
        return Stage(Braces(Body([Chain([*ids, *hot])])))
    chain = [
        *ids,
        _use(pen, keyword, "4", str(choose.integer(1, 3)), **named),
    ]
    return Stage(Braces(Body([Chain(chain)])))


def _warped(pen: Pen, place: Place) -> Stage:
    """Read at places that a layer works out of it."""
    choose, value = pen.choices, place.scene.value
    axes = value.rank - 2
    if axes not in (2, 3) or isinstance(value.channels, Size):
        raise Misfit
    wanted = ["_.shape[0]", "1", *(str(choose.integer(1, 4)) for _ in range(axes))]
    pen.note("shape[i]", "list")
    corners = {"align_corners": choose.pick(["false", "true"])} if choose.chance(50) else {}
    if "1" in wanted[2:]:
        corners = {}  # torch warns that it was another thing once
    grid = [
        _use(pen, "global_avg_pool"),
        _use(pen, "linear", str(axes * (axes + 1))),
        _use(pen, "reshape", "-1", str(axes), str(axes + 1)),
        _use(pen, "affine_grid", f"[{', '.join(wanted)}]", **corners),
    ]
    mode = choose.pick(["bilinear", "nearest", *(["bicubic"] if axes == 2 else [])])
    named = {"mode": f'"{mode}"'} if choose.chance(60) else {}
    if choose.chance(60):
        named["padding_mode"] = choose.pick(['"zeros"', '"border"', '"reflection"'])
    return _merge(pen, _use(pen, "grid_sample", **named), [_itself()], grid)
