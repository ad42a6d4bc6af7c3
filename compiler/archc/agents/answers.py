"""What answers look like: their types are the JSON schemas that a client is told.

Keys without a value are left out, so that answers stay small; ``ok`` is always there.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12


class TextRange(TypedDict):
    """A range of a text: lines and columns count from 1, in characters; the end is behind it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Replacement(TypedDict):
    """What stands in the place of what. An empty ``old`` is put in at the place."""

    place: TextRange
    old: str
    text: str


class Remedy(TypedDict):
    """Edits that put a mistake right, all or none; a safe one needs nobody to look at it."""

    message: str
    safe: bool
    edits: list[Replacement]


class Remark(TypedDict):
    """Another place that has to do with a mistake, and what is there."""

    place: TextRange
    text: str


class Finding(TypedDict):
    """What is wrong. Without a place it is in what was asked, not in a text."""

    name: str
    severity: str
    message: str
    hint: NotRequired[str]
    place: NotRequired[TextRange]
    related: NotRequired[list[Remark]]
    fix: NotRequired[Remedy]


class Answer(TypedDict):
    """What all answers have. ``left_out`` counts findings that are not said."""

    ok: bool
    diagnostics: NotRequired[list[Finding]]
    left_out: NotRequired[int]


class ModelFacts(TypedDict):
    """A model in a few facts, in the words of ``archc check``."""

    name: str
    ok: bool
    inputs: NotRequired[list[str]]
    outputs: NotRequired[list[str]]
    parameters: NotRequired[int]
    valid_sizes: NotRequired[str]


class CheckAnswer(Answer):
    """The models of a text. ``text`` is there where safe fixes were asked for and changed it."""

    models: NotRequired[list[ModelFacts]]
    models_left_out: NotRequired[int]
    text: NotRequired[str]


class CostRow(TypedDict):
    """One line of a table; ``count`` equal ones are folded into it. Shapes are at the sizes."""

    path: str
    op: str
    count: int
    output: str
    parameters: int
    macs: int


class SummaryAnswer(Answer):
    """What a model costs at the sizes: numbers, and bytes of memory."""

    model: NotRequired[ModelFacts]
    sizes: NotRequired[dict[str, int]]
    parameters: NotRequired[int]
    macs: NotRequired[int]
    parameter_bytes: NotRequired[int]
    inference_bytes: NotRequired[int]
    training_bytes: NotRequired[int]
    rows: NotRequired[list[CostRow]]
    rows_left_out: NotRequired[int]


class SizesAnswer(Answer):
    """At which sizes a model runs. ``exact`` is false where some conditions are tried only."""

    model: NotRequired[str]
    defaults: NotRequired[dict[str, int]]
    valid_sizes: NotRequired[str]
    training_sizes: NotRequired[str]
    exact: NotRequired[bool]
    runs: NotRequired[bool]
    nearest: NotRequired[dict[str, int]]


class ChangeFacts(TypedDict):
    """One thing that differs: its kind, what it was and is, and where."""

    kind: str
    before: str
    after: str
    paths: list[str]
    places: list[TextRange]


class Measured(TypedDict):
    """A number of both models."""

    name: str
    before: int
    after: int


class KeyCounts(TypedDict):
    """How many entries of the state dict are so."""

    kept: int
    renamed: int
    reshaped: int
    added: int
    gone: int


class DiffAnswer(Answer):
    """What differs between two models."""

    equal: NotRequired[bool]
    changes: NotRequired[list[ChangeFacts]]
    changes_left_out: NotRequired[int]
    facts: NotRequired[list[Measured]]
    keys: NotRequired[KeyCounts]


class ExplainAnswer(Answer):
    """What a word is: a ``problem``, an ``op`` or a ``block``; without a word, which there are."""

    kind: NotRequired[str]
    name: NotRequired[str]
    doc: NotRequired[str]
    signature: NotRequired[str]
    example: NotRequired[str]
    wrong: NotRequired[str]
    said: NotRequired[str]
    right: NotRequired[str]
    ops: NotRequired[list[str]]
    blocks: NotRequired[dict[str, list[str]]]


class ExampleLine(TypedDict):
    """An example by its name and what it says that it is."""

    name: str
    title: str


class ExamplesAnswer(Answer):
    """The text of an example, or which there are."""

    name: NotRequired[str]
    text: NotRequired[str]
    examples: NotRequired[list[ExampleLine]]
    examples_left_out: NotRequired[int]


class DrawAnswer(Answer):
    """A picture as a text."""

    form: NotRequired[str]
    picture: NotRequired[str]


class ImportAnswer(Answer):
    """A text, and what is proven of it."""

    text: NotRequired[str]
    report: NotRequired[str]
