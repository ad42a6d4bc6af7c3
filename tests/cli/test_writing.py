"""What a build writes, and over what: its own files, whole sets, and nothing that is a user's."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from running import NET, Run

from archc.api import formats
from archc.api.formats import BRIEF, FORMATS
from archc.errors import NotAFileError
from archc.output import writing

KINDS = tuple(kind for kind in FORMATS if kind in formats.FILES)
FILES = tuple(formats.file_name("net", kind) for kind in KINDS)
ALL = ("--emit", ",".join(KINDS))


def contents(folder: Path = Path("build")) -> dict[str, bytes]:
    """The files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def python(code: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Code in a process of its own."""
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=False)


# --- what may stand in the way -------------------------------------------------------------------


def link(path: Path) -> None:
    Path("elsewhere.py").write_text("mine", "utf-8")
    path.symlink_to(Path("elsewhere.py").resolve())


def dangling(path: Path) -> None:
    path.symlink_to("nowhere.py")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/full")


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (link, "a symbolic link"),
        (dangling, "a symbolic link"),
        (device, "a symbolic link"),
        (Path.mkdir, "a folder"),
        (fifo, "a named pipe"),
        (listening, "a socket"),
    ],
)
def test_nothing_but_a_file_is_written_over(
    archc: Run, net: Path, make: Callable[[Path], None], kind: str, force: tuple[str, ...]
) -> None:
    Path("build").mkdir()
    target = Path("build/net.dot")
    make(target)
    before = target.lstat()
    done = archc("build", "net.arch", *ALL, *force)
    assert done.code == 3
    assert done.err.startswith(f"error: build/net.dot: it is {kind}, and no file\nhelp: ")
    assert [path.name for path in Path("build").iterdir()] == ["net.dot"]
    after = target.lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    if Path("elsewhere.py").exists():
        assert Path("elsewhere.py").read_text("utf-8") == "mine"


def test_a_device_is_not_written_over() -> None:
    with pytest.raises(NotAFileError, match="a device"):
        writing.write_all({Path("/dev/null"): "text"})
    assert Path("/dev/null").is_char_device()


def test_the_folder_may_be_a_link(archc: Run, net: Path) -> None:
    Path("far").mkdir()
    Path("build").symlink_to("far")
    assert archc("build", "net.arch", *ALL).code == 0
    assert Path("build").is_symlink() and set(contents(Path("far"))) == set(FILES)


def test_what_is_no_folder_is_said_to_be_none(archc: Run, net: Path) -> None:
    Path("link").symlink_to("nowhere")
    Path("file").write_text("mine", "utf-8")
    for name, kind in (("link", "a link to what is not there"), ("file", "a file")):
        done = archc("build", "net.arch", "--out", name)
        assert done.code == 3
        assert done.err.startswith(f"error: {name}: it is {kind}, and no folder\nhelp: remove it")


def test_a_folder_without_a_name_is_none(archc: Run, net: Path) -> None:
    before = sorted(Path().iterdir())
    done = archc("build", "net.arch", "--out", "")
    assert done.code == 2 and "--out names no folder" in done.err
    assert sorted(Path().iterdir()) == before


# --- files that are the user's -------------------------------------------------------------------


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(" \n")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def change(path: Path) -> None:
    data = path.read_bytes()
    if path.suffix == ".png":  # which has no words
        path.write_bytes(data.replace(b"IEND", b"IENE"))
    elif path.suffix == ".pdf":  # which names the letters of its font by numbers
        path.write_bytes(data.replace(b"endobj", b"endobk"))
    else:
        path.write_bytes(data.replace(b"conv", b"cone").replace(b"Conv", b"Cone"))


@pytest.mark.parametrize("edit", [append, cut, change])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_edited_stays(
    archc: Run, net: Path, name: str, edit: Callable[[Path], None]
) -> None:
    assert archc("build", "net.arch", *ALL).code == 0
    edit(Path("build") / name)
    before = contents()
    done = archc("build", "net.arch", *ALL, "--set", "classes=3")
    assert done.code == 3 and contents() == before
    assert done.err.startswith(f"error: build/{name}: ")
    assert "--force writes over" in done.err
    place = formats.FILES[KINDS[FILES.index(name)]].mark.place
    if edit is not cut or place != "end":
        assert "it was changed after archc wrote it" in done.err
    assert archc("build", "net.arch", *ALL, "--set", "classes=3", "--force").code == 0
    after = contents()
    assert all(after[each] != before[each] for each in FILES)
    assert archc("build", "net.arch", *ALL).code == 0, "the marks are right again"


def test_a_file_of_somebody_else_stays(archc: Run, net: Path) -> None:
    Path("build").mkdir()
    for name in ("net.py", "net.json"):
        (Path("build") / name).write_text("mine\n", "utf-8")
    done = archc("build", "net.arch", *ALL)
    assert done.code == 3
    assert contents() == {"net.py": b"mine\n", "net.json": b"mine\n"}
    foreign = "archc did not write it, or an earlier version did\n"
    assert done.err.startswith(f"error: build/net.py: {foreign}help: build/net.json: {foreign}")


def test_every_file_that_is_in_the_way_is_named(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", *ALL).code == 0
    append(Path("build/net.py"))
    Path("build/net.svg").write_text("mine", "utf-8")
    done = archc("build", "net.arch", *ALL)
    assert "build/net.py: it was changed" in done.err
    assert "build/net.svg: archc did not write it" in done.err


def printed(kind: str) -> bytes:
    """What ``archc emit`` prints of a form, pictures as ``archc build`` draws them."""
    view = ("--view", BRIEF) if BRIEF in FORMATS[kind].views else ()
    words = ("emit", "net.arch", "--stage", kind, *view)
    return subprocess.run(
        [sys.executable, "-m", "archc", *words], capture_output=True, check=True
    ).stdout


def test_what_is_there_already_is_no_obstacle(archc: Run, net: Path) -> None:
    """As files of an earlier version, which have no mark, and what ``archc emit`` printed."""
    Path("build").mkdir()
    for name, kind in zip(FILES, KINDS, strict=True):
        (Path("build") / name).write_bytes(printed(kind))
    assert archc("build", "net.arch", *ALL).code == 0


def test_line_ends_of_version_control_change_nothing(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", *ALL).code == 0
    for name, kind in zip(FILES, KINDS, strict=True):
        if formats.FILES[kind].mark.is_text:
            path = Path("build") / name
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert archc("build", "net.arch", *ALL, "--set", "classes=3").code == 0


def test_a_mark_is_all_that_is_added(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", *ALL).code == 0
    for name, kind in zip(FILES, KINDS, strict=True):
        written = (Path("build") / name).read_bytes()
        if kind == "json":
            made_by = json.loads(written)["made_by"]
            assert {**json.loads(printed(kind)), "made_by": made_by} == json.loads(written)
        else:
            unmarked = re.sub(rb"(?m)^.*Made by archc [0-9a-f]{32}.*\n", b"", written)
            assert unmarked.removesuffix(b"\n") == printed(kind).removesuffix(b"\n")


def test_a_doc_comment_like_a_mark_is_none(archc: Run, net: Path) -> None:
    text = NET.replace("A small network.", f"Made by archc {'0' * 32}")
    net.write_text(text, "utf-8")
    for _ in range(2):
        assert archc("build", "net.arch", *ALL).code == 0
    for path in Path("build").iterdir():
        append(path)
        assert archc("build", "net.arch", *ALL).code == 3
        assert archc("build", "net.arch", *ALL, "--force").code == 0


def test_weights_have_a_mark_too(archc: Run, net: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    words = ("build", "net.arch", "--emit", "weights")
    assert archc(*words).code == 0
    assert archc(*words, "--seed", "3").code == 0
    path = Path("build/net.safetensors")
    before = contents()
    assert archc("build", "net.arch", "--emit", "python", "--seed", "3").code == 2
    data = bytearray(before["net.safetensors"])
    data[-1] ^= 1
    path.write_bytes(data)
    assert "it was changed" in archc(*words).err
    tensors = {key: torch.zeros_like(tensor) for key, tensor in load_file(path).items()}
    save_file(tensors, path)  # as a training of the user's own would
    done = archc(*words)
    assert done.code == 3 and "archc did not write it" in done.err
    assert load_file(path)["1.bias"].eq(0).all() if "1.bias" in tensors else True
    assert archc(*words, "--seed", "3", "--force").code == 0
    assert contents() == before


# --- a set is whole ------------------------------------------------------------------------------

SET = {Path("build/a"): "new a", Path("build/b"): "new b", Path("build/c"): "new c"}


def old_set() -> dict[str, bytes]:
    Path("build").mkdir()
    for path in SET:
        path.write_text("old", "utf-8")
    return contents()


def failing(monkeypatch: pytest.MonkeyPatch, *names: str, also: str = "never") -> None:
    """Let renames to these names fail, and those out of a name that ends so."""
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if Path(target).name in names or self.name.endswith(also):
            raise OSError(5, "Input/output error", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)


@pytest.mark.parametrize("names", ["b", "c", "bc"])
def test_where_renames_fail_the_old_set_stays(
    net: Path, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    before = old_set()
    failing(monkeypatch, *names)
    with pytest.raises(OSError, match="Input/output error") as raised:
        writing.write_all(SET)
    assert raised.value.filename == f"build/{names[0]}"
    assert contents() == before


def test_where_renames_fail_new_files_go_again(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "b", "c")
    with pytest.raises(OSError, match="Input/output error"):
        writing.write_all(SET)
    assert contents() == {}


def test_where_nothing_can_be_put_back_it_is_said_what_is_new(
    archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    four = ("--emit", "python,dot,json,svg")
    assert archc("build", "net.arch", *four).code == 0
    before = contents()
    failing(monkeypatch, "net.json", "net.svg", also=".old")
    done = archc("build", "net.arch", *four, "--set", "classes=3")
    assert done.code == 3
    assert done.err == (
        "error: build/net.json: input/output error\n"
        "help: the set is mixed: new are build/net.py, build/net.dot; all other files are as they"
        " were\n"
    )
    after = contents()
    assert {name for name in before if after[name] != before[name]} == {"net.py", "net.dot"}


def test_without_links_old_files_are_kept_by_copies(
    net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    before = old_set()
    monkeypatch.setattr(os, "link", no_links)
    failing(monkeypatch, "c")
    with pytest.raises(OSError, match="Input/output error"):
        writing.write_all(SET)
    assert contents() == before
    monkeypatch.undo()
    monkeypatch.chdir(net.parent)
    writing.write_all(SET)
    assert contents() == {"a": b"new a", "b": b"new b", "c": b"new c"}


def test_a_failed_write_leaves_the_old_files(archc: Run, net: Path) -> None:
    before = old_set()

    def full_disk(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        writing.write_all({**SET, Path("build/c"): full_disk})
    assert contents() == before


BUILD = (
    "import sys; from pathlib import Path; from archc.output import writing\n"
    "me = sys.argv[1]\n"
    "for turn in range(30):\n"
    "    writing.write_all({Path('build') / name: f'{me} {turn}' for name in 'abcde'})\n"
)


def test_sets_written_at_one_time_do_not_mix(net: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", BUILD, str(number)], stderr=subprocess.PIPE)
        for number in range(6)
    ]
    for process in running:
        assert process.communicate()[1] == b"" and process.returncode == 0
    after = contents()
    assert sorted(after) == list("abcde") and len(set(after.values())) == 1


def test_twenty_builds_into_one_folder(net: Path) -> None:
    def words(classes: int, out: str) -> list[str]:
        setting = ["--set", f"classes={classes}", "--out", out]
        return [
            sys.executable,
            "-m",
            "archc",
            "build",
            "net.arch",
            "--emit",
            "python,dot",
            *setting,
        ]

    running = [subprocess.Popen(words(n, "build"), stdout=subprocess.DEVNULL) for n in range(1, 21)]
    assert [process.wait() for process in running] == [0] * 20
    after = contents()
    found = re.search(rb"classes: int = (\d+)", after["net.py"])
    assert found is not None
    classes = int(found[1])
    subprocess.run(words(classes, "alone"), stdout=subprocess.DEVNULL, check=True)
    assert after == contents(Path("alone"))


# --- signals -------------------------------------------------------------------------------------

KILLED = (
    "import os, signal, sys; from pathlib import Path; from archc.output import writing\n"
    "def stop(path):\n"
    "    path.write_text('half')\n"
    "    os.kill(os.getpid(), int(sys.argv[1]))\n"
    "writing.write_all({Path('build/a'): 'new', Path('build/b'): stop})\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_half_done(net: Path, number: signal.Signals) -> None:
    before = old_set()
    done = python(KILLED, str(int(number)))
    assert done.returncode == -number
    assert contents() == before
    assert number == signal.SIGINT or not done.stderr


def test_what_a_killed_build_leaves_is_removed_by_the_next(archc: Run, net: Path) -> None:
    before = old_set()
    assert python(KILLED, str(int(signal.SIGKILL))).returncode == -signal.SIGKILL
    strays = {path.name for path in Path("build").iterdir()} - set(before)
    assert len(strays) == 1
    assert archc("build", "net.arch", *ALL).code == 0
    assert sorted(contents()) == sorted([*before, *FILES])


ALIVE = KILLED.replace("os.kill(os.getpid(), int(sys.argv[1]))", "print(flush=True); input()")


def test_what_a_living_build_has_stays(archc: Run, net: Path) -> None:
    old_set()
    words = [sys.executable, "-c", ALIVE]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert archc("build", "net.arch", *ALL).code == 0
        assert len(list(Path("build").glob(".archc-*.tmp"))) == 1
        other.communicate(b"\n")
    assert other.returncode == 0
    assert contents()["a"] == b"new" and not list(Path("build").glob(".*"))


def test_nothing_that_only_looks_like_left_behind_is_removed(archc: Run, net: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    Path("build").mkdir()
    files = ["notes.tmp", ".hidden.tmp", f".cache.json.{gone.pid}.tmp", ".archc-notes.tmp"]
    for folder in (Path(), Path("build")):
        for name in files:
            (folder / name).write_text("mine", "utf-8")
        (folder / ".archc-mine.tmp").mkdir()
        (folder / ".archc-mine.tmp/file").write_text("mine", "utf-8")
    assert archc("build", "net.arch", *ALL).code == archc("new", "other.arch").code == 0
    assert {path.name for path in Path("build").iterdir()} == {*files, *FILES, ".archc-mine.tmp"}
    assert {*files, ".archc-mine.tmp"} < {path.name for path in Path().iterdir()}
    assert all(Path(folder, ".archc-mine.tmp/file").exists() for folder in ("", "build"))


def test_a_lock_of_the_folder_holds_nothing_up(net: Path) -> None:
    """As in ``flock build make``: the one who waits would wait for himself."""
    import fcntl

    Path("build").mkdir()
    folders = [os.open(folder, os.O_RDONLY) for folder in (".", "build")]
    for folder in folders:
        fcntl.flock(folder, fcntl.LOCK_EX)
    for words in (["build", "net.arch", "--emit", "dot"], ["new", "other.arch"]):
        command = [sys.executable, "-m", "archc", *words]
        assert (
            subprocess.run(command, stdout=subprocess.DEVNULL, timeout=60, check=False).returncode
            == 0
        )
    for folder in folders:
        os.close(folder)
    assert set(contents()) == {"net.dot"}
    assert {path.name for path in Path().iterdir()} == {"net.arch", "other.arch", "build"}


def text(path: Path) -> None:
    path.write_text("mine", "utf-8")


@pytest.mark.parametrize("make", [text, fifo, Path.mkdir, dangling])
def test_what_is_named_as_our_lock_stays(
    archc: Run, net: Path, make: Callable[[Path], None]
) -> None:
    mine = Path("build/.archc-lock.tmp")
    mine.parent.mkdir()
    make(mine)
    before = mine.lstat()
    assert archc("build", "net.arch", *ALL).code == 0
    assert os.path.samestat(mine.lstat(), before)


# --- permissions ---------------------------------------------------------------------------------


def test_who_may_read_a_file_stays(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", *ALL).code == 0
    for name in FILES:
        (Path("build") / name).chmod(0o640)
    assert archc("build", "net.arch", *ALL, "--set", "classes=3").code == 0
    assert {(Path("build") / name).stat().st_mode & 0o777 for name in FILES} == {0o640}


@pytest.mark.parametrize("mode", [0o440, 0o444])
def test_a_read_only_file_stays(archc: Run, net: Path, mode: int) -> None:
    assert archc("build", "net.arch", *ALL).code == 0
    target = Path("build/net.py")
    target.chmod(mode)
    before = contents()
    assert archc("build", "net.arch", *ALL).code == 0, "nothing is lost"
    done = archc("build", "net.arch", *ALL, "--set", "classes=3")
    assert done.code == 3 and contents() == before
    assert done.err.startswith("error: build/net.py: it is read-only\nhelp: --force writes over")
    assert archc("build", "net.arch", *ALL, "--set", "classes=3", "--force").code == 0
    assert contents()["net.py"] != before["net.py"]
    assert target.stat().st_mode & 0o777 == mode


AT_THE_LAST = (
    "import os, signal, sys; from pathlib import Path; from archc.output import writing\n"
    "replace = Path.replace\n"
    "def stopped(self, target):\n"
    "    os.kill(os.getpid(), int(sys.argv[1]))\n"
    "    return replace(self, target)\n"
    "Path.replace = stopped\n"
    "writing.write_all({Path('build') / name: 'new' for name in 'abc'})\n"
    "print('not reached')\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_renames_waits_for_the_last(net: Path, number: signal.Signals) -> None:
    old_set()
    done = python(AT_THE_LAST, str(int(number)))
    assert done.returncode == -number and not done.stdout
    assert contents() == {"a": b"new", "b": b"new", "c": b"new"}


WHILE_IMPORTING = (
    "import os, runpy, signal, sys\n"
    "last, sys.argv[1:] = sys.argv[1], ['build', 'net.arch']\n"
    "class Stop:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name == last:\n"
    "            os.kill(os.getpid(), signal.SIGINT)\n"
    "sys.meta_path.insert(0, Stop())\n"
    "runpy.run_module('archc', run_name='__main__', alter_sys=True)\n"
)


@pytest.mark.parametrize(
    "module",
    ["archc.cli", "archc.cli.guard", "archc.cli.commands.build", "archc.pipeline",
     "archdsl.syntax.parser", "archir.check.infer", "archc.python", "archc.output.writing"],
)  # fmt: skip
def test_control_c_while_importing_kills_without_a_word(net: Path, module: str) -> None:
    done = python(WHILE_IMPORTING, module)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


def test_a_new_file_is_whole_or_not_there(archc: Run, net: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from archc.output import writing\n"
        "os.link = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "writing.write_new(Path('first.arch'), 'text')\n"
    )
    assert python(code).returncode == -signal.SIGTERM
    assert [path.name for path in Path().iterdir()] == ["net.arch"]


def test_no_file_is_made_new_over_what_is_there(archc: Run, net: Path) -> None:
    Path("a.arch").symlink_to("nowhere")
    os.mkfifo("b.arch")
    for name in ("a", "b"):
        assert (
            archc("new", f"{name}.arch").err
            == f"error: {name}.arch: there is a file of that name\n"
        )
    assert not Path("nowhere").exists()


def test_source_may_hand_its_outputs_back_in_a_dict(archc: Run) -> None:
    text = NET.replace("\n}\n\n## Twice", "\n  output logits = _\n}\n\n## Twice")
    Path("net.arch").write_text(text, encoding="utf-8")
    done = archc("build", "net.arch", "--emit", "python", "--outputs", "dict")
    assert done.code == 0
    assert 'return {"logits": x}' in Path("build/net.py").read_text("utf-8")
    assert 'return {"logits": x}' in archc("emit", "net.arch", "--outputs", "dict").out
    assert archc("emit", "net.arch", "--outputs", "dict", "--stage", "dot").code == 2
    assert archc("build", "net.arch", "--outputs", "dict", "--emit", "svg").code == 2
    assert archc("build", "net.arch", "--outputs", "list").code == 2
