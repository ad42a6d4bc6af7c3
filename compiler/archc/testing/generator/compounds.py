"""Stages of several branches, and what merges them."""

from __future__ import annotations

from archc.testing.generator.expressions import argument, integer, numbers, truth
from archc.testing.generator.nodes import Body, Merged, Node, Stage, Use
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.stages import body_of, chain_of, label, op, use_of
from archc.testing.generator.statements import Braces, Branches, Chain, If, Let, Loop
from archc.testing.generator.values import Misfit, Part, Value

MERGES = ("add", "multiply", "concat", "concat", "subtract", "divide", "maximum", "minimum")

BRANCHES = (
    (5, "keeping"), (3, "itself"), (2, "named"), (1, "scaled"), (1, "loop"), (1, "if"), (1, "let"),
    (1, "repeat"),
)  # fmt: skip


def merge(pen: Pen, place: Place) -> Stage:
    """Branches that are merged."""
    choose = pen.choices
    how = choose.pick(MERGES)
    items = branches(pen, place, how)
    use = Use(how)
    pen.ops[how] += 1
    if how == "concat" and choose.chance(25):
        rank = place.scene.value.rank
        use.arguments = [
            (choose.pick([None, "dim"]), choose.pick(["1", str(rank - 1), "-1", "-2"]))
        ]
    stage = Stage(Merged(use, items, choose.chance(65)))
    pen.note("branches", "merge before" if stage.unit.before else "merge behind")  # type: ignore[attr-defined]
    if stage.unit.before and place.labels and not place.loop and choose.chance(8):  # type: ignore[attr-defined]
        stage.label = "_"
        pen.note("label without name", "label on a merge")
    return stage


def branches(pen: Pen, place: Place, how: str) -> Branches:
    """Branches whose values go together."""
    choose, count = pen.choices, pen.choices.integer(2, 3)
    inner = place.inside(place.scene.fork())
    items: list[Node] = []
    for _ in range(count):
        items += _branch(pen, inner, choose.weighted(BRANCHES), how)
    if how in ("subtract", "divide", "matmul"):
        items = items[:2]
    return Branches(items, choose.chance(50))


def _branch(pen: Pen, place: Place, kind: str, how: str) -> list[Node]:
    choose, scene = pen.choices, place.scene
    if kind == "itself":
        if choose.chance(30):
            pen.note("empty branch")
            return [Chain([Stage(Braces(Body([])))])]
        pen.note("branch passes on")
        return [Chain([Stage(Use("_"))])]
    if kind == "scaled" and scene.value.rank > 2:
        pen.ops["adaptive_avg_pool"] += 1
        return [Chain([Stage(Use("adaptive_avg_pool", [(None, "1")])), *_gate(pen, place)])]
    if kind == "named" and not place.in_module:
        same = [n for n, v in scene.env.items() if isinstance(v, Value) and not v.trained
                and v.shape == scene.value.shape and v.dtype == scene.value.dtype]  # fmt: skip
        if same:
            pen.note("named value at head")
            behind = chain_of(pen, place, choose.integer(0, 1), keeping=True)
            return [Chain([Stage(Use(choose.pick(same))), *behind])]
    if kind == "loop" and how in ("add", "concat"):
        name = pen.fresh("k")
        pen.note("for in brackets")
        over = numbers(pen, [choose.integer(1, 3) for _ in range(choose.integer(1, 2))], {})
        at = _in_loop(place, "-")
        at.scene.env[name] = 1
        return [Loop([name], over, Body([Chain(chain_of(pen, at, 1, keeping=True))]))]
    if kind == "repeat" and how in ("add", "concat", "multiply"):
        pen.note("repeat in brackets")
        at = _in_loop(place, "-")
        body = Body([Chain(chain_of(pen, at, 1, keeping=True))])
        return [Loop([], integer(pen, choose.integer(1, 2), {}), body)]
    if kind == "if":
        pen.note("if in brackets")
        arms = [Body([Chain(chain_of(pen, place, 1, keeping=True))]) for _ in range(2)]
        holds = choose.chance(60)
        return [If([(truth(pen, holds, {}), arms[0])], arms[1] if choose.chance(50) else None)]
    if kind == "let":
        pen.note("let in brackets")
        name = pen.fresh("b")
        place.scene.env[name] = 1
        chain = Chain([Stage(Use("multiply", [(None, name)]))])
        pen.ops["multiply"] += 1
        return [Let([name], integer(pen, choose.integer(1, 3), {})), chain]
    stages = chain_of(
        pen, place, choose.integer(1, 2), keeping=how != "concat" or choose.chance(60)
    )
    return [Chain(stages)]


