"""What the compiler has to say to its user: problems, the places they arise, and their severity.

A *problem* is a class: its name in kebab case says the bad thing, its fields are the facts, and
its message and hint are made from them. It lives in the ``rules/`` of the stage in which it
arises. A *diagnostic* is a problem at a place. Terminal, JSON and the editor render diagnostics;
none of them knows a problem by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar, Literal

from archir.base.record import Record, Struct, fresh, replaced
from archir.base.source import Span

if TYPE_CHECKING:
    from archir.base.fixes import Fix

Severity = Literal["error", "warning"]


class Problem(Record):
    """Base of all problems. A subclass is a record whose fields are the facts.

    ``name`` is what the user sees in brackets; the class docstring is the explanation;
    ``bad`` is a file that must raise the problem, ``good`` the same file put right.
    """

    name: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    passes_on: ClassVar[bool] = False
    """Whether all that needs what is at fault meets it too: it is said of the first alone."""

    bad: ClassVar[str]
    good: ClassVar[str]

    def message(self) -> str:
        """One sentence that says what is wrong, with the values that clash."""
        raise NotImplementedError

    def hint(self) -> str | None:
        """What to do about it, if that can be said."""
        return None

    def label(self) -> str | None:
        """A few words to stand under the place itself."""
        return None

    def where_named(self) -> Problem:
        """The same of an argument that the text names, so that no other one can be meant."""
        return self

    def fix(self, at: Diagnostic) -> Fix | None:  # noqa: ARG002
        """The edits that put it right, where there is one thing to do."""
        return None


def modules_on_use(package: str) -> Callable[[str], ModuleType]:
    """The ``__getattr__`` of a package of problems, which imports a module when it is named."""

    def module(name: str) -> ModuleType:
        path = f"{package}.{name}"
        try:
            return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    return module


class OwnOpError(RuntimeError):
    """An installed package that adds ops is at fault: not the input, and not the compiler."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Label(Record):
    """A further place that has to do with a problem, and what it has to do with it."""

    span: Span
    text: str


class Diagnostic(Record):
    """A problem at a place. ``related`` holds all the other places that contribute.

    ``advice`` is what to do here, where more is known than the problem itself can say, and
    ``repair`` the edits that do it.
    """

    problem: Problem
    span: Span
    related: tuple[Label, ...] = ()
    advice: str | None = None
    repair: Fix | None = None
    occasion: int = 0
    """Which run over its place found it: a place in a block, or in a loop, has many."""

    times: int = 1
    """How many runs found such a thing there, this one included."""

    @property
    def fix(self) -> Fix | None:
        """The edits that put it right, where there is one thing to do."""
        if self.times > 1:  # what is right for these values may be wrong for others
            return None
        return self.problem.fix(self) if self.repair is None else self.repair

    @property
    def hint(self) -> str | None:
        """What to do about it, if that can be said."""
        return self.problem.hint() if self.advice is None else self.advice

    @property
    def severity(self) -> Severity:
        return self.problem.severity

    @property
    def is_error(self) -> bool:
        return self.problem.severity == "error"


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a message: the first ones, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


COMPARISONS = 100_000
"""How many words are compared for suggestions: in a large file that takes a while."""


class Suggestions:
    """What was likely meant by each of many words, as long as such help is affordable."""

    def __init__(self, comparisons: int = COMPARISONS) -> None:
        self.left = comparisons

    def __call__(self, word: str, known: Collection[str]) -> str | None:
        if self.left <= 0:
            return None
        self.left -= len(known)
        return nearest(word, known)


class Diagnostics(Struct):
    """A stage's collector. Stages report and go on; the caller asks whether to stop."""

    items: list[Diagnostic] = fresh(factory=list)
    _seen: dict[tuple[str, Span, str], Diagnostic] = fresh(factory=dict)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def has_errors(self) -> bool:
        return any(item.is_error for item in self.items)

    def report(
        self, problem: Problem, span: Span, related: Sequence[Label] = (), occasion: int = 0
    ) -> None:
        """Add a problem at a place; the same words at the same place are said once."""
        self.add(Diagnostic(problem, span, tuple(related), occasion=occasion))

    def add(self, diagnostic: Diagnostic) -> Diagnostic:
        """Add one, unless the same words stand at its place already; gives what stands there."""
        key = (diagnostic.problem.name, diagnostic.span, diagnostic.problem.message())
        standing = self._seen.setdefault(key, diagnostic)
        if standing is diagnostic:
            self.items.append(diagnostic)
        return standing

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)


def once_each(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """One diagnostic for each thing that is wrong at a place, whatever the values of further runs.

    Several of one kind that one run has found at a place are different things.
    """
    first: dict[tuple[str, Span], Diagnostic] = {}
    runs: dict[tuple[str, Span], set[int]] = {}
    kept: list[Diagnostic] = []
    for item in found:
        key = (item.problem.name, item.span)
        leader = first.setdefault(key, item)
        runs.setdefault(key, set()).add(item.occasion)
        if leader.occasion == item.occasion:
            kept.append(item)
    for at, item in enumerate(kept):
        key = (item.problem.name, item.span)
        if item.occasion and first[key] is item and len(runs[key]) > 1:
            kept[at] = replaced(item, times=item.times + len(runs[key]) - 1)
    return kept


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was likely meant, if one is near and no other is as near."""
    from archir.base.likeness import nearest as found  # a right file has no need of it

    return found(word, known)
