"""``forward`` that follows the text: one line a stage, with the text's loops and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.python.follow import expressions
from archc.python.follow.scope import Variables
from archc.python.follow.sinks import Lines
from archc.python.forward import RUNNING, SPARE
from archc.python.identifiers import is_plain
from archc.python.recipes import close, expression
from archc.python.text import Call, Expr, Raw, flat, string
from archir import template
from archir.recipe import FunctionRecipe
from archir.registry import ops
from archir.template import Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.blocks import Block


class ForwardWriter(expressions.Scope):
    """Writes one block's ``forward``. Variables in ``busy`` hold what is needed again."""

    def __init__(self, block: Block, variables: Variables, used: set[str] | None) -> None:
        self.block = block
        self.variables = variables
        self.out = Lines()
        self.busy: list[str] = []
        self.fixed: set[str] = set()
        self.values: dict[str, str] = {}
        self.lets = used
        """The ``let`` names that are needed here; None on the first pass, which finds out."""

        self.used: set[str] = set()
        self.depth = 0

    # --- Scope --------------------------------------------------------------------------------

    def local(self, name: str) -> str:
        self.used.add(name)
        for names in self.variables.visible:
            if name in names:
                return self.variables.find(name)
        return f"self.{self.block.stored(name)}"

    def is_sequence(self, name: str) -> bool:
        return name in self.block.sequences

    def constant(self, value: template.Global) -> str:
        return self.block.file.constant(value)

    # --- statements ---------------------------------------------------------------------------

    def write(self) -> tuple[list[str], list[str], str]:
        """The names of the inputs, the lines, and the value that is returned."""
        inputs = self.block.template.inputs or (RUNNING,)
        arguments = [self.variables.fresh(name) for name in inputs]
        self.values.update(zip(inputs, arguments, strict=True))
        self.fixed.update(a for a in arguments if a != RUNNING)
        if len(arguments) > 1:
            self.fixed.update(arguments)
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
            self.block.unknown_lets.update(names)

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

    def _target(self, flow: list[str], wanted: str | None = None) -> str:
        """The variable for a result made of the flowing values."""
        if wanted is not None:
            name = self.variables.fresh(wanted)
            self.fixed.add(name)
            return name
        taken = {*self.busy, *self.fixed}
        for name in flow:
            if name not in taken:
                return name
        for name in (RUNNING, *SPARE):
            if name not in taken and (
                name in self.variables.given or name not in self.variables.names.taken
            ):
                self.variables.given.add(name)
                self.variables.names.taken.add(name)
                return name
        return self.variables.fresh(SPARE[-1])

    # --- stages -------------------------------------------------------------------------------

    def _stage(
        self, stage: template.Stage, flow: list[str], wanted: str | None
    ) -> list[str]:
        test = self._test(stage)
        if test is not None:
            if len(flow) != 1 or wanted is not None:
                raise Unfollowable("a named value under a condition")
            return [self._conditional(stage, test, flow[0])]
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
            return [self._assign(self._call(stage, "", flow), flow, wanted)]
        if isinstance(unit, template.Braces):
            return self.body(unit.body, flow)
        if isinstance(unit, template.Branches):
            marks = len(self.busy)
            values = self._branches(unit, flow)
            names = [
                value.text if isinstance(value, Raw) else self._assign(value, [], None)
                for value in values
            ]
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
            raise Unfollowable("a condition of which forward knows nothing")
        return f"self.{label.value} is not None"

    def _conditional(self, stage: template.Stage, test: str, current: str) -> str:
        target = self._target([current])
        if target != current:
            self.out.text(f"{target} = {current}")
        self.out.text(f"if {test}:")
        self.out.indent += 1
        bare = template.Stage(stage.label, stage.unit, (), None, stage.span)
        if isinstance(bare.unit, template.Part):
            if bare.unit.branches is not None:
                raise Unfollowable("branches under a condition")
            name = self._module_name(bare.unit)
        else:
            name = ""
        self.out.add(f"{target} = ", self._call(bare, name, [current]))
        self.out.indent -= 1
        return target

    def _module_name(self, unit: template.Part) -> str:
        target = unit.target
        if isinstance(target, template.OpValue):
            return target.keyword
        return target.name

    def _call(self, stage: template.Stage, base: str, flow: list[str]) -> Expr:
        """The stage's module called."""
        label = stage.label
        if label is None:
            name = self.block.automatic.get(stage.span)
            if name is None:
                raise Unfollowable(f"{base} has no name")
            function = f"self{name}" if name.startswith("[") else f"self.{name}"
        elif isinstance(label, template.Literal):
            text = str(label.value)
            function = f"self.{text}" if is_plain(text) else f"getattr(self, {string(text)})"
        else:
            function = f"getattr(self, {expressions.show(label, self)})"
        return Call(function, tuple((None, Raw(value)) for value in flow))

    def _assign(self, value: Expr, flow: list[str], wanted: str | None) -> str:
        target = self._target(flow, wanted)
        self.out.add(f"{target} = ", value)
        return target

    def _part(
        self, stage: template.Stage, unit: template.Part, flow: list[str], wanted: str | None
    ) -> str:
        marks = len(self.busy)
        values: list[Expr] = [Raw(value) for value in flow]
        if unit.branches is not None:
            values = self._branches(unit.branches, flow)
            del self.busy[marks:]
        made = self._applied(stage, unit, values)
        names = [value.text for value in values if isinstance(value, Raw)]
        return self._assign(made, [*flow, *names], wanted)

    def _applied(self, stage: template.Stage, unit: template.Part, values: list[Expr]) -> Expr:
        if isinstance(unit.target, template.OpValue) and self._is_function(unit):
            if any(not isinstance(v, template.Literal) for _, v in unit.arguments):
                raise Unfollowable("an argument that forward has to know")
            made = self.block.file.instances.made(stage.span, unit.target.keyword, frozenset())
            assert isinstance(made.recipe, FunctionRecipe)
            return expression(close(made.recipe.apply, made.op), values)
        texts = [flat(value) for value in values]
        return self._call(stage, self._module_name(unit), texts)

    def _single(self, body: template.Body | template.Pipeline, current: str) -> Expr | None:
        """The one call that a body is, if it is just one; a value's own name if it is that."""
        if isinstance(body, template.Body):
            if len(body.statements) != 1:
                return Raw(current) if not body.statements else None
            (statement,) = body.statements
            if not isinstance(statement, template.Pipeline):
                return None
            return self._single(statement, current)
        if len(body.stages) != 1 or body.names:
            return None
        (stage,) = body.stages
        unit = stage.unit
        if stage.condition is not None or self._may_skip(unit):
            return None
        if isinstance(unit, template.Named):
            return Raw(current if unit.name == "_" else self.values.get(unit.name, current))
        if isinstance(unit, template.Part) and unit.branches is None:
            if not self._is_function(unit):
                return self._call(stage, self._module_name(unit), [current])
        elif isinstance(unit, template.Braces) and stage.label is not None:
            return self._call(stage, "", [current])
        elif isinstance(unit, template.Braces):
            return self._single(unit.body, current)
        return None

    def _may_skip(self, unit: template.Unit) -> bool:
        return (
            isinstance(unit, template.Part)
            and isinstance(unit.target, template.Local)
            and self.block.may_be_none(unit.target.name)
        )

    def _is_function(self, unit: template.Part) -> bool:
        target = unit.target
        return isinstance(target, template.OpValue) and not ops()[target.keyword].is_module

    def _branches(self, unit: template.Branches, flow: list[str]) -> list[Expr]:
        """The branches' values; calls stand inside the merging line where order allows it."""
        heads = [item.stages[0].unit for item in unit.items]
        named = all(isinstance(head, template.Named) and head.name != "_" for head in heads)
        if len(flow) != 1 and not named:
            raise Unfollowable("several values into brackets")
        current = flow[0]
        singles = [self._single(item, current) for item in unit.items]
        waiting = [index for index, single in enumerate(singles) if single is None]
        room = sum(len(flat(single)) for single in singles if single is not None) <= 60
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
                result = self._assign(single, [], name)
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
        singles = [self._single(body, current) for body in bodies]
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
        return self._assign(result, [*names, current], wanted)

    # --- loops and conditions -----------------------------------------------------------------

    def _owned(self, flow: list[str]) -> str:
        """A variable that a loop or condition may change."""
        if len(flow) != 1:
            raise Unfollowable("several values into a loop")
        target = self._target(flow)
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

    def constant(self, value: template.Global) -> str:
        return self.writer.constant(value)
