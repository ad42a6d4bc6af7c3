"""Cases for the norms that came after the first families."""

from __future__ import annotations

from op_performer import Case, op

from archir.op.contract import Op

CASES: list[Case] = [
    (op("layer_norm"), ((2, 4),)),
    (op("layer_norm"), ((4,),)),
    (op("layer_norm", eps=1e-6, bias=False), ((2, 3, 4),)),
    (op("layer_norm", 3), ((2, 4, 9, 8),)),
    (op("layer_norm", 2, elementwise_affine=False), ((2, 4, 9),)),
    (op("layer_norm", 2), ((2, 4),)),
    (op("rms_norm"), ((2, 3, 4),)),
    (op("rms_norm", 2, eps=1e-6), ((2, 4, 9),)),
    (op("rms_norm", elementwise_affine=False), ((2, 4),)),
    (op("group_norm", 1), ((2, 4),)),
    (op("group_norm", 2), ((2, 4, 9),)),
    (op("group_norm", 4, eps=1e-6), ((2, 4, 9, 8),)),
    (op("group_norm", 2, affine=False), ((2, 4, 5, 6, 7),)),
    (op("group_norm", 2), ((2, 4, 2, 2, 2, 2),)),
    (op("instance_norm"), ((2, 4, 9),)),
    (op("instance_norm", affine=True), ((2, 4, 9, 8),)),
    (op("instance_norm", 1e-3, 0.5, track_running_stats=True), ((2, 4, 5, 6, 7),)),
    (op("instance_norm", 1e-5, 0.1, True, True), ((2, 4, 9, 8),)),
]

RANKED: list[Op] = [made for made, _ in CASES if getattr(made, "dims", 1) == 1]

RANKS: dict[str, tuple[int, ...]] = {
    # On [C, L] torch takes dim 0 for the channels of one example; here it is the batch.
    "instance_norm": (3, 4, 5),
}
