"""``archc new``: a file to begin with."""

from __future__ import annotations

from pathlib import Path

from archc import pipeline
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.output import writing
from archc.pages.starter import starter
from archc.request import examples
from archc.request.choice import choose, names_for


def _file(word: str) -> Path:
    path = Path(word)
    if path.suffix != examples.ENDING or word == "-":
        raise UsageError(
            f"a file in the language is called NAME{examples.ENDING}, not {word}",
            f"archc new {word}{examples.ENDING}" if examples.is_bare(word) else None,
        )
    return path


def new(path: Path, base: str | None, model: str | None) -> int:
    """Write FILE with one model, which is named like the file. Nothing is ever overwritten.

    With --from it is a copy of an example's model, and stands by itself: change what you like.
    Without, it is a small network with remarks.
    """
    from archdsl.resolve.flatten import flatten, means_something

    plain, other = names_for(path.stem)
    name = other if means_something(plain) else plain
    if base is None:
        if model is not None:
            raise UsageError("--model says which model of --from is meant, and there is none")
        text, said = starter(name), "a small network to begin with"
    else:
        source, where, found = streams.read(base)
        program = None
        if not found.has_errors:
            program, problems = pipeline.load(source, where)
            found.extend(problems)
        if program is None:
            streams.complain(found)
            return guard.WRONG_INPUT
        chosen = choose(program, model)
        text, said = flatten(program, chosen, name), f"a copy of {chosen.name} to change"
    writing.write_new(path, text)
    streams.say(f"{path}: {said}")
    return guard.OK


command = Command(
    new,
    Operand("path", "FILE", read=_file),
    (
        Option(
            "--from",
            "base",
            "The example to start from, or a file. What it imports of its project is brought in.",
            metavar="NAME",
        ),
        options.MODEL,
    ),
)
