"""Ops and blocks applied: their constructors, with the text's expressions for the arguments."""

from __future__ import annotations

import re

from archc.python.follow.sinks import Attributes, Layers, Lines
from archc.python.follow.state import Flow, Sink, State
from archc.python.recipes import expression
from archc.python.text import INDENT, Call, Const, Display, Expr, Raw, flat
from archc.python.weights import CONSTANT, draw
from archir import template
from archir.init import Initialiser
from archir.op import Op
from archir.recipe import Arg, Code, FunctionRecipe, Inferred, Infix, Input, Items, Subscript, close
from archir.recipe import Call as CallCode
from archir.reserved import RESERVED
from archir.template import Unfollowable


class Applying(State):
    """Writes what a stage that names an op, a block or a parameter registers."""

    def apply(
        self,
        stage: template.Stage,
        unit: template.Part,
        inputs: Flow,
        sink: Sink,
    ) -> str | None:
        target = unit.target
        if isinstance(target, template.OpValue):
            return self._op(stage, target.keyword, unit.arguments, inputs, sink)
        if isinstance(target, template.BlockValue):
            return self._block(stage, target, unit.arguments, inputs, sink)
        return self._held(stage, target, unit.arguments, inputs, sink)

    # --- ops ----------------------------------------------------------------------------------

    def _op(
        self,
        stage: template.Stage,
        keyword: str,
        arguments: tuple[tuple[str, template.Expr], ...],
        inputs: Flow,
        sink: Sink,
    ) -> str | None:
        given = dict(arguments)
        varying = frozenset(n for n, value in given.items() if not _is_constant(value))
        constants = {n: _constant(value) for n, value in given.items() if n not in varying}
        made = self.block.file.instances.made(stage.span, keyword, varying, constants)

        def fill(code: Code) -> Expr:
            return self._fill(code, given, made.op, inputs)

        if isinstance(made.recipe, FunctionRecipe):
            if sink.is_chain or stage.label is not None or stage.overrides:
                raise Unfollowable("a function inside a chain")
            if made.op.takes() == "one" or getattr(made.op, "dim", 1) != 1:
                # What merges along the channels leaves the extents alone.
                self.extents.apply(made.op, given)
            return self._outgoing(made.channels, given, made.op, inputs)
        module = fill(made.recipe.make)
        self._register(stage, keyword, module, sink)
        outgoing = self._outgoing(made.channels, given, made.op, inputs)
        self.extents.apply(made.op, given)
        return outgoing

    def _fill(
        self,
        code: Code,
        given: dict[str, template.Expr],
        op: Op,
        inputs: Flow,
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
                if not self.extents.fixed:
                    raise Unfollowable("extents that an argument may change")
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
            tight = code.operator == "**" and re.fullmatch(r"[\w.]+", left + right)
            return Raw(f"{left}**{right}" if tight else f"{left} {code.operator} {right}")
        if isinstance(code, Subscript):
            return self._item(code, self._fill(code.base, given, op, inputs), op)
        if isinstance(code, Items):
            filled = (self._fill(item, given, op, inputs) for item in code.items)
            return Display("()", tuple((None, item) for item in filled))
        if isinstance(code, CallCode):
            args = tuple((None, self._fill(a, given, op, inputs)) for a in code.args)
            kwargs = tuple((n, self._fill(a, given, op, inputs)) for n, a in code.kwargs)
            return Call(code.function, (*args, *kwargs))
        if isinstance(code, Input):
            raise Unfollowable("a tensor in a constructor")
        return expression(code, ())

    def _item(self, code: Subscript, base: Expr, op: Op) -> Expr:
        """An entry of a list."""
        (index,) = code.items
        if isinstance(base, Const):
            return expression(close(code, op), ())
        if isinstance(base, Display) and isinstance(index, int):
            return base.items[index][1]
        text = flat(base)
        return Raw(f"{text if text.isidentifier() else f'({text})'}[{index}]")

    def _outgoing(
        self,
        code: Code,
        given: dict[str, template.Expr],
        op: Op,
        inputs: Flow,
    ) -> str | None:
        try:
            made = self._fill(code, given, op, inputs)
        except Unfollowable:
            return None
        text = flat(made)
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
            not isinstance(sink, Attributes)
            or not isinstance(label, Const)
            or not str(label.value).isidentifier()
        ):
            raise Unfollowable("initial weights that are drawn later")
        lines = Lines([], self.out.indent)
        target = f"self.{label.value}.{parameter}"
        if isinstance(value, template.Conditional):
            for index, (inner, test) in enumerate(value.arms):
                lines.text(f"{'elif' if index else 'if'} {self.condition(test)}:")
                _drawn(lines, target, inner, deeper=1)
            lines.text("else:")
            _drawn(lines, target, value.otherwise, deeper=1)
        else:
            _drawn(lines, target, value)
        if self.depth == 0:
            self.block.draws += lines.lines
        else:
            self.out.lines += lines.lines

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
        inputs: Flow,
        sink: Sink,
    ) -> str | None:
        block = self.block.file.block(target.origin)
        given = dict((*target.arguments, *arguments))
        self.extents.part(given)
        call = block.call(given, inputs, self)
        outgoing = block.outgoing(given, inputs, self)
        if outgoing is None:
            return self._asked(stage, target.name, call, sink)
        self._register(stage, target.name, call, sink)
        return outgoing

    def _asked(self, stage: template.Stage, name: str, call: Expr, sink: Sink) -> str | None:
        """Make a module that has to be asked for its channels."""
        label = self.label(stage)
        if isinstance(sink, Attributes):
            if label is None:
                label = Const(self._automatic(stage, name))
            if isinstance(label, Const) and str(label.value).isidentifier():
                sink.add(label, call)
                return f"self.{label.value}.out_channels"
        sink.gather(self.list_name())
        variable = self.variables.temporary("block", self.live())
        self.out.add(f"{variable} = ", call)
        sink.add(label, Raw(variable))
        sink.flush()
        running = self.running(None)
        self.out.text(f"{running} = {variable}.out_channels")
        return running

    def _held(
        self,
        stage: template.Stage,
        target: template.Local,
        arguments: tuple[tuple[str, template.Expr], ...],
        inputs: Flow,
        sink: Sink,
    ) -> str | None:
        """A part that a parameter holds."""
        self.extents.part({}, held=True)
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


