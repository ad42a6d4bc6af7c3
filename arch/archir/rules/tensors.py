"""Problems of the ops that take tensors apart and arrange them anew."""

from __future__ import annotations

from archir.base.diagnostics import Problem


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class NoDimsLeft(Problem):
    """An op would leave a single number, without a batch. Every value has at least one dim."""

    name = "no-dims-left"
    bad = _model("mean([0, 1, 2, 3])")
    good = _model("mean([1, 2, 3])")
    callee: str
    shape: str
    keeps: bool = False
    """Whether the op has ``keepdim``, which would leave one."""

    def message(self) -> str:
        return f"{self.callee} would leave no dims of {self.shape}"

    def hint(self) -> str:
        other = ", or keep a dim of 1 with `keepdim = true`" if self.keeps else ""
        return f"leave the batch, dim 0, as it is{other}"


class DimTwice(Problem):
    """A list of dims names one of them twice."""

    name = "dim-twice"
    bad = _model("mean([2, -2])")
    good = _model("mean([2, 3])")
    callee: str
    argument: str
    dims: tuple[int, ...]
    twice: int
    """The dim, counted from 0."""

    def message(self) -> str:
        shown = ", ".join(map(str, self.dims))
        return f"{self.argument} [{shown}] of {self.callee} names dim {self.twice} twice"

    def hint(self) -> str | None:
        if any(dim < 0 for dim in self.dims):
            return "a negative dim is counted from the end: -1 is the last"
        return "leave one of them out"


class NotAPermutation(Problem):
    """``permute`` names every dim of its input once, in the order that they are to have."""

    name = "not-a-permutation"
    bad = _model("permute(0, 2, 1)")
    good = _model("permute(0, 2, 3, 1)")
    callee: str
    count: int
    rank: int

    def message(self) -> str:
        named = "1 dim" if self.count == 1 else f"{self.count} dims"
        return f"{self.callee} is given {named}, and the incoming tensor has {self.rank}"

    def hint(self) -> str:
        return "name each dim once, in the new order; transpose exchanges two and leaves the rest"


class ElementsDiffer(Problem):
    """A new shape must have as many elements as there are."""

    name = "elements-differ"
    bad = _model("reshape(-1, 3, 100)")
    good = _model("reshape(-1, 3, 1024)")
    callee: str
    shape: str
    """What is to be given another shape."""

    elements: int
    wanted: str
    product: int
    """The elements of the shape, without a dim that is -1."""

    open: bool
    """Whether the shape has a dim that is -1."""

    def message(self) -> str:
        has = f"{self.shape} has {self.elements} elements"
        if self.open:
            return f"{self.callee} to {self.wanted} needs a multiple of {self.product}, and {has}"
        return f"{self.callee} to {self.wanted} needs {self.product} elements, and {has}"

    def hint(self) -> str:
        if self.open:
            return "the dim of -1 takes what the others leave, and they must leave a whole number"
        return "write -1 for one of the dims, to have it worked out"


class SeveralOpenDims(Problem):
    """At most one dim of a new shape can be -1, which is worked out from the others."""

    name = "several-open-dims"
    bad = _model("reshape(-1, 3, -1)")
    good = _model("reshape(-1, 3, 1024)")
    callee: str
    wanted: str

    def message(self) -> str:
        return f"{self.callee} to {self.wanted} leaves more than one dim open"

    def hint(self) -> str:
        return "write all dims but one; as a size of the input, the batch is N"


class ExtentBelowOne(Problem):
    """The extents that a text gives are at least 1."""

    name = "extent-below-one"
    bad = _model("reshape(-1, 0)")
    good = _model("reshape(-1, 3)")
    callee: str
    argument: str
    extent: str
    open: bool
    """Whether -1 has a meaning there."""

    def message(self) -> str:
        most = "at least 1, or -1" if self.open else "at least 1"
        return f"{self.argument} of {self.callee} takes extents of {most}, and {self.extent} is not"

    def hint(self) -> str:
        return "write how many elements the dim is to have, or -1 for one that is worked out"


