"""Declarations that stand in a text as they stood in an earlier one, and need nothing else now.

Of each it is kept what names were found to mean in it (``Once``). It may stand elsewhere than it
did: what is told of its places is told of where they are now, and what others need of it, its
resolved form, is the earlier one, with the places of the earlier text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from archdsl.project.program import Declared
from archdsl.resolve.context import Met, Session
from archdsl.resolve.scope import Symbol
from archir.base.diagnostics import Diagnostic
from archir.base.moving import moved
from archir.base.record import Struct, fresh, replaced
from archir.base.source import Span
from archir.program.declarations import Declaration

Home: TypeAlias = tuple[str, str]
"""A declaration by its file and its name, which are the same in the next text."""


class Once(Struct):
    """What became of a declaration."""

    made: Declaration
    references: tuple[tuple[Home, Span], ...]
    symbols: dict[Span, Symbol]
    declared: dict[Span, Home]
    bound: tuple[Symbol, ...]
    said: tuple[Diagnostic, ...]


class Again(Struct):
    """What is known of the declarations of a program, and what is learnt of them."""

    known: Mapping[int, Once]
    """Of those that need not be resolved, by the identities of their nodes."""

    made: dict[int, Once] = fresh(factory=dict)
    """Of all that are right now."""

    homes: dict[Home, Declared] = fresh(factory=dict)

    def begin(self, session: Session, declared: Iterable[Declared]) -> None:
        """Take up all that is known, for what is resolved to refer to."""
        for each in declared:
            self.homes[home(each)] = each
            once = self.known.get(id(each.node))
            if once is not None:
                session.declarations[each] = once.made

    def take(self, session: Session, declared: Declared, met: Met | None) -> bool:
        """Note of a declaration what would be found in it; False where that is not known."""
        once = self.known.get(id(declared.node))
        if once is None:
            return False
        self.made[id(declared.node)] = once
        if once.references:
            found = [(self.homes[other], span) for other, span in once.references]
            session.references[declared] = found
            session.used.update((declared.home, span.text) for _, span in found)
        old, new = once.made.span, declared.node.span
        by = new.start - old.start

        def place(span: Span) -> Span:
            return Span(new.source, span.start + by, span.end + by)

        if met is not None and new.source is old.source:  # of a file that is imported
            met.bound[declared] = list(once.bound)
        elif met is not None:
            symbols = _Symbols(place)
            met.bound[declared] = [symbols(each) for each in once.bound]
            met.symbols.update((place(at), symbols(each)) for at, each in once.symbols.items())
            met.declared.update((place(at), self.homes[of]) for at, of in once.declared.items())
        said = [moved(each, place) for each in once.said]
        session.diagnostics.extend(each for each in said if each is not None)
        return True

    def note(
        self,
        session: Session,
        declared: Declared,
        said: tuple[Diagnostic, ...],
        met: Met | None,
    ) -> None:
        """Keep what was found in a declaration, as the session has met it, and add it to all."""
        own = session.met
        assert own is not None
        if met is not None:
            met.symbols.update(own.symbols)
            met.declared.update(own.declared)
            met.bound.update(own.bound)
        places = [span for each in said for span in _places(each)]
        if all(map(declared.node.span.covers, places)):
            found = session.references.get(declared, ())
            self.made[id(declared.node)] = Once(
                session.declarations[declared],
                tuple([(home(other), span) for other, span in found]),
                own.symbols,
                {span: home(other) for span, other in own.declared.items()},
                tuple(own.bound[declared]),
                said,
            )

    def end(self, session: Session) -> None:
        """Keep nothing of what is wrong, nor where a rule has asked for all of the program."""
        if session.raw_parameters is not None:
            self.made.clear()
        for each in session.wrong:
            self.made.pop(id(each.node), None)


class _Symbols:
    """Symbols at other places, each once."""

    def __init__(self, place: Callable[[Span], Span]) -> None:
        self._place = place
        self._made: dict[int, Symbol] = {}

    def __call__(self, symbol: Symbol) -> Symbol:
        waiting = [symbol]
        while id(waiting[-1]) not in self._made and waiting[-1].twin is not None:
            waiting.append(waiting[-1].twin)
        for each in reversed(waiting):
            if id(each) not in self._made:
                twin = None if each.twin is None else self._made[id(each.twin)]
                made = replaced(each, span=self._place(each.span), twin=twin)
                self._made[id(each)] = made
        return self._made[id(symbol)]


def home(declared: Declared) -> Home:
    """A declaration by its file and its name."""
    return declared.home.file.source.name, declared.name


def _places(found: Diagnostic) -> list[Span]:
    edits = () if found.repair is None else found.repair.edits
    related = [each.span for each in found.related]
    return [found.span, *related, *[each.span for each in edits]]
