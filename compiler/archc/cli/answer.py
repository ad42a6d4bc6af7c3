"""A command and its answer: what is wrong with its use or its input becomes a message."""

from __future__ import annotations

import sys
from collections.abc import Callable

from archc.cli import fast_path, guard
from archc.cli.declare import UsageError
from archc.errors import (
    ArchError,
    ModelChoiceError,
    OwnOpError,
    PackageMissingError,
    SettingError,
    ToolError,
)
from archc.render.style import style_of


def answer(words: list[str]) -> int:
    """Run one command, and return its exit code."""

    def run() -> int:
        code = fast_path.run(words)
        if code is None:
            from archc.cli.app import run

            code = run(words)
        return code

    return told(run, words[0])


def told(run: Callable[[], int], command: str) -> int:
    """The exit code of what a command does; what is wrong with its input is said."""
    try:
        return run()
    except UsageError as error:
        return _usage(error.message, error.hint or f"archc {command} --help tells how it is used")
    except ModelChoiceError as error:
        return _usage(error.message, error.hint)
    except SettingError as error:
        return _usage(error.message, error.hint)
    except ArchError as error:
        sys.stderr.write(error.told(style_of(sys.stderr)))
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
