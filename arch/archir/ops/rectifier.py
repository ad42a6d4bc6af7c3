"""Other rectifiers."""

from archir import rules
from archir.check import Check
from archir.fields import Field
from archir.op import Finite, Positive
from archir.ops.activation import Elementwise
from archir.ops.spatial import show_extent
from archir.types import ParameterSpec, TensorType


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
    keeps_in_place = ("outputs",)

    alpha: Finite = Field(1.0, description="what `exp(x) - 1` is multiplied by")
    inplace: bool = Field(False, description="whether the input's memory is used for the output")


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
