"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.cli.declare import Operand, Option, UsageError
from archc.pictures.looks import VIEWS
from archc.request.requests import (
    DTYPES,
    MAX_DIGITS,
    OPTIMIZERS,
    chosen_word,
    whole_of_text,
)
from archc.request.settings import from_texts

if TYPE_CHECKING:
    from archdsl.elaborate.limits import Limits

DEFAULT_SEED = 0
"""The seed where none is given, so that one command gives the same each time."""

MAX_SEED = 2**64 - 1
"""The largest that torch takes."""

FORMATS = ("text", "json")

OTHER_FORMATS = {"md": "markdown", "table": "text", "txt": "text", "plain": "text", "tsv": "csv"}
"""What others call formats."""


def _limits(texts: tuple[str, ...]) -> Limits | None:
    if not texts:
        return None
    from archdsl.elaborate.limits import Limits

    given: dict[str, int] = {}
    for text in texts:
        name, _equals, number = text.partition("=")
        chosen_word(name, list(Limits.names()), "limit")
        if not (number.isascii() and number.isdecimal()):
            raise UsageError(f"a limit is written {name}=NUMBER, not {text}")
        if len(number) > MAX_DIGITS:
            raise UsageError(f"the limit {name} has more than {MAX_DIGITS} digits")
        given[name] = int(number)
    return Limits(**given)


def _sizes(texts: tuple[str, ...]) -> dict[str, int]:
    given: dict[str, int] = {}
    for text in texts:
        name, _equals, number = text.partition("=")
        if not name.isidentifier() or not (number.isascii() and number.isdecimal()):
            raise UsageError(f"a size is written NAME=NUMBER, as H=64, not {text}")
        if name in given:
            raise UsageError(f"the size {name} is given twice")
        given[name] = whole_of_text(f"the size {name}", "a size", number)
    return given


def _seed(text: str) -> int:
    # Counted before it is converted: Python refuses thousands of digits.
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) <= MAX_SEED):
        raise UsageError(f"a seed is a whole number from 0 to 2 ** 64 - 1, not {text}")
    return int(text)


def printed_as(text: str, words: tuple[str, ...]) -> Option:
    """In which of these formats something is printed."""
    return Option(
        "--format",
        "form",
        text,
        metavar="FORMAT",
        default="text",
        read=lambda word: chosen_word(word, words, "format", OTHER_FORMATS),
        words=words,
    )


def view(usual: str) -> Option:
    """What a picture shows, ``usual`` unless it is given."""
    shown = "; ".join(f"{name}: {what}" for name, what in VIEWS.items())
    return Option(
        "--view",
        "view",
        f"What pictures show, {usual} unless it is given. {shown}.",
        metavar="VIEW",
        read=lambda word: None if word is None else chosen_word(word, VIEWS, "view"),
        words=tuple(VIEWS),
    )


FILE = Operand("file", "FILE")

MODEL = Option(
    "--model",
    "model",
    "The model that is meant. Without it the one named like the file, or the only one.",
    metavar="NAME",
)

SETTINGS = Option(
    "--set",
    "settings",
    "Give a parameter of the model a value, written as in the language. Repeatable.",
    metavar="NAME=VALUE",
    many=True,
    read=from_texts,
)

LIMITS = Option(
    "--limit",
    "limits",
    "Raise a limit on what a file may expand to (nodes, steps, depth, ...). Repeatable.",
    metavar="NAME=NUMBER",
    many=True,
    read=_limits,
)

SIZES = Option(
    "--size",
    "sizes",
    "Ask whether the model runs with this size of its inputs, as H=64. Repeatable.",
    metavar="NAME=NUMBER",
    many=True,
    read=_sizes,
)

SIZES_TO_RUN_AT = Option(
    "--size",
    "sizes",
    "Take this size of the inputs in the place of its default, as H=64. Repeatable.",
    metavar="NAME=NUMBER",
    many=True,
    read=_sizes,
)

BATCH = Option(
    "--batch",
    "batch",
    "How many samples at once, in the place of the batch size's default.",
    metavar="NUMBER",
    read=lambda word: None if word is None else whole_of_text("the batch", "a batch", word),
)

DTYPE = Option(
    "--dtype",
    "dtype",
    f"The dtype of parameters and activations: {', '.join(DTYPES)}.",
    metavar="DTYPE",
    default="float32",
    read=lambda word: chosen_word(word, DTYPES, "dtype"),
    words=DTYPES,
)

OPTIMIZER = Option(
    "--optimizer",
    "optimizer",
    f"What remembers numbers for each parameter: {', '.join(OPTIMIZERS)}.",
    metavar="NAME",
    default="sgd",
    read=lambda word: chosen_word(word, OPTIMIZERS, "optimizer"),
    words=OPTIMIZERS,
)

SEED = Option(
    "--seed",
    "seed",
    f"The seed of what is random; {DEFAULT_SEED} unless it is given.",
    metavar="NUMBER",
    read=_seed,
)

TRAINING = Option(
    "--training",
    "training",
    "Ask about training mode, which may need larger inputs, rather than evaluation.",
)


def _outputs(text: str) -> str:
    from archc.request.outputs import read  # few commands have need of it

    return read(text)


OUTPUTS = Option(
    "--outputs",
    "outputs",
    "In what the Python source hands back outputs that have names: a named tuple, or a dict.",
    metavar="KIND",
    default="tuple",
    read=_outputs,
)

GUARD = Option(
    "--guard",
    "guarded",
    "Have the Python source refuse inputs of sizes that are not valid when it runs.",
)

FORMAT = printed_as("How results and diagnostics are printed: text or json.", FORMATS)
