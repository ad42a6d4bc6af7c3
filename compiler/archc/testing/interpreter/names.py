"""Names (section 3), and the place in a network at which a text is read.

Names are lexical. Braces open a frame of names; around a body are the parameters, which its own
names may hide. ``let`` names and loop variables live to the end
of their braces; names of values live to the end of the body, or of the turn of a loop, and are
bound in the frame there that ``holds_values``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from torch import Tensor

from archc.testing.interpreter.functions import FUNCTIONS
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.torch_calls.ops import OPS
from archc.testing.interpreter.values import (
    INITIALISERS,
    NORMALISERS,
    Flow,
    Function,
    Initialiser,
    Part,
    Shared,
)
from archdsl.tree import ast

if TYPE_CHECKING:
    from archc.testing.interpreter.declarations import File
    from archc.testing.interpreter.network import Run
    from archc.testing.interpreter.scopes import Scope


class Names:
    """The names of one pair of braces, and those around them."""

    __slots__ = (
        "bound",
        "holds_values",
        "is_wall",
        "not_made",
        "outer",
        "sizes",
        "training",
        "variables",
    )

    def __init__(
        self, outer: Names | None = None, *, holds_values: bool = False, is_wall: bool = False
    ) -> None:
        self.bound: dict[str, Any] = {}
        self.outer = outer
        self.holds_values = holds_values
        self.is_wall = is_wall
        """Whether this is the inside of a ``module``, which reads no values from outside."""
        self.training: set[str] = set()
        """Names of values that are there in training alone."""
        self.variables: set[str] = set()
        """Names of the model's own size variables."""
        self.not_made: set[str] = set()
        """Names that arms give which are not taken."""
        self.sizes: set[str] = set()
        """Names of dims, and of what is worked out of them."""

    def find(self, name: str) -> Names | None:
        """The nearest frame that has the name, though its value may not be made."""
        frame: Names | None = self
        while frame is not None and name not in frame.bound and name not in frame.not_made:
            frame = frame.outer
        return frame

    def holder(self) -> Names:
        """The frame in which values are named."""
        frame = self
        while not frame.holds_values and frame.outer is not None:
            frame = frame.outer
        return frame

    def name_value(self, name: ast.Identifier, value: object, *, training: bool) -> None:
        """Name a value, a raw parameter or a ``module``. In one body a name is bound once."""
        holder = self.holder()
        if name.text in holder.bound:
            raise wrong(name, f"{name.text} has a meaning already")
        holder.bound[name.text] = value
        if training:
            holder.training.add(name.text)

    def now(self) -> Names:
        """The names as they are now, whatever is bound later."""
        outer = None if self.outer is None else self.outer.now()
        found = Names(outer, holds_values=self.holds_values, is_wall=self.is_wall)
        found.bound |= self.bound
        found.training |= self.training
        found.not_made |= self.not_made
        found.sizes |= self.sizes
        found.variables |= self.variables
        return found

    def is_outside(self, name: str) -> bool:
        """Whether a name is found beyond the walls of the ``module`` in which it is used."""
        frame: Names | None = self
        crossed = False
        while frame is not None and name not in frame.bound:
            crossed = crossed or frame.is_wall
            frame = frame.outer
        return crossed and frame is not None


@dataclass(eq=False, slots=True)
class Body:
    """One run of a declaration's body: what its statements give beside their value."""

    node: ast.Body | None = None
    start: Here | None = None
    """Where it begins."""
    outputs: list[tuple[str, Tensor, bool]] = field(default_factory=list)
    """Name, value, and whether it is there when training alone."""
    early: dict[int, Shared] = field(default_factory=dict)
    """Modules that were applied before they stand, by their statement."""
    taps: tuple[str, ...] = ()
    """The labels up to which alone it is run."""
    tapped: dict[str, Tensor] = field(default_factory=dict)
    """What their modules have given so far."""
    paths: dict[int, str] = field(default_factory=dict)
    """How the names of modules in labelled braces begin, by their scope."""
    root: Scope | None = None
    """The scope of what it is the body of; a spliced block's is that of what is around it."""


@dataclass(eq=False, slots=True)
class Reading:
    """Where an expression is read: its file, the names in sight, and the meaning of ``_``.

    ``flow`` is None where nothing flows. ``fans`` are the meanings of ``fan_in`` and ``fan_out``,
    which the arguments of an initialiser alone may use.
    """

    file: File
    names: Names
    flow: Flow | None = None
    training: bool = False
    fans: Mapping[str, int] | None = None

    def inside(self, names: Names) -> Reading:
        """The same place with more names."""
        return Reading(self.file, names, self.flow, self.training, self.fans)


@dataclass(eq=False, slots=True)
class Here:
    """Where a statement is read: its file and names, and the part of the network around it.

    ``made`` remembers what the text has made at this place: modules and raw parameters. Each entry
    has the node and the ``turns`` of the loops around it. ``decided`` remembers likewise what was
    decided when they were made: a ``module`` that is applied twice is made once and decides twice.
    """

    file: File
    names: Names
    run: Run
    body: Body
    scope: Scope
    made: dict[Any, Any]
    decided: dict[Any, Any]
    turns: tuple[int, ...] = ()
    training: bool = False

    def reading(self, flow: Flow | None) -> Reading:
        """Where the expressions of a statement are read."""
        return Reading(self.file, self.names, flow, self.training)

    def inner(self) -> Here:
        """The inside of a pair of braces."""
        return replace(self, names=Names(self.names))

    def turn(self, number: int) -> Here:
        """One turn of a loop."""
        names = Names(self.names, holds_values=True)
        return replace(self, names=names, turns=(*self.turns, number))

    def key(self, node: ast.Node) -> tuple[int, tuple[int, ...]]:
        """A node, in these turns of the loops around it."""
        return id(node), self.turns

    def decide(self, node: ast.Node, what: str, value: object) -> None:
        """Hold what is decided at compile time to what the default sizes decided.

        The language refuses a condition, a count or an argument of a module that depends on a
        size variable. Here that shows where the text, read at other sizes, decides otherwise.
        """
        key = (self.key(node), what)
        if self.run.building:
            self.decided.setdefault(key, value)
        if key not in self.decided or self.decided[key] != value:
            raise wrong(node, f"{what} depends on a size of the input")


def meaning(name: ast.Name, reading: Reading, *, called: bool = False) -> tuple[Any] | None:
    """What a name means: in the body, among the parameters, in the file, then what is built in.

    ``called`` says that an expression calls it: ``sum`` is then the function, else the op.
    """
    text = name.text
    frame = reading.names.find(text)
    if frame is not None:
        if text not in frame.bound:
            raise wrong(name, f"{text} is named in an arm that is not taken")
        if text in frame.training and not reading.training:
            raise wrong(name, f"{text} is there in training alone")
        return (frame.bound[text],)
    if text in reading.file.names:
        return (reading.file.value(text),)
    if reading.fans is not None and text in reading.fans:
        return (reading.fans[text],)
    if text in OPS and not (called and text in FUNCTIONS):
        return (Part("op", text),)
    if text in FUNCTIONS:
        return (Function(text),)
    return (Initialiser(text),) if text in INITIALISERS or text in NORMALISERS else None


def lookup(name: ast.Name, reading: Reading, *, called: bool = False) -> Any:
    """What a name means, which must mean something."""
    found = meaning(name, reading, called=called)
    if found is None:
        raise wrong(name, f"nothing is called {name.text} here")
    return found[0]
