"""Running sums and lengths."""

from typing import TYPE_CHECKING, Annotated, ClassVar

from archir import rules
from archir.memory.storage import broadcast
from archir.op.contract import Finite, Int, Keeps
from archir.op.dependence import WHOLE, AxisAccess, Edge, Unsaid, pointwise, same
from archir.op.fields import Field
from archir.op.recipe import Call, Code, FunctionRecipe, Input, ModuleRecipe
from archir.ops.activation import ElementwiseFunction
from archir.ops.dims import along, resolve_dim
from archir.ops.merge import PROMOTION, Broadcasting, promoted
from archir.ops.numbers import require_held
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class CumSum(ElementwiseFunction):
    """Gives for every element the sum of all along a dim up to it.

    torch: `torch.cumsum`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      cumsum(1) -> linear(64)
    }
    ```
    """

    keyword = "cumsum"
    torch_name = "torch.cumsum"
    read_calls = ("cumsum(input, dim)",)
    keeps: ClassVar[Keeps] = ()
    keeps_layout = False

    dim: Int = Field(description="the dim along which is summed up")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        return (TensorType(given.shape, max(given.dtype, "int64", key=PROMOTION.index)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return along(edge, self.dim % len(edge.given), Unsaid("it is a sum of all before"))


class CumProd(CumSum):
    """Gives for every element the product of all along a dim up to it.

    torch: `torch.cumprod`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(64) -> sigmoid -> cumprod(1)
    }
    ```
    """

    keyword = "cumprod"
    torch_name = "torch.cumprod"
    read_calls = ("cumprod(input, dim)",)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (made,) = super().allocate(trace, inputs, outputs)
        trace.keep(made, made, *inputs)
        return (made,)


class Normalize(ElementwiseFunction):
    """Brings the vectors along a dim, the channels unless said otherwise, to length 1.

    Each element is divided by the p-th root of the sum of the p-th powers of the sizes, or by
    `eps` where that is less.

    torch: `torch.nn.functional.normalize`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(32) -> normalize
    }
    ```
    """

    keyword = "normalize"
    torch_name = "torch.nn.functional.normalize"
    read_calls = ("normalize(input, p=2.0, dim=1, eps=1e-12, out=None)",)
    held = ("eps",)

    p: Finite = Field(2.0, description="the power")
    dim: Int = Field(1, description="the dim along which the vectors lie")
    eps: Finite = Field(1e-12, description="the least that is divided by")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        resolve_dim(self.keyword, "dim", self.dim, inputs[0].rank, check)
        return super().infer(inputs, check)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge, self.dim % len(edge.given))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (given,) = inputs
        length = length_of(trace, given, self.dim)
        least = trace.new(length.shape, length)
        trace.keep(least, length)
        trace.drop(length)
        return (trace.divided(given, trace.expanded(least, given.shape)),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("F.normalize", (Input(),), self.changed("p", "dim", "eps")))


def _as_floats(trace: "MemoryTrace", given: "Tensor") -> "Tensor":
    if given.dtype.startswith("float"):
        return given
    return trace.new(given.shape, given, dtype="float32", like=given)


def length_of(trace: "MemoryTrace", given: "Tensor", dim: int) -> "Tensor":
    """The lengths of the vectors along a dim, which stays, of extent 1."""
    shape = list(given.shape)
    shape[dim] = 1
    made = trace.new(shape, given)
    trace.keep(made, given, made)
    return made


class CosineSimilarity(Broadcasting):
    """Gives the cosine of the angle between the vectors of two values along a dim.

    The dim, the channels unless said otherwise, is gone behind it. The two are broadcast.

    torch: `torch.nn.CosineSimilarity`.

    ```arch
    model example() {
      input left: [N, 64], right: [N, 64]
      module tower = linear(32)
      cosine_similarity [left -> tower, right -> tower]
    }
    ```
    """

    keyword = "cosine_similarity"
    torch_name = "torch.nn.CosineSimilarity"
    is_module = True

    dim: Int = Field(1, description="the dim along which the vectors lie")
    eps: Annotated[Finite, Field(ge=0)] = Field(
        1e-8, description="the least length that is divided by"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if len(inputs) != 2:
            check.report(rules.merging.NotTwoValues(self.keyword, len(inputs)))
            return None
        require_held(self.keyword, "eps", self.eps, "float32", check)
        outputs = super().infer(inputs, check)
        if outputs is None:
            return None
        (given,) = outputs
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        if dim is None:
            return None
        if given.rank == 1:
            check.report(rules.tensors.NoDimsLeft(self.keyword, str(given)))
            return None
        return (given.with_shape(*given.shape[:dim], *given.shape[dim + 1 :]),)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        if promoted(inputs) != "float32":
            require_dtype(self.keyword, inputs[0], ("float32",), check)
        return "float32"

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        made = edge.outputs[0]
        rank = made.rank + 1
        gone = self.dim % rank
        new = rank - len(edge.given)
        accesses: list[AxisAccess] = []
        for dim, extent in enumerate(edge.given, new):
            behind = dim if dim < gone else dim - 1
            repeated = dim != gone and extent == 1 and edge.made[behind] != 1
            accesses.append(WHOLE if dim == gone or repeated else same(behind))
        return tuple(accesses)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        trace.new(())  # torch makes a tensor of eps
        sides = [_as_floats(trace, each) for each in inputs]
        left, right = (each.shape for each in sides)
        wide = [trace.expanded(each, broadcast(left, right)) for each in sides]
        lengths = []
        for each in wide:
            length = length_of(trace, each, self.dim)
            lengths.append(trace.copy(length))
            trace.drop(length)
        one, other = map(trace.divided, wide, lengths)
        both = trace.multiplied(one, other)
        return (trace.new(trace.extents(outputs[0]), both),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.CosineSimilarity", (), self.changed("dim", "eps")))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None
