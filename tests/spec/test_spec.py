"""Runs the literate spec: every ``arch`` block of ``tests/spec/*.md`` and of the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from math import floor
from pathlib import Path

import pytest
from literate import Case, cases, expand

from archc import pipeline
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source, Span
from archir.graph.graph import Apply, Group, Read, Use, Value
from archir.graph.steps import definitions, walk
from archir.graph.typed import TypedGraph
from archir.shapes.dims import evaluate
from archir.shapes.types import TensorType

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SPEC = [case for path in sorted(HERE.glob("*.md")) for case in cases(path)]
# tests/project/test_own_ops.py runs that page, with the package that it shows installed.
WITH_COMMANDS = {ROOT / "docs" / "own-ops.md", *(ROOT / "docs" / "fields").glob("*.md")}
"""Pages whose texts stand beside what commands say of them, mistakes too (``tests/project``)."""

PAGES = sorted(set((ROOT / "docs").rglob("*.md")) - WITH_COMMANDS)
DOCS = [case for path in PAGES for case in cases(path)]
OFFSETS = (0, 1, 2, 3, 5, 7, 16, 31)
"""A revealed shape is compared at the default sizes plus each of these."""


@pytest.mark.parametrize("case", SPEC, ids=lambda case: case.id)
def test_spec(case: Case, tmp_path: Path) -> None:
    assert case.states_something, "the block states nothing: give it comments, keys, or `clean`"
    hold(case, tmp_path)


@pytest.mark.parametrize("case", DOCS, ids=lambda case: case.id)
def test_docs(case: Case, tmp_path: Path) -> None:
    hold(case, tmp_path)


def hold(case: Case, folder: Path) -> None:
    """Fail with all that differs between what a case states and what the compiler says."""
    for file in case.files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, "utf-8", newline="")
    source = Source("main.arch", case.main.text)
    checked, found = pipeline.check_source(source, folder / "main.arch")
    models = {model.name: model.typed for model in checked if model.typed is not None}
    differences = [*_diagnostics(case, list(found)), *_reveals(case, models)]
    if not found.has_errors:
        differences += _keys(case, models)
    where = f"{case.path.name}:{case.line}"
    assert not differences, "\n".join([where, *differences, "", case.main.text])


# --- diagnostics --------------------------------------------------------------------------------


def _diagnostics(case: Case, found: list[Diagnostic]) -> list[str]:
    """What was stated and not found, and what was found and not stated."""
    stated = [(file.name, expected) for file in case.files for expected in file.diagnostics]
    differences: list[str] = []
    for diagnostic in found:
        problem = diagnostic.problem
        line, _ = diagnostic.span.source.position(diagnostic.span.start)
        name = diagnostic.span.source.name.removeprefix("./")
        for entry in stated:
            file, expected = entry
            if (
                Path(name).name == Path(file).name
                and (expected.line, expected.severity, expected.name)
                == (line, diagnostic.severity, problem.name)
                and (expected.fragment is None or expected.fragment in problem.message())
            ):
                stated.remove(entry)
                break
        else:
            differences.append(
                f"unstated: {name}:{line}: {diagnostic.severity}: [{problem.name}] "
                f"{problem.message()}"
            )
    differences += [
        f"not found: {name}:{e.line}: {e.severity}: [{e.name}] {e.fragment or ''}"
        for name, e in stated
    ]
    return differences


# --- revealed types -----------------------------------------------------------------------------


def _reveals(case: Case, models: Mapping[str, TypedGraph]) -> list[str]:
    differences: list[str] = []
    for line, expected in case.main.reveals:
        runs = [
            (types, typed)
            for typed in models.values()
            for types in _types_on(typed, case.main.name, line)
        ]
        # Once for each run of equal ones.
        actual = [next(group) for _, group in groupby(runs, lambda run: run[0])]
        texts = [", ".join(str(tensor) for tensor in types) for types, _ in actual]
        agree = len(expected) == len(actual) and all(
            _agrees(text, types, typed.graph.sizes)
            for text, (types, typed) in zip(expected, actual, strict=True)
        )
        if not agree:
            differences.append(f"line {line}: revealed {'; '.join(texts) or 'nothing'}")
    return differences


def _types_on(typed: TypedGraph, name: str, line: int) -> list[tuple[TensorType, ...]]:
    """The types that the last stage on a line gives, in the order of running."""
    found: list[tuple[Span, tuple[TensorType, ...]]] = []
    for definition in definitions(typed.graph):
        values: list[tuple[Span, tuple[Value, ...]]]
        values = [(value.span, (value,)) for value in definition.inputs]
        values += [
            (step.span, step.outputs)
            for step in walk(definition.steps)
            if isinstance(step, Apply | Use | Group | Read)
        ]
        for span, outputs in values:
            end_line, _ = span.source.position(max(span.end - 1, span.start))
            if end_line == line and Path(span.source.name).name == name:
                found.append((span, typed.types_of(definition, outputs)))
    if not found:
        return []
    last = max(found, key=lambda item: (item[0].end, -item[0].start))[0]
    return [types for span, types in found if span == last]


def _agrees(text: str, types: tuple[TensorType, ...], defaults: Mapping[str, int]) -> bool:
    """Whether a written type is the actual one, at the default sizes and at others near them."""
    if len(types) != 1:
        return text == ", ".join(str(tensor) for tensor in types)
    tensor = types[0]
    dtype, bracket, dims = text.partition("[")
    assert bracket, f"cannot read the type {text!r}"
    if (dtype or "float32") != tensor.dtype:
        return False
    for offset in OFFSETS:
        sizes = {name: default + offset for name, default in defaults.items()}
        names = {"min": min, "max": max, "floor": floor, **sizes}
        written = eval(f"[{dims}", {"__builtins__": {}}, names)
        if written != [evaluate(dim, sizes) for dim in tensor.shape]:
            return False
    return True


# --- keys ---------------------------------------------------------------------------------------


def _keys(case: Case, models: Mapping[str, TypedGraph]) -> list[str]:
    from archc.torch import module

    differences: list[str] = []
    for wanted, lines in case.keys:
        if wanted is None and len(models) != 1:
            differences.append(f"say which of the models {', '.join(models)} the keys are of")
            continue
        typed = models[wanted] if wanted else next(iter(models.values()))
        expected, params = expand(lines)
        net = module(typed)
        actual = [(key, tuple(value.shape)) for key, value in net.state_dict().items()]
        if expected != actual and (expected or params is None):
            shown = "\n".join(f"  {key}: {list(shape)}" for key, shape in actual)
            differences.append(f"the keys are\n{shown}")
        count = sum(parameter.numel() for parameter in net.parameters())
        if params is not None and params != count:
            differences.append(f"there are {count} parameters, not {params}")
    return differences
