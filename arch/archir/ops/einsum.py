"""Sums of products by their labels."""

from typing import TYPE_CHECKING, Any

from archir import rules
from archir.op.contract import Op
from archir.op.dependence import WHOLE, AxisAccess, Edge, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input
from archir.ops.equations import Equation, Misread, Sizes, read
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import add, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read


class Einsum(Op):
    """Multiplies values and sums over dims, as an equation of labels says: `"bqd,bkd->bqk"`.

    Each dim has a letter; those of one letter go together, and what is not behind the arrow is
    summed over. A letter that stands twice in one value takes the diagonal. `...` are any dims,
    which are broadcast. Without an arrow the letters that stand once are kept, in the order of the
    alphabet. Values are taken together from the left.

    torch: `torch.einsum`.

    ```arch
    model example() {
      input query: [N, 4, L = 16, 32], key: [N, 4, S = 16, 32]
      einsum("bhqd,bhkd->bhqk") [query, key] -> softmax(-1)
    }
    ```
    """

    keyword = "einsum"
    torch_name = "torch.einsum"
    read_calls = ("einsum(equation, *tensors)",)
    arity = "any"
    is_module = False
    moves = True

    equation: str = Field(description="the labels of each value, and behind -> those of the output")

    @classmethod
    def read_bound(cls, values: "Mapping[str, Any]", call: "Called") -> "Read | None":
        return super().read_bound({**values, "equation": values["equation"].replace(" ", "")}, call)

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        found = read(self.equation, tuple(given.rank for given in inputs))
        if isinstance(found, Misread):
            check.report(rules.sums.EquationMisread(self.keyword, self.equation, found.why))
            return None
        dtype = self._dtype(found, inputs, check)
        sizes = self._sizes(found, inputs, check)
        if sizes is None:
            return None
        if not found.output:
            shown = " and ".join(map(str, inputs))
            check.report(rules.tensors.NoDimsLeft(self.keyword, shown))
            return None
        return (TensorType(tuple(sizes[label] for label in found.output), dtype),)

    def _dtype(self, found: Equation, inputs: tuple[TensorType, ...], check: Check) -> str:
        first = inputs[0]
        if len(inputs) == 1:
            return first.dtype if first.dtype == "float32" or not found.summed else "int64"
        for other in inputs[1:]:
            if other.dtype != first.dtype:
                dtypes = (first.dtype, other.dtype)
                check.report(rules.merging.DtypesDiffer(self.keyword, dtypes))
                return first.dtype
        require_dtype(self.keyword, first, ("float32", "int64"), check)
        return first.dtype

    def _sizes(self, found: Equation, inputs: tuple[TensorType, ...], check: Check) -> Sizes | None:
        """The extent of each label; None after a report."""
        sizes: Sizes = {}
        for labels, given in zip(found.terms, inputs, strict=True):
            own: Sizes = {}
            for label, extent in zip(labels, given.shape, strict=True):
                facts = (self.keyword, self.equation, found.shown(label))
                if label in own:
                    shown = (show_extent(own[label], check), show_extent(extent, check))
                    problem = rules.sums.LabelOfTwoSizes(*facts, *shown)
                    if not check.equal(own[label], extent, lambda found=problem: found):  # type: ignore[misc]
                        return None
                own[label] = extent
            for label, extent in own.items():
                known = sizes.get(label, 1)
                facts = (self.keyword, self.equation, found.shown(label))
                shown = (show_extent(known, check), show_extent(extent, check))
                problem = rules.sums.LabelOfTwoSizes(*facts, *shown)
                merged = check.broadcast(known, extent, lambda found=problem: found)  # type: ignore[misc]
                if merged is None:
                    return None
                sizes[label] = merged
        return sizes

    def _read(self, inputs: "tuple[TensorType, ...] | tuple[Tensor, ...]") -> Equation:
        found = read(self.equation, tuple(len(given.shape) for given in inputs))
        assert isinstance(found, Equation)
        return found

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        found = self._read(inputs)
        own = [
            dict(zip(labels, given.shape, strict=True))
            for labels, given in zip(found.terms, inputs, strict=True)
        ]
        total: Dim = 0
        for pair in found.pairs(own):
            if pair.meeting:
                sizes = {**pair.left, **_wide(pair.right)}
                gone = {*pair.ahead, *pair.behind}
                each = (extent for label, extent in sizes.items() if label not in gone)
                total = add(total, product(each))
        return total

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        found = self._read(edge.inputs)
        accesses: list[AxisAccess] = []
        for label, extent in zip(found.terms[edge.source], edge.given, strict=True):
            at = found.output.index(label) if label in found.output else None
            is_read = at is None or (extent == 1 and edge.made[at] != 1)
            accesses.append(WHOLE if at is None or is_read else same(at))
        return tuple(accesses)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        from archir.ops.einsum_memory import contracted  # where memory is asked for

        return (contracted(trace, self._read(inputs), inputs),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        values = tuple(map(Input, range(len(inputs))))
        return FunctionRecipe(Call("torch.einsum", (Arg("equation"), *values)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


def _wide(sizes: Sizes) -> Sizes:
    return {label: extent for label, extent in sizes.items() if extent != 1}
