"""Signs, rounding and powers."""

from typing import TYPE_CHECKING, ClassVar, Literal

from archir import rules
from archir.op.fields import Field
from archir.op.recipe import Arg, Fold, FunctionRecipe, Infix, Input, Recipe
from archir.ops.activation import ElementwiseFunction
from archir.ops.merge import PROMOTION, Broadcasting, Number, promoted
from archir.ops.numbers import require_held
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class _Real(ElementwiseFunction):
    """Base of those that torch has for floats and integers, and not for truths."""

    dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64")


class Abs(_Real):
    """Gives every element without its sign.

    As a stage `abs` is this op; where it is called in an expression it is the function of a number.

    torch: `torch.abs`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      concat [relu, abs]
    }
    ```
    """

    keyword = "abs"
    torch_name = "torch.abs"
    read_calls = ("abs(input)",)


class Negate(_Real):
    """Gives every element with the other sign.

    torch: `torch.neg`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      concat [relu, neg -> relu]
    }
    ```
    """

    keyword = "neg"
    torch_name = "torch.neg"
    read_calls = ("neg(input)",)
    keeps = ()


class Sign(ElementwiseFunction):
    """Gives -1, 0 or 1, as every element is below, at or above 0.

    No gradient flows back through it.

    torch: `torch.sign`.

    ```arch
    model example() {
      input features: [N, 64]
      sign -> linear(8)
    }
    ```
    """

    keyword = "sign"
    torch_name = "torch.sign"
    read_calls = ("sign(input)",)
    dtypes = ("float32", "int64", "bool")
    keeps = ()


class Floor(_Real):
    """Rounds every element down.

    No gradient flows back through it. As a stage `floor` is this op; where it is called in an
    expression it is the function of a number.

    torch: `torch.floor`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      multiply(255) -> floor -> divide(255)
    }
    ```
    """

    keyword = "floor"
    torch_name = "torch.floor"
    read_calls = ("floor(input)",)
    keeps = ()


class Ceil(_Real):
    """Rounds every element up.

    No gradient flows back through it. As a stage `ceil` is this op; where it is called in an
    expression it is the function of a number.

    torch: `torch.ceil`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      multiply(255) -> ceil -> divide(255)
    }
    ```
    """

    keyword = "ceil"
    torch_name = "torch.ceil"
    read_calls = ("ceil(input)",)
    keeps = ()


class Round(_Real):
    """Rounds every element to the nearest whole number, a half to the even one.

    No gradient flows back through it. As a stage `round` is this op; where it is called in an
    expression it is the function of a number.

    torch: `torch.round`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      multiply(255) -> round -> divide(255)
    }
    ```
    """

    keyword = "round"
    torch_name = "torch.round"
    read_calls = ("round(input, decimals=0)",)
    keeps = ()


class Square(ElementwiseFunction):
    """Multiplies every element by itself.

    torch: `torch.square`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      relu -> square -> linear(64)
    }
    ```
    """

    keyword = "square"
    torch_name = "torch.square"
    read_calls = ("square(input)",)

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        return (TensorType(given.shape, max(given.dtype, "int64", key=PROMOTION.index)),)


class Clamp(ElementwiseFunction):
    """Puts the bound for what is below `min` or above `max`, and keeps all between.

    One of the two is enough. Where `min` is above `max`, every element becomes `max`.

    torch: `torch.clamp`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(8) -> clamp(-20, 2) -> exp
    }
    ```
    """

    keyword = "clamp"
    torch_name = "torch.clamp"
    read_calls = ("clamp(input, min=None, max=None)",)

    min: Number | None = Field(None, description="the least that is left as it is")
    max: Number | None = Field(None, description="the greatest that is left as it is")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        bounds = [bound for bound in (self.min, self.max) if bound is not None]
        if not bounds:
            check.report(rules.elementwise.NoBound(self.keyword))
            return inputs
        dtype = max(inputs[0].dtype, *map(dtype_of, bounds), key=PROMOTION.index)
        for name in ("min", "max"):
            require_held(self.keyword, name, getattr(self, name), dtype, check)
        return (TensorType(inputs[0].shape, dtype),)


def dtype_of(number: Number) -> str:
    """The dtype that a number gives what it is reckoned with."""
    return "float32" if isinstance(number, float) else "int64"


class Pow(Broadcasting):
    """Raises every element to a power: a number, `pow(2)`, or the element of a second value.

    Integers go to no negative power; floats do. A power of a negative number that is not whole is
    not a number. A truth is no power.

    torch: `torch.pow`, written `**`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> relu -> pow(3) -> mean([2, 3]) -> pow(1 / 3)
    }
    ```
    """

    keyword = "pow"
    torch_name = "torch.pow"
    read_calls = ("pow(input, exponent)",)

    exponent: Number | None = Field(None, description="the power, in the place of a second value")

    def takes(self) -> Literal["one", "many"]:
        return "many" if self.exponent is None else "one"

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if self.exponent is None and len(inputs) != 2:
            check.report(rules.merging.NotTwoValues(self.keyword, len(inputs)))
            return None
        return super().infer(inputs, check)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        power, dtype = self.exponent, promoted(inputs)
        if power is None:
            # torch raises to a truth, and has no gradient for it.
            require_dtype(self.keyword, inputs[1], ("float32", "int64"), check)
            return dtype
        if isinstance(power, int) and power < 0 and dtype != "float32":
            require_dtype(f"{self.keyword}({power})", inputs[0], ("float32",), check)
        return max(dtype, dtype_of(power), key=PROMOTION.index)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        base, *powers = inputs
        if not powers:
            made = trace.new(base.shape, base, dtype=outputs[0].dtype, like=base)
            trace.keep(made, base)
            return (made,)
        made = trace.merged(base, powers[0])
        trace.keep(made, base, powers[0], made)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> Recipe:
        if self.exponent is None:
            return FunctionRecipe(Fold("**"))
        return FunctionRecipe(Infix("**", Input(), Arg("exponent")))
