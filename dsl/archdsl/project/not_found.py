"""What is said of a name that is imported from a file which does not declare it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl import rules
from archdsl.project.locate import EXAMPLES, example_names, libraries, library_names
from archdsl.project.program import Declared
from archir.base.diagnostics import Problem, Suggestions

_FEW = 12
"""So many names of a file are listed where one is asked for that is none of them."""

_SHORTEST = 4


def not_found(
    name: str,
    shown: str,
    own: Mapping[str, Declared],
    passed_on: Mapping[str, str | tuple[str, ...]],
    suggest: Suggestions,
) -> tuple[Problem, str | None]:
    """The problem with a name that the file which is ``shown`` so does not declare, and the one of
    its ``own`` names that was likely meant.
    """
    source = passed_on.get(name)
    comes_from = ".".join(source) if isinstance(source, tuple) else source
    beside = _beside(shown)
    elsewhere = beside.get(name)
    meant = near = suggest(name, own) or _longer(name, own)
    if near is None and elsewhere is None:
        near = suggest(name, beside)
        elsewhere = None if near is None else beside[near]
    is_example = shown.startswith(f"{EXAMPLES}.")
    few = () if is_example or len(own) > _FEW else tuple(own)
    return rules.imports.UnknownImport(name, shown, near, comes_from, elsewhere, few), meant


def _longer(word: str, known: Iterable[str]) -> str | None:
    """The only known name of which a word is the beginning, or which is its beginning."""
    plain = word.casefold()
    if len(plain) < _SHORTEST:
        return None
    near = [each for each in known if len(each) >= _SHORTEST and _begins(plain, each.casefold())]
    return near[0] if len(near) == 1 else None


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _beside(shown: str) -> dict[str, str]:
    """Of names that stand in the same room as a file, the file of each that declares it."""
    if shown.startswith(f"{EXAMPLES}."):
        return {name: f"{EXAMPLES}.{name}" for name in example_names()}
    return library_names() if shown in libraries() else {}
