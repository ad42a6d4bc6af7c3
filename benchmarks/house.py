"""How the house is kept: what is counted of its code, and what it may come to at most.

``python -m benchmarks.house`` prints a table of the tree it stands in, and exits with 1 where
something is more than it may be, but for what is an aim. ``--at FOLDER`` counts another checkout.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from duties import DUTIES, Function, complexity, length

WINGS = {"archir": "arch", "archdsl": "dsl", "archc": "compiler"}
EXCEPTED = ("archir/ops", "/rules")
"""Folders that hold a file for each family, and may be as many as there are."""

BESIDE = "compiler/archc/testing"
"""Aids for tests. Lines and names are counted without them: they say the language's words again
on purpose, since they share no code with the compiler."""


@dataclass(frozen=True)
class Module:
    """A file of Python, read."""

    name: str
    path: Path
    text: str
    is_package: bool

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The folder below a wing; a file beside the rooms stands for itself."""
        return ".".join(self.name.split(".")[:2])


class House:
    """A checkout's code."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.modules = {module.name: module for module in self._read()}

    def _read(self) -> Iterator[Module]:
        for wing, folder in WINGS.items():
            for path in sorted((self.top / folder / wing).rglob("*.py")):
                parts = path.relative_to(self.top / folder).with_suffix("").parts
                package = parts[-1] == "__init__"
                name = ".".join(parts[:-1] if package else parts)
                yield Module(name, path, path.read_text("utf-8"), package)

    @cached_property
    def ours(self) -> dict[str, Module]:
        """Less the aids for tests."""
        beside = self.top / BESIDE
        return {
            name: each
            for name, each in self.modules.items()
            if not each.path.is_relative_to(beside)
        }

    def files_in(self) -> Counter[str]:
        """How many files lie directly in each folder."""
        return Counter(
            each.path.parent.relative_to(self.top).as_posix() for each in self.modules.values()
        )

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """What each module imports of ours: at its top, inside functions, for type checkers."""
        return {name: set(self._imported(module)) for name, module in self.modules.items()}

    def _imported(self, module: Module) -> Iterator[str]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name if name in self.modules else node.module for name in names]
            else:
                continue
            yield from (name for name in names if name in self.modules and name != module.name)

    def circles(self, edges: dict[str, set[str]]) -> list[list[str]]:
        """Groups of names that lead to each other."""
        reached = {name: _reached(name, edges) for name in edges}
        found = {
            frozenset(other for other in reached[name] if name in reached.get(other, ())) | {name}
            for name in edges
            if name in reached[name]
        }
        return sorted(map(sorted, found))

    def circles_of_rooms(self) -> list[list[str]]:
        """Circles between rooms."""
        edges: dict[str, set[str]] = defaultdict(set)
        for name, others in self.imports.items():
            room = self.modules[name].room
            edges[room] |= {self.modules[other].room for other in others} - {room, *WINGS}
        return self.circles(dict(edges))

    def circles_in_rooms(self) -> dict[str, list[list[str]]]:
        """The circles inside each room; what ``__init__`` gathers counts as any other file."""
        inside: dict[str, dict[str, set[str]]] = defaultdict(dict)
        for name, others in self.imports.items():
            room = self.modules[name].room
            within = {other for other in others if self.modules[other].room == room}
            inside[room][name] = within
        found = {room: self.circles(edges) for room, edges in inside.items()}
        return {room: circles for room, circles in found.items() if circles}

    def reason(self, circle: list[str]) -> bool:
        """Whether the ``__init__`` of the folder that holds a circle speaks of it."""
        parts = [name.split(".") for name in circle]
        depth = min(len(name) for name in parts) - 1
        while len({tuple(name[:depth]) for name in parts}) > 1:
            depth -= 1
        home = self.modules.get(".".join(parts[0][:depth]))
        said = None if home is None else ast.get_docstring(home.tree)
        return "circle" in (said or "")

    def functions(self) -> Iterator[tuple[str, Function]]:
        """All functions, with the module of each."""
        for name, module in self.modules.items():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield name, node

    def repeated_classes(self) -> list[str]:
        """Names of classes that three modules and more have."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, module in self.ours.items():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef):
                    found[node.name].add(name)
        return sorted(name for name, places in found.items() if len(places) >= 3)

    def repeated_files(self) -> list[str]:
        """Names of files that four folders and more have."""
        names = [each.path.name for each in self.ours.values() if not each.is_package]
        return sorted(name for name, count in Counter(names).items() if count >= 4)

    def doing(self, does: Callable[[Function], bool]) -> list[str]:
        """The modules, less the aids for tests, with a function that does something."""
        return sorted({name for name, node in self.functions() if name in self.ours and does(node)})

    def naming(self, words: set[str]) -> list[str]:
        """The modules in whose code one of some strings stands."""
        return sorted(
            name
            for name, module in self.modules.items()
            if any(
                isinstance(node, ast.Constant) and node.value in words
                for node in ast.walk(module.tree)
            )
        )


