"""Cases for attention and recurrent layers."""

from __future__ import annotations

from op_performer import Case, bools, op

from archir.op.contract import Op

SDPA = "scaled_dot_product_attention"

CASES: list[Case] = [
    (op(SDPA), ((2, 4, 3, 6), (2, 4, 5, 6), (2, 4, 5, 6))),
    (op(SDPA), ((4, 3, 6), (4, 5, 6), (4, 5, 6))),
    (op(SDPA), ((2, 4, 3, 6), (1, 4, 5, 6), (5, 3))),
    (op(SDPA, is_causal=True), ((2, 4, 5, 6), (2, 4, 5, 6), (2, 4, 5, 6))),
    (op(SDPA, True, 0.5), ((3, 6), (5, 6), (5, 6))),
    (op(SDPA, scale=-1.0), ((2, 3, 6), (5, 6), (2, 5, 4))),
    (op(SDPA), ((2, 4, 3, 6), (2, 4, 5, 6), (2, 4, 5, 6), bools(3, 5))),
    (op(SDPA), ((2, 4, 3, 6), (2, 4, 5, 6), (2, 4, 5, 6), (2, 1, 1, 5))),
    (op(SDPA), ((2, 3, 6), (2, 5, 6), (2, 5, 6), bools(2, 3, 5))),
    (op(SDPA), ((2, 3, 6), (2, 5, 6), (2, 5, 6), bools(5))),
    (op(SDPA), ((2, 4, 3, 6), (2, 1, 5, 6), (2, 1, 5, 6), (4, 1, 5))),
    (op(SDPA, enable_gqa=True), ((2, 4, 3, 6), (2, 2, 5, 6), (2, 2, 5, 6))),
    (op(SDPA, True, enable_gqa=True), ((4, 3, 6), (2, 5, 6), (1, 5, 2))),
    (op(SDPA, enable_gqa=True), ((2, 6, 3, 6), (1, 2, 5, 6), (2, 3, 5, 6), bools(6, 3, 5))),
]

MHA = "multihead_attention"

CASES += [
    (op(MHA, 2), ((2, 5, 8),)),
    (op(MHA, 4, 0.5), ((2, 5, 8),)),
    (op(MHA, 3, bias=False), ((2, 5, 9),)),
    (op(MHA, 2), ((2, 3, 8), (2, 5, 8))),
    (op(MHA, 2), ((2, 3, 8), (2, 5, 6), (2, 5, 4))),
    (op(MHA, 2, batch_first=False), ((5, 2, 8),)),
    (op(MHA, 2, batch_first=False, need_weights=True), ((3, 2, 8), (5, 2, 8))),
    (op(MHA, 2, attn_mask=True), ((2, 5, 8), bools(5, 5))),
    (op(MHA, 2, attn_mask=True), ((2, 3, 8), (2, 5, 8), (4, 3, 5))),
    (op(MHA, 2, key_padding_mask=True), ((2, 5, 8), bools(2, 5))),
    (op(MHA, 2, attn_mask=True, key_padding_mask=True), ((2, 5, 8), (5, 5), (2, 5))),
    (op(MHA, 2, is_causal=True), ((2, 5, 8),)),
    (op(MHA, 2, is_causal=True), ((2, 5, 8), (2, 3, 8))),
    (op(MHA, 2, need_weights=True), ((2, 5, 8),)),
    (op(MHA, 2, need_weights=True, average_attn_weights=False), ((2, 5, 8),)),
    (op(MHA, 2, 0.5, need_weights=True, attn_mask=True), ((2, 5, 8), bools(5, 5))),
    (op(MHA, 2, add_bias_kv=True), ((2, 5, 8),)),
    (op(MHA, 2, add_zero_attn=True, key_padding_mask=True), ((2, 5, 8), (2, 5))),
    (op(MHA, 2, 0.0, True, True, True, need_weights=True), ((2, 3, 8), (2, 5, 8))),
]

RECURRENT: list[Case] = [
    *((op(each, 6), ((2, 5, 4),)) for each in ("lstm", "gru", "rnn")),
    *((op(each, 3, 2, bidirectional=True), ((2, 5, 4),)) for each in ("lstm", "gru", "rnn")),
    *((op(each, 6, 2, dropout=0.5, bias=False), ((2, 5, 4),)) for each in ("lstm", "gru", "rnn")),
    *((op(each, 6, batch_first=False), ((5, 2, 4),)) for each in ("lstm", "gru", "rnn")),
    *((op(each, 6), ((2, 1, 4), (1, 2, 6))) for each in ("gru", "rnn")),
    (op("rnn", 6, nonlinearity="relu"), ((2, 5, 4),)),
    (op("lstm", 6), ((2, 1, 4), (1, 2, 6), (1, 2, 6))),
    (op("lstm", 6, 2, proj_size=3), ((2, 5, 4),)),
    (op("lstm", 6, 1, bidirectional=True, proj_size=3), ((2, 5, 4), (2, 2, 3), (2, 2, 6))),
]
CASES += RECURRENT

RANKED: list[Op] = [op(MHA, 2), *(op(each, 2) for each in ("lstm", "gru", "rnn"))]

RANKS: dict[str, tuple[int, ...]] = dict.fromkeys((MHA, "lstm", "gru", "rnn"), (3,))
