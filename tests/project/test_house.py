"""What is counted of the code is counted right, on a house of a few files."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from duties import DUTIES
from house import House, Measure, main, measures

BRANCHES = "\n".join(f"    if x == {n}:\n        return {n}" for n in range(20))

FILES = {
    "arch/archir/__init__.py": "",
    "arch/archir/one/__init__.py": "",
    "arch/archir/one/first.py": "def f():\n    from archir.two import last\n",
    "arch/archir/one/same.py": "class Same: ...\nfrom archir.one import other\n",
    "arch/archir/one/other.py": "if TYPE_CHECKING:\n    import archir.one.same\n",
    "arch/archir/two/__init__.py": "",
    "arch/archir/two/last.py": "from archir.one import first\n",
    "arch/archir/two/same.py": f"class Same: ...\ndef many(x):\n{BRANCHES}\n    return x or 1\n",
    "dsl/archdsl/__init__.py": "",
    "dsl/archdsl/same.py": "class Same: ...\nNAME = 'svg'\n",
    "compiler/archc/__init__.py": "def long():\n" + "    pass\n" * 60,
    "compiler/archc/same.py": "NAME = '.svg'\n",
    "compiler/archc/testing/same.py": "class Same: ...\n" * 100,
}


@pytest.fixture
def counted(tmp_path: Path) -> dict[str, Measure]:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return {each.what: each for each in measures(House(tmp_path))}


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("lines of Python in the three wings, less the aids for tests", 114),
        ("files directly in arch/archir", 1),
        ("files directly in dsl/archdsl", 2),
        ("files directly in compiler/archc", 2),
        ("files directly in any other folder", 4),
        ("import circles across rooms", 1),
        ("import circles inside a room", 1),
        ("circles of which no __init__ gives the reason", 1),
        ("functions of more than 60 lines", 1),
        ("functions of a cyclomatic complexity over 20", 1),
        ("names of classes in three modules and more", 1),
        ("names of files in four folders and more", 1),
        ("modules that name a format of pictures", 2),
    ],
)
def test_each_measure(what: str, count: int, counted: dict[str, Measure]) -> None:
    assert counted[what].count == count


def test_what_is_over_is_named(counted: dict[str, Measure]) -> None:
    assert counted["import circles across rooms"].which == ("2: archir.one, archir.two",)
    assert counted["functions of more than 60 lines"].which == ("archc.long 61",)
    assert counted["functions of a cyclomatic complexity over 20"].which == (
        "archir.two.same.many 22",
    )


def test_what_is_over_fails_but_for_aims() -> None:
    assert Measure("some", 4, 3).is_over and not Measure("some", 3, 3).is_over
    assert not Measure("lines", 9, 1, is_aim=True).is_over


def test_the_command_fails_where_something_is_over(
    counted: dict[str, Measure], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert counted
    assert main(["--at", str(tmp_path)]) == 1
    assert "| import circles across rooms | 1 **over** | 0 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("duty", "text", "does"),
    [
        ("look names up", "return file.names[name] or BUILTINS.get(name)", True),
        ("look names up", "return name in file.names or name in BUILTINS", True),
        ("look names up", "return [*file.names, *BUILTINS]", False),
        ("look names up", "return BUILTINS[name]", False),
        (
            "bind arguments to parameters",
            "count = sum(item.name is None for item in items)\n    return known[:count]",
            True,
        ),
        (
            "bind arguments to parameters",
            "given = [each for each in items if each.name is None]\n"
            "    return dict(zip(known, given))",
            True,
        ),
        (
            "bind arguments to parameters",
            "for at, item in enumerate(items):\n"
            "        yield known[at] if item.name is None else item",
            True,
        ),
        (
            "bind arguments to parameters",
            "keys = [None if item.name is None else item.name for item in items]\n"
            "    return dict(zip(taken.plan(keys).names, items))",
            False,
        ),
        (
            "bind arguments to parameters",
            "given = [each for each in items if each.name is None]\n    return called(*given)",
            False,
        ),
        (
            "bind arguments to parameters",
            "keys = [name for name in items if name is not None]\n"
            "    count = len(items) - len(keys)\n    return known[:count]",
            True,
        ),
        (
            "bind arguments to parameters",
            "return None if name is None else known[items:]",
            False,
        ),
    ],
)
def test_what_a_function_does(duty: str, text: str, does: bool) -> None:
    (function,) = ast.parse(f"def f(name, items, known):\n    {text}\n").body
    assert isinstance(function, ast.FunctionDef)
    assert DUTIES[duty](function) is does


def test_who_decides_about_labels() -> None:
    text = """
def is_labelled(scope) -> bool:
    return scope.label is not None or any(is_labelled(each) for each in scope)

def is_nameless(slot) -> bool:
    return slot.label is None

def labels(scope) -> list:
    return [is_labelled(each) for each in scope]
"""
    found = [each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)]
    does = DUTIES["decide whether a scope is labelled"]
    assert [each.name for each in found if does(each)] == ["is_labelled"]
