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


def handed(pen: Pen, place: Place) -> list[Node]:
    """Two or three uses of such a block, each with an op of its own."""
    choose = pen.choices
    name = unit_block(pen)
    pen.note("block", "op as argument", "op with arguments filled in", "argument by position")
    stages = [
        Stage(Use(name, [(None, choose.pick(layers(place)))])) for _ in range(choose.integer(2, 3))
    ]
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
