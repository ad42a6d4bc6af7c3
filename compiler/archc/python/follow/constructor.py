"""Constructors that follow the text: modules made with a running count of channels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from archc.python.follow import expressions
from archc.python.follow.scope import Snapshot, Variables, mentions
from archc.python.follow.sinks import Attributes, Layers, Lines
from archc.python.recipes import expression
from archc.python.text import INDENT, Call, Const, Expr, Raw, layout
from archc.python.weights import CONSTANT, draw
from archir import template
from archir.init import Initialiser
from archir.recipe import Arg, Code, FunctionRecipe, Inferred, Infix, Input
from archir.recipe import Call as CallCode
from archir.reserved import RESERVED
from archir.template import Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.blocks import Block

Sink: TypeAlias = "Attributes | Layers"
_Arm: TypeAlias = "tuple[str | None, Callable[[], None]]"
"""A condition (None: otherwise) and what is translated under it."""

@dataclass(slots=True)
class _Saved:
    """The state of a constructor, for when a piece of text is translated once more."""

    lines: list[str]
    variables: Snapshot
    counts: dict[str, int]
    known: dict[str, str | None]
    channels: str | None
    running: list[str]


class Constructor:
    """Translates one block's body. It is the ``Scope`` in which the body's expressions stand."""

    def __init__(self, block: Block, variables: Variables) -> None:
        self.block = block
        self.variables = variables
        self.out = Lines()
        self.channels: str | None = None
        """The current value's channels, as an expression; None where nothing can be said."""

        self.known: dict[str, str | None] = {}
        """The channels of named values."""

        self.pinned: list[str] = []
        """Expressions of channels that will be needed again."""

        self.counts: dict[str, int] = {}
        self.open_layers: list[Layers] = []
        self.asked = True
        """Whether anybody asks for the channels behind what is translated now."""

        self.depth = 0
        """How many conditions and loops are around."""

    # --- what expressions ask -----------------------------------------------------------------

    def local(self, name: str) -> str:
        """The variable of a visible name."""
        return self.variables.find(name)

    def channels_of(self, of: str | None) -> str:
        """The channels of the current value or a named one, as an expression."""
        found = self.channels if of is None else self.known.get(of)
        if found is None:
            raise Unfollowable("channels of which the text does not keep count")
        self.block.uses_channels |= any(mentions(found, name) for name in self.block.incoming)
        return found

    # --- bodies -------------------------------------------------------------------------------

    def body(self, body: template.Body, sink: Sink, *, opens: bool = True) -> None:
        """Translate what stands in braces."""
        if opens:
            self.variables.open()
        for statement in body.statements:
            self._statement(statement, sink)
        if opens:
            self.variables.close()

    def _statement(self, statement: template.Statement, sink: Sink) -> None:
        if isinstance(statement, template.Pipeline):
            self._pipeline(statement, sink)
        elif isinstance(statement, template.Let):
            self._let(statement, sink)
        elif isinstance(statement, template.Loop):
            self._loop(statement, sink)
        elif isinstance(statement, template.If):
            arms: list[_Arm] = [
                (self.condition(test), lambda b=inner: self.body(b, sink))  # type: ignore[misc]
                for test, inner in statement.arms
            ]
            otherwise = statement.otherwise
            if otherwise is not None:
                arms.append((None, lambda: self.body(otherwise, sink)))
            self._branch(arms, sink)
        else:
            self._assert(statement, sink)

    def condition(self, test: template.Expr) -> str:
        return expressions.show(test, _Conditions(self))

    def scope(self) -> expressions.Scope:
        """The scope of the expressions at this place."""
        return _Scope(self)

    def show(self, expr: template.Expr) -> str:
        """An expression's text."""
        return expressions.show(expr, _Scope(self))

    def argument(self, value: template.Expr) -> Expr:
        """An argument of a block."""
        if isinstance(value, template.Literal):
            return Const(value.value)
        return Raw(self.show(value))

    def _let(self, statement: template.Let, sink: Sink) -> None:
        if isinstance(
            statement.value,
            template.OpValue | template.BlockValue | template.InitialiserValue,
        ):
            raise Unfollowable("a part with a name of its own")
        value = self.show(statement.value)
        sink.flush()
        names = [self.variables.bind(name, self._live()) for name in statement.names]
        if [value] != names:
            self.out.text(f"{', '.join(names)} = {value}")

    def _assert(self, statement: template.Assert, sink: Sink) -> None:
        try:
            test = self.condition(template.Unary("not", statement.condition))
            message = self.show(statement.message)
        except Unfollowable:
            return  # it is about sizes
        sink.flush()
        self.out.text(f"if {test}:")
        self.out.indent += 1
        self.out.add("raise ", Call("ValueError", ((None, Raw(message)),)))
        self.out.indent -= 1

    def _pipeline(self, statement: template.Pipeline, sink: Sink) -> list[str | None]:
        """Translate a chain; gives the channels of the values that come out."""
        flow: list[str | None] = [self.channels]
        for stage in statement.stages:
            flow = self._stage(stage, flow, sink)
            if len(flow) == 1:
                self.channels = flow[0]
        for name, channels in zip(statement.names, flow, strict=False):
            if sink.is_chain:
                raise Unfollowable("a named value inside a chain")
            self.known[name] = self._keep(channels, name)
        return flow

    def _keep(self, channels: str | None, name: str) -> str | None:
        """An expression for channels that will not change with the running count."""
        if channels is None or not any(mentions(channels, v) for v in self.block.running):
            return channels
        kept = self.variables.fresh(f"{name}_channels")
        self.out.text(f"{kept} = {channels}")
        return kept

    def _live(self) -> list[str]:
        texts = [*self.pinned, *self.known.values(), self.channels]
        return [text for text in texts if text is not None]

    # --- stages -------------------------------------------------------------------------------

    def _stage(
        self, stage: template.Stage, flow: list[str | None], sink: Sink
    ) -> list[str | None]:
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
        self._branch([(test, inside)], sink)
        return [self.channels]

    def _absent(self, label: str) -> None:
        """Say that a child may not be there, so that ``forward`` can ask."""
        if self.depth == 0 and label.isidentifier():
            self.out.text(f"self.{label}: nn.Module | None = None")

    def _unit(
        self, stage: template.Stage, flow: list[str | None], sink: Sink
    ) -> list[str | None]:
        unit = stage.unit
        if isinstance(unit, template.Named):
            if unit.name == "_":
                return flow
            if sink.is_chain:
                raise Unfollowable("a named value inside a chain")
            return [self.known.get(unit.name)]
        if isinstance(unit, template.Part):
            inputs = flow if unit.branches is None else self._branches(unit.branches, flow, sink)
            return [self._part(stage, unit, inputs, sink)]
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

    def _branches(
        self, unit: template.Branches, flow: list[str | None], sink: Sink
    ) -> list[str | None]:
        if sink.is_chain:
            raise Unfollowable("branches inside a chain")
        start = flow[0] if len(flow) == 1 else None
        return [
            channels
            for item in unit.items
            for channels in self._aside(start, lambda i=item: self._pipeline(i, sink))  # type: ignore[misc]
        ]

    def _aside(
        self, start: str | None, translate: Callable[[], list[str | None]]
    ) -> list[str | None]:
        """Translate what runs beside something else: ``start`` is needed again."""
        pins = len(self.pinned)
        self.pinned += [start] if start is not None else []
        self.channels = start
        made = translate()
        self.channels = start
        del self.pinned[pins:]
        self.pinned += [text for text in made if text is not None]
        return made

    def _combined(
        self,
        unit: template.Residual | template.Dense,
        flow: list[str | None],
        sink: Sink,
    ) -> str | None:
        if len(flow) != 1:
            raise Unfollowable("several values into a combinator")
        start = flow[0]

        def run(body: template.Body) -> list[str | None]:
            self.body(body, sink)
            return [self.channels]

        pins = len(self.pinned)
        self.pinned += [start] if start is not None else []
        inside = self._aside(start, lambda: run(unit.body))[0]
        if isinstance(unit, template.Dense):
            del self.pinned[pins:]
            if start is None or inside is None:
                return None
            return f"{_term(start)} + {_term(inside)}"
        if unit.shortcut is not None:
            shortcut = unit.shortcut
            before, self.asked = self.asked, not _is_short(shortcut)
            self._aside(start, lambda: run(shortcut))
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
        saved = self._save()
        made = self._sequential(unit.body)
        if isinstance(sink, Layers) and sink.variable is None and self.out.lines != saved.lines:
            # Lines have been written: what waits in this sink must be made before they run.
            self._restore(saved)
            sink.gather(self._list_name())
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

    def layers(self, labelled: bool, *, is_chain: bool = True) -> Layers:
        """The layers of a chain or list that begins here."""
        layers = Layers(self.out, labelled, is_chain)
        self.open_layers.append(layers)
        return layers

    def label(self, stage: template.Stage) -> Expr | None:
        """The stage's label; in a scope with labels every stage has a name."""
        if isinstance(stage.label, template.Literal):
            return Const(str(stage.label.value))
        if stage.label is not None:
            return Raw(self.show(stage.label))
        return None

    def _part(
        self,
        stage: template.Stage,
        unit: template.Part,
        inputs: list[str | None],
        sink: Sink,
    ) -> str | None:
        target = unit.target
        if isinstance(target, template.OpValue):
            return self._op(stage, target.keyword, unit.arguments, inputs, sink)
        if stage.overrides:
            raise Unfollowable("initial weights of something that is not known to be an op")
        if isinstance(target, template.BlockValue):
            return self._block(stage, target, unit.arguments, inputs, sink)
        return self._held(stage, target, unit.arguments, inputs, sink)

    # --- ops ----------------------------------------------------------------------------------

    def _op(
        self,
        stage: template.Stage,
        keyword: str,
        arguments: tuple[tuple[str, template.Expr], ...],
        inputs: list[str | None],
        sink: Sink,
    ) -> str | None:
        given = dict(arguments)
        varying = frozenset(n for n, value in given.items() if not _is_constant(value))
        made = self.block.file.instances.made(stage.span, keyword, varying)

        def fill(code: Code) -> Expr:
            return self._fill(code, given, made.op, inputs)

        if isinstance(made.recipe, FunctionRecipe):
            if sink.is_chain or stage.label is not None or stage.overrides:
                raise Unfollowable("a function inside a chain")
            return self._outgoing(made.channels, given, made.op, inputs)
        module = fill(made.recipe.make)
        self._register(stage, keyword, module, sink)
        return self._outgoing(made.channels, given, made.op, inputs)

    def _fill(
        self,
        code: Code,
        given: dict[str, template.Expr],
        op: object,
        inputs: list[str | None],
    ) -> Expr:
        """A recipe's code with the text's own expressions for the arguments."""
        if isinstance(code, Arg):
            if code.name not in given:
                return Const(getattr(op, code.name))
            value = given[code.name]
            if _is_constant(value) and hasattr(op, code.name):
                return Const(getattr(op, code.name))  # as the op has it: 2.0 for a 2
            return _expr(value, self)
        if isinstance(code, Inferred):
            if code.what == "constant":
                return Const(code.value)
            channels = inputs[code.input] if code.input < len(inputs) else None
            if code.what != "channels" or channels is None:
                raise Unfollowable("a size of which the text does not keep count")
            self.note(channels)
            return Raw(channels)
        if isinstance(code, Infix):
            left, right = (
                _sided(self._fill(side, given, op, inputs), code.operator)
                for side in (code.left, code.right)
            )
            return Raw(f"{left} {code.operator} {right}")
        if isinstance(code, CallCode):
            args = tuple((None, self._fill(a, given, op, inputs)) for a in code.args)
            kwargs = tuple((n, self._fill(a, given, op, inputs)) for n, a in code.kwargs)
            return Call(code.function, (*args, *kwargs))
        if isinstance(code, Input):
            raise Unfollowable("a tensor in a constructor")
        return expression(code, ())

    def note(self, channels: str) -> None:
        """Mark that an expression of channels is used: it may be that of the input."""
        self.block.uses_channels |= any(mentions(channels, n) for n in self.block.incoming)

    def _outgoing(
        self,
        code: Code,
        given: dict[str, template.Expr],
        op: object,
        inputs: list[str | None],
    ) -> str | None:
        try:
            made = self._fill(code, given, op, inputs)
        except Unfollowable:
            return None
        text = _flat(made)
        return text if text and text != "None" else None

    def _register(self, stage: template.Stage, keyword: str, module: Expr, sink: Sink) -> None:
        label = self.label(stage)
        if isinstance(sink, Attributes) and label is None:
            label = Const(self._automatic(stage, keyword))
        if isinstance(sink, Layers) and sink.labelled and label is None:
            label = Const(self._automatic(stage, keyword))
        if isinstance(sink, Layers) and not sink.is_chain:
            self.block.automatic[stage.span] = f"[{len(sink.pending)}]"
        sink.add(label, module)
        for parameter, value in stage.overrides:
            self._override(label, parameter, value, sink)

    def _override(
        self, label: Expr | None, parameter: str, value: template.Expr, sink: Sink
    ) -> None:
        if (
            not isinstance(value, template.InitialiserValue)
            or value.function not in CONSTANT
            or not isinstance(sink, Attributes)
            or not isinstance(label, Const)
            or not str(label.value).isidentifier()
            or any(not isinstance(v, template.Literal) for _, v in value.arguments)
        ):
            raise Unfollowable("initial weights that are drawn later")
        arguments = tuple(
            (n, v.value) for n, v in value.arguments if isinstance(v, template.Literal)
        )
        target = f"self.{label.value}.{parameter}"
        lines = draw(target, Initialiser(value.function, arguments), 0, self.out.indent)
        self.out.lines += [INDENT * self.out.indent + line for line in lines]

    def _automatic(self, stage: template.Stage, base: str) -> str:
        """The name of a child without a label among children with labels."""
        if self.depth and self.block.appearances(base) > 1:
            raise Unfollowable("a name that depends on what else is there")
        if base in RESERVED:
            base += "_"
        count = self.counts[base] = self.counts.get(base, 0) + 1
        name = base if count == 1 else f"{base}_{count}"
        if name in self.block.labels:
            raise Unfollowable("a name that is a label too")
        self.block.automatic[stage.span] = name
        return name

    # --- blocks -------------------------------------------------------------------------------

    def _block(
        self,
        stage: template.Stage,
        target: template.BlockValue,
        arguments: tuple[tuple[str, template.Expr], ...],
        inputs: list[str | None],
        sink: Sink,
    ) -> str | None:
        block = self.block.file.block(target.origin)
        given = dict((*target.arguments, *arguments))
        call = block.call(given, inputs, self)
        outgoing = block.outgoing(given, inputs, self)
        if outgoing is None:
            return self._asked(stage, target.name, call, sink)
        self._register(stage, target.name, call, sink)
        return outgoing

    def _asked(
        self, stage: template.Stage, name: str, call: Expr, sink: Sink
    ) -> str | None:
        """Make a module that has to be asked for its channels."""
        label = self.label(stage)
        if isinstance(sink, Attributes):
            if label is None:
                label = Const(self._automatic(stage, name))
            if isinstance(label, Const) and str(label.value).isidentifier():
                sink.add(label, call)
                return f"self.{label.value}.out_channels"
        sink.gather(self._list_name())
        variable = self.variables.temporary("block", self._live())
        self.out.add(f"{variable} = ", call)
        sink.add(label, Raw(variable))
        sink.flush()
        running = self._running(None)
        self.out.text(f"{running} = {variable}.out_channels")
        return running

    def _held(
        self,
        stage: template.Stage,
        target: template.Local,
        arguments: tuple[tuple[str, template.Expr], ...],
        inputs: list[str | None],
        sink: Sink,
    ) -> str | None:
        """A part that a parameter holds."""
        kind = self.block.kinds.get(target.name)
        function = self.local(target.name)
        if kind == "block":
            call = self.block.held_call(target.name, function, arguments, inputs, self)
            return self._asked(stage, target.name, call, sink)
        if kind not in ("op", "op-of-channels") or arguments or len(inputs) != 1:
            raise Unfollowable("a part that is not known")
        if stage.label is None and (isinstance(sink, Attributes) or sink.labelled):
            raise Unfollowable("a name that depends on an argument")
        channels = inputs[0]
        if kind == "op":
            self._register(stage, target.name, Call(function), sink)
            return channels
        if channels is None:
            raise Unfollowable("channels of which the text does not keep count")
        self.note(channels)
        self._register(stage, target.name, Call(function, ((None, Raw(channels)),)), sink)
        return channels

    # --- loops and conditions -----------------------------------------------------------------

    def _list_name(self) -> str:
        name, names = "layers", self.variables
        used = {layers.variable for layers in self.open_layers}
        for known in sorted(names.temporaries):
            if known.startswith(name) and known not in used:
                return known
        fresh = names.fresh(name)
        names.temporaries.add(fresh)
        return fresh

    def _running(self, start: str | None) -> str:
        """A variable for the running count, which holds ``start`` already where it can."""
        pinned = [text for text in (*self.pinned, *self.known.values()) if text is not None]
        for variable in self.block.running:
            if not any(mentions(text, variable) for text in pinned):
                if start is not None and start != variable:
                    self.out.text(f"{variable} = {start}")
                return variable
        variable = self.variables.fresh("channels")
        self.block.running.append(variable)
        if start is not None:
            self.note(start)
            self.out.text(f"{variable} = {start}")
        return variable

    def _loop(self, statement: template.Loop, sink: Sink) -> None:
        sink.gather(self._name_if_needed(sink))
        saved = self._save()
        start = self.channels
        self._turn(statement, sink)
        if self.channels == start:
            return
        self._restore(saved)
        if start is None:
            raise Unfollowable("channels of which the text does not keep count")
        running = self._running(start)
        self.channels = running
        self._turn(statement, sink, running)
        self.channels = running

    def _name_if_needed(self, sink: Sink) -> str:
        if isinstance(sink, Layers) and sink.variable is None:
            return self._list_name()
        return ""

    def _turn(
        self, statement: template.Loop, sink: Sink, running: str | None = None
    ) -> None:
        self.variables.open()
        if statement.targets:
            source = expressions.listed(statement.iterable, _Scope(self))
            names = [self.variables.bind(n, self._live()) for n in statement.targets]
            head = layout(f"for {', '.join(names)} in ", source, ":", self.out.indent)
        else:
            count = Raw(f"range({self.show(statement.iterable)})")
            head = layout("for _ in ", count, ":", self.out.indent)

        def inside() -> None:
            self.body(statement.body, sink, opens=False)

        self.out.lines += self._under(head, inside, sink, running)
        self.variables.close()

    def _under(
        self, head: list[str], translate: Callable[[], None], sink: Sink, running: str | None
    ) -> list[str]:
        """Lines under a head; the running count is brought up to date at their end."""
        outer, self.out.lines = self.out.lines, []
        self.out.indent += 1
        self.depth += 1
        translate()
        sink.flush()
        if running is not None and self.channels != running:
            if self.channels is None:
                raise Unfollowable("channels of which the text does not keep count")
            self.note(self.channels)
            self.out.text(_update(running, self.channels))
        self.depth -= 1
        self.out.indent -= 1
        lines, self.out.lines = self.out.lines, outer
        return [*head, *lines] if lines else []

    def _branch(self, arms: list[_Arm], sink: Sink) -> None:
        """An ``if``; where its arms end with different channels, a variable keeps count."""
        sink.gather(self._name_if_needed(sink))
        saved = self._save()
        start = self.channels
        ends = list(self._arms(arms, sink, None))
        complete = arms[-1][0] is None
        if all(end == ends[0] for end in ends) and (complete or ends[0] == start):
            self.channels = ends[0]
            return
        if not self.asked:
            self.channels = None
            return
        self._restore(saved)
        if start is None or any(end is None for end in ends):
            list(self._arms(arms, sink, None))
            self.channels = None
            return
        running = self._running(start)
        self.channels = running
        list(self._arms(arms, sink, running))
        self.channels = running

    def _arms(
        self, arms: list[_Arm], sink: Sink, running: str | None
    ) -> Iterator[str | None]:
        start = self.channels
        written: list[str] = []
        for index, (test, translate) in enumerate(arms):
            self.channels = start
            word = "else" if test is None else f"{'elif' if index else 'if'} {test}"
            head = [f"{INDENT * self.out.indent}{word}:"]
            lines = self._under(head, translate, sink, running)
            if not lines and not (index == len(arms) - 1 and written):
                margin = INDENT * self.out.indent
                lines = [f"{margin}{word}:", f"{margin}{INDENT}pass"]
            written += lines
            yield self.channels
        if any(not line.endswith(":") and line.strip() != "pass" for line in written):
            self.out.lines += written

    def _save(self) -> _Saved:
        return _Saved(
            list(self.out.lines),
            self.variables.snapshot(),
            dict(self.counts),
            dict(self.known),
            self.channels,
            list(self.block.running),
        )

    def _restore(self, saved: _Saved) -> None:
        self.out.lines = list(saved.lines)
        self.variables.restore(saved.variables)
        self.counts = dict(saved.counts)
        self.known = dict(saved.known)
        self.channels = saved.channels
        self.block.running = list(saved.running)


