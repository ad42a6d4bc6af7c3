"""The names that a declaration binds anywhere in it."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import ast
from archdsl.program import DeclarationNode


def bound_names(node: DeclarationNode) -> Iterator[ast.Identifier]:
    """Names of parameters, values, ``let``, loops, inputs and modules, in no special order."""
    if isinstance(node, ast.Function | ast.PartDeclaration):
        yield from (param.name for param in node.params)
    if isinstance(node, ast.PartDeclaration):
        yield from _in_body(node.body)


def _in_body(body: ast.Body) -> Iterator[ast.Identifier]:
    for statement in body.statements:
        yield from _in_statement(statement)


def _in_statement(statement: ast.Statement) -> Iterator[ast.Identifier]:
    match statement:
        case ast.Pipeline(stages=stages, names=names):
            yield from names
            for stage in stages:
                yield from _in_unit(stage.unit)
        case ast.Let(names=names):
            yield from names
        case ast.For(targets=targets, body=body):
            yield from targets
            yield from _in_body(body)
        case ast.RepeatLoop(body=body) | ast.TrainOnlyStatement(body=body):
            yield from _in_body(body)
        case ast.If(arms=arms, otherwise=otherwise):
            for _, body in arms:
                yield from _in_body(body)
            if otherwise is not None:
                yield from _in_body(otherwise)
        case ast.Input(items=items):
            yield from (item.name for item in items)
        case ast.ParamStatement(name=name):
            yield name
        case ast.ModuleStatement(name=name, unit=unit):
            yield name
            yield from _in_unit(unit)
        case _:
            return


def _in_unit(unit: ast.Unit) -> Iterator[ast.Identifier]:
    match unit:
        case ast.PartUse(branches=ast.Branches() as branches):
            yield from _in_unit(branches)
        case ast.Branches(items=items):
            for item in items:
                yield from _in_statement(item)
        case ast.Sequence(body=body) | ast.Dense(body=body):
            yield from _in_body(body)
        case ast.Residual(body=body, shortcut=shortcut):
            yield from _in_body(body)
            if shortcut is not None:
                yield from _in_body(shortcut)
        case _:
            return
