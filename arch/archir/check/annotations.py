"""Shapes that the text writes down: held against the shapes that there are, and proven."""

from __future__ import annotations

from archir import rules
from archir.base.diagnostics import Diagnostics, Label
from archir.base.record import Record
from archir.graph.graph import Annotation, Definition
from archir.graph.places import Places
from archir.graph.typed import TypedGraph
from archir.shapes.dims import Dim, evaluate
from archir.shapes.types import TensorType


class Obligation(Record):
    """A written shape that is right at the default sizes, and not plainly so at all others."""

    definition: Definition
    annotation: Annotation
    actual: TensorType
    pairs: tuple[tuple[Dim, Dim], ...]


class Annotations:
    """The check of all written shapes of a model."""

    def __init__(self, sizes: dict[str, int], places: Places, diagnostics: Diagnostics) -> None:
        self.sizes = sizes
        self.places = places
        self.diagnostics = diagnostics
        self.occasion = 0
        self.obligations: list[Obligation] = []

    def check(self, definition: Definition, annotation: Annotation, actual: TensorType) -> None:
        """Hold a written shape against the shape at the default sizes."""
        if len(annotation.shape) != actual.rank:
            self._report(definition, annotation, actual, "")
            return
        pairs = tuple(
            (written, dim)
            for written, dim in zip(annotation.shape, actual.shape, strict=True)
            if written is not None and written != dim
        )
        if any(evaluate(w, self.sizes) != evaluate(dim, self.sizes) for w, dim in pairs):
            self._report(definition, annotation, actual, "")
            return
        # An annotation in plain numbers speaks of the defaults alone; an input's are conditions.
        open_ = tuple(pair for pair in pairs if not isinstance(pair[0], int))
        if open_ and annotation.takes is None:
            self.obligations.append(Obligation(definition, annotation, actual, open_))

    def prove(self, typed: TypedGraph) -> bool:
        """Prove what is written over size variables for all valid sizes, or refute it with one.

        Whether nothing was refuted.
        """
        if not self.obligations:
            return True
        from archir.check.valid import valid_in_evaluation
        from archir.sizes.proof import counterexample
        from archir.sizes.sets import BeyondExactError

        valid = valid_in_evaluation(typed)
        for obligation in self.obligations:
            for written, actual in obligation.pairs:
                try:
                    found = counterexample(written, actual, valid, self.sizes)
                except BeyondExactError:
                    problem = rules.sizes.ShapeNotProven(
                        obligation.annotation.written, str(obligation.actual)
                    )
                    self.diagnostics.report(problem, obligation.annotation.span)
                    break
                if found is not None:
                    where = ", ".join(f"{name} = {size}" for name, size in found.items())
                    self._report(
                        obligation.definition,
                        obligation.annotation,
                        obligation.actual,
                        f" for {where}",
                    )
                    break
        return not self.diagnostics.has_errors

    def _report(
        self, definition: Definition, annotation: Annotation, actual: TensorType, at: str
    ) -> None:
        if annotation.takes is not None:
            for block, span, around in self.places.taking(definition, annotation):
                problem = rules.graph.InputDoesNotMatch(
                    block, annotation.takes, annotation.written, str(actual)
                )
                labels = [Label(annotation.span, "the shape is written here"), *around]
                self.occasion += 1
                self.diagnostics.report(problem, span, labels, self.occasion)
        else:
            shown = self._shown_as(annotation, actual)
            wrong = rules.graph.ShapeDiffersFromAnnotation(annotation.written, shown, at)
            around = self.places.around(definition, annotation.span)
            self.occasion += 1
            self.diagnostics.report(wrong, annotation.span, around, self.occasion)

    def _shown_as(self, annotation: Annotation, actual: TensorType) -> str:
        """The actual shape in the terms of the annotation: numbers where it wrote numbers."""
        if len(annotation.shape) != actual.rank:
            return str(actual)
        dims = [
            evaluate(dim, self.sizes) if isinstance(written, int) else dim
            for written, dim in zip(annotation.shape, actual.shape, strict=True)
        ]
        return str(TensorType(tuple(dims), actual.dtype))
