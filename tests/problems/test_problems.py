"""Every problem class keeps its promises: explained, raised by ``bad`` and not by ``good``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from all_problems import PROBLEMS, SHOWN

from archc import pipeline
from archc.request.requests import Request
from archir.base.diagnostics import Diagnostics, Problem
from archir.base.source import Source

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def check(text: str, folder: Path, problem: type[Problem]) -> Diagnostics:
    files: dict[str, bytes | None] = getattr(problem, "files", {})
    for name, data in files.items():
        if data is None:  # what cannot be read, also by who may read everything
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)
    path = folder / "main.arch"
    path.write_text(text, "utf-8", newline="")
    # A problem may be one of the model that is asked for.
    model: str | None = getattr(problem, "only_model", None)
    sizes: dict[str, int] | None = getattr(problem, "asked_sizes", None)
    request = Request(sizes or {})
    return pipeline.check_source(Source("main.arch", text), path, model, request=request)[1]


def test_there_are_problems_of_both_stages() -> None:
    stages = {problem.__module__.partition(".")[0] for problem in PROBLEMS}
    assert stages == {"archir", "archdsl"}


def test_names_are_unique() -> None:
    names = [problem.name for problem in PROBLEMS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_problem_is_explained(problem: type[Problem]) -> None:
    assert KEBAB.fullmatch(problem.name), "a name in kebab case that says the bad thing"
    assert problem.__doc__ and problem.__doc__.strip().endswith((".", ")")), "an explanation"
    assert problem.severity in ("error", "warning")


@pytest.mark.parametrize("problem", SHOWN, ids=lambda problem: problem.name)
def test_bad_raises_it(problem: type[Problem], tmp_path: Path) -> None:
    found = check(problem.bad, tmp_path, problem)
    raised = [item for item in found if item.problem.name == problem.name]
    assert raised, f"found {[item.problem.name for item in found]}"
    for item in raised:
        message = item.problem.message()
        assert message and not message.endswith("."), message
        # In lower case, but for a word of the user's own.
        word = message.split()[0].strip("`'\".,:()")
        assert not word[:1].isupper() or word in problem.bad, message


@pytest.mark.parametrize("problem", SHOWN, ids=lambda problem: problem.name)
def test_good_is_clean(problem: type[Problem], tmp_path: Path) -> None:
    found = check(problem.good, tmp_path, problem)
    errors = [item for item in found if item.is_error or item.problem.name == problem.name]
    assert not errors, [(item.problem.name, item.problem.message()) for item in errors]
