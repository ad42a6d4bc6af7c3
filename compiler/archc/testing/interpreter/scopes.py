"""Names of modules and the state dict (section 5).

A scope is what a module registers: raw parameters, buffers, and children, in the order of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from archc.testing.interpreter.names import Names, Reading, meaning
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.values import Initialiser, Part
from archdsl.tree import ast


@dataclass(eq=False)
class Raw:
    """A raw parameter or buffer: registered before the children, and drawn where it stands."""

    name: str
    shape: tuple[int, ...]
    initialiser: Initialiser | None
    is_buffer: bool
    node: ast.ParamStatement
    tensor: Tensor
    is_persistent: bool = True


@dataclass(eq=False)
class Slot:
    """One child of a scope: the module of an op, or a scope of its own."""

    label: str | None
    is_numbered: bool
    default_name: str
    node: ast.Node
    scope: Scope | None = None
    module: nn.Module | None = None
    make: Callable[[], nn.Module] | None = None
    keyword: str = ""
    text: str = ""
    """What its module was when it was made."""
    normaliser: str = ""
    """What makes its module's weight out of other parameters."""
    given: dict[str, Any] = field(default_factory=dict)
    """The arguments with which its module was made."""
    overrides: dict[str, Initialiser] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict)
    """What has been made inside it."""
    ties: dict[str, tuple[Scope, str]] = field(default_factory=dict)
    """Parameters that are other ones' tensors: the scope from which a key leads, and the key."""
    drawn: set[str] = field(default_factory=set)
    """Parameters whose own ``with`` has been drawn, which is final."""
    key: str = ""

    @property
    def is_there(self) -> bool:
        """A module that is never applied is left out."""
        return self.scope is not None or self.module is not None

    @property
    def runs(self) -> bool:
        """Whether something in it has been applied, if no more than a block that holds nothing."""
        if self.scope is None:
            return self.module is not None
        inside = [each for each in self.scope.entries if isinstance(each, Slot)]
        return self.default_name != "group" or any(each.runs for each in inside)


@dataclass(eq=False)
class Scope:
    """``is_labelled`` is read off the scope's text. ``rules`` are those of an ``init`` in it."""

    is_labelled: bool
    entries: list[Slot | Raw] = field(default_factory=list)
    rules: list[Any] = field(default_factory=list)
    has_init: bool = False
    labels: set[str] = field(default_factory=set)

    def add(self, entry: Slot | Raw, node: ast.Node) -> None:
        """Register a child or a raw parameter. No two have the same label."""
        label = entry.name if isinstance(entry, Raw) else entry.label
        if label is not None:
            if label in self.labels:
                raise wrong(node, f"the label {label} is used twice")
            self.labels.add(label)
        self.entries.append(entry)

    def children(self) -> Iterator[Slot]:
        return (e for e in self.entries if isinstance(e, Slot) and e.is_there)

    def raws(self) -> Iterator[Raw]:
        return (entry for entry in self.entries if isinstance(entry, Raw))


def names(scope: Scope) -> dict[Slot, str]:
    """Each child's name: its label, a number, or in a labelled scope its op's or block's name."""
    slots = list(scope.children())
    taken = {slot.label for slot in slots if slot.label is not None}
    taken |= {raw.name for raw in scope.raws()}
    found: dict[Slot, str] = {}
    number = 0
    for slot in slots:
        if slot.label is not None:
            found[slot] = slot.label
        elif slot.is_numbered or not scope.is_labelled:
            while str(number) in taken:
                number += 1
            found[slot] = str(number)
            number += 1
        else:
            base = slot.default_name
            if why_not(base) is not None:
                base += "_"
            name, count = base, 1
            while name in taken:
                count += 1
                name = f"{base}_{count}"
            taken.add(name)
            found[slot] = name
    return found


def name_of(slot: Slot, scope: Scope) -> str | None:
    """The name of one child; of one that is not registered yet, the name that it will have."""
    found = names(scope)
    if slot not in found and slot.is_there:
        found = names(replace(scope, entries=[*scope.entries, slot]))
    return found.get(slot)


