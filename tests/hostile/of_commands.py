"""Hostile command lines and surroundings: options, files to read, folders to write to."""

from __future__ import annotations

import os
from pathlib import Path

from situations import (
    BUILD,
    CHECK,
    NET,
    PYTHON,
    SUMMARY,
    Make,
    Situation,
    Table,
    fifo,
    folder,
    link,
    listening,
)  # fmt: skip

TABLE = Table()
Files = dict[str, str | bytes | Make]


def with_words(kind: str, lines: dict[str, tuple[str, ...]], *says: str) -> None:
    """Command lines about a text that is right."""
    for name, words in lines.items():
        TABLE.add(Situation(name, kind, {"main.arch": NET}, (words,), says))


LONG = "9" * 5_000
with_words(
    "use",
    {
        "no command": (),
        "a command that there is not": ("chek", "main.arch"),
        "a command of 100,000 letters": ("c" * 100_000,),
        "a command that is a path": ("./main.arch",),
        "no file": ("check",),
        "no file to build": ("build",),
        "two files to build": ("build", "main.arch", "main.arch"),
        "an option that there is not": (*CHECK, "--colour"),
        "an option without its value": (*CHECK, "--set"),
        "a setting without a value": (*CHECK, "--set", "classes"),
        "a setting without a name": (*CHECK, "--set", "=1"),
        "a setting twice": (*CHECK, "--set", "a=1", "--set", "a=2"),
        "a setting with a name of Python's": (*CHECK, "--set", "a.b=1"),
        "a setting of 100,000 letters": (*CHECK, "--set", "a" * 100_000),
        "a model that there is not": (*PYTHON, "--model", "nothing"),
        "a model of 100,000 letters": (*PYTHON, "--model", "m" * 100_000),
        "a limit that there is not": (*CHECK, "--limit", "time=3"),
        "a limit of nothing": (*CHECK, "--limit", "steps="),
        "a limit that is a word": (*CHECK, "--limit", "steps=many"),
        "a limit of less than nothing": (*CHECK, "--limit", "steps=-1"),
        "a limit of 5,000 digits": (*CHECK, "--limit", f"steps={LONG}"),
        "a limit with a point": (*CHECK, "--limit", "steps=1.5"),
        "a size that there is not": (*CHECK, "--size", "Q=3"),
        "a size of nothing": (*CHECK, "--size", "H="),
        "a size that is a word": (*CHECK, "--size", "H=big"),
        "a size of zero": (*CHECK, "--size", "H=0"),
        "a size of minus one": (*CHECK, "--size", "H=-1"),
        "a size of 19 digits": (*CHECK, "--size", f"H={10**18}"),
        "a batch of 19 digits": (*SUMMARY, "--batch", str(10**18)),
        "a size of 5,000 digits": (*CHECK, "--size", f"H={LONG}"),
        "a size asked twice": (*CHECK, "--size", "H=3", "--size", "H=4"),
        "a batch of 0": (*SUMMARY, "--batch", "0"),
        "a batch that is a word": (*SUMMARY, "--batch", "many"),
        "a batch of 5,000 digits": (*SUMMARY, "--batch", LONG),
        "a depth that is a word": (*SUMMARY, "--depth", "deep"),
        "a depth of 5,000 digits": (*SUMMARY, "--depth", LONG),
        "a dtype that there is not for a summary": (*SUMMARY, "--dtype", "int4"),
        "a column that there is not": (*SUMMARY, "--columns", "cost"),
        "a format that there is not": (*CHECK, "--format", "xml"),
        "a stage that there is not": (*PYTHON, "--stage", "onnx"),
        "a kind of output that there is not": ("build", "main.arch", "--emit", "onnx"),
        "an output of nothing": ("build", "main.arch", "--emit", ""),
        "a guard of a picture": (*PYTHON, "--guard", "--stage", "svg"),
        "a seed without weights": ("build", "main.arch", "--seed", "1"),
        "an example that there is not": ("examples", "resnet51"),
        "an op that there is not in the list": ("ops", "konv"),
        "three models to compare": ("diff", "main.arch", "main.arch", "main.arch"),
        "one model to compare": ("diff", "main.arch"),
        "weights that nothing is done with": ("weights", "burn", "main.arch", "--weights", "a"),
        "a map of no keys": (
            "weights",
            "plan",
            "main.arch",
            "--weights",
            "a",
            "--weights-map",
            "=",
        ),
        "a map of many stars": (
            "weights",
            "plan",
            "main.arch",
            "--weights",
            "a",
            "--weights-map",
            f"{'*a' * 50}=b",
        ),
        "a file of another ending to begin": ("new", "net.py"),
        "a file of no name to begin": ("new", ".arch"),
    },
)
with_words(
    "accepted",
    {
        "a large limit": (*CHECK, "--limit", "steps=1000000000000"),
        "a large size": (*CHECK, "--size", f"H={10**17}"),
        "a large batch": (*SUMMARY, "--batch", str(10**15)),
        "the same file 50 times": ("check", *["main.arch"] * 50),
        "a model and itself": ("diff", "main.arch", "main.arch"),
        "a file by a long way": ("check", "./" * 500 + "main.arch"),
        "a path behind two dashes": ("check", "--", "main.arch"),
        "a new file in new folders": ("new", "a/b/c/d.arch"),
        "help": ("--help",),
        "help of a command": ("check", "--help"),
        "the version": ("--version",),
    },
)
with_words(
    "refused",
    {
        "a setting that the model does not have": (*CHECK, "--set", "classes=3", "--model", "main"),
        "a setting that is no expression": (*CHECK, "--set", "a=)("),
        "a setting of Python's": (*CHECK, "--set", "a=__import__('os')"),
        "a setting of brackets": (*CHECK, "--set", f"a={'(' * 1_000}"),
        "a size at which it does not run": (*CHECK, "--size", "H=2"),
        "a limit that is too small": (*CHECK, "--limit", "steps=1"),
        "a limit of no nodes": (*CHECK, "--limit", "nodes=1"),
    },
)
with_words(
    "io",
    {
        "a file that is not there": ("check", "nothing.arch"),
        "a file of a name of 10,000 letters": ("check", "a" * 10_000 + ".arch"),
        "a file to compare that is not there": ("diff", "main.arch", "nothing.arch"),
        "a file to compare of a name of 10,000 letters": ("diff", "main.arch", "a" * 10_000),
        "a file of Darknet's that is not there": ("import", "nothing.cfg"),
        "weights that are not there": ("weights", "plan", "main.arch", "--weights", "nothing"),
        "a file in a file": ("check", "main.arch/a.arch"),
        "a file of no name": ("check", ""),
        "a file in a folder that is not there": ("check", "a/b/c.arch"),
        "a folder for a file": ("check", "."),
        "one file of two that is not there": ("check", "main.arch", "nothing.arch"),
        "an output folder that is a file": ("build", "main.arch", "--out", "main.arch"),
        "an output folder in a file": ("build", "main.arch", "--out", "main.arch/a"),
        "an output folder that is a device": ("build", "main.arch", "--out", "/dev/null"),
        "an output folder of 10,000 letters": ("build", "main.arch", "--out", "a" * 10_000),
        "an output folder of the system": ("build", "main.arch", "--out", "/proc/archc"),
        "a new file that is there": ("new", "main.arch"),
        "a new file in a file": ("new", "main.arch/a.arch"),
        "a new file of a name of 10,000 letters": ("new", "a" * 10_000 + ".arch"),
    },
)


