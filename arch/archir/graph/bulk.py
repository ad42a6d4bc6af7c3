"""How much a model is when its loops are unrolled and its blocks entered, counted before.

A small text can stand for millions of steps, and is checked without unrolling them. What is made
of it has them all: each back end says how many it takes, and refuses more before it begins.
"""

from __future__ import annotations

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.record import Record
from archir.graph.graph import Apply, Definition, Read, Repeat, Use
from archir.graph.steps import Holder, definitions, total
from archir.graph.typed import TypedGraph


class Bulk(Record):
    """Steps: ``own`` counts those of each distinct block once, ``total`` for each of its uses."""

    own: int
    total: int

    def __add__(self, other: Bulk) -> Bulk:
        return Bulk(self.own + other.own, self.total + other.total)

    def times(self, count: int) -> Bulk:
        """The same several times over."""
        return Bulk(self.own * count, self.total * count)


class ModelTooLarge(Problem):
    """A model is checked without unrolling its loops, but what is made of it has all of its steps.

    Python source, JSON and live modules of more steps than they take would fill the memory. The
    model itself may be fine. Make it with fewer repeats, or make one of its blocks as a model of
    its own.
    """

    name = "model-too-large"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 9_999_990 { relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 10 { relu }
}
"""
    model: str
    made: str
    count: int
    limit: int

    def message(self) -> str:
        return (
            f"{self.model} has {self.count:,} steps, and {self.made} can have at most "
            f"{self.limit:,}"
        )

    def hint(self) -> str:
        return "make a variant of the model with fewer repeats, or one of its blocks by itself"


class ModelTooLargeError(Exception):
    """A model has too many steps to be made into something. ``diagnostic`` says by how much."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.problem.message())
        self.diagnostic = diagnostic


def bulk(typed: TypedGraph) -> Bulk:
    """The steps of a model, however it is folded."""
    totals: dict[Definition, int] = {}
    own = 0

    def counted(step: Apply | Use | Read) -> Bulk:
        return Bulk(1, 1 + (totals[step.definition] if isinstance(step, Use) else 0))

    def held(step: Holder, inner: Bulk) -> Bulk:
        if not isinstance(step, Repeat):
            return inner
        return (inner if inner.total else Bulk(1, 1)).times(step.count)  # a turn is work by itself

    for definition in definitions(typed.graph):
        here = total(definition.steps, Bulk(0, 0), counted, held)
        own += here.own
        totals[definition] = here.total
    return Bulk(own, totals[typed.graph.root])


def require(typed: TypedGraph, made: str, limit: int) -> None:
    """Raise ``ModelTooLargeError`` for a model of more steps in all than can be made into it."""
    refuse(typed, made, bulk(typed).total, limit)


def refuse(typed: TypedGraph, made: str, count: int, limit: int) -> None:
    """Raise ``ModelTooLargeError`` for a count that is over a limit."""
    if count > limit:
        root = typed.graph.root
        problem = ModelTooLarge(root.name, made, count, limit)
        raise ModelTooLargeError(Diagnostic(problem, root.span))
