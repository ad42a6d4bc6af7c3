"""Normalisation over the last dims."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from archir import rules
from archir.op.contract import Finite, Op, Positive, concrete
from archir.op.dependence import AxisAccess, Edge, pointwise
from archir.op.fields import Field
from archir.op.recipe import Call, Code, Inferred, Items, ModuleRecipe
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read

Eps = Annotated[Finite, Field(ge=0, le=1)]


class _OverLastDims(Op):
    """Base of the norms over the last dims; torch's classes are told the sizes of these."""

    keeps_shape = True
    own_arguments = ("dims",)

    dims: Positive = Field(1, description="how many of the last dims are normalised together")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        require_dtype(self.keyword, incoming, ("float32",), check)
        if self.dims > incoming.rank:
            check.report(
                rules.normalised.TooFewDims(self.keyword, self.dims, incoming.rank, str(incoming))
            )
        else:
            for extent in incoming.shape[-self.dims :]:
                check.concrete(extent)
        return (incoming,)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        return pointwise(edge, *range(rank - self.dims, rank))

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        from archir.op.reading import Read

        found = super().read_module(made, call)
        if found is None:
            return None
        arguments = {**found.arguments, "dims": len(made.attributes["normalized_shape"])}
        if not arguments["elementwise_affine"]:
            arguments.pop("bias", None)
        return Read(arguments, found.inputs)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        from archir.op.reading import Read

        rest = {name: value for name, value in values.items() if name != "normalized_shape"}
        affine = values["weight"] is not None
        facts = {"dims": len(values["normalized_shape"]), "elementwise_affine": affine}
        found = super().read_bound({**rest, **facts}, call)
        if found is not None and not affine:
            kept = {name: value for name, value in found.arguments.items() if name != "bias"}
            return Read(kept, found.inputs, found.weights)
        return found

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = self.torch_name.removeprefix("torch.")
        keywords = (name for name in self.arguments() if name not in self.own_arguments)
        return ModuleRecipe(Call(function, (self._sizes(inputs[0]),), self.changed(*keywords)))

    def normalised(self, incoming: TensorType) -> tuple[int, ...]:
        """The sizes of the dims that are normalised together, which are those of the weight."""
        return tuple(concrete(extent) for extent in incoming.shape[-self.dims :])

    def _sizes(self, incoming: TensorType) -> Code:
        """The sizes for torch's class: a number, or a tuple of them."""
        first = incoming.rank - self.dims
        items: list[Code] = []
        for dim, extent in enumerate(self.normalised(incoming), first):
            # Of dim 1 printed source keeps count.
            last = "features" if dim == incoming.rank - 1 else "constant"
            items.append(Inferred("channels" if dim == 1 else last, extent))
        return items[0] if len(items) == 1 else Items(tuple(items))


class LayerNorm(_OverLastDims):
    """Brings each position to mean 0 and variance 1 over its features, then scales and shifts it.

    The features are the last dim, or with `dims` the last few together: `layer_norm(3)` on
    `[N, C, H, W]` goes over all that belongs to an example. Their sizes are read off the shape.

    torch: `torch.nn.LayerNorm`, with the sizes of these dims as `normalized_shape`.

    ```arch
    model example() {
      input tokens: [N, 16, 64]
      layer_norm -> linear(256) -> gelu -> linear(64) -> layer_norm(eps = 1e-6)
    }
    ```
    """

    keyword = "layer_norm"
    torch_name = "torch.nn.LayerNorm"
    read_calls = ("layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)",)
    weights = ("weight", "bias")

    eps: Eps = Field(1e-5, description="added to the variance before its square root")
    elementwise_affine: bool = Field(True, description="whether there is a learned scale and shift")
    bias: bool = Field(True, description="whether that has a shift")

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        if not self.elementwise_affine:
            return ()
        shape = self.normalised(inputs[0])
        weight = ParameterSpec("weight", shape)
        return (weight, ParameterSpec("bias", shape)) if self.bias else (weight,)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        made = trace.new(given.shape, given, learned=trace.learned)
        shape = (*given.shape[: -self.dims], *[1] * self.dims)
        trace.contiguous(given)  # a copy to read from, where it must be
        trace.keep(made, given, *(trace.new(shape) for _ in range(2)))
        return (made,)


class RMSNorm(_OverLastDims):
    """Divides each position by the root of the mean square of its features, then scales it.

    The features are the last dim, or with `dims` the last few together. Their sizes are read off
    the shape.

    torch: `torch.nn.RMSNorm`, with the sizes of these dims as `normalized_shape`.

    ```arch
    model example() {
      input tokens: [N, 16, 64]
      rms_norm -> linear(256) -> silu -> linear(64)
    }
    ```
    """

    keyword = "rms_norm"
    torch_name = "torch.nn.RMSNorm"
    read_calls = ("rms_norm(input, normalized_shape, weight=None, eps=None)",)
    weights = ("weight",)

    eps: Eps | None = Field(
        None, description="added to the mean square; none means the dtype's smallest step from 1"
    )
    elementwise_affine: bool = Field(True, description="whether there is a learned scale")

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        shape = self.normalised(inputs[0])
        return (ParameterSpec("weight", shape),) if self.elementwise_affine else ()

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = trace.widened(inputs[0])
        squares = trace.new(given.shape, given, like=given)
        trace.keep(squares, given)
        rows = (*given.shape[: -self.dims], *[1] * self.dims)
        mean = trace.new(rows, squares)
        root = trace.new(rows, mean)
        trace.keep(root, root)
        trace.drop(squares, mean)
        made = trace.multiplied(given, root)
        if self.elementwise_affine:
            normal = made
            made = trace.new(normal.shape, normal, like=normal, learned=True)
            trace.keep(made, normal)
            trace.drop(normal)
        trace.drop(root)
        return (trace.contiguous(trace.narrowed(made)),)
