"""All followed blocks of one model: each is translated when it is first asked for."""

from __future__ import annotations

from archc.python.body import Body
from archc.python.follow import expressions
from archc.python.follow.block import Block
from archc.python.follow.functions import function_lines
from archc.python.follow.parameters import Nothing, parts_in
from archc.python.follow.parts import Instances
from archc.python.follow.state import State
from archc.python.identifiers import class_name
from archc.python.library import Library
from archc.python.text import layout
from archir import template
from archir.graph import Definition, definitions
from archir.recipe import Inferred, ModuleRecipe
from archir.template import Template, Unfollowable
from archir.typed import TypedGraph


class File:
    """All followed blocks of one model."""

    def __init__(self, typed: TypedGraph, bodies: dict[Definition, Body], library: Library) -> None:
        self.typed = typed
        self.bodies = bodies
        self.library = library
        self.names = library.names
        self.blocks: dict[object, Block] = {}
        self.order: list[Block] = []
        self.failed: dict[object, Unfollowable] = {}
        """Why blocks cannot be followed, which goes for all that use them."""

        self.constants: dict[object, tuple[str, list[str]]] = {}
        """The file's constants and functions that are used: their names and lines."""

        self.by_origin: dict[object, list[Definition]] = {}
        self.as_values: set[object] = set()
        """The blocks that are passed as arguments."""

        everything = list(definitions(self.typed.graph))
        for item in everything:
            self.by_origin.setdefault(item.origin, []).append(item)
            for _, value in item.arguments:
                self.as_values.update(part.origin for part in parts_in(value))
        self.instances = Instances(self.typed, everything, library)

    def is_used(self, block: template.BlockValue) -> bool:
        """Whether the model has a use of the block, from which its class can be made."""
        return block.origin in self.by_origin

    def block(self, origin: object) -> Block:
        """The class of a declaration, translated when it is first asked for."""
        if origin in self.blocks:
            return self.blocks[origin]
        if origin in self.failed:
            raise Unfollowable(str(self.failed[origin]))
        found = self.by_origin.get(origin)
        if not found:
            raise Unfollowable("a block that is not followed")
        source = found[0].template
        text = source() if source is not None else None
        if not isinstance(text, Template):
            raise Unfollowable("a block without a template")
        block = Block(self, origin, text, found)
        try:
            block.translate()
        except Unfollowable as error:
            self.failed[origin] = error
            raise
        block.name = self.names.claim(class_name(text.name))
        self.blocks[origin] = block
        self.order.append(block)
        return block

    def constant(self, value: template.Global | template.Function) -> str:
        """The name of a constant or function of the file."""
        if value.home not in self.constants:
            name = self.names.claim(value.name)
            if isinstance(value, template.Function):
                lines = function_lines(self, value, name)
            else:
                shown = expressions.displayed(value.value, Nothing(self))
                lines = layout(f"{name} = ", shown, "", 0)
            self.constants[value.home] = (name, lines)
        return self.constants[value.home][0]

    def part(self, value: template.OpValue | template.BlockValue, scope: State | None) -> str:
        """A callable that makes a module: a class, or a partly applied one."""
        place: expressions.Scope = Nothing(self) if scope is None else scope.scope()
        if isinstance(value, template.BlockValue):
            block = self.block(value.origin)
            name = block.name
            given = [
                f"{block.python_name(n)}={expressions.show(v, place)}" for n, v in value.arguments
            ]
        else:
            name, _ = self.op_value(value)
            given = [f"{n}={expressions.show(v, place)}" for n, v in value.arguments]
        return f"partial({', '.join([name, *given])})" if given else name

    def op_value(self, value: template.OpValue) -> tuple[str, str]:
        """The torch class of an op that is passed as a value, and how it is called."""
        given = frozenset(name for name, _ in value.arguments)
        made = self.instances.unseen(value.keyword, given, {})
        if not isinstance(made.recipe, ModuleRecipe):
            raise Unfollowable("a function passed as a value")
        make = made.recipe.make
        taken = {name for name, _ in make.kwargs}
        sized = tuple(a for a in make.args if isinstance(a, Inferred) and a.what == "channels")
        same = isinstance(made.channels, Inferred) and made.channels.what == "channels"
        if len(sized) != len(make.args) or len(sized) > 1 or not given <= taken or not same:
            raise Unfollowable("an op that needs more than channels passed as a value")
        return make.function, "op-of-channels" if sized else "op"
