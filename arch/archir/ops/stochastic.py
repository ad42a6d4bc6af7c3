"""Stochastic depth."""

from typing import TYPE_CHECKING, Annotated, Literal

from archir.op.contract import Finite
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, ModuleRecipe
from archir.ops.activation import Elementwise
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read


class StochasticDepth(Elementwise):
    """In training, puts 0 for all of an example with a probability, and scales the others up.

    It stands at the end of a residual body, which it drops that way. In evaluation it does
    nothing.

    torch: `torchvision.ops.StochasticDepth`; what is built and printed needs torch alone.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      residual { conv(16, 3, padding = 1, bias = false) -> batch_norm -> stochastic_depth(0.2) }
    }
    ```
    """

    keyword = "stochastic_depth"
    torch_name = "torchvision.ops.StochasticDepth"
    read_modules = (
        "torchvision.ops.stochastic_depth.StochasticDepth",
        "timm.layers.drop.DropPath",
        "archc.torch.helpers.StochasticDepth",
    )

    p: Annotated[Finite, Field(ge=0, le=1)] = Field(
        description="the probability of an example to be dropped"
    )
    mode: Literal["row", "batch"] = Field(
        "row", description='"batch" drops all examples of a batch or none'
    )

    def accepted(self) -> tuple[str, ...]:
        # Scaling by 1 / (1 - p) gives floats; where nothing is scaled torch takes any dtype.
        return ("float32", "int64", "bool") if self.p in (0.0, 1.0) else ("float32",)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        if not trace.training or self.p == 0:
            return inputs
        rows = given.shape[0] if self.mode == "row" else 1
        noise = trace.new((rows, *[1] * (len(given.shape) - 1)), dtype=given.dtype)
        made = trace.new(given.shape, given, like=given)
        trace.keep(made, noise)
        return (made,)

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        from archir.op.reading import with_inputs

        known = made.attributes
        if known.get("scale_by_keep", True) is False:
            return None
        arguments = {"p": known.get("p", known.get("drop_prob")), "mode": known.get("mode", "row")}
        return with_inputs(arguments, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("helpers.StochasticDepth", (Arg("p"),), self.changed("mode")))
