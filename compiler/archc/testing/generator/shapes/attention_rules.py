"""What attention and recurrent layers make of a shape, for the generator to steer by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.testing.generator.shapes.spatial_rules import rule
from archc.testing.generator.shapes.tensor_rules import broadcast
from archc.testing.generator.values import MOST_WEIGHTS, Size, Value, Values, require


@rule("scaled_dot_product_attention")
def _attention(inputs: Values, a: Mapping[str, Any]) -> Values:
    require(len(inputs) in (3, 4) and all(each.dtype == "float" for each in inputs[:3]))
    query, key, value = inputs[:3]
    least = 3 if a["enable_gqa"] else 2
    require(min(each.rank for each in inputs[:3]) >= least)
    require(query.shape[-1] == key.shape[-1] and key.shape[-2] == value.shape[-2])
    fronts = [each.shape[:-2] for each in inputs[:3]]
    if a["enable_gqa"]:
        require(all(query.shape[-3] % each.shape[-3] == 0 for each in (key, value)))
        fronts = [(*front[:-1], query.shape[-3]) for front in fronts]
    front = broadcast([each or (1,) for each in fronts])
    front = front if max(map(len, fronts)) else ()
    for mask in inputs[3:]:
        require(not a["is_causal"] and mask.dtype != "int" and mask.rank >= 2)
        scores = (*broadcast([each or (1,) for each in fronts[:2]]), query.shape[-2], key.shape[-2])
        require(mask.rank <= len(scores))
        pairs = zip(reversed(mask.shape), reversed(scores), strict=False)
        require(all(one in (1, other) for one, other in pairs))
    return (query.reshaped(*front, query.shape[-2], value.shape[-1]),)


@rule("multihead_attention")
def _heads(inputs: Values, a: Mapping[str, Any]) -> Values:
    masks = [name for name in ("attn_mask", "key_padding_mask") if a[name]]
    count = len(inputs) - len(masks)
    require(1 <= count <= 3 and all(v.rank == 3 and v.dtype == "float" for v in inputs[:count]))
    query, key, value = (*inputs[:count], *inputs[count - 1 : count] * (3 - count))
    batch, length = (0, 1) if a["batch_first"] else (1, 0)
    width = query.shape[2]
    require(not any(isinstance(each.shape[2], Size) for each in (query, key, value)))
    require(width % a["num_heads"] == 0 and 3 * width * width <= MOST_WEIGHTS)
    require(query.shape[batch] == key.shape[batch] == value.shape[batch])
    require(key.shape[length] == value.shape[length])
    pairs = (query.shape[length], key.shape[length])
    require(not (a["is_causal"] and a["attn_mask"]))
    for name, mask in zip(masks, inputs[count:], strict=True):
        rows = (query.shape[batch] * a["num_heads"], *pairs) if mask.rank == 3 else pairs
        wanted = rows if name == "attn_mask" else (query.shape[batch], pairs[1])
        require(mask.dtype != "int" and mask.shape == wanted)
    require(len({mask.dtype for mask in inputs[count:]}) <= 1)
    if not a["need_weights"]:
        return (query,)
    between = () if a["average_attn_weights"] else (a["num_heads"],)
    keys = pairs[1] + a["add_bias_kv"] + a["add_zero_attn"]
    return (query, Value((query.shape[batch], *between, pairs[0], keys)))


@rule("lstm", "gru", "rnn")
def _recurrent(inputs: Values, a: Mapping[str, Any]) -> Values:
    value, *states = inputs
    cells = 2 if "proj_size" in a else 1
    require(value.rank == 3 and not isinstance(value.shape[2], Size))
    require(all(each.dtype == "float" for each in inputs))
    require(not a["dropout"] or a["num_layers"] > 1)
    ways, size = 1 + a["bidirectional"], a["hidden_size"]
    given = a.get("proj_size") or size
    require(given <= size and 4 * size * (value.shape[2] + 2 * given) <= MOST_WEIGHTS)
    batch = value.shape[0 if a["batch_first"] else 1]
    made = [Value((a["num_layers"] * ways, batch, width)) for width in (given, size)[:cells]]
    require(not states or [each.shape for each in states] == [each.shape for each in made])
    return (value.reshaped(*value.shape[:2], given * ways), *made)
