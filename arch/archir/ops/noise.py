"""Values drawn anew in each pass."""

from typing import TYPE_CHECKING

from archir.op.contract import Op
from archir.op.dependence import AxisAccess, Edge, Taps
from archir.op.recipe import Call, FunctionRecipe, Input
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class _Noise(Op):
    """Base of what has the shape of a value, and nothing of its elements."""

    is_module = False
    keeps_shape = True

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        require_dtype(self.keyword, inputs[0], ("float32",), check)
        return (TensorType(inputs[0].shape),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return tuple(Taps(dim, taps=(None,)) for dim in range(len(edge.given)))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.new(inputs[0].shape, dtype=inputs[0].dtype, like=inputs[0]),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(self.torch_name, (Input(),)))


class RandnLike(_Noise):
    """Gives numbers of the normal distribution, drawn in each pass, in evaluation too.

    There is one for each element of what flows in, whose own numbers do not matter. torch's seed
    decides them.

    torch: `torch.randn_like`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(8) as mean
      features -> linear(8) -> multiply(0.5) -> exp -> multiply [_, randn_like] -> add [mean, _]
    }
    ```
    """

    keyword = "randn_like"
    torch_name = "torch.randn_like"
    read_calls = ("randn_like(input)",)


class RandLike(_Noise):
    """Gives numbers from 0 to below 1, each as likely, drawn in each pass, in evaluation too.

    There is one for each element of what flows in, whose own numbers do not matter. torch's seed
    decides them.

    torch: `torch.rand_like`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      less [rand_like, image] -> cast("float") -> conv(8, 3)
    }
    ```
    """

    keyword = "rand_like"
    torch_name = "torch.rand_like"
    read_calls = ("rand_like(input)",)
