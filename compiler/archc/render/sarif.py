"""Diagnostics as a SARIF 2.1.0 document, with the edits that put them right.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from inspect import getdoc
from urllib.parse import quote

from archc.render.characters import cut
from archc.render.data import Json
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix
from archir.base.source import Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def document(found: Sequence[Diagnostic], left: int, version: str) -> str:
    """The document of one run, which says how many diagnostics are left out of it."""
    problems = list(dict.fromkeys(type(each.problem) for each in found))
    rules = {problem: at for at, problem in enumerate(problems)}
    driver: dict[str, Json] = {
        "name": "archc",
        "version": version,
        "rules": [_rule(problem) for problem in problems],
    }
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, rules[type(each.problem)]) for each in found],
    }
    if left:
        notice: Json = {"level": "note", "message": {"text": f"and {left:,} more"}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [notice]}]
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(problem: type[Problem]) -> Json:
    doc = getdoc(problem) or ""
    return {
        "id": problem.name,
        "shortDescription": {"text": " ".join(doc.split("\n\n")[0].split())},
        "fullDescription": {"text": doc},
        "defaultConfiguration": {"level": problem.severity},
    }


def _result(item: Diagnostic, rule: int) -> Json:
    message = cut(item.problem.message())
    if item.hint is not None:
        message += f"\nhelp: {cut(item.hint)}"
    result: dict[str, Json] = {
        "ruleId": item.problem.name,
        "ruleIndex": rule,
        "level": item.severity,
        "message": {"text": message},
        "locations": [_location(item.span)],
    }
    if item.related:
        result["relatedLocations"] = [
            {**_location(other.span), "id": at, "message": {"text": cut(other.text)}}
            for at, other in enumerate(item.related)
        ]
    fix = item.fix
    if fix is not None:
        result["fixes"] = [_fix(fix)]
    return result


def _fix(fix: Fix) -> Json:
    replacements: list[Json] = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    change: dict[str, Json] = {
        "artifactLocation": _artifact(fix.edits[0].span),
        "replacements": replacements,
    }
    kind = "safe" if fix.is_safe else "unsafe"
    return {"description": {"text": f"{cut(fix.words)} ({kind})"}, "artifactChanges": [change]}


def _location(span: Span) -> dict[str, Json]:
    return {"physicalLocation": {"artifactLocation": _artifact(span), "region": _region(span)}}


def _artifact(span: Span) -> Json:
    return {"uri": quote(span.source.name.replace("\\", "/"))}


def _region(span: Span) -> Json:
    """A range; columns count from 1, and the last one is behind it."""
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }
