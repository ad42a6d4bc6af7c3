"""Every problem that archc knows, for tests that hold for all of them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import archdsl.rules
import archir.rules
from archir.diagnostics import Problem


def problems() -> list[type[Problem]]:
    """All problem classes of both stages, in the order of their files."""
    found: list[type[Problem]] = []
    for package in (archir.rules, archdsl.rules):
        for info in iter_modules(package.__path__, f"{package.__name__}."):
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
