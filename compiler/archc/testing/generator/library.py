"""Uses of blocks of the standard library."""

from __future__ import annotations

from archc.testing.generator.forms.evaluation import evaluate
from archc.testing.generator.forms.nodes import Scene, Stage, Use
from archc.testing.generator.forms.stages import label
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Size, require

LIBRARY: dict[str, tuple[str, list[str]]] = {
    "ConvNormAct": (
        "std.blocks",
        ["4", "6, 1", "4, stride = 2", "4, norm = none", "4, 3, act = none"],
    ),
    "InvertedResidual": ("std.mobile", ["4, expand_ratio = 2", "_.channels, expand_ratio = 1.0"]),
    "DepthwiseSeparable": ("std.mobile", ["4", "6, stride = 2"]),
    "SqueezeExcite": ("std.mobile", ["2", "1, gate = hardsigmoid"]),
    "Fire": ("std.fire", ["2, 3, 3"]),
}


def library(pen: Pen, place: Place) -> Stage:
    """A block of the standard library."""
    choose = pen.choices
    require(place.scene.value.rank == 4 and place.scene.value.dtype == "float")
    name = choose.pick(list(LIBRARY))
    path, calls = LIBRARY[name]
    text = choose.pick(calls)
    names = pen.libraries.setdefault(path, [])
    if name not in names:
        names.append(name)
    pen.note("import of a library")
    return Stage(Library(name, text), label(pen, place) if choose.chance(30) else "")


class Library(Use):
    """A use of a block of the standard library."""

    def __init__(self, name: str, call: str) -> None:
        super().__init__(name)
        self.call = call

    def text(self) -> str:
        """As the file has it."""
        return f"{self.name}({self.call})"

    def flow(self, scene: Scene) -> None:
        """What its documentation says of shapes."""
        value = scene.value
        require(value.rank == 4 and value.dtype == "float" and not isinstance(value.channels, Size))
        if self.name == "SqueezeExcite":
            return
        first = self.call.split(",")[0]
        width = evaluate(first, scene.env, scene.current)
        channels = 6 if self.name == "Fire" else width
        stride = 2 if "stride = 2" in self.call else 1
        shape = [value.shape[0], channels, *((e - 1) // stride + 1 for e in value.shape[2:])]
        scene.current = (value.reshaped(*shape),)
