"""Problems of those who write another language by habit."""

from __future__ import annotations

import re

from archdsl.rules.assigned import Standing, assignment, flowing, from_let, meant
from archdsl.rules.bracing import braces
from archdsl.rules.functional import functional
from archdsl.rules.rewriting import LIBRARIES, foreign, undotted
from archdsl.rules.small import model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, swap
from archir.base.pieces import pieces
from archir.base.source import Span

_WORDS = re.compile(r"\w+")


class AssignmentStatement(Problem):
    """A value of the network is named behind the stages that make it, with `as`. A number or list
    that is known at compile time is named with `let`.
    """

    name = "assignment-statement"
    bad = model("y = conv(3, 3, padding = 1)", "[x, y] -> add")
    good = model("conv(3, 3, padding = 1) as y", "[x, y] -> add")
    word: str
    value: str = ""
    """What stands behind the sign, if that can be said."""

    sign: str = "="
    standing: Standing = Standing()
    """What names mean there, by the lines around it."""

    def message(self) -> str:
        return f"`{self.word} {self.sign} …` is not a statement"

    def hint(self) -> str:
        if self.value == "[]" or re.fullmatch(rf"{self.word} \+ \[.*\]", self.value):
            how = f"a name that a loop binds is behind it the list of its turns: `… as {self.word}`"
            return f"no list grows: leave this out; {how}"
        if self.value.startswith("self."):
            name = re.match(r"self\.(\w+)", self.value)
            label = "layer" if name is None else name[1]
            return f"a module is a stage, where it runs: `{label}: conv(64, 3)`"
        if self.value.startswith(f"{self.word}["):
            return "what a line gives flows into the next one; a part of it is `slice(dim, a, b)`"
        found = meant(self.word, self.value, self.standing.flows)
        if (lost := self.standing.lost) and not (found is not None and found.is_literal):
            return (
                f"a name keeps what it is bound to, and `{lost} = …` binds none: name what it"
                f" gives, `… as {lost}2`, and begin with that: `{lost}2 -> … as {self.word}`"
            )
        if found is not None and found.flows_on:
            return f"what a line gives flows into the next one: write `{found.text}`"
        if found is not None and (found.is_sure or found.is_literal):
            return f"write `{found.text}`"
        both = re.fullmatch(r"([A-Za-z_]\w*) \+ ([A-Za-z_]\w*)", self.value)
        if found is None and both and self.word not in both.groups():
            add = f"add [{both[1]}, {both[2]}] as {self.word}"
            return f"of values write `{add}`, of numbers `let {self.word} = {self.value}`"
        if found is None and "(" not in self.value and self.word in _WORDS.findall(self.value):
            other = f"let {self.word}2 = {self.value}"
            return f"a name keeps what it is bound to: bind another one, `{other}`"
        return (
            f"name the value of a stage with `… as {self.word}`, a module with"
            f" `{self.word}: …`, a number or list with `let {self.word} = …`"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.value == "[]" or not self.standing.is_sound:
            return None
        return assignment(at.span, self.value, self.standing.flows)


class SingleEquals(Problem):
    """Two values are compared with `==`; `=` gives an argument or a `let` its value."""

    name = "single-equals"
    bad = model("if depth = 2 { conv(4, 3) }", parameters="depth = 2")
    good = model("if depth == 2 { conv(4, 3) }", parameters="depth = 2")

    def message(self) -> str:
        return "`=` does not compare"

    def hint(self) -> str:
        return "compare with `==`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, "==")


class ColonForBraces(Problem):
    """What belongs to an `if`, a `for`, a block or a model stands in braces."""

    name = "colon-for-braces"
    bad = model("if deep: conv(4, 3)", parameters="deep = true")
    good = model("if deep { conv(4, 3) }", parameters="deep = true")
    is_braced: bool = False
    """Whether the braces are there, and only the colon is too much."""

    others: tuple[tuple[int, int], ...] = ()
    """Where others stand, before the braces of the same statement."""

    def message(self) -> str:
        return (
            "no colon stands before braces" if self.is_braced else "a colon does not begin a body"
        )

    def hint(self) -> str:
        if self.others:
            return f"leave the {len(self.others) + 1} colons of this statement out"
        return "leave the colon out" if self.is_braced else "put the body in braces: `{ … }`"

    def fix(self, at: Diagnostic) -> Fix | None:
        if not self.others:
            return braces(at.span)
        others = [Span(at.span.source, start, end) for start, end in self.others]
        return Fix("leave the colons out", tuple(Edit(each, "") for each in (at.span, *others)))


class ForeignWord(Problem):
    """A word of Python (or of another language) that this language writes in another way."""

    name = "foreign-word"
    bad = model("if deep { conv(4, 3) } elif wide { conv(8, 3) }", parameters="deep = 1, wide = 1")
    bad = bad.replace("= 1", "= true")
    good = bad.replace("elif", "else if")
    word: str
    instead: str

    def message(self) -> str:
        return f"`{self.word}` is not a word of this language"

    def hint(self) -> str:
        return self.instead

    def fix(self, at: Diagnostic) -> Fix | None:
        return foreign(at.span, self.word)


class RepeatWithName(Problem):
    """`repeat n { … }` counts without a name. A loop with a name goes over a list or a range."""

    name = "repeat-with-name"
    bad = model("repeat i in 3 { conv(4 * i, 3, padding = 1) }")
    good = model("for i in 1..3 { conv(4 * i, 3, padding = 1) }")
    loop: str
    over: str = "1..n"

    def message(self) -> str:
        return "`repeat` takes a number and no name"

    def hint(self) -> str:
        return f"a loop that counts is `for {self.loop} in {self.over} {{ … }}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        head = at.span.source.text[: at.span.start].rstrip()
        if not head.endswith("repeat"):
            return None
        place = Span(at.span.source, len(head) - len("repeat"), at.span.end)
        return swap(place, f"for {self.loop} in {self.over}", safe=False)


class PythonConstant(Problem):
    """The constants are `true`, `false` and `none`, in small letters."""

    name = "python-constant"
    bad = model("conv(4, 3, bias = False)")
    good = model("conv(4, 3, bias = false)")
    word: str
    instead: str

    def message(self) -> str:
        return f"`{self.word}` is written `{self.instead}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, self.instead)


class BraceOnNextLine(Problem):
    """The brace that begins a body stands on the line of what it belongs to: a statement ends with
    its line.
    """

    name = "brace-on-next-line"
    bad = model("if deep", "{ conv(4, 3) }", parameters="deep = true")
    good = model("if deep { conv(4, 3) }", parameters="deep = true")

    def message(self) -> str:
        return "this `{` stands on a line of its own"

    def hint(self) -> str:
        return "put it at the end of the line before"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = pieces(at.span.source)
        index = found.at(at.span.start)
        if index is None or index < 2:
            return None
        before = next(k for k in range(index - 1, -1, -1) if found.text(k) != "\n")
        gap = Span(at.span.source, found.all[before].end, at.span.start)
        return Fix("put it on the line before", (Edit(gap, " "),)) if not gap.text.strip() else None


class DottedStage(Problem):
    """A stage is an op, a block or a value, and none of them has a dot in its name.

    Ops are called as torch calls them, in small letters and without the module in which torch has
    them: `nn.ReLU()` is `relu`, `nn.BatchNorm2d(64)` is `batch_norm`.
    """

    name = "dotted-stage"
    bad = model("conv(4, 3)", "nn.ReLU()")
    good = model("conv(4, 3)", "relu")
    shown: str
    instead: str | None = None
    """The op that is meant; None where that cannot be said."""

    is_first: bool = True
    """Whether it begins its chain, so that a value can stand before it."""

    grows: str = ""
    """The statement that began a list, to which this is to add."""

    called: str = ""
    """The stage that the whole call is, where it is one of a function on values."""

    def is_of_library(self) -> bool:
        """Whether it is a layer or function by the name of its library."""
        return self.shown.partition(".")[0] in LIBRARIES

    def message(self) -> str:
        return f"`{self.shown}` cannot be a stage: no name of one has a dot"

    def hint(self) -> str:
        if self.called:
            return f"write `{self.called}`"
        owner, _, last = self.shown.rpartition(".")
        return self._of_python(owner, last) or self._of_stage(owner, last)

    def _of_python(self, owner: str, last: str) -> str | None:
        """What to do about a statement of Python's, which runs no stage."""
        if owner.rpartition(".")[2] == "init":
            how = f"{last.rstrip('_')}(…)"
            return (
                f"initial weights stand behind their layer: `linear(8) with weight = {how}`;"
                f" of several layers they are a rule: `init {{ linear.weight: {how} }}`"
            )
        if last.startswith("__"):
            return "there are no classes here: the body of a model says what it holds, and runs it"
        if last in ("append", "extend", "push", "add_module") and owner.isidentifier():
            how = f"a name that a loop binds is behind it the list of its turns: `… as {owner}`"
            return f"no list grows: leave `{self.grows}` out; {how}" if self.grows else how
        if owner == "self":
            return f"a module gets its name by a label: `{last}: …`"
        return None

    def _of_stage(self, owner: str, last: str) -> str:
        if not owner:
            return f"stages are chained with `->`: `-> {self.instead or last}`"
        if self.instead is None:
            from archir.base.elsewhere import form_elsewhere
            from archir.base.missing import not_yet

            form = form_elsewhere(last) or not_yet(last)
            if form is None and owner.isidentifier() and owner not in LIBRARIES:
                return f"what a label within a part names is `{owner}(…) upto [{last}]`"
            return form or "ops stand by their own names: archc ops lists them"
        if "." not in owner and last == self.instead and owner not in LIBRARIES:
            if not self.is_first:
                return f"write `{self.instead}`: what flows in has no name here"
            return f"a value flows into a stage: `{owner} -> {self.instead}`"
        return f"write `{self.instead}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = self.called and functional(at.span.source, at.span.start, self.instead or "")
        if found:
            words = f"write `{self.called}`"
            return Fix(words, found.edits, found.is_sure) if found.edits else None
        return undotted(at.span, self.shown, self.instead)


class ArithmeticOnValues(Problem):
    """The values of a network are merged by stages: `add`, `subtract`, `multiply` and `divide` take
    several in brackets, or one and a number. The signs are for numbers that are known when a
    network is compiled.
    """

    name = "arithmetic-on-values"
    bad = model("relu as y", "x + y")
    good = model("relu as y", "add [x, y]")
    sign: str
    instead: str
    """How it is written."""

    is_sure: bool = True
    """Whether that is all of what is meant, and no example."""

    def message(self) -> str:
        return f"`{self.sign}` does not merge values"

    def hint(self) -> str:
        if self.instead.startswith(_OF_RESIDUAL):
            return "`residual { … }` adds what came in already, as `add [_, { … }]` does"
        if self.instead.startswith("repeat"):
            return f"what runs several times stands in braces: `{self.instead}`"
        return f"values are merged by a stage: `{self.instead}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        is_sure = self.is_sure and not self.instead.startswith(_OF_RESIDUAL)
        return swap(at.span, self.instead) if is_sure else None


_OF_RESIDUAL = "add [residual "


class StageCalledOnValue(Problem):
    """A stage is no function of Python's: its arguments say what it is like, and what it works on
    flows into it.
    """

    name = "stage-called-on-value"
    bad = model("conv(3, 1)(x)")
    good = model("x -> conv(3, 1)")
    stage: str
    value: str
    is_first: bool = True
    """Whether it begins its chain, so that a value can stand before it."""

    def message(self) -> str:
        return f"{self.stage} is not called on {self.value}"

    def hint(self) -> str:
        return f"values flow in: `{flowing(self.value, self.stage)}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        text = flowing(self.value, self.stage)
        return swap(at.span, text) if self.is_first else from_let(at.span, text)


class IndexedValue(Problem):
    """What flows through a network is no array at hand: stages take parts of it.

    `select` takes one index along a dim and leaves the dim out, `slice` takes a range of indices.
    """

    name = "indexed-value"
    bad = model("x[:, 0]")
    good = model("x -> select(1, 0)")
    shown: str
    value: str
    stages: tuple[str, ...]
    is_head: bool = True
    """Whether it begins a chain, or is a branch."""

    def message(self) -> str:
        from archir.catalogue.registry import built_in

        is_stage = self.value.endswith(")") or self.value in built_in()
        what = "gives a value" if is_stage else "is a value"
        return f"{self.value} {what} of the network, and `{self.shown}` takes no part of it"

    def hint(self) -> str:
        if self.stages:
            return f"parts are taken by stages: `{self._instead}`"
        return (
            f"parts are taken by stages: `{self.value} -> select(dim, index)`, `slice(dim, a, b)`"
        )

    @property
    def _instead(self) -> str:
        return " -> ".join((self.value, *self.stages))

    def fix(self, at: Diagnostic) -> Fix | None:
        if not self.stages:
            return None
        return swap(at.span, self._instead) if self.is_head else from_let(at.span, self._instead)
