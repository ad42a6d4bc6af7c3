"""Declarations of the resolved program: they refer to each other, so each is itself alone."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypeVar

from archir.base.record import Record, Struct
from archir.base.source import Span
from archir.op.binding import Signature
from archir.program.expressions import Target
from archir.program.nodes import Expr, Node
from archir.program.statements import Body, InputItem, Labelling, ModuleStatement
from archir.program.types import TypeName

SlotKind: TypeAlias = Literal["value", "let", "loop variable", "parameter", "module", "dim"]


class Slot(Record):
    """One place for a value while a declaration runs; its number is its place in the list."""

    name: str
    kind: SlotKind


class Items(Node):
    """What a type says of the items of a list: ``list[int in 1..8] of 4``."""

    domain: Expr | None
    count: Expr | None


class Parameter(Node):
    """``width: int in 32..128 = 64``."""

    target: Target
    type: TypeName | None
    domain: Expr | None
    default: Expr | None
    items: tuple[Items, ...] = ()
    """Of a list, and of the lists in it, where its type says something of them."""

    @property
    def name(self) -> str:
        """The name that a call may give it by."""
        return self.target.name


class Declaration(Struct):
    """What all have. One may be referred to before it is complete: see ``announced``."""

    name: str
    doc: str
    """Its comment, without examples."""

    file_doc: str
    """That of its file."""

    span: Span
    name_span: Span
    slots: tuple[Slot, ...]
    """The values that it holds while it runs."""


class Called(Declaration):
    """What takes arguments. Its parameters have the first slots, in order."""

    parameters: tuple[Parameter, ...]
    signature: Signature


class Block(Called):
    """A block or model."""

    kind: Literal["model", "block"]
    body: Body
    inputs: tuple[InputItem, ...]
    """What its ``input`` statements declare, in order."""

    ahead: tuple[ModuleStatement, ...]
    """Modules that may be applied before they stand."""

    labelling: Labelling


class Function(Called):
    """``fn name(params) = expression``."""

    value: Expr


class Constant(Declaration):
    """``let a, b = expression`` in a file."""

    targets: tuple[Target, ...]
    value: Expr


class Variant(Declaration):
    """``model name = Other(args)``."""

    value: Expr


D = TypeVar("D", bound=Declaration)


def announced(kind: type[D], **known: object) -> D:
    """A declaration of which only some is known, for others to refer to."""
    made = kind.__new__(kind)
    for name, value in known.items():
        setattr(made, name, value)
    return made
