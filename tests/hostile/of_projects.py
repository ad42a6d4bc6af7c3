"""Hostile projects: imports of what is not there, is no file, leads outside or has no end."""

from __future__ import annotations

from situations import (
    ALL,
    CHECK,
    WRONG,
    Make,
    Situation,
    Table,
    fifo,
    folder,
    link,
    listening,
    model,
)  # fmt: skip

TABLE = Table()
PART = "block P() { relu }\n"


def importing(name: str, kind: str, path: str, says: str = "", **files: str | bytes | Make) -> None:
    """A file that imports a path of its project; ``files`` stand beside it."""
    text = f'import "{path}": P\n' + model("P")
    beside = {key.replace("__", "/").replace("_", "."): value for key, value in files.items()}
    runs = ALL if kind == "accepted" else WRONG
    made = Situation(name, kind, {"main.arch": text, **beside}, runs, (says,))
    TABLE.add(made)


importing("an import of a file beside", "accepted", "./a.arch", a_arch=PART)
importing("an import of a file in a folder", "accepted", "./d/a.arch", d__a_arch=PART)
importing(
    "an import through a link in the project",
    "accepted",
    "./a.arch",
    a_arch=link("b.arch"),
    b_arch=PART,
)
importing("an import of 1 MB", "accepted", "./a.arch", a_arch="#" * 1_000_000 + "\n" + PART)
importing("an import with a byte order mark", "accepted", "./a.arch", a_arch="\ufeff" + PART)

_AT = "main.arch:1:"
importing("an import of what is not there", "refused", "./a.arch", _AT)
importing("an import of a folder", "refused", "./a.arch", _AT, a_arch=folder)
importing("an import of a named pipe", "refused", "./a.arch", _AT, a_arch=fifo)
importing("an import of a socket", "refused", "./a.arch", _AT, a_arch=listening)
importing("an import of a link to a device", "refused", "./a.arch", _AT, a_arch=link("/dev/zero"))
importing("an import of a link to a terminal", "refused", "./a.arch", _AT, a_arch=link("/dev/tty"))
importing(
    "an import of a link to the system", "refused", "./a.arch", _AT, a_arch=link("/etc/passwd")
)
importing("an import of a link to itself", "refused", "./a.arch", _AT, a_arch=link("a.arch"))
importing("an import of a link to nothing", "refused", "./a.arch", _AT, a_arch=link("b.arch"))
importing(
    "an import of a link to a folder's file outside", "refused", "./d/a.arch", _AT, d=link("/etc")
)
importing("an import through a file", "refused", "./a.arch/b.arch", _AT, a_arch=PART)
importing("an import of the folder above", "refused", "../a.arch", _AT)
importing("an import of many folders above", "refused", "../" * 60 + "etc/passwd", _AT)
importing("an import around the project", "refused", "./d/../../a.arch", _AT, d__b_arch=PART)
importing("an import by the whole path", "refused", "/etc/passwd", _AT)
importing("an import of a home", "refused", "~/a.arch", _AT)
importing("an import of a variable", "refused", "$HOME/a.arch", _AT)
importing("an import of a drive", "refused", "C:\\\\a.arch", _AT)
importing("an import of a share", "refused", "\\\\\\\\server\\\\a.arch", _AT)
importing("an import of a page", "refused", "https://example.com/a.arch", _AT)
importing("an import of a file by a scheme", "refused", "file:///etc/passwd", _AT)
importing("an import of nothing", "refused", "", _AT)
importing("an import of a point", "refused", ".", _AT)
importing("an import of standard input", "refused", "-", _AT)
importing("an import of a device of Windows", "refused", "./CON", _AT)
importing("an import of a path of 10,000 letters", "refused", "./" + "a" * 10_000 + ".arch", _AT)
importing("an import of 3,000 folders", "refused", "./" + "a/" * 3_000 + "b.arch", _AT)
importing("an import without an ending", "refused", "./a", _AT, a_arch=PART)
importing("an import of Python", "refused", "./a.py", _AT, a_py="print(1)\n")
importing("an import of itself", "refused", "./main.arch", _AT)
importing(
    "an import of what it does not have", "refused", "./a.arch", _AT, a_arch="block Q() { relu }\n"
)
importing(
    "an import of what imports it",
    "refused",
    "./a.arch",
    "import",
    a_arch='import "./main.arch": main\n' + PART,
)
importing("an import of bytes", "refused", "./a.arch", _AT, a_arch=b"\xff\xfe\x00\x01")
importing("an import of UTF-16", "refused", "./a.arch", _AT, a_arch=PART.encode("utf-16"))
importing(
    "an import with an error", "refused", "./a.arch", "a.arch:1:", a_arch="block P() { rellu }\n"
)
importing("an import without an end", "refused", "./a.arch", "a.arch:", a_arch="block P() { ")
importing(
    "an import with two byte order marks",
    "refused",
    "./a.arch",
    "a.arch:1:",
    a_arch="\ufeff\ufeff" + PART,
)
importing("an import of a NUL", "refused", "./a.arch", "a.arch:1:", a_arch="# \x00\n" + PART)
importing("an import of 2 MB", "refused", "./a.arch", _AT, a_arch="#" * (2 << 20))

