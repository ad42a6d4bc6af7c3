"""The command line as click reads it; each command is imported when it is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from archc.cli import guard
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.cli.fast_path import command_of
from archc.cli.usage import COMMANDS, USAGE, version
from archir.base.diagnostics import nearest


class Commands(click.Group):
    """The commands by name, each made of what its module says."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return _command(cmd_name, command_of(cmd_name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            hint = f"did you mean {near}?" if near else f"the commands: {', '.join(COMMANDS)}"
            raise UsageError(f"there is no command {args[0]}", hint)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        return USAGE.rstrip("\n")


class OneCommand(click.Command):
    """A command that says in our words that it is given too many."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        more = super().parse_args(ctx, args)
        if more:
            takes = next(one for one in self.params if isinstance(one, click.Argument))
            raise UsageError(
                f"{ctx.command_path} takes one {takes.make_metavar(ctx).strip('[]')},"
                f" and is given {', '.join(more)} too",
                f"{ctx.command_path} --help tells how it is used",
            )
        return more


def _command(name: str, command: Command) -> click.Command:
    params = [_argument(command.argument), *map(_option, command.options)]
    return OneCommand(name, callback=command.run, params=params, help=command.run.__doc__)


def _argument(argument: Operand) -> click.Parameter:
    return click.Argument(
        [argument.name],
        metavar=argument.metavar,
        nargs=-1 if argument.many else 1,
        required=argument.required,
        callback=_reader(argument.value),
    )


def _option(option: Option) -> click.Parameter:
    words = [option.flag, option.name]
    if option.metavar is None:
        return click.Option(words, is_flag=True, help=option.help)
    # To click, a default of None is a default.
    default: dict[str, Any] = {}
    if option.default is not None:
        default = {"default": option.default, "show_default": True}
    return click.Option(
        words,
        metavar=option.metavar,
        required=option.required,
        multiple=option.many,
        callback=_reader(option.value),
        help=option.help,
        **default,
    )


def _reader(
    value: Callable[[Any], Any],
) -> Callable[[click.Context, click.Parameter, Any], Any]:
    return lambda _context, _parameter, given: value(given)


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


def run(words: list[str]) -> int:
    """Run the command that the words mean; UsageError where click cannot make sense of them."""
    try:
        with GROUP.make_context("archc", words) as context:
            code: int | None = GROUP.invoke(context)
            return guard.OK if code is None else code
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        raise UsageError(_in_words(error), _near_options(error)) from error


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
        near = _as_value(error.option_name.lstrip("-"), context.info_name) or nearest(
            error.option_name, [name for name in known if name.startswith("--")]
        )
        if near:
            return f"did you mean {near}?"
    return f"{context.command_path} --help tells how it is used"


def _as_value(word: str, name: str) -> str | None:
    """The option of a command that takes a word, with it: ``--format json`` for json."""
    options = command_of(name).options if name in COMMANDS else ()
    takes = next((option.flag for option in options if word in option.words), None)
    return None if takes is None else f"{takes} {word}"
