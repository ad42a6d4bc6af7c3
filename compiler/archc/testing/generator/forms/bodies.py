"""Statements, and whole bodies of them."""

from __future__ import annotations

from collections.abc import Callable

from archc.testing.generator import library
from archc.testing.generator.forms import choices, compounds, loops, sizes, uses, written
from archc.testing.generator.forms.expressions import integer, truth
from archc.testing.generator.forms.handed import handed
from archc.testing.generator.forms.nodes import Body, Node, Stage, Use
from archc.testing.generator.forms.stages import (
    SEVERAL,
    attempt,
    body_of,
    chain_of,
    fits,
    in_braces,
    op,
)
from archc.testing.generator.forms.statements import (
    Chain,
    If,
    Let,
    Loop,
    Module,
)
from archc.testing.generator.forms.weights.initialisers import overrides
from archc.testing.generator.forms.weights.raws import raw, weighed
from archc.testing.generator.forms.weights.ties import tied, tied_in_turns, tied_to_a_turn
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Misfit, Size, Value
from archir.catalogue.registry import ops

Draw = Callable[[Pen, Place], list[Node]]


def stages(pen: Pen, place: Place) -> list[Stage]:
    """One or two stages that fit here."""
    choose = pen.choices
    if place.depth > 0 and choose.chance(45):
        kinds = [
            (4, compounds.merge), (4, compounds.residual), (2, compounds.dense), (2, in_braces),
            (2, compounds.arithmetic), (1, compounds.product), (1, compounds.attention),
            (3, choices.choice), (2, compounds.looped), (1, compounds.one_branch),
            (1, compounds.absent), (3, compounds.part), (6, uses.block), (1, uses.splice),
            (1, library.library), (2, uses.upto),
        ]  # fmt: skip
        make = choose.weighted(kinds)
        kept, ops = pen.constructs.copy(), pen.ops.copy()
        made = attempt(lambda: make(pen, place), place.scene)
        if made is not None:
            return [made]
        pen.constructs, pen.ops = kept, ops
    if choose.chance(8):
        try:
            return compounds.apart(pen, place)
        except (Misfit, IndexError):
            pass
    return [op(pen, place)]


def chain(pen: Pen, place: Place) -> list[Node]:
    """A chain of stages, perhaps with a name and an ascription."""
    choose = pen.choices
    scene = place.scene.fork()
    inner = Place(scene, place.depth, place.loop, place.is_model, place.labels, place.in_module)
    found: list[Stage] = []
    for _ in range(choose.weighted([(5, 1), (3, 2), (1, 3)])):
        for stage in stages(pen, inner):
            stage.flow(scene)
            found.append(stage)
            if stage.condition or _is_function_of_many(stage):
                break
        if found and (found[-1].condition or len(scene.current) > 1):
            break  # a condition ends the chain, and several values get names
    made = Chain(found, broken=len(found) > 1 and choose.chance(12))
    if made.broken:
        pen.note("chain over lines")
    if len(scene.current) > 1 and choose.chance(25) and not place.in_module:
        return [made, *_as_list(pen, made, len(scene.current))]
    if len(scene.current) > 1:
        made.names = [pen.fresh("p") for _ in scene.current]
        pen.note("as several")
        if choose.chance(30):
            made.names[-1] = "_"
            pen.note("as with discard")
        rest: list[Node] = [made]
        return [*rest, Chain([Stage(Use(made.names[0]))])]
    if choose.chance(20) and not place.in_module:
        made.names = [pen.fresh("x")]
        pen.note("as")
    if choose.chance(10) and len(scene.current) == 1:
        made.ascription = written.ascription(pen, inner)
    return [made]


def _as_list(pen: Pen, made: Chain, count: int) -> list[Node]:
    """One name for the several values of a chain, and one of them."""
    made.names = [pen.fresh("p")]
    pen.note("several values as a list", "indexed value at head")
    at = pen.choices.pick(["0", "-1", str(count - 1)])
    return [Chain([Stage(Use(f"{made.names[0]}[{at}]"))])]


