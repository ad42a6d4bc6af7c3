"""Shapes that the text writes down: held against the shapes that there are, and proven."""

from __future__ import annotations

from archir import rules
from archir.diagnostics import Diagnostics, Label
from archir.dims import Dim, evaluate
from archir.graph import Definition, Remark
from archir.places import Places
from archir.record import Record
from archir.typed import TypedGraph
from archir.types import TensorType


class Claim(Record):
    """A written shape that is right at the default sizes, and not plainly so at all others."""

    definition: Definition
    remark: Remark
    actual: TensorType
    pairs: tuple[tuple[Dim, Dim], ...]


class Remarks:
    """The check of all written shapes of a model."""

    def __init__(self, sizes: dict[str, int], places: Places, diagnostics: Diagnostics) -> None:
        self.sizes = sizes
        self.places = places
        self.diagnostics = diagnostics
        self.claims: list[Claim] = []

    def check(self, definition: Definition, remark: Remark, actual: TensorType) -> None:
        """Hold a written shape against the shape at the default sizes."""
        if len(remark.shape) != actual.rank:
            self._report(definition, remark, actual, "")
            return
        pairs = tuple(
            (written, dim)
            for written, dim in zip(remark.shape, actual.shape, strict=True)
            if written is not None and written != dim
        )
        if any(evaluate(w, self.sizes) != evaluate(dim, self.sizes) for w, dim in pairs):
            self._report(definition, remark, actual, "")
            return
        # A remark in plain numbers speaks of the defaults alone; an input's are conditions.
        open_ = tuple(pair for pair in pairs if not isinstance(pair[0], int))
        if open_ and remark.takes is None:
            self.claims.append(Claim(definition, remark, actual, open_))

    def prove(self, typed: TypedGraph) -> bool:
        """Prove what is written over size variables for all valid sizes, or refute it with one.

        Whether nothing was refuted.
        """
        if not self.claims:
            return True
        from archir.sizes.proof import counterexample
        from archir.sizes.sets import BeyondExactError
        from archir.sizes.valid import valid_in_evaluation

        valid = valid_in_evaluation(typed)
        for claim in self.claims:
            for written, actual in claim.pairs:
                try:
                    found = counterexample(written, actual, valid, self.sizes)
                except BeyondExactError:
                    problem = rules.sizes.ShapeNotProven(claim.remark.written, str(claim.actual))
                    self.diagnostics.report(problem, claim.remark.span)
                    break
                if found is not None:
                    where = ", ".join(f"{name} = {size}" for name, size in found.items())
                    self._report(claim.definition, claim.remark, claim.actual, f" for {where}")
                    break
        return not self.diagnostics.has_errors

    def _report(self, definition: Definition, remark: Remark, actual: TensorType, at: str) -> None:
        if remark.takes is not None:
            for block, span, around in self.places.taking(definition, remark):
                problem = rules.graph.InputDoesNotMatch(
                    block, remark.takes, remark.written, str(actual)
                )
                labels = [Label(remark.span, "the shape is written here"), *around]
                self.diagnostics.report(problem, span, labels)
        else:
            shown = self._shown_as(remark, actual)
            wrong = rules.graph.ShapeDiffersFromRemark(remark.written, shown, at)
            self.diagnostics.report(wrong, remark.span, self.places.around(definition))

    def _shown_as(self, remark: Remark, actual: TensorType) -> str:
        """The actual shape in the terms of the remark: numbers where it wrote numbers."""
        if len(remark.shape) != actual.rank:
            return str(actual)
        dims = [
            evaluate(dim, self.sizes) if isinstance(written, int) else dim
            for written, dim in zip(remark.shape, actual.shape, strict=True)
        ]
        return str(TensorType(tuple(dims), actual.dtype))
