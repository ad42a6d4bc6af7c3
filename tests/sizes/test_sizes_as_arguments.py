"""Ops that take sizes: the set of valid sizes is that of the same lines of torch."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import archc

REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, ZeroDivisionError)


def pooled(x: Tensor) -> Tensor:
    return F.max_pool1d(x, 2)


def back(x: Tensor) -> Tensor:
    return F.interpolate(F.max_pool2d(x, 2), scale_factor=2)


LINE, IMAGE = "1 3 H=9", "1 3 H=16 W=12"

BESIDE = " (no closed form: decided size by size)"
OPEN = "(min(64 // (H - 8), H) if 64 // (H - 8) >= 0 else 64 // (H - 8) + H) >= 1" + BESIDE

CASES: dict[str, tuple[str, str, Callable[..., Any], str]] = {
    # the input, the text, the same in torch, and the valid sizes in words
    "cut off the end": (
        LINE, "max_pool(2) -> slice(2, 0, H - 4)",
        lambda x, h: pooled(x)[:, :, : h - 4], "H at least 5",
    ),
    "cropped to the input": (
        IMAGE, "max_pool(2) -> upsample(scale_factor = 2) -> slice(2, 0, H) -> slice(3, 0, W)",
        lambda x, h, w: back(x)[:, :, :h, :w], "H, W at least 2",
    ),
    "from the end where it is short": (
        LINE, "slice(2, 0, H - 4)", lambda x, h: x[:, :, : h - 4], "H 3 or at least 5",
    ),
    "from the front where it is long": (
        LINE, "slice(2, 4 - H)", lambda x, h: x[:, :, 4 - h :], "H at least 3",
    ),
    "the last half": (
        LINE, "slice(2, -(H // 2), none, 2)", lambda x, h: x[:, :, -(h // 2) :: 2], "any H",
    ),
    "to the least of two": (
        IMAGE, "slice(2, 0, H - 4) -> slice(2, 0, W // 2)",
        lambda x, h, w: x[:, :, : h - 4][:, :, : w // 2], "H 3 or at least 5, W at least 2",
    ),
    "in the middle": (
        IMAGE, "slice(2, (H - 8) // 2, (H - 8) // 2 + 8)",
        lambda x, h, _w: x[:, :, (h - 8) // 2 : (h - 8) // 2 + 8],
        "any size",
    ),
    "squares of what is there": (
        "1 6 6 H=6 8", "reshape(1, H, H, -1)",
        lambda x, h: x.reshape(1, h, h, -1),
        "H 1 to 4 or 6 or 8 to 9 or 12 or 16 or 9 more up to 288",
    ),
    "a part of a size": (
        "1 3 H=8", "reshape(H // 2, -1)", lambda x, h: x.reshape(h // 2, -1),
        "H even, or 3 or 7",
    ),
    "as many as the width": (
        IMAGE, "reshape(1, W, -1)", lambda x, _h, w: x.reshape(1, w, -1), "any size",
    ),
    "twice the width": (
        IMAGE, "reshape(1, 2 * W, -1)", lambda x, _h, w: x.reshape(1, 2 * w, -1),
        "H even",
    ),
    "spread": (
        "1 1 H=4", "mean(2, keepdim = true) -> expand(2, -1, H // 2)",
        lambda x, h: x.mean(2, keepdim=True).expand(2, -1, h // 2), "H at least 2",
    ),
    "spread to the other": (
        "1 3 H=8 W=8", "expand(1, 3, W, W)", lambda x, _h, w: x.expand(1, 3, w, w),
        "(H == W, or H is 1)" + BESIDE,
    ),
    "parts that add up": (
        LINE, "split([2, H // 2, H - H // 2 - 2], dim = 2) -> concat(2)",
        lambda x, h: whole(x.split([2, h // 2, h - h // 2 - 2], 2)), "H at least 5",
    ),
    "pieces of five": (
        "1 3 H=16", "split(5, dim = 2) as a, b, c, d\n  concat(2) [d, c, b, a]",
        lambda x, _h: four(*x.split(5, 2)), "H 16 to 20",
    ),
    "interpolated to what it was": (
        IMAGE, "max_pool(2) -> interpolate(size = [H, W])",
        lambda x, h, w: F.interpolate(F.max_pool2d(x, 2), (h, w)), "H, W at least 2",
    ),
    "interpolated to a part": (
        IMAGE, "interpolate([H - 3, W // 2], mode = \"bilinear\", antialias = true)",
        lambda x, h, w: F.interpolate(x, (h - 3, w // 2), mode="bilinear", antialias=True),
        "H at least 4, W at least 2",
    ),
    "padded to what it was": (
        IMAGE, "max_pool(2) -> upsample(scale_factor = 2) -> pad_by([0, W - _.width, H % 2, 0])",
        lambda x, h, w: F.pad(back(x), (0, w - w // 2 * 2, h % 2, 0)), "H, W at least 2",
    ),
    "padded or cropped to eight": (
        "1 3 H=9", "pad_by([(8 - H) // 2, 8 - H - (8 - H) // 2])",
        lambda x, h: F.pad(x, ((8 - h) // 2, 8 - h - (8 - h) // 2)), "any H",
    ),
    "reflected to eight": (
        "1 3 H=6", "pad_by([(8 - H) // 2, 8 - H - (8 - H) // 2], mode = \"reflect\")",
        lambda x, h: F.pad(x, ((8 - h) // 2, 8 - h - (8 - h) // 2), "reflect"), "H at least 4",
    ),
    "gone round": (
        "1 3 H=6", "pad_by([H - 3, 4 - H], mode = \"circular\")",
        lambda x, h: round_about(x, h - 3, 4 - h), "H 3 to 7",
    ),
    "divided by another": (
        "1 3 H=16", "slice(2, 0, 64 // (H - 8))",
        lambda x, h: x[:, :, : 64 // (h - 8)], OPEN,
    ),
    "a part of both": (
        "1 2 D=2 H=4 W=3", "reshape(1, H, H, -1)",
        lambda x, _d, h, _w: x.reshape(1, h, h, -1), "2*D*W % H == 0" + BESIDE,
    ),
    "three chunks": (
        LINE, "chunk(3, dim = 2) as a, b, c\n  concat(2) [c, b, a]",
        lambda x, _h: three(*x.chunk(3, 2)), "H 3 or at least 5",
    ),
}  # fmt: skip


def round_about(x: Tensor, before: int, behind: int) -> Tensor:
    """Circular padding of what is there: where that is too little torch repeats what it finds."""
    there = x.shape[2] + min(before, 0) + min(behind, 0)
    return F.pad(x, (before, behind), "circular") if max(before, behind) <= there else x[:, :, :0]


def whole(parts: tuple[Tensor, ...]) -> Tensor:
    """Parts put together again, none of which may be empty."""
    return torch.cat(parts, 2) if all(part.numel() for part in parts) else torch.empty(0)


def three(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return torch.cat([c, b, a], 2)


def four(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    return torch.cat([d, c, b, a], 2)


@pytest.mark.parametrize("name", CASES)
def test_valid_are_the_sizes_at_which_torch_runs_the_same(name: str) -> None:
    given, body, function, words = CASES[name]
    dims = [dim.partition("=") for dim in given.split()]
    shape = ", ".join(f"{size} = {default}" if default else size for size, _, default in dims)
    text = f"model m() {{\n  input x: [{shape}]\n  {body}\n}}\n"
    valid = archc.check(archc.Source("m.arch", text)).valid_sizes
    assert str(valid) == words
    net = archc.loads(text)
    printed: dict[str, Any] = {}
    exec(archc.source(archc.Source("m.arch", text), guard=True), printed)
    guarded = printed["M"]()
    names = [size for size, _, default in dims if default]
    ran = 0
    for values in product(range(1, (41, 15, 7)[len(names) - 1]), repeat=len(names)):
        sizes = dict(zip(names, values, strict=True))
        x = torch.rand([sizes.get(dim) or int(dim) for dim, _, _ in dims])
        try:
            expected = function(x, *values)
        except REFUSALS:
            expected = None
        runs = expected is not None and expected.numel() > 0
        assert valid.contains(sizes) == runs, sizes
        if runs:
            ran += 1
            assert torch.equal(net(x), expected), sizes
            assert torch.equal(guarded(x), expected), sizes
        else:
            with pytest.raises(ValueError, match=r"(must be|needs)"):
                guarded(x)
    assert ran > 0
