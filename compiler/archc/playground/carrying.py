"""The page that needs no process: archc and the Python that runs it, in one file.

The Python is CPython as Pyodide has it for browsers, and comes from the package of that name in
npm; pydantic, whose core is compiled for it, from wheels. They are not ours to carry: whoever makes
the page has them in a folder. ``web/worker.js`` starts all of it.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tarfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import archc
import archdsl
import archir
from archc.errors import ToolError
from archc.playground.webpage import WEB, WORKER, page
from archc.request import examples
from archir.base.source import Source

PYODIDE = "314.0.7"
"""The version that the page is tested with."""

FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
"""What the page takes of Pyodide's package."""

WHEELS = ("annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection")
"""What judges arguments that are not plainly right."""

FETCHED = (
    f"npm pack pyodide@{PYODIDE} --pack-destination FOLDER, and pip download -d FOLDER "
    "--only-binary=:all: --python-version 3.14 --platform pyemscripten_2026_0_wasm32 pydantic"
)
"""The two commands that fill the folder."""

_HELPERS = "archc/torch/helpers.py"
"""Read by printed source, whose text some of it becomes."""

_LEFT_OUT = (
    "archc/agents/", "archc/cli/", "archc/importing/", "archc/notebook/", "archc/playground/web/",
    "archc/searching/", "archc/spaces/", "archc/testing/", "archc/torch/",
    "archdsl/syntax/lalr/make_tables.py", "pydantic/v1/",
)  # fmt: skip
"""What answers no question of the page."""

_LEFT_OUT_OF_PYTHON = (
    "_pyio.py", "_pyrepl/", "bdb.py", "cProfile.py", "cmd.py", "code.py", "curses/", "dbm/",
    "doctest.py", "ensurepip/", "ftplib.py", "idlelib/", "imaplib.py", "lib2to3/", "mailbox.py",
    "multiprocessing/", "nntplib.py", "optparse.py", "pdb.py", "pickletools.py", "poplib.py",
    "profile.py", "profiling/", "pstats.py", "pydoc.py", "pydoc_data/", "smtplib.py", "sqlite3/",
    "statistics.py", "tkinter/", "trace.py", "turtle.py", "turtledemo/", "unittest/", "venv/",
    "webbrowser.py", "wsgiref/", "xmlrpc/",
)  # fmt: skip
"""The same of Python's own library."""


def carried(folder: Path, file: Source | None = None) -> str:
    """The page. ``ToolError`` where the folder lacks something, or Node is not there."""
    with TemporaryDirectory() as work:
        pyodide = _pyodide(folder, Path(work))
        lock = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))
        wheels = _wheels(folder, lock["info"]["abi_version"])
        site, stdlib = _compiled(pyodide, wheels, Path(work))
        parts = {
            "worker": (WEB / "worker.js").read_text("utf-8"),
            "lock": json.dumps({"info": lock["info"], "packages": {}}),
            "pyodide": _packed((pyodide / "pyodide.mjs").read_bytes()),
            "module": _packed((pyodide / "pyodide.asm.mjs").read_bytes()),
            "wasm": _packed((pyodide / "pyodide.asm.wasm").read_bytes()),
            "stdlib": _packed(stdlib),
            "site": _packed(site),
        }
        return page(WORKER, parts, file)


def _packed(data: bytes) -> str:
    """Compressed, in letters."""
    return b64encode(gzip.compress(data, 9, mtime=0)).decode()


def _lacking(what: str) -> ToolError:
    return ToolError(f"there is no {what}", f"these fill a folder: {FETCHED}")


