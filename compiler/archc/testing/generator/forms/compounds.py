"""Stages of several branches, and what merges them."""

from __future__ import annotations

from archc.testing.generator.forms.evaluation import Env
from archc.testing.generator.forms.expressions import argument, integer, numbers, truth
from archc.testing.generator.forms.nodes import Body, Merged, Node, Stage, Use
from archc.testing.generator.forms.stages import body_of, chain_of, label, op, use_of
from archc.testing.generator.forms.statements import Braces, Branches, Chain, If, Let, Loop
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Misfit, Part, Size, Value

MERGES = (
    *("add", "multiply", "concat", "concat", "subtract", "divide", "maximum", "minimum"),
    *("stack", "cosine_similarity"),
)

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
    if how in ("subtract", "divide", "matmul", "cosine_similarity"):
        items = items[:2]
    return Branches(items, choose.chance(50))


def _branch(pen: Pen, place: Place, kind: str, how: str) -> list[Node]:
    choose, scene = pen.choices, place.scene
    if kind == "itself":
        return _itself(pen)
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
        return _for(pen, place)
    if kind == "repeat" and how in ("add", "concat", "multiply"):
        return _repeat(pen, place)
    if kind == "if":
        return _if(pen, place)
    if kind == "let":
        return _let(pen, place)
    stages = chain_of(
        pen, place, choose.integer(1, 2), keeping=how != "concat" or choose.chance(60)
    )
    return [Chain(stages)]


def _itself(pen: Pen) -> list[Node]:
    if pen.choices.chance(30):
        pen.note("empty branch")
        return [Chain([Stage(Braces(Body([])))])]
    pen.note("branch passes on")
    return [Chain([Stage(Use("_"))])]


def _for(pen: Pen, place: Place) -> list[Node]:
    choose, name = pen.choices, pen.fresh("k")
    pen.note("for in brackets")
    over = numbers(pen, [choose.integer(1, 3) for _ in range(choose.integer(1, 2))], {})
    at = _in_loop(place, "-")
    at.scene.env[name] = 1
    return [Loop([name], over, Body([Chain(chain_of(pen, at, 1, keeping=True))]))]


def _repeat(pen: Pen, place: Place) -> list[Node]:
    pen.note("repeat in brackets")
    at = _in_loop(place, "-")
    body = Body([Chain(chain_of(pen, at, 1, keeping=True))])
    return [Loop([], integer(pen, pen.choices.integer(1, 2), {}), body)]


def _if(pen: Pen, place: Place) -> list[Node]:
    choose = pen.choices
    pen.note("if in brackets")
    arms = [Body([Chain(chain_of(pen, place, 1, keeping=True))]) for _ in range(2)]
    holds = choose.chance(60)
    return [If([(truth(pen, holds, {}), arms[0])], arms[1] if choose.chance(50) else None)]


def _let(pen: Pen, place: Place) -> list[Node]:
    pen.note("let in brackets")
    name = pen.fresh("b")
    place.scene.env[name] = 1
    chain = Chain([Stage(Use("multiply", [(None, name)]))])
    pen.ops["multiply"] += 1
    return [Let([name], integer(pen, pen.choices.integer(1, 3), {})), chain]


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
    condition = ""
    if choose.chance(35):
        condition = truth(pen, choose.chance(60), _numbers(place))
        pen.note("residual with condition")
    return Stage(Braces(body, "residual", shortcut, condition), named)


def _numbers(place: Place) -> Env:
    """The names of a place that a condition may speak of: no size is among them."""
    known = place.scene.env.items()
    return {n: v for n, v in known if isinstance(v, int) and not isinstance(v, Size)}


def looped(pen: Pen, place: Place) -> Stage:
    """A loop as a stage, perhaps with a label."""
    choose = pen.choices
    named = label(pen, place) if choose.chance(40) else ""
    inner = place.inside(place.scene.fork())
    inner.loop = "-"
    pen.note("loop as a stage", "repeat")
    body = body_of(pen, inner, choose.integer(1, 2), keeping=choose.chance(70))
    return Stage(Loop([], integer(pen, choose.integer(0, 3), {}), body), named)


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
    along = choose.pick(["lstm", "gru", "rnn"])
    keyword = choose.pick(["chunk", "split", "chunk", "split", "unbind", "topk", *[along] * 3])
    use = use_of(pen, place, keyword)
    scene = place.scene.fork()
    use.flow(scene)
    pen.ops[keyword] += 1
    if len(scene.current) < 2 or keyword == along:
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


def attention(pen: Pen, place: Place) -> Stage:
    """A value that looks at itself, or at what is made of it; with a mask sometimes."""
    value = place.scene.value
    if value.rank < 3 or value.dtype != "float":
        raise Misfit
    if value.rank == 3 and pen.choices.chance(75):
        return _along(pen, place) if pen.choices.chance(50) else _by_heads(pen, place)
    keyword = "scaled_dot_product_attention"
    sides: list[Node] = [Chain([Stage(Use("_"))]) for _ in range(3)]
    if pen.choices.chance(50):
        sides[pen.choices.integer(0, 2)] = Chain([Stage(Use("tanh"))])
    given: list[tuple[str | None, str]] = []
    kind = pen.choices.integer(0, 3)
    if kind == 1:
        given.append(("is_causal", "true"))
    elif kind == 2 and value.shape[-2] == value.shape[-1]:
        sides.append(Chain([Stage(Use("greater", [(None, "-2")]))]))
    elif kind == 3:
        given.append(("scale", pen.choices.pick(["0.5", "1", "-0.25"])))
    pen.ops[keyword] += 1
    pen.note("branches", "merge before")
    return Stage(Merged(Use(keyword, given), Branches(sides)))


def _along(pen: Pen, place: Place) -> Stage:
    """A recurrent layer in braces, of which one output goes on."""
    if place.in_module:
        raise Misfit
    keyword = pen.choices.pick(["lstm", "gru", "rnn"])
    made = Chain([Stage(use_of(pen, place, keyword))])
    made.names = [pen.fresh("p") for _ in range(3 if keyword == "lstm" else 2)]
    goes = pen.choices.pick(made.names)
    made.names = [name if name == goes else "_" for name in made.names]
    pen.ops[keyword] += 1
    pen.note("as several", "as with discard", "sequence")
    return Stage(Braces(Body([made, Chain([Stage(Use(goes))])])))


def _by_heads(pen: Pen, place: Place) -> Stage:
    """Attention with weights of its own: of one value, or of it and what is made of it."""
    use = use_of(pen, place, "multihead_attention")
    pen.ops["multihead_attention"] += 1
    if pen.choices.chance(40):
        return Stage(use)
    sides: list[Node] = [Chain([Stage(Use("_"))]), Chain([Stage(Use("tanh"))])]
    if pen.choices.chance(50):
        sides.append(Chain([Stage(Use("_"))]))
    pen.note("branches", "merge before")
    return Stage(Merged(use, Branches(sides)))


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
