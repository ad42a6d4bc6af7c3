"""Literate spec tests: Markdown in which the code says what the compiler must answer.

A fenced block ``arch`` is a file, and one test. What it states stands in its comments, on the
line it is about, or alone on the line above:

* ``# error: [name]`` and ``# warning: [name]``: a diagnostic of that name on this line, perhaps
  with a piece of its message: ``# error: [name] "3 groups"``. Several may follow each other.
* ``# reveal: [N, 64, H // 2, W // 2]``: the type of the value that the last stage on this line
  gives, for any sizes. Where the line runs several times with different types, they are listed
  in the order of running, separated by ``;``.

Diagnostics that are not stated fail, and so do statements that do not come true. A block that
states nothing says that the file is clean, and must then be followed by what it gives:

* a fenced block ``keys``: the ordered state dict as torch registers it (see ``expand``), and
  perhaps a line ``params: 1_234``; ``keys model=NAME`` picks a model, else it is the only one;
* a fenced block ``output``: nothing but the word ``clean``, where being accepted is the point.

The word ``body`` behind ``arch`` wraps the text into a model whose input is ``input="…"``, or
``[N, 16, H = 32, W = 32]``. ``name="stem.arch"`` makes the block a file for the next unnamed
block to import. ``escapes`` turns ``\\u0000`` and its like into characters.
"""

from __future__ import annotations

import codecs
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_INPUT = "[N, 16, H = 32, W = 32]"
STATEMENT = re.compile(r"#\s*(error|warning|reveal):\s*(.*?)\s*(?=#\s*(?:error|warning|reveal):|$)")
DIAGNOSTIC = re.compile(r'\[([a-z0-9-]+)\](?:\s+"(.*)")?$')


@dataclass(frozen=True, slots=True)
class Expected:
    """One stated diagnostic."""

    line: int
    severity: str
    name: str
    fragment: str | None


@dataclass(slots=True)
class File:
    """One file of a case: its text, and what its comments state."""

    name: str
    text: str
    diagnostics: list[Expected] = field(default_factory=list)
    reveals: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Case:
    """One unnamed ``arch`` block with the files and expectations that belong to it."""

    path: Path
    line: int
    title: str
    main: File
    others: list[File]
    keys: list[tuple[str | None, list[str]]] = field(default_factory=list)
    clean: bool = False

    @property
    def id(self) -> str:
        return f"{self.path.stem}:{self.line}:{self.title}"

    @property
    def files(self) -> list[File]:
        return [self.main, *self.others]

    @property
    def states_something(self) -> bool:
        return bool(self.clean or self.keys or any(f.diagnostics or f.reveals for f in self.files))


def cases(path: Path) -> list[Case]:
    """All cases of a Markdown file."""
    found: list[Case] = []
    waiting: list[File] = []
    title = ""
    for number, info, text in _parts(path):
        if info is None:
            title = text
            continue
        words = shlex.split(info)
        kind = words[0] if words else ""
        options = dict(word.partition("=")[::2] for word in words[1:])
        if kind == "arch":
            file, offset = _file(text, options), 1 if "body" in options else 0
            _read_statements(file, offset)
            if "name" in options:
                waiting.append(file)
            else:
                found.append(Case(path, number, title, file, waiting))
                waiting = []
        elif kind == "keys":
            found[-1].keys.append((options.get("model"), text.splitlines()))
        elif kind == "output":
            assert text.strip() == "clean", f"{path}:{number}: an output block says `clean`"
            found[-1].clean = True
    assert not waiting, f"{path}: the named block {waiting[0].name} has no main block behind it"
    return found


def _parts(path: Path) -> list[tuple[int, str | None, str]]:
    """(line, info, text) of each fenced block, and (line, None, title) of each heading."""
    parts: list[tuple[int, str | None, str]] = []
    fence: tuple[int, str] | None = None
    lines: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if fence is None and line.startswith("```"):
            fence, lines = (number, line[3:].strip()), []
        elif fence is not None and line.rstrip() == "```":
            parts.append((*fence, "".join(f"{text}\n" for text in lines)))
            fence = None
        elif fence is not None:
            lines.append(line)
        elif line.startswith("#"):
            parts.append((number, None, line.lstrip("#").strip()))
    assert fence is None, f"{path}: a block has no end"
    return parts


def _file(text: str, options: dict[str, str]) -> File:
    if "body" in options:
        text = f"model example() {{ input x: {options.get('input', DEFAULT_INPUT)}\n{text}}}\n"
    if "escapes" in options:
        text = re.sub(
            r"\\u[0-9a-f]{4}", lambda match: codecs.decode(match[0], "unicode_escape"), text
        )
    return File(options.get("name", "main.arch"), text)


def _read_statements(file: File, offset: int) -> None:
    """Fill in what the comments state. Comments alone on lines speak of the next line."""
    pending: list[tuple[str, str]] = []
    for number, line in enumerate(file.text.split("\n"), 1):
        stated = [(match[1], match[2]) for match in STATEMENT.finditer(line)]
        if line.lstrip().startswith("#") and stated:
            pending += stated
            continue
        for kind, rest in pending + stated:
            if kind == "reveal":
                file.reveals.append((number, [item.strip() for item in rest.split(";")]))
                continue
            match = DIAGNOSTIC.match(rest)
            assert match, f"{file.name}:{number - offset}: cannot read `{kind}: {rest}`"
            file.diagnostics.append(Expected(number, kind, match[1], match[2]))
        pending = []
    assert not pending, f"{file.name}: a statement has no line below it"


SHORTHAND = {
    "conv": ("weight", "bias"),
    "linear": ("weight", "bias"),
    "batch_norm": ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
}


def expand(lines: list[str]) -> tuple[list[tuple[str, tuple[int, ...]]], int | None]:
    """The entries of a ``keys`` block, and its parameter count if it gives one.

    ``head.weight: [10, 64]`` is one entry. ``head: linear 64 10``, ``stem: conv 3 64 7``
    (in / groups, out, kernel…) and ``bn1: batch_norm 64`` stand for all of torch's entries of
    such a module; ``conv`` without its bias is written out.
    """
    entries: list[tuple[str, tuple[int, ...]]] = []
    params: int | None = None
    for line in lines:
        name, _, rest = (part.strip() for part in line.partition(": "))
        if not name:
            continue
        if name == "params":
            params = int(rest)
        elif rest.startswith("["):
            entries.append((name, tuple(int(n) for n in rest.strip("[]").split(",") if n.strip())))
        else:
            kind, *numbers = rest.split()
            shapes = _shapes(kind, [int(number) for number in numbers])
            entries += [
                (f"{name}.{part}", shape)
                for part, shape in zip(SHORTHAND[kind], shapes, strict=True)
            ]
    return entries, params


def _shapes(kind: str, numbers: list[int]) -> list[tuple[int, ...]]:
    if kind == "batch_norm":
        return [(numbers[0],)] * 4 + [()]
    inputs, outputs, *kernel = numbers
    if kind == "conv" and len(kernel) == 1:
        kernel = kernel * 2
    return [(outputs, inputs, *kernel), (outputs,)]
