"""Blocks: declared for the value at hand, used with other arguments and for other values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archc.testing.generator.forms import bodies
from archc.testing.generator.forms.evaluation import find
from archc.testing.generator.forms.expressions import integer
from archc.testing.generator.forms.handed import layers, unit_block
from archc.testing.generator.forms.nodes import Block, Body, Scene, Stage, Use
from archc.testing.generator.forms.stages import label
from archc.testing.generator.forms.statements import Braces, Chain, Output, Verbatim
from archc.testing.generator.forms.weights.initialisers import rules
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Misfit, Part, Size, Value, require
from archir.catalogue.registry import ops

MODULES = frozenset(name for name, kind in ops().items() if kind.is_module)


def block(pen: Pen, place: Place) -> Stage:
    """A use of a block: of a known one, if it fits, or of a new one."""
    choose = pen.choices
    known = [each for each in pen.blocks if not each.name.startswith("T")]
    if known and pen.errors and choose.chance(50):
        return careless(pen, place, choose.pick(known))
    models = [each for each in known if each.kind == "model"]
    if models and choose.chance(50):
        made = choose.pick(models)
    elif known and choose.chance(45):
        made = choose.pick(known)
    else:
        require(pen.budget > 2 and len(pen.blocks) < 4)
        made = declare(pen, place)
    unit = use(pen, place, made)
    if made.kind == "model":
        pen.note("model used as a block")
    if any(isinstance(each, Output) and len(each.items) > 1 for each in made.body.statements):
        pen.note("block of several outputs")
    named = label(pen, place) if choose.chance(45) else ""
    return Stage(unit, named)


def careless(pen: Pen, place: Place, made: Block) -> Stage:
    """A use of a block on any value there is, whether it fits or not."""
    pen.errors -= 1
    pen.note("value that does not fit", "named value at head")
    unit = use(pen, place, made)
    unit.careless = True
    values = [n for n, v in place.scene.env.items() if isinstance(v, Value) and not v.trained]
    if not values or place.in_module:
        return Stage(unit)
    head = Stage(Use(pen.choices.pick(values)))
    return Stage(Braces(Body([Chain([head, Stage(unit)])])))


def use(pen: Pen, place: Place, made: Block) -> Use:
    """A call of a block with fitting arguments."""
    choose, given = pen.choices, []
    by_name = False
    for name, kind, domain, default in made.params:
        if default and choose.chance(55):
            by_name = True
            continue
        text = _argument(pen, place, made, name, kind, domain)
        if text == "":
            by_name = True
            continue
        by_name = by_name or choose.chance(30)
        pen.note("argument by name" if by_name else "argument by position")
        given.append((name if by_name else None, text))
    if not given:
        pen.note("part without parentheses")
    return Use(made.name, given)


def _argument(pen: Pen, place: Place, made: Block, name: str, kind: str, domain: str) -> str:
    choose, env = pen.choices, place.scene.env
    if name[0] == "u":
        return _unit(pen, place, made)
    if name[0] == "a":
        pen.note("op as argument")
        words = ["relu", "tanh", "none", "batch_norm(eps = 1e-3)", "silu", "leaky_relu(0.2)"]
        if choose.chance(30):
            words = layers(place)
        word = choose.pick(words)
        if word == "none":
            pen.note("none as op")
        elif "(" in word:
            pen.note("op with arguments filled in")
        return word
    if name.startswith("start"):
        pen.note("init as argument")
        return choose.pick(["zeros", "ones", "normal(std = 0.02)"])
    if name[0] == "l":
        pen.note("list parameter", "list")
        return f"[{', '.join(str(choose.integer(1, 4)) for _ in range(choose.integer(1, 2)))}]"
    if name[0] == "r":
        return choose.pick(["0.5", "1", "2.0"])
    if name[0] == "v":
        pen.note("string")
        return choose.pick(['"left"', '"right"', '"a-b"'])
    if name[0] == "d":
        return integer(pen, choose.integer(1, 2), env)
    return integer(pen, choose.pick([2, 3, 4, 6]), env)


def _unit(pen: Pen, place: Place, made: Block) -> str:
    """A block as an argument: one that keeps the shape, with or without arguments filled in."""
    units = [b for b in pen.blocks if b.name.startswith("T")]
    if not units:
        return "identity"
    chosen = pen.choices.pick(units)
    pen.note("block as argument")
    if pen.choices.chance(40):
        pen.note("block with arguments filled in")
        return f"{chosen.name}(a1 = tanh)"
    return chosen.name


def declare(pen: Pen, place: Place, labelled: bool = False) -> Block:
    """A new block for what flows in here; one that is an argument of another may come before it."""
    choose, name = pen.choices, pen.fresh("B")
    params, env = parameters(pen, place)
    inputs = written_inputs(pen, place.scene.current, env) if choose.chance(65) else []
    scene = Scene({**pen.env(), **env}, place.scene.current)
    inner = Place(scene, place.depth - 1)
    if inputs:
        pen.note("input of a block", *(["several block inputs"] if len(inputs) > 1 else []))
    made = bodies.body(pen, inner, choose.integer(1, 3))
    if labelled:
        for stage in _stages(made):
            if not stage.label and isinstance(stage.unit, Use) and stage.unit.name in MODULES:
                stage.label = pen.fresh("c")
    if choose.chance(15) and len(scene.current) == 1:
        _outputs(pen, scene, made)
    if choose.chance(15):
        made.statements.append(Verbatim(rules(pen, inner, [], made)))
        pen.note("init in a block")
    block = Block(name, params, inputs, made)
    if not params and choose.chance(50):
        block.is_bare = True
        pen.note("no parentheses")
    if choose.chance(25):
        block.doc = choose.pick(["A part of it.", "As in the paper (table 2)."])
        pen.note("doc comment")
    pen.blocks.append(block)
    pen.known[":" + name] = block
    pen.declare(name, Part(name), block.text())
    pen.note("block")
    return block


def parameters(pen: Pen, place: Place) -> tuple[list[tuple[str, str, str, str]], dict[str, Any]]:
    """Parameters, and what they are at the first use."""
    choose = pen.choices
    kinds = choose.some(["k", "a", "d", "r", "l", "v", "start", "e", "u"], 28)
    found: list[tuple[str, str, str, str]] = []
    env: dict[str, Any] = {}
    for kind in kinds:
        name, (text, domain, default, value) = pen.fresh(kind), _kind(pen, kind)
        if kind == "u" and not any(block.name.startswith("T") for block in pen.blocks):
            unit_block(pen)
        if kind == "e":
            earlier = [n for n, v in env.items() if isinstance(v, int)]
            if not earlier:
                continue
            default = f"2 * {earlier[0]}"
            value = 2 * env[earlier[0]]
            pen.note("default of earlier parameter")
        typed = text if choose.chance(60) else ""
        pen.note("parameter", *(["typed parameter"] if typed else []))
        if default:
            pen.note("parameter default")
        found.append((name, typed, domain, default))
        env[name] = value
    found.sort(key=lambda each: bool(each[3]))
    return found, env


def _kind(pen: Pen, kind: str) -> tuple[str, str, str, Any]:
    """Type, domain, default and value of a parameter."""
    choose = pen.choices
    if kind == "a":
        return "op", "", choose.pick(["relu", "batch_norm", ""]), Part("relu")
    if kind == "u":
        return "block", "", "", Part("identity")
    if kind == "d":
        if choose.chance(60):
            pen.note("domain range")
            if choose.chance(30):
                pen.note("range with step")
                return "int", choose.pick(["1..8 step 1", "1..9 step 2"]), "1", 1
            return "int", "1..8", "1", 1
        return "int", "", "1", 1
    if kind == "r":
        return "float", "", choose.pick(["", "1.0"]), 1.0
    if kind == "l":
        if choose.chance(30):
            pen.note("items of a list parameter")
            kind = choose.pick(["list[int in 1..8]", "list[int] of 1", "list[int in [2, 3]] of 1"])
            return kind, "", choose.pick(["", "[2]"]), [2]
        return "list[int]", "", choose.pick(["", "[2]"]), [2]
    if kind == "v":
        pen.note("domain list")
        return "string", '["left", "right", "a-b"]', '"left"', "left"
    if kind == "start":
        return "init", "", "ones", Part("ones")
    return "int", "", choose.pick(["", "4"]), 4


def _outputs(pen: Pen, scene: Scene, made: Any) -> None:
    names = [n for n, v in scene.env.items() if isinstance(v, Value) and not v.trained][-1:]
    items = [(pen.fresh("o"), "_")]
    if names and pen.choices.chance(50):
        items.append((names[0], ""))
        pen.note("several outputs", "block of several outputs")
    pen.note("output")
    made.statements.append(Output(items))


def written_inputs(
    pen: Pen, values: tuple[Value, ...], env: dict[str, Any]
) -> list[tuple[str, str, list[str]]]:
    """Declarations for some values; the names in the shapes are bound."""
    found: list[tuple[str, str, list[str]]] = []
    letters = {1: ["L"], 2: ["H", "W"], 3: ["D", "H", "W"]}
    for place, value in enumerate(values):
        dims: list[str] = []
        names = ["N", "C", *letters.get(value.rank - 2, ["F"])][: value.rank]
        for dim, extent in enumerate(value.shape):
            name = names[dim] if not place else f"{names[dim]}{place + 1}"
            dims.append(_dim(pen, env, name, extent, dim))
        name = pen.fresh("q")
        dtype = "" if value.dtype == "float" else value.dtype
        found.append((name, dtype, dims))
        env[name] = value
    return found


def _dim(pen: Pen, env: dict[str, Any], name: str, extent: int, dim: int) -> str:
    choose = pen.choices
    if dim == 0 and "N" in env:
        return "N"
    same = [n for n in ("H", "C", "L", "D") if n in env and env[n] == extent
            and isinstance(env[n], Size) == isinstance(extent, Size)]  # fmt: skip
    if same and choose.chance(25):
        pen.note("repeated name in input shape")
        return same[0]
    if not isinstance(extent, Size) and dim and choose.chance(15):
        pen.note("number in input shape")
        return str(extent)
    halves = [
        n for n in ("C", "H", "L") if n in env and isinstance(env[n], int) and env[n] * 2 == extent
    ]
    if halves and choose.chance(40):
        pen.note("expression in input shape")
        return f"2 * {halves[0]}"
    if choose.chance(4):
        return "_"
    env[name] = extent
    return name


def upto(pen: Pen, place: Place) -> Stage:
    """A block up to some of its labelled modules."""
    choose = pen.choices
    known = [each for each in pen.blocks if _labels(each)]
    if not known or choose.chance(30):
        require(pen.budget > 2 and len(pen.blocks) < 4)
        known = [declare(pen, place, labelled=True)]
    made = choose.pick(known)
    labels = choose.some(_labels(made), 70)[:2]
    require(bool(labels))
    pen.note("upto", *(["upto several"] if len(labels) > 1 else []))
    stage = Stage(Upto(made.name, use(pen, place, made).arguments, labels=labels))
    if len(labels) == 1:
        if choose.chance(40):
            stage.label = label(pen, place)
        return stage
    pen.ops["add"] += 1
    return Stage(Braces(Body([Chain([stage, Stage(Use("add"))])])))


def _labels(made: Block) -> list[str]:
    """The labels of stages that stand in a block's own body, and always run."""
    return [stage.label for stage in _stages(made.body) if stage.label.isidentifier()]


