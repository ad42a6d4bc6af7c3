"""Activations."""

from typing import TYPE_CHECKING, ClassVar

from archir.op.contract import Keeps, Op, arguments_of
from archir.op.dependence import AxisAccess, Edge, pointwise
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, FunctionRecipe, Input, ModuleRecipe, Recipe
from archir.ops.numbers import require_held
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Elementwise(Op):
    """Base of the modules that keep the shape.

    Its recipe gives all arguments by keyword.
    """

    keeps_shape = True
    keeps: ClassVar[Keeps] = ("inputs",)

    keeps_in_place: ClassVar[Keeps] = ("inputs",)
    """The same where it works in place; then the input can only be kept as a copy."""

    again: ClassVar[bool] = False
    """Whether torch lets it work in place on elements that are one place in memory."""

    keeps_layout: ClassVar[bool] = True
    """Whether the output lies in memory as the input does; else it is contiguous."""

    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    """The dtypes that torch computes on."""

    held: ClassVar[tuple[str, ...]] = ()
    """The numbers that torch converts to the input's dtype, and refuses if they do not fit."""

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        require_dtype(self.keyword, inputs[0], self.accepted(), check)
        for name in self.held:
            require_held(self.keyword, name, getattr(self, name), inputs[0].dtype, check)
        return (inputs[0],)

    def accepted(self) -> tuple[str, ...]:
        """The dtypes that torch computes on with these arguments."""
        return self.dtypes

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, wanted = inputs[0], outputs[0]
        kept = self.keeps_in_place if self._in_place() else self.keeps
        own = "outputs" in kept
        if self._in_place():
            before = given if own or not given.grad else trace.copy(given)
            made = trace.overwrite(given, again=self.again)
            trace.keep(made, made if own else before)
            return (made,)
        like = given if self.keeps_layout else ()
        made = trace.new(given.shape, given, dtype=wanted.dtype, like=like, learned=trace.learned)
        if kept:
            trace.keep(made, made if own else given)
        return (made,)

    def _in_place(self) -> bool:
        return bool(getattr(self, "inplace", False))

    def recipe(self, inputs: tuple[TensorType, ...]) -> Recipe:
        function = self.torch_name.removeprefix("torch.")
        return ModuleRecipe(Call(function, (), self.changed(*self.arguments())))


class ElementwiseFunction(Elementwise):
    """Base of the functions that keep the shape: methods of a tensor, without a module.

    Arguments that must be given go by position.
    """

    is_module = False

    def recipe(self, inputs: tuple[TensorType, ...]) -> Recipe:
        method = self.torch_name.removeprefix("torch")
        required = [n for n, each in arguments_of(type(self)).items() if each.is_required()]
        others = [name for name in self.arguments() if name not in required]
        return FunctionRecipe(Call(method, (Input(), *map(Arg, required)), self.changed(*others)))


class GivesFloats(Elementwise):
    """Base of those that torch computes on any numbers: what they give is always float32."""

    dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64", "bool")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        super().infer(inputs, check)
        return (TensorType(inputs[0].shape),)


class RealFunction(GivesFloats, ElementwiseFunction):
    """Base of the functions of that kind."""


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
    read_calls = ("relu(input, inplace=False)",)
    dtypes = ("float32", "int64")
    keeps = keeps_in_place = ("outputs",)

    inplace: bool = Field(False, description="whether the input's memory is used for the output")
