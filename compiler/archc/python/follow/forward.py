"""``forward`` that follows the text: one line a stage, with the text's loops and conditions."""

from __future__ import annotations

from archc.python.follow import expressions
from archc.python.follow.calls import Calls
from archc.python.follow.stages import base_of
from archc.python.forward import INLINE, RUNNING
from archc.python.identifiers import is_plain
from archc.python.text import Call, Expr, Raw, flat
from archir import template
from archir.template import Unfollowable


class ForwardWriter(Calls):
    """Writes one block's ``forward``, statement by statement."""

    # --- statements ---------------------------------------------------------------------------

    def write(self) -> tuple[list[str], list[str], str]:
        """The names of the inputs, the lines, and the value that is returned."""
        inputs = self.block.template.inputs or (RUNNING,)
        arguments = [self.variables.fresh(name) for name in inputs]
        self.values.update(zip(inputs, arguments, strict=True))
        self.fixed.update(a for a in arguments if a != RUNNING)
        if len(arguments) > 1:
            self.fixed.update(arguments)
        named = {s.unit.name for s in self.block.stages if isinstance(s.unit, template.Named)}
        self.fixed.update(a for name, a in zip(inputs, arguments, strict=True) if name in named)
        flow = self.body(self.block.template.body, list(arguments), opens=False)
        if len(flow) != 1:
            raise Unfollowable("several values come out")
        return arguments, self.out.lines, flow[0]

    def body(self, body: template.Body, flow: list[str], *, opens: bool = True) -> list[str]:
        if opens:
            self.variables.open()
        for statement in body.statements:
            flow = self._statement(statement, flow)
        if opens:
            self.variables.close()
        return flow

    def _statement(self, statement: template.Statement, flow: list[str]) -> list[str]:
        if isinstance(statement, template.Pipeline):
            return self._pipeline(statement, flow)
        if isinstance(statement, template.Let):
            self._let(statement)
            return flow
        if isinstance(statement, template.Loop):
            return self._loop(statement, flow)
        if isinstance(statement, template.If):
            return self._if(statement, flow)
        return flow  # an assert is the constructor's

    def _let(self, statement: template.Let) -> None:
        if any(self.block.kept_lets.get(name) for name in statement.names) and not self.depth:
            kept = self.block.kept_lets
            self.variables.visible[-1].update((n, f"self.{kept[n]}") for n in statement.names)
            return
        needed = self.lets is None or bool(self.lets.intersection(statement.names))
        value = None
        if needed:
            before = set(self.used)
            try:
                value = expressions.show(statement.value, self)
            except Unfollowable:
                self.used = before
        names = [self.variables.bind(name, ()) for name in statement.names]
        if value is not None:
            self.out.text(f"{', '.join(names)} = {value}")
        else:
            self.block.unknown_lets.update(zip(names, statement.names, strict=True))

    def _pipeline(self, statement: template.Pipeline, flow: list[str]) -> list[str]:
        names = statement.names
        for index, stage in enumerate(statement.stages):
            last = index == len(statement.stages) - 1
            wanted = names[0] if last and len(names) == 1 and names[0] != "_" else None
            flow = self._stage(stage, flow, wanted)
        for name, variable in zip(names, flow, strict=False):
            if name != "_":
                self.values[name] = variable
                self.busy.append(variable)
        return flow

    def _stage(self, stage: template.Stage, flow: list[str], wanted: str | None) -> list[str]:
        test = self._test(stage)
        if test is not None:
            if len(flow) != 1 or wanted is not None:
                raise Unfollowable("a named value under a condition")
            return [self._conditional(stage, test, flow[0])]
        if stage.condition is not None:
            return self._unlabelled(stage, stage.condition, flow)
        unit = stage.unit
        if isinstance(unit, template.Named):
            if unit.name == "_":
                return flow
            if unit.name not in self.values:
                raise Unfollowable("a value from elsewhere")
            return [self.values[unit.name]]
        if isinstance(unit, template.Part):
            return [self._part(stage, unit, flow, wanted)]
        if stage.label is not None:
            return [self.assign(self.call(stage, "", flow), flow, wanted)]
        if isinstance(unit, template.Braces):
            return self.body(unit.body, flow)
        if isinstance(unit, template.Branches):
            marks = len(self.busy)
            values = self._branches(unit, flow, inside=False)
            names = [flat(value) for value in values]
            del self.busy[marks:]
            return names
        return [self._combined(unit, flow[0], wanted)]

    def _test(self, stage: template.Stage) -> str | None:
        unit = stage.unit
        held = (
            isinstance(unit, template.Part)
            and isinstance(unit.target, template.Local)
            and self.block.may_be_none(unit.target.name)
        )
        if stage.condition is None and not held:
            return None
        label = stage.label
        if self.depth or not isinstance(label, template.Literal) or not is_plain(str(label.value)):
            if not held:
                return None
            raise Unfollowable("a condition of which forward knows nothing")
        return f"self.{label.value} is not None"

    def _unlabelled(
        self, stage: template.Stage, condition: template.Expr, flow: list[str]
    ) -> list[str]:
        """A stage under a condition that no child can be asked about."""
        bare = template.Stage(stage.label, stage.unit, stage.overrides, None, stage.span)
        body = template.Body((template.Pipeline((bare,), ()),))
        return self._if(template.If(((condition, body),), None), flow)

    def _conditional(self, stage: template.Stage, test: str, current: str) -> str:
        target = self.target([current])
        if target != current:
            self.out.text(f"{target} = {current}")
        self.out.text(f"if {test}:")
        self.out.indent += 1
        bare = template.Stage(stage.label, stage.unit, (), None, stage.span)
        if isinstance(bare.unit, template.Part):
            if bare.unit.branches is not None:
                raise Unfollowable("branches under a condition")
            name = base_of(bare)
        else:
            name = ""
        self.out.add(f"{target} = ", self.call(bare, name, [current]))
        self.out.indent -= 1
        return target

    def _part(
        self, stage: template.Stage, unit: template.Part, flow: list[str], wanted: str | None
    ) -> str:
        marks = len(self.busy)
        values: list[Expr] = [Raw(value) for value in flow]
        if unit.branches is not None:
            values = self._branches(unit.branches, flow)
            del self.busy[marks:]
        made = self.applied(stage, unit, values)
        names = [value.text for value in values if isinstance(value, Raw)]
        return self.assign(made, [*flow, *names], wanted)

    def _branches(
        self, unit: template.Branches, flow: list[str], *, inside: bool = True
    ) -> list[Expr]:
        """The branches' values; calls stand inside the merging line where order allows it."""
        heads = [item.stages[0].unit for item in unit.items]
        named = all(isinstance(head, template.Named) and head.name != "_" for head in heads)
        if len(flow) != 1 and not named:
            raise Unfollowable("several values into brackets")
        current = flow[0]
        singles = [self.single(item, current) for item in unit.items]
        waiting = [index for index, single in enumerate(singles) if single is None]
        length = sum(len(flat(single)) for single in singles if single is not None)
        room = inside and length <= INLINE
        last = waiting[-1] if waiting else -1
        values: list[Expr] = []
        for index, (item, single) in enumerate(zip(unit.items, singles, strict=True)):
            if isinstance(single, Raw) or (single is not None and index > last and room):
                values.append(single)
                continue
            self.busy.append(current)
            if single is not None:
                label = item.stages[0].label
                text = str(label.value) if isinstance(label, template.Literal) else ""
                name = text if is_plain(text) and text else None
                result = self.assign(single, [], name)
                made = [result]
            else:
                made = self._pipeline(item, [current])
            self.busy.pop()
            for name in made:
                self.busy.append(name)
                values.append(Raw(name))
        return values

    def _combined(
        self, unit: template.Residual | template.Dense, current: str, wanted: str | None
    ) -> str:
        bodies = [unit.body]
        if isinstance(unit, template.Residual) and unit.shortcut is not None:
            bodies.append(unit.shortcut)
        singles = [self.single(body, current) for body in bodies]
        marks = len(self.busy)
        values: list[Expr] = []
        for index, (body, single) in enumerate(zip(bodies, singles, strict=True)):
            later = singles[index + 1 :]
            if single is not None and None not in later:
                values.append(single)
                continue
            is_last = index == len(bodies) - 1 and isinstance(unit, template.Residual)
            if not (is_last and len(bodies) == 2):
                self.busy.append(current)
                made = self.body(body, [current])
                self.busy.pop()
            else:
                made = self.body(body, [current])
            if len(made) != 1:
                raise Unfollowable("several values come out of a combinator")
            values.append(Raw(made[0]))
            self.busy.append(made[0])
        del self.busy[marks:]
        if isinstance(unit, template.Dense):
            result: Expr = Call(
                "torch.cat", ((None, Raw(f"[{current}, {flat(values[0])}]")), ("dim", Raw("1")))
            )
        else:
            beside = values[1] if len(values) == 2 else Raw(current)
            result = Raw(f"{flat(values[0])} + {flat(beside)}")
        names = [value.text for value in values if isinstance(value, Raw)]
        return self.assign(result, [*names, current], wanted)

    def _owned(self, flow: list[str]) -> str:
        """A variable that a loop or condition may change."""
        if len(flow) != 1:
            raise Unfollowable("several values into a loop")
        target = self.target(flow)
        if target != flow[0]:
            self.out.text(f"{target} = {flow[0]}")
        return target

    def _loop(self, statement: template.Loop, flow: list[str]) -> list[str]:
        current = self._owned(flow)
        if statement.targets:
            source = expressions.iterable(statement.iterable, self)
            self.variables.open()
            names = [self.variables.bind(name, ()) for name in statement.targets]
            head = f"for {', '.join(names)} in {source}:"
        else:
            self.variables.open()
            head = f"for _ in range({expressions.show(statement.iterable, self)}):"
        self.out.text(head)
        self._under(statement.body, current)
        self.variables.close()
        return [current]

    def _under(self, body: template.Body, current: str) -> None:
        self.out.indent += 1
        self.depth += 1
        before = len(self.out.lines)
        made = self.body(body, [current])
        if len(made) != 1:
            raise Unfollowable("several values come out of a loop")
        if made[0] != current:
            self.out.text(f"{current} = {made[0]}")
        if len(self.out.lines) == before:
            self.out.text("pass")
        self.depth -= 1
        self.out.indent -= 1

    def _if(self, statement: template.If, flow: list[str]) -> list[str]:
        current = self._owned(flow)
        for index, (test, body) in enumerate(statement.arms):
            word = "elif" if index else "if"
            self.out.text(f"{word} {expressions.show(test, _Tests(self))}:")
            self._under(body, current)
        if statement.otherwise is not None:
            self.out.text("else:")
            self._under(statement.otherwise, current)
        return [current]


class _Tests(expressions.Scope):
    """The scope of a condition, in which a parameter that holds a part is held against None."""

    def __init__(self, writer: ForwardWriter) -> None:
        self.writer = writer

    def local(self, name: str) -> str:
        text = self.writer.local(name)
        held = self.writer.block.kinds.get(name, "value") != "value"
        return f"({text} is not None)" if held else text

    def is_sequence(self, name: str) -> bool:
        return self.writer.is_sequence(name)

    def constant(self, value: template.Global | template.Function) -> str:
        return self.writer.constant(value)