def somebodys(path: Path) -> None:
    """A file that archc did not write."""
    path.write_text("mine\n", "utf-8")


def built(*names: str) -> Files:
    """A text, and something in the way of what is built of it."""
    makes: dict[str, Make] = {
        "a folder": folder, "a named pipe": fifo, "a socket": listening,
        "a link": link("../main.arch"), "a link to nothing": link("nothing"),
        "a link to a device": link("/dev/full"), "a link to itself": link("main.py"),
        "a file of somebody": somebodys,
    }  # fmt: skip
    return {"main.arch": NET, "build/main.py": makes[names[0]]}


for _what in (
    "a folder", "a named pipe", "a socket", "a link", "a link to nothing", "a link to a device",
    "a link to itself", "a file of somebody",
):  # fmt: skip
    TABLE.add(
        Situation(f"{_what} in the way of a build", "io", built(_what), (BUILD,), ("main.py: ",))
    )

for _what, _make in (
    ("a named pipe that nobody writes to", fifo), ("a socket", listening),
    ("a link to itself", link("odd.arch")), ("a link to nothing", link("nothing")),
):  # fmt: skip
    if _make is not fifo:  # a pipe is read as any program reads one: until somebody writes to it
        TABLE.add(
            Situation(f"{_what} to check", "io", {"odd.arch": _make}, (("check", "odd.arch"),))
        )