def _pyodide(folder: Path, work: Path) -> Path:
    """The folder with Pyodide's files: the one that is given, or what its package unpacks to."""
    if not folder.is_dir():
        raise _lacking(f"folder {folder}")
    packages = sorted(folder.glob("pyodide-*.tgz"))
    if not packages:
        found = next(
            (one for one in (folder, folder / "package") if (one / FILES[0]).is_file()), None
        )
        if found is None:
            raise _lacking(f"package of Pyodide in {folder}")
    elif len(packages) > 1:
        raise ToolError(f"there are several packages of Pyodide in {folder}", "leave one")
    else:
        try:
            with tarfile.open(packages[0]) as package:
                for name in (*FILES, "package.json"):
                    package.extract(f"package/{name}", work, filter="data")
        except (KeyError, OSError, tarfile.TarError) as error:
            raise ToolError(f"{packages[0]} is no package of Pyodide: {error}") from error
        found = work / "package"
    for name in FILES:
        if not (found / name).is_file():
            raise _lacking(f"{name} in {found}")
    return found


def _wheels(folder: Path, abi: str) -> list[Path]:
    """The wheels in the folder, each in one version, for the Python of that ABI."""
    found: list[Path] = []
    for name in WHEELS:
        wheels = sorted(folder.glob(f"{name}-*.whl"))
        if len(wheels) != 1:
            count = "are several wheels" if wheels else "is no wheel"
            raise ToolError(f"there {count} of {name} in {folder}", f"these fill it: {FETCHED}")
        tag = wheels[0].stem.rpartition("-")[2]
        if tag not in ("any", f"pyemscripten_{abi}_wasm32"):
            raise ToolError(f"{wheels[0].name} is not for this Pyodide, whose ABI is {abi}")
        found += wheels
    return found


def _compiled(pyodide: Path, wheels: list[Path], work: Path) -> tuple[bytes, bytes]:
    """The archives of what is installed and of Python's own library, as bytecode."""
    node = shutil.which("node")
    if node is None:
        raise ToolError("a page with archc in it needs Node, which compiles archc for it")
    site, stdlib = work / "site.zip", work / "stdlib.zip"
    with zipfile.ZipFile(site, "w") as made:
        for name, data in (*ours(), *_theirs(wheels)):
            made.writestr(name, data)
    with (
        zipfile.ZipFile(pyodide / "python_stdlib.zip") as given,
        zipfile.ZipFile(stdlib, "w") as made,
    ):
        for name in given.namelist():
            if not name.startswith(_LEFT_OUT_OF_PYTHON):
                made.writestr(name, given.read(name))
    tools = WEB / "pyodide"
    outs = [work / "site_out.zip", work / "stdlib_out.zip"]
    words = [tools / "compile.mjs", pyodide, tools / "bytecode.py", site, outs[0], stdlib, outs[1]]
    done = subprocess.run([node, *words], check=False, capture_output=True, text=True)
    if done.returncode:
        raise ToolError(f"Pyodide could not compile archc: {done.stderr.strip()[-500:]}")
    with zipfile.ZipFile(outs[0], "a", zipfile.ZIP_STORED) as made:  # beside its bytecode
        made.writestr(zipfile.ZipInfo(_HELPERS), dict(ours())[_HELPERS])
    return outs[0].read_bytes(), outs[1].read_bytes()


def ours() -> Iterator[tuple[str, bytes]]:
    """The files of archc that the page needs, by their names in an installation."""
    for package in (archir, archdsl, archc):
        assert package.__file__ is not None
        root = Path(package.__file__).parent
        for file in sorted(root.rglob("*")):
            name = file.relative_to(root.parent).as_posix()
            if name.startswith(_LEFT_OUT) and name != _HELPERS:
                continue
            if file.is_file() and not {"__pycache__", "shipped"} & {*file.parts}:
                yield name, file.read_bytes()
    for name in examples.names():
        yield f"archdsl/shipped/{name}{examples.ENDING}", examples.read(name).encode()


def _theirs(wheels: list[Path]) -> Iterator[tuple[str, bytes]]:
    """The files of the wheels, less what only installers read."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as given:
            for name in given.namelist():
                if ".dist-info/" not in name and not name.startswith(_LEFT_OUT):
                    yield name, given.read(name)
