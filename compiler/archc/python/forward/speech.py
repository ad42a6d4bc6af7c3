"""What a class says of the lines of its ``forward``."""

from __future__ import annotations

from typing import Any

from archc.python.classes.conditions import condition
from archc.python.classes.klass import Class
from archc.python.classes.said import Said
from archc.python.classes.scope import Constructing
from archc.python.code.identifiers import is_plain
from archc.python.constructor.maker import Maker
from archc.python.merging.flows import Around, Choice, Step
from archc.python.merging.merge import Fold, Inst, Item, UnfoldError, apart
from archc.python.reading.expressions import iterable, show
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.source import Span
from archir.graph.graph import Apply
from archir.graph.modules import Container, Fetch, Module, ModuleCall, children, flattened
from archir.op.recipe import Code
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.nodes import Expr


class Forward:
    """Says of lines what they call; what they need is kept by the constructor."""

    def __init__(self, owner: Class, maker: Maker) -> None:
        self.owner = owner
        self.maker = maker
        self.loops: dict[int, str] = {}
        self.codes: dict[int, Code] = {}
        self.lists: dict[Span, tuple[str, str]] = {}
        """Of loops over the modules of a list: the variable for one of them, and the list."""

        self.items: dict[Item, str] = {}
        """What such a loop calls of it: the variable."""

    def target(self, step: Step) -> str:
        paths = {inst: line.path for inst, line in step.item.by.items()}
        first = next(iter(paths.values()))
        if step.item in self.items:
            return self.items[step.item]
        if len(set(paths.values())) == 1:
            return self.maker.place(next(iter(paths)).whole.network, first)
        if len({(len(path), path[:-1]) for path in paths.values()}) > 1:
            raise self.differs(step)
        label = self.maker.label(step.item.span)
        names: dict[Inst, object] = {inst: path[-1] for inst, path in paths.items()}
        around = self.maker.place(next(iter(paths)).whole.network, first[:-1])
        if label is not None and self.owner.holds(label, names, step.item.span):
            return f"getattr({around}, {self.say(label, step)})"
        raise self.differs(step)

    def say(self, expr: Expr, step: Step) -> str:
        scope = Keeping(self, step.item.span)
        try:
            return show(expr, scope)
        except UnsayableError:
            raise self.differs(step) from None

    def differs(self, step: Step) -> Exception:
        return apart(next(iter(step.item.by)))

    def label(self, step: Step) -> str:
        paths = {getattr(line, "path", ()) for line in step.item.by.values()}
        path = paths.pop()
        return path[-1] if path and not paths else ""

    def gathered(self) -> set[str]:
        places = self.owner.family.places
        return set() if places is None else {places.slots[slot].name for slot in places.gathered}

    def overwrites(self, step: Step) -> bool:
        inner = step.line.step
        if isinstance(inner, Apply):
            return any(
                bool(getattr(line.step.op, "inplace", False)) for line in step.item.by.values()
            )
        return self.owner.file.works_in_place

    def begin(self, around: Around) -> str | None:
        loop = around.fold.loop
        if isinstance(loop, s.For):
            names = self.owner.loop_names(loop)
            self.owner.bound |= {("slot", slot) for slot in names}
            self.loops.update(names)
        for flow in around.body:
            held = listed(around.fold, flow.item) if isinstance(flow, Step) else None
            if held is None:
                continue
            inst = next(iter(held))
            path = held[inst]
            name = self._one_of(path[-1])
            self.lists[loop.span] = name, self.maker.place(inst.whole.network, path)
            assert isinstance(flow, Step)
            self.items[flow.item] = name
            return name
        return None

    def _one_of(self, label: str) -> str:
        """A variable for one module of a list of that name; no value of the text is called so."""
        networks = self.owner.family.networks
        lines = [line for network in networks for line in flattened(network.lines)]
        values = [value for line in lines for value in line.outputs]
        values += [value for network in networks for value in network.inputs]
        known = {value.name for value in values}
        taken = {*known, *self.owner.file.names.taken, *self.loops.values(), *self.items.values()}
        words = [label.removesuffix("s"), "layer"] if label.endswith("s") else ["layer"]
        name = next((word for word in words if is_plain(word) and word not in taken), "layer_")
        while name in taken:
            name += "_"
        return name

    def loop(self, around: Around, body: list[str]) -> str:
        loop = around.fold.loop
        scope = Keeping(self, loop.span)
        name, modules = self.lists.get(loop.span, ("", ""))
        names = self.owner.loop_head(loop, body) if isinstance(loop, s.For) else "_"
        if modules and not names.strip("_, ()"):
            return f"for {name} in {modules}"
        try:
            if isinstance(loop, s.RepeatLoop):
                count = iterable(loop.count, scope)
                self.maker.check_turns(loop, around.fold)
                return f"for _ in range({count})"
            text = iterable(loop.iterable, scope)
        except UnsayableError:
            raise UnfoldError(loop) from None
        self.maker.check_turns(loop, around.fold)
        if modules:
            names = f"({names})" if "," in names else names
            return f"for {name}, {names} in zip({modules}, {text}, strict=True)"
        return f"for {names} in {text}"

    def test(self, choice: Choice, arm: int) -> str:
        owner = self.owner
        flows = choice.arms[arm]
        for flow in flows:
            if isinstance(flow, Step) and isinstance(flow.line, ModuleCall | Fetch):
                path = flow.line.path
                same_path = len({line.path for line in flow.item.by.values()}) == 1
                if same_path and path in self.maker.optional:
                    return f"{self.target(flow)} is not None"

        def kept(span: Span) -> Constructing:
            return Constructing(owner, span, self.loops)

        def here(span: Span) -> Constructing:
            return Keeping(self, span)

        said = condition(owner, choice.when, arm, kept)
        if not said.text:
            return ""
        if any(var in owner.bound for var in said.vars):
            return condition(owner, choice.when, arm, here).text
        if any(var[0] == "run" for var in said.vars):
            # The constructor counts on, so no one attribute says it of every turn.
            raise apart(next(iter(choice.when.everyone)))
        return self._kept(said, flows)

    def keep(self, said: Said) -> str:
        """What the constructor keeps of something: a name that nothing else needs is not made."""
        for var in said.vars:
            if var[0] == "let" and said.text == self.owner.spoken[var]:
                slot: int = var[1]
                if slot not in self.maker.lets:
                    return self.owner.use(self.owner.lets[slot]).text
        return self.owner.use(said).text

    def _kept(self, said: Said, flows: list[Any]) -> str:
        """A condition in ``forward`` that the constructor keeps."""
        owner = self.owner
        text = self.keep(said)
        if text.isidentifier() or said.text.isidentifier():
            name = said.text
        else:
            steps = [flow for flow in flows if isinstance(flow, Step)]
            word = "more"
            if steps:
                inner = steps[0].line
                word = (
                    inner.path[-1]
                    if isinstance(inner, ModuleCall | Fetch)
                    else inner.step.op.keyword
                )
            name = f"has_{word}" if is_plain(f"has_{word}") else "has_more"
            known = {n: t for n, t in self.maker.kept.items() if t == text}
            if known:
                name = next(iter(known))
            else:
                while name in self.maker.kept or name in owner.file.names.taken:
                    name += "_"
        self.maker.kept[name] = text
        return f"self.{name}"


