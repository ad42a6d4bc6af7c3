"""What a stage of the text stands for: the recipes that the graph's instances of it have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archc.python.library import Library
from archir.diagnostics import OwnOpError
from archir.graph import Apply, Definition, walk
from archir.op import Op, assembled, replaced
from archir.recipe import Call, Code, FunctionRecipe, Inferred, Infix, Items, ModuleRecipe
from archir.registry import ops
from archir.source import Span
from archir.template import Unfollowable
from archir.typed import TypedGraph
from archir.types import TensorType

_CAUGHT = (
    *(TypeError, ValueError, AttributeError, LookupError, ArithmeticError, AssertionError),
    OwnOpError,  # what a guarded op of a package makes of any of these
)
"""What a recipe may raise that looks at an argument of which nothing is known."""


class _Anything:
    """An argument whose value is not known: it is equal to no default."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__

    @staticmethod
    def like(value: object) -> object:
        """The same for the entries of a list: how many there are may decide on the module."""
        if isinstance(value, tuple):
            return tuple(_Anything.like(item) for item in value)
        return _Anything()


@dataclass(frozen=True, slots=True)
class Made:
    """A stage's module or expression, and the channels that come out, in terms of arguments."""

    recipe: ModuleRecipe | FunctionRecipe
    channels: Code
    op: Op


class Instances:
    """The ops of a graph by the place of the stage that applies them."""

    def __init__(self, typed: TypedGraph, definitions: list[Definition], library: Library) -> None:
        self.library = library
        self.found: dict[Span, list[tuple[Op, tuple[TensorType, ...]]]] = {}
        self.several: set[Span] = set()
        """The places of ops that give several values."""

        self.rank = 4
        for definition in definitions:
            if definition.kind == "model":
                self.rank = typed.types_of(definition, definition.inputs)[0].rank
            for step in walk(definition.steps):
                if isinstance(step, Apply):
                    types = typed.concrete_types_of(definition, step.inputs)
                    self.found.setdefault(step.span, []).append((step.op, types))
                    if len(step.outputs) > 1:
                        self.several.add(step.span)

    def made(
        self, span: Span, keyword: str, given: frozenset[str], constants: Mapping[str, object]
    ) -> Made:
        """What the stage at that place makes.

        ``given`` are the arguments that may vary, ``constants`` those that the text has as such.
        """
        uses = [(op, types) for op, types in self.found.get(span, ()) if op.keyword == keyword]
        if not uses:
            return self.unseen(keyword, given, constants)
        results = [self._made(op, types, given) for op, types in dict.fromkeys(uses)]
        first = results[0]
        for other in results[1:]:
            if _blank(other.recipe) != _blank(first.recipe):
                raise Unfollowable("one stage that makes different modules")
            if _blank(other.channels) != _blank(first.channels):
                raise Unfollowable("one stage that changes the channels in different ways")
        return first

    def unseen(self, keyword: str, given: frozenset[str], constants: Mapping[str, object]) -> Made:
        """What an op makes that no instance has applied: on a value like the model's input."""
        kind = ops()[keyword]
        op = assembled(kind, constants)
        return self._made(op, (TensorType((1,) * self.rank),), frozenset(given))

    def _made(self, op: Op, types: tuple[TensorType, ...], given: frozenset[str]) -> Made:
        unknown: dict[str, Any] = {name: _Anything.like(getattr(op, name, None)) for name in given}
        probe = replaced(op, unknown)
        try:
            recipe = self.library.recipe(probe, types)
            channels = probe.channels(types)
        except _CAUGHT as error:
            raise Unfollowable(f"a recipe of {op.keyword} that depends on an argument") from error
        if any(isinstance(part, _Anything) for part in _parts((recipe, channels))):
            raise Unfollowable(f"a recipe of {op.keyword} that holds an argument's value")
        return Made(recipe, channels, op)


def _parts(code: object) -> Iterator[object]:
    yield code
    if isinstance(code, tuple):
        for item in code:
            yield from _parts(item)
    elif isinstance(code, ModuleRecipe):
        yield from _parts(code.make)
    elif isinstance(code, FunctionRecipe):
        yield from _parts(code.apply)
    elif isinstance(code, Infix):
        yield from _parts((code.left, code.right))
    elif isinstance(code, Items):
        yield from _parts(code.items)
    elif isinstance(code, Call):
        yield from _parts((code.args, code.kwargs))


def _blank(code: Any) -> Any:
    """The code without the numbers of channels, in which instances differ."""
    if isinstance(code, Inferred):
        return Inferred("channels", 0, code.input) if code.what == "channels" else code
    if isinstance(code, ModuleRecipe):
        return ModuleRecipe(_blank(code.make))
    if isinstance(code, FunctionRecipe):
        return FunctionRecipe(_blank(code.apply))
    if isinstance(code, Infix):
        return Infix(code.operator, _blank(code.left), _blank(code.right))
    if isinstance(code, Items):
        return Items(tuple(map(_blank, code.items)))
    if isinstance(code, Call):
        args = tuple(map(_blank, code.args))
        return Call(code.function, args, tuple((n, _blank(v)) for n, v in code.kwargs))
    return code
