"""The followed source of a model: its classes and constants, and how the model is built."""

from __future__ import annotations

from dataclasses import dataclass

from archc.python.body import Body
from archc.python.follow import expressions
from archc.python.follow.block import Block
from archc.python.follow.blocks import File
from archc.python.follow.parameters import Nothing
from archc.python.follow.scope import mentions
from archc.python.library import Library
from archc.python.printing import definition
from archc.python.text import Call, Const, Expr, Raw, docstring, flat, is_number, layout
from archir import template
from archir.graph import Definition, definitions
from archir.template import Unfollowable
from archir.typed import TypedGraph
from archir.values import Part as PartValue

Followed = tuple[list[list[str]], str, list[str], str, str]
"""Classes, how the model is built, what stands above, the file's doc, and the model's class."""


def follow(typed: TypedGraph, bodies: dict[Definition, Body], library: Library) -> Followed:
    """Translate a model's text; raises ``Unfollowable`` where it cannot be followed."""
    root = typed.graph.root
    file = File(typed, bodies, library)
    for item in definitions(typed.graph):  # blocks may use blocks deeper than Python calls
        file.block(item.origin)
    block = file.block(root.origin)
    arguments = _arguments(block, root, file)
    chunks = [item.lines() for item in file.order]
    call = Call(block.name, tuple(arguments))
    build = flat(call)
    if root.name != block.template.name:
        name = file.names.claim(root.name)
        doc = root.doc if root.doc != block.template.doc else ""
        head = definition(name, [], block.name, 0)
        chunks.append([*head, *docstring(doc, 1), *layout("return ", call, "", 1)])
        build = f"{name}()"
    return chunks, build, _constants(file), block.template.file_doc, block.name


@dataclass(slots=True)
class Part:
    """The blocks of a model that can be followed, for a model that as a whole cannot."""

    file: File

    def construct(self, body: Body) -> Expr | None:
        """How a block of these is constructed for a body of the graph."""
        block = self.file.blocks.get(body.origin)
        if block is None or block.is_model:
            return None
        arguments: list[tuple[str | None, Expr]] = []
        if block.takes_channels:
            arguments += [(None, Const(channels, "in_channels")) for channels in body.channels]
        values = dict(body.arguments)
        positional = True
        for source, parameter in zip(block.template.parameters, block.parameters, strict=True):
            value = values[source.name]
            shown = expressions.show(_expression(value), Nothing(self.file))
            same = parameter.is_default(shown)
            positional = positional and parameter.default is None
            name = None if positional else parameter.python
            if is_number(value):
                arguments.append((name, Const(value, source.name, is_default=same)))
            elif not same:
                arguments.append((name, Raw(shown)))
        return Call(block.name, tuple(arguments))

    @property
    def chunks(self) -> list[list[str]]:
        """The classes."""
        return [block.lines() for block in self.file.order]

    @property
    def above(self) -> list[str]:
        """The constants in front of the classes."""
        return _constants(self.file)


def follow_in_part(
    typed: TypedGraph, bodies: dict[Definition, Body], library: Library
) -> Part | None:
    """Translate the blocks that can be followed; None where there is not one."""
    file = File(typed, bodies, library)
    for item in definitions(typed.graph):
        if item.kind == "block":
            try:
                file.block(item.origin)
            except Unfollowable:
                continue
    return Part(file) if file.order else None


def _constants(file: File) -> list[str]:
    """The constants and functions that are used, each in front of those that use it."""
    text = "\n".join(line for block in file.order for line in block.lines())
    used: list[list[str]] = []
    for name, lines in reversed(file.constants.values()):
        if mentions(text, name):
            used.insert(0, lines)
            text += "\n" + "\n".join(lines)
    result: list[str] = []
    after_function = False
    for lines in used:
        # A function has two empty lines around it, of which the imports bring one.
        is_function = lines[0].startswith("def ")
        gap = 2 if after_function or is_function else 0
        result += [""] * (gap if result else gap // 2) + lines
        after_function = is_function
    return result


def _arguments(block: Block, root: Definition, file: File) -> list[tuple[str | None, Expr]]:
    """The model's own arguments, where they are not the defaults."""
    result: list[tuple[str | None, Expr]] = []
    values = dict(root.arguments)
    positional = True
    for parameter in block.template.parameters:
        value = values[parameter.name]
        shown = expressions.displayed(_expression(value), Nothing(file))
        known = next(p for p in block.parameters if p.name == parameter.name)
        if known.is_default(flat(shown)):
            positional = False
            continue
        positional = positional and known.default is None
        result.append((None if positional else known.python, shown))
    return result


def _expression(value: object) -> template.Expr:
    """A constant of the graph as an expression."""
    if isinstance(value, PartValue):
        arguments = tuple((name, _expression(inner)) for name, inner in value.arguments)
        if value.kind == "op":
            return template.OpValue(value.name, arguments)
        return template.BlockValue(value.name, value.origin, arguments)
    if isinstance(value, tuple):
        return template.ListOf(tuple(map(_expression, value)))
    if value is None or isinstance(value, bool | int | float | str):
        return template.Literal(value)
    raise Unfollowable("an argument that cannot be printed")