def _stages(body: Body) -> list[Stage]:
    chains = [each for each in body.statements if isinstance(each, Chain)]
    return [stage for chain in chains for stage in chain.stages if not stage.condition]


@dataclass
class Upto(Use):
    """``Block(args) upto [labels]``."""

    labels: list[str] = field(default_factory=list)

    def text(self) -> str:
        """As the file has it."""
        return f"{super().text()} upto [{', '.join(self.labels)}]"

    def _flow(self, scene: Scene) -> None:
        positional, named = self.evaluated(scene)
        part, declared = find(self.name, scene.env), find(":" + self.name, scene.env)
        require(isinstance(part, Part) and declared is not None)
        inner = declared.run(part.filled(positional, named), scene)
        given = [inner.labelled.get(name, ()) for name in self.labels]
        require(all(len(values) == 1 for values in given))
        scene.current = tuple(value for values in given for value in values)


def splice(pen: Pen, place: Place) -> Stage:
    """A block whose children go into the scope around."""
    known = [b for b in pen.blocks if "init {" not in b.text() and not b.name.startswith("T")]
    if not known or place.loop:
        raise Misfit
    made = use(pen, place, pen.choices.pick(known))
    pen.note("splice")
    return Stage(Splice(made.name, made.arguments))


class Splice(Use):
    """``*Block(args)``."""

    def text(self) -> str:
        """As the file has it."""
        return "*" + super().text()
