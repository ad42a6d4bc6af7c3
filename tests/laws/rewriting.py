"""Files rewritten into others that must mean the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from archdsl.syntax.parser import parse
from archdsl.tree import ast
from archdsl.tree.unparse_file import unparse_file
from archir.base.record import field_names, replaced
from archir.base.source import Source, Span
from archir.catalogue.registry import ops
from archir.init.initialisers import INITIALISERS
from archir.op.contract import arguments_of
from archir.program.builtins import BUILTINS

SPAN = Span(Source("rewritten", ""), 0, 0)

Files = Mapping[str, str]


def tree(text: str) -> ast.File:
    file, problems = parse(Source("text", text))
    assert file is not None and not problems.has_errors
    return file


def nodes(node: object) -> Iterator[ast.Node]:
    """A node and all inside of it, outer ones first."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, tuple):
            stack.extend(reversed(here))
        elif isinstance(here, ast.Node):
            yield here
            stack.extend(reversed([getattr(here, name) for name in field_names(here)]))


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with a change done to every node, inner ones first."""
    if isinstance(node, tuple):
        return tuple(mapped(item, change) for item in node)
    if not isinstance(node, ast.Node):
        return node
    values = {name: getattr(node, name) for name in field_names(node)}
    changed = {
        name: mapped(value, change) for name, value in values.items() if name not in ("span",)
    }
    return change(replaced(node, **changed))


# --- renaming -------------------------------------------------------------------------------------

TAKEN = {
    *ops(), *BUILTINS, *INITIALISERS, *(name for op in ops().values() for name in arguments_of(op)),
    *(each.name for known in INITIALISERS.values() for each in known.arguments),
    "_", "fan_in", "fan_out", "channels", "features", "height", "width", "rank", "shape",
}  # fmt: skip
"""Names that are not a file's own to change, or may stand for arguments of something else."""


def renamed(text: str, suffix: str = "_renamed") -> str | None:
    """The file with other names for parameters of blocks, functions, values and constants."""
    file = tree(text)
    own = set(_own_names(file)) - TAKEN - _public_names(file)
    if not own or any(not name.isidentifier() for name in own):
        return None  # rows in rows are one name until they are unpacked

    def change(node: Any) -> Any:
        if isinstance(node, ast.Name | ast.Identifier) and node.text in own:
            return replaced(node, text=node.text + suffix)
        return node

    return unparse_file(mapped(file, change))


def _own_names(file: ast.File) -> Iterator[str]:
    for node in nodes(file):
        if isinstance(node, ast.PartDeclaration) and node.kind == "block":
            yield from (param.name.text for param in node.params)
        elif isinstance(node, ast.Function):
            yield node.name.text
            yield from (param.name.text for param in node.params)
        elif isinstance(node, ast.Let | ast.Pipeline):
            yield from (name.text for name in node.names)
        elif isinstance(node, ast.For | ast.Comprehension):
            yield from (target.text for target in node.targets)


_NAMED = ast.InputItem | ast.ParamStatement | ast.ModuleStatement | ast.OutputItem


def _public_names(file: ast.File) -> set[str]:
    """Names that stand in keys, in results, or in other files."""
    found: set[str] = set()
    others = {n.text for node in nodes(file) if isinstance(node, ast.Import) for n in node.names}
    for node in nodes(file):
        if isinstance(node, ast.PartUse) and node.arguments and node.name.text in others:
            found |= {item.name.text for item in node.arguments.items if item.name is not None}
        if isinstance(node, ast.Import | ast.PartDeclaration | ast.Variant):
            names = node.names if isinstance(node, ast.Import) else (node.name,)
            found |= {name.text for name in names}
            if isinstance(node, ast.PartDeclaration) and node.kind == "model":
                found |= {param.name.text for param in node.params}
        elif isinstance(node, _NAMED):
            found.add(node.name.text)
        elif isinstance(node, ast.ShapeDim):
            found |= {each.text for each in nodes(node) if isinstance(each, ast.Name)}
        elif isinstance(node, ast.Override):
            found.add(node.parameter.text)
    return found


