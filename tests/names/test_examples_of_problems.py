"""Every problem of these rules is raised by its own bad example, and not by its good one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from nameskit import problems

from archdsl.rules import arguments, imports, initial, names, parameters, placement, unused
from archir.base.diagnostics import Problem

MODULES = (arguments, imports, initial, names, parameters, placement, unused)


def classes() -> Iterator[type[Problem]]:
    for module in MODULES:
        for value in vars(module).values():
            is_problem = isinstance(value, type) and issubclass(value, Problem)
            if is_problem and value.__module__ == module.__name__ and hasattr(value, "name"):
                yield value


ALL = list(classes())


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_bad_raises_it(problem: type[Problem]) -> None:
    found = problems(problem.bad, getattr(problem, "files", None))
    assert problem.name in [diagnostic.problem.name for diagnostic in found]


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_good_is_clean(problem: type[Problem]) -> None:
    found = problems(problem.good, getattr(problem, "files", None))
    assert [(d.problem.name, d.problem.message()) for d in found] == []


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_it_speaks_plainly(problem: type[Problem]) -> None:
    files = getattr(problem, "files", None)
    mine = [d for d in problems(problem.bad, files) if d.problem.name == problem.name]
    for diagnostic in mine:
        message = diagnostic.problem.message()
        assert message == message.strip() and "\n" not in message
        assert not message.endswith(".")
        assert (diagnostic.problem.__doc__ or "").strip().endswith((".", "`"))
    assert "_" not in problem.name and problem.name == problem.name.lower()


def test_names_are_unique() -> None:
    assert len({problem.name for problem in ALL}) == len(ALL)
