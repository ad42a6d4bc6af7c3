"""Lints about ops that make an image larger or smaller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from archir.base.diagnostics import Diagnostic
from archir.check.lints.lint import Inspected, Lint, says
from archir.graph.graph import Apply
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.base.fixes import Fix
    from archir.base.source import Span

_HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n"


class SizeForFactor(Lint):
    """A small size stands where other libraries have the factor: `upsample(2)` gives 2 by 2.

    As in torch the first argument is the size of the output. How many times it becomes larger is
    `scale_factor = 2`; where so small a size is meant, name it: `size = 2`.
    """

    name = "size-for-factor"
    bad = f"{_HEAD}  max_pool(2) -> upsample(2)\n}}\n"
    good = f"{_HEAD}  max_pool(2) -> upsample(scale_factor = 2)\n}}\n"
    part: str
    size: int
    shape: str

    def message(self) -> str:
        return (
            f"{self.part}({self.size}) makes {self.shape} as small as {self.size} along each axis"
        )

    def hint(self) -> str:
        return (
            f"{self.size} times as large is `{self.part}(scale_factor = {self.size})`; where the"
            f" size is meant, write `size = {self.size}`"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        return self.repair(at.span)

    def repair(self, span: Span) -> Fix | None:
        """Name the factor."""
        from archir.base.fixes import insert
        from archir.base.pieces import call_at

        call = call_at(span, self.part)
        first = call.arguments[0] if call is not None and call.arguments else None
        if first is None or first.value.text != str(self.size):
            return None
        return insert(first.span.source, first.span.start, "scale_factor = ", safe=False)

    @classmethod
    def of(
        cls, step: Apply, inputs: tuple[TensorType, ...], sizes: Mapping[str, int]
    ) -> SizeForFactor | None:
        """That of one step, which may make something that is refused behind it."""
        size = step.op.size_for_factor(inputs, sizes)
        if size is None or says(step, "size"):
            return None
        return cls(step.op.keyword, size, str(inputs[0]))

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        sizes = network.typed.graph.sizes
        for definition, step in network.applied:
            problem = cls.of(step, network.inputs(definition, step), sizes)
            if problem is not None:
                yield Diagnostic(problem, step.span)
