"""How much a model is when its loops are unrolled and its blocks entered, counted before.

A small text can stand for millions of steps, and is checked without unrolling them. What is made
of it has them all: each back end says how many it takes, and refuses more before it begins.
"""

from __future__ import annotations

from archir.diagnostics import Diagnostic, Problem
from archir.graph import Definition, Group, Repeat, Step, TrainOnly, Use, definitions
from archir.record import Record
from archir.typed import TypedGraph


class Bulk(Record):
    """Steps: ``own`` counts those of each distinct block once, ``total`` for each of its uses."""

    own: int
    total: int


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
    for definition in definitions(typed.graph):
        here, totals[definition] = _steps(definition.steps, totals)
        own += here
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


def _steps(steps: list[Step], totals: dict[Definition, int]) -> tuple[int, int]:
    # As deep as groups and loops are nested in the text, which the parser bounds.
    own = total = 0
    for step in steps:
        if isinstance(step, Use):
            own += 1
            total += 1 + totals[step.definition]
        elif isinstance(step, Group | TrainOnly | Repeat):
            inside = step.body if isinstance(step, Repeat) else step.steps
            here, everything = _steps(inside, totals)
            times = step.count if isinstance(step, Repeat) else 1
            own += times * here
            total += times * everything
        else:
            own += 1
            total += 1
    return own, total
