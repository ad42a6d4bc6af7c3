"""``archc models``: what a file has to build, and what can be set."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from archc import pipeline
from archc.cli import guard, options, streams
from archc.cli.declare import Command
from archc.render import data

if TYPE_CHECKING:
    from archc.pages.listing import ModelLine, ParameterLine


def models(file: str, form: str) -> int:
    """List FILE's models with their parameters: types, allowed values and defaults."""
    from archc.pages.listing import list_models

    source, path, found = streams.read(file)
    program = None
    if not found.has_errors:
        program, problems = pipeline.load(source, path)
        found.extend(problems)
    lines = () if program is None else list_models(program)
    if form == "json":
        streams.data(data.report(found, models=[_data(line) for line in lines]))
    else:
        streams.complain(found)
        for index, line in enumerate(lines):
            _print(line, first=index == 0)
        if program is not None and not lines:
            streams.say(f"{file} has no model")
    return guard.OK if program is not None else guard.WRONG_INPUT


def _print(line: ModelLine, *, first: bool) -> None:
    if not first:
        streams.say("")
    streams.say(line.name + (f" = {line.value}" if line.value else ""))
    for text in line.doc.strip().split("\n") if line.doc.strip() else ():
        streams.say(f"    {text}".rstrip())
    width = max((len(_head(one)) for one in line.parameters), default=0)
    for one in line.parameters:
        default = f" = {one.default}" if one.default is not None else "   (must be set)"
        streams.say(f"  {_head(one):<{width}}{default}")


def _head(one: ParameterLine) -> str:
    kind = f": {one.type}" if one.type else ""
    return one.name + kind + (f" in {one.domain}" if one.domain else "")


def _data(line: ModelLine) -> data.Json:
    parameters: list[data.Json] = [asdict(one) for one in line.parameters]
    return {"name": line.name, "doc": line.doc, "value": line.value, "parameters": parameters}


command = Command(models, options.FILE, (options.FORMAT,))
