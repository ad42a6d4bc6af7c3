"""What a printed file calls besides torch: our helper classes, and what packages have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from archc.python.code.identifiers import Names
from archir.op.contract import Op
from archir.op.recipe import Call, FunctionRecipe, ModuleRecipe, renamed
from archir.shapes.types import TensorType

_HELPERS = "helpers."
_FILE = Path(__file__).parents[2] / "torch" / "helpers.py"


@dataclass(slots=True)
class Library:
    """The file's names, and those of what it calls besides torch."""

    names: Names
    called: dict[str, str] = field(default_factory=dict)
    """The name in the file of each function of a recipe that is not torch's."""

    modules: set[str] = field(default_factory=set)
    """Those names that are called to make modules."""

    def copy(self) -> Library:
        """The same for another try at the file."""
        return Library(Names(self.names.taken), dict(self.called), set(self.modules))

    def recipe(self, op: Op, types: tuple[TensorType, ...]) -> ModuleRecipe | FunctionRecipe:
        """The op's recipe, with names that the file can call."""
        recipe: ModuleRecipe | FunctionRecipe = renamed(op.recipe(types), self.name)
        if isinstance(recipe, ModuleRecipe):
            self.modules.add(recipe.make.function)
        return recipe

    def make(self, make: Call) -> Call:
        """A constructor, with a name that the file can call."""
        made: Call = renamed(make, self.name)
        self.modules.add(made.function)
        return made

    def name(self, function: str) -> str:
        """What the file calls a function of a recipe by."""
        if not function.startswith(_HELPERS) and ":" not in function:
            return function
        if function not in self.called:
            wanted = function.removeprefix(_HELPERS).rpartition(":")[2]
            self.called[function] = self.names.claim(wanted)
        return self.called[function]

    def used(self, names: Set[str]) -> Library:
        """The library without what none of the names mention."""
        called = {function: name for function, name in self.called.items() if name in names}
        return replace(self, called=called)

    def imports(self) -> list[str]:
        """Lines for the names that come from packages, as an import sorter has them."""
        plain: dict[str, list[str]] = {}
        renamed_lines: list[str] = []
        for function, name in self.called.items():
            package, colon, original = function.partition(":")
            if colon and name == original:
                plain.setdefault(package, []).append(name)
            elif colon:
                renamed_lines.append(f"from {package} import {original} as {name}")
        lines = [f"from {package} import {', '.join(plain[package])}" for package in plain]
        return lines + renamed_lines

    def helpers(self) -> Iterator[list[str]]:
        """The text of each helper."""
        for function, name in self.called.items():
            if function.startswith(_HELPERS):
                original = function.removeprefix(_HELPERS)
                text = helper(original)
                if name != original:
                    text = re.sub(rf"\b{original}\b", name, text)
                yield text.splitlines()


@cache
def _texts() -> dict[str, str]:
    """The classes and functions of ``archc.torch.helpers``, which is read and not imported."""
    text = _FILE.read_text("utf-8")
    return {
        node.name: ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }


def helper(name: str) -> str:
    """The text of one helper."""
    return _texts()[name]
