"""The fuzzer finds what is wrong, keeps it, goes on, and finds nothing in what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hash_seeds import under_hash_seeds

from archc import pipeline
from archc.testing.__main__ import main
from archc.testing.fuzz import Corpus, answer, attempt, bounds, mutant, state, work
from archc.testing.fuzz.state import State
from archir.base.source import Source

ROOT = Path(__file__).resolve().parents[2]

NET = "model net() {\n  input x: [N, 3, H = 8, W = 8]\n  conv(4, 3) -> relu\n  flatten\n}\n"
OTHER = "let a = [1, 2]\n\nmodel m(n = 2) {\n  input y: [N, n]\n  linear(3) as z\n}\n"

Load = Callable[[Source, Path | None], object]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """A run over two texts, in ranges of ten."""
    monkeypatch.setattr(state, "CHUNK", 10)
    return State(tmp_path / "fuzz", 1, Corpus.of([NET, OTHER]))


def spoil(monkeypatch: pytest.MonkeyPatch, word: str, harm: Callable[[], object]) -> None:
    """Let the compiler do harm where a text has a word."""
    right = pipeline.load

    def load(source: Source, path: Path | None) -> object:
        if word in source.text:
            harm()
        return right(source, path)

    monkeypatch.setattr(pipeline, "load", load)


def crash() -> None:
    raise ZeroDivisionError("boom")


def hang() -> None:
    while True:
        pass


def quiet(_: State) -> None:
    """Nobody is told."""


def containing(run: State, word: str, upto: int) -> list[int]:
    """The mutants that have a word and are texts."""
    texts = [(number, mutant(run.seed, number, run.corpus)) for number in range(upto)]
    return [number for number, text in texts if word in text.decode("utf-8", "replace")]


def test_the_compiler_answers_a_few_thousand_mutants(tmp_path: Path) -> None:
    words = ["--executions", "2500", "--seed", "1", "--processes", "1", "--out", str(tmp_path)]
    folders = [f"--corpus={ROOT / name}" for name in ("tests/spec", "docs", "tests/hostile")]
    done = subprocess.run(
        [sys.executable, "-m", "archc.testing", "fuzz", *words, *folders],
        capture_output=True,
        check=False,
        text=True,
    )
    line = done.stdout.splitlines()[-1]
    assert line == "2,500 executions, 0 internal errors, 0 over 10 s, 0 over 1 GiB", done.stdout
    assert done.returncode == 0
    reached = {stage: int(count) for count, stage in re.findall(r"(\d+) (\w+)", done.stdout)}
    assert reached["accepted"] > 200, "many come as far as the back ends"


def test_a_fault_is_found_and_made_small(small: State, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "flatten", crash)
    work.run(small, 60, 2, quiet)
    assert small.executions == 60 and small.failed
    (key,) = small.keys
    assert key.startswith("internal ZeroDivisionError")
    found = sorted(small.folder.glob("*.arch"))
    assert found and all(path.read_bytes() == b"flatten" for path in found)
    assert "boom" in found[0].with_suffix(".txt").read_text("utf-8")


def test_every_fault_is_counted(small: State, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = containing(small, "flatten", 60)
    spoil(monkeypatch, "flatten", crash)
    work.run(small, 60, 1, quiet)
    unread = [n for n in expected if not is_text(mutant(1, n, small.corpus))]
    assert small.faults.total() == len(expected) - len(unread) > 5


def is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        (hang, "20 executions, 0 internal errors, 3 over 10 s, 0 over 1 GiB"),
        (lambda: bytearray(2 << 30), "20 executions, 0 internal errors, 0 over 10 s, 3 over 1 GiB"),
        (lambda: os._exit(9), "20 executions, 3 internal errors, 0 over 10 s, 0 over 1 GiB"),
    ],
    ids=["endless", "greedy", "dies"],
)
def test_a_text_that_takes_too_much_stops_only_itself(
    small: State, monkeypatch: pytest.MonkeyPatch, harm: Callable[[], object], line: str
) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.3)
    monkeypatch.setattr(work, "SLOW_TRIES", 2)
    marked = {b"aa": 2, b"ab": 9, b"ac": 15}
    monkeypatch.setattr(
        work,
        "mutant",
        lambda _, number, __: next((t for t, n in marked.items() if n == number), b"x"),
    )
    spoil(monkeypatch, "a", harm)
    work.run(small, 20, 1, quiet)
    assert small.line() == line


def test_a_run_that_is_stopped_goes_on(small: State, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "flatten", crash)

    def stop(run: State) -> None:
        if run.executions >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.run(small, 60, 2, stop)
    resumed = State.resumed(small.folder, 1)
    assert resumed is not None and 20 <= resumed.executions < 60
    work.run(resumed, 60, 2, quiet)
    whole = State(small.folder.with_name("whole"), 1, small.corpus)
    work.run(whole, 60, 1, quiet)
    assert (resumed.line(), resumed.reached) == (whole.line(), whole.reached)
    assert resumed.keys == whole.keys


def test_a_run_of_another_seed_is_no_beginning(small: State) -> None:
    small.save()
    with pytest.raises(ValueError, match="the seed 1"):
        State.resumed(small.folder, 2)


def test_a_mutant_depends_on_nothing_but_its_number(small: State) -> None:
    code = (
        "import hashlib; from archc.testing.fuzz import Corpus, mutant\n"
        f"corpus = Corpus.of([{NET!r}, {OTHER!r}])\n"
        "print(hashlib.sha256(b'|'.join(mutant(1, n, corpus) for n in range(200))).hexdigest())"
    )
    under_hash_seeds("-c", code)
    made = [mutant(1, number, small.corpus) for number in range(200)]
    assert len(set(made)) > 150


def test_how_far_texts_come() -> None:
    assert answer(NET.encode()) == "accepted"
    assert answer(NET.replace("conv(4, 3)", "conv(4, 9)").encode()) == "refused"
    assert answer(b"model (") == answer(b"\xff") == answer(b"model m() { rellu }") == "unread"
    assert attempt(NET.encode()) == ("accepted", None)


def test_a_refusal_without_a_word_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from archir.base.diagnostics import Diagnostics

    monkeypatch.setattr(pipeline, "load", lambda *_: (None, Diagnostics()))
    fault = attempt(NET.encode())[1]
    assert fault is not None and "without a word" in fault.what


def test_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == main(["fuz"]) == 2
    assert "fuzz" in capsys.readouterr().err
    assert main(["--help"]) == 0
