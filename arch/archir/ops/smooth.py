"""Smooth activations."""

from typing import Literal

from archir.op.contract import Finite
from archir.op.fields import Field
from archir.ops.activation import Elementwise


class SiLU(Elementwise):
    """Multiplies every element by its sigmoid; also called swish.

    torch: `torch.nn.SiLU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, bias = false) -> batch_norm -> silu
    }
    ```
    """

    keyword = "silu"
    torch_name = "torch.nn.SiLU"
    read_calls = ("silu(input, inplace=False)",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class Hardswish(Elementwise):
    """Multiplies every element by its hard sigmoid: `x * relu6(x + 3) / 6`.

    torch: `torch.nn.Hardswish`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, bias = false) -> batch_norm -> hardswish
    }
    ```
    """

    keyword = "hardswish"
    torch_name = "torch.nn.Hardswish"
    read_calls = ("hardswish(input, inplace=False)",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class GELU(Elementwise):
    """Multiplies every element by the normal distribution's probability of less than it.

    torch: `torch.nn.GELU`.

    ```arch
    model example() {
      input tokens: [N, 16, 64]
      linear(256) -> gelu -> linear(64)
    }
    ```
    """

    keyword = "gelu"
    torch_name = "torch.nn.GELU"
    read_calls = ("gelu(input, approximate=none)",)

    approximate: Literal["none", "tanh"] = Field(
        "none", description='"tanh" approximates the probability by a tanh'
    )


class Mish(Elementwise):
    """Multiplies every element by the tanh of its softplus.

    torch: `torch.nn.Mish`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3, bias = false) -> batch_norm -> mish
    }
    ```
    """

    keyword = "mish"
    torch_name = "torch.nn.Mish"
    read_calls = ("mish(input, inplace=False)",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")


class Softplus(Elementwise):
    """A smooth `relu`: `log(1 + exp(beta * x)) / beta`, and x itself above the threshold.

    torch: `torch.nn.Softplus`.

    ```arch
    model example() {
      input features: [N, 512]
      linear(1) -> softplus
    }
    ```
    """

    keyword = "softplus"
    torch_name = "torch.nn.Softplus"
    read_calls = ("softplus(input, beta=1, threshold=20)",)
    held = ("beta", "threshold")

    beta: Finite = Field(1.0, description="how sharply it bends; a large one is nearly `relu`")
    threshold: Finite = Field(20.0, description="where `beta * x` is above it, x itself is given")
