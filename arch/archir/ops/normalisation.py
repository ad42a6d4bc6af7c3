"""Normalisation."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from archir import rules
from archir.op.contract import Finite, Op, channels_of
from archir.op.dependence import AxisAccess, Edge, pointwise
from archir.op.fields import Field
from archir.op.recipe import Call, Inferred, ModuleRecipe
from archir.ops.spatial import require_dtype
from archir.shapes.arithmetic import multiply, product
from archir.shapes.conditions import Check
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read


def scale_and_statistics(
    channels: int, *, affine: bool, tracked: bool
) -> tuple[ParameterSpec, ...]:
    """The state of torch's norms over a batch: scale and shift, then running statistics."""
    shape = (channels,)
    learned = (ParameterSpec("weight", shape), ParameterSpec("bias", shape))
    statistics = (
        ParameterSpec("running_mean", shape, is_buffer=True),
        ParameterSpec("running_var", shape, is_buffer=True),
        ParameterSpec("num_batches_tracked", (), "int64", is_buffer=True),
    )
    return (learned if affine else ()) + (statistics if tracked else ())


class BatchNorm(Op):
    """Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it.

    In training the batch's own statistics are used, and running ones are kept, which serve in
    evaluation. Training needs more than one value a channel: a batch of one example whose axes
    are all of size 1 is refused by torch.

    torch: `torch.nn.BatchNorm1d` (`[N, C]` and `[N, C, L]`), `BatchNorm2d`, `BatchNorm3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, bias = false) -> batch_norm(eps = 1e-3) -> relu
    }
    ```
    """

    keyword = "batch_norm"
    torch_name = "torch.nn.BatchNorm2d"
    read_calls = (
        "batch_norm(input, running_mean, running_var, weight=None, bias=None, "
        "training=False, momentum=0.1, eps=1e-05)",
    )
    keeps_shape = True
    weights = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    eps: Annotated[Finite, Field(gt=0, le=1)] = Field(
        1e-5, description="added to the variance before its square root"
    )
    momentum: Annotated[Finite, Field(ge=0, le=1)] | None = Field(
        0.1,
        description="the weight of a new batch in the running statistics (1 minus Keras's"
        " momentum); none means a plain mean",
    )
    affine: bool = Field(True, description="whether there is a learned scale and shift")
    track_running_stats: bool = Field(
        True, description="whether running statistics are kept for evaluation"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if not 2 <= incoming.rank <= 5:
            layouts = ("[N, C]", "[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]")
            check.report(rules.shapes.WrongRank(self.keyword, layouts, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32",), check)
        if self.affine or self.track_running_stats:
            check.concrete(incoming.shape[1])
        check.at_least(
            multiply(incoming.shape[0], product(incoming.shape[2:])),
            2,
            lambda: rules.shapes.TooFewValues(self.keyword, str(incoming.at(check.sizes))),
            training=self.track_running_stats,
        )
        return (incoming,)

    def centred_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        return 1

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        # In evaluation running statistics are used, where they are kept.
        rest = (0, *range(2, len(edge.given)))
        return pointwise(edge, *(() if self.track_running_stats else rest))

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        return scale_and_statistics(
            channels_of(inputs[0]), affine=self.affine, tracked=self.track_running_stats
        )

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        made = trace.new(given.shape, given, format=given, learned=trace.learned)
        if trace.training or not self.track_running_stats:
            statistics = [trace.new((given.shape[1],), dtype=given.dtype) for _ in range(2)]
            trace.keep(made, *statistics)
        trace.keep(made, given)
        return (made,)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        named = {**values, "affine": values["weight"] is not None}
        if values["running_mean"] is None:
            # The batch's own statistics serve whatever the mode is.
            named = {name: named[name] for name in ("input", "weight", "bias", "eps", "affine")}
            named["track_running_stats"] = False
            return super().read_bound(named, call) if values["training"] else None
        return super().read_bound(named, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        channels = channels_of(inputs[0])
        function = f"nn.BatchNorm{max(inputs[0].rank - 2, 1)}d"
        keywords = self.changed(*self.arguments())
        return ModuleRecipe(Call(function, (Inferred("channels", channels),), keywords))
