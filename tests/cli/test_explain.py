"""Every problem is explained, with its example and what is said of it: by a command, in pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from all_problems import PROBLEMS
from running import Run

from archc.pages import problems as pages
from archc.pages import vocabulary
from archdsl.syntax.keywords import KEYWORDS
from archir.base.diagnostics import Problem

ROOT = Path(__file__).parents[2]


def test_every_problem_is_explained() -> None:
    """Those of ``all_problems``, which looks for them by itself, and two that back ends raise."""
    names = {problem.name for problem in PROBLEMS}
    known = set(pages.problems())
    assert names <= known
    assert {"refused-by-op", "model-too-large", "diagram-too-large"} <= known - names | names


def test_the_list_names_all_with_what_they_mean(net: Path, archc: Run) -> None:
    outcome = archc("explain")
    assert outcome.code == 0
    for problem in PROBLEMS:
        assert f"\n  {problem.name}\n" in outcome.out or f"\n  {problem.name} (" in outcome.out
    listed = json.loads(archc("explain", "--format", "json").out)["problems"]
    assert [each["name"] for each in listed] == list(pages.problems())
    assert all(each["summary"] and each["group"] for each in listed)
    warnings = {each["name"] for each in listed if each["severity"] == "warning"}
    assert warnings == {each.name for each in PROBLEMS if each.severity == "warning"}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_one_problem(problem: type[Problem], net: Path, archc: Run) -> None:
    outcome = archc("explain", problem.name)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{problem.name} ({problem.severity})\n")
    told = " ".join((problem.__doc__ or "").replace("``", "`").split())
    assert told in " ".join(outcome.out.split())
    if hasattr(problem, "bad"):
        assert f"    {problem.severity}[{problem.name}]: " in outcome.out
        assert "Wrong:" in outcome.out and "Right:" in outcome.out
    assert not list(net.parent.glob("*.tmp"))


def test_what_is_shown_is_what_check_says(net: Path, archc: Run) -> None:
    shown = json.loads(archc("explain", "shapes-differ", "--format", "json").out)["problem"]
    main = net.with_name("main.arch")
    main.write_text(shown["bad"], "utf-8")
    assert archc("check", "main.arch").err.startswith(shown["said"])
    main.write_text(shown["good"], "utf-8")
    assert archc("check", "main.arch").code == 0


def test_the_fix_is_said(net: Path, archc: Run) -> None:
    outcome = archc("explain", "python-constant")
    assert outcome.out.endswith("archc check --fix does this: write `false`\n")
    assert "--unsafe-fixes" in archc("explain", "torch-order").out
    shown = json.loads(archc("explain", "shapes-differ", "--format", "json").out)["problem"]
    assert shown["fix"] is None


def test_names_as_they_are_copied_and_as_they_are_mistyped(net: Path, archc: Run) -> None:
    wanted = archc("explain", "unknown-name").out
    assert archc("explain", "error[unknown-name]:").out == wanted
    outcome = archc("explain", "unkown-name")
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean unknown-name?" in outcome.err
    assert "archc explain lists them all" in archc("explain", "nothing-at-all-like-it").err


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("upsample", "Makes the spatial axes larger, or smaller"),
        ("SqueezeExcite", "import std.mobile: SqueezeExcite"),
        ("kaiming_normal", 'mode = "fan_in"'),
        ("enumerate", "enumerate(list"),
        ("resnet50", "archc examples resnet50"),
        ("Dense", "archc explain linear"),
        ("Sequential", "{ conv(8, 3) -> relu }"),
    ],
)
def test_what_is_no_problem_is_explained_too(word: str, said: str, net: Path, archc: Run) -> None:
    outcome = archc("explain", word)
    assert (outcome.code, outcome.err) == (0, "")
    assert said in outcome.out
    assert "did you mean upsample?" in archc("explain", "upsampel").err


def test_every_word_of_the_grammar_is_explained() -> None:
    for word in sorted(KEYWORDS):
        found = vocabulary.word(word)
        assert found is not None and word in found.lines[0], word


def test_words_as_data(net: Path, archc: Run) -> None:
    shown = json.loads(archc("explain", "repeat", "--format", "json").out)["word"]
    assert (shown["name"], shown["kind"]) == ("repeat", "word of the language")
    assert json.loads(archc("explain", "relu", "--format", "json").out)["op"]["keyword"] == "relu"


def test_long_examples_are_cut() -> None:
    text = "".join(f"line {number} {'x' * 200}\n" for number in range(1000))
    shown = pages.abridged(text).splitlines()
    assert len(shown) == 25
    assert shown[12] == "# \N{HORIZONTAL ELLIPSIS} 976 lines more"
    assert max(map(len, shown)) == 100
    assert pages.abridged("a\nb\n") == "a\nb\n"


def test_the_pages_are_up_to_date() -> None:
    assert pages.outdated(ROOT / "docs" / "problems") == []


def test_pages_that_are_missing_changed_or_too_many_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "problems"
    folder.mkdir()
    (folder / "no-more.md").write_text("x", "utf-8")
    assert pages.main(["--check", str(folder)]) == 1
    assert pages.main([str(folder)]) == 0
    assert pages.main(["--check", str(folder)]) == 0
    assert not (folder / "no-more.md").exists()
    (folder / "README.md").write_text("x", "utf-8")
    assert pages.outdated(folder) == [folder / "README.md"]
    assert pages.main([]) == 2
