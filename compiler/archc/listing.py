"""A file's models and the parameters that can be set, as their text declares them."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl import ast
from archdsl.docs import prose
from archdsl.program import Declared, Program


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
    given: dict[str, str] = {}
    positional: list[list[str]] = []
    seen: set[int] = set()
    node = model.node
    while isinstance(node, ast.Variant) and id(node) not in seen:
        seen.add(id(node))
        base, arguments = _call(node.value)
        if base is None or base.text not in model.home.names:
            return ()
        for argument in arguments:
            if argument.name is not None:
                given.setdefault(argument.name.text, argument.value.span.text)
        positional.append([a.value.span.text for a in arguments if a.name is None])
        model = model.home.names[base.text]
        node = model.node
    if not isinstance(node, ast.PartDeclaration):
        return ()
    names = [parameter.name.text for parameter in node.params]
    # A variant of a variant gives positions that the inner one has left free; the innermost base
    # is bound first.
    free = list(names)
    for texts in reversed(positional):
        for name, text in zip(list(free), texts, strict=False):
            given.setdefault(name, text)
            free.remove(name)
    return tuple(_parameter(parameter, given) for parameter in node.params)


def _parameter(parameter: ast.Param, given: dict[str, str]) -> ParameterLine:
    declared = parameter.default.span.text if parameter.default else None
    return ParameterLine(
        parameter.name.text,
        _type(parameter.type) if parameter.type else None,
        parameter.domain.span.text if parameter.domain else None,
        given.get(parameter.name.text, declared),
    )


def _type(written: ast.TypeName) -> str:
    return f"{written.name}[{_type(written.element)}]" if written.element else written.name


def _call(value: ast.Expr) -> tuple[ast.Name | None, tuple[ast.Argument, ...]]:
    """``Name`` or ``Name(arguments)``; None for anything else."""
    if isinstance(value, ast.Name):
        return value, ()
    if isinstance(value, ast.Access) and isinstance(value.base, ast.Name):
        trailer = value.trailers[0]
        if len(value.trailers) == 1 and isinstance(trailer, ast.Arguments):
            return value.base, trailer.items
    return None, ()
