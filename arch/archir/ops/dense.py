"""Fully connected layers."""

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from archir import rules
from archir.op.contract import Op, Positive, channels_of, concrete
from archir.op.dependence import WHOLE, AxisAccess, Edge, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, Inferred, ModuleRecipe, Told
from archir.ops.spatial import require_dtype
from archir.shapes.arithmetic import product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read


class Linear(Op):
    """Multiplies the last dim by a learned matrix: `[N, F]` becomes `[N, out_features]`.

    The incoming features are read off the shape; all other dims stay. Behind a `flatten` of axes
    whose size depends on the input, the model is valid only for sizes that give the same features.

    torch: `torch.nn.Linear`.

    ```arch
    model example() {
      input features: [N, 512]
      linear(256) -> relu -> linear(10, bias = false)
    }
    ```
    """

    keyword = "linear"
    torch_name = "torch.nn.Linear"
    read_calls = ("linear(input, weight, bias=None)",)
    weights = ("weight", "bias")
    inferred = "in_features"
    weight_kept = "for inputs"

    out_features: Positive = Field(description="size of the output's last dim")
    bias: bool = Field(True, description="whether a learned number is added to each feature")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if not incoming.rank:
            check.report(rules.shapes.WrongRank(self.keyword, ("at least one dim",), str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32",), check)
        check.concrete(incoming.shape[-1])
        return (TensorType((*incoming.shape[:-1], self.out_features)),)

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        features = concrete(inputs[0].shape[-1])
        weight = ParameterSpec("weight", (self.out_features, features))
        return (weight, ParameterSpec("bias", (self.out_features,))) if self.bias else (weight,)

    def bias_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        return inputs[0].rank - 1 if self.bias else None

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        return product((*inputs[0].shape, self.out_features))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return (*(same(dim) for dim in range(len(edge.given) - 1)), WHOLE)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (linear_of(trace, inputs[0], trace.extents(outputs[0])),)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        from archir.op.reading import Operand

        weight = values["weight"]
        if not isinstance(weight, Operand):
            return None
        return super().read_bound({**values, "out_features": weight.shape[0]}, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        incoming = inputs[0]
        # On [N, F] the features are the channels, of which printed source keeps count.
        what = "channels" if incoming.rank == 2 else "features"
        features = Inferred(what, concrete(incoming.shape[-1]))
        call = Call("nn.Linear", (features, Arg("out_features")), self.changed("bias"))
        return ModuleRecipe(call)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        if inputs[0].rank == 2:
            return Arg("out_features")
        return Inferred("channels", channels_of(inputs[0]))

    def features(self, place: int) -> Told:
        return Told(Arg("out_features"))


def linear_of(trace: "MemoryTrace", given: "Tensor", shape: tuple[int, ...]) -> "Tensor":
    """What torch does for a product of the last dim with a learned matrix."""
    if len(shape) > 2:  # torch multiplies matrices: the dims in front are joined
        given = trace.reshape(given, (prod(shape[:-1]), given.shape[-1]))
    made = trace.new(shape, given, learned=True)
    trace.keep(made, given)
    return made