def _drawn(lines: Lines, target: str, value: template.Expr, deeper: int = 0) -> None:
    """Write a parameter's own initial weights: such that the order of drawing does not matter."""
    if (
        not isinstance(value, template.InitialiserValue)
        or value.function not in CONSTANT
        or any(not isinstance(v, template.Literal) for _, v in value.arguments)
    ):
        raise Unfollowable("initial weights that are drawn later")
    arguments = tuple((n, v.value) for n, v in value.arguments if isinstance(v, template.Literal))
    indent = lines.indent + deeper
    drawn = draw(target, Initialiser(value.function, arguments), 0, indent)
    lines.lines += [INDENT * indent + line for line in drawn]


def _is_constant(value: template.Expr) -> bool:
    return isinstance(value, template.Literal) or (
        isinstance(value, template.ListOf) and all(map(_is_constant, value.items))
    )


def _constant(value: template.Expr) -> object:
    if isinstance(value, template.ListOf):
        return tuple(map(_constant, value.items))
    assert isinstance(value, template.Literal)
    return value.value


def _expr(value: template.Expr, constructor: State) -> Expr:
    """An argument; a list of numbers is a tuple to torch."""
    if isinstance(value, template.Literal):
        return Const(value.value)
    if isinstance(value, template.ListOf):
        return Display("()", tuple((None, Raw(constructor.show(item))) for item in value.items))
    return Raw(constructor.show(value))


def _sided(expr: Expr, operator: str) -> str:
    """An operand of a sum or a product of channels; neither needs parentheses in its like."""
    text = flat(expr)
    loose = r"[\w. *+]+" if operator == "+" else r"[\w. *]+" if operator == "*" else r"[\w.]+"
    return text if re.fullmatch(loose, text) else f"({text})"
