"""What the static pass knows while it walks: the program's files, and one declaration's names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TypeAlias

from archdsl import rules
from archdsl.project.locate import EXAMPLES, example_names, library_names
from archdsl.project.program import Declared, FileScope
from archdsl.resolve.scope import Claims, Frame, NameScope, Symbol
from archdsl.tree import ast
from archdsl.tree.walk import bound_names, nodes
from archir.base.diagnostics import Diagnostics, Label, Problem, Suggestions, nearest
from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.catalogue.registry import built_in, ops
from archir.init.initialisers import FANS, GIVEN, InitialiserSpec
from archir.op.binding import Signature
from archir.op.contract import Op
from archir.program.builtins import BUILTINS, Builtin
from archir.program.declarations import Declaration
from archir.program.expressions import Nameless, Refused, Target
from archir.program.nodes import Expr
from archir.program.statements import Labelling, ModuleStatement, Statement

Meaning: TypeAlias = "Symbol | Declared | type[Op] | Builtin | InitialiserSpec | Unclear"


_STRINGS = frozenset(
    {"same", "valid", "reflect", "replicate", "circular", "nearest", "bilinear", "bicubic"}
)
"""Words that arguments take in quotes, and that nothing is called."""

_BATCHES = frozenset({"b", "bs", "bsz", "batch", "batch_size", "batchsize"})
"""What others call the number of examples, which an input here names."""

_CURRENT = frozenset(
    {"x", "h", "out", "inp", "inputs", "img", "image", "images", "hidden", "hidden_states"}
    | {"tensor", "features", "feat", "feats", "hidden_state", "input_tensor", "prev", "previous"}
)
"""What others call the value at hand, which has no name here."""


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

    def unknown(self, name: ast.Name, *, is_value: bool = False) -> Expr:
        """Report a name that means nothing here; ``is_value`` where it flows in by its place."""
        if self.outside:
            return Nameless(name.span, self._outside(name.text))
        if self.is_lenient:
            return self.unclear(name.span)
        kind, text = self.owner.kind, name.text
        how = f"declare it: as a parameter of the {kind}, or as `let {text} = …`"
        if is_value:
            how = f"a value is named where it is made: `… as {text}`"
        self._say_unknown(name, how if self.flows else None)
        return nothing(name.span)

    def unknown_stage(self, node: ast.PartUse) -> str | None:
        """The same of a name that stands as a stage; gives what was likely meant, if it is here."""
        name = node.name
        if self.is_lenient:
            self.session.wrong.add(self.owner)
            return None
        how = f"declare it: `block {name.text}(…) {{ … }}`; `archc ops` lists the ops"
        if node.arguments is None and node.branches is None:
            how = f"a value is named where it is made: `… as {name.text}`; a block is declared: "
            how += f"`block {name.text}(…) {{ … }}`; `archc ops` lists the ops"
        found = self._say_unknown(name, None, how, is_stage=True)
        if node.arguments is not None and self._of_another_form(name.text, found) is not None:
            self.moot.append(node.arguments.span)
        return found

    def _say_unknown(
        self,
        name: ast.Name,
        to_declare: str | None,
        otherwise: str | None = None,
        *,
        is_stage: bool = False,
    ) -> str | None:
        """Say of a name that it means nothing here, and what was likely meant, which is given."""
        text = name.text
        ended = self.scope.ended.get(text)
        if self.bound is None and ended is None:
            found = reversed(list(bound_names(self.owner.node)))
            self.bound = {bound.text: bound for bound in found}
        later = None if self.bound is None else self.bound.get(text)
        near = library = note = likely = None
        labels: tuple[Label, ...] = ()
        if ended is not None:
            note = f"{text} lives to the end of the braces in which it is bound"
            labels = (Label(ended.span, "it is bound here"),)
        elif later is not None:
            note = "a name can be used only after it is bound"
            labels = (Label(later.span, "it is bound here"),)
        elif text in FANS:
            note = f"{text} is known in the arguments of an initialiser alone"
        else:
            near, library = self._likely(text, is_stage)
            likely = near if library is None else None
            note = self._of_another_form(text, near)
            if to_declare is not None:
                near = None if self._is_size(near) and len(text) == 1 else near
                note = note or (to_declare if near is None else None)
            elif near is None:
                note = note or otherwise
        self.report(rules.names.UnknownName(text, near, note, library), name.span, labels)
        return likely

    def _of_another_form(self, text: str, near: str | None) -> str | None:
        """What to be told of what has no name here, and is said in another way."""
        from archir.base.elsewhere import form_elsewhere, form_of_rank  # seldom needed
        from archir.base.likeness import letters
        from archir.base.missing import not_yet
        from archir.base.synonyms import synonym

        if (other := form_of_rank(text)) is not None:
            return other
        is_same = near is not None and letters(near.strip('"')) == letters(text)
        if synonym(text) is not None or is_same:
            return None
        if (labelled := self._as_label(text)) is not None:
            return labelled
        if self.flows and near is None and text.casefold() in _CURRENT:
            return self._as_current(text)
        if text.casefold() in _BATCHES and (batch := self._batch()) is not None:
            return f"the batch is `{batch}` here: so the input names it"
        if text == "C" and self.flows and near is None:
            return "the channels of what flows in are `_.channels`"
        return form_elsewhere(text) or not_yet(text)

    def _as_current(self, text: str) -> str:
        """What to be told of a name that others give to the value at hand."""
        inputs = [
            node.name.text for node in nodes(self.owner.node) if isinstance(node, ast.InputItem)
        ]
        flowing = "what flows here is `_`, and the next stage takes it by itself"
        if not inputs:
            how = f"`input {text}: [N, C, H, W]` as its first statement"
            return f"{flowing}; what comes in has a name where the {self.owner.kind} has {how}"
        came = ", ".join(f"`{name}`" for name in inputs[:3])
        return f"{flowing}; what came in is {came}"

    def _is_size(self, name: str | None) -> bool:
        """Whether it is the name of a size: a letter is too little to tell one by."""
        symbol = None if name is None else self.scope.find(name)
        return symbol is not None and symbol.kind == "dim"

    def _as_label(self, text: str) -> str | None:
        """What to be told of a name that a stage has for a label, or several in a loop."""
        from archdsl.tree.labelled import label_meant

        found = label_meant(self.owner.node, text)
        if found is None:
            return None
        if found.is_same and not found.is_looped:
            return (
                f"{text} is a label, which names a module; its value is named behind it: `… as"
                f" {text}`"
            )
        name = found.stem if found.stem.isidentifier() else "each"
        if found.is_looped:
            return (
                f"{found.text} labels a module in each turn of a loop; what it gives is named"
                f" there, `… as {name}`, and behind the loop `{name}[0]` is that of the first turn"
            )
        return (
            f"{found.text} is a label, which names a module; what stands in it has a value by a"
            f" name of its own: `… as {text}`"
        )

    def _likely(self, text: str, is_stage: bool) -> tuple[str | None, str | None]:
        """The name that was likely meant, and the library that has it, if it is not in sight."""
        from archir.base.elsewhere import constant_elsewhere  # a right file has no need of these
        from archir.base.synonyms import synonym

        if (constant := constant_elsewhere(text)) is not None:
            return constant, None
        near = self.session.suggest(text, self.visible())
        if near is not None and near.casefold() == text.casefold():
            return near, None
        if self.session.suggest.left <= 0:
            return near, None
        if text.casefold() in _STRINGS and not is_stage:
            return f'"{text.casefold()}"', None
        known = library_names()
        if text in known:
            return text, known[text]
        if text in example_names():
            return text, f"{EXAMPLES}.{text}"
        near = synonym(text) or near
        beyond = self.session.suggest(text, known) if near is None else None
        return (near, None) if beyond is None else (beyond, known[beyond])

    def _batch(self) -> str | None:
        """The name of the batch: the first dim that the body's input names."""
        dims = (each for each in self.scope.bound if each.kind == "dim")
        first = next(dims, None)
        return None if first is None else first.name

    def _outside(self, text: str) -> Problem:
        """What is wrong with a name in a setting that means nothing."""
        near = nearest(text, [*self.file.names, *BUILTINS, *ops(), *GIVEN])
        note = None if near else "a string stands in quotes: 'name=\"value\"'"
        return rules.names.UnknownName(text, near, note)

    def visible(self) -> Collection[str]:
        """All names that could stand here."""
        if self.session.suggest.left <= 0:
            return ()
        names = chain(self.scope.names(), self.file.names, ops(), BUILTINS, GIVEN)
        return dict.fromkeys(name for name in names if name[0] != "[")  # those of rows are hidden