class _Scope(expressions.Scope):
    """A constructor as the scope of expressions."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor

    def local(self, name: str) -> str:
        return self.constructor.variables.find(name)

    def is_sequence(self, name: str) -> bool:
        return name in self.constructor.block.sequences

    def constant(self, value: template.Global) -> str:
        return self.constructor.block.file.constant(value)

    def channels(self, of: str | None) -> str:
        return self.constructor.channels_of(of)

    def part(self, value: template.OpValue | template.BlockValue) -> str:
        return self.constructor.block.file.part(value, self.constructor)


class _Conditions(_Scope):
    """The same for a condition, in which a parameter that holds a part is held against None."""

    def local(self, name: str) -> str:
        text = super().local(name)
        held = self.constructor.block.kinds.get(name, "value") != "value"
        return f"({text} is not None)" if held else text


def _is_constant(value: template.Expr) -> bool:
    return isinstance(value, template.Literal) or (
        isinstance(value, template.ListOf) and all(map(_is_constant, value.items))
    )


def _expr(value: template.Expr, constructor: Constructor) -> Expr:
    """An argument; a list of numbers is a tuple to torch."""
    if isinstance(value, template.Literal):
        return Const(value.value)
    if isinstance(value, template.ListOf):
        items = [constructor.show(item) for item in value.items]
        comma = "," if len(items) == 1 else ""
        return Raw(f"({', '.join(items)}{comma})")
    return Raw(constructor.show(value))


def _flat(expr: Expr) -> str:
    from archc.python.text import flat

    return flat(expr)


def _sided(expr: Expr, operator: str) -> str:
    """An operand of a sum or a product of channels; neither needs parentheses in its like."""
    text = _flat(expr)
    loose = r"[\w. *+]+" if operator == "+" else r"[\w. *]+" if operator == "*" else r"[\w.]+"
    return text if re.fullmatch(loose, text) else f"({text})"


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


def _update(running: str, channels: str) -> str:
    """The line that brings the running count up to date."""
    more = channels.removeprefix(f"{running} + ")
    if more != channels and re.fullmatch(r"[\w. *+]+", more):
        return f"{running} += {more}"
    return f"{running} = {channels}"


def _term(text: str) -> str:
    return text if " if " not in text else f"({text})"
