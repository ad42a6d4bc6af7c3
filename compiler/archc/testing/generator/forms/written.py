"""What a text says of shapes and sizes to have it checked: ``::`` and ``assert``."""

from __future__ import annotations

from archc.testing.generator.forms.expressions import size, truth
from archc.testing.generator.forms.nodes import Node
from archc.testing.generator.forms.statements import Verbatim
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Size


def ascription(pen: Pen, place: Place) -> str:
    """A remark about the shape of the current value."""
    choose, dims = pen.choices, []
    pen.note("ascription")
    for extent in place.scene.value.shape:
        kind = choose.integer(0, 3)
        if kind == 0:
            dims.append("_")
            pen.note("ascription with wildcard")
        elif kind == 1 and not place.loop:
            dims.append(pen.fresh("Q"))
            place.scene.env[dims[-1]] = extent
            pen.note("ascription with name")
        elif isinstance(extent, Size) and kind == 2:
            named = Place(place.scene.fork())
            named.scene.current = ()
            dims.append(size(pen, named, extent))
            pen.note("ascription with expression")
        else:
            dims.append(str(int(extent)))
    return f"[{', '.join(dims)}]"


def claim(pen: Pen, place: Place) -> list[Node]:
    """An ``assert``, of numbers or of sizes."""
    choose, env = pen.choices, place.scene.env
    sizes = [n for n, v in env.items() if isinstance(v, Size) and n.isalnum()]
    if sizes and choose.chance(60):
        name = choose.pick(sizes)
        known, by = int(env[name]), choose.integer(2, 3)
        forms = [f"{name} >= {max(1, known - by)}", f"{name} % {by} == {known % by}",
                 f"{name} < {known + 2 * by}", f"{name} // {by} > {known // by - 1}",
                 f"{name} + 1 > {known}", f"{name} != {known + by}",
                 f"not ({name} == {known + 1} or {name} > {known + by})",
                 f"{name} > {known} or {name} % {by} == {known % by}"]  # fmt: skip
        other = choose.pick(sizes)
        if env[other] == known and other != name:
            forms.append(f"{name} == {other}")
        pen.note("assert over sizes", "comparison")
        return [Verbatim(f'assert {choose.pick(forms)}, "not for {{{name}}}"')]
    pen.note("assert", "string")
    return [Verbatim(f'assert {truth(pen, True, {}, 2)}, "cannot be"')]
