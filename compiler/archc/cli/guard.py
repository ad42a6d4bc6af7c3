"""The outermost layer: exit codes, and what happens when a pipe closes, a key is hit or we fail."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archir.base.diagnostics import OwnOpError

OK = 0
WRONG_INPUT = 1
USAGE_ERROR = 2
ENVIRONMENT = 3
INTERNAL = 70

TRACEBACK = "ARCHC_TRACEBACK"
"""Set to anything, it shows where an internal error arose."""


def run(command: Callable[[], int]) -> int:
    """Run a command; whatever it raises becomes an exit code, and a message where one helps."""
    # What a command makes lives until it ends: looking for garbage would take a tenth of its time.
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    if closed:
        _open(closed)
    if "stdout" in closed:
        return environment("standard output is closed")
    collects = gc.isenabled()
    gc.disable()
    try:
        code = command()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _broken_pipe()
    except KeyboardInterrupt:
        return _interrupted()
    except OSError as error:
        return unreadable(error)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("archc", "archir", "archdsl"):
            return _internal(error)
        return environment(f"the package {error.name} is missing; install archc-lang again")
    except Exception as error:
        from archc.errors import lacks_memory

        if lacks_memory(error):
            return environment("there is not enough memory", _as_torch_says(error))
        return _internal(error)
    finally:
        if collects:
            gc.enable()


def _open(closed: list[str]) -> None:
    """Give the streams that the caller has closed an empty file, so that each of them is there."""
    for name in closed:
        setattr(sys, name, TextIOWrapper(BytesIO(), encoding="utf-8"))


def _broken_pipe() -> int:
    """The reader has gone, as in ``archc … | head``: stop quietly, as other tools do."""
    # The interpreter flushes standard output once more at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13


def _interrupted() -> int:
    """Die of the signal itself where there are signals, so that a shell's loop stops too."""
    if os.name == "posix":
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return 128 + 2


def unreadable(error: OSError) -> int:
    """Say what the system says of a file, and what was likely meant."""
    hint: str | None = getattr(error, "hint", None)
    return environment(reason(error), hint)


def environment(message: str, hint: str | None = None) -> int:
    """Say what is wrong outside of the input."""
    from archc.render.style import style_of
    from archc.render.terminal import plain

    _tell(plain("error", message, hint, style_of(sys.stderr)))
    return ENVIRONMENT


def _tell(text: str) -> None:
    """Write to standard error. Where that takes nothing, nobody is there to be told of it."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass


def finish(code: int) -> int:
    """Empty the streams before the process ends; the code of a command that has ended with one.

    A stream that failed keeps what it could not write (from Python 3.14 on), and fails once more.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = 128 + 13
        except OSError:
            code = ENVIRONMENT
    return code


def package(error: OwnOpError, file: str | None = None) -> int:
    """Say what is wrong with a package that adds ops, and to its author where it arose.

    A file is named where there are several.
    """
    hint = error.hint
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exception(error)
    elif error.__cause__ is not None:
        hint += f"\n({TRACEBACK}=1 in the environment shows where it arose)"
    return environment(f"{file}: {error}" if file else str(error), hint)


def reason(error: OSError) -> str:
    """What the system says, with the file it says it of."""
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return f"{os.fsdecode(error.filename)}: {reason}" if error.filename else reason


def _as_torch_says(error: Exception) -> str:
    import re

    asked = re.search(r"allocate (\d+) bytes", str(error))
    what = f"{int(asked[1]):,} bytes are asked for at once: " if asked else ""
    return f"{what}take a smaller model, or smaller sizes"


def _internal(error: Exception) -> int:
    from archc.cli.usage import version
    from archc.render.style import style_of
    from archc.render.terminal import plain

    shown = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = (
        "this is a bug in archc, not in your file; please report it with the file, the command\n"
        f"and this: {version().strip()}, Python {sys.version.split()[0]} on {sys.platform}"
    )
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exception(error)
    else:
        hint += f"\n({TRACEBACK}=1 in the environment shows where it arose)"
    _tell(plain("error", f"internal error: {shown}", hint, style_of(sys.stderr)))
    return INTERNAL
