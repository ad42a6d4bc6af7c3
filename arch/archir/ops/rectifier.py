"""Other rectifiers."""

from archir import rules
from archir.init.values import show_constant
from archir.op.contract import Finite, Positive
from archir.op.fields import Field
from archir.ops.activation import Elementwise
from archir.ops.numbers import holds
from archir.ops.spatial import show_extent
from archir.shapes.conditions import Check
from archir.shapes.types import ParameterSpec, TensorType


class ReLU6(Elementwise):
    """Keeps what is from 0 to 6, and puts the nearer of the two for the rest.

    torch: `torch.nn.ReLU6`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, bias = false) -> batch_norm -> relu6
    }
    ```
    """

    keyword = "relu6"
    torch_name = "torch.nn.ReLU6"
    read_calls = ("relu6(input, inplace=False)",)
    dtypes = ("float32", "int64")

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class _Leaky(Elementwise):
    """Base of the rectifiers that let something of the negative side through.

    In place, torch computes their gradient from the output alone. That says which inputs were
    negative only if the factor of the negative side is not.
    """

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        factor, inplace = self.arguments()
        value: float = getattr(self, factor)
        if value < 0 and getattr(self, inplace):
            check.report(rules.activations.NegativeSlopeInplace(self.keyword, factor, str(value)))
        return super().infer(inputs, check)


class LeakyReLU(_Leaky):
    """Keeps what is positive, and a small part of what is negative.

    torch: `torch.nn.LeakyReLU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> leaky_relu(0.2)
    }
    ```
    """

    keyword = "leaky_relu"
    torch_name = "torch.nn.LeakyReLU"
    read_calls = ("leaky_relu(input, negative_slope=0.01, inplace=False)",)
    held = ("negative_slope",)
    keeps_in_place = ("outputs",)

    negative_slope: Finite = Field(0.01, description="what the negative side is multiplied by")
    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class ELU(_Leaky):
    """Keeps what is positive, and puts `alpha * (exp(x) - 1)` for the rest.

    torch: `torch.nn.ELU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> elu
    }
    ```
    """

    keyword = "elu"
    torch_name = "torch.nn.ELU"
    read_calls = ("elu(input, alpha=1.0, inplace=False)",)
    held = ("alpha",)
    keeps_in_place = ("outputs",)

    alpha: Finite = Field(1.0, description="what `exp(x) - 1` is multiplied by")
    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class SELU(Elementwise):
    """An `elu` with numbers that keep mean and variance from layer to layer.

    From Self-Normalizing Neural Networks (Klambauer et al., 2017); `alpha_dropout` goes with it.

    torch: `torch.nn.SELU`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(64) -> selu -> alpha_dropout(0.1)
    }
    ```
    """

    keyword = "selu"
    torch_name = "torch.nn.SELU"
    read_calls = ("selu(input, inplace=False)",)
    keeps_in_place = ("outputs",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class CELU(_Leaky):
    """Keeps what is positive, and puts `alpha * (exp(x / alpha) - 1)` for the rest.

    torch: `torch.nn.CELU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> celu(0.5)
    }
    ```
    """

    keyword = "celu"
    torch_name = "torch.nn.CELU"
    read_calls = ("celu(input, alpha=1.0, inplace=False)",)
    held = ("alpha",)
    keeps_in_place = ("outputs",)

    alpha: Finite = Field(1.0, description="how far below 0 it goes; not 0")
    inplace: bool = Field(False, description="whether the input's memory is used for the output")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not self.alpha or not holds("float32", 1 / self.alpha):
            facts = ("alpha", show_constant(self.alpha), "a number other than 0")
            check.report(rules.argument_values.ArgumentOutOfBounds(self.keyword, *facts))
        return super().infer(inputs, check)


class PReLU(Elementwise):
    """Keeps what is positive, and multiplies what is negative by a learned number.

    There is one such number, or one for each channel: `prelu(_.channels)`.

    torch: `torch.nn.PReLU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> prelu -> conv(32, 3) -> prelu(_.channels)
    }
    ```
    """

    keyword = "prelu"
    torch_name = "torch.nn.PReLU"
    held = ("init",)
    weights = ("weight",)

    num_parameters: Positive = Field(1, description="how many numbers are learned")
    init: Finite = Field(0.25, description="their value before training")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if self.num_parameters > 1:
            # torch counts one channel where there is no dim 1.
            channels = incoming.shape[1] if incoming.rank > 1 else 1
            check.equal(
                channels,
                self.num_parameters,
                lambda: rules.activations.ParametersDifferFromChannels(
                    self.keyword, self.num_parameters, show_extent(channels, check), str(incoming)
                ),
            )
        return super().infer(inputs, check)

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("weight", (self.num_parameters,)),)
