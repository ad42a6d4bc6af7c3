"""Activations."""

from typing import ClassVar

from pydantic import Field

from archir.check import Check
from archir.op import Op
from archir.ops.spatial import require_dtype
from archir.reach import Look, Wire, pointwise
from archir.recipe import Call, ModuleRecipe
from archir.types import TensorType


class Elementwise(Op):
    """Base of the modules that keep the shape.

    Its recipe gives all arguments by keyword.
    """

    keeps_shape = True

    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    """The dtypes that torch computes on."""

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        require_dtype(self.keyword, inputs[0], self.accepted(), check)
        return (inputs[0],)

    def accepted(self) -> tuple[str, ...]:
        """The dtypes that torch computes on with these arguments."""
        return self.dtypes

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return pointwise(wire)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = self.torch_name.removeprefix("torch.")
        return ModuleRecipe(Call(function, (), self.changed(*self.arguments())))


class ReLU(Elementwise):
    """Keeps what is positive and puts 0 for the rest.

    torch: `torch.nn.ReLU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> relu
    }
    ```
    """

    keyword = "relu"
    torch_name = "torch.nn.ReLU"
    dtypes = ("float32", "int64")

    inplace: bool = Field(False, description="whether the input's memory is used for the output")
