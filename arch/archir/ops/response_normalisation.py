"""Normalisation by neighbouring channels."""

from pydantic import Field

from archir.check import Check
from archir.op import Finite, Op, Positive
from archir.ops.spatial import require_dtype
from archir.reach import Look, Wire, pointwise
from archir.recipe import Arg, Call, ModuleRecipe
from archir.rules.shapes import WrongRank
from archir.types import TensorType


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

    size: Positive = Field(description="how many neighbouring channels count")
    alpha: Finite = Field(1e-4, description="what the mean of the squares is multiplied by")
    beta: Finite = Field(0.75, description="the power")
    k: Finite = Field(1.0, description="what is added before the power is taken")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if incoming.rank < 3:
            layouts = ("[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]")
            check.report(WrongRank(self.keyword, layouts, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32", "int64"), check)
        return (TensorType(incoming.shape),)

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return pointwise(wire, 1)  # neighbouring channels: not the axes

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        keywords = self.changed("alpha", "beta", "k")
        return ModuleRecipe(Call("nn.LocalResponseNorm", (Arg("size"),), keywords))
