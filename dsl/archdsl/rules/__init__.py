"""The problems that reading a file, finding its names and building its model can meet.

A file without problems needs none of these classes, and making them takes longer than reading the
file. So ``rules.syntax.MissingArrow``, after ``from archdsl import rules``, imports the module when
the problem is met; a module of the package that is imported in the usual way works as ever.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archdsl.rules import brackets as brackets
    from archdsl.rules import editions as editions
    from archdsl.rules import habits as habits
    from archdsl.rules import syntax as syntax
    from archdsl.rules import text as text

_MODULES = frozenset({"brackets", "editions", "habits", "syntax", "text"})


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
