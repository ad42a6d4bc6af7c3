"""Fully connected layers."""

from math import prod
from typing import TYPE_CHECKING

from archir import rules
from archir.check import Check
from archir.dims import Dim, product
from archir.fields import Field
from archir.op import Op, Positive, channels_of, concrete
from archir.ops.spatial import require_dtype
from archir.reach import WHOLE, Look, Wire, same
from archir.recipe import Arg, Call, Code, Inferred, ModuleRecipe
from archir.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape


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
    weights = ("weight", "bias")

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

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        return product((*inputs[0].shape, self.out_features))

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return (*(same(dim) for dim in range(len(wire.given) - 1)), WHOLE)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = inputs[0], tape.extents(outputs[0])
        if len(shape) > 2:  # torch multiplies matrices: the dims in front are joined
            given = tape.reshape(given, (prod(shape[:-1]), given.shape[-1]))
        made = tape.new(shape, given, learned=True)
        tape.keep(made, given)
        return (made,)

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
