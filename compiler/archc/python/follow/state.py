"""What a constructor knows while it follows a text: names, channels, and the lines so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from archc.python.follow import expressions
from archc.python.follow.extents import Extents
from archc.python.follow.scope import Snapshot, Variables, mentions
from archc.python.follow.sinks import Attributes, Layers, Lines
from archc.python.text import Const, Expr, Raw
from archir import template
from archir.template import Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.block import Block

Sink: TypeAlias = "Attributes | Layers"
"""Where modules are put."""

Flow: TypeAlias = "list[str | None]"
"""The channels of the flowing values, as expressions; None where nothing can be said."""


@dataclass(slots=True)
class Saved:
    """The state of a constructor, for when a piece of text is translated once more."""

    lines: list[str]
    variables: Snapshot
    counts: dict[str, int]
    known: dict[str, str | None]
    channels: str | None
    running: list[str]
    fixed: bool


class State:
    """The state of one constructor, and what its expressions ask of it."""

    def __init__(self, block: Block, variables: Variables) -> None:
        self.block = block
        self.variables = variables
        self.out = Lines()
        self.channels: str | None = None
        """The current value's channels, as an expression; None where nothing can be said."""

        self.known: dict[str, str | None] = {}
        """The channels of named values."""

        self.pinned: list[str] = []
        """Expressions of channels that will be needed again."""

        self.counts: dict[str, int] = {}
        self.open_layers: list[Layers] = []
        self.asked = True
        """Whether anybody asks for the channels behind what is translated now."""

        self.extents = Extents(is_model=block.is_model)
        self.depth = 0
        """How many conditions and loops are around."""

    # --- expressions --------------------------------------------------------------------------

    def local(self, name: str) -> str:
        """The variable of a visible name."""
        return self.variables.find(name)

    def channels_of(self, of: str | None) -> str:
        """The channels of the current value or a named one, as an expression."""
        found = self.channels if of is None else self.known.get(of)
        if found is None:
            raise Unfollowable("channels of which the text does not keep count")
        self.block.uses_channels |= any(mentions(found, name) for name in self.block.incoming)
        return found

    def note(self, channels: str) -> None:
        """Mark that an expression of channels is used: it may be that of the input."""
        self.block.uses_channels |= any(mentions(channels, n) for n in self.block.incoming)

    def condition(self, test: template.Expr) -> str:
        return expressions.show(test, _Conditions(self))

    def scope(self) -> expressions.Scope:
        """The scope of the expressions at this place."""
        return _Scope(self)

    def show(self, expr: template.Expr) -> str:
        """An expression's text."""
        return expressions.show(expr, _Scope(self))

    def argument(self, value: template.Expr) -> Expr:
        """An argument of a block."""
        if isinstance(value, template.Literal):
            return Const(value.value)
        return Raw(self.show(value))

    def label(self, stage: template.Stage) -> Expr | None:
        """The stage's label; in a scope with labels every stage has a name."""
        if isinstance(stage.label, template.Literal):
            return Const(str(stage.label.value))
        if stage.label is not None:
            return Raw(self.show(stage.label))
        return None

    # --- variables ----------------------------------------------------------------------------

    def live(self) -> list[str]:
        texts = [*self.pinned, *self.known.values(), self.channels]
        return [text for text in texts if text is not None]

    def keep(self, channels: str | None, name: str) -> str | None:
        """An expression for channels that will not change with the running count."""
        if channels is None or not any(mentions(channels, v) for v in self.block.running):
            return channels
        kept = self.variables.fresh(f"{name}_channels")
        self.out.text(f"{kept} = {channels}")
        return kept

    def running(self, start: str | None) -> str:
        """A variable for the running count, which holds ``start`` already where it can."""
        pinned = [text for text in (*self.pinned, *self.known.values()) if text is not None]
        for variable in self.block.running:
            if not any(mentions(text, variable) for text in pinned):
                if start is not None and start != variable:
                    self.out.text(f"{variable} = {start}")
                return variable
        variable = self.variables.fresh("channels")
        self.block.running.append(variable)
        if start is not None:
            self.note(start)
            self.out.text(f"{variable} = {start}")
        return variable

    def list_name(self) -> str:
        name, names = "layers", self.variables
        used = {layers.variable for layers in self.open_layers}
        for known in sorted(names.temporaries):
            if known.startswith(name) and known not in used:
                return known
        fresh = names.fresh(name)
        names.temporaries.add(fresh)
        return fresh

    def layers(self, labelled: bool, *, is_chain: bool = True) -> Layers:
        """The layers of a chain or list that begins here."""
        layers = Layers(self.out, labelled, is_chain)
        self.open_layers.append(layers)
        return layers

    def save(self) -> Saved:
        return Saved(
            list(self.out.lines),
            self.variables.snapshot(),
            dict(self.counts),
            dict(self.known),
            self.channels,
            list(self.block.running),
            self.extents.fixed,
        )

    def restore(self, saved: Saved) -> None:
        self.out.lines = list(saved.lines)
        self.variables.restore(saved.variables)
        self.counts = dict(saved.counts)
        self.known = dict(saved.known)
        self.channels = saved.channels
        self.block.running = list(saved.running)
        self.extents.fixed = saved.fixed


class _Scope(expressions.Scope):
    """A constructor as the scope of expressions."""

    def __init__(self, constructor: State) -> None:
        self.constructor = constructor

    def local(self, name: str) -> str:
        return self.constructor.variables.find(name)

    def is_sequence(self, name: str) -> bool:
        return name in self.constructor.block.sequences

    def constant(self, value: template.Global | template.Function) -> str:
        return self.constructor.block.file.constant(value)

    def channels(self, of: str | None) -> str:
        return self.constructor.channels_of(of)

    def part(self, value: template.OpValue | template.BlockValue) -> str:
        return self.constructor.block.file.part(value, self.constructor)


class _Conditions(_Scope):
    """The same for a condition, in which a parameter that holds a part is held against None."""

    def local(self, name: str) -> str:
        text = super().local(name)
        held = self.constructor.block.kinds.get(name, "value") != "value"
        return f"({text} is not None)" if held else text
