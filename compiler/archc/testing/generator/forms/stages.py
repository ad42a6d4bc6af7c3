"""Stages: ops with arguments, and what is combined of them."""

from __future__ import annotations

from collections.abc import Callable

from archc.testing.generator.forms.expressions import argument, integer, truth
from archc.testing.generator.forms.nodes import Body, Node, Scene, Stage, Use
from archc.testing.generator.forms.statements import Braces, Chain
from archc.testing.generator.forms.weights.initialisers import overrides
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.shapes.arguments import arguments, beyond, generic
from archc.testing.generator.values import Misfit, Part, Size
from archir.catalogue.registry import built_in, ops
from archir.op.contract import arguments_of

PLAIN = ("relu", "identity", "tanh")
"""What fits nearly everywhere."""

COMMON = ("conv", "conv", "conv", "linear", "max_pool", "avg_pool", "batch_norm", "relu", "reshape",
          "slice")  # fmt: skip
KEEPING = (
    "conv", "depthwise", "batch_norm", "relu", "relu", "layer_norm", "prelu", "group_norm",
    "dropout", "linear", "gelu", "identity", "softmax", "max_pool", "instance_norm", "pad", "silu",
)  # fmt: skip
SEVERAL = ("chunk", "split", "unbind", "topk", "lstm", "gru", "rnn")
"""What gives several values."""

BY_VALUE = (
    *("embedding", "embedding_bag", "gather", "index_select", "one_hot", "scatter", "scatter_add"),
)
"""What not all integers are right for."""

SINGLE = tuple(name for name in built_in() if name not in SEVERAL + BY_VALUE)


def fits(scene: Scene, node: Node) -> Scene | None:
    """What is known behind a node, if it fits here."""
    trial = scene.fork()
    try:
        node.flow(trial)
    except Misfit:
        return None
    return trial


def use_of(pen: Pen, place: Place, keyword: str) -> Use:
    """A call of an op with arguments, most of which fit."""
    drawn = arguments(pen.choices, keyword, place.scene.current)
    return written(pen, place, keyword, drawn)


def written(pen: Pen, place: Place, keyword: str, drawn: dict[str, object]) -> Use:
    """A call with given arguments, the first ones by position."""
    kind = ops()[keyword]
    given: list[tuple[str | None, str]] = []
    in_place = True
    for name, declared in arguments_of(kind).items():
        if name not in drawn:
            in_place = False
            continue
        text = argument(pen, place, drawn[name])
        if in_place and (declared.is_required() or pen.choices.chance(50)):
            given.append((None, text))
            pen.note("argument by position")
        else:
            in_place = False
            given.append((name, text))
            pen.note("argument by name")
            if name == "init":
                pen.note("keyword as argument name")
    if kind.variadic and given and given[0][1].startswith("[") and pen.choices.chance(75):
        items = drawn[next(iter(drawn))]
        assert isinstance(items, tuple)
        if len(items) > 0:
            given[:1] = [(None, argument(pen, place, item)) for item in items]
    if (
        -1 in [i for v in drawn.values() if isinstance(v, tuple) for i in v]
        and keyword == "reshape"
    ):
        pen.note("open extent")
    pen.note("op", *([] if given else ["part without parentheses"]))
    return Use(keyword, given)


def op(pen: Pen, place: Place, keeping: bool = False) -> Stage:
    """A stage of one op that fits, or, while mistakes are to be made, perhaps not."""
    choose, scene = pen.choices, place.scene
    pen.budget -= 1
    if pen.errors and choose.chance(40):
        pen.errors -= 1
        return careless(pen, place)
    for _ in range(8):
        keyword = choose.pick(KEEPING if keeping else (COMMON if choose.chance(25) else SINGLE))
        kept = pen.constructs.copy()
        try:
            use = use_of(pen, place, keyword)
        except (Misfit, IndexError):
            pen.constructs = kept
            continue
        made = fits(scene, use)
        if made is None or (keeping and made.current != scene.current):
            pen.constructs = kept
            continue
        return decorated(pen, place, use)
    fallback = next((Use(name) for name in PLAIN if fits(scene, Use(name))), None)
    if fallback is None:
        raise Misfit
    pen.ops[fallback.name] += 1
    return Stage(fallback)


