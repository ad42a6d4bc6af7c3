"""Problems of the ops that make axes larger, or trade them for channels."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class OutputPaddingTooLarge(Problem):
    """What is added to the end of a transposed convolution's output is less than a step.

    With a stride of s, s sizes of an image lead to the same size behind a convolution. The output
    padding chooses which of them the transposed convolution gives, so it is from 0 to s - 1. torch
    takes the dilation for the limit where that is larger.
    """

    name = "output-padding-too-large"
    bad = _model("conv_transpose(8, 3, stride = 2, output_padding = 2)")
    good = _model("conv_transpose(8, 3, stride = 2, output_padding = 1)")
    callee: str
    output_padding: int
    stride: int
    dilation: int
    axis: str = ""
    """Which axis it is, where the text says one for each."""

    instead: str = ""
    """What is allowed and most like what was given, as it is written."""

    def message(self) -> str:
        other = f" or dilation {self.dilation}" if self.dilation > 1 else ""
        along = f" along the {self.axis}" if self.axis else ""
        return (
            f"output_padding {self.output_padding} of {self.callee} is not below its stride"
            f" {self.stride}{other}{along}"
        )

    def hint(self) -> str:
        most = max(self.stride, self.dilation) - 1
        if most == 0 and self.instead.strip("[]0, "):
            return (
                f"with stride 1 there is one size to choose from along the {self.axis}: write"
                f" {self.instead}"
            )
        if most == 0:
            return "leave it out: with stride 1 there is one size to choose from"
        return f"use an output_padding of at most {most}"

    def fix(self, at: Diagnostic) -> Fix | None:
        is_sure = max(self.stride, self.dilation) == 1
        if is_sure and not self.instead.strip("[]0, "):
            return fixes.leave_out(at.span, self.callee, "output_padding")
        name, text = "output_padding", self.instead
        written = str(self.output_padding)
        return fixes.rewrite(at.span, self.callee, name, text, written, safe=is_sure)


class TransposedOutputEmpty(Problem):
    """A transposed convolution's padding takes away all of its output."""

    name = "transposed-output-empty"
    bad = """model m() {
  input image: [N, 3, H = 1, W = 8]
  conv_transpose(8, 2, stride = 2, padding = 1)
}
"""
    good = """model m() {
  input image: [N, 3, H = 2, W = 8]
  conv_transpose(8, 2, stride = 2, padding = 1)
}
"""
    callee: str
    axis: str
    extent: str
    full: int
    """The output's extent without padding."""

    padding: int

    def message(self) -> str:
        return (
            f"{self.axis} {self.extent} becomes {self.full} in {self.callee}, and padding"
            f" {self.padding} takes {2 * self.padding} of that away"
        )

    def hint(self) -> str:
        return "use less padding, a larger kernel or stride, or give larger inputs"

    def label(self) -> str:
        return "nothing would be left"


class ExtentNotDivisible(Problem):
    """Channels or pixels that are dealt out in equal parts must be divisible by their number.

    ``pixel_shuffle(r)`` makes ``r * r`` pixels out of as many channels, ``pixel_unshuffle(r)`` the
    reverse, and ``channel_shuffle`` splits the channels into equal groups.
    """

    name = "extent-not-divisible"
    bad = _model("conv(6, 1) -> pixel_shuffle(2)")
    good = _model("conv(8, 1) -> pixel_shuffle(2)")
    callee: str
    what: str
    extent: str
    divisor: int
    why: str
    """Which argument the divisor is."""

    def message(self) -> str:
        extent = f"{self.what} {self.extent}"
        if self.what == "channels":
            extent = f"{self.extent} {self.what}"
        return f"{extent} cannot be divided by {self.divisor}, the {self.why} of {self.callee}"

    def hint(self) -> str:
        if self.what == "channels":
            return f"bring the channels to a multiple of {self.divisor}, usually with conv(…, 1)"
        return f"pad or crop the {self.what} to a multiple of {self.divisor}, or give other inputs"


class SizeOrScaleFactor(Problem):
    """``upsample`` is told either what size to give or how many times larger: one of the two."""

    name = "size-or-scale-factor"
    bad = _model("upsample(size = 64, scale_factor = 2)")
    good = _model("upsample(scale_factor = 2)")
    callee: str
    both: bool

    def message(self) -> str:
        given = "both are given" if self.both else "neither is given"
        return f"{self.callee} takes either size or scale_factor, and {given}"

    def hint(self) -> str:
        return "leave one out" if self.both else f"write {self.callee}(scale_factor = 2) to double"


