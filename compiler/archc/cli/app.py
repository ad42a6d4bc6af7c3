"""The command line as click sees it; each command is imported when it is named."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from archc.cli import guard
from archc.cli.options import UsageHint
from archc.cli.usage import COMMANDS, USAGE, version
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
from archir.diagnostics import nearest


class Commands(click.Group):
    """The commands by name, each loaded from the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"archc.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            hint = f"did you mean {near}?" if near else f"the commands: {', '.join(COMMANDS)}"
            raise UsageHint(f"there is no command {args[0]}", hint)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        return USAGE.rstrip("\n")


def _print_version(ctx: click.Context, _: click.Parameter, wanted: Any) -> None:
    if wanted:
        click.echo(version(), nl=False)
        ctx.exit()


GROUP = Commands(
    "archc",
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        click.Option(
            ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_print_version
        )
    ],
)


def invoke(words: list[str]) -> int:
    """Run one command; what is wrong with its use or its input becomes a message."""
    try:
        with GROUP.make_context("archc", words) as context:
            code: int | None = GROUP.invoke(context)
            return guard.OK if code is None else code
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        return _usage(_in_words(error), getattr(error, "hint", None) or _near_options(error))
    except ModelChoiceError as error:
        return _usage(error.message, error.hint)
    except SettingError as error:
        return _usage(error.message, None)
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
    from archc.render.terminal import plain

    sys.stderr.write(plain("error", message, hint, style_of(sys.stderr)))
    return guard.USAGE_ERROR


def _weights(error: WeightsError) -> int:
    """Weights that do not fit: how they do not, as a table, and what would help."""
    from archc.render.terminal import plain
    from archc.render.weights import weights_table

    style = style_of(sys.stderr)
    said = plain("error", error.message, error.hint, style)
    report = error.report
    if report is not None:
        said += "\n" + weights_table(report.source, report.match, report.matching, style)
    sys.stderr.write(said)
    return guard.WRONG_INPUT


def _in_words(error: click.ClickException) -> str:
    """Click's message in the form of ours: no capital at its start, no stop at its end."""
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}"
    message = error.format_message().removesuffix(".")
    return message[:1].lower() + message[1:]


def _near_options(error: click.ClickException) -> str | None:
    context = getattr(error, "ctx", None)
    if context is None:
        return None
    if isinstance(error, click.NoSuchOption):
        known = [name for option in context.command.params for name in option.opts]
        near = nearest(error.option_name, [name for name in known if name.startswith("--")])
        if near:
            return f"did you mean {near}?"
    return f"{context.command_path} --help tells how it is used"
