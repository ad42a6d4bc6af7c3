"""The commands of ``python -m archc.testing``: what is wrong with their words is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from archc.testing.__main__ import main


def test_a_word_that_is_no_command_says_which_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fuz"]) == main(["nothing"]) == main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("did you mean fuzz?\n") and said.count("did you mean") == 1


@pytest.mark.parametrize("words", [["agree", "--networks", "-1"], ["fuzz", "--executions", "x"]])
def test_a_number_that_is_none_is_said(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"{words[1]}: a whole number above 0 is meant, and not {words[2]}" in said


def test_a_corpus_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["fuzz", "--corpus", str(tmp_path / "none"), "--out", str(out)]) == 2
    assert "none: there is no folder of that name" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("notes", ["[]", '{"seed": 1}', '{"seed": 1, "done": 5, "corpus": 0}', "{"])
@pytest.mark.parametrize("corpus", ["[]", '{"texts": []}', "7"])
@pytest.mark.parametrize("command", ["fuzz", "agree"])
def test_notes_of_another_version_are_said(
    command: str, notes: str, corpus: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state.json").write_text(notes, "utf-8")
    (tmp_path / "corpus.json").write_text(corpus, "utf-8")
    words = {"fuzz": ["fuzz"], "agree": ["agree", "--resume"]}[command]
    assert main([*words, "--seed", "1", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and "begins anew" in said
    assert (tmp_path / "state.json").read_text("utf-8") == notes
