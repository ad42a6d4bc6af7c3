"""A live ``nn.Module`` from a checked model.

Importing this package does not import torch; making a module does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from archir.typed import TypedGraph

__all__ = ["TorchMissingError", "module"]


class TorchMissingError(ImportError):
    """torch is needed and is not installed."""

    def __init__(self) -> None:
        super().__init__(
            'a live module needs torch, which is not installed: pip install "archc-lang[torch]"',
            name="torch",
        )


def module(typed: TypedGraph) -> nn.Module:
    """The model as a live ``nn.Module``, with the initial weights that its text asks for.

    Its state-dict keys are the labels of the text. It is constructed under torch's current
    device, dtype and random state: one seed gives the same weights each time. With several
    outputs a named tuple comes back, with one the tensor itself; outputs ``when training`` come
    back in training mode alone.

    Raises ``TorchMissingError`` where torch is not installed.
    """
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise TorchMissingError from None
    from archc.torch.build import build

    return build(typed)
