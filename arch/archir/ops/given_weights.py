"""Products with a matrix that flows in."""

from functools import partial
from typing import TYPE_CHECKING, Any

from archir import rules
from archir.memory.strides import is_contiguous
from archir.op.contract import Op
from archir.op.dependence import WHOLE, AxisAccess, Edge, same
from archir.op.recipe import Call, Code, FunctionRecipe, Input
from archir.ops.choice import takes_exactly
from archir.ops.matrix import matrix_product
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import multiply, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read


class Weighted(Op):
    """Base of those that take a value, its weight, and perhaps a bias, all of floats."""

    arity = "many"
    is_module = False
    keeps = ("inputs",)

    @classmethod
    def read_bound(cls, values: "Mapping[str, Any]", call: "Called") -> "Read | None":
        from archir.op.reading import Operand, Read

        given = [values[name] for name in ("input", "weight", "bias")]
        flowing = [each for each in given if each is not None]
        rest = {name: values[name] for name in cls.arguments()}
        if not all(isinstance(each, Operand) for each in flowing):
            return None
        found = super().read_bound(rest, call)
        return None if found is None else Read(found.arguments, tuple(flowing))

    def takes_them(self, inputs: tuple[TensorType, ...], check: Check) -> bool:
        """Whether as many flow in as there is a use for, and of which dtype."""
        wanted = ("a value", "its weight")
        taken = takes_exactly(self.keyword, wanted, inputs, check, optional=("a bias",))
        for given in inputs if taken else ():
            require_dtype(self.keyword, given, ("float32",), check)
        return taken

    def fits(
        self,
        what: str,
        wanted: tuple[Dim | str, ...],
        inputs: tuple[TensorType, ...],
        check: Check,
    ) -> bool:
        """Whether the weight or the bias has the dims that are numbers here; the names do not
        matter. Else it is reported."""
        given = inputs[1 if what == "weight" else 2]
        problem = partial(self.misfit, what, wanted, inputs, check)
        if given.rank != len(wanted):
            check.report(problem())
            return False
        pairs = zip(given.shape, wanted, strict=True)
        return all(
            isinstance(want, str) or check.equal(extent, want, problem) for extent, want in pairs
        )

    def misfit(
        self,
        what: str,
        wanted: tuple[Dim | str, ...],
        inputs: tuple[TensorType, ...],
        check: Check,
    ) -> "rules.merging.WeightDoesNotFit":
        """The problem that the weight or the bias has other dims."""
        shown = [each if isinstance(each, str) else show_extent(each, check) for each in wanted]
        given = str(inputs[1 if what == "weight" else 2])
        facts = (self.keyword, what, f"[{', '.join(shown)}]", given, str(inputs[0]))
        return rules.merging.WeightDoesNotFit(*facts)

    def backward_macs(
        self,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        learns: tuple[bool, ...],
        *,
        has_weights: bool,
    ) -> Dim:
        return multiply(self.macs(inputs, outputs), sum(learns[:2]))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


class LinearBy(Weighted):
    """Multiplies the last dim by a matrix that flows in: `linear` as a function.

    The values are, in this order, what is multiplied, a weight `[out, in]`, and perhaps a bias
    `[out]`, which is added. So a weight may be worked out before it is used, or be the output of
    another network.

    torch: `torch.nn.functional.linear`.

    ```arch
    model example() {
      input features: [N, 64]
      param weight: [10, 64] = kaiming_uniform(a = sqrt(5))
      linear_by [features, weight -> normalize] -> multiply(16)
    }
    ```
    """

    keyword = "linear_by"
    torch_name = "torch.nn.functional.linear"
    read_calls = ("linear(input, weight, bias=None)",)

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not self.takes_them(inputs, check):
            return None
        given, weight, *bias = inputs
        if not self.fits("weight", ("out", given.shape[-1]), inputs, check):
            return None
        if bias and not self.fits("bias", (weight.shape[0],), inputs, check):
            return None
        return (TensorType((*given.shape[:-1], weight.shape[0])),)

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        return product((*outputs[0].shape, inputs[0].shape[-1]))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.made)
        if edge.source == 0:
            return (*map(same, range(rank - 1)), WHOLE)
        return (same(rank - 1), WHOLE)[: len(edge.given)]

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, weight, *bias = inputs
        shape = trace.extents(outputs[0])
        turned = trace.transposed(weight, 0, 1)
        if not bias:
            return (matrix_product(trace, given, turned, shape),)
        rank = len(shape)
        if rank != 2 and (rank == 1 or not is_contiguous(given.shape, given.strides)):
            made = matrix_product(trace, given, turned, shape)
            return (trace.accumulate(made, bias[0]),)
        rows = product(shape[:-1])
        flat = trace.reshape(given, (rows, given.shape[-1]))  # type: ignore[arg-type]
        made = trace.new((rows, shape[-1]), *inputs)  # type: ignore[arg-type]
        trace.keep(made, *([flat] if weight.grad else []), *([weight] if given.grad else []))
        return (trace.reshape(made, shape),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("F.linear", tuple(map(Input, range(len(inputs))))))
