"""What counters see of an attention of several heads."""

from __future__ import annotations

from math import prod

from archir.base.record import Record
from archir.counters.applied import Applied


class _Heads(Record):
    """Lengths and features of query, key and value; how many samples, and which keys are seen."""

    samples: int
    lengths: tuple[int, ...]
    widths: tuple[int, ...]
    keys: int
    masks: int

    @property
    def product(self) -> int:
        """The MACs of one product of all heads."""
        return self.samples * self.lengths[0] * self.keys * self.widths[0]


def _heads(one: Applied) -> _Heads:
    masks = sum(bool(one.option(name)) for name in ("attn_mask", "key_padding_mask"))
    values = one.inputs[: len(one.inputs) - masks]
    roles = (values[0], values[min(1, len(values) - 1)], values[-1])
    batch, length = (0, 1) if one.option("batch_first") else (1, 0)
    lengths = tuple(role[length] for role in roles)
    more = sum(bool(one.option(name)) for name in ("add_bias_kv", "add_zero_attn"))
    return _Heads(
        samples=roles[0][batch],
        lengths=lengths,
        widths=tuple(role[-1] for role in roles),
        keys=lengths[1] + more,
        masks=masks + bool(one.option("is_causal")),
    )


def projected(one: Applied) -> int:
    """fvcore: linear layers, and products that are done in steps; one with a mask it does not know.

    Steps are taken where the weights are wanted; else there is one kernel, which it does not know.
    """
    seen = _heads(one)
    width = seen.widths[0]
    found = sum(prod(pair) for pair in zip(seen.lengths, seen.widths, strict=True)) * width
    found += seen.lengths[0] * width * width
    steps = (1 if seen.masks else 2) if one.option("need_weights") else 0
    return seen.samples * found + steps * seen.product


def attended(one: Applied) -> int:
    """ptflops: the module by a rule of its own, and the steps that it takes by theirs.

    Its rule takes the keys' and values' own features for those of heads, knows no keys that are
    added, and a bias behind the heads that is always there.
    """
    seen = _heads(one)
    heads = one.option("num_heads")
    assert isinstance(heads, int)
    (query, keys, _), (width, _, values) = seen.lengths, seen.widths
    found = query * width
    found += sum(n * features**2 for n, features in zip(seen.lengths, seen.widths, strict=True))
    if one.option("bias"):
        found += sum(seen.lengths) * width
    found += heads * query * keys * (width // heads + 1 + values // heads)
    found += query * values * (values + 1)
    steps = 2 * seen.product + seen.samples * heads * query * seen.keys
    return seen.samples * found + (steps if one.option("need_weights") else 0)
