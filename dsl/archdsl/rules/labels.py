"""Problems of labels, and of the names that modules get without them."""

from __future__ import annotations

import re

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, without_label
from archir.base.pieces import pieces
from archir.base.source import Span

_LOOP = re.compile(r"\b(?:for|repeat)\b[^{}\n]*(?=\{)")
_PLAIN = re.compile(r"for\s+(\w+)\s+in\s+(?:range\(.*\)|[^\[]*\.\.[^\[]*|\d+\s+upto\b.*)")
_HEAD = re.compile(r"for\s+(.+?)\s+in\s+(.+)")


def loop_around(place: Span) -> str:
    """The head of the innermost loop around a place, as it stands in the text."""
    text, depth = place.source.text, 0
    heads = {found.end(): found[0].strip() for found in _LOOP.finditer(text, 0, place.start)}
    for at in range(place.start - 1, -1, -1):
        depth += (text[at] == "}") - (text[at] == "{")
        if depth < 0:
            if at in heads:
                return heads[at]
            depth = 0
    return ""


def _counting(loop: str) -> tuple[str, str]:
    """What counts the turns of a loop, and its head with that, where it has it not yet."""
    if plain := _PLAIN.fullmatch(loop):
        name = plain[1]
        return ("i", re.sub(r"\b_\b", "i", loop, count=1)) if name == "_" else (name, "")
    if loop.startswith("repeat"):
        return "i", f"for i in 1..{loop.removeprefix('repeat').strip()}"
    head = _HEAD.fullmatch(loop)
    if head is None:
        return "i", ""
    names = f"[{head[1]}]" if "," in head[1] and "[" not in head[1] else head[1]
    return "i", f"for i, {names} in enumerate({head[2]})"


class AlreadyInUse(Problem):
    """Two children of one scope cannot have the same name: their keys would be the same."""

    name = "label-used-twice"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(2) { stage: relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(2) { "stage{i}": relu }
}
"""
    text: str
    in_turns: bool = True
    """Whether it is one place of the text, met in several turns of a loop."""

    kind: str = "label"
    """``module`` and ``param`` where these give a child its name."""

    loop: str = ""
    """The head of the loop around it, as it stands in the text."""

    taken: tuple[str, ...] = ()
    """The other labels of the scope, as far as they are known."""

    def message(self) -> str:
        if self.in_turns:
            return f"the label {self.text} is used in more than one turn of a loop, in one scope"
        return f"the label {self.text} is used twice in one scope"

    def hint(self) -> str | None:
        stem = self.text.rstrip("0123456789") or "layer"
        others = [label for label in self.taken if label != self.text]
        while any(each.startswith(stem) and each[len(stem) :].isdecimal() for each in others):
            stem += "_"
        if self.in_turns and self.kind == "param":
            return "in a loop put it into a block, which has one in each turn"
        if self.in_turns:
            name, counting = _counting(self.loop)
            head = f"module {self.text} = " if self.kind == "module" else ""
            label = f'{head}"{stem}{{{name}}}": …'
            label = f"{counting} {{ {label} }}" if counting else label
            return f"labels in a loop can count: {label}"
        return "give each a label of its own"


def _label(text: str) -> str:
    return text if text.isidentifier() else f'"{text}"'


class BadLabel(Problem):
    """A label becomes the name of a torch module, and torch does not take every name."""

    name = "bad-label"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for name in ["a.b"] { "{name}": relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for name in ["a_b"] { "{name}": relu }
}
"""
    text: str
    reason: str
    loop: str = ""
    """The head of the loop around it, where the label counts its turns."""

    def message(self) -> str:
        return f'"{self.text}" cannot be a label: {self.reason}'

    def hint(self) -> str | None:
        outer, dot, inner = self.text.partition(".")
        if "{" in inner and outer.isidentifier():
            braces = inner.split(".")
            inside = "".join(f"{_label(each)}: {{ " for each in braces[:-1])
            inside += f"{_label(braces[-1])}: …{' }' * len(braces)}"
            inside = f"{self.loop} {{ {inside} }}" if self.loop else inside
            plain = self.text.replace(".", "_")
            return f'braces make such a key: `{outer}: {{ {inside}`; a plain name is "{plain}"'
        if not dot and self.text.isidentifier():
            return f"take another, such as {self.text}_"
        if not outer.isidentifier() or not inner.replace(".", "_").isidentifier():
            return None
        inside = inner.replace(".", ": { ") + ": … }" * self.text.count(".")
        plain = self.text.replace(".", "_")
        return f"braces make such a key: `{outer}: {{ {inside}`; a plain name is {plain}"


class LabelOnFunction(Problem):
    """torch has no module for this op, so there is nothing that could carry a label."""

    name = "label-on-function"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  sum: add [_, relu]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  add [_, relu]
}
"""
    op: str

    def message(self) -> str:
        return f"{self.op} is a function in torch and has no module that could be labelled"

    def hint(self) -> str | None:
        return "leave the label out, or write _: to give it a number"

    def fix(self, at: Diagnostic) -> Fix | None:
        return without_label(at.span, safe=_has_others(at.span))


def _has_others(label: Span) -> bool:
    """Whether the braces around have another label, so that without this one they stay labelled."""
    found = pieces(label.source)
    opener = found.around(label.start)
    at, end = 0 if opener is None else opener + 1, len(found.all)
    if opener is not None:
        end = found.partner.get(opener, end)
    while at < end:
        is_label = found.text(at) == ":" and found.text(at - 2) in _BEFORE_LABELS
        if is_label and found.all[at - 1].start != label.start:
            return True
        at = found.partner.get(at, at) + 1
    return False


_BEFORE_LABELS = ("", "\n", "{", "[", ",", "->")


class LabelOnValue(Problem):
    """A named value is not a module, so it has no label."""

    name = "label-on-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  again: y
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  again: relu as y
  y
}
"""
    text: str
    label_text: str = ""

    def message(self) -> str:
        return f"{self.text} is a value and cannot be labelled"

    def hint(self) -> str | None:
        if self._is_output():
            return f"what comes out is said without a colon: `{self.label_text} {self.text}`"
        return "label the stage that makes it"

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self._is_output() else without_label(at.span, safe=False)

    def _is_output(self) -> bool:
        return self.label_text == "output" and self.text.isidentifier()


class KeywordAsLabel(Problem):
    """Before a colon a keyword is a label, so these braces are a module of that name and no more:
    nothing is added, joined, repeated or kept for training. Quotes say that a label is meant.
    """

    name = "keyword-as-label"
    severity = "warning"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  residual: { conv(3, 1) }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  residual { conv(3, 1) }
}
"""
    word: str

    def message(self) -> str:
        return f"`{self.word}:` names these braces, and does nothing else"

    def hint(self) -> str:
        return f'leave the colon out, or write `"{self.word}":` if the name is meant'

    def fix(self, at: Diagnostic) -> Fix | None:
        source, colon = at.span.source, at.span.source.text.find(":", at.span.end)
        if colon < 0 or source.text[at.span.end : colon].strip():
            return None
        return Fix("leave the colon out", (Edit(Span(source, colon, colon + 1), ""),), False)
