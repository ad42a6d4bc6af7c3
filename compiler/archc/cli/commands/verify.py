"""``archc verify``: is it the same network as one in Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc import pipeline
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.cli.python_values import arguments as python_arguments
from archc.errors import ArchError
from archc.render import agreement, data
from archc.render.style import style_of
from archir.base.diagnostics import Diagnostics
from archir.weights.agreement import Agreement

if TYPE_CHECKING:
    from archc.api.verifying import Trial
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits


def verify(
    file: str,
    against: str,
    arguments: dict[str, Any],
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    seed: int | None,
    rtol: float | None,
    atol: float | None,
    form: str,
    limits: Limits | None,
) -> int:
    """Compare FILE's model with the network that a Python callable makes.

    Both are made with the same seed and run with the same random weights and inputs, in
    evaluation and in training. What is named to it is imported, and its code runs.
    """
    source, path, found = streams.read(file)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, path, model, settings, limits)
        found.extend(problems)
    if typed is None:
        if form == "json":
            streams.data(data.report(found, model=None, checks=[]))
        else:
            streams.complain(found)
        return guard.WRONG_INPUT
    from archc.api.verifying import rounding_of, trial
    from archir.base.optional import require

    require("torch")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # behind what is installed: no file here can stand in for torch
    try:
        tried = trial(
            typed,
            against,
            arguments,
            sizes,
            options.DEFAULT_SEED if seed is None else seed,
            rounding_of(rtol, atol),
        )
    except ArchError as error:
        if form != "json" or not error.diagnostics:
            raise
        found.extend(error.diagnostics)  # a size at which the model does not run
        streams.data(data.report(found, model=None, checks=[]))
        return guard.WRONG_INPUT
    checks = _as_data(tried, found) if form == "json" else _as_table(tried, found)
    return guard.OK if all(check.holds for check in checks) else guard.WRONG_INPUT


def _as_table(tried: Trial, found: Diagnostics) -> list[Agreement]:
    """Each row is printed as soon as it is known: a large network takes its time."""
    streams.complain(found)
    style = style_of(sys.stdout)
    running = tried.checks()
    checks: list[Agreement] = []
    for check in running:
        if not checks:
            title = agreement.head(tried.model, tried.against, tried.seed, tried.inputs, style)
            sys.stdout.write(title)
        sys.stdout.write(agreement.row(check, style))
        sys.stdout.flush()
        checks.append(check)
    sys.stdout.write(agreement.verdict(checks, style))
    return checks


def _as_data(tried: Trial, found: Diagnostics) -> list[Agreement]:
    checks = list(tried.checks())
    rows: list[data.Json] = [
        {"name": check.name, "verdict": check.verdict, "detail": check.detail} for check in checks
    ]
    inputs: list[data.Json] = list(tried.inputs)
    streams.data(
        data.report(
            found,
            model=tried.model,
            against=tried.against,
            seed=tried.seed,
            inputs=inputs,
            ok=all(check.holds for check in checks),
            checks=rows,
        )
    )
    return checks


def _tolerance(word: str | None) -> float | None:
    if word is None:
        return None
    try:
        return float(word)
    except ValueError:
        raise UsageError(f"a tolerance is a number, as 1e-5, not {word}") from None


command = Command(
    verify,
    options.FILE,
    (
        Option(
            "--against",
            "against",
            "What makes the other network: a callable of an installed package or of this folder,"
            " as torchvision.models.vgg16. It is imported and called.",
            metavar="NAME",
            required=True,
        ),
        Option(
            "--with",
            "arguments",
            "A keyword argument of the callable, written as in Python. Repeatable.",
            metavar="NAME=VALUE",
            many=True,
            read=python_arguments,
        ),
        options.MODEL,
        options.SETTINGS,
        options.SIZES_TO_RUN_AT,
        options.SEED,
        Option(
            "--rtol",
            "rtol",
            "Let what is computed differ by so much of its size, 1e-5 with --atol alone.",
            metavar="NUMBER",
            read=_tolerance,
        ),
        Option(
            "--atol",
            "atol",
            "Let what is computed differ by so much, 1e-8 with --rtol alone.",
            metavar="NUMBER",
            read=_tolerance,
        ),
        options.FORMAT,
        options.LIMITS,
    ),
)
