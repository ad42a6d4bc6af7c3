"""Problems that the checker finds in a graph, apart from those of single ops."""

from __future__ import annotations

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, insert, swap
from archir.rules.shapes import rank_shown


def _outer_product(count: int) -> str:
    """A model whose last shape is the product of two sums of ``count`` sizes."""
    rows = ", ".join(f"a{i}: [N, P{i} = 2, 1]" for i in range(count))
    columns = ", ".join(f"b{i}: [N, 1, Q{i} = 2]" for i in range(count))
    left = ", ".join(f"a{i}" for i in range(count))
    right = ", ".join(f"b{i}" for i in range(count))
    return f"""model m() {{
  input {rows}, {columns}
  multiply [concat [{left}], concat(dim = 2) [{right}]] -> flatten
}}
"""


class SizesTooComplex(Problem):
    """A shape grew into an expression of the input's sizes that is too long, or nests too deep.

    No known architecture comes near; usually dims were multiplied with each other, or sizes made
    larger by 3 and smaller by 2, again and again.
    """

    name = "sizes-too-complex"
    bad = _outer_product(32)
    good = _outer_product(8)
    op: str

    def message(self) -> str:
        return f"the output shape of {self.op} is too long an expression of the input's sizes"

    def hint(self) -> str:
        return "give the sizes as numbers in the input, or flatten less before this place"


class BatchHeld(Problem):
    """Something would be made for a batch of 1, which nobody has asked for.

    Weights have their shapes before a batch is known, and so has the number of pieces that `split`
    gives. Where they depend on a size they are for its default. A batch that has none counts as 1
    while shapes are checked; no network is held to that.
    """

    name = "batch-held"
    bad = """model m() {
  input x: [N, 3, 8]
  flatten(0) -> linear(10)
}
"""
    good = """model m() {
  input x: [N, 3, 8]
  flatten -> linear(10)
}
"""
    callee: str
    written: str
    batch: str

    def message(self) -> str:
        return (
            f"{self.callee} would be made for {self.written}, which depends on the batch: nobody"
            f" knows {self.batch} when a model is made"
        )

    def hint(self) -> str:
        return (
            "keep the dim of the batch by itself, as `flatten` does; a batch that is fixed has a"
            f" default in the input: {self.batch} = 1"
        )


class ShapeDiffersFromAnnotation(Problem):
    """A shape written with ``::`` is not the shape that the value has.

    The written shape is checked at the model's default sizes; where it names size variables it
    must hold for every size that the model accepts.
    """

    name = "shape-not-as-written"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) :: [N, 8, 32, 32]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) :: [N, 8, 30, 30]
}
"""
    written: str
    actual: str
    at: str = ""

    def message(self) -> str:
        return f"the shape here is {self.actual}, not {self.written}{self.at}"

    def hint(self) -> str:
        if rank_shown(self.written) == 2 < rank_shown(self.actual):
            return f"write {self.actual}, or put flatten or global_avg_pool before it"
        return f"write {self.actual}, or mend the layers before it"

    def label(self) -> str:
        return f"this is {self.actual}"

    def fix(self, at: Diagnostic) -> Fix | None:
        if at.span.text.startswith("[") and "\u2026" not in self.actual:
            return swap(at.span, self.actual, safe=False)
        return None


class InputDoesNotMatch(Problem):
    """A block says with ``input`` what it takes, and is given another rank, dtype or shape.

    An input that names no dtype takes floats.
    """

    name = "input-does-not-match"
    bad = """block Head() {
  input x: [N, 512, H, W]
  conv(10, 1)
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Head
}
"""
    good = """block Head() {
  input x: [N, 3, H, W]
  conv(10, 1)
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Head
}
"""
    block: str
    input: str
    written: str
    actual: str
    unsaid: str | None = None
    """The dtype that is given, where the input names none and so takes floats."""

    def message(self) -> str:
        return (
            f"{self.block} takes {self.input} of shape {self.written}, and is given {self.actual}"
        )

    def hint(self) -> str:
        mend = "mend the input" if self.unsaid is None else f"write {self.unsaid}[…] in the input"
        return f"give it a value of shape {self.written}, or {mend} of {self.block}"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.unsaid is None or not at.related:
            return None
        place = at.related[0].span
        return insert(place.source, place.start, self.unsaid, safe=False)


class AssertionFails(Problem):
    """A condition that the author of a block stated with ``assert`` does not hold."""

    name = "assertion-fails"
    bad = """block Split(groups) {
  input x: [N, C, H, W]
  assert C % groups == 0, "{C} channels cannot be split into {groups} groups"
  conv(C, 3, padding = 1, groups = groups)
}

