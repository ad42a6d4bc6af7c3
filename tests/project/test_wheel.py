"""A wheel made of the checkout has all that it needs, and works elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the build backend itself, which needs no network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("archc_lang-*.whl")
    return built


def test_it_holds_the_packages_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"archc", "archdsl", "archir"}
    shipped = set(names)
    for package in ("arch/archir", "dsl/archdsl", "compiler/archc"):
        for path in (ROOT / package).rglob("*"):
            inner = path.relative_to((ROOT / package).parent)
            if path.is_file() and not any(part[0] in "._" for part in inner.parts[:-1]):
                assert inner.as_posix() in shipped
    for path in (ROOT / "examples").iterdir():
        assert f"archdsl/shipped/{path.name}" in shipped
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_it_installs_elsewhere_and_builds_a_file(wheel: Path, tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
         "--no-index", "--disable-pip-version-check", str(wheel)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    # The dependencies are those of this environment, behind the new one's own packages.
    (site,) = (folder / "lib").glob("python3.*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    scripts = sysconfig.get_path("scripts")
    environ = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PATH": f"{folder / 'bin'}{os.pathsep}{scripts}{os.pathsep}{os.environ['PATH']}",
    }

    def run(*words: str) -> str:
        done = subprocess.run(
            words, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run(str(python), "-c", "import archc, archdsl, archir; print(archc.__file__)")
    assert Path(where.strip()).is_relative_to(folder)
    (tmp_path / "net.arch").write_bytes((ROOT / "examples" / "vgg16.arch").read_bytes())
    card = run(str(folder / "bin" / "archc"), "build", "net.arch")
    assert "138,357,544" in card
    assert (tmp_path / "build" / "vgg16.py").exists()
    assert (tmp_path / "build" / "vgg16.svg").exists()

    archc = str(folder / "bin" / "archc")
    listed = run(archc, "examples")
    assert all(f"  {path.stem} " in listed for path in (ROOT / "examples").iterdir())
    assert run(archc, "examples", "vgg16") == (ROOT / "examples/vgg16.arch").read_text("utf-8")
    # One that takes from a file beside it.
    assert "11,689,512" in run(archc, "check", "resnet18")
    run(archc, "new", "mine.arch", "--from", "resnet18")
    checked = run(archc, "check", "mine.arch", "--model", "mine")
    assert "mine" in checked and "11,689,512" in checked
    code = "import archc; print(sum(p.numel() for p in archc.load('resnet18').parameters()))"
    assert run(str(python), "-c", code) == "11689512\n"


def test_pygments_finds_the_language_by_the_package(wheel: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pygments.lexers import get_lexer_by_name, get_lexer_for_filename\n"
        "found = get_lexer_by_name('arch')\n"
        "assert type(found) is type(get_lexer_for_filename('net.arch'))\n"
        "assert not {'torch', 'lark', 'pydantic', 'click'} & sys.modules.keys()\n"
        "print(sys.modules[type(found).__module__].__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(wheel)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(wheel))


def test_its_requirements_are_light(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    lines = archive.read(metadata).decode("utf-8").splitlines()
    needed = [
        line.removeprefix("Requires-Dist: ")
        for line in lines
        if line.startswith("Requires-Dist: ") and "extra ==" not in line
    ]
    names = sorted(one.partition(">")[0].partition("<")[0] for one in needed)
    assert names == ["click", "graphviz", "graphviz-pure", "lark", "pydantic"]
