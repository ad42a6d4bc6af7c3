"""Grammars for programs that write in the language: constrained decoding.

``python -m archc.pages.grammars docs/grammar`` writes the grammar of the language's tables once in
Lark's notation (`arch.lark`, as llguidance, Outlines and Lark itself read it) and once in GBNF
(`arch.gbnf`, as llama.cpp reads it); with ``--check`` it only says whether they are up to date.

The parser's own grammar speaks of tokens, of which earlier passes have taken some out and told some
apart. A decoder has characters alone. So ``narrower`` says the few rules anew that allow what those
passes and the parser's actions refuse, ``spacing`` writes blanks and line ends into all rules, and
``terminals`` spells the tokens; ``forms`` prints what comes of it in both notations.
"""

from __future__ import annotations

from archc.pages.grammars import forms
from archc.pages.grammars.spacing import spaced
from archc.pages.grammars.terminals import TERMINALS

_SAID = "{0} What a text of archc's language may look like, for constrained decoding.\n"
_MADE = (
    "{0} Made from archdsl/syntax/grammar.lark by `python -m archc.pages.grammars docs/grammar`."
)
_KEYS = (("arch.lark", "//", forms.lark), ("arch.gbnf", "#", forms.gbnf))


def written() -> dict[str, str]:
    """The text of each grammar by the name of its file."""
    rules = spaced()
    return {
        name: f"{_SAID}{_MADE}\n\n".format(mark) + printed(rules, TERMINALS)
        for name, mark, printed in _KEYS
    }
