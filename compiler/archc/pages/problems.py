"""Every problem that archc knows, explained by its class: for ``archc explain``, and as pages.

``python -m archc.pages.problems docs/problems`` writes a page for each problem and a list of all;
with ``--check`` it only says whether they are up to date. What a page shows of a bad file is what
the compiler says of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory

from archc import pipeline
from archc.api.formats import FORMATS
from archc.errors import ArchError
from archc.output import writing
from archc.pages import command
from archc.render.style import Style
from archc.render.terminal import render
from archc.request.requests import Request
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.record import Record
from archir.base.source import Source

_ROOMS = ("archdsl.rules", "archir.rules", "archir.check.lints")
_ALONE = ("archir.graph.bulk", "archc.drawing.rules")
"""Modules of problems that stand beside what reports them."""

_FORMS = ("python", "dot")
"""What a model may be too large for; each is made of a bad file that is right to the check."""

_LINES, _WIDTH = 24, 100
"""How much of an example is shown."""

_NAME = "main.arch"


class Explained(Record):
    """One problem. ``said`` is what archc says of the bad file; empty where no file raises it."""

    name: str
    severity: str
    group: str
    doc: str
    bad: str = ""
    said: str = ""
    good: str = ""
    fix: str | None = None
    """What the fix of the bad file does, in a few words."""

    is_safe: bool = True


def summary(problem: type[Problem]) -> str:
    """The first paragraph of what it means."""
    return " ".join((getdoc(problem) or "").replace("``", "`").split("\n\n")[0].split())


def problems() -> dict[str, tuple[str, type[Problem]]]:
    """All problems by their names, each with the words of its group, in the order of the rooms."""
    found: dict[str, tuple[str, type[Problem]]] = {}
    for name in [*_modules(), *_ALONE]:
        module = import_module(name)
        group = (module.__doc__ or "").split("\n")[0].rstrip(".:")
        for value in vars(module).values():
            is_problem = isinstance(value, type) and issubclass(value, Problem)
            if is_problem and value.__module__ == name and "name" in vars(value):
                found[value.name] = (group, value)
    return found


def _modules() -> Iterator[str]:
    for room in _ROOMS:
        for info in iter_modules(import_module(room).__path__, f"{room}."):
            yield info.name


def explained(name: str) -> Explained:
    """What there is to say of the problem of that name."""
    group, problem = problems()[name]
    doc = (getdoc(problem) or "").replace("``", "`")
    plain = Explained(name, problem.severity, group, doc)
    if not hasattr(problem, "bad"):
        return plain
    item = _raised(problem)
    if item is None:
        return plain
    fix = item.fix
    return Explained(
        *(name, problem.severity, group, doc),
        bad=abridged(problem.bad),
        said=render([item], Style()).rsplit("\n\n", 1)[0] + "\n",
        good=abridged(problem.good),
        fix=None if fix is None else fix.words,
        is_safe=fix is None or fix.is_safe,
    )


def abridged(text: str) -> str:
    """An example as it is shown: its long lines cut, and some of very many lines left out."""
    lines = [
        line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}\N{HORIZONTAL ELLIPSIS}"
        for line in text.splitlines()
    ]
    if len(lines) > _LINES:
        half = _LINES // 2
        left = f"# \N{HORIZONTAL ELLIPSIS} {len(lines) - 2 * half} lines more"
        lines = [*lines[:half], left, *lines[-half:]]
    return "".join(f"{line}\n" for line in lines)


def _raised(problem: type[Problem]) -> Diagnostic | None:
    """The problem as the bad file raises it."""
    source = Source(_NAME, problem.bad)
    with TemporaryDirectory() as folder:
        for name, data in getattr(problem, "files", {}).items():
            if data is None:  # one that cannot be read
                Path(folder, name).mkdir()
            else:
                Path(folder, name).write_bytes(data)
        request = Request(getattr(problem, "asked_sizes", None) or {})
        model: str | None = getattr(problem, "only_model", None)
        path = Path(folder, _NAME)
        checked, found = pipeline.check_source(source, path, model, request=request)
    own = [each for each in found if type(each.problem) is problem]
    if own:
        return own[0]
    made = (_too_large(one, form) for one in checked for form in _FORMS)
    return next((each for each in made if each and type(each.problem) is problem), None)


def _too_large(one: pipeline.Checked, form: str) -> Diagnostic | None:
    from archir.graph.bulk import ModelTooLargeError

    try:
        if one.typed is not None:
            FORMATS[form].text(one.typed)
    except ModelTooLargeError as error:
        return error.diagnostic
    except ArchError as error:
        return error.diagnostics[0]
    return None


# --- pages ----------------------------------------------------------------------------------------

_HEAD = """\
# What archc says

<!-- Made from the classes of the problems by `python -m archc.pages.problems docs/problems`. -->

A page for each error and warning; `archc explain NAME` prints it. What is put right by `archc check
--fix` is marked *fix*, what only by `--unsafe-fixes` *unsafe fix*.
"""


def pages() -> dict[str, str]:
    """The text of each page by its file's name, and the list of all."""
    found: dict[str, str] = {}
    lines = [_HEAD]
    group = ""
    for name, (_, problem) in problems().items():
        one = explained(name)
        if one.group != group:
            group = one.group
            lines.append(f"## {group}\n")
        lines.append(f"- [{name}]({name}.md){_marks(one)}: {_inline(summary(problem))}")
        found[f"{name}.md"] = _page(one)
    return {"README.md": _spaced(lines), **found}


def _spaced(lines: list[str]) -> str:
    """With an empty line before each heading but the first."""
    text = "\n".join(lines) + "\n"
    return text.replace("\n## ", "\n\n## ").replace("\n\n\n", "\n\n")


def _marks(one: Explained) -> str:
    marks = [] if one.severity == "error" else ["warning"]
    if one.fix is not None:
        marks.append("fix" if one.is_safe else "unsafe fix")
    return f" (*{', '.join(marks)}*)" if marks else ""


def _inline(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*") if "`" not in text else text


def _page(one: Explained) -> str:
    kind = "An error" if one.severity == "error" else "A warning"
    parts = [f"# {one.name}\n", f"{kind}. {one.doc}\n"]
    if one.bad:
        parts += ["Wrong is:\n", "```text\n" + one.bad + "```\n", "```text\n" + one.said + "```\n"]
    if one.good:
        parts += ["Right is:\n", "```text\n" + one.good + "```\n"]
    if one.fix is not None:
        option = "--fix" if one.is_safe else "--fix --unsafe-fixes"
        parts.append(f"`archc check {option}` does this: {one.fix}.\n")
    return "\n".join(parts)


def write(folder: Path) -> None:
    """Write all pages, and take away those of what is no more."""
    contents = pages()
    writing.write_all({folder / name: text for name, text in contents.items()})
    for path in sorted(folder.glob("*.md")):
        if path.name not in contents:
            path.unlink()


def outdated(folder: Path) -> list[Path]:
    """What is missing, is not as it would be written, or should not be there."""
    contents = pages()
    found = command.differing({folder / name: text for name, text in contents.items()})
    return found + [path for path in sorted(folder.glob("*.md")) if path.name not in contents]


def main(arguments: list[str]) -> int:
    """Write the pages into the folder that is named, or check that they are up to date."""
    return command.run("archc.pages.problems", "FOLDER", arguments, write, outdated)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
