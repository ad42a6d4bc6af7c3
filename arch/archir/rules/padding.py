"""Problems of padding that stands by itself."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 8, W = 8]\n  {body}\n}}\n"


class WrongPaddingLength(Problem):
    """A list of paddings has two entries for each axis: before it, and behind it.

    The last axis comes first, as in torch: left, right, top, bottom, front, back. A constant may
    be put around the last axes alone, or around the channels too.
    """

    name = "wrong-padding-length"
    bad = _model("pad([1, 1, 2])")
    good = _model("pad([1, 1, 2, 2])")
    callee: str
    length: int
    wanted: tuple[int, ...]
    mode: str

    def message(self) -> str:
        *others, last = (str(each) for each in self.wanted)
        wanted = f"{', '.join(others)} or {last}" if others else last
        return (
            f'padding of {self.callee} with mode "{self.mode}" has {self.length} entries, and'
            f" takes {wanted} here"
        )

    def hint(self) -> str:
        return "give one number for all sides, or two for each axis: [left, right, top, bottom]"


class ValueNotForMode(Problem):
    """Reflected, repeated and circular padding take their values from the input itself."""

    name = "value-not-for-mode"
    bad = _model('pad(1, mode = "reflect", value = 0.5)')
    good = _model("pad(1, value = 0.5)")
    callee: str
    value: str
    mode: str

    def message(self) -> str:
        return (
            f'{self.callee} with mode "{self.mode}" repeats the input, and value {self.value} is'
            " given"
        )

    def hint(self) -> str:
        return 'leave the value out, or use mode "constant"'

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "value", safe=False)


class PaddingValueTooLarge(Problem):
    """The value of the padding must be a number that the incoming tensor can hold."""

    name = "padding-value-too-large"
    bad = _model("pad(1, value = 1e300)")
    good = _model("pad(1, value = 1e30)")
    callee: str
    value: str
    dtype: str

    def message(self) -> str:
        return f"value {self.value} of {self.callee} does not fit into {self.dtype}"

    def hint(self) -> str:
        return "use a number that is nearer to 0"


class PaddingRepeatsTooMuch(Problem):
    """Reflected and circular padding repeat the input, so there must be enough of it.

    A reflection does not repeat the edge itself, so the padding is below the size. Circular
    padding is at most the size, and where the other end is cropped at most what is left.
    """

    name = "padding-repeats-too-much"
    bad = _model('pad(8, mode = "reflect")')
    good = _model('pad(8, mode = "circular")')
    callee: str
    axis: str
    extent: str
    padding: int
    mode: str
    most: int

    def message(self) -> str:
        return (
            f'mode "{self.mode}" of {self.callee} can add at most {self.most} to {self.axis}'
            f" {self.extent}, and {self.padding} is asked for"
        )

    def hint(self) -> str:
        return 'pad less, or use mode "constant" or "replicate", which have no limit'


class CropTooLarge(Problem):
    """Negative padding crops, and something must be left."""

    name = "crop-too-large"
    bad = _model("pad(-4)")
    good = _model("pad(-3)")
    callee: str
    axis: str
    extent: str
    before: int
    after: int

    def message(self) -> str:
        return (
            f"{self.callee} pads {self.axis} {self.extent} by {self.before} and {self.after}:"
            " nothing would be left"
        )

    def hint(self) -> str:
        return "crop less, reduce the size less before, or give larger inputs"

    def label(self) -> str:
        return "crops too much"
