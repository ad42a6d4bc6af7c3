"""Whole projects: models with inputs and outputs, variants, and what stands beside them."""

from __future__ import annotations

from typing import Any

from archc.testing.generator.choices import Choices
from archc.testing.generator.claims import with_claim
from archc.testing.generator.forms import bodies
from archc.testing.generator.forms.expressions import integer
from archc.testing.generator.forms.nodes import Block, Body, Node, Scene, Stage, Use
from archc.testing.generator.forms.stages import chain_of
from archc.testing.generator.forms.statements import Chain, If, Output, TrainOnly, Verbatim
from archc.testing.generator.forms.weights.initialisers import rules
from archc.testing.generator.mistakes import with_mistake
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.project import Project, assembled
from archc.testing.generator.values import Misfit, Part, Size, Value
from archc.testing.generator.variants import variants


def project(choices: Choices) -> Project:
    """A project of one to three models, one of which is meant."""
    while True:
        try:
            return _project(choices)
        except Misfit:
            continue  # its inputs are too large, or go nowhere


def _project(choices: Choices) -> Project:
    pen = Pen(choices)
    kind = choices.weighted([(36, "right"), (54, "unfit"), (10, "static")])
    pen.errors = choices.integer(2, 4) if kind == "unfit" else 0
    pen.budget = choices.integer(3, 12)
    constants(pen)
    if choices.chance(12):
        inner_model(pen)
    name, parameters, known = main_model(pen)
    meant, given = variants(pen, name, parameters, known)
    made = assembled(pen, meant, given)
    if kind == "static":
        return with_mistake(choices, made)
    return with_claim(choices, made) if choices.chance(20) else made


def constants(pen: Pen) -> None:
    """What a file declares beside blocks and models."""
    choose = pen.choices
    if choose.chance(20):
        name, value = pen.fresh("WIDTH"), choose.integer(1, 6)
        pen.declare(name, value, f"let {name} = {integer(pen, value, {})}")
        pen.note("let in a file")
    if choose.chance(8):
        one, two = pen.fresh("DEEP"), pen.fresh("WIDE")
        pen.declarations.append((f"{one}, {two}", f"let {one}, {two} = [2, 3]"))
        pen.known.update({one: 2, two: 3})
        pen.note("let of several in a file", "list")
    if choose.chance(15):
        name = pen.fresh("fn")
        if choose.chance(50):
            pen.declare(name, lambda n, by=1: n * by, f"fn {name}(n, by = 1) = n * by")
            pen.note("fn with default")
        else:
            pen.declare(name, lambda n: int(n), f"fn {name}(n: int) = max(n, n - 1)")
        pen.note("fn")
    if choose.chance(10):
        name = pen.fresh("pair")
        pen.declare(name, lambda n: [n, n], f"fn {name}(n) = [n, n]")
        pen.note("fn", "fn of a list", "list")


def inputs(pen: Pen, first: bool = True) -> tuple[list[str], dict[str, Any], tuple[Value, ...]]:
    """The inputs of a model: their declarations, what their names are, and the values."""
    choose = pen.choices
    count = choose.weighted([(8, 1), (2, 2)])
    items: list[str] = []
    env: dict[str, Any] = {}
    values: list[Value] = []
    batch = choose.weighted([(7, 1), (2, 2), (1, 3)])
    known = [block for block in pen.blocks if block.kind == "model"]
    for number in range(count):
        axes = choose.weighted([(2, 0), (2, 1), (6, 2), (1, 3)])
        same = known[0].inputs[0][2] if known and not number and choose.chance(80) else None
        if same is not None:
            axes = len(same) - 2
        names = {0: [], 1: ["L"], 2: ["H", "W"], 3: ["D", "H", "W"]}[axes]
        top = {1: 14, 2: 9, 3: 5}.get(axes, 6)
        dims: list[str] = []
        shape: list[int] = []
        if number or batch == 1:
            dims.append("N")
        else:
            dims.append(f"N = {batch}")
            pen.note("batch with default")
        env["N"] = Size(batch)
        shape.append(env["N"])
        channels = choose.pick([1, 2, 3, 4, 6, 8] if axes else [2, 4, 6])
        if same is not None:
            channels = int(same[1])
        dims.append(str(channels))
        shape.append(channels)
        for axis in names:
            dim, extent = _axis(pen, axis, number, top, env)
            dims.append(dim)
            shape.append(extent)
        name = pen.fresh("x") if first else pen.fresh("q")
        dtype = choose.weighted([(12, ""), (3, "int"), (1, "bool")])
        if dtype:
            pen.note(f"{dtype} input")
        items.append(f"{name}: {dtype}[{', '.join(dims)}]")
        value = Value(tuple(shape), dtype or "float")
        env[name] = value
        values.append(value)
    if count > 1:
        pen.note("several model inputs")
    return items, env, tuple(values)


def _axis(pen: Pen, axis: str, number: int, top: int, env: dict[str, Any]) -> tuple[str, int]:
    """An axis of an input: as it is declared, and its extent."""
    choose = pen.choices
    extent = choose.integer(1 if choose.chance(15) else min(4, top), top)
    if axis in env and choose.chance(60):
        return axis, env[axis]
    if choose.chance(12):
        return str(extent), extent
    name = axis if axis not in env else f"{axis}{number + 1}"
    env[name] = Size(extent)
    pen.note("size variable")
    return f"{name} = {extent}", env[name]


