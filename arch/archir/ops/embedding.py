"""Lookups in learned tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from archir import rules
from archir.op.contract import Int, Op, Positive
from archir.op.dependence import WHOLE, AxisAccess, Edge, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, ModuleRecipe, Told
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read


class _Table(Op):
    """Base of the lookups in a table of vectors, one for each integer from 0."""

    weights = ("weight",)
    weight_kept = "never"
    keeps = ()

    if TYPE_CHECKING:
        num_embeddings: int
        embedding_dim: int
        padding_idx: int | None

    def verify(self, given: TensorType, check: Check) -> None:
        """Report what is wrong with the arguments and the dtype."""
        require_dtype(self.keyword, given, ("int64",), check)
        place, rows = self.padding_idx, self.num_embeddings
        if place is not None and not -rows <= place < rows:
            facts = ("padding_idx", str(place), f"an integer from {-rows} to {rows - 1}")
            check.report(rules.argument_values.ArgumentOutOfBounds(self.keyword, *facts))

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("weight", (self.num_embeddings, self.embedding_dim)),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        sizes = (Arg("num_embeddings"), Arg("embedding_dim"))
        name = self.torch_name.removeprefix("torch.")
        return ModuleRecipe(Call(name, sizes, self.changed(*self.arguments()[2:])))


class Embedding(_Table):
    """Looks up a learned vector for each integer: the words of a text.

    The integers are from 0 to below `num_embeddings`; another one is an error where the network
    runs. The vectors stand in a new last dim. That of `padding_idx` is 0 at the start (unless the
    text initialises the weight otherwise), and does not learn.

    torch: `torch.nn.Embedding`.

    ```arch
    model example() {
      input ids: int[N, L = 16]
      embedding(1000, 64, padding_idx = 0) -> mean(1) -> linear(10)
    }
    ```
    """

    keyword = "embedding"
    torch_name = "torch.nn.Embedding"
    read_calls = (
        "embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, "
        "scale_grad_by_freq=False, sparse=False)",
    )
    shapeless = frozenset({"num_embeddings", "padding_idx"})

    num_embeddings: Positive = Field(description="how many vectors there are")
    embedding_dim: Positive = Field(description="their length")
    padding_idx: Int | None = Field(None, description="the integer whose vector is 0 and stays so")

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        from archir.op.reading import Operand

        weight = values["weight"]
        if not isinstance(weight, Operand):
            return None
        rows, features = weight.shape
        facts = {"num_embeddings": rows, "embedding_dim": features}
        return super().read_bound({**values, **facts}, call)

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        self.verify(given, check)
        return (TensorType((*given.shape, self.embedding_dim)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return tuple(same(dim) for dim in range(len(edge.given)))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (made,) = super().allocate(trace, (), outputs)
        trace.keep(made, *inputs)
        return (made,)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return super().channels(inputs) if inputs[0].rank > 1 else Arg("embedding_dim")

    def features(self, place: int) -> Told:
        return Told(Arg("embedding_dim"))


class EmbeddingBag(_Table):
    """Looks up a learned vector for each integer of a row, and gives the mean, sum or greatest.

    It is the `embedding` of `[N, L]` with a `mean(1)` behind it, without the vectors in between.
    Those of `padding_idx` are left out. The integers are from 0 to below `num_embeddings`; another
    one is an error where the network runs.

    torch: `torch.nn.EmbeddingBag`.

    ```arch
    model example() {
      input ids: int[N, L = 16]
      embedding_bag(1000, 64) -> linear(4)
    }
    ```
    """

    keyword = "embedding_bag"
    torch_name = "torch.nn.EmbeddingBag"
    shapeless = frozenset({"num_embeddings", "mode", "padding_idx"})

    num_embeddings: Positive = Field(description="how many vectors there are")
    embedding_dim: Positive = Field(description="their length")
    mode: Literal["sum", "mean", "max"] = Field("mean", description="what is given of a row")
    padding_idx: Int | None = Field(None, description="the integer that is left out")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        if given.rank != 2:
            check.report(rules.shapes.WrongRank(self.keyword, ("int[N, L]",), str(given)))
            return None
        self.verify(given, check)
        return (TensorType((given.shape[0], self.embedding_dim)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return (same(0), WHOLE)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        # Where each row begins, in which row each integer is, how many there are in each, and of
        # which the greatest came: a plain sum has no need of the second.
        (ids,) = inputs
        rows, length = ids.shape
        flat = trace.reshape(ids, (rows * length,))
        plain = self.mode == "sum" and self.padding_idx is None
        within = 0 if plain else rows * length + 1
        places = (rows, self.embedding_dim) if self.mode == "max" else (rows,)
        begins = trace.new((rows,), dtype="int64")
        (made,) = super().allocate(trace, (), outputs)
        notes = [trace.new(shape, dtype="int64") for shape in ((within,), (rows,), places)]
        trace.keep(made, flat, begins, *notes)
        return (made,)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return Arg("embedding_dim")
