"""Whole files as source text again, in one canonical form; of comments only docs are kept.

What words a tree is written with is said here; ``archdsl.formatting`` says where lines end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from archdsl.tree import ast, unparse

Lines = Iterator[str]

_STEP = "  "


def unparse_file(file: ast.File) -> str:
    """The text of a file; parsing it gives the same tree, but for places."""
    lines = list(_doc(file.doc))
    lines += [] if file.edition is None else [f"arch {file.edition}"]
    for declaration in file.declarations:
        if _is_hidden(declaration):
            continue
        lines += [*([""] if lines else []), *_declaration(declaration)]
    return "\n".join(lines) + "\n"


def _declaration(node: ast.Declaration) -> Lines:
    if not isinstance(node, ast.Import | ast.Refused):
        yield from _doc(node.doc)
    match node:
        case ast.Import():
            where = unparse.quoted(node.path) if isinstance(node.path, str) else ".".join(node.path)
            yield f"import {where}: {_names(node.names)}"
        case ast.PartDeclaration():
            head = f"{node.kind} {node.name.text}({_parameters(node.params)})"
            yield from _braced(head, _grouped(node))
        case ast.Variant():
            yield f"model {node.name.text} = {unparse.expression(node.value)}"
        case ast.Function():
            value = unparse.expression(node.value)
            yield f"fn {node.name.text}({_parameters(node.params)}) = {value}"
        case ast.Let():
            yield _let(node)
        case ast.Refused():
            yield node.span.text
        case _:
            assert_never(node)


def _doc(doc: str) -> Lines:
    yield from (f"## {line}".rstrip() for line in doc.split("\n") if doc)


def _grouped(node: ast.PartDeclaration) -> Lines:
    """The body, with a blank line behind a model's inputs and before initial weights."""
    before: ast.Statement | None = None
    for statement in node.body.statements:
        if not _is_hidden(statement):
            is_first = isinstance(before, ast.Input) and node.kind == "model"
            if is_first or (before is not None and isinstance(statement, ast.InitStatement)):
                yield ""
            yield from _statement(statement)
            before = statement


def _parameters(params: Iterable[ast.Param]) -> str:
    return ", ".join(unparse.parameter(param) for param in params)


def _names(names: Iterable[ast.Identifier]) -> str:
    return ", ".join(name.text for name in names)


def _braced(head: str, inside: Lines) -> Lines:
    """``head {``, what is inside one step further in, and ``}``; on one line where it is empty."""
    lines = [_STEP + line if line else "" for line in inside]
    head = f"{head} " if head else ""
    if not lines:
        yield f"{head}{{ }}"
        return
    yield f"{head}{{"
    yield from lines
    yield "}"


def _joined(one: Lines, other: Lines, between: str = " ") -> Lines:
    """The lines of one, and those of another that go on where they end."""
    first, rest = list(one), list(other)
    yield from first[:-1]
    yield f"{first[-1]}{between}{rest[0]}"
    yield from rest[1:]


def _body(body: ast.Body) -> Lines:
    for statement in body.statements:
        if not _is_hidden(statement):
            yield from _statement(statement)


def _is_hidden(node: ast.Statement | ast.Declaration) -> bool:
    """Whether it gives names that stand in the statement before it, or around it."""
    return isinstance(node, ast.Let) and node.is_hidden


def _statement(node: ast.Statement) -> Lines:
    match node:
        case ast.Pipeline():
            yield from _pipeline(node)
        case ast.For():
            head = f"for {_names(node.targets)} in {unparse.expression(node.iterable)}"
            yield from _braced(head, _body(node.body))
        case ast.RepeatLoop():
            yield from _braced(f"repeat {unparse.expression(node.count)}", _body(node.body))
        case ast.If():
            yield from _if(node)
        case ast.TrainOnlyStatement():
            yield from _braced("train_only", _body(node.body))
        case ast.InitStatement():
            yield from _braced("init", (unparse.rule(rule) for rule in node.rules))
        case ast.ModuleStatement():
            head = f"module {node.name.text} = {_label(node.label)}"
            lines = _joined(iter([head]), _unit(node.unit), "")
            yield from _overridden(lines, node.overrides)
        case ast.Refused():
            yield node.span.text
        case _:
            yield _simple(node)


