"""The syntax tree as readable text: a line for each node, its parts indented below it.

Expressions and shapes stand on their node's line, as source text in one canonical form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar, assert_never

from archdsl.tree import ast, unparse

unparse_expression = unparse.expression

N = TypeVar("N", bound=ast.Node)


def show_ast(file: ast.File) -> str:
    """The tree of a file, for people to read."""
    edition = "" if file.edition is None else f" edition {file.edition}"
    lines = [f"file {file.source.name}{edition}", *_indented(_doc(file.doc))]
    for declaration in _shown(file.declarations):
        lines += _indented(_declaration(declaration))
    return "\n".join(lines) + "\n"


Lines = Iterator[str]


def _indented(lines: Iterable[str]) -> Lines:
    return (f"  {line}" for line in lines)


def _doc(doc: str) -> Lines:
    return (f"doc {line}".rstrip() for line in doc.splitlines())


def _declaration(node: ast.Declaration) -> Lines:
    match node:
        case ast.Import():
            where = f'"{node.path}"' if isinstance(node.path, str) else ".".join(node.path)
            yield f"import {where}: {_names(node.names)}"
        case ast.PartDeclaration():
            yield f"{node.kind} {node.name.text}"
            yield from _indented(_doc(node.doc))
            yield from _indented(_parameters(node.params))
            yield from _indented(_body(node.body))
        case ast.Variant():
            yield f"variant {node.name.text} = {unparse.expression(node.value)}"
            yield from _indented(_doc(node.doc))
        case ast.Function():
            yield f"fn {node.name.text} = {unparse.expression(node.value)}"
            yield from _indented(_doc(node.doc))
            yield from _indented(_parameters(node.params))
        case ast.Let():
            yield from _let(node)
        case ast.Refused():
            yield "refused"
        case _:
            assert_never(node)


def _parameters(params: Iterable[ast.Param]) -> Lines:
    return (f"parameter {unparse.parameter(param)}" for param in params)


def _names(names: Iterable[ast.Identifier]) -> str:
    return ", ".join(name.text for name in names)


def _let(node: ast.Let) -> Lines:
    yield f"let {_names(node.names)} = {unparse.expression(node.value)}"
    yield from _indented(_doc(node.doc))


def _body(body: ast.Body, title: str = "body") -> Lines:
    yield title
    for statement in _shown(body.statements):
        yield from _indented(_statement(statement))


def _shown(nodes: Iterable[N]) -> Iterator[N]:
    """All but those that give names which stand in the statement before, or around."""
    return (node for node in nodes if not (isinstance(node, ast.Let) and node.is_hidden))


def _statement(node: ast.Statement) -> Lines:
    match node:
        case ast.Pipeline():
            yield from _pipeline(node)
        case ast.For():
            targets = _names(node.targets)
            yield from _body(node.body, f"for {targets} in {unparse.expression(node.iterable)}")
        case ast.RepeatLoop():
            yield from _body(node.body, f"repeat {unparse.expression(node.count)}")
        case ast.If():
            yield from _if(node)
        case ast.TrainOnlyStatement():
            yield from _body(node.body, "train_only")
        case ast.InitStatement():
            yield "init"
            yield from _indented(unparse.rule(rule) for rule in node.rules)
        case ast.ModuleStatement():
            label = "" if node.label is None else f" {_label(node.label)}"
            yield f"module {node.name.text}{label}"
            yield from _indented(_unit(node.unit))
            yield from _overrides(node.overrides)
        case ast.Refused():
            yield "refused"
        case _:
            yield from _simple(node)


def _simple(
    node: ast.Let | ast.Assert | ast.Input | ast.OutputStatement | ast.ParamStatement,
) -> Lines:
    match node:
        case ast.Let():
            yield from _let(node)
        case ast.Assert():
            yield f"assert {unparse.expression(node.condition)}, {unparse.string(node.message)}"
        case ast.Input():
            yield "input"
            yield from _indented(unparse.input_item(item) for item in node.items)
        case ast.OutputStatement():
            yield "output" + ("" if node.when is None else f" when {node.when.text}")
            yield from _indented(unparse.output_item(item) for item in node.items)
        case ast.ParamStatement():
            yield unparse.raw_parameter(node)
        case _:
            assert_never(node)


def _if(node: ast.If) -> Lines:
    word = "if"
    for condition, body in node.arms:
        yield from _body(body, f"{word} {unparse.expression(condition)}")
        word = "else if"
    if node.otherwise is not None:
        yield from _body(node.otherwise, "else")


def _pipeline(node: ast.Pipeline) -> Lines:
    yield "pipeline"
    for stage in node.stages:
        yield from _indented(_stage(stage))
    if node.names:
        yield f"  as {_names(node.names)}"
    if node.ascription is not None:
        yield f"  :: {unparse.shape(node.ascription)}"


def _stage(stage: ast.Stage) -> Lines:
    lines = _unit(stage.unit)
    label = "" if stage.label is None else f"{_label(stage.label)} "
    yield f"stage {label}{next(lines)}"
    yield from lines
    yield from _overrides(stage.overrides)
    if stage.condition is not None:
        yield f"  if {unparse.expression(stage.condition)}"


def _overrides(overrides: Iterable[ast.Override]) -> Lines:
    for override in overrides:
        yield f"  with {override.parameter.text} = {unparse.expression(override.value)}"


def _label(label: ast.Label) -> str:
    if label.name is None:
        return "_:"
    return f"{label.name if isinstance(label.name, str) else unparse.string(label.name)}:"


def _unit(unit: ast.Unit) -> Lines:
    match unit:
        case ast.PartUse():
            splice = "*" if unit.splice else ""
            written = "" if unit.arguments is None else unparse.arguments(unit.arguments)
            items = "" if unit.branches is not None else unparse.places(unit.places)
            taps = "".join(f" {_label(tap)[:-1]}" for tap in unit.taps)
            yield f"{splice}{unit.name.text}{written}{items}{taps and ' upto'}{taps}"
            if unit.branches is not None:
                yield from _indented(_unit(unit.branches))
        case ast.Sequence():
            yield from _body(unit.body, "sequence")
        case ast.Branches():
            yield "branches"
            for item in _shown(unit.items):
                yield from _indented(_statement(item))
        case ast.Residual():
            condition = unit.condition
            tested = "" if condition is None else f" if {unparse.expression(condition)}"
            yield from _body(unit.body, f"residual{tested}")
            if unit.shortcut is not None:
                yield from _indented(_body(unit.shortcut, "shortcut"))
        case ast.Dense():
            yield from _body(unit.body, "dense")
        case ast.For() | ast.RepeatLoop():
            yield from _statement(unit)
        case _:
            assert_never(unit)
