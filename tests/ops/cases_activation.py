"""Cases for activations, dropout's kin and what else keeps the shape."""

from __future__ import annotations

from op_performer import Case, op

from archir.op import Op

INPLACE = ("relu6", "silu", "hardswish", "mish", "hardsigmoid")
"""Those that can work in place and take nothing else."""

CASES: list[Case] = [
    *((op(keyword), ((2, 4, 9, 8),)) for keyword in INPLACE),
    *((op(keyword, True), ((2, 4),)) for keyword in INPLACE),
    (op("leaky_relu"), ((4,),)),
    (op("leaky_relu", 0.2, True), ((2, 4, 9, 8),)),
    (op("leaky_relu", -1), ((2, 4, 9),)),
    (op("elu"), ((2, 4, 9, 8),)),
    (op("elu", alpha=0.5, inplace=True), ((2, 4),)),
    (op("prelu"), ((4,),)),
    (op("prelu", 1, 0.1), ((2, 4, 9),)),
    (op("prelu", 4), ((2, 4, 9, 8),)),
    (op("prelu", 4, init=-1), ((2, 4),)),
    (op("gelu"), ((2, 4, 9, 8),)),
    (op("gelu", "tanh"), ((2, 3, 4),)),
    (op("softplus"), ((2, 4),)),
    (op("softplus", 2, threshold=1.5), ((2, 4, 9, 8),)),
    (op("sigmoid"), ((2, 4, 9, 8),)),
    (op("tanh"), ((2, 4),)),
    (op("softmax", 1), ((2, 4, 9, 8),)),
    (op("softmax", -1), ((2, 3, 4),)),
    (op("softmax", 0), ((4,),)),
    (op("stochastic_depth", 0.2), ((2, 4, 9, 8),)),
    (op("stochastic_depth", 0.5, "batch"), ((2, 4),)),
]

RANKED: list[Op] = [
    *(made for made, _ in CASES if made.keyword not in ("prelu", "stochastic_depth")),
    op("prelu"),
    op("prelu", 4),
    op("prelu", 3),
    op("softmax", 2),
    op("softmax", -4),
    *(op("stochastic_depth", p, mode) for p in (0, 0.5, 1) for mode in ("row", "batch")),
]

RANKS: dict[str, tuple[int, ...]] = {}
