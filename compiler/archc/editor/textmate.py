"""``python -m archc.editor.textmate FILE``: a TextMate grammar of the language.

VS Code, JetBrains' editors, Sublime Text and GitHub colour by such a grammar before a server has
answered. It is made of ``patterns``, whose words are the registry's, and the extension for VS Code
ships it; with ``--check`` it is only said whether it is up to date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from archc.editor.patterns import POP, Include, Look, States, states
from archc.output import writing
from archc.pages import command

SCOPES = {
    "Comment.Single": "comment.line.number-sign",
    "Error": "invalid.illegal",
    "Keyword": "keyword.control",
    "Keyword.Constant": "constant.language",
    "Keyword.Declaration": "storage.type",
    "Keyword.Type": "support.type",
    "Literal.Number.Bin": "constant.numeric.binary",
    "Literal.Number.Float": "constant.numeric.float",
    "Literal.Number.Hex": "constant.numeric.hex",
    "Literal.Number.Integer": "constant.numeric.integer",
    "Literal.Number.Oct": "constant.numeric.octal",
    "Literal.String.Doc": "comment.line.documentation",
    "Literal.String.Double": "string.quoted.double",
    "Literal.String.Escape": "constant.character.escape",
    "Literal.String.Interpol": "punctuation.section.embedded",
    "Name": "variable.other",
    "Name.Attribute": "variable.parameter",
    "Name.Builtin": "support.function.builtin",
    "Name.Builtin.Pseudo": "variable.language",
    "Name.Class": "entity.name.type.class",
    "Name.Constant": "variable.other.constant",
    "Name.Function": "entity.name.function",
    "Name.Label": "entity.name.label",
    "Operator": "keyword.operator",
    "Punctuation": "punctuation",
}
"""The scopes that themes know, for the kinds of words; blanks have none."""


def grammar() -> str:
    """The grammar as JSON."""
    known = states()
    made = {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "comment": "Made from the language's words by `python -m archc.editor.textmate`.",
        "name": "arch",
        "scopeName": "source.arch",
        "patterns": [{"include": "#root"}],
        "repository": {
            name: {"patterns": [_pattern(one, known) for one in looks if not _is_silent(one)]}
            for name, looks in known.items()
        },
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _is_silent(one: Look | Include) -> bool:
    """Whether it is a blank, or the end of a state, which the state's own rule says."""
    return isinstance(one, Look) and (one.then == POP or one.kinds == ("Text.Whitespace",))


def _pattern(one: Look | Include, known: States) -> dict[str, object]:
    if isinstance(one, Include):
        return {"include": f"#{one.state}"}
    if one.then is None:
        return {"match": one.regex, **_named(one)}
    ends = [each for each in known[one.then] if isinstance(each, Look) and each.then == POP]
    # A line is read with its end, before which what is open is closed.
    return {
        "begin": one.regex,
        "beginCaptures": {"0": {"name": _scope(one.kinds[0])}},
        "end": "|".join("$" if each.regex == r"(?=\n)" else each.regex for each in ends),
        "endCaptures": {"0": {"name": _scope(ends[0].kinds[0])}},
        "patterns": [{"include": f"#{one.then}"}],
    }


def _named(one: Look) -> dict[str, object]:
    if len(one.kinds) == 1:
        return {"name": _scope(one.kinds[0])}
    scopes = {
        str(number): {"name": _scope(kind)}
        for number, kind in enumerate(one.kinds, 1)
        if kind in SCOPES
    }
    return {"captures": scopes}


def _scope(kind: str) -> str:
    return f"{SCOPES[kind]}.arch"


def _outdated(path: Path) -> list[Path]:
    return command.differing({path: grammar()})


def _write(path: Path) -> None:
    writing.write_all({path: grammar()})


if __name__ == "__main__":
    sys.exit(command.run("archc.editor.textmate", "FILE", sys.argv[1:], _write, _outdated))
