"""Gates and probabilities."""

from typing import TYPE_CHECKING

from archir import rules
from archir.op.contract import Int, Op
from archir.op.dependence import AxisAccess, Edge, Taps, pointwise
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, Infix, ModuleRecipe
from archir.ops.activation import Elementwise, GivesFloats
from archir.ops.dims import along, replaced_at, resolve_dim
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import floor_div
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Sigmoid(GivesFloats):
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
    read_calls = ("sigmoid(input)",)
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
    read_calls = ("hardsigmoid(input, inplace=False)",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class Tanh(GivesFloats):
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
    read_calls = ("tanh(input)",)
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
    read_calls = ("softmax(input, dim, _stacklevel=3, dtype=None)",)
    keeps = ("outputs",)
    keeps_layout = False

    dim: Int = Field(description="the dim along which the numbers add up to 1")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        resolve_dim(self.keyword, "dim", self.dim, inputs[0].rank, check)
        return super().infer(inputs, check)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge, self.dim % len(edge.given))

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(
            Call(self.torch_name.removeprefix("torch."), (), (("dim", Arg("dim")),))
        )


class GLU(Op):
    """Multiplies the first half of a dim by the sigmoid of the second.

    The dim, the last unless said otherwise, is half as long behind it.

    torch: `torch.nn.GLU`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      linear(128) -> glu -> linear(64)
    }
    ```
    """

    keyword = "glu"
    torch_name = "torch.nn.GLU"
    read_calls = ("glu(input, dim=-1)",)

    dim: Int = Field(-1, description="the dim of which the second half gates the first")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        require_dtype(self.keyword, given, ("float32",), check)
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        if dim is None:
            return None
        extent = given.shape[dim]
        facts = (self.keyword, dim, show_extent(extent, check))
        if not check.divisible(extent, 2, lambda: rules.elementwise.NotInHalves(*facts)):
            return None
        return (replaced_at(given, dim, floor_div(extent, 2)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim = self.dim % len(edge.given)
        return along(edge, dim, Taps(dim, taps=((0, 2, edge.made[dim]),)))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (given,) = inputs
        half = trace.view(given, trace.extents(outputs[0]), given.strides)
        made = trace.new(half.shape, given, like=half)
        trace.keep(made, given)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.GLU", (), self.changed("dim")))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        kept = super().channels(inputs)
        return Infix("//", kept, 2) if self.dim % inputs[0].rank == 1 else kept
