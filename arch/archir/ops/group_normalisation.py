"""Normalisation of each example by itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from archir import rules
from archir.op.contract import Finite, Op, Positive, channels_of
from archir.op.dependence import AxisAccess, Edge, pointwise
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Inferred, ModuleRecipe
from archir.ops.normalisation import scale_and_statistics
from archir.ops.spatial import LAYOUTS, rank_suffix, require_dtype
from archir.shapes.arithmetic import floor_div, multiply, product
from archir.shapes.conditions import Check
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read

Eps = Annotated[Finite, Field(ge=0, le=1)]


class GroupNorm(Op):
    """Brings each group of channels of each example to mean 0 and variance 1.

    Then each channel is scaled and shifted. `group_norm(1)` goes over all channels together. It
    does the same in training and in evaluation, and torch refuses an input with one value in
    all for each group.

    torch: `torch.nn.GroupNorm`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(64, 3, bias = false) -> group_norm(32) -> relu
    }
    ```
    """

    keyword = "group_norm"
    torch_name = "torch.nn.GroupNorm"
    read_calls = ("group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)",)
    keeps_shape = True
    weights = ("weight", "bias")

    num_groups: Positive = Field(description="how many equal parts the channels are split into")
    eps: Eps = Field(1e-5, description="added to the variance before its square root")
    affine: bool = Field(True, description="whether there is a learned scale and shift")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if incoming.rank < 2:
            layouts = ("[N, C]", *LAYOUTS)
            check.report(rules.shapes.WrongRank(self.keyword, layouts, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32",), check)
        batch, channels, *spatial = incoming.shape
        if self.affine:
            channels = check.concrete(channels)
        whole = check.divisible(
            channels,
            self.num_groups,
            lambda: rules.shapes.ChannelsNotDivisible(
                self.keyword, "incoming", check.value(channels), None, self.num_groups
            ),
        )
        if whole:
            # torch counts the values of a group in all examples together.
            check.at_least(
                multiply(floor_div(multiply(batch, channels), self.num_groups), product(spatial)),
                2,
                lambda: rules.shapes.TooFewValues(
                    self.keyword, str(incoming.at(check.sizes)), "group"
                ),
            )
        return (incoming,)

    def centred_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        return 1 if self.num_groups == inputs[0].shape[1] else None

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge, *range(1, len(edge.given)))

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        shape = (channels_of(inputs[0]),)
        learned = (ParameterSpec("weight", shape), ParameterSpec("bias", shape))
        return learned if self.affine else ()

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        trace.formatted(given)  # a copy to read from, where it must be
        made = trace.new(given.shape, given, format=given, learned=trace.learned)
        shape = (given.shape[0], self.num_groups)
        trace.keep(made, given, *(trace.new(shape) for _ in range(2)))
        return (made,)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        return super().read_bound({**values, "affine": values["weight"] is not None}, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        channels = Inferred("channels", channels_of(inputs[0]))
        sizes = (Arg("num_groups"), channels)
        return ModuleRecipe(Call("nn.GroupNorm", sizes, self.changed("eps", "affine")))


class InstanceNorm(Op):
    """Brings each channel of each example to mean 0 and variance 1 over its axes.

    Unlike `batch_norm` it has no learned scale and shift and no running statistics unless it is
    told to. It needs more than one value in each channel of an example; with running statistics,
    in training alone.

    torch: `torch.nn.InstanceNorm1d`, `InstanceNorm2d`, `InstanceNorm3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, bias = false) -> instance_norm(affine = true) -> relu
    }
    ```
    """

    keyword = "instance_norm"
    torch_name = "torch.nn.InstanceNorm2d"
    keeps_shape = True
    weights = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    eps: Eps = Field(1e-5, description="added to the variance before its square root")
    momentum: Annotated[Finite, Field(ge=0, le=1)] = Field(
        0.1, description="the weight of a new batch in the running statistics"
    )
    affine: bool = Field(False, description="whether there is a learned scale and shift")
    track_running_stats: bool = Field(
        False, description="whether running statistics are kept for evaluation"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if not 3 <= incoming.rank <= 5:
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS, str(incoming)))
            return None
        require_dtype(self.keyword, incoming, ("float32",), check)
        if self.affine or self.track_running_stats:
            check.concrete(incoming.shape[1])
        check.at_least(
            product(incoming.shape[2:]),
            2,
            lambda: rules.shapes.TooFewValues(
                self.keyword, str(incoming.at(check.sizes)), "channel of each example"
            ),
            training=self.track_running_stats,
        )
        return (incoming,)

    def centred_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        return 1

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        # In evaluation running statistics are used, where they are kept.
        whole = () if self.track_running_stats else range(2, len(edge.given))
        return pointwise(edge, *whole)

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        return scale_and_statistics(
            channels_of(inputs[0]), affine=self.affine, tracked=self.track_running_stats
        )

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        # torch takes the channels of all examples for those of one, and normalises its batch.
        given = trace.contiguous(inputs[0])
        each = (given.shape[0] * given.shape[1],)
        scale = [trace.new(each, learned=True) for _ in range(2 * self.affine)]
        running = [trace.new(each) for _ in range(2 * self.track_running_stats)]
        made = trace.new(given.shape, given, *scale)
        trace.keep(made, given, *scale[:1], *running)
        if trace.training or not self.track_running_stats:
            trace.keep(made, *(trace.new(each) for _ in range(2)))
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        channels = Inferred("channels", channels_of(inputs[0]))
        function = f"nn.InstanceNorm{rank_suffix(inputs[0])}"
        return ModuleRecipe(Call(function, (channels,), self.changed(*self.arguments())))
