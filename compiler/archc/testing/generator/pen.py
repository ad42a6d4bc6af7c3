"""What the parts of the generator share: choices, notes of what was made, and fresh names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from archc.testing.generator.choices import Choices
from archc.testing.generator.constructs import CONSTRUCTS
from archc.testing.generator.forms.evaluation import FILE, Env, base_env
from archc.testing.generator.forms.nodes import Block, Scene


@dataclass
class Pen:
    """Writes one project."""

    choices: Choices
    errors: int = 0
    """How many mistakes are still to be made: calls that are written whether they fit or not."""

    constructs: Counter[str] = field(default_factory=Counter)
    ops: Counter[str] = field(default_factory=Counter)
    blocks: list[Block] = field(default_factory=list)
    declarations: list[tuple[str, str]] = field(default_factory=list)
    """Name and text of what the files declare, in order."""

    known: Env = field(default_factory=dict)
    """What the declarations are, by name."""

    libraries: dict[str, list[str]] = field(default_factory=dict)
    """What is imported of the standard library."""

    count: int = 0
    budget: int = 10
    """About how many ops may still be written."""

    def fresh(self, prefix: str) -> str:
        """A name that nothing else has."""
        self.count += 1
        return f"{prefix}{self.count}"

    def note(self, *names: str) -> None:
        """Count constructs that are written."""
        for name in names:
            assert name in CONSTRUCTS, f"{name} is no construct on the list"
            self.constructs[name] += 1

    def env(self) -> Env:
        """What is known at the start of a body."""
        return {**base_env(), FILE: self.known}

    def declare(self, name: str, value: Any, text: str) -> None:
        """Add a declaration to the file."""
        self.known[name] = value
        self.declarations.append((name, text))


@dataclass
class Place:
    """Where in a body something is written."""

    scene: Scene
    depth: int = 2
    loop: str = ""
    """The variable of the loop around, whose items differ; "-" in a loop without one."""

    is_model: bool = False
    labels: bool = True
    """Whether stages may be labelled here."""

    in_module: bool = False
    """Whether no values from outside may be read."""

    def inside(self, scene: Scene, **changes: Any) -> Place:
        """A place in braces of this one."""
        kept = {name: getattr(self, name) for name in ("loop", "is_model", "labels", "in_module")}
        return Place(scene, self.depth - 1, **{**kept, **changes})
