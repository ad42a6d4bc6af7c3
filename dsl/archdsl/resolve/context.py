"""What the static pass knows while it walks: the program's files, and one declaration's names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TypeAlias

from archdsl import rules
from archdsl.project.program import Declared, FileScope
from archdsl.resolve.scope import Claims, Frame, NameScope, Symbol
from archdsl.tree import ast
from archdsl.tree.walk import nodes
from archir.base.diagnostics import Diagnostics, Label, Problem, Suggestions
from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.catalogue.registry import built_in, ops
from archir.init.initialisers import GIVEN, InitialiserSpec
from archir.op.binding import Signature
from archir.op.contract import Op
from archir.program.builtins import BUILTINS, Builtin
from archir.program.declarations import Declaration
from archir.program.expressions import Refused, Target
from archir.program.nodes import Expr
from archir.program.statements import Labelling, ModuleStatement, Statement

Meaning: TypeAlias = "Symbol | Declared | type[Op] | Builtin | InitialiserSpec | Unclear"


class Unclear:
    """The meaning of a name whose import failed: reported there, and silent from then on."""


UNCLEAR = Unclear()


def nothing(span: Span) -> Expr:
    """What stands where a mistake has been reported: nobody evaluates it."""
    return Refused(span)


class Labels(Struct):
    """What the text of a scope of children says of labels; ``spliced`` as ``Labelling`` has it."""

    own: bool = False
    spliced: list[Expr] = fresh(factory=list)

    def at(self, span: Span) -> Labelling:
        """As the resolved program has it."""
        return Labelling(span, self.own, tuple(self.spliced))


class Met(Struct):
    """What names were found to mean, for who asks about places: an editor."""

    symbols: dict[Span, Symbol] = fresh(factory=dict)
    """What is bound in bodies, by the places of the names that mean it."""

    declared: dict[Span, Declared] = fresh(factory=dict)
    """The same for what files declare."""

    bound: dict[Declared, list[Symbol]] = fresh(factory=dict)
    """All that each declaration binds, in the order of the text."""


class Session(Struct):
    """One pass over a program."""

    statement: Callable[[Context, ast.Statement], Statement]
    """Resolves one statement: what braces hold is in no other way a matter of stages."""

    warns: bool = True
    """Whether to warn of what is not used."""

    met: Met | None = None
    """Where it is noted what names mean, if somebody asks."""

    mistakes: tuple[Span, ...] = ()
    """Where the texts of files are wrong."""

    files: tuple[FileScope, ...] = ()
    """All files of the program."""

    diagnostics: Diagnostics = fresh(factory=Diagnostics)
    declarations: dict[Declared, Declaration] = fresh(factory=dict)
    """All that have been referred to, or resolved."""

    references: dict[Declared, list[tuple[Declared, Span]]] = fresh(factory=dict)
    used: set[tuple[FileScope, str]] = fresh(factory=set)
    signatures: dict[Declared, Signature | None] = fresh(factory=dict)
    raw_parameters: dict[str, None] | None = None
    """Names of each ``param`` of the program, once a rule has asked for them."""

    suggest: Suggestions = fresh(factory=Suggestions)
    wrong: set[Declared] = fresh(factory=set)
    """Declarations in which something is wrong, or not known because of a mistake elsewhere."""


class Context(Struct):
    """Where the walk stands: a declaration of a file, its names, and what encloses the place."""

    session: Session
    file: FileScope
    owner: Declared
    outside: bool = False
    """Whether it is what is given to a model from outside: of that nothing is reported here."""

    scope: NameScope = fresh(factory=NameScope)
    flows: bool = False
    """Whether a value flows in, so that ``_`` means something."""

    in_training: bool = False
    enclosing: list[str] = fresh(factory=list)
    """What lies around the place in its body: ``if``, ``a loop``, ``braces`` …"""

    labels: list[Labels] = fresh(factory=list)
    """Of each scope of children around the place, what its text says of labels so far."""

    has_flowed: bool = False
    """Whether a statement has been met that takes the current value."""

    left_behind: int = 0
    """How many statements so far leave something behind that the text can tell apart."""

    has_input: bool = False
    outputs: dict[str, Claims] = fresh(factory=dict)
    ahead: dict[str, Symbol] = fresh(factory=dict)
    """Modules of the body that may be applied before they stand, until they do."""

    modules: list[ModuleStatement] = fresh(factory=list)
    """Those among them that have been met."""

    bound: dict[str, ast.Identifier] | None = None
    """All names that the declaration binds anywhere, once one is not found."""

    words: set[str] | None = None
    """The words of what was refused in it, once a name is not found."""

    is_lenient: bool = False
    """Whether names are looked up that something refused around them may have bound."""

    moot: list[Span] = fresh(factory=list)
    """Arguments of what there is none of: nobody knows what stands in them was to mean."""

    errors: int = 0
    refusals: int = 0
    """How many of the errors leave nothing known of what they are in."""

    def report(self, problem: Problem, span: Span, related: Sequence[Label] = ()) -> None:
        """Report what leaves nothing known of the value or statement at hand, if it is an error."""
        self.refusals += problem.severity == "error" and not self.outside
        self.note(problem, span, related)

    def note(self, problem: Problem, span: Span, related: Sequence[Label] = ()) -> None:
        """Report what leaves it clear what is meant by all that stands around the place."""
        if not self.outside:
            self.errors += problem.severity == "error"
            if not any(each.start <= span.start < each.end for each in self.moot):
                self.session.diagnostics.report(problem, span, related)

    def unclear(self, span: Span) -> Expr:
        """What stands where the meaning depends on a mistake that is reported elsewhere."""
        self.session.wrong.add(self.owner)
        return nothing(span)

    @contextmanager
    def inside(self, what: str, slots: list[int] | None = None) -> Iterator[Frame]:
        """The inside of a pair of braces or brackets."""
        self.enclosing.append(what)
        with self.scope.braces(slots) as frame:
            yield frame
        self.enclosing.pop()

    @contextmanager
    def labelling(self) -> Iterator[Labels]:
        """The inside of what has children of its own: a declaration, labelled braces, a module."""
        self.labels.append(Labels())
        yield self.labels[-1]
        self.labels.pop()

    # --- names ----------------------------------------------------------------------------------

    def meaning(self, name: str, *, is_call: bool = False) -> Meaning | None:
        """What a name stands for here; None for nothing at all.

        Where an op and a function share a name, the function is meant if it is called in an
        expression, and the op otherwise.
        """
        symbol = self.scope.find(name)
        if symbol is not None:
            return symbol
        if self.session.mistakes and name in self._lost_parameters():
            return UNCLEAR
        if name in self.file.names:
            return self.file.names[name]
        if name in self.file.missing:
            return UNCLEAR
        builtin = BUILTINS.get(name)
        general = ops()[name] if name in built_in() else GIVEN.get(name)
        known = (builtin or general) if is_call else (general or builtin)
        # What packages add comes last: to look for it takes time.
        found = known or self.ahead.get(name) or ops().get(name)
        return UNCLEAR if found is None and name in self._refused_words() else found

    def _refused_words(self) -> set[str]:
        """The words of what was refused in the declaration: it may have bound any of them."""
        if self.words is None:
            self.words = set(self.file.words)
            for node in nodes(self.owner.node) if self.session.mistakes else ():
                if isinstance(node, ast.Refused | ast.PartDeclaration):
                    self.words |= node.words
        return self.words

    def _lost_parameters(self) -> frozenset[str]:
        """Names of parameters where nobody can say what the declaration takes."""
        node = self.owner.node
        return (isinstance(node, ast.PartDeclaration) and node.refused) or frozenset()

    def use(self, symbol: Symbol, span: Span) -> None:
        """Note that a name of the body or a parameter is used."""
        if self.session.met is not None:
            self.session.met.symbols[span] = symbol
        twin: Symbol | None = symbol
        while twin is not None and not twin.is_used:
            twin.is_used = True
            twin = twin.twin
        if symbol.is_training and not self.in_training:
            label = Label(symbol.span, "it is made here, in training alone")
            self.report(rules.value_names.TrainingOnly(symbol.name), span, (label,))

    def refer(self, name: str, declared: Declared, span: Span) -> None:
        """Note that the declaration at hand needs another."""
        if self.session.met is not None:
            self.session.met.declared[span] = declared
        if not self.outside:
            self.session.used.add((self.file, name))
            self.session.references.setdefault(self.owner, []).append((declared, span))

    def bind(self, symbol: Symbol) -> Target:
        """Bind a name of the body, unless it is bound already."""
        return Target(symbol.span, symbol.name, self._bind(symbol))

    def _bind(self, symbol: Symbol) -> int:
        first = None if symbol.name == "_" else self.scope.clash(symbol.name)
        if first is not None:
            label = Label(first.span, "it is bound here first")
            self.report(
                rules.value_names.AlreadyNamed(symbol.name, symbol.kind == "dim"),
                symbol.span,
                (label,),
            )
        if first is not None or symbol.name == "_":
            return self.scope.take(symbol.name, symbol.kind, [])
        symbol.is_training = self.in_training and symbol.kind == "value"
        symbol.twin = self.scope.values.get(symbol.name)
        return self.scope.bind(symbol)

    def visible(self) -> Collection[str]:
        """All names that could stand here."""
        if self.session.suggest.left <= 0:
            return ()
        names = chain(self.scope.names(), self.file.names, ops(), BUILTINS, GIVEN)
        return dict.fromkeys(name for name in names if name[0] != "[")  # those of rows are hidden
