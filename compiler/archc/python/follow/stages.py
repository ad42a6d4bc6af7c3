"""The stages of a template, found in its text."""

from __future__ import annotations

from collections.abc import Iterator

from archir import template


def stages_of(body: template.Body) -> Iterator[template.Stage]:
    """All stages of a body, those of labelled groups too."""
    for statement in body.statements:
        if isinstance(statement, template.Pipeline):
            for stage in statement.stages:
                yield stage
                yield from _inside(stage.unit)
        elif isinstance(statement, template.Loop):
            yield from stages_of(statement.body)
        elif isinstance(statement, template.If):
            for _, inner in statement.arms:
                yield from stages_of(inner)
            if statement.otherwise is not None:
                yield from stages_of(statement.otherwise)


def _inside(unit: template.Unit) -> Iterator[template.Stage]:
    if isinstance(unit, template.Braces | template.Dense):
        yield from stages_of(unit.body)
    elif isinstance(unit, template.Residual):
        yield from stages_of(unit.body)
        if unit.shortcut is not None:
            yield from stages_of(unit.shortcut)
    branches = unit.branches if isinstance(unit, template.Part) else unit
    if isinstance(branches, template.Branches):
        yield from stages_of(template.Body(branches.items))


def base_of(stage: template.Stage) -> str:
    """The name that a stage's module has where it has no label."""
    unit = stage.unit
    assert isinstance(unit, template.Part)
    return unit.target.keyword if isinstance(unit.target, template.OpValue) else unit.target.name
