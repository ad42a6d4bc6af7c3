"""What torch's multi-head attention does to memory on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archir.base.record import Record
from archir.ops.attention import attended
from archir.ops.dense import linear_of

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.shapes.types import TensorType


class HeadsOptions(Record):
    """The arguments of the op."""

    num_heads: int
    dropout: float
    bias: bool
    add_bias_kv: bool
    add_zero_attn: bool
    batch_first: bool
    is_causal: bool
    need_weights: bool
    average_attn_weights: bool
    key_padding_mask: bool
    masks: tuple[str, ...]
    """The masks that flow in."""


def attended_by_heads(
    op: HeadsOptions,
    trace: MemoryTrace,
    inputs: tuple[Tensor, ...],
    outputs: tuple[TensorType, ...],
) -> tuple[Tensor, ...]:
    """The outputs of an op, made on a trace."""
    count = len(inputs) - len(op.masks)
    masks = dict(zip(op.masks, inputs[count:], strict=True))
    values = (*inputs[:count], *inputs[count - 1 : count] * (3 - count))
    if op.is_causal:
        length = int(op.batch_first)
        begun = len(trace.events)
        trace.new(pairs := (values[0].shape[length], values[1].shape[length]))
        masks["attn_mask"] = trace.new(pairs)
        trace.release(begun, masks["attn_mask"])
    floats = {name: _floating(trace, mask) for name, mask in masks.items()}
    truths = all(mask.dtype == "bool" for mask in masks.values())
    if count == 1 and truths and _is_short(op, trace):
        return _short(op, trace, values[0], floats, outputs)
    return _Long(op, trace).run(values, floats, outputs)


def _floating(trace: MemoryTrace, mask: Tensor) -> Tensor:
    """A mask of truths as floats."""
    return mask if mask.dtype != "bool" else trace.new(mask.shape, like=mask)


# --- torch's own kernel ---------------------------------------------------------------------------


def _is_short(op: HeadsOptions, trace: MemoryTrace) -> bool:
    """Whether torch takes its short cut for evaluations without gradients."""
    plain = not (op.add_bias_kv or op.add_zero_attn) and op.bias and op.batch_first
    return plain and op.num_heads % 2 == 0 and not trace.training and not trace.recording


def _short(
    op: HeadsOptions,
    trace: MemoryTrace,
    given: Tensor,
    masks: dict[str, Tensor],
    outputs: tuple[TensorType, ...],
) -> tuple[Tensor, ...]:
    batch, length, width = given.shape
    seen = (batch, op.num_heads, length, length)
    mask = None
    if len(masks) == 2:
        mask = trace.new(seen)
    elif masks:
        (mask,) = masks.values()
    projected = trace.new((batch, length, 3 * width), given, learned=True)
    apart = trace.new((3, batch, length, width), projected)
    trace.drop(projected)
    scores = trace.new(seen, apart)
    if mask is not None:
        truths = trace.new(mask.shape if "attn_mask" not in masks else seen, dtype="bool")
        weights = trace.new(seen, scores)
        trace.drop(scores, truths)
        scores = weights
    if not op.need_weights:
        trace.drop(scores)
    made = trace.new(given.shape, apart, learned=True)
    if not op.need_weights:
        return (made,)
    if not op.average_attn_weights:
        return made, scores
    return made, trace.new(trace.extents(outputs[1]), scores)


# --- step by step ---------------------------------------------------------------------------------


class _Long:
    """The way by single operators."""

    def __init__(self, op: HeadsOptions, trace: MemoryTrace) -> None:
        self.op = op
        self.trace = trace

    def run(
        self,
        values: tuple[Tensor, ...],
        masks: dict[str, Tensor],
        outputs: tuple[TensorType, ...],
    ) -> tuple[Tensor, ...]:
        trace, op = self.trace, self.op
        if op.batch_first:
            turned: dict[int, Tensor] = {}
            for each in values:
                turned.setdefault(id(each), trace.transposed(each, 0, 1))
            values = tuple(turned[id(each)] for each in values)
        length, batch, width = values[0].shape
        begun = len(trace.events)
        parts = self._projected(values, width)
        query, key, value = (self._heads(each, batch) for each in self._longer(parts))
        if op.add_zero_attn:
            longer = self._joined(key, 1)
            self._let_go(key, query, value)
            key, other = longer, self._joined(value, 1)
            self._let_go(value, query)
            value = other
        masks = {name: self._padded(mask) for name, mask in masks.items()}
        mask = self._mask(masks, batch)
        weights = None
        if op.need_weights:
            made, weights = self._weighed(query, key, value, mask)
            made = trace.transposed(made, 0, 1)
        else:
            made = self._fused(query, key, value, mask, batch)
            trace.release(begun, made, *(() if mask is None else (mask,)))
        flat = trace.reshape(made, (length * batch, width))
        if flat.storage is not made.storage:
            trace.drop(made)
        given = linear_of(trace, flat, (length * batch, width))
        trace.learns(given, (width + op.bias) * width)
        out = trace.reshape(given, (length, batch, width))
        found = (trace.transposed(out, 0, 1) if op.batch_first else out,)
        if weights is None:
            return found
        apart = trace.reshape(weights, (batch, op.num_heads, *weights.shape[1:]))
        if op.average_attn_weights:
            apart = trace.new(trace.extents(outputs[1]), apart)
        return (*found, apart)

    def _projected(self, values: tuple[Tensor, ...], width: int) -> tuple[Tensor, ...]:
        """Queries, keys and values of all heads, each contiguous."""
        query, key, value = values
        if key is not value or any(each.shape[-1] != width for each in values):
            return tuple(self._linear(each, width) for each in values)
        if query is key:
            return self._apart(query, 3, width)
        return (self._linear(query, width), *self._apart(key, 2, width))

    def _linear(self, given: Tensor, width: int) -> Tensor:
        trace = self.trace
        begun = len(trace.events)
        made = linear_of(trace, given, (*given.shape[:-1], width))
        trace.learns(made, (given.shape[-1] + self.op.bias) * width)
        trace.release(begun, made)
        return made

    def _apart(self, given: Tensor, count: int, width: int) -> tuple[Tensor, ...]:
        trace = self.trace
        joined = self._linear(given, count * width)
        rows = (count, *joined.shape[:-1], width)
        parts = trace.view(joined, rows, (width, *joined.strides[:-1], 1))
        apart = trace.contiguous(parts)
        if apart is not parts:
            trace.drop(joined)
        strides = apart.strides[1:]
        return tuple(trace.view(apart, rows[1:], strides) for _ in range(count))

    def _longer(self, parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """With the key and the value that are learned."""
        query, key, value = parts
        if not self.op.add_bias_kv:
            return parts
        longer = self._joined(key, 0, learned=True)
        self._let_go(key, query, value)
        other = self._joined(value, 0, learned=True)
        self._let_go(value, query)
        return query, longer, other

    def _let_go(self, old: Tensor, *others: Tensor) -> None:
        """Of what another has taken the place of, unless others lie in its memory."""
        if all(old.storage is not each.storage for each in others):
            self.trace.drop(old)

    def _joined(self, given: Tensor, dim: int, *, learned: bool = False) -> Tensor:
        """With one more, at the end of a dim."""
        trace = self.trace
        more, longer = list(given.shape), list(given.shape)
        more[dim], longer[dim] = 1, longer[dim] + 1
        extra = trace.new(more, learned=learned)
        made = trace.new(longer, given, extra)
        trace.drop(extra)
        return made

    def _padded(self, mask: Tensor) -> Tensor:
        """A mask with room for the keys that are added."""
        for added in (self.op.add_bias_kv, self.op.add_zero_attn):
            if added:
                mask = self.trace.new((*mask.shape[:-1], mask.shape[-1] + 1), mask)
        return mask

    def _heads(self, given: Tensor, batch: int) -> Tensor:
        """``[L, N, E]`` as ``[N * heads, L, E / heads]``."""
        trace, heads = self.trace, self.op.num_heads
        length, _, width = given.shape
        rows = trace.reshape(given, (length, batch * heads, width // heads))
        return trace.transposed(rows, 0, 1)

    def _mask(self, masks: dict[str, Tensor], batch: int) -> Tensor | None:
        trace, heads = self.trace, self.op.num_heads
        mask = masks.get("attn_mask")
        padding = masks.get("key_padding_mask")
        if padding is None:
            return mask
        keys = padding.shape[1]
        wide = trace.expanded(trace.reshape(padding, (batch, 1, 1, keys)), (batch, heads, 1, keys))
        rows = trace.reshape(wide, (batch * heads, 1, keys))
        if mask is None:
            return rows
        made = trace.merged(mask, rows)
        if rows.storage is not padding.storage:
            trace.drop(rows)
        return made

    def _fused(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, batch: int
    ) -> Tensor:
        trace, op = self.trace, self.op
        given = tuple(
            trace.reshape(each, (batch, op.num_heads, *each.shape[1:]))
            for each in (query, key, value)
        )
        first, second, third = given
        shape = (*first.shape[:-1], third.shape[-1])
        if mask is not None:
            rows = mask.shape if len(mask.shape) == 3 else (1, *mask.shape)
            fits = (batch, op.num_heads, *rows[1:]) if rows[0] > 1 else (1, *rows)
            mask = trace.reshape(mask, fits)
        dropout = op.dropout if trace.training else 0.0
        if op.is_causal and not op.key_padding_mask:
            mask = None  # torch's kernel knows that mask by itself
        made = attended(trace, (first, second, third), mask, shape, dropout=dropout)
        strides = tuple(made.strides[dim] for dim in (2, 0, 1, 3))
        return trace.view(made, tuple(made.shape[dim] for dim in (2, 0, 1, 3)), strides)

    def _weighed(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """What is given, and the weights."""
        trace, op = self.trace, self.op
        scaled = trace.copy(query)
        sources = () if mask is None else (mask,)
        shape = (query.shape[0], query.shape[1], key.shape[1])
        across = trace.transposed(key, 1, 2)
        scores = trace.new(shape, scaled, across, *sources)
        kept = (*([across] if scaled.grad else []), *([scaled] if across.grad else []))
        trace.keep(scores, *kept)
        trace.drop(scaled)
        self._let_go(key, query, value)
        weights = trace.new(shape, scores)
        trace.keep(weights, weights)
        trace.drop(scores)
        if trace.training and op.dropout > 0:
            weights = trace.multiplied(weights, trace.noise(weights, op.dropout))
        made = trace.multiplied(weights, value, (*shape[:2], value.shape[2]))
        self._let_go(value, query)
        return made, weights
