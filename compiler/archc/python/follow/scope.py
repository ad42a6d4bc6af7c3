"""Names of one function of followed source: parameters, variables, and what has which channels."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archc.python.identifiers import Names, identifier
from archir.template import Unfollowable

Snapshot = tuple[set[str], set[str], set[str], list[dict[str, str]]]


class Variables:
    """The variables of one function. A name that nothing needs any more is given again."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.names = Names(taken)
        self.given: set[str] = set()
        self.temporaries: set[str] = set()
        self.visible: list[dict[str, str]] = [{}]

    def snapshot(self) -> Snapshot:
        """The state, for when a piece of text is translated once more."""
        visible = [dict(names) for names in self.visible]
        return set(self.names.taken), set(self.given), set(self.temporaries), visible

    def restore(self, state: Snapshot) -> None:
        """Go back to a snapshot."""
        taken, given, temporaries, visible = state
        self.names.reset(set(taken))
        self.given = set(given)
        self.temporaries = set(temporaries)
        self.visible = [dict(names) for names in visible]

    def fresh(self, wanted: str) -> str:
        """A new variable."""
        name = self.names.claim(wanted)
        self.given.add(name)
        return name

    def temporary(self, wanted: str, live: Iterable[str]) -> str:
        """A variable that is needed in the next few lines."""
        mentioned = {word for text in live for word in re.findall(r"\w+", text)}
        for name in sorted(self.temporaries):
            if name.startswith(wanted) and name not in mentioned:
                return name
        name = self.fresh(wanted)
        self.temporaries.add(name)
        return name

    def bind(self, name: str, live: Iterable[str]) -> str:
        """The variable for a name of the text; ``live`` are texts that may not change meaning."""
        plain = identifier(name)
        in_use = {text for names in self.visible for text in names.values()}
        mentioned = {word for text in live for word in re.findall(r"\w+", text)}
        if plain in self.given - self.temporaries and plain not in in_use | mentioned:
            variable = plain
        else:
            variable = self.fresh(name)
        self.visible[-1][name] = variable
        return variable

    def find(self, name: str) -> str:
        """The variable of a visible name."""
        for names in reversed(self.visible):
            if name in names:
                return names[name]
        raise Unfollowable(f"{name} is not known here")

    def open(self) -> None:
        """Enter a pair of braces."""
        self.visible.append({})

    def close(self) -> None:
        """Leave it."""
        self.visible.pop()


def mentions(text: str, name: str) -> bool:
    """Whether a name stands in an expression's text."""
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", text) is not None
