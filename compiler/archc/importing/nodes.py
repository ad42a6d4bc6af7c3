"""A body as stages: what is to be written, before it is text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from archir.base.record import Record, Struct

if TYPE_CHECKING:
    from archc.importing.steps import ModuleBody, RawTensor
    from archir.op.contract import Op


class Head(Struct):
    """A chain begins with this value, and not with the current one."""

    value: int


class OpStage(Struct):
    """One op; with branches where it takes several values, an empty one being the current value."""

    op: type[Op]
    arguments: Mapping[str, Any]
    label: str | None = None
    branches: list[Chain] | None = None
    values: tuple[int, ...] = ()
    """What flows in, for what its arguments say of sizes."""

    names: tuple[int, ...] = ()
    """The values that get a name behind it."""

    when: Hole | None = None
    tied: Mapping[str, str] = {}
    """Of its parameters those that are another's tensor, and the key of that one."""


class ScopeStage(Struct):
    """A module with its body, where it stands or as a block that has a name."""

    label: str | None
    body: BodyText
    branches: list[Chain] | None = None
    names: tuple[int, ...] = ()
    when: Hole | None = None


class Code(Record):
    """An argument that is an expression of the language."""

    text: str


class Hole(Struct):
    """An argument, or a condition, that is another one in each instance of a block.

    ``values`` has one for each instance, ABSENT where the instance lacks the stage; ``channels``
    what ``_.channels`` is there. ``text`` is what is written, once that is found.
    """

    name: str
    values: list[Any]
    channels: list[Any]
    text: str = ""
    is_condition: bool = False
    is_count: bool = False
    is_one: bool = False
    """Whether it is the same wherever it is: then it is a number, or what has its name."""


ABSENT = "<absent>"


class UseStage(Struct):
    """A use of a block."""

    label: str | None
    name: str
    arguments: dict[str, Any]
    body: BodyText
    """What it does, for what is known of the values that flow in."""

    branches: list[Chain] | None = None
    names: tuple[int, ...] = ()
    when: Hole | None = None


class Loop(Struct):
    """``repeat n { … }``; ``for i in 1..n { "layer{i}": … }`` where a label counts; or, where turns
    have arguments of their own, ``for width in widths { … }``."""

    count: int | Hole
    chain: Chain
    counter: tuple[int, int | Hole] | None = None
    names: tuple[Hole, ...] = ()
    """What the arguments from a table are called."""

    table: Any = None


class Block(Struct):
    """A block: its parameters with their defaults, ABSENT where there is none, and what it does."""

    name: str
    parameters: dict[str, Any]
    text: BodyText
    lets: dict[str, str]


class Applied(Struct):
    """A module that was declared, applied."""

    name: str
    branches: list[Chain] | None = None
    names: tuple[int, ...] = ()


class ResidualStage(Struct):
    """``residual { body } shortcut { shortcut }``."""

    body: Chain
    shortcut: Chain | None = None
    names: tuple[int, ...] = ()
    when: Hole | None = None


class DenseStage(Struct):
    """``dense { body }``."""

    body: Chain
    names: tuple[int, ...] = ()


class TrainOnly(Struct):
    """``train_only { … }``."""

    chain: Chain


class Named(Struct):
    """``_ as name``: the current value, or values, get names."""

    names: tuple[int, ...]


class Several(Struct):
    """``[a, b]``: several values at once, the last that a body gives."""

    branches: list[Chain]


Item: TypeAlias = (
    "Head | OpStage | ScopeStage | Applied | ResidualStage | DenseStage"
    " | TrainOnly | Named | Several | UseStage | Loop"
)
Chain: TypeAlias = "list[Item]"


class Bare(Struct):
    """``label: { param weight: … }``: a module never called, whose parameters are values."""

    declared: list[RawTensor]


class Module(Struct):
    """``module name = stage``, for what is applied several times or registered elsewhere."""

    name: str
    label: str
    stage: OpStage | ScopeStage | UseStage | Bare


class BodyText(Struct):
    """What is written of one body."""

    body: ModuleBody
    declared: list[RawTensor]
    modules: list[Module]
    chain: Chain
    entry: int | None = None
    numbered: bool | None = None
    """Whether its children have numbers for names, where that is known from its instances."""

    """The one value that flows in as the current one; None where they have names."""
