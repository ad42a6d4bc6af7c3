"""What the parser makes of stages, statements and declarations."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from archdsl import ast, rules
from archdsl.build_expressions import Children, ExpressionBuilder
from archdsl.tokens import Token
from archir.diagnostics import Label
from archir.record import Record
from archir.source import Span


class _Edition(Record):
    span: Span
    number: int


class _Condition(Record):
    span: Span
    value: ast.Expr


class _Bindings(Record):
    span: Span
    names: tuple[ast.Identifier, ...]


class _Refused(Record):
    """Stands where something was refused, until the parse ends without a result."""

    span: Span


def _from_to(first: ast.Node, last: ast.Node) -> Span:
    """What reaches from one node to another, which are often the same."""
    return first.span if first is last else first.span.to(last.span)


class FileBuilder(ExpressionBuilder):
    """All actions of the grammar."""

    def error(self, children: Children) -> _Refused:
        return _Refused(self.span(children[0]))

    # --- stages

    def pipeline(self, children: Children) -> ast.Pipeline:
        *stages, bindings, ascription = children
        self._check_conditions(stages, bindings)
        names = bindings.names if bindings is not None else ()
        span = _from_to(stages[0], ascription or bindings or stages[-1])
        return ast.Pipeline(span, tuple(stages), names, ascription)

    def _check_conditions(self, stages: list[ast.Stage], bindings: _Bindings | None) -> None:
        for stage, after in pairwise(stages):
            if stage.condition is not None:
                problem = rules.syntax.ConditionNotLast("->")
                label = Label(after.span, "this stage stands behind it")
                self.report(problem, stage.condition.span, [label])
        condition = stages[-1].condition
        if condition is not None and bindings is not None:
            label = Label(bindings.span, "this stands behind it")
            self.report(rules.syntax.ConditionNotLast("as"), condition.span, [label])

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
        name, arguments, branches = children
        return self._part_use(name, name, arguments, branches, splice=False)

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
        return ast.PartUse(span, self.named_by(name), arguments, branches, splice)

    def sequence(self, children: Children) -> ast.Sequence:
        return ast.Sequence(children[0].span, children[0])

    def branches(self, children: Children) -> ast.Branches:
        opener, *items, closer = children
        return ast.Branches(self.between(opener, closer), tuple(items))

    def residual(self, children: Children) -> ast.Residual:
        start, body, shortcut = children
        span = Span(self.source, start.start, (shortcut or body).span.end)
        return ast.Residual(span, body, shortcut)

    def dense(self, children: Children) -> ast.Dense:
        start, body = children
        return ast.Dense(Span(self.source, start.start, body.span.end), body)

    # --- statements

    def body(self, children: Children) -> ast.Body:
        opener, *statements, closer = children
        return ast.Body(self.between(opener, closer), tuple(statements))

    def let(self, children: Children) -> ast.Let:
        start, *names, value = children
        span = Span(self.source, start.start, value.span.end)
        return ast.Let(span, self.identifiers(names), value, self.docs.above(start.start))

    def for_(self, children: Children) -> ast.For:
        start, *targets, iterable, body = children
        span = Span(self.source, start.start, body.span.end)
        return ast.For(span, self.identifiers(targets), iterable, body)

    def repeat(self, children: Children) -> ast.RepeatLoop:
        start, count, body = children
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
        start, name, shape, value = children
        kind: Literal["param", "buffer"] = "param" if start.type == "PARAM" else "buffer"
        span = Span(self.source, start.start, value.span.end)
        return ast.ParamStatement(span, kind, self.identifier(name), shape, value)

    def module(self, children: Children) -> ast.ModuleStatement:
        start, name, label, unit = children
        span = Span(self.source, start.start, unit.span.end)
        return ast.ModuleStatement(span, self.identifier(name), label, unit)

    def train_only(self, children: Children) -> ast.TrainOnlyStatement:
        start, body = children
        return ast.TrainOnlyStatement(Span(self.source, start.start, body.span.end), body)

    def init(self, children: Children) -> ast.InitStatement:
        start, _, *items, closer = children
        return ast.InitStatement(self.between(start, closer), tuple(items))

    def rule(self, children: Children) -> ast.Rule:
        selector, value = children
        return ast.Rule(selector.span.to(value.span), selector, value)

    def selector(self, children: Children) -> ast.Selector:
        target, parameter = children
        is_path = target.type == "STRING"
        return ast.Selector(self.between(target, parameter), target.text, is_path, parameter.text)

    # --- declarations

    def edition(self, children: Children) -> _Edition:
        return _Edition(self.between(*children), int(children[1].text, 0))

    def import_(self, children: Children) -> ast.Import:
        start, path, *names = children
        if isinstance(path, Token):
            where: tuple[str, ...] | str = path.text
            path_span = self.span(path)
        else:
            where = tuple(token.text for token in path)
            path_span = self.between(path[0], path[-1])
        span = self.between(start, names[-1])
        return ast.Import(span, where, path_span, self.identifiers(names))

    def module_path(self, children: Children) -> Children:
        return children

    def part(self, children: Children) -> ast.PartDeclaration:
        start, name, params, body = children
        kind: Literal["block", "model"] = "block" if start.type == "BLOCK" else "model"
        span = Span(self.source, start.start, body.span.end)
        doc = self.docs.above(start.start)
        return ast.PartDeclaration(span, kind, self.identifier(name), params, body, doc)

    def variant(self, children: Children) -> ast.Variant:
        start, name, value = children
        span = Span(self.source, start.start, value.span.end)
        return ast.Variant(span, self.identifier(name), value, self.docs.above(start.start))

    def function(self, children: Children) -> ast.Function:
        start, name, params, value = children
        span = Span(self.source, start.start, value.span.end)
        doc = self.docs.above(start.start)
        return ast.Function(span, self.identifier(name), params, value, doc)

    def parameters(self, children: Children) -> tuple[ast.Param, ...]:
        return tuple(children)

    def parameter(self, children: Children) -> ast.Param:
        name, kind, domain, default = children
        identifier = self.identifier(name)
        last = default or domain or kind or identifier
        return ast.Param(identifier.span.to(last.span), identifier, kind, domain, default)

    def type(self, children: Children) -> ast.TypeName:
        name, element = children
        end = element.span.end if element is not None else name.end
        return ast.TypeName(Span(self.source, name.start, end), name.text, element)

    def start(self, children: Children) -> ast.File:
        edition: _Edition | None = None
        for number, item in enumerate(children):
            if isinstance(item, _Edition):
                self._check_edition(item, edition, first=number == 0)
                edition = edition or item
        declarations = tuple(item for item in children if not isinstance(item, _Edition))
        number_of = edition.number if edition is not None else None
        where = edition.span if edition is not None else None
        return ast.File(
            Span(self.source, 0, len(self.source.text)),
            self.source,
            number_of,
            where,
            declarations,
            self.docs.file,
        )

    def _check_edition(self, edition: _Edition, earlier: _Edition | None, first: bool) -> None:
        if earlier is not None:
            label = Label(earlier.span, "the first")
            self.report(rules.editions.RepeatedEdition(), edition.span, [label])
        elif not first:
            self.report(rules.editions.MisplacedEdition(), edition.span)
        elif edition.number < 1:
            self.report(rules.editions.UnknownEdition(edition.number), edition.span)
