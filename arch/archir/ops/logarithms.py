"""Logarithms of probabilities."""

from typing import TYPE_CHECKING

from archir.ops.activation import Elementwise
from archir.ops.gate import Softmax
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class LogSoftmax(Softmax):
    """Gives the logarithms of the probabilities that `softmax` gives, without losing small ones.

    The dim must be said, as for `softmax`.

    torch: `torch.nn.LogSoftmax`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(10) -> log_softmax(1)
    }
    ```
    """

    keyword = "log_softmax"
    torch_name = "torch.nn.LogSoftmax"
    read_calls = ("log_softmax(input, dim, _stacklevel=3, dtype=None)",)


class Softmin(Softmax):
    """The `softmax` of the numbers with the other sign: the least has the most probability.

    The dim must be said, as for `softmax`.

    torch: `torch.nn.Softmin`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(10) -> softmin(1)
    }
    ```
    """

    keyword = "softmin"
    torch_name = "torch.nn.Softmin"
    read_calls = ("softmin(input, dim, _stacklevel=3, dtype=None)",)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return super().allocate(trace, (trace.copy(inputs[0]),), outputs)


class LogSigmoid(Elementwise):
    """Gives the logarithm of every element's sigmoid, without losing small ones.

    torch: `torch.nn.LogSigmoid`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(1) -> logsigmoid
    }
    ```
    """

    keyword = "logsigmoid"
    torch_name = "torch.nn.LogSigmoid"
    read_calls = ("logsigmoid(input)",)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (given,) = inputs
        buffer = trace.new(given.shape, dtype=given.dtype)
        made = trace.new(given.shape, given)
        trace.keep(made, given, buffer)
        return (made,)
