"""The page that needs no process: what it is made of, and what is lacking."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from archc.errors import ToolError
from archc.playground import carrying
from archc.playground.carrying import FILES, WHEELS, carried
from archc.playground.webpage import WEB, WORKER, policy

ABI = "2026_0"
LOCK = json.dumps({"info": {"abi_version": ABI}, "packages": {}})


def package(folder: Path, *without: str) -> None:
    """A package of Pyodide by its names, empty inside."""
    with tarfile.open(folder / "pyodide-0.0.tgz", "w:gz") as made:
        for name in (*FILES, "package.json"):
            if name not in without:
                data = LOCK.encode() if name.endswith("lock.json") else b""
                entry = tarfile.TarInfo(f"package/{name}")
                entry.size = len(data)
                made.addfile(entry, io.BytesIO(data))


def wheels(folder: Path, tag: str = f"pyemscripten_{ABI}_wasm32") -> None:
    for name in WHEELS:
        end = f"cp314-cp314-{tag}" if name == "pydantic_core" else "py3-none-any"
        (folder / f"{name}-1.0-{end}.whl").touch()


def test_what_a_folder_lacks_is_said_with_the_commands_that_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="there is no folder") as caught:
        carried(tmp_path / "gone")
    assert "npm pack pyodide@" in str(caught.value) and "pip download" in str(caught.value)
    with pytest.raises(ToolError, match="there is no package of Pyodide in"):
        carried(tmp_path)
    package(tmp_path, "pyodide.asm.wasm")
    with pytest.raises(ToolError, match="is no package of Pyodide"):
        carried(tmp_path)
    package(tmp_path)
    with pytest.raises(ToolError, match="there is no wheel of annotated_types"):
        carried(tmp_path)
    wheels(tmp_path, "manylinux_2_17_x86_64")
    with pytest.raises(ToolError, match="whose ABI is 2026_0"):
        carried(tmp_path)
    wheels(tmp_path)
    with pytest.raises(ToolError, match="there are several wheels of pydantic_core"):
        carried(tmp_path)


def test_node_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path)
    wheels(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="needs Node"):
        carried(tmp_path)


def test_what_is_carried_runs_without_the_rest(tmp_path: Path) -> None:
    """All files that are carried, as bytecode of this Python, in a process that sees no others."""
    names: dict[str, object] = {}
    exec((WEB / "pyodide" / "bytecode.py").read_text("utf-8"), names)
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as made:
        for name, data in carrying.ours():
            made.writestr(name, data)
    archive = names["archive"]
    assert callable(archive)
    archive(str(tmp_path / "old.zip"), str(tmp_path / "new.zip"), "site")
    with zipfile.ZipFile(tmp_path / "new.zip") as given:
        given.extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from archc.playground.asking import Desk\n"
        "from archc.request.examples import read\n"
        "desk = Desk()\n"
        "text = read('unet_resnet34')\n"
        "for kind in ('check', 'card', 'table', 'python', 'format'):\n"
        "    print(sorted(desk.answer({'kind': kind, 'text': text})))\n"
        "for kind in ('complete', 'hover'):\n"
        "    desk.answer({'kind': kind, 'text': text, 'at': text.index('conv(') + 3})['start']\n"
        "for form in ('svg', 'html'):\n"
        "    print(sorted(desk.answer({'kind': 'picture', 'text': text, 'form': form})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answers = done.stdout.splitlines()
    assert answers[0] == "['found', 'models', 'shapes']" and answers[3:] == ["['text']"] * 4
    assert "refused" not in done.stdout


def test_a_page_that_carries_all_asks_nobody() -> None:
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy(WORKER, "", "").split(";"))
    assert "connect-src" not in rules and rules["worker-src"] == "blob:"
    assert "'unsafe-eval'" not in rules["script-src"].split()