def listed(fold: Fold, item: Item) -> dict[Inst, tuple[str, ...]] | None:
    """Where the list of modules is of which each turn calls the next, for all turns."""
    if len(item.by) != sum(map(len, fold.turns.values())):
        return None
    found: dict[Inst, tuple[str, ...]] = {}
    for inst, line in item.by.items():
        path: tuple[str, ...] = getattr(line, "path", ())
        if inst.loop is not fold.loop or inst.outer is None or len(path) < 2:
            return None
        holder: Module = inst.whole.network
        for name in path[:-1]:
            holder = next(child.module for child in children(holder) if child.name == name)
        many = len(fold.turns[inst.outer])
        if not isinstance(holder, Container) or holder.holder != "list":
            return None
        if path[-1] != str(inst.turn) or len(holder.entries) != many:
            return None
        found[inst] = path[:-1]
    return found if len(set(found.values())) == 1 else None


class Keeping(Constructing):
    """What names mean in a ``forward``: attributes that the constructor keeps, and variables."""

    def __init__(self, forward: Forward, span: Span) -> None:
        super().__init__(forward.owner, span, forward.loops)
        self.forward = forward
        self.said = False
        """Whether something has been named that the constructor keeps, or a variable."""

    def local(self, expr: e.Local) -> tuple[str, int]:
        if expr.slot in self.loops:
            self.said = True
            return self.loops[expr.slot], ATOM
        inner = Constructing(self.owner, self.span, self.loops)
        text, binding = inner.local(expr)
        bound = [v for v in inner.seen if v in self.owner.bound]
        if bound:
            raise UnsayableError(expr.name)
        if not text.isidentifier():
            if not inner.seen:
                return text, binding
            raise UnsayableError(expr.name)
        self.said = True
        kept = self.forward.keep(Said(text, binding, frozenset(inner.seen)))
        self.forward.maker.kept[text] = kept
        return f"self.{text}", ATOM

    def asked(self, expr: e.Access) -> tuple[str, int]:  # noqa: ARG002
        raise UnsayableError("a shape")
