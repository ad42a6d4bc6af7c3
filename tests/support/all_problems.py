"""Every problem that archc knows, for tests that hold for all of them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import archdsl.rules
import archir.check.lints
import archir.rules
from archir.base.diagnostics import Problem

WITHOUT_A_TEXT = "archir.rules.packages"
"""What ops of installed packages report; tests/project has such packages."""


def problems() -> list[type[Problem]]:
    """All problem classes of both stages, in the order of their files."""
    found: list[type[Problem]] = []
    for package in (archir.rules, archir.check.lints, archdsl.rules):
        for info in iter_modules(package.__path__, f"{package.__name__}."):
            if info.name == WITHOUT_A_TEXT:
                continue
            module = import_module(info.name)
            found += [
                value
                for value in vars(module).values()
                if isinstance(value, type)
                and issubclass(value, Problem)
                and value.__module__ == module.__name__
                and "name" in vars(value)
            ]
    return found


PROBLEMS = problems()
SHOWN = [each for each in PROBLEMS if each.__module__ != "archir.rules.packages"]
"""Those that a text alone can raise; the others need an installed package."""
