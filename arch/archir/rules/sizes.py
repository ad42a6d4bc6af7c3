"""What can be wrong with the sizes that a checked network is asked about."""

from __future__ import annotations

from typing import ClassVar

from archir.base.diagnostics import Problem


class SizeChangesWeights(Problem):
    """A parameter's shape depends on the size of the input, and was taken at the default size.

    A network has its weights before it meets an input. A `linear` behind `flatten`, without an
    adaptive pool between them, fits just those sizes that give it the same number of features.
    """

    name = "size-changes-weights"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  max_pool(2) -> flatten -> linear(10)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  adaptive_avg_pool(7) -> flatten -> linear(10)
}
"""
    asked_sizes: ClassVar[dict[str, int]] = {"H": 64, "W": 64}

    callee: str
    has_weights: bool
    written: str
    made_for: int
    found: int
    at: str

    def message(self) -> str:
        made = f"the weights of {self.callee} were" if self.has_weights else f"{self.callee} was"
        return (
            f"{made} made for {self.written} = {self.made_for}, and at {self.at} it is {self.found}"
        )


class SizeChangesCount(Problem):
    """An op gives another number of values than at the default sizes.

    How many pieces `split` and `chunk` give depends on the extent that they take apart. The text
    behind them, which names the pieces or merges them, is for one number.
    """

    name = "size-changes-count"
    bad = """model m() {
  input x: [N, 3, H = 16]
  split(5, dim = 2) as a, b, c, d
  concat(2) [d, c, b, a]
}
"""
    good = """model m() {
  input x: [N, 3, H = 16]
  split([5, 5, 5, H - 15], dim = 2) as a, b, c, d
  concat(2) [d, c, b, a]
}
"""
    asked_sizes: ClassVar[dict[str, int]] = {"H": 33}

    callee: str
    made: int
    found: int
    at: str

    def message(self) -> str:
        values = "value" if self.made == 1 else "values"
        return (
            f"{self.callee} gives {self.made} {values} at the default sizes, and at {self.at} it "
            f"gives {self.found}"
        )


class SizeChangesShape(Problem):
    """An op gives a shape of another form than at the default sizes.

    `squeeze` leaves a dim out where its extent is 1, and keeps it elsewhere: so the number of dims
    depends on the size. The network is for the sizes that give the same as the default ones.
    """

    name = "size-changes-shape"
    bad = """model m() {
  input x: [N, 3, H = 8, W = 8]
  avg_pool(8) -> squeeze([2, 3]) -> linear(10)
}
"""
    good = """model m() {
  input x: [N, 3, H = 8, W = 8]
  adaptive_avg_pool(1) -> squeeze([2, 3]) -> linear(10)
}
"""
    asked_sizes: ClassVar[dict[str, int]] = {"H": 16}

    callee: str
    made: str
    found: str
    at: str

    def message(self) -> str:
        return f"{self.callee} gives {self.made}, and at {self.at} it gives {self.found}"


class SizeDividedByZero(Problem):
    """An argument is a size divided by another, and that is 0 at a size that is asked about.

    The network divides by it when it runs. The valid sizes are those at which it is not 0.
    """

    name = "size-divided-by-zero"
    bad = """model m() {
  input x: [N, 3, H = 16]
  slice(2, 0, 64 // (H - 8))
}
"""
    good = """model m() {
  input x: [N, 3, H = 16]
  slice(2, 0, 64 // H)
}
"""
    asked_sizes: ClassVar[dict[str, int]] = {"H": 8}

    callee: str
    divisor: str
    at: str

    def message(self) -> str:
        return (
            f"{self.callee} is given a size that is divided by {self.divisor}, which is 0 {self.at}"
        )


class InputBelowOne(Problem):
    """An input's extent is made of the size of another, and would be less than 1.

    There is no such input: the valid sizes are those at which all extents are at least 1.
    """

    name = "input-below-one"
    bad = """model m() {
  input x: [N, 3, H = 16], y: [N, 3, H - 8]
  concat(2) [x, y]
}
"""
    good = """model m() {
  input x: [N, 3, H = 16], y: [N, 3, H // 2 + 1]
  concat(2) [x, y]
}
"""
    asked_sizes: ClassVar[dict[str, int]] = {"H": 8}

    extent: str

    def message(self) -> str:
        return f"there is no input of this size: {self.extent} would be less than 1"


class NoValidSize(Problem):
    """No size of the input meets all that the network asks of it.

    What one place asks and what other places ask contradict each other, whatever the default
    sizes are. The places are shown; at one of them the network must change.
    """

    name = "no-valid-size"
    bad = """model m() {
  input x: [N, 1, L = 33]
  max_pool(2) -> conv_transpose(1, 2, stride = 2) as even
  concat [x, even]
  concat [even, x -> conv(1, 2)]
}
"""
    good = """model m() {
  input x: [N, 1, L = 32]
  max_pool(2) -> conv_transpose(1, 2, stride = 2) as even
  concat [x, even]
}
"""
    asked: str
    others: str

    def message(self) -> str:
        if not self.others:
            return f"no size fits: this asks for {self.asked}, which holds at none"
        return f"no size fits: this asks for {self.asked}, and other places for {self.others}"

    def hint(self) -> str | None:
        if not self.others:
            return None
        return "change one of the places: they contradict each other at every size"


class ShapeNotProven(Problem):
    """A shape over size variables that is right at the default sizes, and cannot be decided else.

    Written shapes are proven for every size that the model accepts. Where sizes are multiplied
    with each other that can be beyond what is decidable; then those near the defaults were tried.
    """

    name = "shape-not-proven"
    severity = "warning"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  flatten(2) -> max_pool(2) :: [N, 3, H * W - (H * W + 1) // 2]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  flatten(2) -> max_pool(2) :: [N, 3, _]
}
"""
    written: str
    actual: str

    def message(self) -> str:
        return (
            f"the shape {self.written} is neither proven nor refuted for all valid sizes: it is "
            f"{self.actual}"
        )

    def hint(self) -> str:
        return "write _ for the dim, or its value at the default sizes"