def _is_function_of_many(stage: Stage) -> bool:
    return isinstance(stage.unit, Use) and stage.unit.name in SEVERAL


def choice(pen: Pen, place: Place) -> list[Node]:
    """``if`` with its arms; the one that is taken counts."""
    choose = pen.choices
    pen.note("if")
    env = {
        n: v for n, v in place.scene.env.items() if isinstance(v, int) and not isinstance(v, Size)
    }
    which = choose.integer(0, 2)
    bodies = [body_of(pen, _plain(place), choose.integer(1, 2)) for _ in range(3)]
    arms = [(truth(pen, which == 0, env), bodies[0])]
    if which == 1 or choose.chance(30):
        arms.append((truth(pen, which == 1, env), bodies[1]))
        pen.note("else if")
    otherwise = bodies[2] if which == 2 or choose.chance(30) else None
    if otherwise is not None:
        pen.note("else")
    return [If(arms, otherwise)]


def _plain(place: Place) -> Place:
    """A place in the same scope, in braces that open none."""
    return place.inside(place.scene.fork())


def let(pen: Pen, place: Place) -> list[Node]:
    """A name for a number, for several, or for a part."""
    choose, env = pen.choices, place.scene.env
    kind = choose.integer(0, 3)
    if kind == 0:
        pen.note("let of several", "list")
        names = [pen.fresh("n"), pen.fresh("n")]
        return [Let(names, f"[{choose.integer(1, 4)}, {integer(pen, 2, env)}]")]
    if kind == 1:
        pen.note("part named by let", "op with arguments filled in")
        return [
            Let(
                [pen.fresh("a")], choose.pick(["relu", "leaky_relu(0.2)", "batch_norm(eps = 1e-3)"])
            )
        ]
    pen.note("let")
    return [Let([pen.fresh("n")], integer(pen, choose.integer(1, 4), env, 2))]


def parts(pen: Pen, place: Place) -> list[Node]:
    """Parts in a list, applied one after the other."""
    pen.note("part in a list", "op of a list of parts", "list", "for over list")
    name = pen.fresh("a")
    items = pen.choices.some(["relu", "tanh", "leaky_relu(0.2)", "identity", "layer_norm"], 40)
    items = items or ["relu"]
    if any("(" in item for item in items):
        pen.note("op with arguments filled in")
    named = pen.choices.chance(30)
    over = pen.fresh("n") if named else f"[{', '.join(items)}]"
    made: list[Node] = [Loop([name], over, Body([Chain([Stage(Use(name))])]))]
    return [Let([over], f"[{', '.join(items)}]"), *made] if named else made


def module(pen: Pen, place: Place) -> list[Node]:
    """A module that is applied several times, or before it stands."""
    choose = pen.choices
    name = pen.fresh("m")
    inner = Place(place.scene.fork(), 0, "", False, True, True)
    inner.scene.env = {n: v for n, v in inner.scene.env.items() if not isinstance(v, Value | Size)}
    named = pen.fresh("M") if choose.chance(30) else ""
    is_given_several = choose.chance(12)  # where its op takes one
    if is_given_several or choose.chance(30):
        stage = op(pen, inner, keeping=True)
        stage.label = stage.condition = ""
        if isinstance(stage.unit, Use) and ops()[stage.unit.name].weights and choose.chance(60):
            stage.overrides = overrides(pen, inner, stage.unit)
        made = Module(name, named, Body([Chain([stage])]), stage)
        pen.note("module with weights" if stage.overrides else "module")
    else:
        made = Module(name, named, body_of(pen, inner, choose.integer(1, 3), True))
    pen.note("module", *(["module with label"] if made.label else []))
    use = Chain([Stage(Use(name))])
    if choose.chance(20):
        pen.note("module before it stands")
        place.scene.env[name] = made.body
        return [use, made]
    between = place.inside(place.scene.fork())
    pen.note("module used twice")
    again = Chain([Stage(Use(name))])
    if pen.errors and choose.chance(60):  # for other channels, or another rank
        pen.errors -= 1
        pen.note("value that does not fit")
        again.stages[0].unit = Use(name, careless=True)
        if between.scene.value.rank > 1 and choose.chance(60):
            other = loops.widening(pen, between, str(choose.pick([2, 3, 4, 6])))
            return [made, use, Chain([other]), again]
        return [made, use, Chain(chain_of(pen, between, 1)), again]
    if is_given_several:
        return [made, use, *_given_several(pen, between, name)]
    middle = chain_of(pen, between, choose.integer(0, 1))
    return [made, use, *([Chain(middle)] if middle else []), again]