# --- unrolling ------------------------------------------------------------------------------------

MOST_COPIES = 6


def unrolled(text: str) -> str | None:
    """The file with each loop over a written list, or a written number of times, written out."""
    file = tree(text)
    done = False

    def change(node: Any) -> Any:
        nonlocal done
        if isinstance(node, ast.Body):
            statements: list[ast.Statement] = []
            for statement in node.statements:
                copies = _copies(statement)
                done = done or copies is not None
                statements += [statement] if copies is None else copies
            return replaced(node, statements=tuple(statements))
        return node

    result = mapped(file, change)
    return unparse_file(result) if done else None


def _copies(node: ast.Statement) -> list[ast.Statement] | None:
    if isinstance(node, ast.RepeatLoop) and isinstance(node.count, ast.Number):
        times = node.count.value
        if isinstance(times, int) and times <= MOST_COPIES and not _names_values(node.body):
            return [_braces(node.body)] * times
    if isinstance(node, ast.For) and isinstance(node.iterable, ast.ListDisplay):
        items = node.iterable.items
        if 0 < len(items) <= MOST_COPIES and not _names_values(node.body):
            return [
                _braces(
                    replaced(
                        node.body,
                        statements=(ast.Let(SPAN, node.targets, item), *node.body.statements),
                    )
                )
                for item in items
            ]
    return None


def _names_values(body: ast.Body) -> bool:
    """Whether names outlive the braces: what is named in a loop is a list behind it."""
    return any(
        (isinstance(node, ast.Pipeline) and node.names)
        or isinstance(node, ast.ModuleStatement)
        or (isinstance(node, ast.Let) and not _is_number(node.value))
        for node in nodes(body)
    )


def _is_number(value: ast.Expr) -> bool:
    return isinstance(value, ast.Number | ast.Truth | ast.Arithmetic | ast.ListDisplay)


def _braces(body: ast.Body) -> ast.Pipeline:
    stage = ast.Stage(SPAN, None, ast.Sequence(SPAN, body), (), None)
    return ast.Pipeline(SPAN, (stage,), (), None)


# --- inlining -------------------------------------------------------------------------------------


def inlined(text: str) -> str | None:
    """The file with the uses of plain blocks as the braces that they stand for."""
    file = tree(text)
    blocks = {
        each.name.text: each
        for each in file.declarations
        if isinstance(each, ast.PartDeclaration) and each.kind == "block" and _is_plain(each)
    }
    hidden = {
        param.name.text
        for each in file.declarations
        if isinstance(each, ast.PartDeclaration | ast.Function)
        for param in each.params
    }
    fresh = count()
    done = False

    def change(node: Any) -> Any:
        nonlocal done
        if not isinstance(node, ast.Stage) or not isinstance(node.unit, ast.PartUse):
            return node
        use = node.unit
        alone = use.branches is None and not use.splice and not use.taps
        plain = alone and node.label is not None
        block = blocks.get(use.name.text) if plain and use.name.text not in hidden else None
        if block is None or node.label is None or node.label.name is None or node.overrides:
            return node
        bound = _bound(block, use.arguments)
        if bound is None:
            return node
        done = True
        number = next(fresh)
        body = _with_names(block, lambda name: f"{name}_of_{number}")
        lets = tuple(
            ast.Let(SPAN, (ast.Identifier(SPAN, f"{param.name.text}_of_{number}"),), value)
            for param, value in bound
        )
        whole = ast.Body(SPAN, (*lets, *body.statements))
        return replaced(node, unit=ast.Sequence(SPAN, whole))

    result = mapped(file, change)
    return unparse_file(result) if done else None


def _is_plain(block: ast.PartDeclaration) -> bool:
    """Whether braces can stand for it: it has no inputs, outputs or initial weights of its own."""
    if not block.body.statements:
        return False
    refused = (
        ast.Input, ast.OutputStatement, ast.InitStatement, ast.ParamStatement, ast.ModuleStatement,
        ast.Override,
    )  # fmt: skip
    return not any(isinstance(node, refused) for node in nodes(block.body))


