"""``archc examples``: the models that travel with archc, and their texts."""

from __future__ import annotations

from textwrap import shorten

from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand
from archc.errors import SettingError
from archc.render import data
from archc.request import examples
from archir.base.diagnostics import nearest

WIDTH = 100
"""How long a line of the list may be."""

AT_MOST = 12
"""How many examples a hint names."""


def show(name: str | None, form: str) -> int:
    """List the examples by families, or print the text of the one that is NAMEd.

    An example's name can stand wherever a file is asked for.
    """
    if name is None:
        _list(form)
        return guard.OK
    known = name.removesuffix(examples.ENDING)
    if known not in examples.names():
        raise SettingError(f"there is no example {known}".rstrip(), _near(known))
    text = examples.read(known)
    if form == "json":
        streams.data({"version": data.VERSION, "name": known, "text": text})
    else:
        streams.document(text)
    return guard.OK


def _near(word: str) -> str:
    """Which examples may be meant: those that the word begins, or the nearest."""
    begun = [name for name in examples.names() if name.startswith(word.casefold())]
    if word and 1 < len(begun) <= AT_MOST:
        return f"did you mean one of {', '.join(begun)}?"
    near = begun[0] if len(begun) == 1 else nearest(word, examples.names())
    return f"did you mean {near}?" if near else "archc examples lists them"


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


command = Command(show, Operand("name", "[NAME]", required=False), (options.FORMAT,))
