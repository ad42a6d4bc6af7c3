"""Gates and probabilities."""

from typing import ClassVar

from archir.check import Check
from archir.fields import Field
from archir.op import Int
from archir.ops.activation import Elementwise
from archir.ops.dims import resolve_dim
from archir.reach import Look, Wire, pointwise
from archir.recipe import Arg, Call, ModuleRecipe
from archir.types import TensorType


class _Squashing(Elementwise):
    """Base of those that torch computes on any numbers: what they give is always float32."""

    dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64", "bool")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        return (TensorType(inputs[0].shape),)


class Sigmoid(_Squashing):
    """Brings every element to between 0 and 1: `1 / (1 + exp(-x))`.

    torch: `torch.nn.Sigmoid`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      multiply [_, { adaptive_avg_pool(1) -> conv(16, 1) -> sigmoid }]
    }
    ```
    """

    keyword = "sigmoid"
    torch_name = "torch.nn.Sigmoid"
    keeps = ("outputs",)


class Hardsigmoid(Elementwise):
    """A sigmoid of three straight lines: `x / 6 + 0.5`, kept to between 0 and 1.

    torch: `torch.nn.Hardsigmoid`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      multiply [_, { adaptive_avg_pool(1) -> conv(16, 1) -> hardsigmoid }]
    }
    ```
    """

    keyword = "hardsigmoid"
    torch_name = "torch.nn.Hardsigmoid"

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class Tanh(_Squashing):
    """Brings every element to between -1 and 1.

    torch: `torch.nn.Tanh`.

    ```arch
    model example() {
      input features: [N, 512]
      linear(64) -> tanh -> linear(10)
    }
    ```
    """

    keyword = "tanh"
    torch_name = "torch.nn.Tanh"
    keeps = ("outputs",)


class Softmax(Elementwise):
    """Turns the numbers along a dim into probabilities, which are positive and add up to 1.

    The dim must be said: 1 is the channels, or the features of `[N, F]`, and -1 the last dim.
    (torch guesses it where it is not given, and warns.)

    torch: `torch.nn.Softmax`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(5, 1) -> softmax(1)
    }
    ```
    """

    keyword = "softmax"
    torch_name = "torch.nn.Softmax"
    keeps = ("outputs",)
    keeps_layout = False

    dim: Int = Field(description="the dim along which the numbers add up to 1")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        resolve_dim(self.keyword, "dim", self.dim, inputs[0].rank, check)
        return super().infer(inputs, check)

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return pointwise(wire, self.dim % len(wire.given))

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.Softmax", (), (("dim", Arg("dim")),)))
