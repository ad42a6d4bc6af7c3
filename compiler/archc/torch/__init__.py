"""A live ``nn.Module`` from a checked model.

Importing this package does not import torch; making a module does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archir.base.optional import PackageMissingError, TorchMissingError, require
from archir.graph.bulk import require as require_bulk

if TYPE_CHECKING:
    from torch import nn

    from archir.graph.typed import TypedGraph

__all__ = ["PackageMissingError", "TorchMissingError", "module"]

MOST_STEPS = 100_000
"""Steps of a module, each block's for each of its uses; published networks have about 1,000."""


def module(
    typed: TypedGraph,
    seed: int | None = None,
    device: str | None = None,
    *,
    is_filled: bool = False,
) -> nn.Module:
    """The model as a live ``nn.Module``, with the initial weights that its text asks for.

    Its state-dict keys are the labels of the text. It is constructed under torch's current
    device, dtype and random state: one seed gives the same weights each time. With several
    outputs a named tuple comes back, with one the tensor itself; outputs ``when training`` come
    back in training mode alone.

    With a ``seed`` the weights are those that follow ``torch.manual_seed(seed)``, and the random
    state stays as it was.

    With ``is_filled`` all of its weights are about to be replaced: they are not drawn, and no
    random number is used up. Nor are they on the device ``meta``.

    Raises ``TorchMissingError`` where torch is not installed, and ``ModelTooLargeError`` for a
    model of more steps than a module can have.
    """
    require("torch")
    require_bulk(typed, "a live module", MOST_STEPS)
    from archc.torch.build import build
    from archc.torch.skipping import built_on

    with built_on(device, is_filled):
        if seed is None:
            return build(typed)
        from archc.torch.rng import seeded

        with seeded(seed):
            return build(typed)
