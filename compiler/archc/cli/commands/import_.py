"""``archc import``: from a module of torch to text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc.cli import guard, streams
from archc.cli.declare import Command, Operand, Option
from archc.cli.python_values import INPUTS
from archc.cli.python_values import arguments as python_arguments
from archc.output import writing

if TYPE_CHECKING:
    from archc.importing.whole import Given


def import_(target: str, inputs: list[Given], arguments: dict[str, Any], output: str | None) -> int:
    """Write what TARGET makes in the language: a module of torch becomes a model.

    TARGET is imported and called, so its code runs: a callable as torchvision.models.resnet18 or
    mypackage.nets:Net, timm:NAME, a class of configurations of transformers, or hf:config.json,
    the file of one. The text is printed only where it is proven to be the same
    network: the same keys, outputs and gradients, bit by bit, at the given sizes and at two others.
    What is known of it is said on standard error. A Darknet .cfg or
    an Ultralytics .yaml file is read, and no code runs.
    """
    from archc.api.configs import ENDINGS, from_config

    if target.endswith(ENDINGS):
        _print(from_config(target), output)
        return guard.OK
    from archc.api.importing import from_callable

    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # behind what is installed: no file here can stand in for torch
    made = from_callable(target, inputs, arguments)
    _print(str(made), output)
    sys.stderr.write(f"{made.report}\n")
    return guard.OK


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
    ),
)
