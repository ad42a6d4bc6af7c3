"""Loops: over numbers, over rows, and those whose values are lists behind them."""

from __future__ import annotations

from archc.testing.generator.forms.expressions import integer, numbers
from archc.testing.generator.forms.nodes import Body, Merged, Node, Stage, Use
from archc.testing.generator.forms.stages import body_of, chain_of, op
from archc.testing.generator.forms.statements import Braces, Branches, Chain, Let, Loop, Module
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Misfit, Size, Value


def looped(place: Place, variable: str, **names: object) -> Place:
    """A place in the first round of a loop."""
    inner = place.inside(place.scene.fork())
    inner.loop = variable
    inner.scene.env.update(names)
    return inner


def loop(pen: Pen, place: Place) -> list[Node]:
    """A loop that folds, or one whose rounds differ."""
    choose = pen.choices
    kind = choose.pick(["repeat", "widths", "range", "rows", "repeat"])
    if kind == "repeat":
        pen.note("repeat")
        inner = looped(place, "-")
        body = body_of(pen, inner, choose.integer(1, 3), keeping=choose.chance(65))
        return [
            Loop(
                [],
                integer(pen, choose.weighted([(5, 2), (3, 3), (1, 1), (1, 0), (1, 6)]), {}),
                body,
            )
        ]
    name = pen.fresh("i" if kind == "range" else "w")
    if kind == "range":
        pen.note("for over range")
        inner = looped(place, name, **{name: 1})
        body = body_of(pen, inner, choose.integer(1, 2), keeping=True)
        last = integer(pen, choose.integer(1, 3), {})
        if choose.chance(20):
            pen.note("range()")
            return [Loop([name], f"range({last})", body)]
        if choose.chance(15):
            pen.note("range with step")
            return [Loop([name], f"1..{last} step {choose.pick([1, 2, 3])}", body)]
        return [Loop([name], f"1..{last}", body)]
    widths = [choose.pick([2, 3, 4, 6]) for _ in range(choose.integer(1, 3))]
    rest = pen.fresh("s") if kind == "rows" else ""
    inner = looped(place, "-", **{name: widths[0]}, **({rest: 1} if rest else {}))
    first = widening(pen, inner, name, rest)
    first.flow(inner.scene)
    behind = body_of(pen, inner, choose.integer(0, 2), keeping=True)
    body = Body([Chain([first]), *behind.statements])
    if kind == "rows":
        pen.note("for over several", "list")
        if choose.chance(30):
            pen.note("names of rows in rows")
            rows = ", ".join(f"[{width}, [1, 1]]" for width in widths)
            return [Loop([name, f"[_, {rest}]"], f"[{rows}]", body)]
        same = choose.chance(40)  # rows that differ in the second place alone
        firsts = [widths[0] if same else width for width in widths]
        rows = ", ".join(f"[{width}, {choose.integer(1, 2)}]" for width in firsts)
        if choose.chance(30):
            pen.note("zip()")
            ones = ", ".join("1" for _ in widths)
            return [Loop([name, rest], f"zip([{', '.join(map(str, widths))}], [{ones}])", body)]
        return [Loop([name, rest], f"[{rows}]", body)]
    pen.note("for over list")
    return [Loop([name], numbers(pen, widths, {}), body)]


def widening(pen: Pen, place: Place, width: str, stride: str = "") -> Stage:
    """A stage whose channels are a variable."""
    scene, choose = place.scene, pen.choices
    rank = scene.value.rank
    if rank < 3 or choose.chance(15):
        pen.ops["linear"] += 1
        return Stage(Use("linear", [(None, width)]))
    pen.ops["conv"] += 1
    kernel = choose.pick(["1", "3"])
    given: list[tuple[str | None, str]] = [(None, width), (None, kernel)]
    if stride:
        given.append(("stride", stride))
    if kernel == "3":
        given.append(("padding", "1"))
    return Stage(Use("conv", given))


def levels(pen: Pen, place: Place) -> list[Node]:
    """Values named in a loop, and their list behind it."""
    choose = pen.choices
    if place.loop or place.in_module or place.scene.value.rank < 2:
        raise Misfit
    name, index = pen.fresh("y"), pen.fresh("i")
    inner = looped(place, index, **{index: 1})
    stages = chain_of(pen, inner, choose.integer(1, 2), keeping=True)
    pen.note("named in a loop", "as")
    count = choose.integer(2, 3)
    first: list[Node] = [Chain(stages, [name])]
    if choose.chance(15):
        return nested(pen, place, first, name)
    header = Loop([index], f"1..{count}", Body(first))
    forms = [over, zipped, reversed_, indexed, sliced, stage_index, at_head]
    return [header, *choose.pick(forms)(pen, place, name, count)]


def _merged(how: str, items: list[Node]) -> Node:
    return Chain([Stage(Merged(Use(how), Branches(items)))])


