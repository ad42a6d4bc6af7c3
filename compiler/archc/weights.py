"""Weights for a module that is there: ``archc.load_weights``, and what it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.errors import ToolError, WeightsError
from archir.record import Record
from archir.state import MATCHES, Entry, Match, Matching, Pair

if TYPE_CHECKING:
    from torch import nn

    from archc.torch.weights import Weights


class WeightsReport(Record):
    """How weights fitted a model. ``str()`` is a table of it.

    An ``Entry`` has a ``key``, a ``shape`` and a ``dtype``; a ``Pair`` has the entry of the
    ``model`` and the entry of the ``file``.
    """

    source: str
    """Where the weights come from."""

    match: Match
    matching: Matching

    @property
    def loaded(self) -> tuple[Pair, ...]:
        """What the file has for the model."""
        return self.matching.loaded

    @property
    def mismatched(self) -> tuple[Pair, ...]:
        """Keys of both, with another shape or another kind of number in each."""
        return self.matching.mismatched

    @property
    def missing(self) -> tuple[Entry, ...]:
        """Entries of the model that the file lacks."""
        return self.matching.missing

    @property
    def unexpected(self) -> tuple[Entry, ...]:
        """Entries of the file that the model lacks."""
        return self.matching.unexpected

    @property
    def complete(self) -> bool:
        """Whether the file and the model have the same keys and shapes."""
        return self.matching.is_exact

    def __str__(self) -> str:
        from archc.render.style import Style
        from archc.render.weights import weights_table

        return weights_table(self.source, self.match, self.matching, Style()).rstrip("\n")


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
    from archc.torch.packages import require

    require("torch")
    from archc.torch.refusal import WeightsRefusedError, WeightsUnavailableError
    from archc.torch.weights import load, open_weights

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
