"""Diagnostics for a person at a terminal.

::

    error[kernel-does-not-fit]: max_pool(2) needs a height of at least 2, and it is 1
      --> net.arch:14:7
       |
    14 |       max_pool(2)
       |       ^^^^^^^^^^^ height 1
       |
       = help: pool less often, or start from a larger image
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archc.render.characters import cut, printable
from archc.render.most import most
from archc.render.snippet import Gutter, MarkedPlace, blocks, snippet
from archc.render.style import Style
from archir.base.diagnostics import Diagnostic
from archir.base.source import Span

PLACES = 20
"""How many places of one problem are shown beside its own."""


def render(diagnostics: Iterable[Diagnostic], style: Style) -> str:
    """All diagnostics in the order they were found, and a last line that counts them."""
    found = list(diagnostics)
    if not found:
        return ""
    said, left = most(found)
    parts = [_diagnostic(diagnostic, style) for diagnostic in said]
    if left:
        parts.append(f"... and {left:,} more\n")
    return "\n".join([*parts, summary(found) + "\n"])


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """``2 errors, 1 warning``."""
    errors = sum(diagnostic.is_error for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    counts = [(errors, "error"), (warnings, "warning")]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n)


def plain(severity: str, message: str, hint: str | None, style: Style) -> str:
    """A message that has no place in a file, in the same form."""
    rows = [_headline(severity, "", message, style)]
    if hint:
        rows += _remark("help", hint, "", style)
    return "\n".join(rows) + "\n"


def _diagnostic(diagnostic: Diagnostic, style: Style) -> str:
    problem = diagnostic.problem
    own = MarkedPlace(diagnostic.span, cut(problem.label() or ""), problem.severity)
    shown = diagnostic.related[:PLACES]
    others = [MarkedPlace(label.span, cut(label.text), "frame") for label in shown]
    places = [own, *others]
    gutter = Gutter(len(str(max(place.end[0] for place in places))), style)
    rows = [_headline(problem.severity, problem.name, problem.message(), style)]
    for index, block in enumerate(blocks(places)):
        if index:
            rows.append(gutter.row())
        rows.append(gutter.arrow(":::" if index else "-->", _where(block[0].span, style)))
        rows.extend(snippet(block, gutter))
    indent = " " * gutter.digits + " "
    left = len(diagnostic.related) - PLACES
    if left > 0:
        rows += [gutter.row(), *_remark("note", f"and {left:,} more places", indent, style)]
    if diagnostic.times > 1:
        rows += [gutter.row(), *_remark("note", _times(diagnostic.times), indent, style)]
    hint = diagnostic.hint
    if hint:
        rows.append(gutter.row())
        rows.extend(_remark("help", hint, indent, style))
    return "\n".join(rows) + "\n"


def _times(times: int) -> str:
    return f"this is the first of {times:,} such errors at this place"


def _headline(severity: str, name: str, message: str, style: Style) -> str:
    head = style.paint(severity + (f"[{name}]" if name else ""), severity)
    lines = [printable(line, style.encoding) for line in cut(message).split("\n")]
    return head + style.paint(": " + lines[0], "strong") + "".join(f"\n  {x}" for x in lines[1:])


def _where(span: Span, style: Style) -> str:
    line, column = span.source.position(span.start)
    return f"{printable(span.source.name, style.encoding)}:{line}:{column}"


def _remark(word: str, text: str, indent: str, style: Style) -> Iterator[str]:
    """``= help: …``, behind a frame, or ``help: …``; further lines stand under the first."""
    frame = style.paint("=", "frame") + " " if indent else ""
    blank = " " * (len(indent) + (2 if indent else 0) + len(word) + 2)
    for index, line in enumerate(cut(text).split("\n")):
        head = blank if index else f"{indent}{frame}{style.paint(word, 'help')}: "
        yield head + printable(line, style.encoding)
