"""Cases for comparisons, choices and lookups."""

from __future__ import annotations

from op_performer import Case, bools, ints, op

from archir.op.contract import Op

COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor")

CASES: list[Case] = [
    *((op(keyword), ((2, 4, 5), (4, 1))) for keyword in COMPARISONS[:4]),
    *((op(keyword, 1.5), ((2, 4, 5, 6),)) for keyword in COMPARISONS[:4]),
    *((op(keyword), (ints(2, 4, 5), ints(4, 1))) for keyword in COMPARISONS),
    *((op(keyword, 1), (ints(2, 4),)) for keyword in COMPARISONS),
    *((op(keyword), (bools(2, 4, 5), bools(2, 4, 5))) for keyword in LOGICAL),
    *((op(keyword), (bools(2, 4, 3), ints(4, 1), bools(3))) for keyword in LOGICAL),
    (op("logical_not"), (bools(2, 4, 5),)),
    (op("logical_not"), (ints(2, 4),)),
    (op("where"), (bools(2, 4, 5), (2, 4, 5), (2, 4, 5))),
    (op("where"), (bools(4, 1), (2, 4, 5), (5,))),
    (op("where"), (bools(2, 4, 5, 6), (2, 4, 5, 6), (2, 4, 5, 6))),
    (op("where"), (bools(2, 4), ints(2, 4), ints(2, 4))),
    (op("where"), (bools(2, 4), (2, 4), ints(2, 4))),
    (op("greater"), ((2, 4), ints(4))),
    (op("masked_fill", 0), ((2, 4, 5), bools(2, 4, 5))),
    (op("masked_fill", -1e9), ((2, 4, 5, 6), bools(2, 1, 1, 6))),
    (op("masked_fill", "-inf"), ((2, 4, 5, 6), bools(5, 6))),
    (op("masked_fill", 0.5), ((4, 1), bools(2, 4, 5))),
    (op("masked_fill", 3), (ints(2, 4), bools(2, 4))),
    (op("cast", "float"), (ints(2, 4, 5),)),
    (op("cast", "float"), ((2, 4),)),
    (op("cast", "int"), ((2, 4, 5),)),
    (op("cast", "bool"), (ints(2, 4),)),
    (op("cast", "bool"), (bools(2, 4, 5, 6),)),
    (op("index_select", 1), ((2, 4, 5), ints(3))),
    (op("index_select", 0), ((4, 5), ints(7))),
    (op("index_select", -1), ((2, 4, 5, 6), ints(2))),
    (op("gather", 1), ((2, 4, 5), ints(2, 3, 5))),
    (op("gather", -1), ((2, 4, 5, 6), ints(2, 2, 5, 9))),
    (op("gather", 0), ((4,), ints(6))),
    (op("scatter", 1), ((2, 4, 5), ints(2, 3, 5), (2, 3, 5))),
    (op("scatter", -1), ((2, 4, 5, 6), ints(2, 2, 5, 9), (2, 3, 5, 9))),
    (op("scatter", 0), (ints(4), ints(6), ints(6))),
    (op("scatter_add", 1), ((2, 4, 5), ints(2, 3, 5), (2, 3, 5))),
    (op("scatter_add", 2), ((2, 4, 5, 6), ints(2, 2, 3, 6), (2, 3, 5, 6))),
    (op("scatter_add", 0), ((4,), ints(6), (6,))),
    (op("embedding", 4, 6), (ints(2, 5),)),
    (op("embedding", 3, 2, padding_idx=-1), (ints(2, 3, 4),)),
    (op("embedding", 2, 3, 0), (ints(4),)),
    (op("embedding_bag", 4, 6), (ints(2, 5),)),
    (op("embedding_bag", 4, 3, "sum"), (ints(2, 5),)),
    (op("embedding_bag", 4, 3, "max"), (ints(2, 5),)),
    (op("embedding_bag", 4, 3, padding_idx=3), (ints(2, 5),)),
]

RANKED: list[Op] = [
    op("greater", 0.5),
    op("equal", 1),
    op("logical_not"),
    op("cast", "float"),
    op("cast", "int"),
    op("cast", "bool"),
    op("embedding", 4, 2),
    op("embedding_bag", 4, 2),
]

RANKS: dict[str, tuple[int, ...]] = {"embedding_bag": (2, 3, 4, 5, 6, 7)}

MERGING: list[Op] = [
    op("greater"),
    op("equal"),
    op("logical_and"),
    op("masked_fill", 1),
    op("masked_fill", 0.5),
    op("masked_fill", "-inf"),
]