def unreadable(path: Path) -> None:
    """A file that is a link into what no process may read."""
    path.symlink_to("/proc/self/mem")


TABLE.add(Situation("memory to check", "io", {"odd.arch": unreadable}, (("check", "odd.arch"),)))

TABLE.add(Situation("a device without end", "limit", {"main.arch": NET}, (("check", "/dev/zero"),)))

FROM_INPUT = ("check", "-")
for _name, _kind, _data in (
    ("a text from standard input", "accepted", NET),
    ("nothing from standard input", "accepted", ""),
    ("bytes from standard input", "refused", b"\xff\xfe"),
    ("a NUL from standard input", "refused", b"\x00"),
    ("5 MB from standard input", "limit", b"#" * (5 << 20)),
    (
        "an import from standard input",
        "accepted",
        'import "./main.arch": main\n' + NET.replace("main", "m"),
    ),
):
    TABLE.add(Situation(_name, _kind, {"main.arch": NET}, (FROM_INPUT,), (), _data))

for _name, _environ in (
    ("an encoding of letters alone", {"PYTHONIOENCODING": "ascii"}),
    ("colours that are forced", {"FORCE_COLOR": "1"}),
    ("no columns", {"COLUMNS": "0"}),
    ("columns that are a word", {"COLUMNS": "many"}),
    ("columns of 5,000 digits", {"COLUMNS": LONG}),
    ("one column", {"COLUMNS": "1"}),
    ("no home", {"HOME": "/nowhere"}),
    ("a locale that there is not", {"LC_ALL": "xx_YY.UTF-99"}),
):
    TABLE.add(Situation(_name, "accepted", {"main.arch": NET}, (CHECK, SUMMARY), (), b"", _environ))
    _wrong = NET.replace("relu", "rellu")
    TABLE.add(
        Situation(
            f"{_name}, and an error", "refused", {"main.arch": _wrong}, (CHECK,), (), b"", _environ
        )
    )

TABLE.add(
    Situation(
        "a file name that is no text", "accepted",
        {os.fsdecode(b"n\xff.arch"): NET}, (("check", os.fsdecode(b"n\xff.arch")),),
    )
)  # fmt: skip
TABLE.add(
    Situation(
        "a file name with an escape", "refused",
        {"a\x1b[2J.arch": "model ("}, (("check", "a\x1b[2J.arch"),),
    )
)  # fmt: skip
TABLE.add(
    Situation(
        "a file name of two lines", "refused",
        {"a\nb.arch": "model ("}, (("check", "a\nb.arch"),),
    )
)  # fmt: skip


def _repeated(line: str, count: int) -> Files:
    lines = f"  {line}\n" * count
    return {"main.arch": f"model m() {{\n  input x: [N, 3, H = 32, W = 32]\n{lines}}}\n"}


# What each mistake is to be put right by is worked out of the text once more.
FIXES = {
    "8,000 arguments to put right": _repeated("conv(8, 3, padding = 1, strides = 1)", 8_000),
    "5,000 tuples to put right": _repeated("conv(8, (3, 3), padding = 1)", 5_000),
    "brackets to put right, 10,000 in a row": _repeated(
        "concat [" + "relu, " * 10_000 + "rellu]", 1
    ),
}
for _name, _files in FIXES.items():
    TABLE.add(Situation(_name, "refused", _files, (("check", "main.arch"),)))
_tuples = FIXES["5,000 tuples to put right"]
TABLE.add(Situation("a diff of 5,000", "refused", _tuples, (("check", "main.arch", "--diff"),)))
