"""Which points are tried: networks within the budget, each once, the same whatever happens."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from executors import TEXT, Instant, by_parameters, proposals

import archc

ASKED: dict[str, Any] = {
    "train": "trainers:fit",
    "trials": 18,
    "score": "loss, params",
    "budget": "params <= 600",
    "parallel": 2,
}


def run(folder: str, executor: Instant, **other: Any) -> archc.Search:
    return archc.search("net.arch", folder=folder, engine=executor, **{**ASKED, **other})


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search that nothing has disturbed, in the folder ``whole`` beside its file."""
    place = tmp_path_factory.mktemp("done")
    (place / "net.arch").write_text(TEXT, "utf-8")
    with contextlib.chdir(place), pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        run("whole", Instant(by_parameters))
    return place / "whole"


@pytest.fixture
def whole(net: Path, done: Path) -> list[str]:
    """Its points."""
    shutil.copytree(done, net.parent / "whole")
    return proposals(done)


def test_each_is_a_network_within_the_budget_and_no_other(net: Path, whole: list[str]) -> None:
    assert len(whole) == len(set(whole)) == 18
    space = archc.space("net.arch")
    assert space.variants(space.sample(100)).refused > 20  # what a sampler alone would propose
    for trial in archc.searched("whole").trials:
        checked = archc.check(trial.file)
        assert checked.ok
        counted = checked.model.parameters
        assert counted == trial.scores["parameters"] <= 600
        assert trial.scores["loss"] == abs(counted - 400)
        assert f"variant = net({trial.arguments})" in trial.file.read_text()


def test_the_order_in_which_trials_end_is_nothing(net: Path, whole: list[str]) -> None:
    late = Instant(by_parameters, hold=2)
    run("late", late, trials=15)  # three at a time, so that none waits for ever
    assert proposals(net.parent / "late") == whole[:15]


def test_another_seed_is_another_search(net: Path, whole: list[str]) -> None:
    run("other", Instant(by_parameters), trials=6, seed=1)
    assert proposals(net.parent / "other") != whole[:6]


@pytest.mark.parametrize("stop_at", [1, 13])
def test_a_search_that_was_stopped_goes_on(net: Path, whole: list[str], stop_at: int) -> None:
    executor = Instant(by_parameters)
    executor.stop_at = stop_at
    with pytest.raises(KeyboardInterrupt):
        run("stopped", executor)
    folder = net.parent / "stopped"
    journal = folder / "journal.log"
    journal.write_bytes(journal.read_bytes() + b'{"op_code": 4, "wor')  # killed as it wrote
    (folder / "trials" / f"{stop_at:04}" / "trial.json").unlink()  # or before it did
    again = Instant(by_parameters)
    found = archc.resume(folder, engine=again)
    assert proposals(folder) == whole
    assert executor.submitted + again.submitted == list(range(18))  # none lost, and none twice
    assert [each.number for each in found.trials] == list(range(18))


def test_more_trials_are_those_of_a_longer_search(net: Path, whole: list[str]) -> None:
    run("short", Instant(by_parameters), trials=13)
    archc.resume("short", trials=18, engine=Instant(by_parameters))
    assert proposals(net.parent / "short") == whole


def test_what_was_lost_is_run_again(net: Path, whole: list[str]) -> None:
    executor = Instant(by_parameters)
    executor.kills = {0, 5, 17}
    found = run("lost", executor)
    assert sorted(executor.submitted) == sorted([*range(18), 0, 5, 17])
    assert proposals(net.parent / "lost") == whole
    assert [each.outcome for each in found.trials] == ["done"] * 18


def test_what_is_lost_again_and_again_is_an_outcome(net: Path) -> None:
    class Gone(Instant):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            self.kills = {1}
            return super().submit(fn, *args, **kwargs)

    executor = Gone(by_parameters)
    found = run("gone", executor, trials=3, retries=2)
    assert executor.submitted.count(1) == 3
    assert [each.outcome for each in found.trials] == ["done", "killed", "done"]
    assert "the machine has gone" in (found.trials[1].error or "")


def test_of_two_that_ran_one_trial_the_first_counts(net: Path) -> None:
    found = run("twice", Instant(by_parameters), trials=1)
    trial = found._folder.trial(0)
    with trial.attempt() as place:
        trial.keep(place, {"outcome": "error", "values": {}, "steps": [], "seconds": 1.0})
    assert [each.outcome for each in found.trials] == ["done"]
    assert {each.name for each in trial.path.iterdir()} == {"trial.json", "variant.arch", "run"}


def test_a_space_comes_to_its_end(net: Path) -> None:
    text = "model m(a: int in 1..4, b: int in 1..4) { input x: [N, 4, 8, 8]\n conv(4 * a, 1) -> "
    text += "conv(a * 2, 1, groups = b) }"
    # b divides 4 a and 2 a
    wanted = {(a, b) for a in range(1, 5) for b in range(1, 5) if 2 * a % b == 0}
    found = archc.search(
        archc.Source("m.arch", text), train="trainers:fit", trials=40, folder="end", score="loss",
        engine=Instant(lambda _: {"outcome": "done", "values": {"loss": 1.0}}),
    )  # fmt: skip
    assert {(each.point["a"], each.point["b"]) for each in found.trials} == wanted
    assert len(found.trials) == len(wanted)


def test_the_front_is_that_of_all_scores(net: Path, whole: list[str]) -> None:
    found = archc.searched("whole")
    rows = {each.number: (each.scores["loss"], each.scores["parameters"]) for each in found.trials}
    wanted = [
        number
        for number, (loss, size) in rows.items()
        if not any(a <= loss and b <= size and (a, b) != (loss, size) for a, b in rows.values())
    ]
    assert [each.number for each in found.front()] == wanted


def test_what_failed_is_told_to_nobody_as_a_value(net: Path) -> None:
    outcomes = ["error", "nan", "done", "timeout"]

    def result(proposal: dict[str, Any]) -> dict[str, Any]:
        outcome = outcomes[proposal["number"] % 4]
        values = {"loss": 1.0} if outcome == "done" else {"loss": "nan"} if outcome == "nan" else {}
        return {"outcome": outcome, "values": values}

    found = run("failed", Instant(result), trials=12)
    assert [each.outcome for each in found.trials] == outcomes * 3
    assert {each.outcome for each in found.front()} == {"done"}
    lines = (net.parent / "failed" / "journal.log").read_text().splitlines()
    told = [each for each in map(json.loads, lines) if "values" in each and "state" in each]
    assert [each["values"] is None for each in told if each["state"] != 0] == [
        True,
        True,
        False,
        True,
    ] * 2


def test_what_is_worse_than_half_is_told_to_stop(net: Path) -> None:
    def result(proposal: dict[str, Any]) -> dict[str, Any]:
        number = proposal["number"]
        return {"outcome": "done", "values": {"loss": 1.0}, "steps": [[1, float(number)]]}

    run("stops", Instant(result), trials=12, stops=True, parallel=1)
    limits = [
        json.loads(each.read_text("utf-8"))["limits"]
        for each in sorted((net.parent / "stops" / "trials").glob("*/trial.json"))
    ]
    # Trial n knows of those up to n - 2; of five it is 0, 1, 2, 3, 4 with the median 2.
    assert limits[:6] == [{}] * 6
    assert limits[6:9] == [{"1": 2.0}, {"1": 2.5}, {"1": 3.0}]