def _bound(
    block: ast.PartDeclaration, arguments: ast.Arguments | None
) -> list[tuple[ast.Param, ast.Expr]] | None:
    """The value of each parameter as the call writes it; None where defaults speak of others."""
    names = [param.name.text for param in block.params]
    given: dict[str, ast.Expr] = {}
    for position, item in enumerate(arguments.items if arguments else ()):
        name = names[position] if item.name is None else item.name.text
        given[name] = item.value
    found = []
    for param in block.params:
        value = given.get(param.name.text, param.default)
        if value is None or (
            param.name.text not in given
            and any(isinstance(each, ast.Name) and each.text in names for each in nodes(value))
        ):
            return None
        found.append((param, value))
    return found


def _with_names(block: ast.PartDeclaration, rename: Callable[[str], str]) -> ast.Body:
    """The block's body with other names for all that it binds itself."""
    own = {param.name.text for param in block.params}
    for node in nodes(block.body):
        if isinstance(node, ast.Let | ast.Pipeline):
            own |= {name.text for name in node.names}
        elif isinstance(node, ast.For | ast.Comprehension):
            own |= {target.text for target in node.targets}
        elif isinstance(node, ast.Pipeline) and node.ascription is not None:
            own |= {each.text for each in nodes(node.ascription) if isinstance(each, ast.Name)}
    own.discard("_")

    def change(node: Any) -> Any:
        if isinstance(node, ast.Argument):  # the callee's name for it stays
            return node
        if isinstance(node, ast.Name) and node.text in own:
            return replaced(node, text=rename(node.text))
        return node

    def change_bound(node: Any) -> Any:
        node = change(node)
        if isinstance(node, ast.Let | ast.Pipeline):
            return replaced(node, names=_renamed(node.names, own, rename))
        if isinstance(node, ast.For | ast.Comprehension):
            return replaced(node, targets=_renamed(node.targets, own, rename))
        return node

    body: ast.Body = mapped(block.body, change_bound)
    return body


def _renamed(
    names: tuple[ast.Identifier, ...], own: set[str], rename: Callable[[str], str]
) -> tuple[ast.Identifier, ...]:
    return tuple(
        replaced(name, text=rename(name.text)) if name.text in own else name for name in names
    )


# --- splitting into files -------------------------------------------------------------------------


def split(text: str) -> Files | None:
    """The file in two: models in one, and in the other what they import."""
    file = tree(text)
    imports = [each for each in file.declarations if isinstance(each, ast.Import)]
    models = [each for each in file.declarations if _is_model(each)]
    rest = [each for each in file.declarations if each not in imports and each not in models]
    if not rest or not models:
        return None
    used = {node.text for model in models for node in nodes(model) if isinstance(node, ast.Name)}
    own = {name for each in rest for name in _declared(each)}
    if any(_is_model(each) and each.name.text in _all_names(rest) for each in models):  # type: ignore[union-attr]
        return None  # a block that uses a model
    wanted = tuple(ast.Identifier(SPAN, name) for name in sorted(used & own))
    if not wanted:
        return None
    to_rest = ast.Import(SPAN, "./rest.arch", SPAN, wanted)
    return {
        "main.arch": unparse_file(replaced(file, declarations=(*imports, to_rest, *models))),
        "rest.arch": unparse_file(replaced(file, declarations=(*imports, *rest))),
    }


def _is_model(node: ast.Declaration) -> bool:
    return isinstance(node, ast.Variant) or (
        isinstance(node, ast.PartDeclaration) and node.kind == "model"
    )


def _declared(node: Any) -> list[str]:
    if isinstance(node, ast.Let):
        return [name.text for name in node.names]
    return [node.name.text]


def _all_names(declarations: list[Any]) -> set[str]:
    return {
        each.text for node in declarations for each in nodes(node) if isinstance(each, ast.Name)
    }
