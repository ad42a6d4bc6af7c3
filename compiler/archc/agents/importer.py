"""From other programs' networks to text. Their code runs only where the server's user allows it.

What is allowed are packages: a callable is run where its package is one of them *and* it is
defined there, so that ``torchvision.io.os.system`` is no way to another. What such a package's own
functions do with numbers and words is its own affair; strings that could be paths are refused.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeAlias

from archc.agents.answers import ImportAnswer
from archc.agents.folder import Folder
from archc.errors import SettingError

Given: TypeAlias = "int | float | bool | str | list[int | float | bool | str]"

_WORD = re.compile(r"[\w+-]+(\.[\w+-]+)*")
"""What a string argument may be: a name, with no way to be a path or an address."""


class NotAllowedError(PermissionError):
    """Code would run that nobody has allowed to. ``hint`` says who can."""

    def __init__(self, message: str, package: str) -> None:
        super().__init__(message)
        self.hint = f"whoever starts the server allows it: archc mcp --import {package}"


class Importer:
    """What may be imported: files of the folder, and callables of these packages."""

    def __init__(self, folder: Folder, packages: Iterable[str]) -> None:
        self.folder = folder
        self.packages = frozenset(packages)
        here = str(folder.root)
        if self.packages and here not in sys.path:
            sys.path.append(here)  # behind what is installed: no file here stands in for torch

    def import_(
        self,
        target: Annotated[
            str,
            "An .onnx, Darknet .cfg or Ultralytics .yaml file of the folder; or, of a package that"
            " is allowed, a callable as torchvision.models.resnet18, or timm:NAME.",
        ],
        inputs: Annotated[
            list[str] | None,
            "Of a callable or an .onnx file: what its forward takes, as 1x3x224x224 or 1x16:int64.",
        ] = None,
        arguments: Annotated[
            dict[str, int | float | bool | str | list[int | float | bool | str]] | None,
            "Of a callable: its keyword arguments.",
        ] = None,
    ) -> ImportAnswer:
        """A network of another program as text in the language, checked or proven to be equal."""
        from archc.api.foreign.configs import ENDINGS, from_config
        from archc.api.importing import described

        if target.endswith(".onnx") and not arguments:
            from archc.api.foreign.onnx import from_onnx

            path = os.path.relpath(self.folder.inside(target))
            made = from_onnx(path, [described(each) for each in inputs or []])
            return {"ok": True, "text": str(made), "report": str(made.report)}
        if target.endswith(ENDINGS):
            if inputs or arguments:
                raise SettingError("a file is read as it is, and takes no inputs and no arguments")
            file = self.folder.inside(target)
            return {"ok": True, "text": from_config(os.path.relpath(file))}
        return self._called(target, inputs or [], arguments or {})

    def _called(
        self, target: str, inputs: list[str], arguments: Mapping[str, Given]
    ) -> ImportAnswer:
        package = re.split(r"[.:]", target)[0]
        if package not in self.packages:
            raise NotAllowedError(f"{target} is code of {package}, which may not run", package)
        for name, value in arguments.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str) and not _WORD.fullmatch(each):
                    raise SettingError(
                        f"the argument {name} is no word", "numbers, truths and plain words are"
                    )
        from archc.api.importing import callable_of, described, from_callable

        given = [described(each) for each in inputs]
        if not target.startswith("timm:"):
            function, _ = callable_of(target)
            home = _home(function)
            if home not in self.packages:
                raise NotAllowedError(f"{target} is code of {home}, which may not run", home)
        made = from_callable(target, given, arguments)
        return {"ok": True, "text": str(made), "report": str(made.report)}


def _home(function: Any) -> str:
    """The package that defines a callable."""
    return str(getattr(function, "__module__", None) or type(function).__module__).split(".")[0]
