"""A file's models and the parameters that can be set, as their text declares them."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.project.program import Declared, Program
from archdsl.syntax.docs import prose
from archdsl.tree import ast
from archdsl.tree.unparse import type_name
from archir.op.binding import Signature


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """One parameter. Type, domain and default are texts of the language, or None."""

    name: str
    type: str | None
    domain: str | None
    default: str | None


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model. ``value`` is what a variant stands for; None for a model with a body."""

    name: str
    doc: str
    value: str | None
    parameters: tuple[ParameterLine, ...]


def list_models(program: Program) -> tuple[ModelLine, ...]:
    """The models of the main file in the order of its text."""
    return tuple(_line(model) for model in program.models())


def _line(model: Declared) -> ModelLine:
    node = model.node
    value = node.value.span.text if isinstance(node, ast.Variant) else None
    doc = "" if isinstance(node, ast.Let) else prose(node.doc)
    return ModelLine(model.name, doc, value, _parameters(model))


def _parameters(model: Declared) -> tuple[ParameterLine, ...]:
    """What can be set: the declared parameters; a variant's are its base's, with its defaults."""
    calls: list[tuple[ast.Argument, ...]] = []
    seen: set[int] = set()
    node = model.node
    while isinstance(node, ast.Variant) and id(node) not in seen:
        seen.add(id(node))
        base, arguments = _call(node.value)
        if base is None or base.text not in model.home.names:
            return ()
        calls.append(arguments)
        model = model.home.names[base.text]
        node = model.node
    if not isinstance(node, ast.PartDeclaration):
        return ()
    # A variant of a variant gives positions that the inner one has left free; the innermost base
    # is bound first.
    left = Signature.of((parameter.name.text for parameter in node.params), ())
    given: dict[str, str] = {}
    for arguments in reversed(calls):
        keys = tuple([None if each.name is None else each.name.text for each in arguments])
        names = left.plan(model.name, keys, partial=True).names
        given.update(zip(names, [each.value.span.text for each in arguments], strict=True))
        left = left.filled(keys)
    return tuple(_parameter(parameter, given) for parameter in node.params)


def _parameter(parameter: ast.Param, given: dict[str, str]) -> ParameterLine:
    declared = parameter.default.span.text if parameter.default else None
    return ParameterLine(
        parameter.name.text,
        type_name(parameter.type) if parameter.type else None,
        parameter.domain.span.text if parameter.domain else None,
        given.get(parameter.name.text, declared),
    )


def _call(value: ast.Expr) -> tuple[ast.Name | None, tuple[ast.Argument, ...]]:
    """``Name`` or ``Name(arguments)``; None for anything else."""
    if isinstance(value, ast.Name):
        return value, ()
    if isinstance(value, ast.Access) and isinstance(value.base, ast.Name):
        trailer = value.trailers[0]
        if len(value.trailers) == 1 and isinstance(trailer, ast.Arguments):
            return value.base, trailer.items
    return None, ()
