"""Attention as a function."""

from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from archir import rules
from archir.memory.storage import WIDE
from archir.memory.storage import broadcast as broadcast_shapes
from archir.op.contract import Finite, Op
from archir.op.dependence import WHOLE, AxisAccess, Edge, Taps, Unsaid, pointwise, same
from archir.op.fields import Field
from archir.op.recipe import Call, Code, FunctionRecipe, Input
from archir.ops.matrix import matrix_product
from archir.ops.merge import broadcast
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import add, multiply, product, total
from archir.shapes.conditions import Check, broadcast_extents
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

_WANTED = ("the queries", "the keys", "the values")


class ScaledDotProductAttention(Op):
    """Gives for each query the mean of all values, weighted by how alike their keys are to it.

    Queries are `[…, L, E]`, keys `[…, S, E]`, values `[…, S, F]`, and what it gives is `[…, L, F]`:
    `softmax(query @ key * scale) @ value`, where the `softmax` is over the keys. The dims in front,
    as batch and heads, are broadcast. A fourth value is a mask: of truths, which are false where a
    query must not look, or of floats, which are added before the softmax. It is `[L, S]`, or has
    dims in front, and where a dim is 1 it is repeated. There is a value for each key, though torch
    does not look at that on the CPU.

    torch: `torch.nn.functional.scaled_dot_product_attention`, in which the mask is `attn_mask`.
    Which of its kernels runs depends on shapes and memory, and so do the last bits.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      linear(192) -> reshape(N, L, 12, 16) -> transpose(1, 2) -> chunk(3) as query, key, value
      scaled_dot_product_attention(is_causal = true) [query, key, value]
      transpose(1, 2) -> flatten(2) -> linear(64)
    }
    ```
    """

    keyword = "scaled_dot_product_attention"
    shown = "Attention"
    torch_name = "torch.nn.functional.scaled_dot_product_attention"
    read_calls = (
        "scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, "
        "is_causal=False, scale=None, enable_gqa=False)",
    )
    arity = "many"
    is_module = False

    is_causal: bool = Field(False, description="whether a query looks at no key behind its place")
    scale: Finite | None = Field(
        None, description="what products are multiplied by: 1 / sqrt(E) unless it is given"
    )
    enable_gqa: bool = Field(
        False, description="whether heads of queries, dim -3, share fewer heads of keys and values"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if len(inputs) not in (3, 4):
            facts = (self.keyword, _WANTED, len(inputs), ("a mask",))
            check.report(rules.copies.OtherNumberOfValues(*facts))
            return None
        for given in inputs[:3]:
            require_dtype(self.keyword, given, ("float32",), check)
        if self._has_wrong_rank(inputs, check):
            return None
        query, key, value = inputs[:3]
        shown = (show_extent(query.shape[-1], check), show_extent(key.shape[-1], check))
        shapes = (str(query), str(key))
        check.equal(
            query.shape[-1],
            key.shape[-1],
            lambda: rules.attention.QueryAndKeyDiffer(self.keyword, *shown, shapes),
        )
        lengths = (show_extent(key.shape[-2], check), show_extent(value.shape[-2], check))
        check.equal(
            key.shape[-2],
            value.shape[-2],
            lambda: rules.attention.KeysWithoutValues(
                self.keyword, *lengths, (shapes[1], str(value))
            ),
        )
        if not self._heads_go(inputs, check):
            return None
        heads = self._with_heads(inputs[:3])
        scores = broadcast(self.keyword, heads[:2], check, behind=2)
        if scores is None:
            return None
        if len(inputs) == 4:
            wanted = TensorType((*scores, query.shape[-2], key.shape[-2]))
            self._mask_fits(inputs[3], wanted, check)
        front = (TensorType((*scores, 1, 1)), heads[2])
        batch = broadcast(self.keyword, front, check, behind=2)
        if batch is None:
            return None
        return (query.with_shape(*batch, query.shape[-2], value.shape[-1]),)

    def _has_wrong_rank(self, inputs: tuple[TensorType, ...], check: Check) -> bool:
        least = 3 if self.enable_gqa else 2
        wanted = ("[…, heads, L, E]",) if self.enable_gqa else ("[…, L, E]",)
        images = all(each.rank == 4 for each in inputs[:3])  # there torch asks the mask for dim -2
        values = ((each, least, wanted) for each in inputs[:3])
        masks = ((each, 1 + images, ("[…, L, S]",)) for each in inputs[3:])
        for given, rank, layouts in (*values, *masks):
            if given.rank < rank:
                check.report(rules.shapes.WrongRank(self.keyword, layouts, str(given)))
                return True
        return False

    def _heads_go(self, inputs: tuple[TensorType, ...], check: Check) -> bool:
        """Whether the heads of keys and values divide those of the queries, where these share."""
        if not self.enable_gqa:
            return True
        queries = inputs[0].shape[-3]
        for what, given in zip(("keys", "values"), inputs[1:3], strict=True):
            heads = given.shape[-3]
            facts = (show_extent(queries, check), what, show_extent(heads, check))
            problem = partial(rules.attention.HeadsNotShared, self.keyword, *facts)
            if not check.divisible(queries, heads, problem):
                return False
        return True

    def _with_heads(self, inputs: Sequence[TensorType]) -> tuple[TensorType, ...]:
        """The types with a head of keys and values for each head of queries."""
        if not self.enable_gqa:
            return tuple(inputs)
        heads = inputs[0].shape[-3]
        return tuple(each.with_shape(*each.shape[:-3], heads, *each.shape[-2:]) for each in inputs)

    def _mask_fits(self, mask: TensorType, scores: TensorType, check: Check) -> None:
        require_dtype(f"the mask of {self.keyword}", mask, ("bool", "float32"), check)
        if self.is_causal:
            check.report(rules.attention.MaskBesideCausal(self.keyword))
        problem = partial(rules.attention.MaskDoesNotFit, self.keyword, str(mask), str(scores))
        if mask.rank > scores.rank:
            check.report(problem())
            return
        for dim in range(-mask.rank, 0):
            if not check.expand(mask.shape[dim], scores.shape[dim], problem):
                return

    def cached(self, inputs: tuple[TensorType, ...]) -> Dim:
        return total([product(each.shape) for each in inputs[1:3]]) if self.is_causal else 0

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        # Of these torch's counter sees none where its own kernel for the CPU runs.
        return add(*self._products(inputs, outputs))

    def _products(
        self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]
    ) -> tuple[Dim, Dim]:
        """The multiply-accumulates of query by key, and of weights by value."""
        query, key, value = inputs[:3]
        heads = (each.shape[:-2] for each in self._with_heads((query, key)))
        backwards = zip_longest(*(reversed(each) for each in heads), fillvalue=1)
        scores = [broadcast_extents(*extents) for extents in backwards]
        front = outputs[0].shape[:-2]
        pairs = (query.shape[-2], key.shape[-2])
        first = product((*scores, *pairs, key.shape[-1]))
        return first, product((*front, *pairs, value.shape[-1]))

    def backward_macs(
        self,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        learns: tuple[bool, ...],
        *,
        has_weights: bool,
    ) -> Dim:
        first, second = self._products(inputs, outputs)
        query, key, value = learns[:3]
        weighed = query or key or any(learns[3:])  # the weights learn
        return add(multiply(first, query + key), multiply(second, value + weighed))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        made = edge.outputs[0].shape
        given = edge.inputs[edge.source].shape
        last = len(made) - 1
        before = Unsaid("each place sees those up to it")
        keys = before if self.is_causal else WHOLE
        ends: dict[int, tuple[AxisAccess, AxisAccess]] = {
            0: (same(last - 1), WHOLE),
            1: (keys, WHOLE),
            2: (keys, same(last)),
        }
        if edge.source == 3:
            rows = Edge((TensorType(given[:-1]),), (TensorType(made[:-1]),))
            return (*pointwise(rows), WHOLE)
        shared = self.enable_gqa and edge.source > 0
        own = (*given[:-3], made[-3]) if shared else given[:-2]
        front = list(pointwise(Edge((TensorType(own),), (TensorType(made[:-2]),))))
        if shared:
            group = edge.made[-3] // edge.given[-3]
            front[-1] = Taps(len(made) - 3, 1, ((0, 1, 1),) * group)
        return (*front, *ends[edge.source])

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        query, key, value = inputs[:3]
        mask = inputs[3] if len(inputs) == 4 else None
        made = attended(
            trace,
            (query, key, value),
            mask,
            trace.extents(outputs[0]),
            causal=self.is_causal,
            shared=self.enable_gqa,
        )
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        mask: tuple[tuple[str, Code], ...] = ()
        if len(inputs) == 4:
            mask = (("attn_mask", Input(3)),)
        keywords = (*mask, *self.changed("is_causal", "scale", "enable_gqa"))
        function = "F.scaled_dot_product_attention"
        return FunctionRecipe(Call(function, (Input(0), Input(1), Input(2)), keywords))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


