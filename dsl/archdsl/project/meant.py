"""What an import that has no sense was likely to be, where it names a library."""

from __future__ import annotations

import re

from archdsl.project.locate import libraries, library_names
from archdsl.project.program import FileScope
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostic
from archir.base.fixes import swap
from archir.base.record import replaced
from archir.base.source import Span

_WORD = re.compile(r"[^\W\d]\w*")


def meant(scope: FileScope, node: ast.Refused, found: list[Diagnostic]) -> tuple[str, ...]:
    """The names that an import of a library was to give, which its error then shows how to import.

    They are those that it names itself, or else those of the library that the file uses.
    """
    text = node.span.text.split("\n", 1)[0].split("#", 1)[0].rstrip()
    dotted = text.replace("/", ".")
    library = next((each for each in libraries() if re.search(rf"\b{each}\b", dotted)), None)
    if library is None:
        return ()
    known = {name for name, home in library_names().items() if home == library}
    used = [word for word in _WORD.findall(dotted) if word in known]
    used = used or [word for word in _WORD.findall(scope.file.source.text) if word in known]
    names = tuple(dict.fromkeys(used))
    line = Span(node.span.source, node.span.start, node.span.start + len(text))
    for at, item in enumerate(found):
        if names and item.span.source is line.source and line.start <= item.span.start <= line.end:
            wanted = f"import {library}: {', '.join(names)}"
            found[at] = replaced(item, advice=f"write `{wanted}`", repair=swap(line, wanted))
    return names
