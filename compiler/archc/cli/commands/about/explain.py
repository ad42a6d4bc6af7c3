"""``archc explain``: what an error or a warning means, with an example of it put right.

Of a name that is an op's, a block's of the library or a word of the language it says that instead.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand, UsageError
from archc.render import data
from archir.base.diagnostics import nearest

if TYPE_CHECKING:
    from archc.pages.problems import Explained

WIDTH = 88
"""How long a line may be where it can be broken."""


def explain(name: str | None, form: str) -> int:
    """Explain the problem that is NAMEd in brackets behind error or warning, or list them all.

    What it means, a file that is wrong in this way with what archc says of it, and the same file
    put right. Of an op, a block of the library or a word of the language it says what that is.
    """
    from archc.pages.problems import explained, problems

    known = problems()
    if name is None:
        if form == "json":
            streams.data({"version": data.VERSION, "problems": [_line(each) for each in known]})
        else:
            _list()
        return guard.OK
    word = name.strip().removeprefix("error").removeprefix("warning").strip("[]: ")
    if word not in known:
        if _is_word(word, form):
            return guard.OK
        from archir.catalogue.registry import ops

        near = nearest(word, [*known, *ops()])
        hint = f"did you mean {near}?" if near else "archc explain lists them all"
        raise UsageError(f"there is no problem, and no word, called {word or name}", hint)
    one = explained(word)
    if form == "json":
        streams.data({"version": data.VERSION, "problem": _data(one)})
    else:
        _page(one)
    return guard.OK


def _is_word(name: str, form: str) -> bool:
    """Whether a name is no problem's but means something in a text, which is shown then."""
    from archc.pages.vocabulary import word
    from archir.catalogue.registry import ops

    if name in ops():
        from archc.cli.commands.about.ops import show

        show(name, form)
        return True
    found = word(name)
    if found is None:
        return False
    if form == "json":
        shown = {"name": found.name, "kind": found.kind, "lines": list(found.lines)}
        streams.data({"version": data.VERSION, "word": shown})
        return True
    streams.say(f"{found.name} ({found.kind})")
    for line in found.lines:
        streams.say("")
        for text in wrap(line, WIDTH, break_long_words=False):
            streams.say(text)
    return True


def _list() -> None:
    from archc.pages.problems import problems, summary

    group = None
    for name, (heading, problem) in problems().items():
        if heading != group:
            if group is not None:
                streams.say("")
            group = heading
            streams.say(heading)
        said = f"{name} (warning)" if problem.severity == "warning" else name
        streams.say(f"  {said}")
        for line in wrap(summary(problem), WIDTH - 6, break_long_words=False):
            streams.say(f"      {line}")


def _line(name: str) -> data.Json:
    from archc.pages.problems import problems, summary

    group, problem = problems()[name]
    shown = {"name": name, "severity": problem.severity, "group": group}
    return {**shown, "summary": summary(problem)}


def _page(one: Explained) -> None:
    streams.say(f"{one.name} ({one.severity})")
    for paragraph in one.doc.split("\n\n"):
        streams.say("")
        is_list = any(line.lstrip().startswith("- ") for line in paragraph.split("\n"))
        for line in paragraph.split("\n") if is_list else wrap(paragraph, WIDTH):
            streams.say(line)
    for heading, text in (("Wrong:", one.bad), ("", one.said), ("Right:", one.good)):
        if text:
            lines = [heading, ""] if heading else []
            lines += [f"    {line}".rstrip() for line in text.rstrip("\n").split("\n")]
            for line in ("", *lines):
                streams.say(line)
    if one.fix is not None:
        option = "--fix" if one.is_safe else "--fix --unsafe-fixes"
        streams.say("")
        streams.say(f"archc check {option} does this: {one.fix}")


def _data(one: Explained) -> data.Json:
    fix: data.Json = None if one.fix is None else {"message": one.fix, "safe": one.is_safe}
    return {
        "name": one.name,
        "severity": one.severity,
        "group": one.group,
        "doc": one.doc,
        "bad": one.bad or None,
        "said": one.said or None,
        "good": one.good or None,
        "fix": fix,
    }


command = Command(explain, Operand("name", "[NAME]", required=False), (options.FORMAT,))
