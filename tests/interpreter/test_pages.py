"""Every model of the literate spec and of the documentation, run by the interpreter.

Where the compiler finds a mistake the interpreter refuses too, but for what it does not judge.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from beside import LARGEST, Project, differences
from literate import Case, cases

from archc.testing.interpreter import Refused
from archir.graph.measure import parameter_count

ROOT = Path(__file__).parents[2]
# Section 8 of the language, the limits, is about the compiler's own room and time.
SPEC = sorted(set((ROOT / "tests" / "spec").glob("*.md")) - {ROOT / "tests/spec/limits.md"})
DOCS = sorted(set((ROOT / "docs").rglob("*.md")) - {ROOT / "docs" / "own-ops.md"})

ELSEWHERE = {
    # What shows at other sizes alone.
    "argument-depends-on-size",
    "batch-held",
    "depends-on-size",
    "shape-not-as-written",
    # What stands in arms that are not taken and in what nobody uses.
    "argument-given-twice",
    "empty-domain",
    "missing-argument",
    "needs-itself",
    "no-such-parameter",
    "too-many-arguments",
    "underscore-as-name",
    "unknown-argument",
    "unknown-name",
    "unknown-parameter-in-rule",
    "unknown-type",
    "wrong-type-arguments",
    # Section 8 again: a text may ask for as many turns of a loop as it likes.
    "limit-exceeded",
}
"""Errors that the interpreter, which runs what is taken, need not meet."""


@pytest.fixture(autouse=True)
def even_kernels_may_copy() -> Iterator[None]:
    """torch warns of the time that ``padding="same"`` takes with an even kernel."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        yield


@pytest.mark.parametrize("page", [*SPEC, *DOCS], ids=lambda page: page.stem)
def test_the_compiler_says_the_same(page: Path, tmp_path: Path) -> None:
    found: list[str] = []
    for number, case in enumerate(cases(page)):
        folder = tmp_path / str(number)
        found += [f"{page.name}:{case.line}: {each}" for each in _case(case, folder)]
    assert not found, "\n".join(found)


def _case(case: Case, folder: Path) -> list[str]:
    project = Project({file.name: file.text for file in case.files}, case.main.name, folder)
    models, diagnostics = project.checked()
    errors = {item.problem.name for item in diagnostics if item.severity == "error"}
    if errors:
        return [] if errors & ELSEWHERE or _refuses(project) else [f"runs in spite of {errors}"]
    interpreter = project.interpreter()
    found = [] if set(interpreter.models()) == set(models) else [f"{interpreter.models()}"]
    for name, typed in models.items():
        if parameter_count(typed) <= LARGEST:
            found += differences(interpreter, name, typed)
    return found


def _refuses(project: Project) -> bool:
    """Whether one of the models is refused."""
    try:
        interpreter = project.interpreter()
        for name in interpreter.models():
            interpreter.network(name).build()
    except Refused:
        return True
    return False
