"""Files with the fixes of their problems applied, in rounds, and none of it written yet.

A fix may uncover another one, and of two that touch each other only one is applied at a time. So
the files are checked again after each round, until there is nothing left to do. A file is changed
only where it is one of those that are named, also where another one's check finds the problem.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from archdsl.project.locate import ReadFile, StrPath, read_file
from archdsl.syntax.parser import parse
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.fixes import Fix, apply, compatible
from archir.base.record import Record, Struct, fresh
from archir.base.source import Source

ROUNDS = 20
"""How often the files are checked again at most."""

CHARACTERS = 600_000
"""How many characters are checked again: so large files are checked less often."""

CheckFile = Callable[[Source, "StrPath | None", ReadFile], Diagnostics]
"""Checks a text that was read at a path; imports are read by what is given."""


class Text(Struct):
    """One named file: its text as it was read, and as it is with the fixes applied so far."""

    source: Source
    path: StrPath | None
    now: str
    applied: Counter[str] = fresh(factory=Counter)
    """How many fixes were applied of each problem."""

    is_readable: bool | None = None
    """Whether the text as it is now can be read, once that is known."""

    is_left: bool = False
    """Whether a fix made the file unreadable: then it is left as it was before."""

    @property
    def is_changed(self) -> bool:
        return self.now != self.source.text


class Fixed(Record):
    """What became of the files, and what is still wrong with them."""

    texts: tuple[Text, ...]
    found: Diagnostics


def fixed(
    files: Sequence[tuple[Source, StrPath | None]], check: CheckFile, *, unsafe: bool
) -> Fixed:
    """The files with all fixes applied, the unsafe ones too if these are wanted."""
    rounds = _Rounds([Text(source, path, source.text) for source, path in files], check, unsafe)
    return Fixed(tuple(rounds.texts), rounds.run())


class _Rounds:
    def __init__(self, texts: list[Text], check: CheckFile, unsafe: bool) -> None:
        self.texts = texts
        self.check = check
        self.unsafe = unsafe
        self.by_path = {os.path.realpath(one.path): one for one in texts if one.path is not None}

    def run(self) -> Diagnostics:
        seen: set[tuple[str, ...]] = set()
        size = sum(len(one.now) for one in self.texts)
        most = min(ROUNDS, max(3, CHARACTERS // max(size, 1)))
        while True:
            found, homes = self._checked()
            state = tuple(one.now for one in self.texts)
            if state in seen or len(seen) == most:
                return found
            seen.add(state)
            if not self._apply(found, homes):
                return found

    def _checked(self) -> tuple[Diagnostics, Mapping[Source, Text]]:
        """What is wrong now, and which file each of the texts that were checked is."""
        found = Diagnostics()
        homes: dict[Source, Text] = {}
        for one in self.texts:
            source = Source(one.source.name, one.now)
            homes[source] = one
            found.extend(self.check(source, one.path, self._read))
        return found, homes

    def _read(self, path: StrPath, most: int) -> bytes:
        one = self.by_path.get(os.path.realpath(path))
        return read_file(path, most) if one is None else one.now.encode("utf-8")[:most]

    def _apply(self, found: Diagnostics, homes: Mapping[Source, Text]) -> bool:
        """Apply what goes together; whether anything has changed."""
        fixes: dict[int, list[tuple[Fix, str]]] = {}
        for each, fix in self._fixes(found):
            one = homes.get(fix.source) or self._named(fix.source)
            if one is not None and not one.is_left:
                fixes.setdefault(self.texts.index(one), []).append((fix, each.problem.name))
        changed = [self._change(self.texts[at], some) for at, some in fixes.items()]
        return any(changed)

    def _fixes(self, found: Diagnostics) -> Iterator[tuple[Diagnostic, Fix]]:
        for each in found:
            fix = each.fix
            if fix is not None and (fix.is_safe or self.unsafe):
                yield each, fix

    def _named(self, source: Source) -> Text | None:
        """The named file that a text is, where another file has imported it."""
        one = self.by_path.get(os.path.realpath(source.name))
        return one if one is not None and one.now == source.text else None

    def _change(self, one: Text, fixes: Sequence[tuple[Fix, str]]) -> bool:
        taken = compatible(fix for fix, _ in fixes)
        after = apply(one.now, taken)
        if after == one.now:
            return False
        if one.is_readable is None:
            one.is_readable = _is_readable(one.now)
        is_readable = _is_readable(after)
        if one.is_readable and not is_readable:
            one.is_left = True
            return False
        one.is_readable = is_readable
        names = {id(fix): name for fix, name in fixes}
        one.applied.update(names[id(fix)] for fix in taken)
        one.now = after
        return True


def _is_readable(text: str) -> bool:
    return parse(Source("", text))[0] is not None
