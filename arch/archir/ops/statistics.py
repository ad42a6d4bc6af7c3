"""Statistics."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archir import rules
from archir.op.contract import Finite, Keeps, NonNegative
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, FunctionRecipe, Input
from archir.ops.reduction import OverDims, OverOneDim
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import add, product
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.op.reading import Called, Read


class _OfFloats(OverDims):
    """Base of those that torch has for floats alone."""

    def dtype(self, incoming: TensorType, check: Check) -> str:
        require_dtype(self.keyword, incoming, ("float32",), check)
        return "float32"


class Var(_OfFloats):
    """Gives the variance along a dim, or along all dims of a list.

    The sum of the squares is divided by the number of elements less `correction`, of which there
    must be something left: 1 estimates the variance of what the elements were drawn from, and 0
    gives their own.

    torch: `torch.var`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      subtract [_, mean(-1, keepdim = true)]
      divide [_, tokens -> var(-1, keepdim = true, correction = 0) -> add(1e-5) -> sqrt]
    }
    ```
    """

    keyword = "var"
    torch_name = "torch.var"
    read_calls = (
        "var(input, dim, correction=1, keepdim=False)",
        "var(input, dim, unbiased=True, keepdim=False)",
    )
    torch_defaults = MappingProxyType({"correction": None})
    keeps: ClassVar[Keeps] = ("inputs",)

    correction: NonNegative = Field(1, description="how many fewer than there are it is divided by")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        outputs, (given,) = super().infer(inputs, check), inputs
        if outputs is None:
            return None
        count = product(given.shape[dim] for dim in self._dims())
        facts = (self.keyword, show_extent(count, check), self.correction)
        check.at_least(
            count, add(self.correction, 1), lambda: rules.elementwise.TooFewElements(*facts)
        )
        return outputs

    @classmethod
    def read_bound(cls, values: Mapping[str, object], call: "Called") -> "Read | None":
        rest = {name: value for name, value in values.items() if name != "unbiased"}
        if "unbiased" in values:
            rest["correction"] = 1 if values["unbiased"] else 0
        return super().read_bound(rest, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        method = self.torch_name.removeprefix("torch")
        given = (Input(), Arg("dim"))
        return FunctionRecipe(Call(method, given, self.changed("correction", "keepdim")))


class Std(Var):
    """Gives the standard deviation along a dim, or along all dims of a list.

    It is the root of the variance: `correction` is as for `var`.

    torch: `torch.std`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> concat [mean([2, 3]), std([2, 3])] -> linear(10)
    }
    ```
    """

    keyword = "std"
    torch_name = "torch.std"
    read_calls = (
        "std(input, dim, correction=1, keepdim=False)",
        "std(input, dim, unbiased=True, keepdim=False)",
    )
    keeps = ("inputs", "outputs")


class Norm(_OfFloats):
    """Gives the length of the vectors along a dim, or of all that stands along dims of a list.

    That is the p-th root of the sum of the p-th powers of the sizes; with `p = 0` it is how many
    are not 0.

    torch: `torch.linalg.vector_norm`, in which `p` is called `ord`.

    ```arch
    model example() {
      input features: [N, 64]
      divide [_, norm(1, keepdim = true) -> clamp(1e-12)]
    }
    ```
    """

    keyword = "norm"
    torch_name = "torch.linalg.vector_norm"
    read_calls = (
        "vector_norm(input, ord=2, dim=None, keepdim=False)",
        "norm(input, p='fro', dim=None, keepdim=False, dtype=None)",
    )
    keeps = ("inputs", "outputs")

    p: Finite = Field(2.0, description="the power")

    @classmethod
    def read_bound(cls, values: Mapping[str, object], call: "Called") -> "Read | None":
        named = {("p" if name == "ord" else name): value for name, value in values.items()}
        named["p"] = 2 if named["p"] == "fro" else named["p"]
        return super().read_bound(named, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        power = () if self.p == 2 else (Arg("p"),)
        given = (("dim", Arg("dim")), *self.changed("keepdim"))
        return FunctionRecipe(Call(self.torch_name, (Input(), *power), given))


class LogSumExp(OverDims):
    """Gives the logarithm of the sum of the exponentials along a dim, without overflowing.

    torch: `torch.logsumexp`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(10) -> logsumexp(1, keepdim = true)
    }
    ```
    """

    keyword = "logsumexp"
    torch_name = "torch.logsumexp"
    read_calls = ("logsumexp(input, dim, keepdim=False)",)
    keeps = ("inputs", "outputs")

    def dtype(self, incoming: TensorType, check: Check) -> str:
        return "float32"


class Prod(OverOneDim):
    """Gives the product along a dim.

    torch: `torch.prod`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(8) -> sigmoid -> prod(1, keepdim = true)
    }
    ```
    """

    keyword = "prod"
    between = "multiply"
    torch_name = "torch.prod"
    read_calls = ("prod(input, dim, keepdim=False)",)
    keeps = ("inputs", "outputs")

    def dtype(self, incoming: TensorType, check: Check) -> str:
        return "float32" if incoming.dtype == "float32" else "int64"


class _OfTruths(OverDims):
    """Base of those that join verdicts."""

    def dtype(self, incoming: TensorType, check: Check) -> str:
        return "bool"


class All(_OfTruths):
    """Says whether all elements along a dim, or along all dims of a list, are true, or not 0.

    As a stage `all` is this op; where it is called in an expression it is the function of a list.

    torch: `torch.all`.

    ```arch
    model example() {
      input features: [N, 64], mask: bool[N, 64]
      mask -> all(1) as whole
      features -> linear(8) as y
      output y, whole
    }
    ```
    """

    keyword = "all"
    between = "logical_and"
    torch_name = "torch.all"


class Any(_OfTruths):
    """Says whether any element along a dim, or along all dims of a list, is true, or not 0.

    As a stage `any` is this op; where it is called in an expression it is the function of a list.

    torch: `torch.any`.

    ```arch
    model example() {
      input features: [N, 64], mask: bool[N, 64]
      mask -> any(1) as some
      features -> linear(8) as y
      output y, some
    }
    ```
    """

    keyword = "any"
    between = "logical_or"
    torch_name = "torch.any"
