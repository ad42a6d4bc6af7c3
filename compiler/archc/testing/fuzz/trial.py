"""One execution: a text is given to all that reads texts, and must be answered."""

from __future__ import annotations

import json
import re
import traceback
from collections import Counter
from functools import partial
from pathlib import Path
from zlib import crc32

from archc import pipeline
from archc.api.costing import summary_of
from archc.api.formats import FORMATS, PICTURES
from archc.errors import ArchError
from archc.render import data
from archc.render.style import Style
from archc.render.terminal import render
from archc.request import files
from archc.request.choice import checkable
from archc.testing.fuzz.bounds import TooLongError, bounded
from archdsl.elaborate.limits import Limits
from archir.base.diagnostics import Diagnostic
from archir.base.record import Record
from archir.graph.typed import TypedGraph

LINE = 5_000
"""A longer line says nothing to anybody."""

FEW = Limits(steps=40_000)
"""Limits for most texts: to spend a million steps takes as long as a thousand other texts. Each
eighth text has the compiler's own."""

SLOW = ("png",)
"""Forms that take seconds: pixels, of what ``pdf`` has all of else."""

MODELS = 2
"""How many models of one text are printed, drawn and summed up."""

_OURS = re.compile(r"[/\\](arch(?:c|dsl|ir)[/\\].*)")


class BrokenPromiseError(AssertionError):
    """An answer that is none: no place, no reason, a source that is no Python."""


class Fault(Record):
    """What a text did that none may do. ``kind`` is internal, slow, memory or died."""

    kind: str
    what: str
    where: str
    trace: str

    @property
    def key(self) -> str:
        """The same for texts that meet the same fault."""
        return f"{self.kind} {self.what.partition(':')[0]} {self.where}"


def attempt(text: bytes) -> tuple[str, Fault | None]:
    """How far a text came (see ``answer``), and what it did that none may do."""
    try:
        return answer(text), None
    except TooLongError as error:
        return "fault", _fault("slow", error)
    except MemoryError as error:
        return "fault", _fault("memory", error)
    except Exception as error:
        return "fault", _fault("internal", error)


def tried(text: bytes) -> tuple[str, Fault | None]:
    """The same; what was slow is tried once more.

    On a busy machine processor time is counted badly.
    """
    stage, fault = attempt(text)
    return attempt(text) if fault is not None and fault.kind == "slow" else (stage, fault)


def answer(text: bytes) -> str:
    """Give a text to all stages; how far it came: unread, refused or accepted.

    To check it takes the time of a command, and so does each form that is made of a model.
    """
    right: list[TypedGraph] = []
    number = crc32(text)
    with bounded():
        is_read = _checked(text, FEW if number % 8 else None, right)
    for typed in right:
        _finish(typed, number // 8)
    return "accepted" if right else "refused" if is_read else "unread"


def _checked(text: bytes, limits: Limits | None, right: list[TypedGraph]) -> bool:
    """Whether a text can be read; its models that are right go into the list."""
    source, found = files.decode(text, "mutant.arch")
    if found.has_errors:
        _show(list(found))
        return False
    program, found = pipeline.load(source, None)
    if program is None:
        _refused(list(found))
        return False
    _show(list(found))
    for model in checkable(program)[:MODELS]:
        typed, found = pipeline.compile_model(program, model, (), limits)
        if typed is None:
            _refused(list(found))
        else:
            _show(list(found))
            right.append(typed)
    return True


def _finish(typed: TypedGraph, number: int) -> None:
    """What is made of a checked model without torch; of pictures the form of that number."""
    guarded = number % 2 == 0  # one of the two forms: printing is dear
    others = [name for name in PICTURES if name not in (*SLOW, "dot")]
    picture = others[number // 2 % len(others)]
    texts = {
        name: _made(partial(form.made, typed, guarded=guarded))
        for name, form in FORMATS.items()
        if form.of == "typed" and (name == picture or name not in (*others, *SLOW))
    }
    if (printed := texts["python"]) is not None:
        compile(printed, "<printed>", "exec")
    if (described := texts["json"]) is not None:
        json.loads(described)
    _made(lambda: summary_of(typed, {}, None, "float32", "sgd", symbolic=False).text())


def _made(make: object) -> str | bytes | None:
    """What a back end makes; None where it refuses to, and says why."""
    assert callable(make)
    try:
        with bounded():
            made: str | bytes = make()
    except ArchError as error:
        if not str(error).strip():
            raise BrokenPromiseError("a back end refuses without a word") from error
        _show(list(error.diagnostics))
        return None
    return made


def _refused(found: list[Diagnostic]) -> None:
    if not any(item.is_error for item in found):
        raise BrokenPromiseError("a text is refused without a word")
    _show(found)


def _show(found: list[Diagnostic]) -> None:
    """Diagnostics as all renderers show them."""
    if not found:
        return
    said = render(found, Style())
    longest = max(map(len, said.split("\n")))
    if longest > LINE:
        raise BrokenPromiseError(f"a line of {longest:,} characters: {found[0].problem.name}")
    for item in found:
        data.diagnostic(item)


def _fault(kind: str, error: BaseException) -> Fault:
    frames = [
        f"{match[1]}:{frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if (match := _OURS.search(str(Path(frame.filename)))) and "testing" not in match[1]
    ]
    if isinstance(error, RecursionError):
        where = Counter(frames).most_common(1)[0][0] if frames else ""
    else:
        where = frames[-1] if frames else ""
    if kind != "internal":
        where = where.partition(":")[0]  # where it was stopped is by chance
    said = f"{type(error).__name__}: {error}"[:300]
    trace = "".join(traceback.format_exception(error)[-12:])
    return Fault(kind, said, where, trace[-6_000:])
