"""A command and its answer: what is wrong with its use or its input becomes a message."""

from __future__ import annotations

import sys

from archc.cli import guard, plain
from archc.cli.declare import UsageError
from archc.errors import (
    ArchError,
    ModelChoiceError,
    OwnOpError,
    PackageMissingError,
    SettingError,
    ToolError,
    WeightsError,
)
from archc.render.style import style_of


def answer(words: list[str]) -> int:
    """Run one command, and return its exit code."""
    try:
        code = plain.run(words)
        if code is None:
            from archc.cli.app import run

            code = run(words)
        return code
    except UsageError as error:
        return _usage(error.message, error.hint or f"archc {words[0]} --help tells how it is used")
    except ModelChoiceError as error:
        return _usage(error.message, error.hint)
    except SettingError as error:
        return _usage(error.message, error.hint)
    except WeightsError as error:
        return _weights(error)
    except ArchError as error:
        from archc.render.terminal import render

        sys.stderr.write(render(error.diagnostics, style_of(sys.stderr)))
        return guard.WRONG_INPUT
    except ToolError as error:
        return guard.environment(error.message, error.hint)
    except OwnOpError as error:
        return guard.package(error)
    except PackageMissingError as error:
        return guard.environment(str(error))


def _usage(message: str, hint: str | None) -> int:
    from archc.render.terminal import plain as plainly

    sys.stderr.write(plainly("error", message, hint, style_of(sys.stderr)))
    return guard.USAGE_ERROR


def _weights(error: WeightsError) -> int:
    """Weights that do not fit: how they do not, as a table, and what would help."""
    from archc.render.terminal import plain as plainly
    from archc.render.weights import weights_table

    style = style_of(sys.stderr)
    said = plainly("error", error.message, error.hint, style)
    report = error.report
    if report is not None:
        said += "\n" + weights_table(report.source, report.match, report.matching, style)
    sys.stderr.write(said)
    return guard.WRONG_INPUT
