"""Cases for the ops of the first families: what each op is tried on beside torch.

Each ``cases_*.py`` here holds those of some families: ``CASES`` (an op and the shapes it takes),
``RANKED`` (ops that are tried on every rank and dtype) and ``RANKS`` (the ranks at which torch and
we must agree, where these are not all; at the others we must refuse).
"""

from __future__ import annotations

from op_performer import Case, op

from archir.op.contract import Op

CASES: list[Case] = [
    (op("conv", 8, 3), ((2, 4, 9),)),
    (op("conv", 8, 3, padding=1, bias=False), ((2, 4, 9, 7),)),
    (op("conv", 8, (3, 1, 2), (2, 1, 1), groups=4), ((2, 4, 5, 6, 7),)),
    (op("conv", 6, (1, 7), padding="same", dilation=(1, 2)), ((2, 3, 5, 6),)),
    (op("conv", 6, 5, padding=2, padding_mode="reflect", groups=3), ((1, 6, 8, 8),)),
    (op("depthwise", 3), ((2, 4, 9),)),
    (op("depthwise", 3, 2, 1, bias=False), ((2, 4, 9, 9),)),
    (
        op("depthwise", (1, 3), multiplier=3, padding_mode="circular", padding=(0, 1)),
        ((2, 4, 9, 9),),
    ),
    (op("depthwise", 3, dilation=2), ((2, 4, 6, 6, 6),)),
    (op("max_pool", 2), ((2, 4, 9),)),
    (op("max_pool", 3, stride=2, padding=1, ceil_mode=True), ((2, 4, 9, 8),)),
    (op("max_pool", (2, 3, 1), dilation=2), ((2, 4, 5, 6, 7),)),
    (op("avg_pool", 2), ((2, 4, 9),)),
    (op("avg_pool", 3, 1, 1, count_include_pad=False, divisor_override=5), ((2, 4, 9, 8),)),
    (op("avg_pool", 2, ceil_mode=True), ((2, 4, 5, 6, 7),)),
    (op("adaptive_avg_pool", 1), ((2, 4, 9),)),
    (op("adaptive_avg_pool", (7, None)), ((2, 4, 5, 6),)),
    (op("adaptive_avg_pool", 3), ((2, 4, 5, 6, 7),)),
    (op("global_avg_pool"), ((2, 4, 9),)),
    (op("global_avg_pool"), ((2, 4, 9, 8),)),
    (op("global_avg_pool", keepdim=True), ((2, 4, 5, 6, 7),)),
    (op("global_avg_pool"), ((2, 4, 2, 2, 2, 2),)),
    (op("batch_norm"), ((3, 4),)),
    (op("batch_norm", eps=1e-3, momentum=None), ((3, 4, 5),)),
    (op("batch_norm", affine=False), ((3, 4, 5, 5),)),
    (op("batch_norm", track_running_stats=False), ((3, 4, 5, 5, 5),)),
    (op("batch_norm", 1e-5, 0.01, False, False), ((3, 4, 5, 5),)),
    (op("local_response_norm", 5), ((2, 8, 5),)),
    (op("local_response_norm", 2, alpha=5e-4, beta=1, k=2), ((2, 8, 5, 5),)),
    (op("local_response_norm", 9), ((2, 4, 2, 2, 2),)),
    (op("local_response_norm", 3), ((2, 4, 2, 2, 2, 2),)),
    (op("relu"), ((4,),)),
    (op("relu", True), ((2, 4, 9, 8),)),
    (op("dropout"), ((2, 4),)),
    (op("dropout", 0.2, True), ((2, 4, 9, 8),)),
    (op("linear", 5), ((2, 4),)),
    (op("linear", 5, bias=False), ((2, 3, 4),)),
    (op("linear", 5), ((2, 3, 6, 4),)),
    (op("flatten"), ((2, 4, 9, 8),)),
    (op("flatten", 2, -2), ((2, 4, 9, 8, 3),)),
    (op("flatten", 0), ((2, 4),)),
    (op("identity"), ((2, 4, 9, 8),)),
    (op("concat"), ((2, 4, 5), (2, 3, 5), (2, 1, 5))),
    (op("concat", -1), ((2, 4, 5), (2, 4, 1))),
    (op("concat", 0), ((2, 4), (3, 4))),
    (op("concat"), ((2, 4, 5, 6), (2, 3, 5, 6))),
    (op("concat", 2), ((2, 3, 1, 5, 4), (2, 3, 2, 5, 4))),
    (op("add"), ((2, 4, 5, 5), (2, 4, 5, 5))),
    (op("add"), ((2, 4, 5, 5), (2, 4, 1, 1), (5,))),
    (op("multiply"), ((2, 4, 1, 1), (2, 4, 5, 5))),
]

RANKED: list[Op] = [
    *(made for made, _ in CASES if made.keyword in ("relu", "identity", "dropout", "flatten")),
    op("conv", 4, 2),
    op("depthwise", 2),
    op("max_pool", 2),
    op("avg_pool", 2),
    op("adaptive_avg_pool", 1),
    op("adaptive_avg_pool", 2),
    op("global_avg_pool"),
    op("batch_norm"),
    op("local_response_norm", 2),
    op("linear", 3),
    op("dropout", 0),
    op("dropout", 1.0),
]

RANKS: dict[str, tuple[int, ...]] = {
    # torch reads [C, L] as one example without a batch, and a mean over no dims as one over all;
    # here the first dim is the batch, so the ranks below are refused.
    **dict.fromkeys(("conv", "depthwise", "max_pool", "avg_pool", "adaptive_avg_pool"), (3, 4, 5)),
    "global_avg_pool": (3, 4, 5, 6, 7),
    "batch_norm": (2, 3, 4, 5),
}
