"""Dropout."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from archir import rules
from archir.op.fields import Field
from archir.op.recipe import Call, ModuleRecipe
from archir.ops.activation import Elementwise
from archir.ops.spatial import LAYOUTS, rank_suffix
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class _Random(Elementwise):
    """Base of what drops at random in training, and does nothing in evaluation."""

    p: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        0.5, description="the probability of an element to be dropped"
    )

    idle: ClassVar[Mapping[str, object] | None] = {"p": 0}

    def accepted(self) -> tuple[str, ...]:
        # Scaling by 1 / (1 - p) gives floats; where nothing is scaled torch takes any dtype.
        return ("float32", "int64", "bool") if self.p in (0.0, 1.0) else ("float32",)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        if not trace.training or self.p == 0:
            return inputs
        drawn = self.drawn(trace, given)
        in_place = self._in_place()
        made = trace.overwrite(given) if in_place else trace.new(given.shape, given, like=given)
        trace.keep(made, drawn)
        return (made,)

    def drawn(self, trace: "MemoryTrace", given: "Tensor") -> "Tensor":
        """What is drawn at random."""
        return trace.noise(given, self.p)


class _OfChannels(_Random):
    """Base of what drops whole channels of each example."""

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not 3 <= inputs[0].rank <= 5:
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS, str(inputs[0])))
            return None
        return super().infer(inputs, check)

    def drawn(self, trace: "MemoryTrace", given: "Tensor") -> "Tensor":
        if self.p == 1:
            return super().drawn(trace, given)
        shape = (*given.shape[:2], *[1] * (len(given.shape) - 2))
        return trace.new(shape, dtype=given.dtype)


class Dropout(_Random):
    """In training, puts 0 for a random part of the elements and scales the others up.

    In evaluation it does nothing.

    torch: `torch.nn.Dropout`.

    ```arch
    model example() {
      input features: [N, 512]
      dropout(0.2) -> linear(10)
    }
    ```
    """

    keyword = "dropout"
    torch_name = "torch.nn.Dropout"
    read_calls = ("dropout(input, p=0.5, training=True, inplace=False)",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class ChannelDropout(_OfChannels):
    """In training, puts 0 for a random part of the channels, and scales the others up.

    Each channel of each example is kept or dropped as a whole; in evaluation it does nothing.

    torch: `torch.nn.Dropout1d`, `Dropout2d`, `Dropout3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> relu -> channel_dropout(0.2)
    }
    ```
    """

    keyword = "channel_dropout"
    torch_name = "torch.nn.Dropout2d"
    read_calls = ("dropout?d(input, p=0.5, training=True, inplace=False)",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        keywords = self.changed("p", "inplace")
        return ModuleRecipe(Call(f"nn.Dropout{rank_suffix(inputs[0])}", (), keywords))


class AlphaDropout(_Random):
    """In training, puts what `selu` gives for minus infinity in the place of a random part.

    Mean and variance stay as they are: it goes with `selu`, from Self-Normalizing Neural Networks
    (Klambauer et al., 2017). In evaluation it does nothing.

    torch: `torch.nn.AlphaDropout`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(64) -> selu -> alpha_dropout(0.1) -> linear(10)
    }
    ```
    """

    keyword = "alpha_dropout"
    torch_name = "torch.nn.AlphaDropout"
    read_calls = ("alpha_dropout(input, p=0.5, training=False, inplace=False)",)


class FeatureAlphaDropout(_OfChannels):
    """The same as `alpha_dropout` for whole channels of each example.

    torch: `torch.nn.FeatureAlphaDropout`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> selu -> feature_alpha_dropout(0.1)
    }
    ```
    """

    keyword = "feature_alpha_dropout"
    torch_name = "torch.nn.FeatureAlphaDropout"
    read_calls = ("feature_alpha_dropout(input, p=0.5, training=False, inplace=False)",)
