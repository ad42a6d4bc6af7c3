"""The options that say which weights are taken, and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from archc.cli import options
from archc.cli.declare import Option, UsageError
from archc.request.requests import chosen_word
from archir.base.record import Record
from archir.weights.taking import FITS, MATCHES, MOST_STARS, Fit, Match, Taking, is_rename

if TYPE_CHECKING:
    from archc.render.weights import WeightsReport
    from archir.graph.typed import TypedGraph


class HowTaken(Record):
    """What the options say of how weights are taken."""

    match: Match | None
    renames: dict[str, str | None]
    fits: dict[str, Fit]
    strips_prefix: bool

    @property
    def is_given(self) -> bool:
        return self.match is not None or bool(self.renames or self.fits or self.strips_prefix)

    @property
    def taking(self) -> Taking:
        return Taking(
            self.match or "all", tuple(self.renames.items()), self.fits, self.strips_prefix
        )


class Chosen(Record):
    """What the options of a build say. None where one is not given."""

    seed: int | None
    source: str | None
    said: HowTaken
    allow_pth: bool

    @property
    def is_given(self) -> bool:
        given = (self.seed, self.source) != (None, None)
        return given or self.allow_pth or self.said.is_given

    def make(self, typed: TypedGraph) -> tuple[Callable[[Path], None], WeightsReport | None]:
        """What writes the weights, and how those of a file fitted."""
        from archc.api.weights import weights_writer

        seed = options.DEFAULT_SEED if self.seed is None else self.seed
        return weights_writer(typed, seed, self.source, self.said.taking, self.allow_pth)


def _match(word: str) -> Match:
    chosen_word(word, MATCHES, "way to match")
    return "all" if word == "all" else "backbone"


def _renames(texts: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text in texts:
        pattern, equals, new = text.partition("=")
        if not equals or not pattern:
            raise UsageError(
                f"keys are mapped as OLD=NEW, not {text}", "as --weights-map 'backbone.*=*'"
            )
        if not is_rename(pattern, new):
            raise UsageError(
                f"{pattern} has at most {MOST_STARS} stars, and {new} no more than it has"
            )
        found[pattern] = new or None
    return found


def _fits(texts: tuple[str, ...]) -> dict[str, Fit]:
    found: dict[str, Fit] = {}
    for text in texts:
        key, equals, word = text.rpartition("=")
        if not equals:
            raise UsageError(f"a fit is written KEY=mean, not {text}")
        chosen_word(word, FITS, "way to fit")
        found[key] = next(fit for fit in FITS if fit == word)
    return found


def checked(chosen: Chosen, wanted: bool) -> Chosen:
    """The options, unless they are of no use."""
    if chosen.is_given and not wanted:
        raise UsageError(
            "--seed, --weights, --allow-pth and how these are taken say which weights are written",
            "--emit weights writes them",
        )
    if chosen.source is None and (chosen.said.is_given or chosen.allow_pth):
        raise UsageError(
            "--weights-match, --weights-map, --weights-fit, --strip-prefix and --allow-pth say how"
            " weights are read",
            "--weights FILE names them",
        )
    return chosen


FILE_OF_WEIGHTS = Option(
    "--weights",
    "weights",
    "Weights to take in the place of initial ones: a safetensors file, or torchvision:NAME"
    " for what torchvision publishes.",
    metavar="FILE",
)

HOW_TAKEN = (
    Option(
        "--weights-match",
        "weights_match",
        "all (every key and shape must fit) or backbone (what fits is taken).",
        metavar="MODE",
        read=_match,
    ),
    Option(
        "--weights-map",
        "weights_map",
        "Which keys of the file are which of the model, as 'backbone.*=*'; nothing behind the ="
        " leaves keys out. Repeatable.",
        metavar="OLD=NEW",
        many=True,
        read=_renames,
    ),
    Option(
        "--weights-fit",
        "weights_fit",
        "How a tensor of another shape is taken: mean, sum or repeat (a convolution with other"
        " input channels), or initial (as it is in the model). Repeatable.",
        metavar="KEY=HOW",
        many=True,
        read=_fits,
    ),
    Option(
        "--strip-prefix",
        "strip_prefix",
        "Take off what the file's keys begin with and the model's do not, as module., and open"
        " checkpoints.",
    ),
    Option(
        "--allow-pth",
        "allow_pth",
        "Let --weights be a file of torch.save, of which tensors alone are read.",
    ),
)
"""The options that say how weights are taken."""

WEIGHTS_OPTIONS = (options.SEED, FILE_OF_WEIGHTS, *HOW_TAKEN)
"""The options of a command that writes weights."""
