"""Weights for a module that is there: ``archc.load_weights``, and what it reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from archc.errors import ToolError, WeightsError
from archc.render.weights import WeightsReport
from archir.weights.state import MATCHES, Match

if TYPE_CHECKING:
    from archc.torch.types import nn
    from archc.torch.weight_files.read import Weights
    from archir.graph.typed import TypedGraph


def load_weights(
    net: nn.Module, weights: Weights, /, *, match: Match = "all", allow_pth: bool = False
) -> WeightsReport:
    """Copy weights into a module, and report what was loaded.

    ``weights`` is the path of a safetensors file, ``"torchvision:VGG16_Weights.IMAGENET1K_V1"``
    for what torchvision publishes, or a state dict in hand. Files of ``torch.save`` are read with
    ``allow_pth=True`` alone, and of them tensors alone.

    With ``match="all"`` the keys and shapes must be the model's; with ``match="backbone"`` what
    fits is taken and the rest of the model stays as it is, as for a model with a new head.

    Raises ``WeightsError`` where the weights do not fit or cannot be read; the module is then as
    it was. Raises ``ToolError`` where published weights cannot be fetched.
    """
    check_match(match)
    from archir.base.optional import require

    require("torch")
    from archc.torch.weight_files.read import load, open_weights
    from archc.torch.weight_files.refusal import WeightsRefusedError, WeightsUnavailableError

    name = weights if isinstance(weights, str) else getattr(weights, "name", "the weights")
    try:
        stored = open_weights(weights, allow_pth)
        name = stored.name
        matching = load(net, stored, match)
    except WeightsRefusedError as error:
        failed = error.matching
        report = None if failed is None else WeightsReport(name, match, failed)
        raise WeightsError(error.message, error.hint, report) from None
    except WeightsUnavailableError as error:
        raise ToolError(error.message, error.hint) from None
    return WeightsReport(name, match, matching)


def weights_writer(
    typed: TypedGraph,
    seed: int,
    source: str | None = None,
    match: Match = "all",
    allow_pth: bool = False,
) -> tuple[Callable[[Path], None], WeightsReport | None]:
    """What writes the model's weights to a file: the initial ones, with those of ``source``."""
    from archc.output.marks import ROOM
    from archc.pipeline import module
    from archc.torch.weight_files.read import writer

    net = module(typed, seed)
    report = None
    if source is not None:
        report = load_weights(net, source, match=match, allow_pth=allow_pth)
    return writer(net, ROOM), report


def check_match(match: str) -> None:
    """ValueError unless it is a way to match."""
    if match not in MATCHES:
        words = " or ".join(f'"{word}"' for word in MATCHES)
        raise ValueError(f"weights are matched by {words}, not by {match!r}")


def tell(report: WeightsReport) -> None:
    """Log what was loaded: a warning where something was not, so that it is seen unless muted."""
    import logging

    level = logging.INFO if report.complete else logging.WARNING
    logging.getLogger("archc").log(level, "%s", report)