class ModeNotForRank(Problem):
    """Some ways to interpolate are for one, two or three axes only.

    They are ``linear`` on [N, C, L], ``bilinear`` and ``bicubic`` on [N, C, H, W], ``trilinear`` on
    [N, C, D, H, W]. The others are for all.
    """

    name = "mode-not-for-rank"
    bad = _model('upsample(scale_factor = 2, mode = "linear")')
    good = _model('upsample(scale_factor = 2, mode = "bilinear")')
    callee: str
    mode: str
    layout: str
    shape: str
    instead: str

    def message(self) -> str:
        return (
            f'mode "{self.mode}" of {self.callee} is for {self.layout}, and the shape here is'
            f" {self.shape}"
        )

    def hint(self) -> str:
        return f'use mode "{self.instead}"'

    def fix(self, at: Diagnostic) -> Fix | None:
        name, mode = f'"{self.instead}"', f'"{self.mode}"'
        return fixes.rewrite(at.span, self.callee, "mode", name, mode)


class GridDoesNotFit(Problem):
    """The places where an image is read are of as many axes as the image, and of as many images.

    ``grid_sample`` reads ``[N, C, H, W]`` by a grid ``[N, height, width, 2]``, which
    ``affine_grid`` makes of matrices ``[N, 2, 3]``; volumes have 3 in the place of 2, and 4 in the
    place of 3.
    """

    name = "grid-does-not-fit"
    bad = """model m() {
  input image: [N, 3, H = 32, W = 32], matrices: [N, 3, 3]
  matrices -> affine_grid([N, 3, H, W]) as grid
  grid_sample [image, grid]
}
"""
    good = """model m() {
  input image: [N, 3, H = 32, W = 32], matrices: [N, 2, 3]
  matrices -> affine_grid([N, 3, H, W]) as grid
  grid_sample [image, grid]
}
"""
    callee: str
    what: str
    """``a grid`` or ``matrices``."""

    wanted: str
    given: str
    image: str

    def message(self) -> str:
        return f"{self.callee} for {self.image} takes {self.what} {self.wanted}, not {self.given}"

    def hint(self) -> str:
        return "reshape gives numbers another shape: linear(6) -> reshape(N, 2, 3)"


class AlignCornersNotForMode(Problem):
    """Whether the corners are aligned is a question for the modes that interpolate.

    They are linear, bilinear, bicubic and trilinear.
    """

    name = "align-corners-not-for-mode"
    bad = _model("upsample(scale_factor = 2, align_corners = true)")
    good = _model('upsample(scale_factor = 2, mode = "bilinear", align_corners = true)')
    callee: str
    mode: str

    def message(self) -> str:
        return f'{self.callee} with mode "{self.mode}" does not take align_corners'

    def hint(self) -> str:
        return "leave it out, or use mode linear, bilinear, bicubic or trilinear"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "align_corners", safe=False)


class AntialiasNotForMode(Problem):
    """Antialiasing is for images, and for the modes that interpolate: bilinear and bicubic."""

    name = "antialias-not-for-mode"
    bad = _model("interpolate(16, antialias = true)")
    good = _model("interpolate(16)")
    callee: str
    mode: str
    shape: str

    def message(self) -> str:
        return (
            f'antialias of {self.callee} is for [N, C, H, W] and the modes "bilinear" and'
            f' "bicubic", and here mode "{self.mode}" meets {self.shape}'
        )

    def hint(self) -> str:
        return "leave antialias out, or use one of these modes"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "antialias", safe=False)


class RecomputeWithSize(Problem):
    """With a size there is no scale factor to recompute."""

    name = "recompute-with-size"
    bad = _model("upsample(64, recompute_scale_factor = true)")
    good = _model("upsample(scale_factor = 2, recompute_scale_factor = true)")
    callee: str

    def message(self) -> str:
        return f"{self.callee} is given a size, and there is no scale factor to recompute"

    def hint(self) -> str:
        return "leave recompute_scale_factor out"

    def fix(self, at: Diagnostic) -> Fix | None:
        # What is taken for a size may be meant as a factor.
        return fixes.leave_out(at.span, self.callee, "recompute_scale_factor", safe=False)


class ScaledToNothing(Problem):
    """An axis is scaled down so much that no element is left."""

    name = "scaled-to-nothing"
    bad = """model m() {
  input image: [N, 3, H = 3, W = 8]
  upsample(scale_factor = 0.25)
}
"""
    good = """model m() {
  input image: [N, 3, H = 4, W = 8]
  upsample(scale_factor = 0.25)
}
"""
    callee: str
    axis: str
    extent: str
    factor: str

    def message(self) -> str:
        return (
            f"{self.axis} {self.extent} times {self.factor} is less than 1, so that {self.callee}"
            " would leave nothing"
        )

    def hint(self) -> str:
        return "use a larger scale_factor, or give larger inputs"

    def label(self) -> str:
        return "nothing would be left"
