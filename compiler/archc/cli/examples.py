"""``archc examples``: the models that travel with archc, and their texts."""

from __future__ import annotations

from textwrap import shorten

import click

from archc import examples
from archc.cli import guard, options, streams
from archc.render import data

WIDTH = 100
"""How long a line of the list may be."""


@click.command("examples", short_help="List the examples, or print one.")
@click.argument("name", metavar="[NAME]", required=False)
@options.output_format
def command(name: str | None, form: str) -> int:
    """List the examples by families, or print the text of the one that is NAMEd.

    An example's name can stand wherever a file is asked for.
    """
    if name is None:
        _list(form)
        return guard.OK
    known = options.chosen_word(name.removesuffix(examples.ENDING), examples.names(), "example")
    text = examples.read(known)
    if form == "json":
        streams.data({"version": data.VERSION, "name": known, "text": text})
    else:
        streams.document(text)
    return guard.OK


def _list(form: str) -> None:
    listed = examples.listing()
    if form == "json":
        entries: list[data.Json] = [
            {
                "name": one.name,
                "family": one.family,
                "doc": one.doc,
                "imports": list(one.imports),
                "path": str(examples.folder() / f"{one.name}{examples.ENDING}"),
            }
            for one in listed
        ]
        streams.data({"version": data.VERSION, "examples": entries})
        return
    width = max((len(one.name) for one in listed), default=0)
    family = None
    for one in listed:
        if one.family != family:
            if family is not None:
                streams.say("")
            family = one.family
            streams.say(family)
        title = shorten(one.title, WIDTH - width - 4, placeholder=" ...") if one.title else ""
        streams.say(f"  {one.name:<{width}}  {title}".rstrip())
    streams.say("")
    streams.say("archc build NAME builds one, archc examples NAME prints it, and")
    streams.say("archc new FILE --from NAME starts a variant of it.")
