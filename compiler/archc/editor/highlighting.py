"""The language for Pygments: colours in documents, notebooks and terminals.

Pygments finds it by the entry point of the package. What words look like, ``patterns`` says.
"""

from __future__ import annotations

import re
from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, include
from pygments.token import string_to_tokentype

from archc.editor.patterns import Include, Look, states


def _rule(one: Look | Include) -> object:
    """A rule of Pygments' tables."""
    if isinstance(one, Include):
        return include(one.state)
    kinds = [string_to_tokentype(kind) for kind in one.kinds]
    kind = kinds[0] if len(kinds) == 1 else bygroups(*kinds)
    return (one.regex, kind) if one.then is None else (one.regex, kind, one.then)


class ArchLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    """Texts of archc. A character that the language has not is an ``Error``."""

    name = "arch"
    url = "https://pypi.org/project/archc-lang/"
    aliases: ClassVar = ["arch"]
    filenames: ClassVar = ["*.arch"]
    mimetypes: ClassVar = ["text/x-arch"]
    flags = re.MULTILINE | re.ASCII

    tokens: ClassVar = {state: [_rule(one) for one in looks] for state, looks in states().items()}

    def analyse_text(text: str) -> float:  # noqa: N805  (Pygments' own way)
        """How likely a text is one of archc's, where nothing else says it."""
        if re.search(r"^arch \d+\s*$", text, re.MULTILINE):
            return 0.9
        declared = re.search(r"^(?:model|block) [A-Za-z_]\w*\(.*\{\s*$", text, re.MULTILINE)
        shaped = re.search(r"^\s*input \w+: ?\w*\[", text, re.MULTILINE)
        return 0.4 * bool(declared) + 0.3 * bool(shaped)
