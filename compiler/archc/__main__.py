"""``archc`` as a process of its own: ``python -m archc``, and the command that is installed."""

import sys


def run() -> None:
    """Run the command. Ctrl-C ends it at once, at whatever moment, without a word."""
    try:
        import _signal  # type: ignore[import-not-found]  # signal itself imports what takes time

        if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
            # Where something is to be put away first, that sees to it: archc.output.stopping.
            _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
        from archc.cli import run as command

        command()
    except KeyboardInterrupt:
        sys.exit(128 + 2)  # it came before the line above


if __name__ == "__main__":
    run()
