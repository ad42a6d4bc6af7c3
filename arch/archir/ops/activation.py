"""Activations."""

from typing import TYPE_CHECKING, ClassVar

from archir.check import Check
from archir.fields import Field
from archir.op import Keeps, Op
from archir.ops.spatial import require_dtype
from archir.reach import Look, Wire, pointwise
from archir.recipe import Call, ModuleRecipe
from archir.types import TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape


class Elementwise(Op):
    """Base of the modules that keep the shape.

    Its recipe gives all arguments by keyword.
    """

    keeps_shape = True
    keeps: ClassVar[Keeps] = ("inputs",)

    keeps_in_place: ClassVar[Keeps] = ("inputs",)
    """The same where it works in place; then the input can only be kept as a copy."""

    keeps_layout: ClassVar[bool] = True
    """Whether the output lies in memory as the input does; else it is contiguous."""

    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    """The dtypes that torch computes on."""

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        require_dtype(self.keyword, inputs[0], self.accepted(), check)
        return (inputs[0],)

    def accepted(self) -> tuple[str, ...]:
        """The dtypes that torch computes on with these arguments."""
        return self.dtypes

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return pointwise(wire)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, wanted = inputs[0], outputs[0]
        own = "outputs" in (self.keeps_in_place if self._in_place() else self.keeps)
        if self._in_place():
            before = given if own or not given.grad else tape.copy(given)
            made = tape.overwrite(given)
            tape.keep(made, made if own else before)
            return (made,)
        like = given if self.keeps_layout else None
        made = tape.new(given.shape, given, dtype=wanted.dtype, like=like, learned=tape.learned)
        tape.keep(made, made if own else given)
        return (made,)

    def _in_place(self) -> bool:
        return bool(getattr(self, "inplace", False))

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = self.torch_name.removeprefix("torch.")
        return ModuleRecipe(Call(function, (), self.changed(*self.arguments())))


class ReLU(Elementwise):
    """Keeps what is positive and puts 0 for the rest.

    torch: `torch.nn.ReLU`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> relu
    }
    ```
    """

    keyword = "relu"
    torch_name = "torch.nn.ReLU"
    dtypes = ("float32", "int64")
    keeps = keeps_in_place = ("outputs",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")
