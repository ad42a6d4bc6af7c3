"""Which of a file's models is meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from archc.errors import ModelChoiceError
from archir.base.diagnostics import nearest

if TYPE_CHECKING:
    from archdsl.elaborate import Together
    from archdsl.project.locate import StrPath
    from archdsl.project.program import Declared, Program
    from archdsl.resolve.resolved import Resolved


def choose(program: Program, wanted: str | None) -> Declared:
    """The model of that name; without one the model named like the file, else the only one."""
    models = program.models()
    shown = program.main.file.source.name
    by_name = {model.name: model for model in models}
    if not models:
        raise ModelChoiceError(
            f"{shown} has no model",
            "a file that is built has a model in it: model name(…) { … }",
        )
    if wanted is not None:
        if wanted in by_name:
            return by_name[wanted]
        near = nearest(wanted, by_name)
        hint = f"did you mean {near}?" if near else f"its models: {_listed(by_name)}"
        raise ModelChoiceError(f"{shown} has no model {wanted}", hint)
    for name in names_for(stem(program.main.path)) if program.main.path else ():
        if name in by_name:
            return by_name[name]
    if len(models) == 1:
        return models[0]
    raise ModelChoiceError(
        f"{shown} has {len(models)} models, and none is named like the file",
        f"choose one of {_listed(by_name)}",
    )


def names_for(stem: str) -> tuple[str, str]:
    """What the model of a file of that name is called: the second where the first is taken.

    >>> names_for("my-net")
    ('my_net', 'my_net_net')
    """
    name = re.sub(r"[^A-Za-z0-9_]", "_", stem)
    if not name.strip("_"):
        name = "net"
    elif name[0].isdigit():
        name = f"net_{name}"
    return name, f"{name}_net"


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = f" and {len(shown) - 20} more" if len(shown) > 20 else ""
    return ", ".join(shown[:20]) + more


def checkable(program: Resolved, together: Together | None = None) -> tuple[Declared, ...]:
    """The models and variants that stand by themselves: no parameter is left without a value.

    ``together`` is what they share, if they are compiled behind this.
    """
    from archdsl.elaborate import Together, missing_arguments

    shared = together or Together()
    models = program.models()
    return tuple(model for model in models if not missing_arguments(program, model, shared))


def stem(path: StrPath) -> str:
    """The name of a file without its folder and its ending."""
    return os.path.splitext(os.path.basename(path))[0]
