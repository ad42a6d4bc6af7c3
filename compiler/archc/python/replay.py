"""Printed source run without torch, on stand-ins that note what is done.

Source that follows the text must do what source made from the graph does. Both are run against
modules and tensors that only keep a record: which modules are made, in which order, with which
arguments and under which names; which initial weights are drawn; what ``forward`` calls. The
records must be equal.

What a text may say, and what it can reach, stands in ``archc.python.allowed``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from archc.python import allowed
from archc.python.library import Library
from archc.python.standins import Defaults, Record, Stage, Tensor, shown


class ReplayError(Exception):
    """The source does not run."""


def record(
    source: str, build: str, inputs: int, defaults: Defaults, library: Library | None = None
) -> Record:
    """What the module that ``build`` makes registers, draws and computes.

    What the library calls besides torch is not in the source, and recorded as torch's own is.
    """
    stage = Stage(defaults)
    names: dict[str, Any] = {
        "__name__": "replayed",
        "__builtins__": allowed.names(stage.load, stage.read),
    }
    if library is not None:
        names.update(stage.stand_in(library))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # source that Python warns of is not what we want
            code = allowed.checked(source)
        exec(code, names)
        model = eval(allowed.checked(build, "eval"), names)
        stage.trace.append(list(_registered(model, "")))
        for training in (True, False):
            for module in model.modules():
                module.training = training
            arguments = [Tensor(stage, f"input {index}") for index in range(inputs)]
            stage.trace.append(shown(model(*arguments)))
    except Exception as error:
        raise ReplayError(str(error)) from error
    return stage.trace


def _registered(module: Any, path: str) -> Iterator[tuple[str, str]]:
    """The names under which leaves and raw tensors stand, in order."""
    for name, tensor in module._tensors.items():
        yield f"{path}{name}", tensor.name
    for name, inner in module._modules.items():
        key = inner.__dict__.get("key")
        if key is not None:
            yield f"{path}{name}", key
        else:
            yield f"{path}{name}", ""
            yield from _registered(inner, f"{path}{name}.")


__all__ = ["ReplayError", "record"]
