"""Whether the archc of a page says what this one says: ``comparing.py PAGE [PIECE/PIECES]``.

The page is one that ``archc playground --out`` has made; its parts are run by Node. Every text of
the specification and every example is asked for all that the page shows, and each answer is to be
the same. It takes minutes, and so stands beside the tests; ``2/4`` is the second quarter.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from archc.playground.asking import Desk
from archc.request import examples

HERE = Path(__file__).parent
SPEC = HERE.parent / "spec"

NAMES = {
    "pyodide": "pyodide.mjs",
    "module": "pyodide.asm.mjs",
    "wasm": "pyodide.asm.wasm",
    "stdlib": "python_stdlib.zip",
    "site": "site.zip",
}
"""The files in which Node looks for the parts of a page."""

ASKED: tuple[dict[str, object], ...] = (
    {"kind": "check"},
    {"kind": "format"},
    {"kind": "card"},
    {"kind": "table", "depth": None},
    {"kind": "python"},
    {"kind": "picture", "form": "svg", "view": "layers", "theme": "light"},
    {"kind": "picture", "form": "html", "view": "layers", "theme": "dark"},
    {"kind": "picture", "form": "svg", "view": "volumes", "theme": "dark", "sizes": {"N": 2}},
)
AT_A_PLACE = ("complete", "hover")
"""What is asked of the middle of a text."""


def texts() -> Iterator[str]:
    """Every text of the specification, and every example."""
    from literate import cases

    for page in sorted(SPEC.glob("*.md")):
        for case in cases(page):
            yield from (file.text for file in case.files)
    for name in examples.names():
        yield examples.read(name)


def unpacked(page: str, folder: Path) -> None:
    """The parts of a page as files."""
    for name, held in re.findall(r'<script id="part-(\w+)" type="text/plain">(.*?)</script>', page):
        if name in NAMES:
            (folder / NAMES[name]).write_bytes(gzip.decompress(b64decode(held)))
        elif name == "lock":
            (folder / "lock").write_text(held, "utf-8")


def main(page: str, which: str = "1/1") -> int:
    """Print how many texts were compared and what differs; 1 where something does."""
    piece, pieces = map(int, which.split("/"))
    all_texts = list(dict.fromkeys(texts()))[piece - 1 :: pieces]
    questions = [
        json.dumps({**one, "text": text})
        for text in all_texts
        for one in (
            *ASKED,
            *({"kind": kind, "at": len(text) // 2} for kind in AT_A_PLACE),
        )
    ]
    with TemporaryDirectory() as work:
        folder = Path(work)
        unpacked(Path(page).read_text("utf-8"), folder)
        (folder / "questions").write_text("\n".join(questions) + "\n", "utf-8")
        words = [HERE / "comparing.mjs", folder, folder / "questions", folder / "answers"]
        subprocess.run(["node", *map(str, words)], check=True)
        theirs = (folder / "answers").read_text("utf-8").splitlines()
    desk = Desk()
    differing = [
        question
        for question, answer in zip(questions, theirs, strict=True)
        if desk.told(question) != answer
    ]
    for question in differing[:10]:
        print(question, file=sys.stderr)
    print(f"{len(all_texts)} texts, {len(questions)} answers, {len(differing)} differ")
    return bool(differing)


if __name__ == "__main__":
    sys.path.append(str(HERE.parent / "support"))  # as pytest has it
    raise SystemExit(main(*sys.argv[1:]))
