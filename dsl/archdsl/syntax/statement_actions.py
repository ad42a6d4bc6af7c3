"""What the parser makes of stages and statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal

from archdsl import rules
from archdsl.syntax.expression_actions import Children, ExpressionBuilder
from archdsl.syntax.tokens import Token
from archdsl.tree import ast
from archir.base.diagnostics import Label
from archir.base.record import Record
from archir.base.source import Span
from archir.program.expressions import Refused


class _Condition(Record):
    span: Span
    value: ast.Expr


class _Bindings(Record):
    span: Span
    names: tuple[ast.Identifier, ...]


def _from_to(first: ast.Node, last: ast.Node) -> Span:
    """What reaches from one node to another, which are often the same."""
    return first.span if first is last else first.span.to(last.span)


def _places(branches: ast.Branches | None) -> tuple[ast.Index | ast.Slice, ...]:
    """What ``ys [i]`` or ``ys [a: b]`` may say beside a branch: an item, or several."""
    item = branches.items[0] if branches is not None and len(branches.items) == 1 else None
    if branches is None or not isinstance(item, ast.Pipeline) or len(item.stages) > 1:
        return ()
    (stage,) = item.stages
    value = _value(stage.unit)
    if value is None or stage.overrides or stage.condition or item.names or item.ascription:
        return ()
    label = stage.label
    if label is None:
        return (ast.Index(branches.span, value),)
    if not isinstance(label.name, str):
        return ()
    return (ast.Slice(branches.span, ast.Name(label.span, label.name), value),)


def _value(unit: ast.Unit) -> ast.Expr | None:
    """A stage that could be an expression as well: ``i``, ``f(i)`` or ``ys[0]``."""
    if not isinstance(unit, ast.PartUse) or unit.splice or unit.name.text == "_":
        return None
    trailers: tuple[ast.Trailer, ...] = unit.places
    if unit.branches is not None and not trailers:
        return None
    if unit.arguments is not None:
        trailers = (unit.arguments,)
    return ast.Access(unit.span, unit.name, trailers) if trailers else unit.name


def one_by_one(made: Iterable[Any]) -> Iterator[Any]:
    """Statements, of which some were written as one."""
    for each in made:
        yield from each if isinstance(each, list) else (each,)


def _items_named(rows: Sequence[ast.Row]) -> Iterator[ast.Let]:
    """The statements that give the items of rows their names, from the outside."""
    for row in rows:
        value = ast.Name(row.span, row.hidden.text)
        yield ast.Let(row.span, row.names, value, is_hidden=True)
        yield from _items_named(row.rows)


class StatementBuilder(ExpressionBuilder):
    """The actions of what stands in a body."""

    # --- stages

    def pipeline(self, children: Children) -> ast.Pipeline | ast.For | ast.RepeatLoop:
        *stages, bindings, ascription = children
        first: ast.Stage = stages[0]
        is_alone = len(children) == 3 and first.span is first.unit.span and bindings is ascription
        if is_alone and isinstance(first.unit, ast.For | ast.RepeatLoop):
            return first.unit  # a loop by itself is a statement
        self._check_conditions(stages, bindings)
        names = bindings.names if bindings is not None else ()
        span = _from_to(stages[0], ascription or bindings or stages[-1])
        return ast.Pipeline(span, tuple(stages), names, ascription)

    def _check_conditions(self, stages: list[ast.Stage], bindings: _Bindings | None) -> None:
        for stage, after in pairwise(stages):
            if stage.condition is not None:
                problem = rules.chains.ConditionNotLast("->")
                label = Label(after.span, "this stage stands behind it")
                self.report(problem, stage.condition.span, [label])
        condition = stages[-1].condition
        if condition is not None and bindings is not None:
            label = Label(bindings.span, "this stands behind it")
            self.report(rules.chains.ConditionNotLast("as"), condition.span, [label])

    def bindings(self, children: Children) -> _Bindings:
        return _Bindings(self.between(children[0], children[-1]), self.identifiers(children[1:]))

    def stage(self, children: Children) -> ast.Stage:
        label, unit, *overrides, condition = children
        value = condition.value if condition is not None else None
        span = _from_to(label or unit, condition or (overrides[-1] if overrides else unit))
        return ast.Stage(span, label, unit, tuple(overrides), value)

    def label(self, children: Children) -> ast.Label:
        (name,) = children
        if isinstance(name, ast.Text):
            return ast.Label(name.span, name)
        return ast.Label(self.span(name), None if name.text == "_" else name.text)

    def override(self, children: Children) -> ast.Override:
        start, name, value = children
        span = Span(self.source, start.start, value.span.end)
        return ast.Override(span, self.identifier(name), value)

    def condition(self, children: Children) -> _Condition:
        start, value = children
        return _Condition(Span(self.source, start.start, value.span.end), value)

    def use(self, children: Children) -> ast.PartUse:
        name, arguments, branches, taps = children
        used = self._part_use(name, name, arguments, branches, splice=False)
        if taps is None:
            return used
        end, labels = taps
        span = Span(self.source, name.start, end)
        return ast.PartUse(span, used.name, arguments, branches, False, used.places, labels)

    def upto(self, children: Children) -> tuple[int, tuple[ast.Label, ...]]:
        *_, end = children
        return end.end, tuple([each for each in children if isinstance(each, ast.Label)])

    def tap(self, children: Children) -> ast.Label:
        (name,) = children
        if isinstance(name, ast.Text):
            return ast.Label(name.span, name)
        return ast.Label(self.span(name), name.text)

    def item(self, children: Children) -> ast.PartUse:
        name, *places = children
        span = Span(self.source, name.start, places[-1].span.end)
        return ast.PartUse(span, self.named_by(name), None, None, False, tuple(places))

    def splice(self, children: Children) -> ast.PartUse:
        star, name, arguments, branches = children
        return self._part_use(star, name, arguments, branches, splice=True)

    def _part_use(
        self,
        first: Token,
        name: Token,
        arguments: ast.Arguments | None,
        branches: ast.Branches | None,
        splice: bool,
    ) -> ast.PartUse:
        last = branches or arguments
        end = last.span.end if last is not None else name.end
        span = Span(self.source, first.start, end)
        places = () if arguments is not None or splice else _places(branches)
        return ast.PartUse(span, self.named_by(name), arguments, branches, splice, places)

    def sequence(self, children: Children) -> ast.Sequence:
        return ast.Sequence(children[0].span, children[0])

    def branches(self, children: Children) -> ast.Branches:
        opener, *items, closer = children
        items = list(one_by_one(items))
        for item in items:
            unit = item.stages[0].unit if isinstance(item, ast.Pipeline) else None
            if isinstance(unit, ast.For | ast.RepeatLoop) and item.stages[0].label is None:
                self.report(rules.chains.LoopHeadsBranch(), unit.span)
        return ast.Branches(self.between(opener, closer), tuple(items))

    def residual(self, children: Children) -> ast.Residual:
        start, condition, body, shortcut = children
        span = Span(self.source, start.start, (shortcut or body).span.end)
        return ast.Residual(span, body, shortcut, None if condition is None else condition.value)

    def dense(self, children: Children) -> ast.Dense:
        start, body = children
        return ast.Dense(Span(self.source, start.start, body.span.end), body)

    # --- statements

    def body(self, children: Children) -> ast.Body:
        opener, *statements, closer = children
        flat = tuple(one_by_one(statements))
        for before, statement in pairwise(flat):
            if isinstance(before, ast.If) and isinstance(statement, ast.Pipeline):
                self._check_else(before, statement)
        return ast.Body(self.between(opener, closer), flat)

    def _check_else(self, before: ast.If, statement: ast.Pipeline) -> None:
        """``else: relu`` behind an ``if``: nobody means a label."""
        label = statement.stages[0].label
        if label is not None and label.name == "else" and before.otherwise is None:
            colon = self.source.text.find(":", label.span.end)
            self.report(rules.habits.ColonForBraces(), Span(self.source, colon, colon + 1))

    def let(self, children: Children) -> ast.Let | list[ast.Let]:
        """One, or several where it names the items of rows in the row."""
        start, *targets, value = children
        span = Span(self.source, start.start, value.span.end)
        value = self._sure(value)
        names, rows = self.targets(targets)
        made = ast.Let(span, names, value, self.docs.above(start.start))
        return [made, *_items_named(rows)] if rows else made

    def for_(self, children: Children) -> ast.For:
        start, *targets, iterable, body = children
        span = Span(self.source, start.start, body.span.end)
        names, rows = self.targets(targets)
        if rows:
            body = ast.Body(body.span, (*_items_named(rows), *body.statements))
        return ast.For(span, names, self._sure(iterable), body)

    def repeat(self, children: Children) -> ast.RepeatLoop | ast.For:
        start, count, body = children
        is_named = isinstance(count, ast.Compare) and count.operator == "in"
        if is_named and isinstance(count.left, ast.Name):
            name, over = count.left, count.right.span.text
            over = over if "(" in over or "[" in over or ".." in over else f"1..{over}"
            self.report(rules.habits.RepeatWithName(name.text, over), count.span)
            span = Span(self.source, start.start, body.span.end)
            return ast.For(span, (ast.Identifier(name.span, name.text),), Refused(count.span), body)
        return ast.RepeatLoop(Span(self.source, start.start, body.span.end), count, body)

    def if_(self, children: Children) -> ast.If:
        start, *pairs, otherwise = children
        arms = tuple(zip(pairs[::2], pairs[1::2], strict=True))
        last = otherwise or arms[-1][1]
        return ast.If(Span(self.source, start.start, last.span.end), arms, otherwise)

    def assert_(self, children: Children) -> ast.Assert:
        start, condition, message = children
        span = Span(self.source, start.start, message.span.end)
        return ast.Assert(span, condition, message)

    def input_(self, children: Children) -> ast.Input:
        start, *items = children
        return ast.Input(Span(self.source, start.start, items[-1].span.end), tuple(items))

    def input_item(self, children: Children) -> ast.InputItem:
        name, dtype, shape = children
        kind = self.identifier(dtype) if dtype is not None else None
        span = Span(self.source, name.start, shape.span.end)
        return ast.InputItem(span, self.identifier(name), kind, shape)

    def output(self, children: Children) -> ast.OutputStatement:
        start, *items, when = children
        end = when.end if when is not None else items[-1].span.end
        mode = self.identifier(when) if when is not None else None
        return ast.OutputStatement(Span(self.source, start.start, end), tuple(items), mode)

    def output_item(self, children: Children) -> ast.OutputItem:
        name, value = self.identifier(children[0]), children[1]
        span = name.span if value is None else name.span.to(value.span)
        return ast.OutputItem(span, name, value)

    def raw(self, children: Children) -> ast.ParamStatement:
        start, name, dtype, shape, value, *options = children
        kind: Literal["param", "buffer"] = "param" if start.type == "PARAM" else "buffer"
        word = None if dtype is None else self.identifier(dtype)
        span = Span(self.source, start.start, (options[-1] if options else value).span.end)
        return ast.ParamStatement(
            span, kind, self.identifier(name), word, shape, value, tuple(options)
        )

    def module(self, children: Children) -> ast.ModuleStatement:
        start, name, label, unit, *overrides = children
        span = Span(self.source, start.start, (overrides[-1] if overrides else unit).span.end)
        return ast.ModuleStatement(span, self.identifier(name), label, unit, tuple(overrides))

    def train_only(self, children: Children) -> ast.TrainOnlyStatement:
        start, body = children
        return ast.TrainOnlyStatement(Span(self.source, start.start, body.span.end), body)

    def init(self, children: Children) -> ast.InitStatement:
        start, _, *items, closer = children
        rules = [item for item in items if isinstance(item, ast.Rule)]
        return ast.InitStatement(self.between(start, closer), tuple(rules))

    def rule(self, children: Children) -> ast.Rule:
        selector, value = children
        return ast.Rule(selector.span.to(value.span), selector, value)

    def selector(self, children: Children) -> ast.Selector:
        target, parameter = children
        is_path = target.type == "STRING"
        return ast.Selector(self.between(target, parameter), target.text, is_path, parameter.text)

    def _sure(self, value: ast.Expr) -> ast.Expr:
        """A value, of which nothing is known where its brackets are a guess."""
        return Refused(value.span) if self._is_mended(value.span.start, value.span.end) else value

    def _is_mended(self, start: int, end: int) -> bool:
        """Whether brackets of the head of a declaration are a guess."""
        return any(start <= each < end for each in self.mended)
