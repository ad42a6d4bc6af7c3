"""Problems of initial weights that show once shapes are known."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class CannotNormalise(Problem):
    """What normalises a weight is for the weight of a layer that torch can do it to, once.

    `weight_norm` and `spectral_norm` make the weight of a convolution, a `linear` or an `embedding`
    anew each time that the layer runs, out of parameters that stand in its place. So the weight can
    be drawn, and cannot be another layer's.
    """

    name = "cannot-normalise"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) -> batch_norm with weight = spectral_norm
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) with weight = spectral_norm -> batch_norm
}
"""
    function: str
    parameter: str
    reason: str
    advice: str

    def message(self) -> str:
        return f"{self.function} cannot normalise {self.parameter}: {self.reason}"

    def hint(self) -> str:
        return self.advice


class InitialiserWithoutValue(Problem):
    """An argument of an initialiser has no value for a parameter, or one it does not take.

    ``fan_in`` and ``fan_out`` are counted on a parameter of two dims or more; a bias takes those
    of the weight beside it. What they are put into must come to a number that torch takes.
    """

    name = "initialiser-without-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
  init { conv.weight: normal(std = 1 / (fan_in - 27)) }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
  init { conv.weight: normal(std = 1 / fan_in) }
}
"""
    initialiser: str
    parameter: str
    reason: str
    counted: str = ""
    """What the fans are there, if they can be counted."""

    def message(self) -> str:
        return f"{self.initialiser} cannot fill {self.parameter}: {self.reason}"

    def hint(self) -> str | None:
        return self.counted or None
