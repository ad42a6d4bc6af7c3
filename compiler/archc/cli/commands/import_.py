"""``archc import``: from a module of torch to text."""

from __future__ import annotations

import sys
from errno import EEXIST
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc.cli import guard, streams
from archc.cli.declare import Command, Operand, Option
from archc.cli.python_values import INPUTS
from archc.cli.python_values import arguments as python_arguments
from archc.errors import SettingError
from archc.output import writing

if TYPE_CHECKING:
    from archc.api.importing import ImportedText
    from archc.api.partial import PartialText
    from archc.importing.whole import Given

WITH_WEIGHTS = (".onnx", ".pt2")
"""The endings of files that have weights."""


def import_(
    target: str,
    inputs: list[Given],
    arguments: dict[str, Any],
    output: str | None,
    weights: str | None = None,
    partial: bool = False,
) -> int:
    """Write what TARGET makes in the language: a module of torch becomes a model.

    TARGET is imported and called, so its code runs: a callable as torchvision.models.resnet18 or
    mypackage.nets:Net, timm:NAME, a class of configurations of transformers, or hf:config.json,
    the file of one. The text is printed only where it is proven to be the same
    network: the same keys, outputs and gradients, bit by bit, at the given sizes and at two others.
    What is known of it is said on standard error. An .onnx file is read, and its text proven to
    give what it gives; so is a .pt2 file of torch.export. A Darknet .cfg or an Ultralytics .yaml
    file is read, and no code runs.
    """
    from archc.api.foreign.configs import ENDINGS, from_config

    if target.endswith(WITH_WEIGHTS):
        return _with_weights(target, inputs, output, weights)
    if weights is not None:
        raise SettingError(f"weights are those of an .onnx or .pt2 file, and {target} is none")
    if target.endswith(ENDINGS):
        _print(from_config(target), output)
        return guard.OK
    from archc.api.importing import from_callable

    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # behind what is installed: no file here can stand in for torch
    made: ImportedText | PartialText
    if partial:
        from archc.api.partial import parts_of_callable

        made = parts_of_callable(target, inputs, arguments)
    else:
        made = from_callable(target, inputs, arguments)
    _print(str(made), output)
    sys.stderr.write(f"{made.report}\n")
    return guard.OK


def _with_weights(target: str, inputs: list[Given], output: str | None, weights: str | None) -> int:
    from archc.api.foreign.onnx import from_onnx
    from archc.api.foreign.programs import ENDING, from_program
    from archc.api.foreign.weighted import file_weights_writer

    made = (from_program if target.endswith(ENDING) else from_onnx)(target, inputs)
    if weights is None:
        _print(made, output)
    else:
        written: dict[Path, writing.Content] = {Path(weights): file_weights_writer(made)}
        if output is not None:
            written[Path(output)] = str(made)
        writing.write_all(written, _none_there)
        if output is None:
            streams.document(made)
    sys.stderr.write(f"{made.report}\n")
    return guard.OK


def _none_there(there: list[Path]) -> None:
    for path in there:
        raise FileExistsError(EEXIST, "there is a file of that name", str(path))


def _print(text: str, output: str | None) -> None:
    if output is None:
        streams.document(text)
    else:
        writing.write_new(Path(output), text)


command = Command(
    import_,
    Operand("target", "TARGET"),
    (
        INPUTS,
        Option(
            "--set",
            "arguments",
            "A keyword argument of the callable, written as in Python. Repeatable.",
            metavar="NAME=VALUE",
            many=True,
            read=python_arguments,
        ),
        Option("-o", "output", "Write to this file, which must not be there.", metavar="FILE"),
        Option(
            "--partial",
            "partial",
            "Where not all of it can be said, a model for each of the largest parts that can be.",
        ),
        Option(
            "--weights",
            "weights",
            "Of an .onnx or .pt2 file: write its weights to this file, which must not be there.",
            metavar="FILE",
        ),
    ),
)
