"""What can be wrong with names: unknown, declared twice, or of the wrong kind for their place."""

from __future__ import annotations

from archdsl.rules.name_edits import imported, is_respelt, is_same_call
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, renamed, swap
from archir.base.pieces import pieces


def in_model(body: str) -> str:
    """A file with one model of that body, for the examples of problems."""
    return f"model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class UnknownName(Problem):
    """A name is used that nothing in sight has.

    Names are looked for in the body (a value's name lives to the end of its block or model, a
    `let` or loop variable to the end of its braces), then among the parameters, then in the file,
    then among ops, functions and initialisers. A name can be used only after it is bound.
    """

    name = "unknown-name"
    bad = in_model("rellu")
    good = in_model("relu")
    text: str
    suggestion: str | None = None
    note: str | None = None
    library: str | None = None
    """The library that declares it, where the file has not imported it from there."""

    def message(self) -> str:
        return f"there is no {self.text} here"

    def hint(self) -> str | None:
        if self.note:
            return self.note
        if self.library and self.suggestion == self.text:
            whose = (
                "is an example" if self.library.startswith("examples.") else "comes from a library"
            )
            return f"it {whose}: import {self.library}: {self.text}"
        if self.library:
            return f"did you mean {self.suggestion} of {self.library}?"
        return f"did you mean {self.suggestion}?" if self.suggestion else None

    def label(self) -> str | None:
        return "unknown"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.note is not None or self.suggestion is None:
            return None
        uses = [other.span for other in at.related if other.span.text == self.text]
        if self.suggestion == f'"{self.text.casefold()}"':
            named = swap(at.span, self.suggestion)
        else:
            named = renamed(at.span, self.suggestion)
            found = pieces(at.span.source) if is_respelt(self.text) else None
            if found is not None and (place := found.at(at.span.start)) is not None:
                is_same = is_same_call(found, place, self.suggestion)
                named = Fix(named.words, named.edits, named.is_safe and is_same)
        edits = (*named.edits, *[Edit(span, self.suggestion) for span in uses])
        named = Fix(named.words, edits, named.is_safe)
        if self.library is None:
            return named
        added = imported(at.span.source, self.library, self.suggestion)
        if self.suggestion == self.text:
            return added
        return Fix(f"{named.words}, and {added.words}", (*added.edits, *named.edits), named.is_safe)


class NameDeclaredTwice(Problem):
    """Two declarations of one file, two parameters or two outputs have the same name.

    A name that is imported counts as one of the file's own.
    """

    name = "name-declared-twice"
    bad = f"block Unit() {{ relu }}\nblock Unit() {{ flatten }}\n{in_model('Unit')}"
    good = f"block Unit() {{ relu }}\n{in_model('Unit')}"
    text: str
    what: str = "name"

    def message(self) -> str:
        return f"the {self.what} {self.text} is declared twice"

    def hint(self) -> str:
        return "give one of them another name, or take one away"

    def label(self) -> str | None:
        return "declared again here"


class FunctionAsValue(Problem):
    """A function stands where a number, a list or a part is wanted.

    Functions are called; they are no values, so they cannot be passed on.
    """

    name = "function-as-value"
    bad = in_model("dropout(float)")
    good = in_model("dropout(float(0.25))")
    text: str
    usage: str

    def message(self) -> str:
        return f"{self.text} is a function, and is not called"

    def hint(self) -> str | None:
        return f"call it: {self.usage}"


class UnderscoreAsName(Problem):
    """`_` stands for the value that flows in, and discards what it is bound to; it names nothing.

    So no declaration, parameter, input or output can be called `_`.
    """

    name = "underscore-as-name"
    bad = f"block _() {{ relu }}\n{in_model('relu')}"
    good = f"block Unit() {{ relu }}\n{in_model('Unit')}"
    what: str

    def message(self) -> str:
        return f"_ cannot be the name of {self.what}"

    def hint(self) -> str:
        return "give it a name, by which others can speak of it"


class Cycle(Problem):
    """Declarations need each other in a circle.

    There is no recursion in the language: neither of blocks and models, nor of functions and
    constants. Depth is written with `for` and `repeat`.
    """

    name = "needs-itself"
    bad = f"block A() {{ relu -> B }}\nblock B() {{ A }}\n{in_model('A')}"
    good = f"block A() {{ relu -> B }}\nblock B() {{ flatten }}\n{in_model('A')}"
    names: tuple[str, ...]
    hides_op: bool = False
    """Whether the one name is an op's too, which was probably meant."""

    def message(self) -> str:
        if len(self.names) == 1:
            return f"{self.names[0]} needs itself"
        circle = " -> ".join((*self.names, self.names[0]))
        return f"declarations need each other in a circle: {circle}"

    def hint(self) -> str | None:
        if self.hides_op:
            name = self.names[0]
            return (
                f"the name hides the op {name}: call the declaration otherwise, as in {name}_net,"
                " to use that"
            )
        if len(self.names) == 1:
            from archir.base.missing import not_yet

            known = not_yet(self.names[0])
            if known is not None:
                return f"the name means this declaration, and there is no op of that name: {known}"
            return "there is no recursion, and no op of that name: archc ops lists the ops"
        return "there is no recursion: what is deep is written with `for` or `repeat`"


class ValueNotAtHead(Problem):
    """A named value stands behind an arrow.

    `a -> b` hands a's output to b, and a value takes none: it can only begin a chain. Several
    values are merged with an op that takes several inputs.
    """

    name = "value-not-at-head"
    bad = in_model("relu as y\n  flatten -> y")
    good = in_model("relu as y\n  y -> flatten")
    text: str

    def message(self) -> str:
        return f"{self.text} is a value, and nothing can flow into it"

    def hint(self) -> str | None:
        return f"begin a chain with it, or merge: add [_, {self.text}]"
