"""What the static pass knows while it walks: the program's files, and one declaration's names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TypeAlias

from archdsl import ast, rules
from archdsl.builtins import BUILTINS, Builtin
from archdsl.program import Declared, FileScope
from archdsl.resolve.bindings import bound_names
from archdsl.resolve.scope import Claims, Scope, Symbol
from archir.diagnostics import Diagnostics, Label, Problem, Suggestions
from archir.initialisers import FANS, INITIALISERS, InitialiserSpec
from archir.op import Op
from archir.record import Struct, fresh
from archir.registry import built_in, ops
from archir.source import Span

Meaning: TypeAlias = "Symbol | Declared | type[Op] | Builtin | InitialiserSpec | Unclear"


class Unclear:
    """The meaning of a name whose import failed: reported there, and silent from then on."""


UNCLEAR = Unclear()


class Session(Struct):
    """One pass over a program."""

    warns: bool = True
    """Whether to warn of what is not used."""

    diagnostics: Diagnostics = fresh(factory=Diagnostics)
    references: dict[Declared, list[tuple[Declared, Span]]] = fresh(factory=dict)
    used: set[tuple[FileScope, str]] = fresh(factory=set)
    signatures: dict[Declared, object] = fresh(factory=dict)
    parameters: dict[FileScope, dict[str, None]] = fresh(factory=dict)
    """Names of the parameters that a file can see, once a rule has asked for them."""

    suggest: Suggestions = fresh(factory=Suggestions)


class Context(Struct):
    """Where the walk stands: a declaration of a file, its names, and what encloses the place."""

    session: Session
    file: FileScope
    owner: Declared
    scope: Scope = fresh(factory=Scope)
    flows: bool = False
    """Whether a value flows in, so that ``_`` means something."""

    in_training: bool = False
    enclosing: list[str] = fresh(factory=list)
    """What lies around the place in its body: ``if``, ``a loop``, ``braces`` …"""

    has_flowed: bool = False
    """Whether a statement has been met that takes the current value."""

    has_input: bool = False
    outputs: dict[str, Claims] = fresh(factory=dict)
    ahead: dict[str, Symbol] = fresh(factory=dict)
    """Modules of the body that may be applied before they stand, until they do."""

    bound: dict[str, ast.Identifier] | None = None
    """All names that the declaration binds anywhere, once one is not found."""

    errors: int = 0

    def report(self, problem: Problem, span: Span, related: Sequence[Label] = ()) -> None:
        self.errors += problem.severity == "error"
        self.session.diagnostics.report(problem, span, related)

    @contextmanager
    def inside(self, what: str) -> Iterator[None]:
        """The inside of a pair of braces or brackets."""
        self.enclosing.append(what)
        with self.scope.braces():
            yield
        self.enclosing.pop()

    # --- names ----------------------------------------------------------------------------------

    def meaning(self, name: str, *, is_call: bool = False) -> Meaning | None:
        """What a name stands for here; None for nothing at all.

        Where an op and a function share a name, the function is meant if it is called in an
        expression, and the op otherwise.
        """
        symbol = self.scope.find(name)
        if symbol is not None:
            return symbol
        if name in self.file.names:
            return self.file.names[name]
        if name in self.file.missing:
            return UNCLEAR
        builtin = BUILTINS.get(name)
        general = ops()[name] if name in built_in() else INITIALISERS.get(name)
        known = (builtin or general) if is_call else (general or builtin)
        # What packages add comes last: to look for it takes time.
        return known or self.ahead.get(name) or ops().get(name)

    def use(self, symbol: Symbol, span: Span) -> None:
        """Note that a name of the body or a parameter is used."""
        twin: Symbol | None = symbol
        while twin is not None and not twin.is_used:
            twin.is_used = True
            twin = twin.twin
        if symbol.is_training and not self.in_training:
            label = Label(symbol.span, "it is made here, in training alone")
            self.report(rules.named.TrainingOnly(symbol.name), span, (label,))

    def refer(self, name: str, declared: Declared, span: Span) -> None:
        """Note that the declaration at hand needs another."""
        self.session.used.add((self.file, name))
        self.session.references.setdefault(self.owner, []).append((declared, span))

    def bind(self, symbol: Symbol) -> None:
        """Bind a name of the body, unless it is bound already."""
        if symbol.name == "_":
            return
        first = self.scope.clash(symbol.name)
        if first is not None:
            label = Label(first.span, "it is bound here first")
            self.report(rules.named.AlreadyNamed(symbol.name), symbol.span, (label,))
            return
        symbol.is_training = self.in_training and symbol.kind == "value"
        symbol.twin = self.scope.values.get(symbol.name)
        self.scope.bind(symbol)

    def unknown(self, name: ast.Name) -> None:
        """Report a name that means nothing here, and say what was likely meant."""
        text = name.text
        ended = self.scope.ended.get(text)
        if ended is not None:
            note = f"{text} lives to the end of the braces in which it is bound"
            label = Label(ended.span, "it is bound here")
            self.report(rules.names.UnknownName(text, None, note), name.span, (label,))
            return
        if self.bound is None:
            self.bound = {n.text: n for n in reversed(list(bound_names(self.owner.node)))}
        later = self.bound.get(text)
        if later is not None:
            label = Label(later.span, "it is bound here")
            note = "a name can be used only after it is bound"
            self.report(rules.names.UnknownName(text, None, note), name.span, (label,))
            return
        if text in FANS:
            note = f"{text} is known in the arguments of an initialiser alone"
            self.report(rules.names.UnknownName(text, None, note), name.span)
            return
        near = self.session.suggest(text, self.visible())
        if near is None or near.casefold() != text.casefold():
            from archir.synonyms import synonym  # a right file has no need of it

            near = synonym(text) or near
        self.report(rules.names.UnknownName(text, near), name.span)

    def visible(self) -> Collection[str]:
        """All names that could stand here."""
        if self.session.suggest.left <= 0:
            return ()
        names = chain(self.scope.names(), self.file.names, ops(), BUILTINS, INITIALISERS)
        return dict.fromkeys(names)
