"""Attention of several heads, with its projections."""

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar

from archir import rules
from archir.base.record import field_names
from archir.op.contract import Arity, Op, Positive, concrete
from archir.op.dependence import WHOLE, AxisAccess, Edge, Unsaid, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Calling, Code, Extent, Inferred, Input, Items, ModuleRecipe
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import add, multiply, product
from archir.shapes.arithmetic import total as added
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read

Share = Annotated[float, Field(ge=0, le=1)]


class MultiheadAttention(Op):
    """Attends with several heads: of one value to itself, or of a query to keys and values.

    One value `[N, L, E]` attends to itself. Of two, `[query, memory]`, the first attends to the
    second, and of three, `[query, key, value]`, each is what it says; keys and values may have
    features of their own. Each head has `E / num_heads` features of its own. Masks come behind
    these, where the arguments announce them: an `attn_mask` is `[L, S]` or `[N * num_heads, L, S]`,
    a `key_padding_mask` is `[N, S]`. Truths are true where nothing must be looked at, the other way
    round than in `scaled_dot_product_attention`; floats are added. With `need_weights` there is a
    second output: the weights `[N, L, S]`, or `[N, num_heads, L, S]` where they are not averaged.

    The first dim is the batch, unless `batch_first = false`: then the second is.

    torch: `torch.nn.MultiheadAttention`, which calls its masks so, and gives weights unless told
    otherwise; its `kdim` and `vdim` are read off the values.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64], absent: bool[N, L]
      tokens -> residual { norm: layer_norm -> attention: multihead_attention(4) } as seen
      cross: multihead_attention(8, key_padding_mask = true) [tokens, seen, absent]
    }
    ```
    """

    keyword = "multihead_attention"
    torch_name = "torch.nn.MultiheadAttention"
    arity = "any"
    inferred = "embed_dim"
    weights = (
        *("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias"),
        *("bias_k", "bias_v", "out_proj.weight", "out_proj.bias"),
    )
    torch_defaults = MappingProxyType({"batch_first": False})
    own_arguments: ClassVar[tuple[str, ...]] = (
        *("attn_mask", "key_padding_mask", "is_causal", "need_weights", "average_attn_weights"),
    )

    num_heads: Positive = Field(description="how many heads there are; they divide the features")
    dropout: Share = Field(0.0, description="the probability of a weight to be 0 in training")
    bias: bool = Field(True, description="whether learned numbers are added to what is projected")
    add_bias_kv: bool = Field(False, description="whether a learned key and value are added")
    add_zero_attn: bool = Field(False, description="whether a key and a value of 0 are added")
    batch_first: bool = Field(True, description="whether dim 0 is the batch, and not dim 1")
    attn_mask: bool = Field(False, description="whether a mask for each query and key flows in")
    key_padding_mask: bool = Field(False, description="whether a mask for each key flows in, last")
    is_causal: bool = Field(False, description="whether a query looks at no key behind its place")
    need_weights: bool = Field(False, description="whether the weights are given too")
    average_attn_weights: bool = Field(True, description="whether that is their mean over heads")

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        from archir.op.reading import Read, bound

        known, tensors = made.attributes, ("query", "key", "value")
        text = f"{made.kind}(query, key, value, key_padding_mask=None, need_weights=True,"
        text += " attn_mask=None, average_attn_weights=True, is_causal=False)"
        values = bound(text, call)
        if values is None:
            return None
        query, key, value = (values[name] for name in tensors)
        given = [query, key, value]
        while len(given) > 1 and given[-1] == given[-2]:
            given.pop()
        masks = ("attn_mask", "key_padding_mask")
        given += [values[name] for name in masks if values[name] is not None]
        arguments = {name: values[name] for name in cls.own_arguments if name not in masks}
        arguments |= {name: values[name] is not None for name in masks}
        arguments |= {name: known[name] for name in ("num_heads", "dropout", "batch_first")}
        arguments |= {"bias": known["in_proj_bias"] is not None}
        arguments |= {"add_bias_kv": known["bias_k"] is not None}
        arguments |= {"add_zero_attn": known["add_zero_attn"]}
        return Read(arguments, tuple(given))

    # --- what flows in ------------------------------------------------------------------------

    def takes(self) -> Arity:
        return "many" if self.masks() else "any"

    def masks(self) -> tuple[str, ...]:
        """The masks that flow in, behind the values."""
        return tuple(name for name in ("attn_mask", "key_padding_mask") if getattr(self, name))

    def _values(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        """The queries, keys and values; the last one given stands for those that are not."""
        given = inputs[: len(inputs) - len(self.masks())]
        return (*given, *(given[-1:] * (3 - len(given))))

    def _source(self, role: int, count: int) -> int:
        """The input that is queries, keys or values, by its number."""
        return min(role, count - len(self.masks()) - 1)

    def _dims(self) -> tuple[int, int]:
        """The dims of batch and length."""
        return (0, 1) if self.batch_first else (1, 0)

    # --- shapes -------------------------------------------------------------------------------

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not 1 <= len(inputs) - len(self.masks()) <= 3:
            masks = self.masks()
            facts = (("a value", *masks), len(inputs), ("keys", "values"))
            check.report(rules.attention.OtherNumberToAttend(self.keyword, *facts))
            return None
        layout = "[N, L, E]" if self.batch_first else "[L, N, E]"
        values = self._values(inputs)
        for given in values:
            require_dtype(self.keyword, given, ("float32",), check)
            if given.rank != 3:
                check.report(rules.shapes.WrongRank(self.keyword, (layout,), str(given)))
                return None
        query, key, value = values
        batch, length = self._dims()
        width = check.concrete(query.shape[-1])
        if width % self.num_heads:
            check.report(rules.attention.HeadsDoNotDivide(self.keyword, width, self.num_heads))
        for given in (key, value):
            check.concrete(given.shape[-1])
            self._require_equal(query, given, batch, "batch size", check)
        shown = (show_extent(key.shape[length], check), show_extent(value.shape[length], check))
        shapes = (str(key), str(value))
        check.equal(
            key.shape[length],
            value.shape[length],
            lambda: rules.attention.KeysWithoutValues(self.keyword, *shown, shapes),
        )
        self._verify_masks(inputs, check)
        if not self.need_weights:
            return (query,)
        heads = () if self.average_attn_weights else (self.num_heads,)
        seen = (query.shape[batch], *heads, query.shape[length], self._keys(key))
        return (query, TensorType(seen))

    def _keys(self, key: TensorType) -> Dim:
        """How many keys there are, with those that are added."""
        return add(key.shape[self._dims()[1]], self.add_bias_kv + self.add_zero_attn)

    def _require_equal(
        self, one: TensorType, other: TensorType, dim: int, what: str, check: Check
    ) -> None:
        shown = (show_extent(one.shape[dim], check), show_extent(other.shape[dim], check))
        facts = (what, 1, shown[0], 2, shown[1], (str(one), str(other)))
        problem = partial(rules.shapes.ShapesDiffer, self.keyword, *facts)
        check.equal(one.shape[dim], other.shape[dim], problem)

    def _verify_masks(self, inputs: tuple[TensorType, ...], check: Check) -> None:
        query, key, _ = self._values(inputs)
        batch, length = self._dims()
        pairs = (query.shape[length], key.shape[length])
        masks = dict(zip(self.masks(), inputs[len(inputs) - len(self.masks()) :], strict=True))
        for name, mask in masks.items():
            callee = f"{name} of {self.keyword}"
            require_dtype(callee, mask, ("bool", "float32"), check)
            wanted: tuple[Dim, ...] = (query.shape[batch], pairs[1])
            if name == "attn_mask":
                if self.is_causal:
                    check.report(rules.attention.MaskBesideCausal(self.keyword))
                heads = multiply(query.shape[batch], self.num_heads)
                wanted = (heads, *pairs) if mask.rank == 3 else pairs
            fits = partial(
                rules.attention.MaskDoesNotFit, callee, str(mask), str(TensorType(wanted))
            )
            if mask.rank != len(wanted):
                check.report(fits())
                continue
            for here, there in zip(mask.shape, wanted, strict=True):
                if not check.equal(here, there, fits):
                    break
        if len({mask.dtype for mask in masks.values()}) > 1:
            one, other = (mask.dtype for mask in masks.values())
            callee = f"masks for {self.keyword}"
            check.report(rules.merging.DtypesDiffer(callee, (one, other)))

    # --- weights and cost ---------------------------------------------------------------------

    def _widths(self, inputs: tuple[TensorType, ...]) -> tuple[int, ...]:
        return tuple(concrete(given.shape[-1]) for given in self._values(inputs))

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        width, keys, values = self._widths(inputs)
        found: list[ParameterSpec] = []
        if width == keys == values:
            found.append(ParameterSpec("in_proj_weight", (3 * width, width)))
        else:
            for name, given in zip("qkv", (width, keys, values), strict=True):
                found.append(ParameterSpec(f"{name}_proj_weight", (width, given)))
        if self.bias:
            found.append(ParameterSpec("in_proj_bias", (3 * width,)))
        if self.add_bias_kv:
            found += [ParameterSpec(name, (1, 1, width)) for name in ("bias_k", "bias_v")]
        found.append(ParameterSpec("out_proj.weight", (width, width)))
        if self.bias:
            found.append(ParameterSpec("out_proj.bias", (width,)))
        return tuple(found)

    def _products(self, inputs: tuple[TensorType, ...]) -> tuple[tuple[Dim, ...], Dim, Dim]:
        """The MACs of the three projections, of one product of heads, and of what is given."""
        query, key, _ = values = self._values(inputs)
        batch, length = self._dims()
        width = query.shape[-1]
        ways = tuple(product((*each.shape, width)) for each in values)
        heads = product((query.shape[batch], query.shape[length], self._keys(key), width))
        return ways, heads, product((*query.shape, width))

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        ways, heads, given = self._products(inputs)
        return added((*ways, multiply(heads, 2), given))

    def backward_macs(
        self,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        learns: tuple[bool, ...],
        *,
        has_weights: bool,
    ) -> Dim:
        ways, heads, given = self._products(inputs)
        factors = [1 + learns[self._source(role, len(inputs))] for role in range(3)]
        projected = [multiply(way, by) for way, by in zip(ways, factors, strict=True)]
        return added((*projected, multiply(heads, 4), multiply(given, 2)))

    def cached(self, inputs: tuple[TensorType, ...]) -> Dim:
        if not self.is_causal:
            return 0
        query, key, _ = self._values(inputs)
        keys = (key.shape[self._dims()[0]], self._keys(key), query.shape[-1])
        return multiply(2, product(keys))

    # --- what is seen -------------------------------------------------------------------------

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        count = len(edge.inputs) - len(self.masks())
        batch, length = self._dims()
        rows = (0, edge.outputs[edge.target].rank - 2) if edge.target else (batch, length)
        keys: AxisAccess = Unsaid("each place sees those up to it") if self.is_causal else WHOLE
        if edge.source < count:
            is_key = edge.source > 0 or count == 1
            along: AxisAccess = keys if is_key else same(rows[1])
            found = {batch: same(rows[0]), length: along, 2: WHOLE}
            return tuple(found[dim] for dim in range(3))
        if self.masks()[edge.source - count] == "key_padding_mask":
            return (same(rows[0]), WHOLE)
        front: tuple[AxisAccess, ...] = (Unsaid("it has a row for each example and head"),)
        return (*front[: len(edge.given) - 2], same(rows[1]), WHOLE)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        from archir.ops.multihead_memory import HeadsOptions, attended_by_heads

        named = {name: getattr(self, name) for name in field_names(HeadsOptions) if name != "masks"}
        options = HeadsOptions(masks=self.masks(), **named)
        return attended_by_heads(options, trace, inputs, outputs)

    # --- how torch does it --------------------------------------------------------------------

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        width, keys, values = self._widths(inputs)
        own: list[tuple[str, Code]] = [
            *self.changed("dropout", "bias", "add_bias_kv", "add_zero_attn")
        ]
        for name, given, role in (("kdim", keys, 1), ("vdim", values, 2)):
            if given != width:
                source = self._source(role, len(inputs))
                own.append((name, Inferred("features", given, source)))
        own += self.changed("batch_first")
        embed = Inferred("features", width)
        make = Call("nn.MultiheadAttention", (embed, Arg("num_heads")), tuple(own))
        return ModuleRecipe(make, self._calling(len(inputs)))

    def _calling(self, count: int) -> Calling:
        args = tuple(Input(self._source(role, count)) for role in range(3))
        first = count - len(self.masks())
        kwargs: list[tuple[str, Code]] = [
            (name, Input(first + at)) for at, name in reversed(list(enumerate(self.masks())))
        ]
        if self.is_causal:
            kwargs += [("attn_mask", self._causal(count)), ("is_causal", True)]
        if not self.need_weights:
            return Calling(args, (*kwargs, ("need_weights", False)), (0, None))
        return Calling(args, (*kwargs, *self.changed("average_attn_weights")), None)

    def _causal(self, count: int) -> Code:
        """Minus infinity where a key stands behind the query."""
        length = self._dims()[1]
        query, key = (Extent(self._source(role, count), length) for role in (0, 1))
        full = Call(".new_full", (Input(0), Items((query, key)), float("-inf")))
        return Call(".triu", (full, 1))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None
