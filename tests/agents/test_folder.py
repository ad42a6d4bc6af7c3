"""No file outside of the served folder is read, whatever names it."""

from __future__ import annotations

import os
import string
import sys
from pathlib import Path
from typing import Any

import pytest
from asking import finding, once
from hypothesis import given, settings
from hypothesis import strategies as st

from archc.agents.folder import Folder, OutsideFolderError

SECRET = "a_secret_of_others"


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """A folder with ways out of it, beside one that holds a secret."""
    outside, folder = tmp_path / "outside", tmp_path / "served"
    (folder / "inner").mkdir(parents=True)
    outside.mkdir()
    text = f"model net() {{\n  input x: [N, 3]\n  {SECRET}: relu\n}}\n"
    for place in (outside / "net.arch", tmp_path / "served-not" / "net.arch"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    (outside / "net.cfg").write_text(f"[net]\n{SECRET}=1\n")
    (folder / "link.arch").symlink_to(outside / "net.arch")
    (folder / "way").symlink_to(outside)
    (folder / "round.arch").symlink_to("round.arch")
    os.mkfifo(folder / "pipe.arch")
    return folder


OUT = [
    "../outside/net.arch",
    "inner/../../outside/net.arch",
    "link.arch",
    "way/net.arch",
    "../served-not/net.arch",
    "/etc/passwd",
    "net\0.arch",
    "round.arch",
    "~/net.arch",
    "pipe.arch",
    "inner",
]


@pytest.mark.parametrize("path", OUT)
def test_no_question_leads_out(served: Path, path: str) -> None:
    asked: list[tuple[str, dict[str, Any]]] = [
        ("check", {"path": path}),
        ("check", {"path": path, "fix": True}),
        ("summary", {"path": path}),
        ("diff", {"old": "resnet18", "new": path}),
        ("import", {"target": path.replace(".arch", ".cfg")}),
    ]
    for name, arguments in asked:
        result = once(served, name, **arguments)
        assert result.is_error, (name, arguments)
        assert SECRET not in result.model_dump_json()


@pytest.mark.parametrize("path", OUT[:5])
def test_no_import_of_a_text_leads_out(served: Path, path: str) -> None:
    text = f'import "{path if path[0] == "." else "./" + path}": net\n\nmodel all() {{\n  input x: [N, 3]\n  net\n}}\n'  # noqa: E501
    (served / "main.arch").write_text(text)
    for arguments in ({"text": text}, {"path": "main.arch"}, {"path": "main.arch", "fix": True}):
        found = once(served, "check", **arguments)
        assert found.structured_content is not None
        assert found.structured_content["ok"] is False
        assert SECRET not in found.model_dump_json()


def test_the_reader_itself_refuses(served: Path) -> None:
    """Whatever the loader thinks of a path."""
    folder = Folder(served)
    for path in (served / "link.arch", served.parent / "outside" / "net.arch"):
        with pytest.raises(OutsideFolderError):
            folder.read(path, 100)


def test_files_inside_are_read_by_any_of_their_names(served: Path) -> None:
    (served / "inner" / "net.arch").write_text("model net() {\n  input x: [N, 3]\n  relu\n}\n")
    (served / "again.arch").symlink_to("inner/net.arch")
    inside = str(served / "inner" / "net.arch")
    for path in ("inner/net.arch", "./inner/../inner/net.arch", "again.arch", inside):
        result = once(served, "check", path=path)
        assert result.structured_content is not None and result.structured_content["ok"] is True


@settings(max_examples=50)
@given(st.text(alphabet=string.ascii_letters + "./~\\\0 ", max_size=20))
def test_what_is_let_in_lies_inside(path: str) -> None:
    folder = Folder("/usr/lib")
    try:
        found = folder.inside(path)
    except OutsideFolderError:
        return
    assert found == Path("/usr/lib") or Path("/usr/lib") in found.parents


LENT = """
import subprocess
from pathlib import Path

def net(name="", words=()):
    Path("it_ran").touch()
"""


@pytest.mark.parametrize(
    ("packages", "target", "arguments"),
    [
        ((), "lent.net", {}),
        (("len",), "lent.net", {}),
        (("lent",), "lent.subprocess.getoutput", {"cmd": "true"}),
        (("lent",), "lent.Path.cwd", {}),
        (("lent",), "lent.net", {"name": "/etc/passwd"}),
        (("lent",), "lent.net", {"words": ["resnet", "../outside"]}),
        (("lent",), "lent.net", {"name": "https://example.org"}),
        (("lent",), "timm:resnet18", {}),
    ],
)
def test_code_runs_only_of_packages_that_are_allowed(
    served: Path, packages: tuple[str, ...], target: str, arguments: dict[str, Any]
) -> None:
    (served / "lent.py").write_text(LENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(served)
        patch.setattr("sys.path", [*sys.path])
        patch.delitem(sys.modules, "lent", raising=False)
        result = once(served, "import", *packages, target=target, arguments=arguments)
    assert result.is_error and finding(result)["name"] in ("not-allowed", "setting")
    assert not (served / "it_ran").exists()


def test_a_file_of_another_program_comes_in(served: Path) -> None:
    (served / "tiny.cfg").write_text(
        "[net]\nheight=8\nwidth=8\nchannels=3\n\n"
        "[convolutional]\nfilters=4\nsize=3\nstride=1\npad=1\nactivation=leaky\n"
    )
    found = once(served, "import", target="tiny.cfg").structured_content
    assert found is not None and "conv(4, 3" in found["text"]
