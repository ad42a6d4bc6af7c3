"""Tied weights: to a layer by its label, and to one turn of a loop by its number."""

from __future__ import annotations

from archc.testing.generator.forms.nodes import Body, Node, Stage, Use
from archc.testing.generator.forms.statements import Chain, Loop, Module
from archc.testing.generator.pen import Pen, Place


def tied(pen: Pen, place: Place) -> list[Node]:
    """A module of two layers with one weight; keys lead from the module, wherever it stands."""
    choose, name = pen.choices, pen.fresh("m")
    pen.note("module", "tied weights", "with", "label")
    keyword, extent = "linear", int(place.scene.value.features)
    if place.scene.value.rank in (3, 4, 5) and choose.chance(50):
        keyword, extent = "conv", int(place.scene.value.channels)
    pen.ops[keyword] += 2
    given: list[tuple[str | None, str]] = [(None, str(extent))]
    given += [(None, "1")] if keyword == "conv" else []
    bias: list[tuple[str | None, str]] = [("bias", "false")] if choose.chance(50) else []
    first, again = Stage(Use(keyword, [*given, *bias]), "one"), Stage(Use(keyword, given), "two")
    tie = choose.pick(["one.weight", '"one".weight'])
    again.overrides = [("weight", tie)]
    if not bias and choose.chance(40):
        again.overrides.append(("bias", "one.bias"))
    stages = [first, again] if choose.chance(60) else [again, first]
    return [Module(name, "", Body([Chain(stages)])), Chain([Stage(Use(name))])]


def tied_to_a_turn(pen: Pen, place: Place) -> list[Node]:
    """A module of a loop of layers and one more, which has the weight of one of the turns."""
    choose, name = pen.choices, pen.fresh("m")
    pen.note("module", "tied weights", "tied to a turn", "with", "loop as a stage", "repeat")
    keyword, extent = "linear", int(place.scene.value.features)
    if place.scene.value.rank in (3, 4, 5) and choose.chance(50):
        keyword, extent = "conv", int(place.scene.value.channels)
    pen.ops[keyword] += 2
    kernel: list[tuple[str | None, str]] = [(None, "1")] if keyword == "conv" else []
    label, count = choose.pick(["turns", ""]), choose.integer(2, 4)
    is_behind = choose.chance(60)
    turn = choose.integer(0, count - 1)
    out = extent
    if pen.errors and choose.chance(25):
        pen.errors -= 1
        pen.note("argument that does not fit")
        if choose.chance(50):
            out += 1  # a weight of another shape
        else:
            turn = count
    before = 0 if label or is_behind else 1  # without labels all children have one count
    path = f"{label}.{turn}" if label else str(turn + before)
    layer = Stage(Use(keyword, [(None, str(extent)), *kernel]))
    inside: list[Node] = [Chain([layer])]
    if choose.chance(30):
        inside.append(Chain([Stage(Use("relu"))]))
        path = f"{label}.{2 * turn}" if label else str(2 * turn + before)
    turns = Stage(Loop([], str(count), Body(inside)), label)
    again = Stage(Use(keyword, [(None, str(out)), *kernel]), "two" if label else "")
    again.overrides = [("weight", f'"{path}".weight')]
    if choose.chance(30):
        again.overrides.append(("bias", f'"{path}".bias'))
    stages = [turns, again] if is_behind else [again, turns]
    return [Module(name, "", Body([Chain(stages)])), Chain([Stage(Use(name))])]


def tied_in_turns(pen: Pen, place: Place) -> list[Node]:
    """A module in which every turn of a loop has the weight of one layer in front of it."""
    choose, name = pen.choices, pen.fresh("m")
    pen.note("module", "tied weights", "tied in a loop", "with", "label", "repeat")
    extent = str(int(place.scene.value.features))
    pen.ops["linear"] += 2
    first = Stage(Use("linear", [(None, extent)]), "one")
    again = Stage(Use("linear", [(None, extent)]))
    again.overrides = [("weight", "one.weight")]
    turns = Stage(
        Loop([], str(choose.integer(1, 3)), Body([Chain([again])])), choose.pick(["", "t"])
    )
    return [Module(name, "", Body([Chain([first, turns])])), Chain([Stage(Use(name))])]
