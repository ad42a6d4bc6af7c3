"""Expressions written as text and read again are the same expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from syntaxkit import expression

from archdsl.tree import ast
from archdsl.tree.outline import unparse_expression
from archir.base.record import field_names
from archir.base.source import Source, Span

SPAN = Span(Source("made", ""), 0, 0)
NAMES = ["_", "a", "e1", "x_2", "format"]
NUMBERS = [*(0, 7, 10**30), *(0.0, 1.0, 0.1, 1e16, 1e-7, 1.5e300, 5e-324)]
LETTERS = st.characters(
    codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"
)


class Maker:
    """Draws an expression of a limited depth."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, items: list[Any]) -> Any:
        return items[self.draw(st.integers(0, len(items) - 1))]

    def some(self, make: Callable[[], Any], least: int) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.pick([least, least + 1, least + 2])))

    def identifier(self) -> ast.Identifier:
        return ast.Identifier(SPAN, self.pick(NAMES))

    def expression(self, depth: int, strings: bool = True) -> Any:
        forms = [self.name, self.number, self.constant]
        if strings:
            forms.append(lambda: self.text(depth))
        if depth == 0:
            return self.pick(forms)()

        def inner() -> Any:
            return self.expression(depth - 1, strings)

        compound: list[Callable[[Callable[[], Any]], Any]] = [
            *(self.display, self.comprehension, self.sum, self.product, self.power, self.minus),
            *(self.negated, self.compare, self.logical, self.range, self.choice, self.access),
        ]
        return self.pick(compound)(inner) if self.pick([0, 1, 2]) else self.pick(forms)()

    def name(self) -> ast.Name:
        return ast.Name(SPAN, self.pick(NAMES))

    def number(self) -> ast.Number:
        return ast.Number(SPAN, self.pick(NUMBERS))

    def constant(self) -> ast.Truth:
        return ast.Truth(SPAN, self.pick([True, False, None]))

    def text(self, depth: int) -> ast.Text:
        """No string stands in the hole of a string, no plain part beside another."""
        parts: list[Any] = []
        for _ in range(self.pick([0, 1, 2, 3])):
            if (parts and isinstance(parts[-1], str)) or self.pick([True, False]):
                parts.append(self.expression(max(depth - 1, 0), strings=False))
            else:
                parts.append(self.draw(st.text(LETTERS, min_size=1, max_size=4)))
        return ast.Text(SPAN, tuple(parts))

    def display(self, inner: Callable[[], Any]) -> ast.Expr:
        return ast.ListDisplay(SPAN, self.some(inner, 0))

    def comprehension(self, inner: Callable[[], Any]) -> ast.Expr:
        condition = self.pick([None, inner])
        names = self.some(self.identifier, 1)
        return ast.Comprehension(SPAN, inner(), names, inner(), condition and condition())

    def sum(self, inner: Callable[[], Any]) -> ast.Expr:
        return self.chain(["+", "-"], inner)

    def product(self, inner: Callable[[], Any]) -> ast.Expr:
        return self.chain(["*", "/", "//", "%"], inner)

    def chain(self, signs: list[str], inner: Callable[[], Any]) -> ast.Expr:
        """A chain of one precedence is one node, from the left."""
        first = inner()
        rest = self.some(lambda: (self.pick(signs), inner()), 1)
        if isinstance(first, ast.Arithmetic) and first.rest[0][0] in signs:
            return ast.Arithmetic(SPAN, first.first, (*first.rest, *rest))
        return ast.Arithmetic(SPAN, first, rest)

    def power(self, inner: Callable[[], Any]) -> ast.Expr:
        return ast.Power(SPAN, self.some(inner, 2))

    def minus(self, inner: Callable[[], Any]) -> ast.Expr:
        return self.unary("-", inner())

    def negated(self, inner: Callable[[], Any]) -> ast.Expr:
        return self.unary("not", inner())

    def unary(self, sign: Any, operand: Any) -> ast.Expr:
        if isinstance(operand, ast.Unary) and operand.operator == sign:
            operand = operand.operand
        return ast.Unary(SPAN, sign, self.pick([1, 2, 3]), operand)

    def compare(self, inner: Callable[[], Any]) -> ast.Expr:
        sign = self.pick(["==", "!=", "<", "<=", ">", ">="])
        return ast.Compare(SPAN, sign, inner(), inner())

    def logical(self, inner: Callable[[], Any]) -> ast.Expr:
        return ast.Logical(SPAN, self.pick(["and", "or"]), self.some(inner, 2))

    def range(self, inner: Callable[[], Any]) -> ast.Expr:
        return ast.Range(SPAN, inner(), inner())

    def choice(self, inner: Callable[[], Any]) -> ast.Expr:
        return ast.Conditional(SPAN, self.some(lambda: (inner(), inner()), 1), inner())

    def access(self, inner: Callable[[], Any]) -> ast.Expr:
        base = inner()
        trailers = self.some(lambda: self.trailer(inner), 1)
        if isinstance(base, ast.Access):
            return ast.Access(SPAN, base.base, base.trailers + trailers)
        return ast.Access(SPAN, base, trailers)

    def trailer(self, inner: Callable[[], Any]) -> ast.Trailer:
        kind = self.pick([0, 1, 2, 3])
        if kind == 0:
            return ast.Attribute(SPAN, self.pick(NAMES))
        if kind == 1:
            return ast.Index(SPAN, inner())
        if kind == 2:
            first, last = self.pick([None, inner]), self.pick([None, inner])
            return ast.Slice(SPAN, first and first(), last and last())
        positional = self.some(lambda: ast.Argument(SPAN, None, inner()), 0)
        named = self.some(lambda: ast.Argument(SPAN, self.identifier(), inner()), 0)
        return ast.Arguments(SPAN, positional + named)


@st.composite
def expressions(draw: st.DrawFn) -> ast.Expr:
    made: ast.Expr = Maker(draw).expression(depth=3)
    return made


def same(one: Any, other: Any) -> bool:
    """Equal but for the spans."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, ast.Node):
        names = [name for name in field_names(one) if name != "span"]
        return type(one) is type(other) and all(
            same(getattr(one, name), getattr(other, name)) for name in names
        )
    return type(one) is type(other) and bool(one == other)


@given(expressions())
def test_what_is_written_is_read_again(node: ast.Expr) -> None:
    text = unparse_expression(node)
    again = expression(text)
    assert same(node, again), text
    assert unparse_expression(again) == text
