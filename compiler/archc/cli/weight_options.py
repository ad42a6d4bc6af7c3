"""The options of ``archc build`` that say which weights are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from archc.cli import options
from archc.cli.declare import Option, UsageError
from archc.request.requests import chosen_word
from archir.base.record import Record
from archir.weights.state import MATCHES, Match

if TYPE_CHECKING:
    from archc.render.weights import WeightsReport
    from archir.graph.typed import TypedGraph


class Chosen(Record):
    """What the options say. None where one is not given."""

    seed: int | None
    source: str | None
    match: Match | None
    allow_pth: bool

    @property
    def is_given(self) -> bool:
        return self.allow_pth or (self.seed, self.source, self.match) != (None, None, None)

    def make(self, typed: TypedGraph) -> tuple[Callable[[Path], None], WeightsReport | None]:
        """What writes the weights, and how those of a file fitted."""
        from archc.api.weights import weights_writer

        seed = options.DEFAULT_SEED if self.seed is None else self.seed
        return weights_writer(typed, seed, self.source, self.match or "all", self.allow_pth)


def _match(word: str) -> Match:
    chosen_word(word, MATCHES, "way to match")
    return "all" if word == "all" else "backbone"


def checked(chosen: Chosen, wanted: bool) -> Chosen:
    """The options, unless they are of no use."""
    if chosen.is_given and not wanted:
        raise UsageError(
            "--seed, --weights, --weights-match and --allow-pth say which weights are written",
            "--emit weights writes them",
        )
    if chosen.source is None and (chosen.match is not None or chosen.allow_pth):
        raise UsageError(
            "--weights-match and --allow-pth say how weights are read", "--weights FILE names them"
        )
    return chosen


WEIGHTS_OPTIONS = (
    options.SEED,
    Option(
        "--weights",
        "weights",
        "Weights to take in the place of initial ones: a safetensors file, or torchvision:NAME"
        " for what torchvision publishes.",
        metavar="FILE",
    ),
    Option(
        "--weights-match",
        "weights_match",
        "all (every key and shape must fit) or backbone (what fits is taken).",
        metavar="MODE",
        read=_match,
    ),
    Option(
        "--allow-pth",
        "allow_pth",
        "Let --weights be a file of torch.save, of which tensors alone are read.",
    ),
)
"""The options of a command that writes weights."""
