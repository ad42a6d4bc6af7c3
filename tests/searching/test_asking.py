"""What is asked wrongly is said before the first trial."""

from __future__ import annotations

import resource
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from executors import Instant, by_parameters

import archc
from archc.searching.asked import Asked
from archc.searching.trial import Report, values


def search(folder: str = "run", **other: Any) -> archc.Search:
    asked = {"train": "trainers:fit", "trials": 2, "score": "loss, params", **other}
    return archc.search("net.arch", folder=folder, engine=Instant(by_parameters), **asked)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"score": "params"}, "no score is measured"),
        ({"most": "accuracy"}, "accuracy is not among the scores"),
        ({"score": "loss, loss"}, "named twice"),
        ({"budget": "parms <= 3"}, "did you mean params"),
        ({"sampler": "grid"}, "there are: tpe, random"),
        ({"trials": 0}, "trials is a whole number"),
        ({"timeout": -1.0}, "seconds above 0"),
        ({"widths": 3}, "widths"),
        ({"train": lambda *_: 1.0}, "into a module"),
    ],
)
def test_wrong_asking(net: Path, other: dict[str, Any], said: str) -> None:
    with pytest.raises(archc.ArchError) as error:
        search(**other)
    assert said in str(error.value)
    assert not Path("run").exists()


def test_no_such_function(net: Path) -> None:
    with pytest.raises(archc.ToolError, match="did you mean"):
        search(train="trainers:fits")
    assert not Path("run").exists()


def test_a_folder_in_use_or_of_something_else(net: Path) -> None:
    found = search()
    with pytest.raises(archc.SettingError, match="holds a search"):
        search()
    Path("other").mkdir()
    Path("other/mine.txt").touch()
    with pytest.raises(archc.SettingError, match="is not empty"):
        search("other")
    with pytest.raises(archc.SettingError, match="holds no search"):
        archc.searched("other")
    with found._folder.alone(), pytest.raises(archc.SettingError, match="at work"):
        archc.resume("run", engine=Instant(by_parameters))
    Path("file").touch()
    with pytest.raises(OSError, match="file"):
        search("file/run")


def test_a_disk_without_room_is_said_first(net: Path) -> None:
    code = (
        "import archc\n"
        "archc.search('net.arch', train='trainers:fit', trials=1, score='loss', folder='run')"
    )

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    done = subprocess.run(
        [sys.executable, "-c", code], preexec_fn=little, capture_output=True, text=True, check=False
    )
    assert "OSError: [Errno 27] File too large" in done.stderr
    assert not list(Path("run").glob("trials"))


@pytest.mark.parametrize(
    ("package", "extra", "engine"),
    [("optuna", "search", "local"), ("ray", "search", "ray"), ("submitit", "slurm", "submitit")],
)
def test_what_is_missing_names_its_extra(
    net: Path, monkeypatch: pytest.MonkeyPatch, package: str, extra: str, engine: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(archc.PackageMissingError, match=rf"archc-lang\[{extra}\]"):
        archc.search("net.arch", train="trainers:fit", trials=1, folder="run", engine=engine)


@pytest.mark.parametrize("error", [Exception("too slow"), ConnectionError("no cluster")])
def test_a_cluster_that_does_not_answer(
    net: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Ray raises an ``Exception`` where its node does not start in time."""

    class Ray(ModuleType):
        def is_initialized(self) -> bool:
            return False

        def init(self, **_: Any) -> None:
            raise error

    stand_in = Ray("ray")
    stand_in.__spec__ = ModuleSpec("ray", None)
    monkeypatch.setitem(sys.modules, "ray", stand_in)
    asked: dict[str, Any] = {"train": "trainers:fit", "score": "loss", "trials": 1}
    with pytest.raises(archc.ToolError, match=f"Ray does not answer at auto: {error}"):
        archc.search("net.arch", folder="run", engine="ray", address="auto", **asked)
    assert not list(Path("run").glob("trials/*"))  # before the first trial


def test_a_check_imports_none_of_it(net: Path) -> None:
    code = "import archc, sys; archc.check('net.arch'); archc.space('net.arch').sample(3)"
    code += "; assert not {'optuna', 'ray', 'submitit', 'multiprocessing'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_settings_stay_as_they_are_given(net: Path) -> None:
    found = archc.search(
        "net.arch", folder="run", engine=Instant(by_parameters), width=8, trials=4,
        act=archc.Expression("silu"), train="trainers:fit", score="loss, params",
    )  # fmt: skip
    for each in found.trials:
        assert not {"width", "act"} & set(each.point)
        assert "net(width = 8, act = silu, " in each.file.read_text()


def test_returned_values_have_names() -> None:
    assert values(2, ("loss",)) == {"loss": 2.0}
    assert values((1, 2.5), ("a", "b")) == {"a": 1.0, "b": 2.5}
    assert values({"b": 1, "a": 2, "c": 3}, ("a", "b")) == {"a": 2.0, "b": 1.0}
    with pytest.raises(TypeError, match="say --score accuracy"):
        values({"accuracy": 1.0}, ("value",))
    with pytest.raises(TypeError, match="a number"):
        values(None, ("value",))
    with pytest.raises(TypeError, match="to return a, b"):
        values(1.0, ("a", "b"))


def test_a_report_says_whether_to_stop() -> None:
    less, more = Report({"2": 0.5}, more=False), Report({"2": 0.5}, more=True)
    assert [less(1, 9.0), less(2, 0.5), less(3, 9.0)] == [False, False, False]
    assert [less(2, 0.6), more(2, 0.6), more(2, 0.4)] == [True, False, True]
    assert less.steps == [(1, 9.0), (2, 0.5), (3, 9.0), (2, 0.6)]


def test_what_is_asked_is_kept_as_json() -> None:
    asked = Asked("net", "m:fit", 3, "loss", settings={"a": "1"}, paths=("x",), timeout=2.5)
    assert Asked.read(asked.data()) == asked
