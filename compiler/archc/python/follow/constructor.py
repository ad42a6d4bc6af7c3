"""Constructors that follow the text: modules made with a running count of channels."""

from __future__ import annotations

from collections.abc import Callable

from archc.python.follow import expressions
from archc.python.follow.control import Arm, Control
from archc.python.follow.sinks import Attributes, Layers
from archc.python.follow.state import Flow, Sink
from archc.python.text import Call, Expr, Raw, layout
from archir import template
from archir.template import Unfollowable


class Constructor(Control):
    """Translates one block's body, statement by statement."""

    def body(self, body: template.Body, sink: Sink, *, opens: bool = True) -> None:
        """Translate what stands in braces."""
        steady = set(self.extents.steady)
        if opens:
            self.variables.open()
        for statement in body.statements:
            self._statement(statement, sink)
        if opens:
            self.variables.close()
        self.extents.steady = steady

    def _statement(self, statement: template.Statement, sink: Sink) -> None:
        if isinstance(statement, template.Pipeline):
            self._pipeline(statement, sink)
        elif isinstance(statement, template.Let):
            self._let(statement, sink)
        elif isinstance(statement, template.Loop):
            self._loop(statement, sink)
        elif isinstance(statement, template.If):
            arms: list[Arm] = [
                (self.condition(test), lambda b=inner: self.body(b, sink))  # type: ignore[misc]
                for test, inner in statement.arms
            ]
            otherwise = statement.otherwise
            if otherwise is not None:
                arms.append((None, lambda: self.body(otherwise, sink)))
            steady = all(self.extents.is_steady(test) for test, _ in statement.arms)
            with self.control(steady=steady):
                self.branch(arms, sink)
        else:
            self._assert(statement, sink)

    def _let(self, statement: template.Let, sink: Sink) -> None:
        if isinstance(
            statement.value,
            template.OpValue | template.BlockValue | template.InitialiserValue,
        ):
            raise Unfollowable("a part with a name of its own")
        value = self.show(statement.value)
        sink.flush()
        self.extents.bind(statement.names, statement.value)
        names = [self._bound(name) for name in statement.names]
        if [value] != names:
            self.out.text(f"{', '.join(names)} = {value}")

    def _bound(self, name: str) -> str:
        """The variable for a ``let``, or the attribute where ``forward`` needs it too."""
        if name not in self.block.kept_lets or self.depth:
            return self.variables.bind(name, self.live())
        attribute = self.variables.visible[-1][name] = f"self.{self.block.kept(name)}"
        return attribute

    def _assert(self, statement: template.Assert, sink: Sink) -> None:
        try:
            test = self.condition(expressions.negated(statement.condition))
            message = self.show(statement.message)
        except Unfollowable:
            return  # it is about sizes
        sink.flush()
        self.out.text(f"if {test}:")
        self.out.indent += 1
        self.out.add("raise ", Call("ValueError", ((None, Raw(message)),)))
        self.out.indent -= 1

    def _pipeline(self, statement: template.Pipeline, sink: Sink) -> Flow:
        """Translate a chain; gives the channels of the values that come out."""
        flow: Flow = [self.channels]
        for stage in statement.stages:
            flow = self._stage(stage, flow, sink)
            if len(flow) == 1:
                self.channels = flow[0]
        for name, channels in zip(statement.names, flow, strict=False):
            if sink.is_chain:
                raise Unfollowable("a named value inside a chain")
            self.known[name] = self.keep(channels, name)
        return flow

    def _stage(self, stage: template.Stage, flow: Flow, sink: Sink) -> Flow:
        unit = stage.unit
        test: str | None = None
        if stage.condition is not None:
            test = self.condition(stage.condition)
        elif (
            isinstance(unit, template.Part)
            and isinstance(unit.target, template.Local)
            and self.block.may_be_none(unit.target.name)
        ):
            test = f"{self.local(unit.target.name)} is not None"
        if test is None:
            return self._unit(stage, flow, sink)
        if len(flow) != 1:
            raise Unfollowable("several values under a condition")

        def inside() -> None:
            made = self._unit(stage, [self.channels], sink)
            self.channels = made[0] if len(made) == 1 else None

        if isinstance(sink, Attributes) and isinstance(stage.label, template.Literal):
            self._absent(str(stage.label.value))
        steady = stage.condition is not None and self.extents.is_steady(stage.condition)
        with self.control(steady=steady):
            self.branch([(test, inside)], sink)
        return [self.channels]

    def _absent(self, label: str) -> None:
        """Say that a child may not be there, so that ``forward`` can ask."""
        if self.depth == 0 and label.isidentifier():
            self.out.text(f"self.{label}: nn.Module | None = None")

    def _unit(self, stage: template.Stage, flow: Flow, sink: Sink) -> Flow:
        unit = stage.unit
        if isinstance(unit, template.Named):
            if unit.name == "_":
                return flow
            if sink.is_chain:
                raise Unfollowable("a named value inside a chain")
            return [self.known.get(unit.name)]
        if isinstance(unit, template.Part):
            inputs = flow if unit.branches is None else self._branches(unit.branches, flow, sink)
            return [self.apply(stage, unit, inputs, sink)]
        if stage.label is not None:
            return [self._group(stage, sink)]
        if isinstance(unit, template.Braces):
            self.channels = flow[0] if len(flow) == 1 else None
            self.body(unit.body, sink)
            return [self.channels]
        if sink.is_chain:
            raise Unfollowable("branches inside a chain")
        if isinstance(unit, template.Branches):
            return self._branches(unit, flow, sink)
        return [self._combined(unit, flow, sink)]

    def _branches(self, unit: template.Branches, flow: Flow, sink: Sink) -> Flow:
        if sink.is_chain:
            raise Unfollowable("branches inside a chain")
        start = flow[0] if len(flow) == 1 else None
        ends: list[bool] = []
        made = [
            channels
            for item in unit.items
            for channels in self._aside(start, lambda i=item: self._pipeline(i, sink), ends)  # type: ignore[misc]
        ]
        self.extents.fixed = all(ends)
        return made

    def _aside(self, start: str | None, translate: Callable[[], Flow], ends: list[bool]) -> Flow:
        """Translate what runs beside something else: ``start`` is needed again.

        ``ends`` gets whether the extents are fixed at its end.
        """
        fixed = self.extents.fixed
        pins = len(self.pinned)
        self.pinned += [start] if start is not None else []
        self.channels = start
        made = translate()
        ends.append(self.extents.fixed)
        self.extents.fixed = fixed
        self.channels = start
        del self.pinned[pins:]
        self.pinned += [text for text in made if text is not None]
        return made

    def _combined(
        self,
        unit: template.Residual | template.Dense,
        flow: Flow,
        sink: Sink,
    ) -> str | None:
        if len(flow) != 1:
            raise Unfollowable("several values into a combinator")
        start = flow[0]

        def run(body: template.Body) -> Flow:
            self.body(body, sink)
            return [self.channels]

        pins = len(self.pinned)
        self.pinned += [start] if start is not None else []
        ends = [self.extents.fixed]
        inside = self._aside(start, lambda: run(unit.body), ends)[0]
        self.extents.fixed = all(ends)
        if isinstance(unit, template.Dense):
            del self.pinned[pins:]
            if start is None or inside is None:
                return None
            return f"{_term(start)} + {_term(inside)}"
        if unit.shortcut is not None:
            shortcut = unit.shortcut
            before, self.asked = self.asked, not _is_short(shortcut)
            self.extents.fixed = ends[0]
            self._aside(start, lambda: run(shortcut), ends)
            self.extents.fixed = all(ends)
            self.asked = before
        del self.pinned[pins:]
        return inside

    def _group(self, stage: template.Stage, sink: Sink) -> str | None:
        """A labelled group that is a chain: an nn.Sequential."""
        unit = stage.unit
        if not isinstance(unit, template.Braces):
            raise Unfollowable("a labelled group that is no chain")
        label = self.label(stage)
        sink.flush()
        saved = self.save()
        made = self._sequential(unit.body)
        if isinstance(sink, Layers) and sink.variable is None and self.out.lines != saved.lines:
            # Lines have been written: what waits in this sink must be made before they run.
            self.restore(saved)
            sink.gather(self.list_name())
            made = self._sequential(unit.body)
        sink.add(label, made)
        return self.channels

    def _sequential(self, body: template.Body) -> Expr:
        counts, self.counts = self.counts, {}
        layers = self.layers(template.is_labelled(body))
        self.body(body, layers)
        made = layers.made()
        self.open_layers.remove(layers)
        self.counts = counts
        return made

    def _loop(self, statement: template.Loop, sink: Sink) -> None:
        sink.gather(self.name_if_needed(sink))
        saved = self.save()
        start = self.channels
        self._turn(statement, sink)
        if self.channels == start:
            return
        self.restore(saved)
        if start is None:
            raise Unfollowable("channels of which the text does not keep count")
        running = self.running(start)
        self.channels = running
        self._turn(statement, sink, running)
        self.channels = running

    def _turn(self, statement: template.Loop, sink: Sink, running: str | None = None) -> None:
        self.variables.open()
        if statement.targets:
            source = expressions.listed(statement.iterable, self.scope())
            self.extents.bind(statement.targets, statement.iterable)
            names = [self.variables.bind(n, self.live()) for n in statement.targets]
            head = layout(f"for {', '.join(names)} in ", source, ":", self.out.indent)
        else:
            count = Raw(f"range({self.show(statement.iterable)})")
            head = layout("for _ in ", count, ":", self.out.indent)

        def inside() -> None:
            self.body(statement.body, sink, opens=False)

        with self.control(steady=self.extents.is_steady(statement.iterable)):
            self.out.lines += self.under(head, inside, sink, running)
        self.variables.close()


def _is_short(body: template.Body) -> bool:
    """Whether a body is one stage, behind which nothing asks for channels."""
    if len(body.statements) != 1:
        return False
    (statement,) = body.statements
    return (
        isinstance(statement, template.Pipeline)
        and len(statement.stages) == 1
        and isinstance(statement.stages[0].unit, template.Part | template.Braces)
        and not statement.names
    )


def _term(text: str) -> str:
    return text if " if " not in text else f"({text})"
