"""Blocks that are given an op: another one at each of their uses."""

from __future__ import annotations

from archc.testing.generator.forms.nodes import Block, Body, Node, Stage, Use
from archc.testing.generator.forms.statements import Chain
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Part


def unit_block(pen: Pen) -> str:
    """Declares a block that keeps the shape, and may be an argument; its name."""
    name = pen.fresh("T")
    text = f"block {name}(a1: op = relu) {{\n  a1 -> multiply(0.5)\n}}"
    pen.blocks.append(Block(name, [("a1", "op", "", "relu")], [], Body()))
    pen.known[":" + name] = pen.blocks[-1]
    pen.declare(name, Part(name), text)
    return name


def choosing_block(pen: Pen) -> str:
    """Declares a block with a loop whose turns choose between an op that is given and another."""
    name, choose = pen.fresh("T"), pen.choices
    turn, part = pen.fresh("i"), pen.fresh("u")
    wanted = choose.pick(["n1 - 1", "0", "1"])
    chosen = choose.pick(
        [f"a1 if {turn} == {wanted} else tanh", f"tanh if {turn} < {wanted} else a1"]
    )
    used = choose.pick([part, f"{part} -> {part}", f"residual {{ {part} }}"])
    body = f"for {turn} in 0..n1 {{\n    let {part} = {chosen}\n    {used} -> multiply(0.5)\n  }}"
    parameters = [("a1", "op", "", "relu"), ("n1", "int", "", "2")]
    pen.blocks.append(Block(name, parameters, [], Body()))
    pen.known[":" + name] = pen.blocks[-1]
    pen.declare(name, Part(name), f"block {name}(a1: op = relu, n1: int = 2) {{\n  {body}\n}}")
    pen.note("for over range", "let", "conditional", "comparison", "part named by let")
    return name


def handed(pen: Pen, place: Place) -> list[Node]:
    """Two or three uses of such a block, each with an op of its own."""
    choose = pen.choices
    chooses = choose.chance(40)
    name = choosing_block(pen) if chooses else unit_block(pen)
    pen.note("block", "op as argument", "op with arguments filled in", "argument by position")
    stages = []
    for _ in range(choose.integer(2, 3)):
        given: list[tuple[str | None, str]] = [(None, choose.pick(layers(place)))]
        if chooses and choose.chance(50):
            given.append((None, str(choose.integer(1, 3))))
        stages.append(Stage(Use(name, given)))
    if choose.chance(30):
        stages.insert(choose.integer(0, 2), Stage(Use(name)))
        pen.note("part without parentheses")
    return [Chain(stages)]


def layers(place: Place) -> list[str]:
    """Ops with weights that leave a value its shape: a class that is given them makes each."""
    (value, *_) = place.scene.current
    if value.rank < 3:
        return [f"linear({int(value.features)})", "layer_norm"]
    same = int(value.channels)
    return [
        f"conv({same}, 1)",
        f"conv({same}, 3, padding = 1, bias = false)",
        "depthwise(3, padding = 1)",
        f"linear({int(value.features)}, bias = false)",
    ]
