"""Expressions written as text and read again are the same expressions."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from syntaxkit import expression

from archdsl import ast
from archdsl.keywords import KEYWORDS
from archdsl.printer import unparse_expression
from archir.record import field_names
from archir.source import Source, Span

SPAN = Span(Source("made", ""), 0, 0)

words = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True).filter(lambda w: w not in KEYWORDS)
identifiers = words.map(lambda word: ast.Identifier(SPAN, word))
ints = st.integers(0, 10**30)
floats = st.floats(0, allow_nan=False, allow_infinity=False)


def tuples(items: st.SearchStrategy[Any], least: int, most: int = 4) -> st.SearchStrategy[Any]:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def plain() -> st.SearchStrategy[Any]:
    """Expressions without strings in them: those can stand in the holes of strings."""
    leaves = st.one_of(
        words.map(lambda word: ast.Name(SPAN, word)),
        st.one_of(ints, floats).map(lambda value: ast.Number(SPAN, value)),
        st.sampled_from([True, False, None]).map(lambda value: ast.Constant(SPAN, value)),
    )
    return st.recursive(leaves, compound, max_leaves=6)


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def node(kind: Any, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.builds(kind, st.just(SPAN), *parts)

    def is_chain(node: ast.Expr, signs: list[str]) -> bool:
        """A chain of one precedence is one node, from the left."""
        return isinstance(node, ast.Arithmetic) and node.rest[0][0] in signs

    def arithmetic(signs: list[str]) -> st.SearchStrategy[Any]:
        rest = tuples(st.tuples(st.sampled_from(signs), inner), 1)
        return node(ast.Arithmetic, inner.filter(lambda it: not is_chain(it, signs)), rest)

    def unary(sign: str) -> st.SearchStrategy[Any]:
        operand = inner.filter(lambda it: not (isinstance(it, ast.Unary) and it.operator == sign))
        return node(ast.Unary, st.just(sign), st.integers(1, 3), operand)

    trailers = st.one_of(
        node(ast.Attribute, words),
        node(ast.Index, inner),
        node(ast.Slice, st.none() | inner, st.none() | inner),
        arguments(inner),
    )
    base = inner.filter(lambda it: not isinstance(it, ast.Access))
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    return st.one_of(
        node(ast.ListDisplay, tuples(inner, 0)),
        node(ast.Comprehension, inner, tuples(identifiers, 1), inner, st.none() | inner),
        arithmetic(["+", "-"]),
        arithmetic(["*", "/", "//", "%"]),
        node(ast.Power, tuples(inner, 2)),
        unary("-"),
        unary("not"),
        node(ast.Compare, operators, inner, inner),
        node(ast.Logical, st.sampled_from(["and", "or"]), tuples(inner, 2)),
        node(ast.Range, inner, inner),
        node(ast.Conditional, tuples(st.tuples(inner, inner), 1), inner),
        node(ast.Access, base, tuples(trailers, 1)),
    )


def arguments(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    positional = st.builds(ast.Argument, st.just(SPAN), st.none(), inner)
    named = st.builds(ast.Argument, st.just(SPAN), identifiers, inner)
    return st.builds(
        lambda first, rest: ast.Arguments(SPAN, first + rest),
        tuples(positional, 0, 2),
        tuples(named, 0, 2),
    )


letters = st.characters(
    codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"
)
chunks = st.text(letters, min_size=1, max_size=6)


@st.composite
def texts(draw: st.DrawFn) -> ast.Text:
    """Strings; no two plain parts stand beside each other."""
    parts: list[Any] = []
    for part in draw(st.lists(st.one_of(chunks, plain()), max_size=4)):
        if not (isinstance(part, str) and parts and isinstance(parts[-1], str)):
            parts.append(part)
    return ast.Text(SPAN, tuple(parts))


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


@given(st.one_of(plain(), texts(), compound(plain() | texts())))
def test_what_is_written_is_read_again(node: ast.Expr) -> None:
    text = unparse_expression(node)
    again = expression(text)
    assert same(node, again), text
    assert unparse_expression(again) == text
