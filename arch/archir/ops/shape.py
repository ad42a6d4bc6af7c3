"""Shapes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from archir import rules
from archir.op.contract import Int, Op, channels_of, concrete
from archir.op.dependence import AxisAccess, Edge, rearranged
from archir.op.fields import Field
from archir.op.recipe import Call, Code, Inferred, Infix, ModuleRecipe
from archir.ops.activation import Elementwise
from archir.ops.dims import resolve_dim
from archir.shapes.arithmetic import product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Flatten(Op):
    """Joins the dims from `start_dim` to `end_dim` into one: `[N, C, H, W]` becomes `[N, C*H*W]`.

    torch: `torch.nn.Flatten`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      adaptive_avg_pool(7) -> flatten -> linear(10)
    }
    ```
    """

    keyword = "flatten"
    torch_name = "torch.nn.Flatten"
    read_calls = ("flatten(input, start_dim=0, end_dim=-1)",)

    start_dim: Int = Field(1, description="the first dim to join")
    end_dim: Int = Field(-1, description="the last dim to join")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        start = resolve_dim(self.keyword, "start_dim", self.start_dim, incoming.rank, check)
        end = resolve_dim(self.keyword, "end_dim", self.end_dim, incoming.rank, check)
        if start is None or end is None:
            return None
        if start > end:
            check.report(rules.shapes.DimsOutOfOrder(self.keyword, self.start_dim, self.end_dim))
            return None
        shape = incoming.shape
        joined: Dim = product(shape[start : end + 1])
        return (incoming.with_shape(*shape[:start], joined, *shape[end + 1 :]),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.reshape(inputs[0], trace.extents(outputs[0])),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.Flatten", (), self.changed("start_dim", "end_dim")))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return rearranged(edge)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        shape = inputs[0].shape
        start, end = self.start_dim % len(shape), self.end_dim % len(shape)
        code: Code = Inferred("channels", channels_of(inputs[0]))
        if start == 0 and end > 0:
            return None  # the batch goes into it, and dim 1 is another one
        for extent in shape[2 : end + 1] if start == 1 else ():
            if concrete(extent) != 1:
                code = Infix("*", code, Inferred("constant", concrete(extent)))
        return code


class Identity(Elementwise):
    """Gives its input.

    It is a module without parameters: it takes a number or a name in its scope, where `none`
    leaves nothing behind.

    torch: `torch.nn.Identity`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> identity
    }
    ```
    """

    keyword = "identity"
    torch_name = "torch.nn.Identity"
    idle: ClassVar[Mapping[str, object] | None] = {}
    dtypes = ("float32", "int64", "bool")

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return inputs
