"""Cases for transposed convolution, the rarer pools, resampling, shuffles and padding."""

from __future__ import annotations

from op_performer import Case, bools, ints, op

from archir.op.contract import Op

CASES: list[Case] = [
    (op("conv_transpose", 6, 2, 2), ((2, 4, 9),)),
    (op("conv_transpose", 6, 3, 2, 1, 1, groups=2, bias=False), ((2, 4, 5, 7),)),
    (op("conv_transpose", 6, (3, 1), (1, 2), 1, (2, 1), 1, True, (3, 2)), ((2, 4, 5, 7),)),
    (op("conv_transpose", 4, (2, 1, 3), groups=4), ((2, 4, 2, 3, 4),)),
    (op("adaptive_max_pool", 1), ((2, 4, 9),)),
    (op("adaptive_max_pool", (7, None)), ((2, 4, 5, 6),)),
    (op("adaptive_max_pool", 3), ((2, 4, 5, 6, 7),)),
    (op("lp_pool", 2, 3), ((2, 4, 9),)),
    (op("lp_pool", 1.5, (3, 2), (2, 1), True), ((2, 4, 8, 9),)),
    (op("lp_pool", -1, 2, stride=1), ((2, 4, 5, 6, 7),)),
    (op("upsample", scale_factor=2), ((2, 4, 9),)),
    (op("upsample", 7, mode="linear"), ((2, 4, 9),)),
    (op("upsample", scale_factor=(1.5, 0.7), mode="bilinear", align_corners=True), ((2, 4, 5, 9),)),
    (op("upsample", (3, 9), mode="bicubic", align_corners=False), ((2, 4, 5, 6),)),
    (
        op("upsample", scale_factor=0.4, mode="nearest-exact", recompute_scale_factor=True),
        ((2, 4, 5, 6),),
    ),
    (op("upsample", scale_factor=1.1, mode="area"), ((2, 4, 10, 6),)),
    (op("upsample", scale_factor=2, mode="trilinear"), ((2, 4, 2, 3, 4),)),
    (op("pixel_shuffle", 2), ((2, 12, 3, 4),)),
    (op("pixel_shuffle", 3), ((2, 5, 9, 3, 4),)),
    (op("pixel_unshuffle", 2), ((2, 3, 4, 6),)),
    (op("pixel_unshuffle", 2), ((2, 5, 3, 4, 6),)),
    (op("channel_shuffle", 2), ((2, 6, 5),)),
    (op("channel_shuffle", 3), ((2, 6, 4, 5),)),
    (op("pad", 2), ((2, 3, 5),)),
    (op("pad", -1, value=0.5), ((2, 3, 5, 6),)),
    (op("pad", (1, 2, 3, 4), "reflect"), ((2, 3, 5, 6),)),
    (op("pad", (0, 2, 1, 0, 3, -1), "replicate"), ((2, 3, 5, 6, 4),)),
    (op("pad", (0, 2), "circular"), ((2, 3, 5),)),
    (op("pad", (0, 1, 0, 1), value="-inf"), ((2, 3, 5, 6),)),
    (op("pad", (0, 1, 0, 0, 2, 2), value=-1), ((2, 3, 5, 6),)),
    (op("pad", (-1, 3)), ((2, 4),)),
    (op("interpolate", scale_factor=2), ((2, 4, 9),)),
    (op("interpolate", 7, mode="linear"), ((2, 4, 9),)),
    (op("interpolate", (7, 12), mode="bilinear", align_corners=True), ((2, 4, 5, 9),)),
    (op("interpolate", (3, 9), mode="bicubic"), ((2, 4, 5, 6),)),
    (op("interpolate", (3, 2), mode="bilinear", antialias=True), ((2, 4, 9, 7),)),
    (
        op("interpolate", scale_factor=(0.5, 1.5), mode="bicubic", antialias=True),
        ((2, 4, 12, 6),),
    ),
    (
        op("interpolate", (4, 9), mode="bilinear", align_corners=True, antialias=True),
        ((2, 4, 10, 6),),
    ),
    (op("interpolate", (4, 1), mode="nearest-exact"), ((2, 4, 9, 7),)),
    (op("interpolate", 3, mode="area"), ((2, 4, 7, 7),)),
    (op("interpolate", (4, 1, 6), mode="trilinear"), ((2, 4, 2, 3, 4),)),
    (op("pad_by", 2), ((2, 3, 5),)),
    (op("pad_by", (1, 2, 3, 4), "reflect"), ((2, 3, 5, 6),)),
    (op("pad_by", (0, 2, 1, 0, 3, -1), "replicate"), ((2, 3, 5, 6, 4),)),
    (op("pad_by", (2, 1), "circular"), ((2, 3, 5),)),
    (op("pad_by", (-1, -2), value=0.5), ((2, 3, 5, 6),)),
    (op("pad_by", (0, 1, 0, 0, 2, 2, 1, 0), value=-1), ((2, 3, 5, 6),)),
    (op("pad_by", (-1, 3)), ((4,),)),
    (op("pad_by", (2, 0), value="inf"), ((2, 3, 5),)),
    (op("pad_by", (2, 0), value="-inf"), (bools(2, 3, 5),)),
    (op("pad_by", (1, 0), value=1), (ints(2, 4),)),
    (op("affine_grid", (2, 5, 4, 6)), ((2, 2, 3),)),
    (op("affine_grid", (2, 1, 4, 2, 6), align_corners=True), ((2, 3, 4),)),
    # All places of these grids are beyond the ends, since they are 1 and more.
    (op("grid_sample", padding_mode="reflection"), ((2, 4, 5, 6), (2, 4, 6, 2))),
    (op("grid_sample", "bicubic", "reflection", True), ((2, 4, 5, 6), (2, 1, 9, 2))),
    (op("grid_sample", padding_mode="reflection"), ((2, 4, 3, 5, 6), (2, 2, 3, 2, 3))),
]

RANKED: list[Op] = [
    op("conv_transpose", 4, 2),
    op("adaptive_max_pool", 1),
    op("lp_pool", 2, 2),
    op("lp_pool", 0.5, 2, ceil_mode=True),
    op("upsample", 5),
    op("upsample", scale_factor=0.5, recompute_scale_factor=True),
    *(
        op("upsample", scale_factor=1.5, mode=mode)
        for mode in ("linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact")
    ),
    op("pixel_shuffle", 2),
    op("pixel_shuffle", 3),
    op("pixel_unshuffle", 2),
    op("pixel_unshuffle", 3),
    op("channel_shuffle", 2),
    op("channel_shuffle", 3),
    *(op("pad", 1, mode) for mode in ("constant", "reflect", "replicate", "circular")),
    *(op("pad", 0, mode) for mode in ("constant", "reflect", "replicate", "circular")),
    op("interpolate", 5),
    *(
        op("interpolate", scale_factor=1.5, mode=mode)
        for mode in ("linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact")
    ),
    *(op("interpolate", 5, mode=mode, antialias=True) for mode in ("bilinear", "bicubic")),
    *(op("pad_by", 1, mode) for mode in ("constant", "reflect", "replicate", "circular")),
]

RANKS: dict[str, tuple[int, ...]] = {
    # torch reads one dim less as one example without a batch; here the first dim is the batch.
    **dict.fromkeys(
        (
            *("conv_transpose", "adaptive_max_pool", "lp_pool", "pad", "upsample"),
            *("interpolate", "pad_by"),
        ),
        (3, 4, 5),
    ),
    **dict.fromkeys(("pixel_shuffle", "pixel_unshuffle"), (4, 5, 6, 7)),
    "channel_shuffle": (3, 4, 5, 6, 7),
}
