"""How ``archc check`` says what it has found, in each of its forms."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from archc.cli import guard, streams
from archc.render.card import check_line, failed_line
from archc.render.characters import printable
from archc.render.style import style_of
from archir.base.diagnostics import Diagnostics, listed
from archir.check.summary import summarise

if TYPE_CHECKING:
    from archc.cli.checking import CheckedFile
    from archc.render import data
    from archc.request.fixing import Text

FORMATS = ("text", "json", "sarif", "github", "concise")


def report(
    found: Iterable[CheckedFile | None], form: str, fixed: Sequence[Text] | None = None
) -> int:
    """Say what was found, and give the exit code. ``fixed`` are the files that were put right."""
    if form == "text":
        return _tell(found, fixed)
    files = list(found)
    there = [one for one in files if one is not None]
    everything = Diagnostics()
    for one in there:
        everything.extend(one.found)
    if form == "json":
        from archc.render import data

        models = [shown for one in there for shown in _data(one)]
        more = {} if fixed is None else {"fixed": [_fixed_data(one) for one in fixed]}
        streams.data(data.report(everything, models=models, **more))
    else:
        from archc import __version__
        from archc.render.forms import rendered

        streams.document(rendered(form, everything, __version__))
    if len(there) < len(files):
        return guard.ENVIRONMENT
    return guard.WRONG_INPUT if everything.has_errors else guard.OK


def _tell(found: Iterable[CheckedFile | None], fixed: Sequence[Text] | None) -> int:
    """Say of each file, as soon as it is checked, what is wrong and which models it has."""
    is_piped = any(one.path is None for one in fixed or ())
    for text in fixed or ():
        if text.path is None:
            streams.document(text.now)
        elif text.is_changed:
            said = f"{text.source.name}    fixed    {_counted(text)}\n"
            (sys.stderr if is_piped else sys.stdout).write(said)
    codes = [guard.OK]
    fixable: Counter[bool] = Counter()
    elsewhere: set[str] = set()
    named: set[str] = set()
    for one in found:
        if one is None:
            codes.append(guard.ENVIRONMENT)
            continue
        streams.complain(one.found)
        if not is_piped:
            sys.stdout.write("".join(f"{line}\n" for line in _lines(one)))
        named.add(one.name)
        for source, is_safe in _fixable(one):
            if source == _shown(one):
                fixable[is_safe] += 1
            else:
                elsewhere.add(source)
        codes.append(guard.WRONG_INPUT if one.found.has_errors else guard.OK)
    head = style_of(sys.stderr).paint("help", "help")
    if fixable:
        sys.stderr.write(f"{head}: {_offer(fixable, 'more ' if fixed is not None else '')}\n")
    if elsewhere - named:
        files = printable(listed(sorted(elsewhere - named)), style_of(sys.stderr).encoding)
        sys.stderr.write(f"{head}: --fix changes what is imported where it is named too: {files}\n")
    return max(codes)


def _fixable(one: CheckedFile) -> Iterator[tuple[str, bool]]:
    """Of each fix the file that it changes, and whether it is safe."""
    for each in one.found:
        fix = each.fix
        if fix is not None:
            yield fix.source.name, fix.is_safe


def _shown(one: CheckedFile) -> str:
    """How messages call a file."""
    return "<stdin>" if one.name == "-" else one.name


def _offer(fixable: Counter[bool], more: str) -> str:
    """What ``--fix`` would do: ``archc check --fix puts 2 of these right``."""
    safe, unsafe = fixable[True], fixable[False]
    if not safe:
        return f"--fix --unsafe-fixes puts {unsafe} {more}of these right"
    also = f", --unsafe-fixes {unsafe} more" if unsafe else ""
    return f"--fix puts {safe} {more}of these right{also}"


def _counted(text: Text) -> str:
    """``python-constant (3 times), unknown-name``: whose fixes were applied."""
    return ", ".join(
        name if count == 1 else f"{name} ({count} times)"
        for name, count in sorted(text.applied.items())
    )


def _lines(one: CheckedFile) -> list[str]:
    """A line for each model, and one for a file that has none."""
    style = style_of(sys.stdout)
    if not one.checked and not one.found.has_errors:
        name = printable(one.name, style.encoding)
        return [f"{name}    ok    no model that stands by itself"]
    width = max((len(model.name) for model in one.checked), default=0)
    return [
        failed_line(model.name, width, style)
        if model.typed is None
        else check_line(summarise(model.typed), width, style)
        for model in one.checked
    ]


def _data(one: CheckedFile) -> list[data.Json]:
    from archc.render import data

    return [
        {
            "file": one.name,
            **(
                data.failure(model.name)
                if model.typed is None
                else data.summary(summarise(model.typed))
            ),
        }
        for model in one.checked
    ]


def _fixed_data(text: Text) -> data.Json:
    counts: dict[str, data.Json] = dict(sorted(text.applied.items()))
    shown: dict[str, data.Json] = {"file": text.source.name, "problems": counts}
    return {**shown, "text": text.now} if text.path is None else shown
