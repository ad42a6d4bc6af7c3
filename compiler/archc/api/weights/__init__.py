"""Weights for a module that is there: ``archc.load_weights``, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archc.errors import ToolError, WeightsError
from archc.render.weights import WeightsReport
from archir.weights.state import AS_IT_IS
from archir.weights.taking import FITS, MATCHES, MOST_STARS, Fit, Match, Taking, is_rename

if TYPE_CHECKING:
    from archc.torch.types import nn
    from archc.torch.weight_files.read import Weights
    from archir.graph.typed import TypedGraph


def load_weights(
    net: nn.Module,
    weights: Weights,
    /,
    *,
    match: Match = "all",
    map: Mapping[str, str | None] | None = None,  # noqa: A002  (what load calls weights_map)
    fit: Mapping[str, Fit] | None = None,
    strip_prefix: bool = False,
    allow_pth: bool = False,
) -> WeightsReport:
    """Copy weights into a module, and report what was loaded.

    ``weights`` is the path of a safetensors file, ``"torchvision:VGG16_Weights.IMAGENET1K_V1"``
    for what torchvision publishes, or a state dict in hand. Files of ``torch.save`` are read with
    ``allow_pth=True`` alone, and of them tensors alone.

    With ``match="all"`` the keys and shapes must be the model's; with ``match="backbone"`` what
    fits is taken and the rest of the model stays as it is, as for a model with a new head.

    ``map`` says which keys of the file are which of the model: ``{"backbone.*": "*"}``, None for
    those that are left out. ``strip_prefix`` takes off what the keys begin with and the model's do
    not, and opens checkpoints. ``fit`` says how a tensor of another shape is taken:
    ``{"conv1.weight": "mean"}``, ``"sum"`` or ``"repeat"`` for convolutions of other input
    channels, ``"initial"`` for what keeps its initial weights.

    Raises ``WeightsError`` where the weights do not fit or cannot be read; the module is then as
    it was. Raises ``ToolError`` where published weights cannot be fetched.
    """
    return taken(net, weights, taking_of(match, map, fit, strip_prefix), allow_pth)


def taken(net: nn.Module, weights: Weights, taking: Taking, allow_pth: bool) -> WeightsReport:
    """Copy weights into a module as it is said. Raises what ``load_weights`` raises."""
    from archir.base.optional import require

    require("torch")
    from archc.torch.weight_files.read import load, open_weights
    from archc.torch.weight_files.refusal import WeightsRefusedError, WeightsUnavailableError

    name = weights if isinstance(weights, str) else getattr(weights, "name", "the weights")
    try:
        stored = open_weights(weights, allow_pth, opens=taking.strips_prefix)
        name = stored.name
        matching = load(net, stored, taking)
    except WeightsRefusedError as error:
        failed = error.matching
        report = None if failed is None else WeightsReport(name, taking.match, failed)
        raise WeightsError(error.message, error.hint, report) from None
    except WeightsUnavailableError as error:
        raise ToolError(error.message, error.hint) from None
    return WeightsReport(name, taking.match, matching)


def taking_of(
    match: str,
    renames: Mapping[str, str | None] | None,
    fits: Mapping[str, Fit] | None,
    strips_prefix: bool,
) -> Taking:
    """What is said of how weights are taken. ValueError for what cannot be said."""
    if match not in MATCHES:
        words = " or ".join(f'"{word}"' for word in MATCHES)
        raise ValueError(f"weights are matched by {words}, not by {match!r}")
    for pattern, new in (renames or {}).items():
        if not is_rename(pattern, new):
            raise ValueError(
                f"{pattern!r} has at most {MOST_STARS} stars, and {new!r} no more than it has"
            )
    for key, fit in (fits or {}).items():
        if fit not in FITS:
            words = ", ".join(f'"{word}"' for word in FITS)
            raise ValueError(f"{key} is fitted by one of {words}, not by {fit!r}")
    chosen: Match = "backbone" if match == "backbone" else "all"
    return Taking(chosen, tuple((renames or {}).items()), dict(fits or {}), strips_prefix)


def weights_writer(
    typed: TypedGraph,
    seed: int,
    source: str | None = None,
    taking: Taking = AS_IT_IS,
    allow_pth: bool = False,
) -> tuple[Callable[[Path], None], WeightsReport | None]:
    """What writes the model's weights to a file: the initial ones, with those of ``source``."""
    from archc.output.marks import ROOM
    from archc.pipeline import module
    from archc.torch.weight_files.read import writer

    net = module(typed, seed)
    report = None
    if source is not None:
        report = taken(net, source, taking, allow_pth)
    return writer(net, ROOM), report


def tell(report: WeightsReport) -> None:
    """Log what was loaded: a warning where something was not, so that it is seen unless muted."""
    import logging

    level = logging.INFO if report.complete else logging.WARNING
    logging.getLogger("archc").log(level, "%s", report)
