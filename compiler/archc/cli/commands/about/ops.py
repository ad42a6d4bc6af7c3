"""``archc ops``: what a text can use here, from archc and from installed packages."""

from __future__ import annotations

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING

from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand, UsageError
from archc.render import data
from archc.request.requests import chosen_word

if TYPE_CHECKING:
    from archc.pages.oplist import Fault, OpLine

WIDTH = 88
"""How long a line may be where it can be broken."""

_TIED = "\u00a0=\u00a0"
"""An equals sign at which no line is broken."""


def show(name: str | None, form: str) -> int:
    """List the ops with their arguments, or show the page of the one that is NAMEd.

    Installed packages can add ops; they stand behind our own, with the names of their packages.
    """
    from archc.pages.oplist import list_ops, one_op

    if name is not None:
        from archir.base.diagnostics import nearest
        from archir.base.elsewhere import form_elsewhere
        from archir.base.missing import not_yet
        from archir.base.synonyms import synonym
        from archir.catalogue.registry import ops

        known, other = list(ops()), synonym(name)
        if name not in known and other is not None:
            raise UsageError(f"there is no op {name}", f"did you mean {other}?")
        if name not in known and (note := form_elsewhere(name) or not_yet(name)) is not None:
            raise UsageError(f"there is no op {name}", note)
        if name not in known and nearest(name, known) is None:
            raise UsageError(f"there is no op {name}", "`archc ops` lists those that there are")
        line = one_op(chosen_word(name, known, "op"))
        if form == "json":
            streams.data({"version": data.VERSION, "op": asdict(line)})
        else:
            _page(line)
        return guard.OK
    lines, faults = list_ops()
    if form == "json":
        listed = {"ops": list(map(asdict, lines)), "faults": list(map(asdict, faults))}
        streams.data({"version": data.VERSION, **listed})
    else:
        _list(lines, faults)
    return guard.OK


def _list(lines: tuple[OpLine, ...], faults: tuple[Fault, ...]) -> None:
    group = None
    for line in lines:
        if line.group != group:
            if group is not None:
                streams.say("")
            group = line.group
            streams.say(group)
        _signature(line, "  ")
        if line.summary:
            streams.say(f"      {line.summary}")
    if faults:
        streams.say("")
        streams.say("Announced by packages, and of no use")
    for fault in faults:
        streams.say(f"  {fault.keyword} of {fault.package} {fault.version}".rstrip())
        for text in wrap(fault.message, WIDTH - 6, break_long_words=False):
            streams.say(f"      {text}")


def _signature(line: OpLine, margin: str) -> None:
    """The op and its arguments, on several lines where they are many."""
    inner = margin + " " * (len(line.keyword) + 1)
    for text in wrap(
        line.signature.replace(" = ", _TIED),
        WIDTH,
        initial_indent=margin,
        subsequent_indent=inner,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        streams.say(text.replace(_TIED, " = "))


def _page(line: OpLine) -> None:
    """All there is to know of one op."""
    _signature(line, "")
    streams.say("")
    for text in line.doc.split("\n"):
        streams.say(f"  {text}".rstrip())
    inputs = "one value" if line.inputs == "one" else "several values"
    kind = "has a module" if line.is_module else "is a function, without a module"
    streams.say("")
    streams.say(f"  It takes {inputs} and {kind}.")
    if line.package is not None:
        streams.say(f"  It comes from the package {line.group}.")
    for one in line.arguments:
        default = f" = {one.default}" if one.default is not None else "   (must be given)"
        streams.say("")
        streams.say(f"  {one.name}{default}")
        for text in wrap(one.description, WIDTH - 6, break_long_words=False):
            streams.say(f"      {text}")
        for text in wrap(one.wanted, WIDTH - 6, break_long_words=False):
            streams.say(f"      {text}")
    if line.example:
        streams.say("")
        for text in line.example.rstrip("\n").split("\n"):
            streams.say(f"    {text}".rstrip())


command = Command(show, Operand("name", "[NAME]", required=False), (options.FORMAT,))
