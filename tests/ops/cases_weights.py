"""Cases for products with weights that flow in."""

from __future__ import annotations

from op_performer import Case, ints, op

from archir.op.contract import Op

CASES: list[Case] = [
    (op("linear_by"), ((2, 4), (5, 4))),
    (op("linear_by"), ((2, 4), (5, 4), (5,))),
    (op("linear_by"), ((4,), (5, 4))),
    (op("linear_by"), ((4,), (5, 4), (5,))),
    (op("linear_by"), ((2, 3, 4), (5, 4))),
    (op("linear_by"), ((2, 3, 4), (5, 4), (5,))),
    (op("linear_by"), ((2, 3, 6, 4), (1, 4), (1,))),
    (op("einsum", "nik,nkj->nij"), ((2, 4, 5), (2, 5, 3))),
    (op("einsum", "bhqd,bhkd->bhqk"), ((2, 3, 4, 5), (2, 3, 6, 5))),
    (op("einsum", "bhqd,hkd->bhqk"), ((2, 3, 4, 5), (3, 6, 5))),
    (op("einsum", "...ij,jk->...ik"), ((2, 3, 4), (4, 5))),
    (op("einsum", "bi,bj->bij"), ((2, 3), (2, 4))),
    (op("einsum", "bchw->bhwc"), ((2, 3, 4, 5),)),
    (op("einsum", "bchw->bc"), ((2, 3, 4, 5),)),
    (op("einsum", "bii->bi"), ((2, 4, 4),)),
    (op("einsum", "bi,bij,bj->b"), ((2, 3), (2, 3, 4), (2, 4))),
    (op("einsum", "bik,kj"), ((2, 3, 4), (4, 5))),
    (op("einsum", "bij,bkl->bi"), ((2, 3, 4), (2, 5, 3))),
    (op("einsum", "nik,nkj->nij"), (ints(2, 4, 5), ints(2, 5, 3))),
    (op("conv_by"), ((2, 4, 9), (8, 4, 3))),
    (op("conv_by", 2, 1, 2), ((2, 4, 9, 7), (6, 4, 3, 2), (6,))),
    (op("conv_by", padding="same", groups=2), ((2, 4, 9, 7), (6, 2, 3, 3))),
    (op("conv_by", padding="valid", groups=4), ((2, 4, 5, 6, 7), (4, 1, 2, 1, 3), (4,))),
    (op("conv_transpose_by"), ((2, 4, 9), (4, 3, 3))),
    (op("conv_transpose_by", 2, 1, 1), ((2, 4, 5, 7), (4, 3, 3, 2), (3,))),
    (op("conv_transpose_by", (2, 1), groups=2, dilation=2), ((2, 4, 5, 7), (4, 3, 3, 2), (6,))),
    (op("conv_transpose_by", 3), ((2, 2, 3, 3, 3), (2, 3, 2, 2, 2))),
]

RANKED: list[Op] = []

RANKS: dict[str, tuple[int, ...]] = {}