# --- memory ---------------------------------------------------------------------------------------


def attended(
    trace: "MemoryTrace",
    given: "tuple[Tensor, Tensor, Tensor]",
    mask: "Tensor | None",
    shape: tuple[int, ...],
    *,
    causal: bool = False,
    dropout: float = 0.0,
    shared: bool = False,
) -> "Tensor":
    """What torch does for an attention on the CPU: one kernel where it has one, or a product, a
    softmax and a product."""
    query, key, value = given
    if mask is not None and mask.dtype == "bool":
        minus, zero = trace.new(()), trace.new(())
        mask = _added(trace, mask)
        trace.drop(minus, zero)
    if not dropout and _is_fused(given, mask, shared=shared):
        made = trace.new(shape, query, key, value, like=query if shape == query.shape else ())
        sums = trace.new(shape[:-1], dtype=WIDE)
        trace.keep(made, query, key, value, made, sums, *(() if mask is None else (mask,)))
        return made
    return _in_steps(trace, given, mask, shape, causal=causal, dropout=dropout, shared=shared)


def _added(trace: "MemoryTrace", mask: "Tensor") -> "Tensor":
    """What a mask of truths is made: floats, which are added."""
    return trace.new(mask.shape, like=mask)


def _is_fused(
    given: "tuple[Tensor, Tensor, Tensor]", mask: "Tensor | None", *, shared: bool
) -> bool:
    """Whether torch's own kernel for the CPU does it."""
    query, key, value = given
    ranks = {len(each.shape) for each in given}
    if ranks not in ({3}, {4}):
        return False
    if any(each.strides[-1] != 1 for each in given):
        return False
    if mask is not None and mask.grad:
        return False
    if len({each.shape[-1] for each in given}) > 1 or key.shape[:-2] != value.shape[:-2]:
        return False
    if not shared or len(query.shape) == 3:
        return query.shape[:-2] == key.shape[:-2]
    return query.shape[0] == key.shape[0]


