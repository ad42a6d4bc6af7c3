"""Networks of functions of tensors: what archc says of them is what torch does, at all sizes."""

from __future__ import annotations

import pytest

from archc.testing.agreement.compare import examine
from archc.testing.agreement.theirs import Case

LANGUAGE = """## Words looked up, causal attention by masks, a mean over the words that are there.
model net(vocab = 100, dim = 8, heads = 2) {
  input ids: int[N, L = 6], mask: bool[N, L]
  ids -> wte: embedding(vocab, dim, padding_idx = 0)
  for i in 1..2 { "h{i}": Block(heads) }
  multiply [_, mask -> cast("float") -> unsqueeze(2)] -> sum(1)
  divide [_, mask -> sum(1, keepdim = true) -> clamp(1)]
  head: linear(vocab, bias = false) -> _: log_softmax(1)
}
block Block(heads) {
  input x: [N, L, D]
  residual {
    qkv: linear(3 * D) -> reshape(N, L, 3, heads, D // heads) -> permute(2, 0, 3, 1, 4)
    unbind(0) as query, key, value
    matmul [query, key -> transpose(2, 3)] -> divide(sqrt(D // heads))
    masked_fill("-inf") [_, less_equal(1e9) -> triu(1)] -> softmax(-1)
    matmul [_, value] -> transpose(1, 2) -> contiguous -> reshape(N, L, D) -> proj: linear(D)
  }
  residual { fc: linear(4 * D) -> glu -> out: linear(D) }
}
"""

TURNS = """## Shifts and copies by sizes of the input, which a run reads off it.
model net() {
  input x: [N, 4, H = 8, W = 6], ids: int[N, W]
  x -> conv(4, 3, padding = 1) -> roll(H // 2, 2) -> roll([W - 1, 1], [3, 2]) -> max_pool(2)
  tile(1, H // 4, W // 3) -> repeat_interleave(_.height // 2, 1)
  Turned -> global_avg_pool -> linear(3) as y
  ids -> embedding(100, 4) -> transpose(1, 2) -> stack [_, relu] -> unbind(1) as a, b
  concat [a, b] -> mean(2) as z
  output y, z
}
block Turned() {
  input v: [N, C, P, Q]
  roll(P // 2, -1) -> tile(Q) -> slice(3, 0, Q)
}
"""

PLACES = """## Each place by itself, side by side again, and spreads.
model net() {
  input x: [N, 3, L = 7]
  conv(4, 1) -> unbind as a, b, c, d
  stack(2) [a, b, c, d] -> flip(1) -> tril(1) -> std(1) -> log_softmax(-1)
}
"""

SHARED = """## Modules that are applied several times, of two values too.
model net() {
  input x: [N, 4, L = 6]
  module front = { flip(2) -> roll(_.shape[2] // 2, 2) }
  for i in 1..3 { front -> where [greater(0), _, multiply(0.1)] }
  module alike = cosine_similarity(1)
  alike [_, x]
}
"""


ATTENTION = """## Queries that share keys, a mask of truths, one of floats, and causal attention.
model net(dim = 16, heads = 4) {
  input x: [N, L = 6, 8], mask: bool[N, L], bias: [L, L]
  x -> linear(dim) -> reshape(N, L, heads, -1) -> transpose(1, 2) as query
  x -> linear(dim // 2) -> reshape(N, L, heads // 2, -1) -> transpose(1, 2) as key
  mask -> unsqueeze(1) -> unsqueeze(1) as seen
  scaled_dot_product_attention(enable_gqa = true) [query, key, key, seen]
  scaled_dot_product_attention [_, query, query, bias]
  scaled_dot_product_attention(scale = 0.3, is_causal = true) [_, query, tanh]
  transpose(1, 2) -> flatten(2) -> linear(5) as y
  scaled_dot_product_attention [y, x -> linear(5), x -> linear(3)] -> mean(1)
}
"""


HEADS = """## Attention with weights of its own: to itself, to a memory, masked, shared.
model net() {
  input x: [N, L = 5, 8], memory: [N, S = 4, 6], absent: bool[N, S], mask: bool[L, L]
  for i in 1..2 { x -> "block{i}": Block(2, 0.25) as y }
  let first, second = y
  second -> relu
  cross: multihead_attention(4, key_padding_mask = true) [_, memory, absent]
  module shared = multihead_attention(2, bias = false, is_causal = true)
  shared -> shared as z
  multihead_attention(2, attn_mask = true, need_weights = true) [z, z, first, mask] as _, weights
  z -> multihead_attention(1, batch_first = false, add_zero_attn = true) -> mean(1) as last
  memory -> linear(7) -> relu as values
  multihead_attention(2, add_bias_kv = true, need_weights = true, average_attn_weights = false) [
    z, memory, values
  ] as _, apart
  apart -> mean(3) as means
  output last, weights, means
}
block Block(heads, p) {
  residual { norm: layer_norm -> attention: multihead_attention(heads, p) -> drop: dropout(p) }
  residual { linear(16) -> gelu -> linear(8) }
}
"""


ALONG = """## Words along, both ways, by layers, from a state on, and in turns.
model net(vocab = 100, dim = 6) {
  input ids: int[N, L = 7]
  ids -> embedding(vocab, dim) as words
  words -> encoder: lstm(8, 2, dropout = 0.25, bidirectional = true) as seen, hidden, cell
  decoder: lstm(8, 4) [seen, hidden, cell] as said, _, _
  for i in 1..2 { said -> "gru{i}": gru(5, bias = false) as turns, state }
  let first, second = turns
  let state1, state2 = state
  module again = rnn(5, nonlinearity = "relu")
  again [second, state1] as more, kept
  again [more, kept] as more2, last
  first -> linear(3) as thirds
  concat(-1) [more2, thirds] -> max(1) -> linear(vocab) as said2
  output said2, last, state2
}
"""


INFINITE = """model net() {
  input x: [N, 2, L = 4], y: int[M, 4]
  x -> pad(1, value = "-inf") -> max_pool(3, stride = 1) -> pad_by([1, 0], value = "inf") as padded
  y -> pad_by([1, 2]) as counted
  output padded, counted
}
"""


@pytest.mark.parametrize(
    "text", [LANGUAGE, TURNS, PLACES, SHARED, ATTENTION, HEADS, ALONG, INFINITE]
)
def test_functions_agree(text: str) -> None:
    report = examine(Case({"main.arch": text}, "main.arch", "net"))
    assert report.found == []
    assert report.accepted
    assert report.sizes > 1


def test_a_place_that_there_is_not_is_an_error_of_the_run() -> None:
    """What stands in a value is not known before."""
    text = "model net() {\n  input ids: int[N, 16]\n  embedding(2, 4)\n}\n"
    found = examine(Case({"main.arch": text}, "main.arch", "net")).found
    assert [each.kind for each in found] == ["accepted, refused by torch: embedding"]
