"""``archc check``: is it right, and what goes in and comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archc.cli import guard, options, streams
from archc.cli.checking import Asked, checked_files
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.cli.reporting import FORMATS, report
from archc.request.requests import Request

if TYPE_CHECKING:
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits


def check(
    files: tuple[str, ...],
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    training: bool,
    form: str,
    limits: Limits | None,
    fix: bool,
    diff: bool,
    unsafe: bool,
    watch: bool,
) -> int:
    """Check every model of each FILE that stands by itself, or the one that is named.

    A model that is right has one line: its inputs with their default sizes, its outputs, its
    number of parameters, and the sizes that it accepts. With --size the models are asked about
    those sizes, with --training in training mode; one that does not run at them is wrong, at the
    first place that refuses them.

    With --fix what is wrong is put right where there is one thing to do, and the rest is said.
    """
    _refuse_together(files, form, fix=fix, diff=diff, unsafe=unsafe, watch=watch)
    asked = Asked(model, settings, limits, Request(sizes, training))

    def check_once() -> int:
        return report(checked_files(files, asked), form)

    if watch:
        from archc.cli.answer import told
        from archc.cli.watching import watched

        return watched(files, lambda: told(check_once, "check"))
    if fix or diff:
        return _put_right(files, asked, form, is_shown=diff, unsafe=unsafe)
    return check_once()


def _refuse_together(
    files: Sequence[str], form: str, *, fix: bool, diff: bool, unsafe: bool, watch: bool
) -> None:
    """Options that say nothing beside each other."""
    if fix and diff:
        raise UsageError("--diff shows what --fix would write, and writes nothing", "leave one out")
    if diff and form != "text":
        raise UsageError(f"--diff prints a diff: it goes without --format {form}", "leave one out")
    if unsafe and not (fix or diff):
        raise UsageError("--unsafe-fixes goes with --fix or --diff", "add one of them")
    if watch and (fix or diff):
        raise UsageError(f"--watch goes without --{'fix' if fix else 'diff'}", "leave one out")
    if watch and "-" in files:
        raise UsageError("--watch looks at files, and standard input is none", "name a file")


def _put_right(
    files: Sequence[str], asked: Asked, form: str, *, is_shown: bool, unsafe: bool
) -> int:
    """Write the files with their fixes, or show what would be written."""
    from archc.cli.checking import checked_texts, fixed_files
    from archc.output.rewriting import difference, write

    fixed = fixed_files(files, asked, unsafe=unsafe)
    if not is_shown:
        write(fixed.texts)
        return report(checked_texts(fixed, asked), form, fixed.texts)
    changed = [one for one in fixed.texts if one.is_changed]
    for one in changed:
        streams.document(difference(one))
    streams.complain(fixed.found)
    return guard.WRONG_INPUT if changed or fixed.found.has_errors else guard.OK


FORMAT = options.printed_as(
    "How what is found is printed: text, json, sarif, github or concise (a line for each).", FORMATS
)

FIX = Option("--fix", "fix", "Put right what is safely put right, and write the files.")

DIFF = Option("--diff", "diff", "Show what --fix would change, and write nothing.")

UNSAFE = Option(
    "--unsafe-fixes",
    "unsafe",
    "With --fix and --diff: also what was likely meant, and what changes what runs.",
)

WATCH = Option("--watch", "watch", "Check again whenever a file of the project changes.")

command = Command(
    check,
    Operand("files", "FILE...", many=True),
    (
        options.MODEL,
        options.SETTINGS,
        options.SIZES,
        options.TRAINING,
        FORMAT,
        options.LIMITS,
        FIX,
        DIFF,
        UNSAFE,
        WATCH,
    ),
)
