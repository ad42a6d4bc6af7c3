"""Blocks, containers and chains, made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.python.code.layout import Call, Display, Expr, Raw, flat
from archc.python.code.recipes import CONTAINERS, container_call
from archc.python.constructor.blocks import Blocks
from archc.python.constructor.lists import fold_equal
from archc.python.constructor.statements import Sink, counting
from archc.python.merging.families import is_inline
from archc.python.merging.merge import Atom, Fold, Inst, Item, Node, UnfoldError, UnmergeableError
from archir.graph.modules import Child, Container, Entry, LeafModule, Module, Network
from archir.graph.modules import Raw as RawEntry


class Chains(Blocks):
    """Makes what holds other modules."""

    def children(self, nodes: list[Node], sink: Sink, path: tuple[str, ...]) -> None:
        """Make modules where they go."""
        raise NotImplementedError

    def make(self, item: Item) -> Expr:
        """How a child is made."""
        with self.owner.turning(item):
            return self._made(item)

    def _made(self, item: Item) -> Expr:
        modules: dict[Inst, Any] = {inst: child.module for inst, child in item.by.items()}
        first = next(iter(modules.values()))
        self.owner.bake_foreign(item.span)
        if isinstance(first, LeafModule):
            return self.leaf(item, modules)
        if isinstance(first, Network) and not is_inline(first):
            return self.instance(item, modules)
        rows = {inst: self.atoms(m.entries) for inst, m in modules.items()}
        nodes = self.owner.merger.merge(rows, next(iter(modules)).depth)
        if isinstance(first, Container):
            if self.is_filled_later(modules):
                return Call(CONTAINERS[first.holder])
            return self.container(first.holder, nodes)
        return self.sequential(nodes, all(is_numbered(m.entries) for m in modules.values()))

    def container(self, holder: str, nodes: list[Node]) -> Expr:
        made = self.plain(nodes)
        if made is None and holder == "list":
            sink = Sink("", self.layers())
            self.children(nodes, sink, ())
            self.flush(sink)
            self.open_layers.discard(str(sink.layers))
            return Call("nn.ModuleList", ((None, Raw(str(sink.layers))),))
        if made is None:
            raise next((self.unfold(n) for n in nodes if isinstance(n, Fold)), UnmergeableError())
        names = [self.name(node) for node in nodes if isinstance(node, Item)]
        return container_call(holder, list(zip(names, made, strict=True)))

    def sequential(self, nodes: list[Node], numbered: bool) -> Expr:
        """An nn.Sequential, whose layers are gathered first where some are in loops."""
        made = self.plain(nodes)
        if made is not None:
            if numbered:
                return Call("nn.Sequential", tuple((None, m) for m in fold_equal(made)))
            names = [self.name(node) for node in nodes if isinstance(node, Item)]
            return container_call("sequential", list(zip(names, made, strict=True)))
        if numbered:
            sink = Sink("", self.layers())
            self.children(nodes, sink, ())
            self.flush(sink)
            self.open_layers.discard(str(sink.layers))
            return Call("nn.Sequential", ((None, Raw(f"*{sink.layers}")),))
        name = self.list_name()
        self.open_layers.add(name)
        self.text(f"{name}: OrderedDict[str, nn.Module] = OrderedDict()")
        self.said_layers.add(name)
        sink = Sink("", name, labelled=True)
        self.children(nodes, sink, ())
        self.open_layers.discard(name)
        return Call("nn.Sequential", ((None, Raw(name)),))

    def chain(self, nodes: list[Node], sink: Sink, opening: str) -> None:
        """The items of a list behind ``opening``."""
        expr = self.plain(nodes)
        inner = opening.endswith("[")
        name = opening.rstrip("([")
        if expr is None:
            sink.layers = self.layers()
            self.children(nodes, sink, ())
            self.flush(sink)
            expr = [Raw(sink.layers if inner else f"*{sink.layers}")]
            self.text(f"{name}({flat(expr[0])})")
            return
        items = tuple((None, made) for made in fold_equal(expr))
        call = Call(name, ((None, Display("[]", items)),) if inner else items)
        if items or inner:
            self.put("", call)

    def plain(self, nodes: list[Node]) -> list[Expr] | None:
        """The children as expressions, where these say all that makes them."""
        if not all(self.is_expression(node) for node in nodes):
            return None
        return [self.make(node) for node in nodes if isinstance(node, Item)]

    def is_expression(self, node: Node) -> bool:
        """Whether a child is there, in no loop, asked for nothing, and no lines come before it."""
        if not isinstance(node, Item) or isinstance(next(iter(node.by.values())), RawEntry):
            return False
        step = self.step_of(node)
        if step is not None and step.item.key in {*self.owner.asked_for, *self.owner.counted}:
            return False
        return not self.takes_lines(node)

    def takes_lines(self, item: Item) -> bool:
        """Whether what is in a child is gathered in lines before it."""
        modules: dict[Inst, Any] = {inst: child.module for inst, child in item.by.items()}
        first = next(iter(modules.values()))
        if isinstance(first, LeafModule) or self.is_filled_later(modules):
            return False
        if isinstance(first, Network) and not is_inline(first):
            return False
        rows = {inst: self.atoms(m.entries) for inst, m in modules.items()}
        nodes = self.owner.merger.merge(rows, next(iter(modules)).depth)
        return not all(self.is_expression(node) for node in nodes)

    def atoms(self, entries: list[Entry]) -> list[Atom]:
        """What an instance registers, by the places of the text."""
        places = self.owner.family.places
        found: list[Atom] = []
        for entry in entries:
            if isinstance(entry, RawEntry):
                parameter = entry.parameter
                self.present.add(parameter.span)
                found.append(Atom(("raw", parameter.span), parameter.span, entry))
                continue
            span = entry.slot.span
            self.present.add(span)
            place = None if places is None else places.stages.get(span)
            module = entry.module
            kind: object = type(module)
            if isinstance(module, Network):
                kind = "inline" if is_inline(module) else self.file.families.of[module].title
                kind = kind if self.owner.held_at(span) is None else "held"
            found.append(Atom((kind, span), span if place is None else place.span, entry))
        return found

    def unfold(self, node: Node) -> Exception:
        if isinstance(node, Fold):
            return UnfoldError(node.loop)
        return UnmergeableError()

    def is_filled_later(self, modules: Mapping[Inst, Module]) -> bool:
        """Whether a container holds more than plain children: these are made line by line."""
        return any(
            isinstance(m, Container)
            and any(
                isinstance(entry, RawEntry)
                or (isinstance(entry.module, Container) and self.is_filled_later({i: entry.module}))
                for entry in m.entries
            )
            for i, m in modules.items()
        )

    def is_asked(self, item: Item) -> bool:
        """Whether a block is asked for its channels, as far as that is known."""
        step = self.step_of(item)
        known = self.file.asked.get(self.owner.family, ())
        return step is not None and step.item.key in known

    def ask(self, item: Item, sink: Sink, ref: str) -> None:
        """Ask a module for its channels, where somebody wants to know."""
        step = self.step_of(item)
        if step is not None and step.item.key in self.owner.counted:
            run, said = self.owner.counted[step.item.key]
            self.flush(sink)
            if said.text != self.owner.counter:
                self.counted(counting(self.owner.counter, said), run, said.vars)
            self.tag(run, said.vars)
            self.count = run
            return
        if step is None or step.item.key not in self.owner.asked_for:
            return
        var = self.owner.asked_for[step.item.key]
        self.count = var
        inner = self.file.class_of(next(iter(item.by.values())).module)
        if sink.layers is not None and not sink.labelled:
            self.flush(sink)
        self.counted(f"{self.owner.counter} = {ref}.out_channels", var, frozenset())
        self.owner.asks.add((var, inner.family))


def is_numbered(entries: list[Entry]) -> bool:
    return all(isinstance(x, Child) and x.name == str(n) for n, x in enumerate(entries))
