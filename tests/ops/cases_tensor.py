"""Cases for the ops that take tensors apart, arrange them anew and work element by element."""

from __future__ import annotations

from op_performer import Case, op

from archir.op import Op

CASES: list[Case] = [
    (op("add", 0.5), ((2, 4, 5),)),
    (op("multiply", other=-2), ((2, 4),)),
    (op("subtract"), ((2, 4, 5, 5), (4, 1, 1))),
    (op("subtract"), ((2, 4), (2, 4), (4,))),
    (op("subtract", 0.25), ((2, 4, 5, 5),)),
    (op("divide"), ((2, 4, 5), (2, 1, 5))),
    (op("divide", 255), ((2, 4, 5, 5),)),
    (op("maximum"), ((2, 4, 5), (2, 4, 5), (5,))),
    (op("minimum"), ((2, 1), (4,))),
    (op("matmul"), ((3, 4), (4, 5))),
    (op("matmul"), ((2, 3, 4), (4, 5))),
    (op("matmul"), ((3, 4), (2, 4, 5))),
    (op("matmul"), ((4,), (2, 4, 5))),
    (op("matmul"), ((2, 3, 4), (4,))),
    (op("matmul"), ((2, 1, 3, 4), (6, 4, 5))),
    (op("mean", 1), ((2, 4, 5),)),
    (op("mean", (2, -1), keepdim=True), ((2, 4, 5, 6),)),
    (op("mean", 0), ((2, 4, 5),)),
    (op("sum", (1, 2)), ((2, 4, 5),)),
    (op("sum", -1, True), ((2, 4, 5),)),
    (op("permute", 0, 2, 3, 1), ((2, 4, 5, 6),)),
    (op("permute", (0, 1, -1, -2)), ((2, 4, 5, 6),)),
    (op("transpose", 1, 2), ((2, 4, 5),)),
    (op("transpose", -1, -2), ((2, 4, 5, 6),)),
    (op("squeeze", 1), ((2, 1, 5),)),
    (op("squeeze", (2, -1)), ((2, 4, 1, 3),)),
    (op("unsqueeze", 1), ((2, 4),)),
    (op("unsqueeze", -1), ((2, 4, 5),)),
    (op("reshape", 2, -1), ((2, 4, 5),)),
    (op("reshape", (8, 5)), ((2, 4, 5),)),
    (op("reshape", 2, 2, 2, -1), ((2, 4, 5),)),
    (op("unflatten", 1, (2, -1)), ((3, 4, 5),)),
    (op("unflatten", -1, (2, 1, 3)), ((3, 4, 6),)),
    (op("expand", -1, 4, -1), ((2, 1, 5),)),
    (op("expand", (3, 2, 4)), ((2, 1),)),
    (op("chunk", 2), ((2, 4, 5),)),
    (op("chunk", 4, -1), ((2, 5),)),
    (op("chunk", 1), ((2, 4),)),
    (op("split", 3), ((2, 4, 5),)),
    (op("split", 9), ((2, 4, 5),)),
    (op("split", (1, 2, 2), dim=2), ((2, 4, 5),)),
    (op("split", (4,)), ((2, 4, 5),)),
    (op("slice", 1, 1, 3), ((2, 4, 5),)),
    (op("slice", -1, -3, None, 2), ((2, 4, 5),)),
    (op("slice", 2, end=-1), ((2, 4, 5, 6),)),
    (op("select", 1, 0), ((2, 4, 5),)),
    (op("select", -1, -2), ((2, 4, 5),)),
]

RANKED: list[Op] = [
    op("add", 0.5),
    op("add", 2),
    op("multiply", -2),
    op("subtract", 0.25),
    op("subtract", 1),
    op("divide", 0.5),
    op("divide", 2),
    op("mean", (0, -1)),
    op("mean", 1, keepdim=True),
    op("sum", -1),
    op("permute", 1, 0),
    op("permute", 0, 1, 2, 3),
    op("transpose", 0, -1),
    op("squeeze", 1),
    op("unsqueeze", 2),
    op("unsqueeze", -1),
    op("reshape", 4, -1),
    op("reshape", 16, 16),
    op("unflatten", 1, (2, 2)),
    op("expand", 4, 4, 4, 4),
    op("chunk", 2),
    op("chunk", 3, -2),
    op("split", 3),
    op("split", (1, 3), -1),
    op("slice", 1, 1),
    op("select", 1, 0),
]

RANKS: dict[str, tuple[int, ...]] = {}

MERGING: list[Op] = [
    op("subtract"),
    op("divide"),
    op("maximum"),
    op("minimum"),
]
"""Ops that merge values of any dtypes."""
