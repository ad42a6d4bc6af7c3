"""The options of ``archc build`` that say which weights are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archc import pipeline
from archc.cli import options
from archir.record import Record
from archir.state import MATCHES, Match

if TYPE_CHECKING:
    from archc.weights import WeightsReport
    from archir.typed import TypedGraph

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


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
        seed = options.SEED if self.seed is None else self.seed
        return pipeline.weights(typed, seed, self.source, self.match or "all", self.allow_pth)


def _match(_: click.Context, __: click.Parameter, word: str | None) -> Match | None:
    if word is None:
        return None
    options.chosen_word(word, list(MATCHES), "way to match")
    return "all" if word == "all" else "backbone"


def checked(chosen: Chosen, wanted: bool) -> Chosen:
    """The options, unless they are of no use."""
    if chosen.is_given and not wanted:
        raise options.UsageHint(
            "--seed, --weights, --weights-match and --allow-pth say which weights are written",
            "--emit weights writes them",
        )
    if chosen.source is None and (chosen.match is not None or chosen.allow_pth):
        raise options.UsageHint(
            "--weights-match and --allow-pth say how weights are read", "--weights FILE names them"
        )
    return chosen


def weights_options(function: Decorated) -> Decorated:
    """The options of a command that writes weights."""
    for option in reversed(
        (
            options.seed,
            click.option(
                "--weights",
                metavar="FILE",
                help="Weights to take in the place of initial ones: a safetensors file, or"
                " torchvision:NAME for what torchvision publishes.",
            ),
            click.option(
                "--weights-match",
                metavar="MODE",
                callback=_match,
                help="all (every key and shape must fit) or backbone (what fits is taken).",
            ),
            click.option(
                "--allow-pth",
                is_flag=True,
                help="Let --weights be a file of torch.save, of which tensors alone are read.",
            ),
        )
    ):
        function = option(function)
    return function