def _given_several(pen: Pen, place: Place, name: str) -> list[Node]:
    """Several values, which flow into a module that takes one; behind it the body goes on."""
    values = [n for n, v in place.scene.env.items() if isinstance(v, Value)]
    pieces = compounds.apart(pen, place) if values else []
    if len(pieces) != 2:
        return []
    pen.errors = max(0, pen.errors - 1)
    pen.note("value that does not fit")
    wrong = Chain([pieces[0], Stage(Use(name, careless=True))])
    return [wrong, Chain([Stage(Use(pen.choices.pick(values)))])]


def body(pen: Pen, place: Place, length: int) -> Body:
    """Statements that fit, one after the other."""
    choose, scene = pen.choices, place.scene
    found: list[Node] = []
    if len(scene.current) > 1:
        found += flow_on(pen, place)
    usual = 50 if pen.errors else 85
    if scene.current and scene.current[0].dtype != "float" and choose.chance(usual):
        pen.note("number as second value")
        pen.ops["multiply"] += 1
        found.append(Chain([Stage(Use("multiply", [(None, "0.5")]))]))
        found[-1].flow(scene)
    while length > 0 and pen.budget > 0:
        length -= 1
        kinds: list[tuple[int, Draw]] = [
            (12, chain), (2, choice), (1, let), (1, written.claim), (3, loops.loop),
            (3, loops.levels), (1, parts), (4, sizes.sized),
        ]  # fmt: skip
        if not place.loop:
            kinds += [(2, raw), (2, module), (2, loops.modules), (1, tied), (1, weighed)]
            kinds += [(1, tied_to_a_turn), (1, tied_in_turns), (1, handed)]
        if place.depth <= 0:
            kinds = [(6, chain), (1, let), (1, written.claim)]
        found += _fitting(pen, place, choose.weighted(kinds))
    return Body(found)


def _fitting(pen: Pen, place: Place, draw: Draw) -> list[Node]:
    """Statements of a kind, if they fit; else nothing."""
    kept, ops, scene = pen.constructs.copy(), pen.ops.copy(), place.scene
    before = scene.fork()
    try:
        made = draw(pen, place)
        scene.env, scene.current = dict(before.env), before.current
        for node in made:
            if isinstance(node, Module):  # it may be applied before it stands
                node.flow(scene)
        for node in made:
            node.flow(scene)
        if len(scene.current) == 1:
            return made
    except (Misfit, IndexError):
        pass
    pen.constructs, pen.ops = kept, ops
    scene.env, scene.current = before.env, before.current
    return []


def flow_on(pen: Pen, place: Place) -> list[Node]:
    """Several incoming values, merged or taken one by one."""
    choose, scene = pen.choices, place.scene
    if place.depth and not place.in_module and choose.chance(20):
        whole = Chain([uses.block(pen, place)])
        whole.flow(scene)
        return [whole]
    for how in choose.shuffled(["add", "concat", "maximum", "multiply"]):
        merge = Use(how)
        if how == "concat" and choose.chance(50):
            merge.arguments.append((None, choose.pick(["_[0].rank - 1", "_[-1].rank - 2"])))
        if fits(scene, merge) is not None and choose.chance(80):
            if merge.arguments:
                pen.note("incoming tuple", "rank")
            pen.ops[how] += 1
            pen.note("several values flow")
            first = Chain([Stage(merge)])
            first.flow(scene)
            return [first]
    named = [n for n, v in scene.env.items() if isinstance(v, Value) and v in scene.current]
    if not named:
        raise Misfit
    first = Chain([Stage(Use(choose.pick(named)))])
    first.flow(scene)
    return [first]
