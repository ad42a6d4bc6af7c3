"""Initial weights that follow the text's rules, with the text's own expressions in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archc.python.body import Body, Leaf
from archc.python.follow import expressions
from archc.python.follow.scope import Variables
from archc.python.text import INDENT, Call, Expr, Raw, layout
from archc.python.weights import CONSTANT, below
from archir import template
from archir.init import matches
from archir.template import Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.block import Block

_BASE = 4
"""The depth of a line under ``for`` and ``if`` in a constructor."""


def init_lines(block: Block, variables: Variables) -> list[str]:
    """The pass over a block's modules, at the end of its constructor."""
    plan: dict[str, dict[str, int]] = {}
    lacking: set[tuple[str, str]] = set()
    for definition in block.definitions:
        body = block.file.bodies[definition]
        if not (body.has_init or body.is_root):
            continue
        if len(body.rules) != len(block.template.rules):
            raise Unfollowable("rules that are not those of the text")
        _plan(body, plan, lacking)
    texts: dict[tuple[str, ...], list[str]] = {}
    for torch_class, parameters in plan.items():
        lines: list[str] = []
        for parameter, number in parameters.items():
            may_lack = (torch_class, parameter) in lacking
            drawn = list(_draw(block, variables, number, f"module.{parameter}", may_lack))
            if may_lack:
                drawn = [f"if module.{parameter} is not None:", *(INDENT + d for d in drawn)]
            lines += drawn
        texts.setdefault(tuple(lines), []).append(torch_class)
    if not texts:
        return []
    result = [f"{INDENT * 2}for module in self.modules():"]
    for index, (rows, classes) in enumerate(texts.items()):
        kinds = classes[0] if len(classes) == 1 else f"({', '.join(classes)})"
        word = "elif" if index else "if"
        result.append(f"{INDENT * 3}{word} isinstance(module, {kinds}):")
        result += [INDENT * _BASE + row for row in rows]
    return result


def _plan(body: Body, plan: dict[str, dict[str, int]], lacking: set[tuple[str, str]]) -> None:
    """Note which rule draws which parameter of which torch class: one for all its modules."""
    found = list(below(body))
    seen: dict[tuple[str, str], int | None] = {}
    for item in found:
        leaf = item.leaf
        for parameter in leaf.parameters:
            rule = _rule(body, leaf, item.name, parameter)
            key = (leaf.torch_class, parameter)
            if parameter in leaf.overrides:
                if rule is not None or leaf.overrides[parameter].function not in CONSTANT:
                    raise Unfollowable("a rule and a module's own initial weights")
                continue
            if seen.setdefault(key, rule) != rule:
                raise Unfollowable("modules of one class with different rules")
    for (torch_class, parameter), rule in seen.items():
        if rule is not None:
            known = plan.setdefault(torch_class, {}).setdefault(parameter, rule)
            if known != rule:
                raise Unfollowable("instances with different rules")
            if any(
                item.leaf.torch_class == torch_class and parameter not in item.leaf.parameters
                for item in found
            ):
                lacking.add((torch_class, parameter))


def _rule(body: Body, leaf: Leaf, name: str, parameter: str) -> int | None:
    for number in range(len(body.rules) - 1, -1, -1):
        rule = body.rules[number]
        if rule.parameter == parameter and matches(rule, leaf.keyword, name):
            return number
    return None


def _draw(
    block: Block, variables: Variables, number: int, target: str, deeper: bool
) -> Iterator[str]:
    value = block.template.rules[number].value
    base = _BASE + deeper
    if isinstance(value, template.Conditional):
        for index, (inner, test) in enumerate(value.arms):
            yield f"{'elif' if index else 'if'} {_show(block, variables, test)}:"
            yield from _drawn(block, variables, inner, target, base, 1)
        yield "else:"
        yield from _drawn(block, variables, value.otherwise, target, base, 1)
    else:
        yield from _drawn(block, variables, value, target, base, 0)


def _drawn(
    block: Block,
    variables: Variables,
    value: template.Expr,
    target: str,
    base: int,
    indent: int,
) -> list[str]:
    if not isinstance(value, template.InitialiserValue):
        raise Unfollowable("an initialiser that is not in the text")
    arguments: list[tuple[str | None, Expr]] = [(None, Raw(target))]
    for name, argument in value.arguments:
        arguments.append((name, Raw(_show(block, variables, argument))))
    call = Call(f"nn.init.{value.function}_", tuple(arguments))
    return [line[len(INDENT) * base :] for line in layout("", call, "", base + indent)]


def _show(block: Block, variables: Variables, expr: template.Expr) -> str:
    return expressions.show(expr, _Scope(block, variables))


class _Scope(expressions.Scope):
    """The scope of a rule: the block's parameters."""

    def __init__(self, block: Block, variables: Variables) -> None:
        self.block = block
        self.variables = variables

    def local(self, name: str) -> str:
        if name not in {parameter.name for parameter in self.block.parameters}:
            raise Unfollowable("a rule that uses what is no parameter")
        if self.block.kinds[name] != "value":
            raise Unfollowable("a rule that uses a part")
        return self.variables.find(name)

    def is_sequence(self, name: str) -> bool:
        return name in self.block.sequences

    def constant(self, value: template.Global | template.Function) -> str:
        return self.block.file.constant(value)
