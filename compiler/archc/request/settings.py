"""Settings: the arguments that a user gives to the model that is built.

They arrive as text (``--set norm=batch_norm``) or as Python values (``p=0.1``) and leave as what
they are in the language: arguments of a call, each with a place to point at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from archc.errors import SettingError, SettingTypeError
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.record import Record, replaced
from archir.base.source import Source

if TYPE_CHECKING:
    from archdsl.tree import ast


class Expression(Record):
    """An expression of the language, for settings that Python has no value for.

    >>> archc.load("net.arch", norm=archc.Expression("batch_norm(eps = 1e-3)"))
    """

    text: str


SETTINGS = "the settings"
"""What messages call the source of settings that Python gives."""

SettingValue: TypeAlias = "None | bool | int | float | str | Expression | Sequence[SettingValue]"


class Setting(Record):
    """``name = expression`` as a text of its own; ``start`` is where the expression begins."""

    name: str
    source: Source
    start: int

    @property
    def value(self) -> str:
        """The expression's text."""
        return self.source.text[self.start :].strip()


def from_texts(texts: Iterable[str]) -> tuple[Setting, ...]:
    """Settings as the command line has them: ``name=value``."""
    found: dict[str, Setting] = {}
    for text in texts:
        name, equals, _ = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingError(f"a setting is written name=value, not {text!r}")
        setting = Setting(name.strip(), Source("--set", text), len(name) + 1)
        if setting.name in found:
            raise SettingError(f"{setting.name} is set twice")
        found[setting.name] = setting
    return tuple(found.values())


def from_values(values: Mapping[str, SettingValue]) -> tuple[Setting, ...]:
    """Settings as Python has them. SettingTypeError for a value that the language does not have."""
    result: list[Setting] = []
    for name, value in values.items():
        head = f"{name} = "
        source = Source(SETTINGS, head + _expression(name, value))
        result.append(Setting(name, source, len(head)))
    return tuple(result)


def _expression(name: str, value: object) -> str:
    """The value as an expression of the language."""
    if isinstance(value, Expression):
        return value.text
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    # numpy's numbers and enums are of these classes, and have a way of their own to be shown.
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_expression(name, item) for item in value) + "]"
    return _number(name, value)


def _number(name: str, value: object) -> str:
    """An integer that is no int, such as numpy's; SettingTypeError for anything else."""
    from numbers import Integral  # few values come as far as this

    if isinstance(value, Integral):
        return repr(int(value))
    raise SettingTypeError(
        f"{name} is of type {type(value).__name__}; a setting is a number, a string, a bool, None,"
        " a list of them, or archc.Expression(…) with text of the language"
    )


def _text(value: str) -> str:
    """A string of the language; braces are doubled, since single ones hold expressions."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "{": "{{", "}": "}}"}
    return '"' + "".join(escapes.get(char, char) for char in value) + '"'


def parse_settings(settings: Iterable[Setting]) -> tuple[tuple[ast.Argument, ...], Diagnostics]:
    """The settings as arguments of a call. What cannot be read is reported."""
    from archdsl.syntax.parser import parse_argument

    arguments: list[ast.Argument] = []
    found = Diagnostics()
    for setting in settings:
        argument, problems = parse_argument(setting.source)
        found.extend(problems)
        if argument is not None:
            arguments.append(argument)
    return tuple(arguments), found


def advised(found: Iterable[Diagnostic], how: str) -> Diagnostics:
    """What is said, with advice at a setting that was likely to choose a model.

    ``how`` says where a model is chosen.
    """
    told = Diagnostics()
    for item in found:
        word = item.span.text.partition("=")[0].strip()
        is_setting = item.span.source.name == SETTINGS and item.problem.name == "unknown-argument"
        if is_setting and word in _OF_MODELS:
            told.add(replaced(item, advice=f"a model of the file is named by {how}"))
        else:
            told.add(item)
    return told


_OF_MODELS = frozenset({"name", "model_name", "variant", "arch", "architecture", "net", "which"})
"""What others call the argument that chooses a model."""