TABLE.texts(
    "refused",
    {
        "an import of what std does not have": "import std.blocks: Nothing\n" + model("Nothing"),
        "an import of what std has for itself": "import std.inception: _Nothing\n"
        + model("_Nothing"),
        "an import of a library that there is not": "import std.nothing: P\n" + model("P"),
        "an import of Python's": "import os: system\n" + model("system"),
        "an import of a folder of std": "import std: blocks\n" + model("blocks"),
        "an import of std's own path": 'import "std/blocks.arch": ConvNormAct\n'
        + model("ConvNormAct(8)"),
        "an import behind a model": model("relu") + 'import "./a.arch": P\n',
        "an import with a hole": 'import "./{1}.arch": P\n' + model("P"),
        "an import of everything": 'import "./a.arch": *\n' + model("relu"),
        "an import with a NUL": ('import "./a\x00.arch": P\n' + model("P"), "main.arch:1:"),
        "5,000 names of one import": "import std.blocks: "
        + ", ".join(f"P{i}" for i in range(5_000))
        + "\n"
        + model("relu"),
    },
)


TABLE.texts(
    "accepted",
    {"an import of a name twice": "import std.blocks: ConvNormAct\n" * 2 + model("ConvNormAct(8)")},
)


def chain(count: int, *, closed: bool) -> dict[str, str | bytes | Make]:
    """Files each of which imports the next, and the last one perhaps the first."""
    files: dict[str, str | bytes | Make] = {
        f"f{i}.arch": f'import "./f{i + 1}.arch": P{i + 1}\nblock P{i}() {{ P{i + 1} }}\n'
        for i in range(count)
    }
    last = (
        f'import "./f0.arch": P0\nblock P{count}() {{ P0 }}\n'
        if closed
        else f"block P{count}() {{ relu }}\n"
    )
    files[f"f{count}.arch"] = last
    files["main.arch"] = 'import "./f0.arch": P0\n' + model("P0")
    return files


TABLE.add(Situation("a chain of 20 imports", "accepted", chain(20, closed=False), ALL))
TABLE.add(
    Situation("a circle of 20 imports", "refused", chain(20, closed=True), WRONG, ("import",))
)
TABLE.add(
    Situation("a circle of 300 imports", "refused", chain(300, closed=True), (CHECK,), ("import",))
)
TABLE.add(Situation("a chain of 600 imports", "limit", chain(600, closed=False), (CHECK,)))
TABLE.add(
    Situation(
        "60 imports of 1 MB", "limit",
        {
            "main.arch": "".join(f'import "./f{i}.arch": P{i}\n' for i in range(60)) + model("P0"),
            **{f"f{i}.arch": f"block P{i}() {{ relu }}\n" + "#" * 1_000_000 for i in range(60)},
        },
        (CHECK,),
    )
)  # fmt: skip