def careless(pen: Pen, place: Place) -> Stage:
    """A call that may be wrong: an argument at or beyond its bounds, or for another value."""
    choose = pen.choices
    keyword = choose.pick(SINGLE)
    known = arguments_of(ops()[keyword])
    kind = choose.integer(0, 2) if known else 2
    try:
        drawn = arguments(choose, keyword, place.scene.current)
    except (Misfit, IndexError):
        drawn = {n: generic(choose, a.annotation) for n, a in known.items() if a.is_required()}
    if kind == 0:
        name = choose.pick(list(known))
        construct, drawn[name] = beyond(choose, known[name])
        pen.note(construct)
    elif kind == 1:
        name = choose.pick(list(known))
        drawn[name] = generic(choose, known[name].annotation)
        pen.note("argument that does not fit")
    else:
        pen.note("value that does not fit")
    use = written(pen, place, keyword, drawn)
    use.careless = True
    pen.ops[keyword] += 1
    return Stage(use)


def decorated(pen: Pen, place: Place, use: Use) -> Stage:
    """A stage of an op with a label, initial weights and a condition, sometimes."""
    choose, stage = pen.choices, Stage(use)
    kind = ops()[use.name]
    pen.ops[use.name] += 1
    if kind.is_module and choose.chance(25):
        stage.label = label(pen, place)
    elif not kind.is_module and choose.chance(6) and place.labels:
        stage.label = "_"
        pen.note("label without name")
    if kind.weights and choose.chance(10):
        stage.overrides = overrides(pen, place, use)
    if choose.chance(7):
        stage.condition = condition(pen, place, stage)
    return stage


def label(pen: Pen, place: Place) -> str:
    """A label that its scope does not have yet; none where there can be none."""
    choose = pen.choices
    if not place.labels or place.loop == "-":
        return ""
    if place.loop:
        pen.note("label with expression", "string with expression")
        return f'"{pen.fresh("u")}_{{{place.loop}}}"'
    kind = choose.integer(0, 20)
    if kind == 0:
        pen.note("label of digits")
        return f'"{2 * pen.constructs["label of digits"] - 1}"'
    if kind == 1:
        pen.note("label without name")
        return "_"
    if kind == 2:
        pen.note("label with expression", "string with expression", "string")
        return f'"{pen.fresh("t")}-{{{integer(pen, 2, {})}}}"'
    if kind == 3 and not pen.constructs["keyword as label"]:
        pen.note("keyword as label")
        return choose.pick(["block", "model", "input", "param", "init", "dense"])
    pen.note("label")
    return pen.fresh("c")


def condition(pen: Pen, place: Place, stage: Stage) -> str:
    """A condition; one that is false where the stage may be absent."""
    env = {n: v for n, v in place.scene.env.items() if not isinstance(v, Size | Part)}
    keeps = fits(place.scene, stage)
    is_true = keeps is None or keeps.current != place.scene.current or pen.choices.chance(60)
    pen.note("condition" if is_true else "false condition")
    return truth(pen, is_true, env)


def chain_of(pen: Pen, place: Place, length: int, keeping: bool = False) -> list[Stage]:
    """Some ops one after the other, on a scene of their own."""
    found: list[Stage] = []
    inner = Place(place.scene.fork(), place.depth, place.loop, place.is_model, place.labels,
                  place.in_module)  # fmt: skip
    for left in reversed(range(length)):
        stage = op(pen, inner, keeping)
        if left:
            stage.condition = ""  # it would end the chain
        stage.flow(inner.scene)
        found.append(stage)
    return found


def body_of(pen: Pen, place: Place, length: int, keeping: bool = False) -> Body:
    """A small body of ops, on one line or on several."""
    stages = chain_of(pen, place, length, keeping)
    if pen.choices.chance(50):
        return Body([Chain(stages)])
    return Body([Chain([stage]) for stage in stages])


def in_braces(pen: Pen, place: Place) -> Stage:
    """``{ … }``, perhaps with a label."""
    named = label(pen, place) if pen.choices.chance(60) else ""
    inside = place.inside(place.scene.fork())
    if named:
        inside.loop = ""
        pen.note("label on braces")
    pen.note("sequence")
    return Stage(Braces(body_of(pen, inside, pen.choices.integer(1, 3))), named)


def attempt(make: Callable[[], Stage], scene: Scene) -> Stage | None:
    """A stage if it can be made and fits."""
    try:
        stage = make()
    except (Misfit, IndexError):
        return None
    return stage if fits(scene, stage) is not None else None