def model_parameters(pen: Pen) -> tuple[list[tuple[str, str, str]], dict[str, Any]]:
    """Parameters of a model: name, what stands behind it, its default; and their values."""
    choose, found, known = pen.choices, [], {}
    for kind in choose.some(["k", "a", "d"], 22):
        name = pen.fresh(kind)
        if kind == "k":
            value: Any = choose.pick([2, 3, 4, 6])
            found.append(
                (name, choose.pick(["", ": int"]), "" if choose.chance(35) else str(value))
            )
        elif kind == "a":
            value = Part("relu")
            found.append((name, ": op", "relu"))
        else:
            value = 2
            found.append((name, choose.pick([": int in 1..4", ": int in [1, 2, 3]"]), "2"))
            pen.note("domain range" if ".." in found[-1][1] else "domain list")
        known[name] = value
        pen.note("parameter", "model parameter", *(["typed parameter"] if found[-1][1] else []))
        pen.note("parameter default" if found[-1][2] else "model parameter without default")
    found.sort(key=lambda each: bool(each[2]))
    return found, known


def main_model(pen: Pen) -> tuple[str, list[tuple[str, str, str]], dict[str, Any]]:
    """The model that is looked at, without its variants."""
    choose, name = pen.choices, pen.fresh("net")
    params, known = model_parameters(pen)
    items, env, values = inputs(pen)
    scene = Scene({**pen.env(), **known, **env}, values)
    place = Place(scene, 2, is_model=True)
    body = bodies.body(pen, place, choose.integer(1, 6))
    if choose.chance(15):
        head(pen, place, body)
    ending(pen, place, body)
    if choose.chance(20):
        labels = ["c", "u", "M"]
        body.statements.append(Verbatim(rules(pen, place, labels, body)))
    said = ", ".join(n + t + (f" = {d}" if d else "") for n, t, d in params)
    lines = [f"input {', '.join(items)}", *(each.text() for each in body.statements)]
    inside = "\n".join("  " + line if line else line for line in "\n".join(lines).split("\n"))
    doc = ""
    if choose.chance(25):
        doc = "## A network.\n"
        pen.note("doc comment")
    pen.note("model")
    pen.declare(name, None, f"{doc}model {name}({said}) {{\n{inside}\n}}")
    return name, params, known


def head(pen: Pen, place: Place, body: Body) -> None:
    """A classifier, whose weights may depend on the size."""
    scene, choose = place.scene, pen.choices
    forms = [
        [Use("global_avg_pool")],
        [Use("flatten")],
        [Use("adaptive_avg_pool", [(None, "2")]), Use("flatten")],
    ]
    units = [*choose.pick(forms), Use("linear", [(None, "3")])]
    made = Chain([Stage(unit) for unit in units])
    try:
        trial = scene.fork()
        made.flow(trial)
    except Misfit:
        return
    if len(units) == 2 and units[0].name == "flatten":
        pen.note("weights at default sizes")
    for unit in units:
        pen.ops[unit.name] += 1
    made.flow(scene)
    body.statements.append(made)


def ending(pen: Pen, place: Place, body: Body) -> None:
    """Outputs, and what runs in training alone."""
    choose, scene, found = pen.choices, place.scene, body.statements
    trained = ""
    if choose.chance(14) and len(scene.current) == 1:
        heads = training(pen, place)
        trained = heads[-1].name if heads else ""
        found += heads
    named = [
        n for n, v in scene.env.items() if isinstance(v, Value) and not v.trained and n[0] in "xyz"
    ]
    several = choose.chance(30) and named
    if not trained and not several and not choose.chance(20):
        return
    pen.note("output")
    first = (pen.fresh("o"), "_")
    if named and choose.chance(15) and not several:
        first = (choose.pick(named), "")
        pen.note("output by name")
    items = [first]
    if several:
        items.append((choose.pick(named), ""))
        pen.note("several outputs", "output by name")
    made: Node = Output(items)
    if choose.chance(12):
        pen.note("output in if", "if", "else")
        made = If([("1 < 2", Body([made]))], Body([Output([items[0]])]))
    found.append(made)
    if trained:
        pen.note("output when training")
        found.append(Output([(pen.fresh("aux"), trained)], training=True))


def training(pen: Pen, place: Place) -> list[TrainOnly]:
    """A head in training alone; with two, the second takes what the first one named."""
    inner, name = place.inside(place.scene.fork()), pen.fresh("t")
    try:
        stages = chain_of(pen, inner, pen.choices.integer(1, 2))
    except Misfit:
        return []
    pen.note("train_only", "as")
    first = TrainOnly(Body([Chain(stages, [name])]), name)
    if not pen.choices.chance(35):
        return [first]
    pen.note("train_only values", "named value at head")
    earlier = pen.fresh("t")
    first = TrainOnly(Body([Chain(stages, [earlier])]), earlier)
    behind = Body([Chain([Stage(Use(earlier)), Stage(Use("relu"))], [name])])
    return [first, TrainOnly(behind, name)]


def inner_model(pen: Pen) -> None:
    """A model that others use as a block."""
    name = pen.fresh("Part")
    budget, pen.budget = pen.budget, 2
    items, env, values = inputs(pen, first=False)
    scene = Scene({**pen.env(), **env}, values)
    body = bodies.body(pen, Place(scene, 1), 2)
    pen.budget = budget
    if len(scene.current) != 1:
        return
    block = Block(name, [], [_declared(item) for item in items], body, "model")
    lines = [f"input {', '.join(items)}", *(each.text() for each in body.statements)]
    inside = "\n".join("  " + line if line else line for line in "\n".join(lines).split("\n"))
    pen.blocks.append(block)
    pen.known[":" + name] = block
    pen.declare(name, Part(name), f"model {name}() {{\n{inside}\n}}")
    pen.note("model", "several models")


def _declared(item: str) -> tuple[str, str, list[str]]:
    """An input's name, dtype and dims, without its defaults."""
    name, _, rest = item.partition(": ")
    dtype, _, dims = rest.rstrip("]").partition("[")
    return name, dtype, [dim.split(" = ")[0] for dim in dims.split(", ")]
