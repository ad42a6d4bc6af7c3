"""Normalisation by neighbouring channels."""

from math import prod
from typing import TYPE_CHECKING

from archir import rules
from archir.check import Check
from archir.fields import Field
from archir.op import Finite, Op, Positive
from archir.ops.spatial import require_dtype
from archir.reach import Look, Wire, pointwise
from archir.recipe import Arg, Call, ModuleRecipe
from archir.strides import viewed
from archir.types import TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape


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

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return pointwise(wire, 1)  # neighbouring channels: not the axes

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        batch, channels, *axes = given.shape
        squares = tape.new(given.shape, given, like=given)
        tape.keep(squares, given)
        joined = (batch, 1, *given.shape[1:3], prod(axes[1:]))
        if axes[1:] and viewed(squares.shape, squares.strides, joined) is None:
            tape.refuse("layout", given)  # it asks for a view where there is none
        padded = tape.new((batch, channels + self.size - 1, *axes), squares)
        tape.drop(squares)
        means = tape.new(given.shape, padded)
        tape.keep(means, padded)
        tape.drop(padded)
        scaled = tape.new(given.shape, means)
        shifted = tape.new(given.shape, scaled)
        tape.drop(scaled)
        power = tape.new(given.shape, shifted)
        tape.keep(power, shifted)
        tape.drop(shifted, means)
        return (tape.divided(given, power),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        keywords = self.changed("alpha", "beta", "k")
        return ModuleRecipe(Call("nn.LocalResponseNorm", (Arg("size"),), keywords))
