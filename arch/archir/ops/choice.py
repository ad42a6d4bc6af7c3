"""Choices."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from archir import rules
from archir.op.contract import Int, Op
from archir.op.dependence import AxisAccess, Edge, Unsaid, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input
from archir.ops.activation import ElementwiseFunction
from archir.ops.dims import replaced_at, resolve_dim
from archir.ops.merge import Broadcasting, Number, promoted
from archir.ops.numbers import require_held
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.conditions import Check
from archir.shapes.types import DTYPES, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read


def each_place(places: TensorType, value: TensorType) -> str:
    """How places that have too few dims become one for each element of a value."""
    rank = places.rank
    if rank < value.rank and places.shape == value.shape[:rank]:
        dims = str(value).partition("[")[2].rstrip("]")
        steps = " -> ".join(f"unsqueeze({at})" for at in range(rank, value.rank))
        return f"say a place for each element: the places -> {steps} -> expand({dims})"
    return (
        "say a place for each element: the places have as many dims as the value, by `unsqueeze`"
        " and `expand`"
    )


def takes_exactly(
    callee: str,
    wanted: tuple[str, ...],
    inputs: tuple[TensorType, ...],
    check: Check,
    *,
    optional: tuple[str, ...] = (),
) -> bool:
    """Whether as many values flow in as the op has a use for; else it is reported."""
    if len(wanted) <= len(inputs) <= len(wanted) + len(optional):
        return True
    check.report(rules.copies.OtherNumberOfValues(callee, wanted, len(inputs), optional))
    return False


class Where(Broadcasting):
    """Takes an element of the second value where the first is true, and else of the third.

    Dims of size 1 are repeated as torch's broadcasting does.

    torch: `torch.where`.

    ```arch
    model example() {
      input features: [N, 64]
      where [greater(0), _, exp -> subtract(1)]
    }
    ```
    """

    keyword = "where"
    with_number = "masked_fill"
    torch_name = "torch.where"
    read_calls = ("where(condition, input, other)",)

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        wanted = ("what decides", "what is taken where it is true", "what is taken elsewhere")
        if not takes_exactly(self.keyword, wanted, inputs, check):
            return None
        require_dtype(self.keyword, inputs[0], ("bool",), check)
        return super().infer(inputs, check)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        return promoted(inputs[1:])

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (made,) = outputs
        shape = trace.extents(made)
        like = tuple(trace.expanded(each, shape) for each in inputs)
        found = trace.new(shape, *inputs, dtype=made.dtype, like=like)
        trace.keep(found, inputs[0])
        return (found,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("torch.where", (Input(0), Input(1), Input(2))))


class MaskedFill(Broadcasting):
    """Puts a value for every element of the first value where the second, a mask, is true.

    Dims of size 1 are repeated as torch's broadcasting does. The value may be `"-inf"`, minus
    infinity, which `softmax` makes 0 of.

    torch: `torch.masked_fill`.

    ```arch
    model example() {
      input scores: [N, 8, L = 16, L], mask: bool[N, 1, 1, L]
      masked_fill(-1e9) [scores, mask] -> softmax(-1)
    }
    ```
    """

    keyword = "masked_fill"
    shown = "Mask"
    torch_name = "torch.masked_fill"
    read_calls = ("masked_fill(input, mask, value)",)

    value: Number | Literal["-inf", "inf"] = Field(description="what is put")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not takes_exactly(self.keyword, ("a value", "its mask"), inputs, check):
            return None
        require_dtype(self.keyword, inputs[1], ("bool",), check)
        if isinstance(self.value, str):
            name = f"{self.keyword}({self.value})"
            require_dtype(name, inputs[0], ("float32", "bool"), check)
        require_held(self.keyword, "value", self.value, inputs[0].dtype, check)
        return super().infer(inputs, check)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        return inputs[0].dtype

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, mask = inputs
        shape = trace.extents(outputs[0])
        wide = trace.expanded(given, shape)
        made = trace.new(shape, wide)
        trace.keep(made, mask)
        return (made,)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        value = values["value"]
        if value in (float("inf"), float("-inf")):
            value = str(value)
        return super().read_bound({**values, "value": value}, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        value: Code = float(self.value) if isinstance(self.value, str) else Arg("value")
        return FunctionRecipe(Call(".masked_fill", (Input(0), Input(1), value)))


_METHODS = {"float": ".float", "int": ".long", "bool": ".bool"}


class Cast(ElementwiseFunction):
    """Gives the elements as floats, integers or truths: `cast("int")`.

    An integer is what a float has before its point, and what is not 0 is true. A gradient flows
    back through floats alone.

    torch: `torch.Tensor.to`, written `.float()`, `.long()` and `.bool()`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64], mask: bool[N, L]
      multiply [tokens, mask -> cast("float") -> unsqueeze(2)]
    }
    ```
    """

    keyword = "cast"
    torch_name = "torch.Tensor.to"
    read_calls = (
        "float(input)",
        "long(input)",
        "bool(input)",
    )

    dtype: Literal["float", "int", "bool"] = Field(description="what the elements are made")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        return (TensorType(inputs[0].shape, DTYPES[self.dtype]),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (given,) = inputs
        wanted = outputs[0].dtype
        if given.dtype == wanted:
            return (trace.widened(given) if wanted == "float32" else given,)
        return (trace.new(given.shape, given, dtype=wanted, like=given),)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        dtype = "int" if call.function == "long" else call.function
        return super().read_bound({**values, "dtype": dtype}, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(_METHODS[self.dtype], (Input(),)))


class _Lookup(Op):
    """Base of those that take what stands at places along a dim, which a second value says.

    A place that there is not is an error where the network runs.
    """

    arity = "many"
    is_module = False
    wanted: ClassVar[tuple[str, ...]] = ("a value", "the places")

    dim: Int = Field(description="the dim along which the places are")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not takes_exactly(self.keyword, self.wanted, inputs, check):
            return None
        given, index = inputs
        require_dtype(f"the second value of {self.keyword}", index, ("int64",), check)
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        return None if dim is None else self.taken(given, index, dim, check)

    def taken(
        self, given: TensorType, index: TensorType, dim: int, check: Check
    ) -> tuple[TensorType, ...] | None:
        """What is taken along a dim."""
        raise NotImplementedError

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        method = self.torch_name.removeprefix("torch")
        return FunctionRecipe(Call(method, (Input(0), Arg("dim"), Input(1))))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


_BY_VALUE = Unsaid("which places are read stands in a value")


class IndexSelect(_Lookup):
    """Takes what stands at the places along a dim that a second value lists, from 0.

    The list is of integers, and of one dim. A place that there is not is an error where the
    network runs.

    torch: `torch.index_select`.

    ```arch
    model example() {
      input table: [169, 8], index: int[2401]
      index_select(0) [table, index]
    }
    ```
    """

    keyword = "index_select"
    torch_name = "torch.index_select"
    read_calls = ("index_select(input, dim, index)",)

    def taken(
        self, given: TensorType, index: TensorType, dim: int, check: Check
    ) -> tuple[TensorType, ...] | None:
        if index.rank != 1:
            name = f"the second value of {self.keyword}"
            check.report(rules.shapes.WrongRank(name, ("[K]",), str(index)))
            return None
        return (replaced_at(given, dim, index.shape[0]),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim = self.dim % edge.inputs[0].rank
        if edge.source == 1:
            return (same(dim),)
        return tuple(_BY_VALUE if at == dim else same(at) for at in range(len(edge.given)))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, index = inputs
        made = trace.new(trace.extents(outputs[0]), given)
        trace.keep(made, index)
        return (made,)


class Gather(_Lookup):
    """Takes, for each element of a second value, what stands at the place along a dim that it says.

    The second value is of integers, has as many dims, and is not longer in any dim but that one. A
    place that there is not is an error where the network runs.

    torch: `torch.gather`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      gather(1) [_, argmax(1, keepdim = true)]
    }
    ```
    """

    keyword = "gather"
    torch_name = "torch.gather"
    read_calls = ("gather(input, dim, index)",)

    def taken(
        self, given: TensorType, index: TensorType, dim: int, check: Check
    ) -> tuple[TensorType, ...] | None:
        if index.rank != given.rank:
            facts = ("rank", 1, str(given.rank), 2, str(index.rank), (str(given), str(index)))
            how = each_place(index, given)
            check.report(rules.shapes.ShapesDiffer(self.keyword, *facts, how))
            return None
        for at in range(given.rank):
            if at != dim:
                shown = (show_extent(index.shape[at], check), show_extent(given.shape[at], check))
                facts_here = (self.keyword, at, *shown)
                check.at_least(
                    given.shape[at],
                    index.shape[at],
                    lambda facts=facts_here: rules.copies.LongerThanGathered(*facts),  # type: ignore[misc]
                )
        return (TensorType(index.shape, given.dtype),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim = self.dim % len(edge.given)
        by_value = edge.source == 0
        return tuple(
            _BY_VALUE if at == dim and by_value else same(at) for at in range(len(edge.given))
        )

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, index = inputs
        made = trace.new(trace.extents(outputs[0]), given)
        trace.keep(made, given, index)
        return (made,)