def _reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    """What a name leads to, over one step and more."""
    found: set[str] = set()
    left = list(edges.get(start, ()))
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += edges.get(name, ())
    return found


@dataclass(frozen=True)
class Measure:
    """Something that is counted: what it is, how much, the most that it may be, and which.

    An aim fails nothing: it is what the code of the features at a time should come to, and grows
    with them.
    """

    what: str
    count: int
    most: int
    which: tuple[str, ...] = ()
    is_aim: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it is more than it may be, and no aim."""
        return self.count > self.most and not self.is_aim

    @property
    def row(self) -> str:
        """As a row of the table."""
        over = " **over**" if self.is_over else ""
        most = f"{'aim ' if self.is_aim else ''}{self.most:,}"
        return f"| {self.what} | {self.count:,}{over} | {most} |"


def measures(house: House) -> Iterator[Measure]:
    """All that is counted, in the order of the table."""
    lines = Counter[bool]()
    for module in house.modules.values():
        beside = module.path.is_relative_to(house.top / BESIDE)
        lines[beside] += module.text.count("\n")
    what = "lines of Python in the three wings, less the aids for tests"
    yield Measure(what, lines[False], 42_000, is_aim=True)
    folders = house.files_in()
    for folder, most in (("arch/archir", 3), ("dsl/archdsl", 3), ("compiler/archc", 8)):
        yield Measure(f"files directly in {folder}", folders.pop(folder), most)
    others = {folder: count for folder, count in folders.items() if not folder.endswith(EXCEPTED)}
    full = [f"{folder} {count}" for folder, count in others.items() if count > 15]
    yield Measure("files directly in any other folder", max(others.values()), 15, tuple(full))
    for what, does in DUTIES.items():
        found = house.doing(does)
        yield Measure(f"modules that {what}", len(found), 1, tuple(found))
    across = house.circles_of_rooms()
    yield Measure("import circles across rooms", len(across), 0, _shown(across))
    inside = house.circles_in_rooms()
    largest = max((len(found) for found in inside.values()), default=0)
    shown = [circle for found in inside.values() for circle in found]
    yield Measure("import circles inside a room", largest, 2, _shown(shown))
    unsaid = [circle for circle in shown if not house.reason(circle)]
    yield Measure("circles of which no __init__ gives the reason", len(unsaid), 0, _shown(unsaid))
    yield _functions(house, "functions of more than 60 lines", length, 60)
    yield _functions(house, "functions of a cyclomatic complexity over 20", complexity, 20)
    repeated = house.repeated_classes()
    yield Measure("names of classes in three modules and more", len(repeated), 4, tuple(repeated))
    files = house.repeated_files()
    yield Measure("names of files in four folders and more", len(files), 0, tuple(files))
    places = house.naming({"svg", ".svg"})
    yield Measure("modules that name a format of pictures", len(places), 5, tuple(places))


def _functions(
    house: House,
    what: str,
    size: Callable[[Function], int],
    most: int,
) -> Measure:
    over = [
        f"{name}.{node.name} {size(node)}" for name, node in house.functions() if size(node) > most
    ]
    return Measure(what, len(over), 0, tuple(over))


def _shown(circles: list[list[str]]) -> tuple[str, ...]:
    return tuple(f"{len(circle)}: {', '.join(circle)}" for circle in circles)


def main(words: list[str] | None = None) -> int:
    """Print the table; 1 where something is more than it may be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.house", description=__doc__)
    parser.add_argument("--at", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--which", action="store_true", help="name what is counted")
    chosen = parser.parse_args(words)
    found = list(measures(House(chosen.at)))
    print("| measure | counted | at most |\n| --- | ---: | ---: |")
    print(*(each.row for each in found), sep="\n")
    if chosen.which:
        for each in found:
            print(f"\n{each.what}:", *(each.which or ("none",)), sep="\n  ")
    return int(any(each.is_over for each in found))


if __name__ == "__main__":
    sys.exit(main())
