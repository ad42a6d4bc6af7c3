"""Trials in processes of their own: what becomes of them is written down, wherever they run."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from executors import Instant, by_parameters, proposals
from safetensors.torch import load_file

import archc

CASES = {"raises", "memory", "nan", "hangs", "killed", "once", "fine"}


def test_whatever_goes_wrong_is_an_outcome(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHC_TEST_MARK", str(net.parent / "mark"))
    named = ", ".join(f'"{each}"' for each in sorted(CASES))
    text = f"model m(case: string in [{named}]) {{ input x: [N, 4]\n linear(2) }}"
    found = archc.search(
        archc.Source("m.arch", text), train="trainers:faults", trials=9, folder="run",
        parallel=2, timeout=1.5, retries=1,
    )  # fmt: skip
    by_case = {each.point["case"]: each for each in found.trials}
    assert {case: each.outcome for case, each in by_case.items()} == {
        "raises": "error", "memory": "memory", "nan": "nan", "hangs": "timeout",
        "killed": "killed", "once": "done", "fine": "done",
    }  # fmt: skip
    logs = {case: (each.folder / "run/log.txt").read_text() for case, each in by_case.items()}
    assert by_case["raises"].error == "ZeroDivisionError: of this case"
    assert 'trainers.py", line' in logs["raises"]
    assert "in faults" in logs["hangs"]  # where it was when its time was over
    assert "SIGKILL" in (by_case["killed"].error or "")
    assert not list((net.parent / "run").glob("**/.attempt-*"))


def same_on(engine: Any, **other: Any) -> archc.Search:
    asked = {"train": "trainers:fit", "trials": 2, "score": "loss, params", "parallel": 1, **other}
    found = archc.search("net.arch", folder="there", engine=engine, **asked)
    archc.search("net.arch", folder="here", engine=Instant(by_parameters), **asked)
    assert proposals(Path("there")) == proposals(Path("here"))
    here = archc.searched("here").trials
    assert [each.scores for each in found.trials] == [each.scores for each in here]
    return found


def test_processes_of_this_machine(net: Path) -> None:
    found = same_on("local", trials=5)
    trial = found.trials[3]
    weights = load_file(trial.weights)
    module = archc.load(trial.file, weights=trial.weights)
    assert all(torch.equal(value, weights[key]) for key, value in module.state_dict().items())


def test_a_training_finds_all_loaded(net: Path) -> None:
    found = archc.search("net.arch", train="trainers:loads", trials=1, folder="run")
    assert [each.scores["value"] for each in found.trials] == [0]


def test_a_process_that_is_killed_while_it_waits(net: Path) -> None:
    found = archc.search("net.arch", train="trainers:kills", trials=4, folder="run", parallel=1)
    assert [each.outcome for each in found.trials] == ["done"] * 4
    assert not multiprocessing.active_children()  # nor does any wait for a trial behind the last


def test_a_training_may_use_threads(net: Path) -> None:
    """By a process of its own, which has as many threads as there are processors."""
    asked = ["--train", "trainers:threads", "--trials", "1", "--timeout", "60", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "archc", "search", "net.arch", *asked], capture_output=True,
        check=True, env={**os.environ, "OMP_NUM_THREADS": "2"},
    )  # fmt: skip
    (found,) = json.loads(done.stdout)["found"]
    assert (found["outcome"], found["scores"]) == ("done", {"value": 512 * 512 / 4})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files it leaves
@pytest.mark.parametrize("cluster", ["local", "debug"])
def test_jobs_of_submitit(net: Path, cluster: str) -> None:
    same_on("submitit", address=cluster)


@pytest.mark.cluster
def test_tasks_of_ray(net: Path) -> None:
    same_on("ray", trials=4, resources={"num_cpus": 1})


@pytest.mark.cluster
def test_a_worker_of_ray_that_is_killed(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = net.parent / "mark"
    monkeypatch.setenv("ARCHC_TEST_MARK", str(mark))
    found = archc.search(
        "net.arch", train="trainers:worker", trials=3, folder="run", engine="ray", parallel=1
    )
    assert mark.exists()
    assert [each.outcome for each in found.trials] == ["done"] * 3  # none lost, and none twice


def test_a_driver_that_is_killed(net: Path) -> None:
    """Killed as the second of its trials has ended; resumed by the command."""
    asked = ["--train", "trainers:alone", "--trials", "5", "--parallel", "2"]
    command = [sys.executable, "-m", "archc", "search"]
    running = subprocess.Popen(
        [*command, "net.arch", *asked], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    for _ in range(2):
        running.stderr.readline()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    folder = Path("net-search")
    before = {each.number for each in archc.searched(folder).trials}
    assert len(before) >= 2
    done = subprocess.run(
        [*command, str(folder), "--resume"], capture_output=True, text=True, check=True
    )
    ended = [int(line.split()[0]) for line in done.stderr.splitlines()]
    assert sorted([*before, *ended]) == [0, 1, 2, 3, 4]  # none lost, and none twice
    assert "5 of 5 trials: 5 done" in done.stdout
    archc.search(
        "net.arch", train="trainers:alone", trials=5, parallel=2, folder="whole",
        engine=Instant(lambda _: {"outcome": "done", "values": {"value": 1.0}}),
    )  # fmt: skip
    assert proposals(folder) == proposals(Path("whole"))  # few, so that values do not yet count
    assert "width" in (folder / "trials/0000/run/log.txt").read_text()
