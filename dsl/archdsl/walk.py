"""What is inside of expressions and bodies, for passes that treat most of it alike."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import ast


def modules_ahead(body: ast.Body) -> dict[str, ast.ModuleStatement]:
    """The ``module`` statements of a declaration's body that may be applied before they stand.

    They stand in the body itself or in an ``if`` of it, and no other has their name.
    """
    found: dict[str, list[ast.ModuleStatement]] = {}
    for statement in own_statements(body):
        if isinstance(statement, ast.ModuleStatement):
            found.setdefault(statement.name.text, []).append(statement)
    return {name: nodes[0] for name, nodes in found.items() if len(nodes) == 1}


def own_statements(body: ast.Body) -> Iterator[ast.Statement]:
    """The statements of a declaration's body, and those in an ``if`` of it."""
    bodies = [body]
    for inner in bodies:  # grows while it is walked
        for statement in inner.statements:
            yield statement
            if isinstance(statement, ast.If):
                bodies.extend(arm for _, arm in statement.arms)
                bodies.extend([] if statement.otherwise is None else [statement.otherwise])


def parts_of(expr: ast.Expr) -> Iterator[ast.Expr]:
    """The expressions directly inside of one, in the order of the text.

    Those of a comprehension are left out: they see its own names.
    """
    match expr:
        case ast.Text(parts=parts):
            yield from (part for part in parts if not isinstance(part, str))
        case ast.ListDisplay(items=items):
            yield from items
        case ast.Arithmetic(first=first, rest=rest):
            yield first
            yield from (operand for _, operand in rest)
        case ast.Power(operands=operands) | ast.Logical(operands=operands):
            yield from operands
        case ast.Unary(operand=operand):
            yield operand
        case ast.Compare(left=left, right=right):
            yield from (left, right)
        case ast.Range(first=first, last=last):
            yield from (first, last)
        case ast.Conditional(arms=arms, otherwise=otherwise):
            for value, condition in arms:
                yield from (value, condition)
            yield otherwise
        case ast.Access(base=base, trailers=trailers):
            yield base
            for trailer in trailers:
                yield from parts_of_trailer(trailer)
        case _:
            return


def parts_of_trailer(trailer: ast.Trailer) -> Iterator[ast.Expr]:
    """The expressions inside of a call's parentheses or an index's brackets."""
    match trailer:
        case ast.Index(index=index):
            yield index
        case ast.Slice(first=first, last=last):
            yield from (bound for bound in (first, last) if bound is not None)
        case ast.Arguments(items=items):
            yield from (item.value for item in items)
        case _:
            return