model m() {
  input x: [N, 6, H = 32, W = 32]
  Split(4)
}
"""
    good = """block Split(groups) {
  input x: [N, C, H, W]
  assert C % groups == 0, "{C} channels cannot be split into {groups} groups"
  conv(C, 3, padding = 1, groups = groups)
}

model m() {
  input x: [N, 6, H = 32, W = 32]
  Split(3)
}
"""
    text: str
    at: str = ""

    def message(self) -> str:
        return self.text

    def hint(self) -> str | None:
        return f"it fails at the default sizes: {self.at}" if self.at else None


class SharedModuleDiffers(Problem):
    """A module that is applied several times is one module of torch with one set of weights.

    So each use must have the same channels, and the same number of axes.
    """

    name = "shared-module-differs"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module head = conv(8, 3, padding = 1)
  head -> head
}
"""
    good = """model m() {
  input x: [N, 8, H = 32, W = 32]
  module head = conv(8, 3, padding = 1)
  head -> head
}
"""
    module: str
    first: str
    here: str

    def message(self) -> str:
        return (
            f"the first use of {self.module} makes it with {self.first}, and this one needs"
            f" {self.here}"
        )

    def hint(self) -> str:
        return "give both uses the same channels and number of axes, or use two modules"


class InitialiserDoesNotFit(Problem):
    """An initialiser cannot fill a parameter with that number of dims.

    One that counts fans needs two dims or more, so it is for weights and not for a bias.
    """

    name = "initialiser-does-not-fit"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
  init { *.bias: kaiming_normal }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
  init { *.bias: zeros }
}
"""
    initialiser: str
    parameter: str
    shape: str
    ranks: str

    def message(self) -> str:
        return (
            f"{self.initialiser} fills parameters of {self.ranks},"
            f" and {self.parameter} has the shape {self.shape}"
        )

    def hint(self) -> str:
        return "use zeros, ones, constant, normal or uniform there"


class InitTooLarge(Problem):
    """An `init` has too many patterns for too many layers: each is held against each.

    Blocks that use each other twice have twice as many layers with each of them. Rules that name an
    op, as `conv.weight`, and paths without `*` cost nothing.
    """

    name = "init-too-large"
    bad = (
        "block b0() { conv(3, 1) }\n"
        + "".join(f"block b{i}() {{ b{i - 1} -> b{i - 1} }}\n" for i in range(1, 20))
        + """model m() {
  input x: [N, 3, H = 32, W = 32]
  b19
  init { "*.0".weight: zeros }
}
"""
    )
    good = """block b0() { conv(3, 1) }
model m() {
  input x: [N, 3, H = 32, W = 32]
  b0 -> b0
  init { "*.0".weight: zeros }
}
"""
    definition: str
    layers: int
    patterns: int
    limit: int

    @property
    def _patterns(self) -> str:
        return "1 pattern" if self.patterns == 1 else f"{self.patterns:,} patterns"

    def message(self) -> str:
        return (
            f"{self.definition} has {self.layers:,} layers to hold against {self._patterns}, and at"
            f" most {self.limit:,} are held against one"
        )

    def hint(self) -> str:
        return "name ops, or whole paths, or put the rules into the blocks inside"