def _in_steps(
    trace: "MemoryTrace",
    given: "tuple[Tensor, Tensor, Tensor]",
    mask: "Tensor | None",
    shape: tuple[int, ...],
    *,
    causal: bool,
    dropout: float,
    shared: bool,
) -> "Tensor":
    query, key, value = given
    scaled = trace.copy(query)
    if causal:
        begun = len(trace.events)
        trace.new(truths := (query.shape[-2], key.shape[-2]), dtype="bool")
        mask = _added(trace, trace.new(truths, dtype="bool"))
        trace.release(begun, mask)
    if shared:
        key, value = (_repeated(trace, each, query.shape[-3]) for each in (key, value))
    begun = len(trace.events)
    turned = trace.copy(trace.transposed(key, -2, -1))
    batch = broadcast_shapes(query.shape[:-2], key.shape[:-2])
    scores = matrix_product(trace, scaled, turned, (*batch, query.shape[-2], key.shape[-2]))
    trace.release(begun, scores)
    if mask is not None:
        trace.accumulate(scores, mask)
    weights = trace.new(scores.shape, scores, like=scores)
    trace.keep(weights, weights)
    trace.drop(scores)
    if dropout:
        weights = trace.multiplied(weights, trace.noise(weights, dropout))
    return matrix_product(trace, weights, value, shape)


def _repeated(trace: "MemoryTrace", given: "Tensor", heads: int) -> "Tensor":
    """Each head as often as queries share it."""
    return trace.new((*given.shape[:-3], heads, *given.shape[-2:]), given)
