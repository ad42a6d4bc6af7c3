"""Normalisation by neighbouring channels."""

from math import prod
from typing import TYPE_CHECKING

from archir import rules
from archir.memory.strides import viewed
from archir.op.contract import Finite, Op, Positive
from archir.op.dependence import AxisAccess, Edge, pointwise
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, ModuleRecipe
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class LocalResponseNorm(Op):
    """Divides each value by a power of the mean square of its neighbours in other channels.

    The papers' `alpha` multiplies a sum over `size` channels, torch's multiplies the mean: give
    torch's, which is theirs times `size`.

    torch: `torch.nn.LocalResponseNorm`.

    ```arch
    model example() {
      input image: [N, 64, H = 32, W = 32]
      local_response_norm(5, alpha = 5e-4, k = 2)
    }
    ```
    """

    keyword = "local_response_norm"
    torch_name = "torch.nn.LocalResponseNorm"
    read_calls = ("local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)",)
    keeps_shape = True
    reads_in_order = True

    size: Positive = Field(description="how many neighbouring channels count")
    alpha: Finite = Field(1e-4, description="what the mean of the squares is multiplied by")
    beta: Finite = Field(0.75, description="the power")
    k: Finite = Field(1.0, description="what is added before the power is taken")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if incoming.rank < 3:
            layouts = ("[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]")
            check.report(rules.shapes.WrongRank(self.keyword, layouts, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32", "int64"), check)
        return (TensorType(incoming.shape),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge, 1)  # neighbouring channels: not the axes

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        batch, channels, *axes = given.shape
        squares = trace.new(given.shape, given, like=given)
        trace.keep(squares, given)
        joined = (batch, 1, *given.shape[1:3], prod(axes[1:]))
        if axes[1:] and viewed(squares.shape, squares.strides, joined) is None:
            trace.refuse("layout", given)  # it asks for a view where there is none
        padded = trace.new((batch, channels + self.size - 1, *axes), squares)
        trace.drop(squares)
        means = trace.new(given.shape, padded)
        trace.keep(means, padded)
        trace.drop(padded)
        scaled = trace.new(given.shape, means)
        shifted = trace.new(given.shape, scaled)
        trace.drop(scaled)
        power = trace.new(given.shape, shifted)
        trace.keep(power, shifted)
        trace.in_backward(power, passing=2 * power.numel)  # a power, and that times its exponent
        trace.drop(shifted, means)
        return (trace.divided(given, power),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        keywords = self.changed("alpha", "beta", "k")
        return ModuleRecipe(Call("nn.LocalResponseNorm", (Arg("size"),), keywords))
