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
from archc.python.merging.merge import Inst, UnfoldError, apart
from archc.python.reading.expressions import iterable, show
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.source import Span
from archir.graph.graph import Apply
from archir.graph.modules import Fetch, ModuleCall
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

    def target(self, step: Step) -> str:
        paths = {inst: line.path for inst, line in step.item.by.items()}
        first = next(iter(paths.values()))
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

    def overwrites(self, step: Step) -> bool:
        inner = step.line.step
        if isinstance(inner, Apply):
            return any(
                bool(getattr(line.step.op, "inplace", False)) for line in step.item.by.values()
            )
        return self.owner.file.works_in_place

    def begin(self, around: Around) -> None:
        loop = around.fold.loop
        if isinstance(loop, s.For):
            names = self.owner.loop_names(loop)
            self.owner.bound |= {("slot", slot) for slot in names}
            self.loops.update(names)

    def loop(self, around: Around, body: list[str]) -> str:
        loop = around.fold.loop
        scope = Keeping(self, loop.span)
        try:
            if isinstance(loop, s.RepeatLoop):
                count = iterable(loop.count, scope)
                self.maker.check_turns(loop, around.fold)
                return f"for _ in range({count})"
            text = iterable(loop.iterable, scope)
        except UnsayableError:
            raise UnfoldError(loop) from None
        self.maker.check_turns(loop, around.fold)
        return f"for {self.owner.loop_head(loop, body)} in {text}"

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
