"""Cases for activations, dropout's kin and what else keeps the shape."""

from __future__ import annotations

from op_performer import Case, op

from archir.op.contract import Op

INPLACE = ("relu6", "silu", "hardswish", "mish", "hardsigmoid", "selu")
"""Those that can work in place and take nothing else."""

PLAIN = (
    *("exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "erf"),
    *("abs", "neg", "sign", "floor", "ceil", "round", "square"),
    *("tanhshrink", "softsign", "logsigmoid", "hardshrink", "softshrink"),
)
"""Those that can do without arguments."""

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
    *((op(keyword), ((2, 4, 5, 6),)) for keyword in PLAIN),
    (op("celu"), ((2, 4, 9),)),
    (op("celu", alpha=0.5, inplace=True), ((2, 4),)),
    (op("celu", -2), ((2, 4, 9),)),
    (op("hardtanh"), ((2, 4, 9, 8),)),
    (op("hardtanh", 0, 6.5, True), ((2, 4),)),
    (op("threshold", 0.5, 2), ((2, 4, 9),)),
    (op("threshold", 1, -0.5, inplace=True), ((2, 4),)),
    (op("hardshrink", 0.25), ((2, 4),)),
    (op("softshrink", 0), ((2, 4),)),
    (op("log_softmax", 1), ((2, 4, 9, 8),)),
    (op("log_softmax", -1), ((2, 4),)),
    (op("softmin", 1), ((2, 4, 9),)),
    (op("glu"), ((2, 4, 8),)),
    (op("glu", 1), ((2, 4, 3, 5),)),
    (op("clamp", 0.5), ((2, 4, 9),)),
    (op("clamp", max=1), ((2, 4),)),
    (op("clamp", 0, 0.75), ((2, 4),)),
    (op("pow", 2), ((2, 4, 5),)),
    (op("pow", 0.5), ((2, 4),)),
    (op("pow", -1.5), ((2, 4),)),
    (op("pow", 0), ((2, 4),)),
    (op("pow", 1.0), ((2, 4),)),
    (op("pow"), ((2, 4, 5), (4, 1))),
    (op("pow"), ((5,), (2, 4, 5))),
    (op("channel_dropout", 0.25), ((2, 4, 5),)),
    (op("channel_dropout", 0.25, True), ((2, 4, 5, 6),)),
    (op("channel_dropout", 1), ((2, 4, 5, 6, 3),)),
    (op("alpha_dropout", 0.25), ((2, 4),)),
    (op("alpha_dropout", 1), ((2, 4, 5),)),
    (op("feature_alpha_dropout", 0.25), ((2, 4, 5, 6),)),
    (op("feature_alpha_dropout", 0), ((2, 4, 5),)),
    (op("stochastic_depth", 0.2), ((2, 4, 9, 8),)),
    (op("stochastic_depth", 0.5, "batch"), ((2, 4),)),
]

RANDOM = ("channel_dropout", "alpha_dropout", "feature_alpha_dropout")

RANKED: list[Op] = [
    *(
        made
        for made, _ in CASES
        if made.keyword not in ("prelu", "stochastic_depth", "pow", *RANDOM)
    ),
    op("prelu"),
    op("prelu", 4),
    op("prelu", 3),
    op("softmax", 2),
    op("log_softmax", 2),
    op("softmin", -3),
    op("glu", 2),
    op("clamp", -1, 1),
    op("clamp", -0.5),
    op("pow", -1),
    op("pow", -1.0),
    op("pow", 3),
    *(op(each, p) for p in (0, 0.5, 1) for each in RANDOM),
    op("softmax", -4),
    *(op("stochastic_depth", p, mode) for p in (0, 0.5, 1) for mode in ("row", "batch")),
]

RANKS: dict[str, tuple[int, ...]] = dict.fromkeys(
    ("channel_dropout", "feature_alpha_dropout"), (3, 4, 5)
)

MERGING: list[Op] = [op("pow")]
