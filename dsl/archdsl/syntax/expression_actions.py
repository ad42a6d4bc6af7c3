"""What the parser makes of expressions, shapes and names: the actions named like its rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from archdsl import rules
from archdsl.syntax.docs import Docs
from archdsl.syntax.limits import MAX_EXPRESSION_DEPTH
from archdsl.syntax.tokens import Token
from archdsl.tree import ast
from archir.base.diagnostics import Label, Problem
from archir.base.record import replaced
from archir.base.source import Source, Span

_PYTHON_CONSTANTS = {"True": "true", "False": "false", "None": "none"}

_MEANT = {"True": True, "False": False, "None": None}

Children = list[Any]


def _free_size(none: Span) -> str | None:
    """How the ``None`` of ``input x: [None, 3, None, None]`` is written: a size has a name."""
    line = none.source.text[: none.start].rsplit("\n", 1)[-1]
    if none.text != "None" or not line.lstrip().startswith("input ") or "[" not in line:
        return None
    return ("N", "L = 16", "H = 224", "W = 224", "D = 16")[
        min(line.rsplit("[", 1)[1].count(","), 4)
    ]


class Report(Protocol):
    """Takes a problem, its place, and other places that have to do with it."""

    def __call__(self, problem: Problem, span: Span, related: Sequence[Label] = (), /) -> None: ...


class ExpressionBuilder:
    """Actions get the values of a rule's symbols, less the tokens that only mark its form."""

    def __init__(
        self, source: Source, docs: Docs, report: Report, mended: Sequence[int] = ()
    ) -> None:
        """``mended`` are the offsets at which brackets are a guess."""
        self.source = source
        self.mended = mended
        self.docs = docs
        self.report = report
        self._depths: dict[int, int] = {}
        self._kept: list[ast.Node] = []
        self._is_too_deep = False
        self.repaired: list[Span] = []
        """Where something is wrong and was read as it is meant."""

    # --- what actions are made of

    def span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)

    def between(self, first: Token, last: Token) -> Span:
        return Span(self.source, first.start, last.end)

    def identifier(self, token: Token) -> ast.Identifier:
        return ast.Identifier(self.span(token), token.text)

    def identifiers(self, tokens: Sequence[Token]) -> tuple[ast.Identifier, ...]:
        return tuple(self.identifier(token) for token in tokens)

    def _deep(self, node: Any, parts: Sequence[Any]) -> Any:
        """Note how deep an expression is. One that is too deep is refused and cut off."""
        depths = self._depths
        depth = 1
        for part in parts:
            inner = depths.get(id(part), 0)
            if inner >= depth:
                depth = inner + 1
        if depth > MAX_EXPRESSION_DEPTH:
            problem = rules.brackets.NestingTooDeep("expressions", MAX_EXPRESSION_DEPTH)
            if not self._is_too_deep:
                self.report(problem, node.span)
            self._is_too_deep = True
            return ast.Truth(node.span, None)
        depths[id(node)] = depth
        self._kept.append(node)  # so that no other node gets its id
        return node

    # --- operators

    def expression(self, children: Children) -> ast.Conditional:
        arms = tuple(zip(children[:-1:2], children[1::2], strict=True))
        span = children[0].span.to(children[-1].span)
        node: ast.Conditional = self._deep(ast.Conditional(span, arms, children[-1]), children)
        return node

    def either(self, children: Children) -> Any:
        return self._logical("or", children)

    def both(self, children: Children) -> Any:
        return self._logical("and", children)

    def _logical(self, operator: Any, children: Children) -> Any:
        span = children[0].span.to(children[-1].span)
        return self._deep(ast.Logical(span, operator, tuple(children)), children)

    def negated(self, children: Children) -> Any:
        return self._unary("not", children)

    def minus(self, children: Children) -> Any:
        return self._unary("-", children)

    def _unary(self, operator: Any, children: Children) -> Any:
        operand = children[-1]
        span = Span(self.source, children[0].start, operand.span.end)
        return self._deep(ast.Unary(span, operator, len(children) - 1, operand), [operand])

    def comparison(self, children: Children) -> ast.Expr:
        left, operator, right, *more = children
        if more:
            problem = rules.syntax.ChainedComparison(operator.text, more[0].text)
            self.report(problem, self.span(more[0]), [Label(self.span(operator), "the first")])
        span = left.span.to(right.span)
        node: ast.Expr = self._deep(ast.Compare(span, operator.text, left, right), [left, right])
        return node

    def membership(self, children: Children) -> Token:
        first, last = children[0], children[-1]
        return Token("COMPARE", "in" if first is last else "not in", first.start, last.end)

    def range(self, children: Children) -> ast.Expr:
        first, last, _, step = children
        inner = [first, last] if step is None else [first, last, step]
        made = ast.Range(first.span.to(inner[-1].span), first, last, step)
        node: ast.Expr = self._deep(made, inner)
        return node

    def sum(self, children: Children) -> ast.Expr:
        first, operands = children[0], children[2::2]
        rest = tuple((token.text, it) for token, it in zip(children[1::2], operands, strict=True))
        span = first.span.to(operands[-1].span)
        node: ast.Expr = self._deep(ast.Arithmetic(span, first, rest), children[::2])
        return node

    def product(self, children: Children) -> ast.Expr:
        return self.sum(children)

    def signs(self, children: Children) -> Children:
        return children

    def power(self, children: Children) -> Any:
        """From the right: where an exponent has a sign, all behind it stand under that sign."""
        operands = [children[-1]]
        for signs, operand in zip(children[-2::-2], children[-3::-2], strict=True):
            if signs:
                operands = [self._unary("-", [*signs, self._power(operands)])]
            operands.append(operand)
        return self._power(operands)

    def _power(self, backwards: Children) -> Any:
        if len(backwards) == 1:
            return backwards[0]
        span = backwards[-1].span.to(backwards[0].span)
        return self._deep(ast.Power(span, tuple(backwards[::-1])), backwards)

    # --- trailers

    def access(self, children: Children) -> ast.Expr:
        base, *trailers = children
        span = base.span.to(trailers[-1].span)
        node: ast.Expr = self._deep(ast.Access(span, base, tuple(trailers)), children)
        return node

    def attribute(self, children: Children) -> ast.Attribute:
        return ast.Attribute(self.between(*children), children[1].text)

    def index(self, children: Children) -> ast.Index:
        opener, index, closer = children
        node: ast.Index = self._deep(ast.Index(self.between(opener, closer), index), [index])
        return node

    def slice(self, children: Children) -> ast.Slice:
        opener, first, last, closer = children
        span = self.between(opener, closer)
        node: ast.Slice = self._deep(ast.Slice(span, first, last), [first, last])
        return node

    def arguments(self, children: Children) -> ast.Arguments:
        opener, *items, closer = children
        span = self.between(opener, closer)
        self._check_order(items)
        values = [item.value for item in items]
        node: ast.Arguments = self._deep(ast.Arguments(span, tuple(items)), values)
        return node

    def _check_order(self, items: Sequence[ast.Argument]) -> None:
        named: ast.Argument | None = None
        for item in items:
            if item.name is not None:
                named = named or item
            elif named is not None and named.name is not None:
                problem = rules.syntax.PositionalAfterNamed(named.name.text)
                self.report(problem, item.span, [Label(named.span, "the named argument")])
                return

    def named(self, children: Children) -> ast.Argument:
        name, value = self.identifier(children[0]), children[1]
        return ast.Argument(name.span.to(value.span), name, value)

    def positional(self, children: Children) -> ast.Argument:
        return ast.Argument(children[0].span, None, children[0])

    # --- atoms

    def name(self, children: Children) -> ast.Expr:
        name = self.named_by(children[0])
        if name.text in _PYTHON_CONSTANTS:  # it is clear what is meant
            if _free_size(name.span) is None:
                self.repaired.append(name.span)
            return ast.Truth(name.span, _MEANT[name.text])
        return name

    def named_by(self, token: Token) -> ast.Name:
        if token.text in _PYTHON_CONSTANTS:
            span = self.span(token)
            instead = _free_size(span) or _PYTHON_CONSTANTS[token.text]
            self.report(rules.habits.PythonConstant(token.text, instead), span)
        return ast.Name(self.span(token), token.text)

    def number(self, children: Children) -> ast.Number:
        token = children[0]
        value = float(token.text) if token.type == "FLOAT" else int(token.text, 0)
        return ast.Number(self.span(token), value)

    def constant(self, children: Children) -> ast.Truth:
        (token,) = children
        value = {"TRUE": True, "FALSE": False, "NONE": None}[token.type]
        return ast.Truth(self.span(token), value)

    def text(self, children: Children) -> ast.Text:
        (token,) = children
        return ast.Text(self.span(token), (token.text,) if token.text else ())

    def holed_text(self, children: Children) -> ast.Text:
        first, *parts, last = children
        pieces = tuple(part.text if isinstance(part, Token) else part for part in parts)
        node: ast.Text = self._deep(ast.Text(self.between(first, last), pieces), parts)
        return node

    def group(self, children: Children) -> ast.Expr:
        opener, inner, closer = children
        depth = self._depths.get(id(inner), 0)
        node: ast.Expr = replaced(inner, span=self.between(opener, closer))
        self._depths[id(node)] = depth
        self._kept.append(node)
        return node

    def list(self, children: Children) -> ast.Expr:
        opener, *items, closer = children
        span = self.between(opener, closer)
        node: ast.Expr = self._deep(ast.ListDisplay(span, tuple(items)), items)
        return node

    def comprehension(self, children: Children) -> ast.Expr:
        opener, element, *targets, iterable, condition, closer = children
        span = self.between(opener, closer)
        names, rows = self.targets(targets)
        made = ast.Comprehension(span, element, names, iterable, condition, rows)
        node: ast.Expr = self._deep(made, [element, iterable, condition])
        return node

    # --- names of items

    def row(self, children: Children) -> ast.Row:
        """``[a, b]`` among the names of a ``let`` or a loop."""
        opener, *targets, closer = children
        span = self.between(opener, closer)
        names, rows = self.targets(targets)
        hidden = ast.Identifier(span, f"[{', '.join(name.text for name in names)}]")
        return ast.Row(span, hidden, names, rows)

    def targets(self, children: Children) -> tuple[tuple[ast.Identifier, ...], tuple[ast.Row, ...]]:
        """The names that items get, and those among them that stand for the names of a row."""
        rows = tuple([each for each in children if isinstance(each, ast.Row)])
        names = [
            each.hidden if isinstance(each, ast.Row) else self.identifier(each) for each in children
        ]
        return tuple(names), rows

    # --- shapes

    def shape(self, children: Children) -> ast.Shape:
        opener, *dims, closer = children
        return ast.Shape(self.between(opener, closer), tuple(dims))

    def sized_dim(self, children: Children) -> ast.ShapeDim:
        token, default = children
        name = ast.Name(self.span(token), token.text)
        return ast.ShapeDim(name.span.to(default.span), name, default)

    def dim(self, children: Children) -> ast.ShapeDim:
        return ast.ShapeDim(children[0].span, children[0])
