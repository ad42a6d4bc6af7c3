"""What may stand in a ``%%arch`` cell, as Jupyter and IPython ask for it."""

from __future__ import annotations

import re

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.interactiveshell import InteractiveShell

from archc.editor.completing import proposals
from archc.editor.page import Page
from archc.notebook import magic

_HEAD = re.compile(rf"%%{magic.NAME}\b[^\n]*")


@context_matcher()  # type: ignore[untyped-decorator]  # IPython does not type it
def matches(context: CompletionContext) -> SimpleMatcherResult:
    """The words that go on what stands before the cursor; nobody else is asked in such a cell."""
    text = context.full_text
    head = _HEAD.match(text)
    if head is None:
        return {"completions": []}
    lines = text.split("\n")
    at = sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
    if at <= head.end():
        found = re.search(r"--?\w*$", text[:at])
        begun = "" if found is None else found[0]
        words = [SimpleCompletion(word, type="param") for word in magic.OPTIONS]
    else:
        # As the magic reads it: the cell without its first line.
        page, offset = Page(text[head.end() :]), at - head.end()
        line = page.text[page.text.rfind("\n", 0, offset) + 1 : offset]
        found = re.search(r"[\w.]*$" if line.lstrip().startswith("import ") else r"\w*$", line)
        begun = "" if found is None else found[0]
        words = [SimpleCompletion(each.word, type=each.kind) for each in proposals(page, offset)]
    return {
        "completions": [each for each in words if each.text.startswith(begun)],
        "matched_fragment": begun,
        "suppress": True,
        "ordered": True,
    }


def add(shell: InteractiveShell) -> None:
    """Have the shell ask."""
    if matches not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(matches)


def remove(shell: InteractiveShell) -> None:
    """Have it ask no more."""
    if matches in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(matches)
