"""Problems with the arguments of an op (or of anything else that is called by name)."""

from __future__ import annotations

from archir.diagnostics import Problem, listed

_INFERRED = ("in_channels", "in_features", "num_features", "num_channels", "normalized_shape")
"""Arguments of torch's classes that the language reads off the incoming shape."""


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class UnknownArgument(Problem):
    """An argument is given by a name that the op or block does not have.

    Ops have the argument names of torch.nn, less what is inferred from the incoming shape: nobody
    writes ``in_channels``.
    """

    name = "unknown-argument"
    bad = _model("conv(8, 3, strides = 2)")
    good = _model("conv(8, 3, stride = 2)")
    callee: str
    argument: str
    known: tuple[str, ...]
    near: str | None = None

    def message(self) -> str:
        return f"{self.callee} has no argument called {self.argument}"

    def hint(self) -> str:
        if self.argument in _INFERRED:
            return "leave it out: it is read off the incoming shape"
        if self.near:
            return f"did you mean {self.near}?"
        if not self.known:
            return f"{self.callee} takes no arguments"
        return f"{self.callee} takes {listed(self.known)}"

    def label(self) -> str:
        return "no such argument"


class MissingArgument(Problem):
    """An argument that has no default is not given."""

    name = "missing-argument"
    bad = _model("conv(8)")
    good = _model("conv(8, 3)")
    callee: str
    argument: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.callee} needs {self.argument}"

    def hint(self) -> str:
        return f"its arguments are, in order: {listed(self.known)}"


class ArgumentGivenTwice(Problem):
    """One argument is given by its position and by its name, or by its name twice."""

    name = "argument-given-twice"
    bad = _model("conv(8, 3, kernel_size = 5)")
    good = _model("conv(8, kernel_size = 5)")
    callee: str
    argument: str
    position: int | None
    """The position by which it is given also, counted from 1; None where both are names."""

    def message(self) -> str:
        return f"{self.argument} of {self.callee} is given twice"

    def hint(self) -> str:
        if self.position is None:
            return "leave one of them out"
        return f"argument {self.position} of {self.callee} is its {self.argument}: leave one out"

    def label(self) -> str:
        return "given again here"


class TooManyArguments(Problem):
    """More arguments are given by position than there are."""

    name = "too-many-arguments"
    bad = _model("relu(true, 0.1)")
    good = _model("relu(true)")
    callee: str
    given: int
    known: tuple[str, ...]

    def message(self) -> str:
        most = len(self.known)
        takes = "no arguments" if most == 0 else f"at most {most} argument{'s'[: most != 1]}"
        given = "1 is" if self.given == 1 else f"{self.given} are"
        return f"{self.callee} takes {takes}, and {given} given"

    def hint(self) -> str | None:
        return f"its arguments are, in order: {listed(self.known)}" if self.known else None

    def label(self) -> str:
        return "one too many"


class WrongArgumentType(Problem):
    """An argument is of a kind that the op does not take there."""

    name = "wrong-argument-type"
    bad = _model('conv(8, 3, bias = "no")')
    good = _model("conv(8, 3, bias = false)")
    callee: str
    argument: str
    value: str
    wanted: str

    def message(self) -> str:
        return f"{self.argument} of {self.callee} must be {self.wanted}, and {self.value} is not"


class FloatForCount(Problem):
    """A float stands where a count is wanted. Even a whole float such as ``64.0`` is refused.

    ``/`` always gives a float, as in Python; ``//`` divides two integers to an integer.
    """

    name = "float-for-count"
    bad = _model("conv(64 / 2, 3)")
    good = _model("conv(64 // 2, 3)")
    callee: str
    argument: str
    value: str
    wanted: str

    def message(self) -> str:
        return (
            f"{self.argument} of {self.callee} must be {self.wanted}, and {self.value} is a float"
        )

    def hint(self) -> str:
        return "divide with // to stay with integers, or round with int(…)"


class ArgumentOutOfBounds(Problem):
    """A number or a list lies outside of what the op takes."""

    name = "argument-out-of-bounds"
    bad = _model("dropout(1.5)")
    good = _model("dropout(0.5)")
    callee: str
    argument: str
    value: str
    wanted: str
    near: str | None = None
    """What is taken and most like what was given, if that can be said."""

    def message(self) -> str:
        return f"{self.argument} of {self.callee} must be {self.wanted}, and {self.value} is not"

    def hint(self) -> str | None:
        if self.argument == "eps" and self.value.isdecimal():
            # torch's norms begin with the number of channels.
            return "leave the number of channels out: it is read off the incoming shape"
        return f"did you mean {self.near}?" if self.near else None


class ArgumentDependsOnSize(Problem):
    """A layer is to be made with a number that the input's size decides.

    The layers of a model are made before it sees an input, so their arguments are plain numbers.
    """

    name = "argument-depends-on-size"
    bad = _model("conv(_.height, 3)")
    good = _model("conv(_.channels, 3)")
    callee: str
    argument: str
    value: str

    def message(self) -> str:
        return (
            f"{self.argument} of {self.callee} is {self.value}, which depends on the size of the"
            " input"
        )

    def hint(self) -> str:
        return "write the number itself, or give the input that size as a number"


class WrongListLength(Problem):
    """A list has one entry for each axis of the incoming tensor; this one has more or fewer."""

    name = "wrong-list-length"
    bad = _model("conv(8, [3, 3, 3])")
    good = _model("conv(8, [3, 3])")
    callee: str
    argument: str
    length: int
    axes: tuple[str, ...]

    def message(self) -> str:
        entries = "1 entry" if self.length == 1 else f"{self.length} entries"
        return (
            f"{self.argument} of {self.callee} has {entries}, and the incoming tensor has"
            f" {len(self.axes)} ({', '.join(self.axes)})"
        )

    def hint(self) -> str:
        return "give one number for all axes, or a list with one for each"


class ArgumentNotForRank(Problem):
    """torch has this argument in two and three dimensions only."""

    name = "argument-not-for-rank"
    bad = """model m() {
  input signal: [N, 2, L = 32]
  avg_pool(2, divisor_override = 1)
}
"""
    good = """model m() {
  input signal: [N, 2, L = 32]
  avg_pool(2)
}
"""
    callee: str
    argument: str
    layout: str

    def message(self) -> str:
        return (
            f"{self.callee} does not take {self.argument} on {self.layout}: torch has that over two"
            " and three axes only"
        )

    def hint(self) -> str:
        return "leave it out, or give the incoming tensor another axis"


class StridedSamePadding(Problem):
    """``padding = "same"`` keeps the size, which a stride above 1 cannot. torch refuses the two."""

    name = "strided-same-padding"
    bad = _model('conv(8, 3, stride = 2, padding = "same")')
    good = _model("conv(8, 3, stride = 2, padding = 1)")
    callee: str
    stride: str

    def message(self) -> str:
        return f'{self.callee} cannot have padding "same" together with stride {self.stride}'

    def hint(self) -> str:
        return "write the padding as a number; half the kernel, rounded down, is the usual one"


class PoolPaddingTooLarge(Problem):
    """A pool's padding is at most half its kernel, so that every window sees some of the input."""

    name = "pool-padding-too-large"
    bad = _model("max_pool(3, padding = 2)")
    good = _model("max_pool(3, padding = 1)")
    callee: str
    padding: int
    kernel: int

    def message(self) -> str:
        return (
            f"padding {self.padding} of {self.callee} is more than half of the kernel's"
            f" {self.kernel}"
        )

    def hint(self) -> str:
        return f"use a padding of at most {self.kernel // 2}"