def _gate(pen: Pen, place: Place) -> list[Stage]:
    if not pen.choices.chance(50):
        return []
    pen.ops["sigmoid"] += 1
    return [Stage(Use("sigmoid"))]


def _in_loop(place: Place, variable: str) -> Place:
    return Place(place.scene.fork(), place.depth, variable, place.is_model, place.labels,
                 place.in_module)  # fmt: skip


def residual(pen: Pen, place: Place) -> Stage:
    """A residual, with a shortcut where the shape is another one."""
    choose = pen.choices
    inner = place.inside(place.scene.fork())
    pen.note("residual")
    named = label(pen, place) if choose.chance(20) else ""
    if named:
        inner.loop = ""
    if choose.chance(60):
        body = body_of(pen, inner, choose.integer(1, 3), keeping=True)
        shortcut = body_of(pen, inner, 1, keeping=True) if choose.chance(25) else None
    else:
        first = op(pen, inner)
        body = Body([Chain([first])])
        shortcut = Body([Chain([first if not first.label else Stage(first.unit)])])
        if place.loop:
            shortcut = Body([Chain([Stage(first.unit)])])
    if shortcut is not None:
        pen.note("shortcut")
    return Stage(Braces(body, "residual", shortcut), named)


def dense(pen: Pen, place: Place) -> Stage:
    """A dense connection."""
    inner = place.inside(place.scene.fork())
    pen.note("dense")
    return Stage(Braces(body_of(pen, inner, pen.choices.integer(1, 2), True), "dense"))


def arithmetic(pen: Pen, place: Place) -> Stage:
    """An op that takes a number in the place of a second value."""
    choose = pen.choices
    how = choose.pick(["add", "multiply", "subtract", "divide"])
    number = choose.pick([2, 0.5, 1, -1, 3.0, 0.25])
    pen.note("number as second value")
    pen.ops[how] += 1
    named = choose.chance(20)
    return Stage(Use(how, [("other" if named else None, argument(pen, place, number))]))


def apart(pen: Pen, place: Place) -> list[Stage]:
    """A value taken apart, whose pieces flow into a merge."""
    choose = pen.choices
    keyword = choose.pick(["chunk", "split"])
    use = use_of(pen, place, keyword)
    scene = place.scene.fork()
    use.flow(scene)
    pen.ops[keyword] += 1
    if len(scene.current) < 2:
        return [Stage(use)] if scene.current else []
    pen.note("several values flow", "op")
    how = choose.pick(["add", "multiply", "concat", "concat", "maximum"])
    pen.ops[how] += 1
    dims = [v for n, v in use.arguments if n == "dim"]
    behind = Use(how, [(None, dims[0])] if how == "concat" and dims else [])
    return [Stage(use), Stage(behind)]


def product(pen: Pen, place: Place) -> Stage:
    """A matrix product of a value with itself, turned."""
    value = place.scene.value
    if value.rank < 3:
        raise Misfit
    pen.ops["matmul"] += 1
    pen.ops["transpose"] += 1
    turned = Use("transpose", [(None, str(value.rank - 2)), (None, "-1")])
    sides: list[Node] = [Chain([Stage(Use("_"))]), Chain([Stage(turned)])]
    if pen.choices.chance(50):
        sides.reverse()
    pen.note("branches", "merge before")
    return Stage(Merged(Use("matmul"), Branches(sides)))


def one_branch(pen: Pen, place: Place) -> Stage:
    """Brackets around one branch."""
    pen.note("one branch")
    inner = place.inside(place.scene.fork())
    return Stage(Branches([Chain(chain_of(pen, inner, pen.choices.integer(1, 2)))]))


def absent(pen: Pen, place: Place) -> Stage:
    """What leaves no trace."""
    choose = pen.choices
    if choose.chance(50):
        pen.note("empty braces")
        return Stage(Braces(Body([])), pen.fresh("e") if place.labels and not place.loop else "")
    gone = [n for n, v in place.scene.env.items() if v is None and n != "none"]
    if not gone:
        raise Misfit
    pen.note("none as op")
    return Stage(Use(choose.pick(gone)))


def part(pen: Pen, place: Place) -> Stage:
    """A parameter that is an op."""
    named = [
        n
        for n, v in place.scene.env.items()
        if isinstance(v, Part) and n[0] in "au" and n[-1].isdigit()
    ]
    if not named:
        raise Misfit
    return Stage(Use(pen.choices.pick(named)), label(pen, place) if pen.choices.chance(20) else "")
