"""Results for a person: the line of a check, and the card of a build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archc.render.characters import columns, printable
from archc.render.style import Style
from archir.check.summary import ModelSummary, show_input
from archir.sizes.words import describe, in_training

GAP = "    "


def check_line(model: ModelSummary, width: int, style: Style) -> str:
    """``vgg16    ok    image [N, 3, H = 224, W = 224] -> [N, 1000]    138,357,544 parameters``."""
    inputs = ", ".join(show_input(port, model.sizes) for port in model.inputs)
    outputs = ", ".join(str(port) for port in model.outputs if not port.when_training)
    flow = printable(f"{inputs} -> {outputs}", style.encoding)
    verdict = style.paint("ok", "good")
    parts = [_padded(model.name, width, style), verdict, flow, _count(model)]
    if model.sizes:
        parts.append(printable(valid_sizes(model), style.encoding))
    return GAP.join(parts)


def valid_sizes(model: ModelSummary) -> str:
    """``H, W at least 32``, and what training asks where that is more."""
    text = describe(model.valid_sizes)
    training = in_training(model.valid_sizes, model.training_sizes)
    return text if training is None else f"{text} (in training {training})"


def failed_line(name: str, width: int, style: Style) -> str:
    """``vgg16    wrong``."""
    return f"{_padded(name, width, style)}{GAP}{style.paint('wrong', 'error')}"


def card(
    model: ModelSummary,
    written: Sequence[str],
    settings: Iterable[str],
    costs: Iterable[tuple[str, str]],
    style: Style,
) -> str:
    """What was built: the model, what goes in and comes out, what it costs, and the files."""
    title = style.paint(printable(model.name, style.encoding), "strong")
    doc = printable(model.doc.strip().split("\n")[0], style.encoding)
    rows = [title + (f"{GAP}{doc}" if doc else ""), ""]
    ports = [show_input(port, model.sizes) for port in model.inputs]
    outputs = [f"{port}{' when training' if port.when_training else ''}" for port in model.outputs]
    training = in_training(model.valid_sizes, model.training_sizes)
    for name, values in (
        ("input", ports),
        ("output", outputs),
        ("settings", list(settings)),
        ("parameters", [_count(model).partition(" ")[0]]),
        *((name, [value]) for name, value in costs),
        ("sizes", [describe(model.valid_sizes)] if model.sizes else []),
        ("in training", [] if training is None else [training]),
        ("wrote", list(written)),
    ):
        for index, value in enumerate(values):
            head = "" if index else name
            rows.append(f"  {head:<12}{printable(value, style.encoding)}")
    return "\n".join(rows) + "\n"


def _count(model: ModelSummary) -> str:
    return f"{model.parameters:,} parameter{'' if model.parameters == 1 else 's'}"


def _padded(text: str, width: int, style: Style) -> str:
    shown = printable(text, style.encoding)
    return shown + " " * (width - columns(text, style.encoding))
