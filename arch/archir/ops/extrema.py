"""Greatest and least."""

from typing import TYPE_CHECKING

from archir.op.recipe import Arg, Call, FunctionRecipe, Input, Subscript
from archir.ops.reduction import OverDims, OverOneDim
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class _Extremum(OverOneDim):
    """Base of those that find the place of one element, to which the gradient goes."""

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (made,) = super().allocate(trace, inputs, outputs)
        places = trace.new(made.shape, dtype="int64")
        trace.keep(made, places)
        trace.in_backward(made, passing=inputs[0].numel)  # zeros, before gradients are put in
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        method = self.torch_name.removeprefix("torch")
        both = Call(method, (Input(), Arg("dim")), self.changed("keepdim"))
        return FunctionRecipe(Subscript(both, (0,)))


class _Place(OverOneDim):
    """Base of those that give the place itself."""

    def dtype(self, incoming: TensorType, check: Check) -> str:
        require_dtype(self.keyword, incoming, ("float32", "int64"), check)
        return "int64"


class Max(_Extremum):
    """Gives the greatest element along a dim.

    Where several are equal, one of them gets the gradient; `amax` takes several dims, and shares
    the gradient out. `maximum` takes several values. As a stage `max` is this op; where it is
    called in an expression it is the function of numbers.

    torch: `torch.max`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      linear(128) -> max(1) -> linear(10)
    }
    ```
    """

    keyword = "max"
    between = "maximum"
    torch_name = "torch.max"
    read_calls = ("max(input, dim, keepdim=False)",)


class Min(_Extremum):
    """Gives the least element along a dim.

    Where several are equal, one of them gets the gradient; `amin` takes several dims, and shares
    the gradient out. `minimum` takes several values. As a stage `min` is this op; where it is
    called in an expression it is the function of numbers.

    torch: `torch.min`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      linear(128) -> min(1) -> linear(10)
    }
    ```
    """

    keyword = "min"
    between = "minimum"
    torch_name = "torch.min"
    read_calls = ("min(input, dim, keepdim=False)",)


class Median(_Extremum):
    """Gives the element along a dim that is in the middle by size, of two the lower one.

    torch: `torch.median`.

    ```arch
    model example() {
      input frames: [N, T = 8, 64]
      linear(32) -> median(1) -> linear(10)
    }
    ```
    """

    keyword = "median"
    torch_name = "torch.median"

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return super().allocate(trace, (trace.contiguous(inputs[0]),), outputs)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        # torch.median gives what it has not written along elements that expand has repeated.
        given = Call(".contiguous", (Input(),))
        both = Call(".median", (given, Arg("dim")), self.changed("keepdim"))
        return FunctionRecipe(Subscript(both, (0,)))

    def dtype(self, incoming: TensorType, check: Check) -> str:
        require_dtype(self.keyword, incoming, ("float32", "int64"), check)
        return incoming.dtype


class Amax(OverDims):
    """Gives the greatest element along a dim, or along all dims of a list.

    Where several are equal, they share the gradient.

    torch: `torch.amax`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> amax([2, 3]) -> linear(10)
    }
    ```
    """

    keyword = "amax"
    between = "maximum"
    torch_name = "torch.amax"
    read_calls = ("amax(input, dim, keepdim=False)",)
    keeps = ("inputs", "outputs")


class Amin(OverDims):
    """Gives the least element along a dim, or along all dims of a list.

    Where several are equal, they share the gradient.

    torch: `torch.amin`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> amin([2, 3]) -> linear(10)
    }
    ```
    """

    keyword = "amin"
    between = "minimum"
    torch_name = "torch.amin"
    read_calls = ("amin(input, dim, keepdim=False)",)
    keeps = ("inputs", "outputs")


class Argmax(_Place):
    """Gives the place of the greatest element along a dim, counted from 0, as an integer.

    No gradient flows back through it.

    torch: `torch.argmax`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(10) as logits
      logits -> argmax(1) as place
      output logits, place
    }
    ```
    """

    keyword = "argmax"
    torch_name = "torch.argmax"
    read_calls = ("argmax(input, dim, keepdim=False)",)


class Argmin(_Place):
    """Gives the place of the least element along a dim, counted from 0, as an integer.

    No gradient flows back through it.

    torch: `torch.argmin`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(10) as logits
      logits -> argmin(1) as place
      output logits, place
    }
    ```
    """

    keyword = "argmin"
    torch_name = "torch.argmin"
    read_calls = ("argmin(input, dim, keepdim=False)",)
