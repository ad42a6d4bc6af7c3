"""Diagnostics in the forms that other programs read a line or a document of.

``concise`` is a line for each, as compilers print them and editors jump to; ``github`` is the same
as commands that GitHub shows beside the lines of a change; ``sarif`` is a document.
"""

from __future__ import annotations

from collections.abc import Iterable

from archc.render.characters import cut
from archc.render.most import most
from archir.base.diagnostics import Diagnostic


def rendered(form: str, diagnostics: Iterable[Diagnostic], version: str) -> str:
    """All diagnostics in one of these forms; ``version`` is archc's."""
    said, left = most(diagnostics)
    if form == "sarif":
        from archc.render.sarif import document

        return document(said, left, version)
    line = _github if form == "github" else _concise
    lines = [line(each) for each in said]
    if left:
        lines.append(f"{'::notice::' if form == 'github' else ''}... and {left:,} more")
    return "".join(f"{each}\n" for each in lines)


def _concise(item: Diagnostic) -> str:
    line, column = item.span.source.position(item.span.start)
    message = " ".join(cut(item.problem.message()).split("\n"))
    where = f"{item.span.source.name}:{line}:{column}"
    return f"{where}: {item.severity}[{item.problem.name}]: {message}"


def _github(item: Diagnostic) -> str:
    """``::error file=net.arch,line=3,col=5,…::message``, as GitHub's runner reads it."""
    source = item.span.source
    line, column = source.position(item.span.start)
    end_line, end_column = source.position(item.span.end)
    facts: dict[str, object] = {"title": f"archc {item.problem.name}", "file": source.name}
    facts |= {"line": line, "endLine": end_line}
    if line == end_line:  # GitHub refuses columns of several lines
        facts |= {"col": column, "endColumn": end_column}
    message = cut(item.problem.message())
    if item.hint is not None:
        message += f"\nhelp: {cut(item.hint)}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in facts.items())
    return f"::{item.severity} {listed}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