def _simple(
    node: ast.Let | ast.Assert | ast.Input | ast.OutputStatement | ast.ParamStatement,
) -> str:
    match node:
        case ast.Let():
            return _let(node)
        case ast.Assert():
            condition, message = unparse.expression(node.condition), unparse.string(node.message)
            return f"assert {condition}, {message}"
        case ast.Input():
            return f"input {', '.join(unparse.input_item(item) for item in node.items)}"
        case ast.OutputStatement():
            when = "" if node.when is None else f" when {node.when.text}"
            return f"output {', '.join(unparse.output_item(item) for item in node.items)}{when}"
        case ast.ParamStatement():
            return unparse.raw_parameter(node)
        case _:
            assert_never(node)


def _let(node: ast.Let) -> str:
    return f"let {_names(node.names)} = {unparse.expression(node.value)}"


def _if(node: ast.If) -> Lines:
    arms = (_braced(f"if {unparse.expression(c)}", _body(body)) for c, body in node.arms)
    lines = next(arms)
    for arm in arms:
        lines = _joined(lines, arm, " else ")
    if node.otherwise is not None:
        lines = _joined(lines, _braced("else", _body(node.otherwise)))
    yield from lines


def _pipeline(node: ast.Pipeline) -> Lines:
    stages = (_stage(stage) for stage in node.stages)
    lines = next(stages)
    for stage in stages:
        lines = _joined(lines, stage, " -> ")
    if node.names:
        lines = _joined(lines, iter([f"as {_names(node.names)}"]))
    if node.ascription is not None:
        lines = _joined(lines, iter([f":: {unparse.shape(node.ascription)}"]))
    yield from lines


def _stage(stage: ast.Stage) -> Lines:
    lines = _joined(iter([_label(stage.label)]), _unit(stage.unit), "")
    lines = _overridden(lines, stage.overrides)
    if stage.condition is not None:
        lines = _joined(lines, iter([f"if {unparse.operand_of_or(stage.condition)}"]))
    yield from lines


def _overridden(lines: Lines, overrides: Iterable[ast.Override]) -> Lines:
    for override in overrides:
        value = unparse.operand_of_or(override.value)
        lines = _joined(lines, iter([f"with {override.parameter.text} = {value}"]))
    return lines


def _label(label: ast.Label | None) -> str:
    if label is None:
        return ""
    if label.name is None:
        return "_: "
    return f"{label.name if isinstance(label.name, str) else unparse.string(label.name)}: "


def _unit(unit: ast.Unit) -> Lines:
    match unit:
        case ast.PartUse():
            splice = "*" if unit.splice else ""
            written = "" if unit.arguments is None else unparse.arguments(unit.arguments)
            items = unparse.places(unit.places)
            lines: Lines = iter([f"{splice}{unit.name.text}{written}{items}"])
            if unit.branches is not None and not unit.places:
                lines = _joined(lines, _unit(unit.branches))
            if unit.taps:
                taps = ", ".join(_label(tap).removesuffix(": ") for tap in unit.taps)
                lines = _joined(lines, iter([f"upto [{taps}]"]))
            yield from lines
        case ast.Sequence():
            yield from _braced("", _body(unit.body))
        case ast.Branches():
            yield "["
            for item in unit.items:
                if not _is_hidden(item):
                    yield from (_STEP + line for line in _statement(item))
            yield "]"
        case ast.Residual():
            condition = unit.condition
            tested = "" if condition is None else f" if {unparse.operand_of_or(condition)}"
            lines = _braced(f"residual{tested}", _body(unit.body))
            if unit.shortcut is not None:
                lines = _joined(lines, _braced("shortcut", _body(unit.shortcut)))
            yield from lines
        case ast.Dense():
            yield from _braced("dense", _body(unit.body))
        case ast.For() | ast.RepeatLoop():
            yield from _statement(unit)
        case _:
            assert_never(unit)