class CannotExpand(Problem):
    """``expand`` repeats dims of extent 1, and leaves all others as they are."""

    name = "cannot-expand"
    bad = _model("expand(-1, 6, -1, -1)")
    good = _model("mean(1, keepdim = true) -> expand(-1, 6, -1, -1)")
    callee: str
    dim: int
    extent: str
    wanted: str

    def message(self) -> str:
        return f"dim {self.dim} is {self.extent}, and {self.callee} cannot make it {self.wanted}"

    def hint(self) -> str:
        return "only a dim of 1 is repeated; -1 leaves a dim as it is"


class CannotExpandTo(Problem):
    """``expand`` names every dim of its input; more are new ones in front, and are not -1."""

    name = "cannot-expand-to"
    bad = _model("expand(6, 32, 32)")
    good = _model("expand(-1, 3, -1, -1)")
    callee: str
    wanted: str
    shape: str

    def message(self) -> str:
        return f"{self.callee} cannot make {self.wanted} of {self.shape}{self._why()}"

    def _why(self) -> str:
        given, there = self.wanted.count(",") + 1, self.shape.count(",") + 1
        return f": it is given {given} extents for {there} dims" if given < there else ""

    def hint(self) -> str:
        return "give one extent for each dim, and plain extents for new dims in front of them"


class SliceEmpty(Problem):
    """A slice ends where it starts or before, so that nothing is in it."""

    name = "slice-empty"
    bad = _model("slice(1, 3)")
    good = _model("slice(1, 2)")
    callee: str
    dim: int
    extent: str
    start: str
    end: str

    def message(self) -> str:
        end = "its end" if self.end == "none" else self.end
        return (
            f"{self.callee} of dim {self.dim}, which is {self.extent}, from {self.start} to"
            f" {end} is empty"
        )

    def hint(self) -> str:
        return "it starts with start, counted from 0, and stops before end"


class IndexOutsideDim(Problem):
    """``select`` takes one index along a dim, counted from 0, or from -1 backwards."""

    name = "index-outside-dim"
    bad = _model("select(1, 3)")
    good = _model("select(1, 2)")
    callee: str
    index: int
    dim: int
    extent: str

    def message(self) -> str:
        where = f"dim {self.dim}, which is {self.extent}"
        return f"index {self.index} of {self.callee} is outside of {where}"

    def hint(self) -> str:
        return "indices count from 0, and from -1 backwards"


class SectionsDiffer(Problem):
    """The sections of a ``split`` must add up to the extent that is split."""

    name = "sections-differ"
    bad = _model("conv(8, 1) -> split([4, 2]) -> concat")
    good = _model("conv(8, 1) -> split([4, 4]) -> concat")
    callee: str
    dim: int
    extent: str
    total: str

    def message(self) -> str:
        return (
            f"the sections of {self.callee} add up to {self.total}, and dim {self.dim} is"
            f" {self.extent}"
        )

    def hint(self) -> str:
        return f"make them add up to {self.extent}, or give one number for pieces of that size"


class TooManyPieces(Problem):
    """A tensor is taken apart into more values than a network can have a use for."""

    name = "too-many-pieces"
    bad = """model m() {
  input signal: [N, 1, L = 100_000]
  split(1, 2) -> concat
}
"""
    good = """model m() {
  input signal: [N, 1, L = 100_000]
  split(50_000, 2) -> concat
}
"""
    callee: str
    pieces: int
    most: int

    def message(self) -> str:
        return (
            f"{self.callee} gives {self.pieces:,} values here, and at most {self.most:,} are taken"
        )

    def hint(self) -> str:
        return "take larger pieces"


class NoSuchDiagonal(Problem):
    """``diagonal`` takes one that begins inside of its matrices."""

    name = "no-such-diagonal"
    bad = _model("conv(8, 1) -> diagonal(40)")
    good = _model("conv(8, 1) -> diagonal(4)")
    callee: str
    rows: str
    columns: str
    offset: int

    def message(self) -> str:
        which = f"{abs(self.offset)} {'to the right' if self.offset > 0 else 'down'}"
        return f"a matrix of {self.rows} rows and {self.columns} columns has no diagonal {which}"

    def hint(self) -> str:
        return "the offset is below the number of columns, or of rows where it is negative"
