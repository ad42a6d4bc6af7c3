"""Constructors: the lines that make a class's modules, in the order of the text."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeGuard

from archc.python.classes.conditions import condition
from archc.python.classes.functions import displayed
from archc.python.classes.said import Said, Var
from archc.python.classes.scope import Constructing
from archc.python.code.identifiers import is_plain
from archc.python.code.layout import Call, Const, Expr, Raw, constant, flat
from archc.python.code.recipes import access
from archc.python.constructor.chains import is_numbered
from archc.python.constructor.drawing import Drawing
from archc.python.constructor.statements import Sink, counting
from archc.python.merging.merge import Fold, Inst, Item, Node, UnfoldError, When
from archc.python.reading.evaluate import UnknownError, evaluate
from archc.python.reading.expressions import iterable
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.source import Span
from archir.graph.modules import Container
from archir.graph.modules import Raw as RawEntry
from archir.program import expressions as e
from archir.program import statements as s


class Maker(Drawing):
    """Writes one constructor."""

    def run(self) -> list[str]:
        """The constructor's lines but for its head."""
        owner = self.owner
        rows = {inst: self.atoms(inst.network.entries) for inst in owner.insts}
        nodes = owner.merger.merge(rows)
        holders = {inst.network.holder for inst in owner.insts}
        chained = all(inst.network.holder == "sequential" for inst in owner.insts)
        numbered = all(is_numbered(inst.network.entries) for inst in owner.insts)
        if chained and numbered:
            sink = Sink("self", None)
            self.chain(nodes, sink, "super().__init__(")
            self.holder = "sequential"
        elif holders == {"list"} or (
            numbered and not chained and holders <= {"list", "sequential"}
        ):
            self.holder = "list"
            sink = Sink("self", None)
            self.chain(nodes, sink, "super().__init__([")
        else:
            self.holder = "module"
            self.text("super().__init__()")
            self.children(nodes, Sink("self"), ())
        self.weights()
        return self.finished()

    def children(self, nodes: list[Node], sink: Sink, path: tuple[str, ...]) -> None:
        for node in nodes:
            if isinstance(node, Item):
                self.item(node, sink, path)
            elif isinstance(node, Fold):
                self.fold(node, sink, path)
            else:
                self.when(node, sink, path)

    def item(self, item: Item, sink: Sink, path: tuple[str, ...]) -> None:
        entry = next(iter(item.by.values()))
        if isinstance(entry, RawEntry):
            self.flush(sink)
            self.raw(item, sink)
            return
        if self.takes_lines(item):
            self.flush(sink)  # in the order of the text
        made = self.make(item)
        named = sink.layers is None or sink.labelled
        name = self.name(item) if named else Const("")
        label = str(name.value) if isinstance(name, Const) and sink.layers is None else ""
        if self.is_asked(item) and (not is_plain(label) or (*path, label) in self.declared):
            self.flush(sink)
            block = next(n for n in BLOCKS if n not in self.owner.spoken.values())
            self.put(f"{block} = ", made)
            made = Raw(block)
        if sink.layers is None:
            if isinstance(name, Const) and is_plain(str(name.value)):
                self.put(f"{sink.owner}.{name.value} = ", made)
            else:
                self.put("", Call(f"{sink.owner}.add_module", ((None, name), (None, made))))
            ref = self.ref(sink.owner, name)
        elif sink.labelled:
            self.put(f"{sink.layers}[{flat(name)}] = ", made)
            ref = f"{sink.layers}[{flat(name)}]"
        else:
            sink.pending.append(made)
            ref = f"{sink.layers}[-1]"
        self.filled(item, sink, name, path)
        self.drawn_where_made(item, sink, ref)
        self.ask(item, sink, ref if not isinstance(made, Raw) else made.text)

    def ref(self, owner: str, name: Expr) -> str:
        if isinstance(name, Const):
            return access(owner, "module", str(name.value))
        return f"getattr({owner}, {flat(name)})"

    def filled(self, item: Item, sink: Sink, name: Expr, path: tuple[str, ...]) -> None:
        """Containers that have been made empty get what is in them."""
        modules = {inst: child.module for inst, child in item.by.items()}
        first = next(iter(modules.values()))
        if not isinstance(first, Container) or not self.is_filled_later(modules):
            return
        owner = self.ref(sink.owner, name)
        rows = {inst: self.atoms(m.entries) for inst, m in modules.items()}
        nodes = self.owner.merger.merge(rows, next(iter(modules)).depth)
        if first.holder == "list":
            inner = Sink(owner, f"{owner}")
            self.listed(nodes, inner)
        else:
            self.children(nodes, Sink(owner), path)

    def listed(self, nodes: list[Node], sink: Sink) -> None:
        for node in nodes:
            if not isinstance(node, Item):
                raise self.unfold(node)
            self.put("", Call(f"{sink.owner}.append", ((None, self.make(node)),)))

    def fold(self, node: Fold, sink: Sink, path: tuple[str, ...]) -> None:
        owner, loop = self.owner, node.loop
        self.flush(sink)
        around = next((a for a in owner.arounds if a.fold.loop is loop), None)
        running = None if around is None else owner.running.get(around)
        run: Var = ("run", around)
        if running is not None:
            first, _ = running
            if first.text != owner.counter:
                self.counted(counting(owner.counter, first), run, first.vars)
            elif ("run" in {v[0] for v in first.vars}) and self.count not in first.vars:
                raise UnfoldError(loop)
            self.tag(run, first.vars)
            self.count = run
        shown, names = self.head(loop, node)

        def head(lines: list[str]) -> str:
            targets = owner.loop_head(loop, lines) if isinstance(loop, s.For) else "_"
            return f"for {targets} in "

        before = dict(self.loops)
        self.loops.update(names)
        self.open.add(loop.span)
        owner.bound |= {("slot", slot) for slot in names}
        with self.deeper(head, shown):
            self.children(node.body, sink, path)
            self.flush(sink)
            if running is not None:
                _, last = running
                if last.text != owner.counter:
                    self.counted(counting(owner.counter, last), run, last.vars)
                else:
                    self.tag(run, last.vars)
        self.count = run if running is not None else self.count
        self.loops = before
        self.open.discard(loop.span)

    def head(self, loop: s.Loop, node: Fold) -> tuple[Expr, dict[int, str]]:
        """What a loop runs over, and the names of its variables."""
        owner = self.owner
        scope = Constructing(owner, loop.span, self.loops)
        try:
            if isinstance(loop, s.RepeatLoop):
                text = f"range({iterable(loop.count, scope)})"
                names: dict[int, str] = {}
            else:
                text = iterable(loop.iterable, scope)
                names = owner.loop_names(loop)
        except UnsayableError:
            raise UnfoldError(loop) from None
        self.check_turns(loop, node)
        owner.use(Said(text, ATOM, frozenset(scope.seen)))
        for slot in names:
            owner.deps[("slot", slot)] = owner.live(scope.seen)
        shown_: Expr = Raw(text)
        if isinstance(loop, s.For) and isinstance(loop.iterable, e.ListDisplay):
            shown_ = displayed(loop.iterable, scope)
        elif text.startswith("(") and isinstance(loop, s.For):
            with suppress(UnknownError, UnsayableError):  # a long list that is baked in
                values = [evaluate(loop.iterable, owner.look(i, loop.span)) for i in node.turns]
                shown_ = Const(values[0]) if constant(values[0]) == text else shown_
        return shown_, names

    def when(self, node: When, sink: Sink, path: tuple[str, ...]) -> None:
        self.flush(sink)
        if sink.layers is None and sink.owner == "self" and not self.loops:
            self.declare(node, path)
        with self.whole():
            for number, (_, nodes) in enumerate(node.arms):
                test = self.test(node, number)
                word = "else" if not test else "elif" if number else "if"
                with self.deeper(f"{word} {test}:" if test else f"{word}:"):
                    self.children(nodes, sink, path)
                    self.flush(sink)

    def declare(self, node: When, path: tuple[str, ...]) -> None:
        """Say of what stands in conditions what it is where none of them is met."""
        arms = [[self.name(x) for x in nodes if _is_child(x)] for _, nodes in node.arms]
        covered = frozenset[Inst]().union(*[having for having, _ in node.arms]) == node.everyone
        for name in [name for names in arms for name in names]:
            if not isinstance(name, Const) or not is_plain(str(name.value)):
                continue
            key = (*path, str(name.value))
            if key in self.declared:  # several places make it: that it is there tells nothing
                self.optional.discard(key)
                continue
            certain = len(arms) > 1 and covered and all(name in names for names in arms)
            self.text(f"self.{name.value}: nn.Module{'' if certain else ' | None = None'}")
            self.declared.add(key)
            self.optional |= set() if certain else {key}

    def test(self, node: When, number: int) -> str:
        """The condition of an arm."""

        def scope(span: Span) -> Constructing:
            return Constructing(self.owner, span, self.loops)

        return self.owner.use(condition(self.owner, node, number, scope)).text


BLOCKS = ("block", "unit", "stage", "inner_block", "inner_unit", "inner_stage")
"""Variables for a block that is asked for its channels."""


def _is_child(node: Node) -> TypeGuard[Item]:
    """Whether a node makes a child: raw parameters and buffers are registered by their names."""
    return isinstance(node, Item) and not any(
        isinstance(each, RawEntry) for each in node.by.values()
    )
