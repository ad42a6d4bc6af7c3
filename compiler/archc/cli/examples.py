"""``archc examples``: the models that travel with archc, and their texts."""

from __future__ import annotations

from textwrap import shorten

from archc import examples
from archc.cli import guard, options, streams
from archc.cli.declare import Argument, Command, chosen_word
from archc.render import data

WIDTH = 100
"""How long a line of the list may be."""


def show(name: str | None, form: str) -> int:
    """List the examples by families, or print the text of the one that is NAMEd.

    An example's name can stand wherever a file is asked for.
    """
    if name is None:
        _list(form)
        return guard.OK
    known = chosen_word(name.removesuffix(examples.ENDING), examples.names(), "example")
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


command = Command(show, Argument("name", "[NAME]", required=False), (options.FORMAT,))
