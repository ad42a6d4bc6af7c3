"""Files, pipes, signals, encodings: how the command meets its surroundings."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from running import NET, Run

from archc import pipeline
from archc.cli import guard


def archc_process(*words: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "archc", *words],
        capture_output=True,
        check=False,
        env={**os.environ, **environ},
    )


# --- reading and writing ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nothing.arch", ".", "net.arch/x"])
def test_a_file_that_cannot_be_read(archc: Run, net: Path, name: str) -> None:
    done = archc("check", name)
    assert done.code == 3 and not done.out
    assert done.err.startswith(f"error: {name}: ") and done.err.count("\n") == 1


def test_a_file_where_the_folder_should_be(archc: Run, net: Path) -> None:
    Path("build").write_text("mine", "utf-8")
    done = archc("build", "net.arch")
    assert done.code == 3 and done.err.startswith("error: ")
    assert Path("build").read_text("utf-8") == "mine"


def test_a_folder_where_a_file_should_be(archc: Run, net: Path) -> None:
    Path("build/net.svg").mkdir(parents=True)
    done = archc("build", "net.arch")
    assert done.code == 3 and "net.svg" in done.err
    assert [path.name for path in Path("build").iterdir()] == ["net.svg"], "and no net.py"


def test_files_get_the_usual_permissions(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", "--emit", "python").code == 0
    plain = Path("plain")
    plain.touch()
    assert Path("build/net.py").stat().st_mode == plain.stat().st_mode


# --- failures that are not the user's -----------------------------------------------------------


def crash(*_: object) -> None:
    raise ZeroDivisionError("boom")


def test_a_bug_is_told_apart(archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "understand", crash)
    done = archc("check", "net.arch")
    assert done.code == 70
    assert done.err.startswith(
        "error: internal error: ZeroDivisionError: boom\nhelp: this is a bug"
    )
    assert "Traceback" not in done.err
    monkeypatch.setenv(guard.TRACEBACK, "1")
    assert "Traceback" in archc("check", "net.arch").err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RecursionError("deep"), 70),
        (MemoryError(), 70),
        (ModuleNotFoundError("no", name="archc.nothing"), 70),
        (ModuleNotFoundError("no", name="lark.nothing"), 3),
        (PermissionError(13, "Permission denied", "x"), 3),
    ],
)
def test_every_exception_has_its_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> int:
        raise error

    assert guard.run(fails) == code
    assert capsys.readouterr().err.startswith("error: ")


def test_a_missing_layout_program_is_an_environment(
    archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archc.drawing import graphviz

    def missing() -> str:
        raise graphviz.LayoutError("graphviz-pure was not found")

    monkeypatch.setattr(graphviz, "find_program", missing)
    done = archc("build", "net.arch", "--view", "full")
    assert done.code == 3 and "graphviz-pure was not found" in done.err
    assert not Path("build").exists()


# --- pipes, signals, encodings ------------------------------------------------------------------


def test_a_closed_pipe_is_no_failure_to_talk_about(net: Path) -> None:
    emit = f'"{sys.executable}" -m archc emit net.arch --stage json'
    command = f"{emit} | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, text=True)
    assert done.stderr == ""
    assert done.stdout.startswith("{") and done.stdout.strip("{\n") in ("0", "141")


def test_a_full_device_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archc", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3 and b"no space left" in done.stderr


@pytest.mark.parametrize("words", [["check", "missing.arch"], ["check", "bad.arch"], ["nonsense"]])
def test_messages_for_a_full_device(net: Path, words: list[str]) -> None:
    Path("bad.arch").write_text(NET.replace("relu", "rellu"), "utf-8")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archc", *words],
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )
    assert done.returncode == 3 and not done.stdout.startswith(b"Traceback")


class Keeping(io.RawIOBase):
    """A full device behind a stream that keeps what it could not write, as in Python 3.14."""

    is_full = True

    def writable(self) -> bool:
        return True

    def write(self, data: memoryview) -> int:  # type: ignore[override]
        if self.is_full:
            raise OSError(28, "No space left on device")
        return len(data)


def test_a_stream_that_fails_twice_ends_with_the_code_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = Keeping()
    stream = io.TextIOWrapper(io.BufferedWriter(device), "utf-8")  # type: ignore[type-var]
    stream.write("what is lost")
    monkeypatch.setattr(sys, "stdout", stream)
    assert guard.finish(0) == 3
    device.is_full = False  # the interpreter empties the stream once more


def test_control_c_kills_without_a_word(net: Path) -> None:
    code = (
        "import os, signal, archc.cli, archc.pipeline as p\n"
        "p.understand = lambda *a: os.kill(os.getpid(), signal.SIGINT)\n"
        "archc.cli.main(['check', 'net.arch'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGINT
    assert not done.stderr and not done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_no_encoding_stops_a_message(net: Path, encoding: str) -> None:
    text = NET.replace("A small network.", "Ein kleines Netz für 中文 …").replace("conv(", "cönv(")
    net.write_text(text, "utf-8")
    for words in (["check"], ["models"], ["build"], ["check", "--format", "json"], ["--help"]):
        done = archc_process(*words, "net.arch", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert done.returncode in (0, 1, 2), done.stderr.decode(encoding)
        done.stdout.decode(encoding)
        done.stderr.decode(encoding)


def test_outputs_are_utf_8_whatever_the_terminal_has(net: Path) -> None:
    net.write_text(NET.replace("A small network.", "Für 中文."), "utf-8")
    done = archc_process("emit", "net.arch", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "Für 中文." in done.stdout.decode("utf-8")


def test_a_file_name_that_is_no_text(net: Path) -> None:
    name = os.fsdecode(b"n\xfft.arch")
    net.rename(name)
    done = archc_process("check", name)
    assert (done.returncode, done.stderr) == (0, b"")
    Path(name).write_text("model (", "utf-8")
    done = archc_process("check", name)
    assert done.returncode == 1 and b"n\\udcfft.arch:1:" in done.stderr
    assert archc_process("check", name, "--format", "json").returncode == 1


def test_control_characters_of_a_file_do_not_reach_the_terminal(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("padding", "pad\x1b[31mding"), "utf-8")
    done = archc("check", "net.arch")
    assert done.code == 1
    assert "\x1b" not in done.out + done.err


@pytest.mark.parametrize(
    ("environ", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"NO_COLOR": "1"}, False)]
)
def test_colours(net: Path, environ: dict[str, str], coloured: bool) -> None:
    net.write_text(NET.replace("padding", "pading"), "utf-8")
    assert (b"\x1b[" in archc_process("check", "net.arch", **environ).stderr) is coloured


def test_the_other_files_are_checked_when_one_cannot_be_read(archc: Run, net: Path) -> None:
    Path("bad.arch").write_text(NET.replace("relu", "rellu"), "utf-8")
    done = archc("check", "missing.arch", "net.arch", "bad.arch")
    assert done.code == 3
    assert done.err.startswith("error: missing.arch: ")
    assert "did you mean relu?" in done.err
    assert done.out.startswith("net")


@pytest.mark.parametrize(("stream", "code"), [("stdout", 3), ("stderr", 0), ("stdin", 0)])
def test_a_stream_that_is_closed(
    archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch, stream: str, code: int
) -> None:
    words = [sys.executable, "-m", "archc", "check", "net.arch"]
    shut = {"stdin": "<&-", "stdout": ">&-", "stderr": "2>&-"}[stream]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {shut}', "sh", *words], capture_output=True, check=False
    )
    assert done.returncode == code
    assert b"internal" not in done.stderr


@pytest.mark.parametrize("name", ["torch", "types", "collections"])
def test_a_source_hides_no_module_that_programs_need(archc: Run, net: Path, name: str) -> None:
    net.write_text(f"model {name}() {{\n  input x: [N, 3]\n  relu\n}}\n", "utf-8")
    assert archc("build", "net.arch", "--emit", "python,dot").code == 0
    assert {path.name for path in Path("build").iterdir()} == {f"{name}_.py", f"{name}.dot"}


@pytest.mark.parametrize("value", ["abc", "[rellu]", "nan"])
def test_a_setting_with_a_name_that_nothing_has(archc: Run, net: Path, value: str) -> None:
    done = archc("check", "net.arch", "--set", f"name={value}")
    assert done.code == 1
    assert "error[unknown-name]: there is no " in done.err
