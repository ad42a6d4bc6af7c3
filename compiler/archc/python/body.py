"""Bodies: what will be a class, before it is known which bodies share one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from archc.python.text import Expr
from archir.graph import Parameter, Value
from archir.init import Initialiser, InitRule
from archir.recipe import Code

Holder: TypeAlias = Literal["module", "sequential", "list", "dict"]
"""How children are held: as attributes, in an nn.Sequential, nn.ModuleList or nn.ModuleDict."""


@dataclass(slots=True, eq=False)
class Leaf:
    """A torch module inside a body: where it stands and what can be drawn in it."""

    path: tuple[str, ...]
    target: str
    """Python for it in the body's own constructor: ``self.conv1``."""

    torch_class: str
    keyword: str
    parameters: tuple[str, ...]
    overrides: dict[str, Initialiser]


@dataclass(slots=True, eq=False)
class Child:
    """One child and how it is constructed; ``inside`` are children added to it afterwards."""

    name: str
    make: Expr
    inside: tuple[Child | Raws, ...] = ()
    owner: str = "self"


@dataclass(slots=True, eq=False)
class Raws:
    """A raw parameter or buffer, and the module that registers it."""

    parameter: Parameter
    owner: str


@dataclass(slots=True, eq=False)
class Statement:
    """One line of ``forward``: a module called, or code computed, on values."""

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    target: str = ""
    """The module called, or the parameter read: ``self.conv1``."""

    label: str = ""
    """A name for the result where it needs one of its own."""

    kind: Literal["call", "compute", "read", "same"] = "call"
    """``same`` gives a value a second one's name; no such line is left in a finished body."""

    code: Code = None

    overwrites: bool = False
    """Whether it may work in place, on what others read too."""


@dataclass(slots=True, eq=False)
class Training:
    """Statements that run in training mode alone."""

    statements: list[Line]


Line: TypeAlias = "Statement | Training"


@dataclass(slots=True, eq=False)
class Result:
    """One output of a body."""

    value: Value
    name: str | None
    when_training: bool


@dataclass(slots=True, eq=False)
class Body:
    """A model, a block or a labelled group: one class, or an instance of a shared one."""

    name: str
    doc: str
    origin: object
    arguments: tuple[tuple[str, object], ...]
    holder: Holder
    children: list[Child | Raws]
    """In the order of construction."""

    inputs: tuple[Value, ...]
    input_names: tuple[str | None, ...]
    lines: list[Line]
    results: list[Result]
    leaves: list[Leaf]
    """The torch modules in it at any depth outside of other bodies."""

    inner: list[tuple[tuple[str, ...], Body]]
    """The bodies in it, and where they stand."""

    channels: tuple[int | None, ...] = ()
    """Dim 1 of each input at the default sizes, None where there is none."""

    rules: tuple[InitRule, ...] = ()
    has_init: bool = False
    is_root: bool = False
