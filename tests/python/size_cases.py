"""Texts that speak of sizes, each with what it means, and shapes to run it at."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Meaning = Callable[..., Tensor]
Shapes = tuple[tuple[tuple[int, ...], ...], ...]


def resampled(x: Tensor) -> Tensor:
    x = F.interpolate(x, scale_factor=0.7)
    height, width = x.shape[2:]
    return x.flatten(2).reshape(-1, 2, width, height)[:, :, : height // 2]


CASES: dict[str, tuple[str, Meaning, Shapes]] = {
    "half of what a block is given, behind a stride": (
        """
        block Half() {
          input x: [N, C, H, W]
          slice(2, 0, H // 2)
        }
        model m() {
          input x: [N, 3, H = 32, W = 32]
          max_pool(4) -> Half
        }
        """,
        lambda x: F.max_pool2d(x, 4)[:, :, : x.shape[2] // 4 // 2],
        (((1, 3, 32, 32),), ((2, 3, 64, 16),), ((3, 3, 43, 4),)),
    ),
    "the batch beside half a length": (
        """
        block Halves() {
          input x: [N, L, D]
          reshape(N * (L // 2), 2, D)
        }
        model m() {
          input x: [N, 3, L = 16]
          max_pool(2) -> transpose(1, 2) -> Halves
        }
        """,
        lambda x: F.max_pool1d(x, 2).transpose(1, 2).reshape(-1, 2, 3),
        (((1, 3, 16),), ((4, 3, 16),), ((3, 3, 8),)),
    ),
    "a block with a size in a module that is applied twice": (
        """
        block Crop(w) { slice(3, 0, w) }
        block Twice(w) { a: { crop: Crop(w) -> d: { relu } } -> _: slice(2, 0, w) }
        model m() {
          input x: [N, 4, H = 16, W = 16]
          module s = { Twice(W // 6) }
          s -> s
        }
        """,
        lambda x: x[:, :, : x.shape[3] // 6, : x.shape[3] // 6].relu(),
        (((1, 4, 16, 16),), ((2, 4, 8, 12),), ((1, 4, 7, 41),)),
    ),
    "a product of quotients": (
        """
        block Tokens() {
          input x: [N, C, H, W]
          reshape(N, C, (H // 2) * 2 * W) -> slice(2, 0, (H // 2) * (W // 2))
        }
        model m() {
          input x: [N, 2, H = 16, W = 24]
          max_pool([2, 4], stride = [2, 4]) -> Tokens
        }
        """,
        lambda x: F.max_pool2d(x, (2, 4)).flatten(2)[
            :, :, : (x.shape[2] // 2 // 2) * (x.shape[3] // 4 // 2)
        ],
        (((1, 2, 16, 24),), ((2, 2, 8, 8),), ((2, 2, 12, 44),)),
    ),
    "a size as an argument": (
        """
        block Repeated(times) { expand(-1, times, 1) }
        model m() {
          input x: [N, 1, H = 8]
          mean(2, true) -> Repeated(H)
        }
        """,
        lambda x: x.mean(2, True).expand(-1, x.shape[2], 1),
        (((1, 1, 8),), ((2, 1, 5),)),
    ),
    "a size as an argument, through blocks and as part of a block's own value": (
        """
        block Crop(length) { slice(2, 0, length) }
        block Inner(part: block) { relu -> part }
        block Outer(length) { max_pool(2) -> Inner(Crop(length // 3)) -> Inner(Crop(length // 4)) }
        model m() {
          input x: [N, 2, L = 40]
          max_pool(2) -> Outer(L)
          Outer(L // 5)
        }
        """,
        lambda x: F.max_pool1d(
            F.max_pool1d(F.max_pool1d(x, 2), 2).relu()[
                :, :, : min(x.shape[2] // 3, x.shape[2] // 4)
            ],
            2,
        )[:, :, : min(x.shape[2] // 5 // 3, x.shape[2] // 5 // 4)],
        (((1, 2, 40),), ((2, 2, 61),), ((2, 2, 200),)),
    ),
    "one block for uses in places that begin with other shapes": (
        """
        block Crop(length) { slice(2, 0, length) }
        block A(length) {
          input x: [N, C, L]
          Crop(length)
        }
        block B(length) {
          input x: [N, C, L], y: [N, C, M]
          x -> Crop(length) as short
          add [short, y -> slice(2, 0, length)]
        }
        model m() {
          input x: [N, 2, L = 30]
          max_pool(2) as half
          half -> A(L // 3) as one
          [half, x] -> B(L // 3) as two
          concat [one, two, half -> Crop(L // 3)]
        }
        """,
        lambda x: torch.cat(
            [
                F.max_pool1d(x, 2)[:, :, : x.shape[2] // 3],
                F.max_pool1d(x, 2)[:, :, : x.shape[2] // 3] + x[:, :, : x.shape[2] // 3],
                F.max_pool1d(x, 2)[:, :, : x.shape[2] // 3],
            ],
            1,
        ),
        (((1, 2, 30),), ((2, 2, 7),), ((2, 2, 100),)),
    ),
    "a shared op that is given what it reads nowhere else": (
        """
        model m() {
          input x: [N, 2, L = 32]
          module crop = slice(2, 0, L // 4)
          concat(2) [crop, max_pool(3) -> crop]
        }
        """,
        lambda x: torch.cat(
            [x[:, :, : x.shape[2] // 4], F.max_pool1d(x, 3)[:, :, : x.shape[2] // 4]], 2
        ),
        (((1, 2, 32),), ((2, 2, 9),), ((2, 2, 50),)),
    ),
    "a shared group whose first use reads the size off what flows in": (
        """
        block Twice() {
          input x: [N, C, L]
          module crop = { relu -> slice(2, 0, L // 4) }
          concat(2) [crop, max_pool(3) -> crop]
        }
        model m() {
          input x: [N, 2, L = 64]
          max_pool(2) -> Twice
        }
        """,
        lambda x: torch.cat(
            [
                F.max_pool1d(x, 2).relu()[:, :, : x.shape[2] // 2 // 4],
                F.max_pool1d(x, 6).relu()[:, :, : x.shape[2] // 2 // 4],
            ],
            2,
        ),
        (((1, 2, 64),), ((2, 2, 24),), ((2, 2, 77),)),
    ),
    "the smaller and the larger of sizes": (
        """
        model m() {
          input x: [N, 2, H = 12, W = 8]
          slice(2, 0, min(H, W, 6)) -> slice(3, 0, max(H // 4, W // 4))
        }
        """,
        lambda x: x[
            :, :, : min(x.shape[2], x.shape[3], 6), : max(x.shape[2] // 4, x.shape[3] // 4)
        ],
        (((1, 2, 12, 8),), ((2, 2, 4, 5),), ((2, 2, 5, 40),)),
    ),
    "a size that flows nowhere any more": (
        """
        model m() {
          input x: [N, 2, L = 12], y: [N, 2, K = 5]
          y -> slice(2, L - 10) as cut
          let length = cut.shape[2]
          x -> slice(2, 0, 1) -> expand(-1, -1, length)
        }
        """,
        lambda x, y: x[:, :, :1].expand(-1, -1, y[:, :, x.shape[2] - 10 :].shape[2]),
        (((1, 2, 12), (1, 2, 5)), ((2, 2, 11), (2, 2, 9)), ((2, 2, 8), (2, 2, 4))),
    ),
    "what resampling by a float made of a size": (
        """
        model m() {
          input x: [N, 2, H = 20, W = 12]
          upsample(scale_factor = 0.7)
          let height = _.height
          let width = _.width
          flatten(2) -> reshape(N, 2, width, height) -> slice(2, 0, height // 2)
        }
        """,
        resampled,
        (((1, 2, 20, 12),), ((2, 2, 90, 31),), ((2, 2, 3, 2),)),
    ),
    "loops, groups, residual, dense and brackets": (
        """
        block Unit(length) {
          input x: [N, C, L]
          residual { slice(2, 0, length) } shortcut { max_pool(1) -> slice(2, 0, length) }
          dense { inner: { relu -> slice(2, 0, length) } }
        }
        model m() {
          input x: [N, 1, L = 20]
          max_pool(2)
          repeat 3 { slice(2, 0, L // 3) }
          for step in [1, 2] { Unit(L // (3 + step)) }
          concat [for part in [L // 6, L // 6] { slice(2, 0, part) }]
        }
        """,
        lambda x: torch.cat(
            [
                dense(dense(F.max_pool1d(x, 2), x.shape[2] // 4), x.shape[2] // 5)[
                    :, :, : x.shape[2] // 6
                ]
            ]
            * 2,
            1,
        ),
        (((1, 1, 20),), ((2, 1, 9),), ((2, 1, 63),)),
    ),
}


def dense(x: Tensor, length: int) -> Tensor:
    x = 2 * x[:, :, :length]
    return torch.cat([x, x.relu()], 1)
