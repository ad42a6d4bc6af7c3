"""Parameters of followed blocks: what each may hold, its type hint, and its default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archc.python.follow import expressions
from archir import template
from archir.init import Initialiser
from archir.template import Unfollowable
from archir.values import Part

if TYPE_CHECKING:
    from archc.python.follow.blocks import File

HINTS = {"int": "int", "float": "float", "bool": "bool", "string": "str"}
_HELD = {
    "op": "Callable[[], nn.Module]",
    "op-of-channels": "Callable[[int], nn.Module]",
    "block": "Callable[..., nn.Module]",
}


@dataclass(slots=True)
class Parameter:
    """A constructor's parameter, and the name that the text has for it."""

    name: str
    python: str
    hint: str
    default: str | None
    plain: str | None = None
    """The default written out, where ``default`` is the name of a constant that holds it."""

    is_computed: bool = False
    """Whether the default is None, for which the constructor computes a value."""

    def is_default(self, shown: str) -> bool:
        """Whether an argument's text is that of the default."""
        default = self.plain or self.default
        return default is not None and _bare(default) == _bare(shown)

    @property
    def text(self) -> str:
        """As the constructor declares it."""
        plain = f"{self.python}: {self.hint}"
        return plain if self.default is None else f"{plain} = {self.default}"


class Nothing(expressions.Scope):
    """A scope without names of a body, for defaults and constants."""

    def __init__(self, file: File) -> None:
        self.file = file

    def constant(self, value: template.Global | template.Function) -> str:
        return self.file.constant(value)

    def part(self, value: template.OpValue | template.BlockValue) -> str:
        return self.file.part(value, None)


class Kinds:
    """What the parameters of one block hold, as its text and its uses in the graph say."""

    def __init__(
        self,
        file: File,
        parameters: tuple[template.Parameter, ...],
        values: dict[str, list[object]],
    ) -> None:
        self.file = file
        self.declared = {parameter.name: parameter for parameter in parameters}
        self.values = values
        self.sequences: set[str] = set()
        """Parameters that may hold a tuple as well as a list."""

        self.of = {name: self._kind(parameter) for name, parameter in self.declared.items()}
        self.hints = {name: self._hint(parameter) for name, parameter in self.declared.items()}

    def may_be_none(self, name: str) -> bool:
        """Whether a parameter that holds a part may hold nothing."""
        if self.of.get(name, "value") == "value":
            return False
        default = self.declared[name].default
        if isinstance(default, template.Literal) and default.value is None:
            return True
        return any(value is None for value in self.values[name])

    def _kind(self, parameter: template.Parameter) -> str:
        default = parameter.default
        values = self.values[parameter.name]
        parts = [part for value in values for part in parts_in(value)]
        if any(isinstance(value, Initialiser) for value in values) or parameter.type == "init":
            raise Unfollowable("an initialiser as a parameter")
        if any(isinstance(value, tuple) and list(parts_in(value)) for value in values):
            raise Unfollowable("a list of parts as a parameter")
        blocks = isinstance(default, template.BlockValue) or parameter.type == "block"
        if blocks or any(part.kind == "block" for part in parts):
            if any(part.kind != "block" for part in parts):
                raise Unfollowable("a parameter that holds an op or a block")
            return "block"
        found = [
            template.OpValue(p.name, tuple((n, template.Literal(None)) for n, _ in p.arguments))
            for p in parts
        ]
        if isinstance(default, template.OpValue):
            found.append(default)
        kinds = {self.file.op_value(value)[1] for value in found}
        if len(kinds) > 1:
            raise Unfollowable("a parameter that holds ops of different kinds")
        if kinds:
            return kinds.pop()
        return "op-of-channels" if parameter.type == "op" else "value"

    def _hint(self, parameter: template.Parameter) -> str:
        name, kind = parameter.name, self.of[parameter.name]
        if kind != "value":
            return _HELD[kind] + (" | None" if self.may_be_none(name) else "")
        hint = self._value_hint(parameter, self.values[name])
        default = parameter.default
        nothing = isinstance(default, template.Literal) and default.value is None
        return f"{hint} | None" if nothing and "None" not in hint else hint

    def _value_hint(self, parameter: template.Parameter, values: list[object]) -> str:
        if parameter.type.startswith("list"):
            self.sequences.add(parameter.name)
            return _list_hint(parameter.type)
        if parameter.type in HINTS:
            return HINTS[parameter.type]
        if isinstance(parameter.default, template.Literal):
            values = [parameter.default.value, *values]
        elif isinstance(parameter.default, template.ListOf):
            self.sequences.add(parameter.name)
        hints = sorted({_named(value) for value in values})
        if any(hint.startswith("Sequence") for hint in hints):
            self.sequences.add(parameter.name)
        if "float" in hints and "int" in hints:
            hints.remove("int")
        if "None" in hints:
            hints.remove("None")
            hints.append("None")
        if len([hint for hint in hints if hint.startswith("Sequence")]) > 1 or not hints:
            return "Sequence"
        return " | ".join(hints)


def _bare(text: str) -> str:
    """The text of a tuple as that of a list."""
    if text.startswith("(") and text.endswith(")"):
        return f"[{text[1:-1].removesuffix(',')}]"
    return text


def parts_in(value: object) -> Iterator[Part]:
    """The ops and blocks in an argument."""
    if isinstance(value, Part):
        yield value
        for _, inner in value.arguments:
            yield from parts_in(inner)
    elif isinstance(value, tuple):
        for item in value:
            yield from parts_in(item)


def _named(value: object) -> str:
    if isinstance(value, tuple):
        inner = sorted({_named(item) for item in value})
        if "float" in inner and "int" in inner:
            inner.remove("int")
        return f"Sequence[{' | '.join(inner)}]" if inner else "Sequence"
    return "None" if value is None else type(value).__name__


def _list_hint(text: str) -> str:
    if text.startswith("list[") and text.endswith("]"):
        return f"Sequence[{_list_hint(text[5:-1])}]"
    return "Sequence" if text == "list" else HINTS.get(text, "object")