def install(scope: Scope, prefix: str = "") -> nn.Module:
    """The scope as a module of torch, so that torch itself says what its state dict is."""
    module = nn.Module()
    for raw in scope.raws():
        if raw.is_buffer:
            module.register_buffer(raw.name, raw.tensor, persistent=raw.is_persistent)
        else:
            assert isinstance(raw.tensor, nn.Parameter)
            module.register_parameter(raw.name, raw.tensor)
    for slot, name in names(scope).items():
        slot.key = f"{prefix}{name}"
        child = slot.module if slot.scope is None else install(slot.scope, f"{slot.key}.")
        module.add_module(name, child)
    return module


# --- labels ---------------------------------------------------------------------------------------

_MODULES = (nn.Module(), nn.Sequential(), nn.ModuleList(), nn.ModuleDict())


def why_not(label: str) -> str | None:
    """Why no module of torch can carry a label."""
    if not label:
        return "it is empty"
    if "." in label:
        return "it holds a dot"
    if any(hasattr(module, label) for module in _MODULES):
        return "torch's modules have that name"
    return None


Find = Callable[[ast.Name], Part | None]
"""Says which block the name of a splice means."""


def finder(reading: Reading) -> Find:
    """Finds blocks by their names at one place."""

    def find(name: ast.Name) -> Part | None:
        found = meaning(name, reading)
        return found[0] if found is not None and isinstance(found[0], Part) else None

    return find


def _own(part: Part) -> Names:
    """The names of a block's parameters, which mean nothing where its text alone is read."""
    names = Names()
    if part.node is not None:
        names.bound.update((param.name.text, None) for param in part.node.params)
    return names


def is_labelled(node: ast.Body | ast.Unit, part: Find) -> bool:
    """Whether a scope's text has a label or a ``module``; what is spliced into it counts too.

    Labels inside of unlabelled braces, loops, conditions and branches are the scope's own, those
    inside of a labelled stage are not. ``part`` says what the name of a spliced block means.
    """
    if isinstance(node, ast.Body):
        return any(_statement(statement, part) for statement in node.statements)
    if isinstance(node, ast.Sequence | ast.Dense | ast.For | ast.RepeatLoop):
        return is_labelled(node.body, part)
    if isinstance(node, ast.Residual):
        beside = node.shortcut is not None and is_labelled(node.shortcut, part)
        return is_labelled(node.body, part) or beside
    if isinstance(node, ast.Branches):
        return any(_statement(item, part) for item in node.items)
    branches = None if _are_items(node, part) else node.branches
    if branches is not None and is_labelled(branches, part):
        return True
    if node.splice:
        spliced = part(node.name)
        if spliced is not None and spliced.node is not None and spliced.home is not None:
            return is_labelled(spliced.node.body, finder(Reading(spliced.home, _own(spliced))))
    return False


def _are_items(node: ast.PartUse, part: Find) -> bool:
    """Whether ``ys [a: b]`` are items of a list: a colon behind a label looks the same."""
    last = node.places[0].last if node.places and isinstance(node.places[0], ast.Slice) else None
    head = last.base if isinstance(last, ast.Access) else last
    return isinstance(head, ast.Name) and part(node.name) is None and part(head) is None


def _statement(node: ast.Statement, part: Find) -> bool:
    if isinstance(node, ast.Pipeline):
        return any(_stage(stage, part) for stage in node.stages)
    if isinstance(node, ast.For | ast.RepeatLoop | ast.TrainOnlyStatement):
        return is_labelled(node.body, part)
    if isinstance(node, ast.If):
        bodies = [body for _, body in node.arms]
        bodies += [] if node.otherwise is None else [node.otherwise]
        return any(is_labelled(body, part) for body in bodies)
    return isinstance(node, ast.ModuleStatement)


def _stage(node: ast.Stage, part: Find) -> bool:
    if node.label is not None and node.label.name is not None:
        return True
    if node.label is not None and not isinstance(node.unit, ast.PartUse):
        return False  # ``_:`` opens a scope of its own
    if node.label is not None and isinstance(node.unit, ast.PartUse):
        branches = node.unit.branches
        return branches is not None and is_labelled(branches, part)
    return is_labelled(node.unit, part)


def empty(shape: tuple[int, ...], dtype: str, *, is_buffer: bool) -> Tensor:
    """A raw parameter or buffer that is not drawn yet."""
    tensor = torch.zeros(shape, dtype=getattr(torch, dtype))
    return tensor if is_buffer else nn.Parameter(tensor)