def over(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """Each value of the list as a branch."""
    pen.note("list of values looped over", "for in brackets", "named value at head")
    one = pen.fresh("z")
    how = pen.choices.pick(["concat", "add"])
    pen.ops[how] += 1
    return [
        _merged(
            how, [Loop([one], name, Body([Chain([Stage(Use(one))])])), Chain([Stage(Use("_"))])]
        )
    ]


def zipped(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """Values beside numbers."""
    pen.note("list of values zipped", "zip()", "for over several")
    one, number = pen.fresh("z"), pen.fresh("n")
    pen.ops["add"] += 2
    body = _merged(
        "add",
        [
            Chain([Stage(Use("_"))]),
            Chain([Stage(Use(one)), Stage(Use("multiply", [(None, number)]))]),
        ],
    )
    numbers_ = ", ".join(str(each) for each in range(1, count + 1))
    return [Loop([one, number], f"zip({name}, [{numbers_}])", Body([body]))]


def reversed_(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """The last value first."""
    pen.note("list of values reversed", "reversed()", "list of values looped over")
    one = pen.fresh("z")
    pen.ops["subtract"] += 1
    body = _merged("subtract", [Chain([Stage(Use("_"))]), Chain([Stage(Use(one))])])
    return [Loop([one], f"reversed({name})", Body([body]))]


def indexed(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """One value of the list, by ``let``."""
    pen.note("list of values indexed", "let of values", "named value at head")
    one = pen.fresh("z")
    pen.ops["maximum"] += 1
    at = pen.choices.pick(["0", "-1", str(count - 1)])
    items: list[Node] = [Chain([Stage(Use(one))]), Chain([Stage(Use("_"))])]
    return [Let([one], f"{name}[{at}]"), _merged("maximum", items)]


def at_head(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """Values of the list, by where they stand in it, and some that flow on together."""
    pen.note("indexed value at head", "named value at head")
    choose = pen.choices
    how = choose.pick(["add", "concat"])
    pen.ops[how] += 1
    at = choose.pick(["0", "-1", "1", f"{count} - 1", "1:", ":-1"])
    items: list[Node] = [Chain([Stage(Use(f"{name}[{at}]"))]), Chain([Stage(Use("_"))])]
    return [_merged(how, items)]


def modules(pen: Pen, place: Place) -> list[Node]:
    """Modules that a loop makes, applied behind it."""
    if place.loop or place.in_module or not place.labels or place.scene.value.rank < 2:
        raise Misfit
    choose = pen.choices
    name, one, holder = pen.fresh("m"), pen.fresh("f"), pen.fresh("M")
    inner = place.inside(place.scene.fork())
    inner.in_module = True
    inner.scene.env = {n: v for n, v in inner.scene.env.items() if not isinstance(v, Value | Size)}
    pen.note("list of modules", "label without name", "module")
    body = body_of(pen, inner, choose.integer(1, 2), keeping=True)
    made = Stage(
        Braces(Body([Loop([], str(choose.integer(1, 3)), Body([Module(name, "_", body)]))])), holder
    )
    turns = Loop([one], name, Body([Chain([Stage(Use(one))])]))
    return [Chain([made]), turns]


def sliced(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """A part of the list."""
    pen.note("list of values sliced", "slice of a list", "list of values looped over")
    one = pen.fresh("z")
    pen.ops["add"] += 1
    body = _merged("add", [Chain([Stage(Use("_"))]), Chain([Stage(Use(one))])])
    return [Loop([one], f"{name}[1:] + {name}[:1]", Body([body]))]


def stage_index(pen: Pen, place: Place, name: str, count: int) -> list[Node]:
    """An index over all stages, as in papers: ``sum(depths[:stage]) + i``."""
    pen.note("index over stages", "sum()", "slice of a list", "enumerate()", "for over several")
    stage, depth, i, depths = (pen.fresh(each) for each in ("s", "d", "i", "n"))
    inner = looped(place, "-", **{stage: 0, depth: 1, i: 1, depths: [1, 2]})
    kept = op(pen, inner, keeping=True)
    text = f'"unit{stage}_{{sum({depths}[:{stage}]) + {i}}}"'
    if not place.labels or kept.label or not isinstance(kept.unit, Use) or kept.unit.name != "relu":
        kept = Stage(Use("multiply", [(None, f"sum({depths}[:{stage}]) + {i}")]))
    else:
        kept.label = text
    pen.ops["multiply"] += 1
    body = Loop([i], f"1..{depth}", Body([Chain([kept])]))
    return [Let([depths], "[1, 2]"), Loop([stage, depth], f"enumerate({depths})", Body([body]))]


def nested(pen: Pen, place: Place, first: list[Node], name: str) -> list[Node]:
    """A loop in a loop: a list of lists."""
    pen.note("list of lists of values", "for over range", "repeat")
    outer, one, two = pen.fresh("i"), pen.fresh("z"), pen.fresh("z")
    plain = Chain([Stage(Use("multiply", [(None, "0.5")]))], [name])
    pen.ops["multiply"] += 1
    pen.ops["add"] += 1
    del first
    made = Loop([outer], "1..2", Body([Loop([], "2", Body([plain]))]))
    body = _merged("add", [Chain([Stage(Use("_"))]), Chain([Stage(Use(two))])])
    return [made, Loop([one], name, Body([Loop([two], one, Body([body]))]))]
