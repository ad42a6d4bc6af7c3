"""Problems with values that are brought together."""

from __future__ import annotations

from archir.base.diagnostics import Problem


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class InnerDimsDiffer(Problem):
    """A product of matrices takes the columns of the first and the rows of the second together.

    The last dim of the first value must be the last but one of the second (or its only one).
    """

    name = "inner-dims-differ"
    bad = _model("matmul [_, slice(2, 0, 16)]")
    good = _model("matmul [_, _]")
    callee: str
    columns: str
    rows: str
    shapes: tuple[str, str]

    def message(self) -> str:
        one, other = self.shapes
        return (
            f"{self.callee} of {one} and {other} takes {self.columns} columns together with"
            f" {self.rows} rows"
        )

    def hint(self) -> str:
        return "transpose(-2, -1) exchanges the rows and the columns of a value"


class DtypesDiffer(Problem):
    """A product of matrices is of one dtype; nothing is promoted."""

    name = "dtypes-differ"
    bad = """model m() {
  input x: [N, 4, 4], ids: int[N, 4, 4]
  matmul
}
"""
    good = """model m() {
  input x: [N, 4, 4], y: [N, 4, 4]
  matmul
}
"""
    callee: str
    dtypes: tuple[str, str]

    def message(self) -> str:
        one, other = self.dtypes
        return f"{self.callee} takes values of one dtype, and these are {one} and {other}"

    def hint(self) -> str:
        return 'cast("float") makes floats of a value before it flows in'


class WeightDoesNotFit(Problem):
    """A weight or a bias that flows in has one extent for each of those that torch's layer has.

    That is the shape of the parameter in the layer that learns its own: ``conv_by`` takes what
    ``conv`` would make.
    """

    name = "weight-does-not-fit"
    bad = """model m() {
  input image: [N, 3, H = 32, W = 32]
  param weight: [3, 8, 3, 3] = kaiming_normal
  conv_by [image, weight]
}
"""
    good = """model m() {
  input image: [N, 3, H = 32, W = 32]
  param weight: [8, 3, 3, 3] = kaiming_normal
  conv_by [image, weight]
}
"""
    callee: str
    what: str
    """``weight`` or ``bias``."""

    wanted: str
    given: str
    value: str

    def message(self) -> str:
        return f"{self.callee} of {self.value} takes a {self.what} {self.wanted}, not {self.given}"

    def hint(self) -> str:
        if self.what == "bias":
            return "a bias has one number for each channel or feature of the output"
        return "permute exchanges the dims of a weight; reshape, unsqueeze and tile make other ones"


class NotTwoValues(Problem):
    """An op takes two values, and another number of them flows in."""

    name = "not-two-values"
    bad = _model("matmul [_, _, _]")
    good = _model("matmul [matmul [_, _], _]")
    callee: str
    count: int

    def message(self) -> str:
        flows = "1 flows" if self.count == 1 else f"{self.count} flow"
        return f"{self.callee} takes 2 values, and {flows} in"

    def hint(self) -> str:
        if self.count == 1:
            return f"write two values in brackets: {self.callee} [_, …]"
        return f"write one {self.callee} inside the other"
