"""What can be wrong where a window slides over a value."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class KernelDoesNotFit(Problem):
    """A window is larger than the padded input, so that there is no place to put it."""

    name = "kernel-does-not-fit"
    bad = """model m() {
  input image: [N, 3, H = 2, W = 8]
  conv(8, 3)
}
"""
    good = """model m() {
  input image: [N, 3, H = 2, W = 8]
  conv(8, 3, padding = 1)
}
"""
    callee: str
    axis: str
    extent: str
    padding: int
    """Of both sides together."""

    kernel: int
    dilation: int

    def message(self) -> str:
        reach = self.dilation * (self.kernel - 1) + 1
        dilated = "" if self.dilation == 1 else f" ({self.kernel} with dilation {self.dilation})"
        padded = f" plus padding {self.padding}" if self.padding else ""
        return f"{self.axis} {self.extent}{padded} is less than the kernel's {reach}{dilated}"

    def hint(self) -> str:
        return "pad more, use a smaller kernel, reduce the size less before, or give larger inputs"

    def label(self) -> str:
        return f"{self.callee} does not fit"


class InputSmallerThanKernel(Problem):
    """torch's average pooling over three axes wants an input as large as the window, unpadded.

    Over one and two axes, and for all other windows, padding makes up for it.
    """

    name = "input-smaller-than-kernel"
    bad = """model m() {
  input scan: [N, 1, D = 2, H = 16, W = 16]
  avg_pool(3, padding = 1)
}
"""
    good = """model m() {
  input scan: [N, 1, D = 2, H = 16, W = 16]
  max_pool(3, padding = 1)
}
"""
    callee: str
    axis: str
    extent: str
    kernel: int

    def message(self) -> str:
        return (
            f"{self.axis} {self.extent} is less than the kernel's {self.kernel}, and {self.callee}"
            " over three axes does not count the padding"
        )

    def hint(self) -> str:
        return "use a smaller kernel along that axis, such as [1, 3, 3]"

    def label(self) -> str:
        return f"{self.callee} does not fit"


class OutputEmpty(Problem):
    """A layer's output would have no element left along an axis."""

    name = "output-empty"
    bad = """model m() {
  input image: [N, 3, H = 1, W = 8]
  max_pool(3, stride = 2, ceil_mode = true)
}
"""
    good = """model m() {
  input image: [N, 3, H = 2, W = 8]
  max_pool(3, stride = 2, ceil_mode = true)
}
"""
    callee: str
    axis: str
    extent: str
    least: int

    def message(self) -> str:
        return (
            f"{self.axis} {self.extent} is too small for {self.callee}, which needs at least"
            f" {self.least} here"
        )

    def hint(self) -> str:
        return "pad more, use a smaller kernel, reduce the size less before, or give larger inputs"

    def label(self) -> str:
        return "nothing would be left"


class WindowSeesNothing(Problem):
    """The first window of a pool steps over all of an axis, from the padding to behind its end.

    torch gives minus infinity for it, and its backward pass writes outside of the tensor.
    """

    name = "window-sees-nothing"
    bad = """model m() {
  input image: [N, 3, H = 1, W = 8]
  max_pool(2, padding = 1, dilation = 2)
}
"""
    good = """model m() {
  input image: [N, 3, H = 2, W = 8]
  max_pool(2, padding = 1, dilation = 2)
}
"""
    callee: str
    axis: str
    extent: str
    first: int
    """Where the window's first element behind the padding stands, counted from 0."""

    dilation: int

    def message(self) -> str:
        return (
            f"{self.axis} {self.extent} lies between two elements of {self.callee}'s first window,"
            f" which stand at {self.first - self.dilation} and {self.first}"
        )

    def hint(self) -> str:
        return f"pad or dilate less, or give larger inputs: at least {self.first + 1} are needed"

    def label(self) -> str:
        return "this window sees padding alone"


class PaddingExceedsSize(Problem):
    """Reflected and circular padding repeat the input itself, so there must be enough of it.

    Reflection needs a padding below the size (the edge is not repeated), circular padding one not
    above it.
    """

    name = "padding-exceeds-size"
    bad = """model m() {
  input image: [N, 3, H = 3, W = 8]
  conv(8, 7, padding = 3, padding_mode = "reflect")
}
"""
    good = """model m() {
  input image: [N, 3, H = 3, W = 8]
  conv(8, 7, padding = 3, padding_mode = "circular")
}
"""
    callee: str
    axis: str
    extent: str
    padding: int
    mode: str

    def message(self) -> str:
        relation = "below" if self.mode == "reflect" else "at most"
        return (
            f'padding_mode "{self.mode}" of {self.callee} needs a padding {relation} the size,'
            f" and {self.axis} is {self.extent} with padding {self.padding}"
        )

    def hint(self) -> str:
        return 'pad less, or use padding_mode "zeros" or "replicate", which have no limit'


class OtherNumberOfPlaces(Problem):
    """``fold`` puts each column that flows in at one place of the window on the image."""

    name = "other-number-of-places"
    bad = """model m() {
  input image: [N, 3, 32, 32]
  unfold(4, stride = 4) -> fold(32, 4, stride = 2)
}
"""
    good = """model m() {
  input image: [N, 3, 32, 32]
  unfold(4, stride = 4) -> fold(32, 4, stride = 4)
}
"""
    callee: str
    given: str
    places: str

    def message(self) -> str:
        return f"{self.given} windows flow in, and {self.callee} has places for {self.places}"

    def hint(self) -> str:
        return "the image, the window, its stride and padding are those of the unfold before"
