"""What printed source is like: counts over the examples and over networks of other kinds.

``python tests/python/measure.py`` prints a table: lines, the longest line, the classes and how many
blocks and groups they are of, names with digits that the text has not, and what the model's class
takes. ``test_measure.py`` holds it to limits.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from archc.pipeline import compile_source
from archc.python import source
from archir.base.record import Record
from archir.base.source import Source, Span
from archir.graph.lowering import lower
from archir.graph.modules import Child, Network, children
from archir.graph.steps import definitions
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "examples", ROOT / "tests" / "python" / "networks")


class Measure(Record):
    """The counts of one printed file."""

    name: str
    lines: int
    longest: int
    classes: int
    blocks: int
    """The blocks, models and labelled groups that have classes."""

    numbered: tuple[str, ...]
    """Names with a digit at their end that are no words of the text, and no names of modules."""

    takes: tuple[str, ...]
    """The parameters of the model's class."""

    factory: tuple[str, ...] | None
    """Those of the function that a variant is, if there is one."""


def files() -> list[Path]:
    """The files that are measured."""
    return [path for folder in FOLDERS for path in sorted(folder.glob("*.arch"))]


def compiled(path: Path) -> TypedGraph:
    """The model that a file is about."""
    typed, found = compile_source(Source(path.name, path.read_text("utf-8")), path)
    assert typed is not None, [item.problem.message() for item in found]
    return typed


def measured(path: Path) -> Measure:
    """The counts of what is printed for a file."""
    typed = compiled(path)
    text = source(typed)
    tree = ast.parse(text)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_module(node)]
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    own = typed.graph.root.name
    model = classes[-1]
    blocks = {found.origin for found in definitions(typed.graph)} | set(_groups(typed))
    said = " ".join([*_texts(typed), *_labels(typed)])
    names = sorted({name for name in _names(tree) if re.search(r"\d$", name)})
    return Measure(
        path.stem,
        text.count("\n"),
        max(map(len, text.split("\n"))),
        len(classes),
        len(blocks),
        tuple([name for name in names if not _stands_in(name, said)]),
        tuple([name for node in model.body for name in _parameters(node, "__init__")]),
        tuple(_parameters(functions[own], own)) if own in functions else None,
    )


def _is_module(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Attribute) for base in node.bases)


def _parameters(node: ast.stmt, name: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef) and node.name == name:
        yield from (argument.arg for argument in node.args.args if argument.arg != "self")


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ClassDef):
            yield node.name


def _texts(typed: TypedGraph) -> Iterator[str]:
    yield typed.graph.root.name
    for definition in definitions(typed.graph):
        yield definition.span.source.text


def _labels(typed: TypedGraph) -> Iterator[str]:
    """The names of modules, as the text's labels give them."""
    return (child.name for child in _modules(typed))


def _groups(typed: TypedGraph) -> Iterator[Span]:
    """The places of labelled groups that are no chains."""
    for child in _modules(typed):
        inner = child.module
        if isinstance(inner, Network) and inner.kind == "group" and not inner.is_chain:
            yield child.slot.span


def _modules(typed: TypedGraph) -> Iterator[Child]:
    for network in lower(unroll(typed)).networks.values():
        waiting = list(children(network))
        while waiting:
            child = waiting.pop()
            yield child
            if not (isinstance(child.module, Network) and child.module.kind == "definition"):
                waiting += children(child.module)


def _stands_in(name: str, said: str) -> bool:
    """Whether a text has a name, or what a class is named after; torch's names are its own."""
    known = re.sub(r"[\W_]", "", said).lower()
    return name.replace("_", "").lower() in known or name.endswith(("1d", "2d", "3d", "ReLU6"))


def main() -> None:
    """Print the table."""
    total = 0
    for path in files():
        if compile_source(Source(path.name, path.read_text("utf-8")), path)[0] is None:
            continue  # others import it, and give it its arguments
        found = measured(path)
        total += found.lines if path.parent == FOLDERS[0] else 0
        print(
            f"{found.name:24} {found.lines:4} lines, longest {found.longest:3},"
            f" {found.classes:2} classes of {found.blocks:2} blocks,"
            f" takes {', '.join(found.takes) or 'nothing'};"
            f" numbered {', '.join(found.numbered) or 'none'}"
        )
    print(f"{total} lines of the examples")


if __name__ == "__main__":
    main()
