"""The texts that mutants are made of: those that travel with archc, and those of folders."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import archdsl.rules
import archir.rules
from archc import pipeline
from archc.request import examples
from archdsl.project.locate import libraries, locate_library
from archir.base.diagnostics import Problem
from archir.base.record import Record
from archir.base.source import Source
from archir.catalogue.registry import ops

WORDS = re.compile(r'"[^"\n]*"|\w+|->|::|\.\.|\*\*|//|[=!<>]=|[ \t]+|\n|#[^\n]*|.', re.DOTALL)
"""A text's words, roughly: what is none is a character by itself. Joined they are the text."""

BASE = 1_200
"""Longer texts are taken from, and not mangled as a whole: they would take most of the time."""

_SOUND = 5

_MOST_BYTES = 1 << 16
_FENCED = re.compile(r"^```arch\b[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"^ {4}model .*?^ {4}\}", re.DOTALL | re.MULTILINE)
_BODY = "model example() {{ input x: [N, 16, H = 32, W = 32]\n{}}}\n"


class Corpus(Record):
    """Texts, and what of them is used over and over. Make one by ``Corpus.of(texts)``."""

    texts: tuple[str, ...]
    bases: tuple[tuple[str, ...], ...]
    """The words of each text that is short enough to be mangled; what has no error of syntax or
    names stands there several times, since its mutants come further."""
    words: tuple[str, ...]
    """What may stand in the place of any word, as often as it is used."""
    lines: tuple[str, ...]
    """Lines of bodies, as statements to insert."""
    keywords: tuple[str, ...]
    """The names of the ops."""

    sound: tuple[bool, ...]
    """Of each text, whether it has no error of syntax or names."""

    @classmethod
    def of(cls, texts: Iterable[str], sound: Iterable[bool] | None = None) -> Corpus:
        """A corpus of these texts, each once. Which of them are sound is asked of the compiler."""
        kept = tuple(dict.fromkeys(text for text in texts if text.strip()))
        known = tuple(map(_is_sound, kept) if sound is None else sound)
        split = [tuple(WORDS.findall(text)) for text in kept]
        words = [word for each in split for word in each if not word.isspace() and word[0] != "#"]
        lines = {
            line.strip()
            for text in kept
            for line in text.split("\n")
            if 0 < len(line.strip()) <= 120 and not line.strip().startswith("#")
        }
        bases: list[tuple[str, ...]] = []
        for one, text, right in zip(split, kept, known, strict=True):
            if len(text) <= BASE:
                bases += [one] * (_SOUND if right else 1)
        return cls(kept, tuple(bases), tuple(words), tuple(sorted(lines)), tuple(ops()), known)

    @property
    def digest(self) -> str:
        """What tells it from other corpora."""
        whole = f"{self.texts}{self.sound}{self.keywords}"
        return sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _is_sound(text: str) -> bool:
    try:
        return pipeline.load(Source("<corpus>", text), None)[0] is not None
    except Exception:  # a fault, which is met again where the text is tried
        return False


def shipped() -> list[str]:
    """The texts that travel with archc: libraries, examples, what problems and ops show."""
    found = [path.read_text("utf-8") for path in sorted(examples.folder().glob("*.arch"))]
    for name in libraries():
        located = locate_library(tuple(name.split(".")))
        assert not isinstance(located, Problem)
        found.append(located.read(_MOST_BYTES).decode("utf-8"))
    for problem in _problems():
        found += [problem.bad, problem.good]
    for op in ops().values():
        doc = inspect.cleandoc(op.__doc__ or "")
        found += [inspect.cleandoc(match[0]) for match in _INDENTED.finditer(doc)]
    return [*found, *(each for text in found for each in _FENCED.findall(_uncommented(text)))]


def _problems() -> list[type[Problem]]:
    for package in (archir.rules, archdsl.rules):
        for info in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(info.name)
    return sorted(
        (one for one in Problem.__subclasses__() if "bad" in vars(one)), key=lambda one: one.name
    )


def _uncommented(text: str) -> str:
    """The doc comments of a text, in which examples stand."""
    return "\n".join(line.removeprefix("## ").removeprefix("##") for line in text.split("\n"))


def of_folder(folder: Path) -> list[str]:
    """The files in the language below a folder, and the code in its Markdown, in their order."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".arch", ".md") or not path.is_file():
            continue
        if path.stat().st_size > _MOST_BYTES:
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".arch":
            found.append(text)
            continue
        for code in _FENCED.findall(text):
            whole = any(word in code for word in ("model ", "block ", "let ", "fn ", "import "))
            found.append(code if whole else _BODY.format(code))
    return found
