"""Tensors that a text gives in numbers, and what is said of a raw parameter or buffer behind it."""

from __future__ import annotations

from archdsl.rules.names import in_model
from archir.base.diagnostics import Diagnostic, Problem, nearest
from archir.base.fixes import Fix, renamed, swap


def _added(buffer: str) -> str:
    return in_model(f"{buffer}\n  add [_, b]")


class ListOfOtherShape(Problem):
    """The elements of a raw parameter or buffer are listed, and are not as many as its shape says.

    The list has a list in it for each dim but the last, and lists beside each other are equally
    long.
    """

    name = "list-of-other-shape"
    bad = _added("buffer b: [1, 2] = [[1, 2], [3, 4]]")
    good = _added("buffer b: [2, 2] = [[1, 2], [3, 4]]").replace("32", "2")
    tensor: str
    shape: str
    given: str

    def message(self) -> str:
        return f"{self.tensor} has the shape {self.shape}, and the list is {self.given}"

    def hint(self) -> str:
        return "write the shape that the list has, or a list of that shape"


class UnevenList(Problem):
    """Lists that stand beside each other in a tensor have different lengths, so it has no shape."""

    name = "uneven-list"
    bad = _added("buffer b: [2, 2] = [[1, 2], [3]]")
    good = _added("buffer b: [2, 2] = [[1, 2], [3, 4]]").replace("32", "2")
    place: str
    found: str
    wanted: int

    def message(self) -> str:
        wanted = f"a list of {self.wanted}" + (" item" if self.wanted == 1 else " items")
        return f"element {self.place} is {self.found}, and the one beside it is {wanted}"

    def hint(self) -> str:
        return "a tensor is even: lists beside each other have as many items"


class ElementOfOtherKind(Problem):
    """An element of a tensor is no number of its dtype.

    An `int` holds whole numbers, a `bool` holds `true` and `false`, and a tensor without a dtype
    holds floats, for which whole numbers do as well.
    """

    name = "element-of-other-kind"
    bad = _added("buffer b: int[2] = [0, 0.5]").replace("32", "2")
    good = _added("buffer b: int[2] = [0, 1]").replace("32", "2")
    tensor: str
    dtype: str
    place: str
    found: str

    def message(self) -> str:
        where = f"its element {self.place}" if self.place else "its value"
        return f"{self.tensor} is {self.dtype}, and {where} is {self.found}"

    def hint(self) -> str | None:
        if self.found.startswith("the size"):
            return "a tensor is made before there is an input; numbers may stand here, and channels"
        if self.dtype == "int" and self.found.startswith("the float"):
            return "use // and int(…) for whole numbers, or leave the dtype out for floats"
        if self.dtype == "bool":
            return "compare to get truths, as in j <= i"
        if self.found in ("true", "false"):
            return f"write bool before the shape: {self.tensor}: bool[…]"
        return None


class LearnedIntegers(Problem):
    """A raw `param` is learned, so it holds floats. What is not learned is a `buffer`."""

    name = "learned-integers"
    bad = _added("param b: int[2] = [0, 1]").replace("32", "2")
    good = _added("buffer b: int[2] = [0, 1]").replace("32", "2")
    parameter: str
    dtype: str

    def message(self) -> str:
        return f"the param {self.parameter} is learned, and an {self.dtype} gets no gradient"

    def hint(self) -> str:
        return f"what is not learned is a buffer: `buffer {self.parameter}: …`"


class NotDrawnAsWhole(Problem):
    """An initialiser draws fractions, and the buffer holds whole numbers or truths.

    Such a buffer is listed, or filled with `zeros`, `ones`, `eye` or `constant` of a whole number.
    """

    name = "not-drawn-as-whole"
    bad = _added("buffer b: int[2] = normal").replace("32", "2")
    good = _added("buffer b: int[2] = ones").replace("32", "2")
    tensor: str
    dtype: str
    initialiser: str

    def message(self) -> str:
        return f"{self.tensor} is {self.dtype}, and {self.initialiser} gives other numbers"

    def hint(self) -> str:
        return "list its elements, as in [0, 1], or use zeros or ones"


class UnknownOption(Problem):
    """Behind a buffer's value stands `persistent = false`, and nothing else.

    A buffer that is not persistent has no key in the state dict, as torch's register_buffer has it.
    A `param` always has one.
    """

    name = "unknown-option"
    bad = _added("buffer b: [1] = zeros, persistant = false")
    good = _added("buffer b: [1] = zeros, persistent = false")
    kind: str
    option: str

    def message(self) -> str:
        if self.kind == "param":
            return f"a param takes no {self.option}"
        return f"a buffer takes no {self.option}"

    def hint(self) -> str:
        if self.kind == "param":
            return "a param is always in the state dict; a buffer may be left out of it"
        return "it takes persistent = false, which leaves it out of the state dict"

    def fix(self, at: Diagnostic) -> Fix | None:
        near = nearest(self.option, ("persistent",)) if self.kind == "buffer" else None
        return renamed(at.span, near) if near else None


class NotATruth(Problem):
    """`persistent` is true or false."""

    name = "not-a-truth"
    bad = _added("buffer b: [1] = zeros, persistent = 0")
    good = _added("buffer b: [1] = zeros, persistent = false")
    option: str
    what: str

    def message(self) -> str:
        return f"{self.option} is true or false, and this is {self.what}"

    def fix(self, at: Diagnostic) -> Fix | None:
        words = {"the number 0": "false", "the number 1": "true"}
        return swap(at.span, words[self.what]) if self.what in words else None
