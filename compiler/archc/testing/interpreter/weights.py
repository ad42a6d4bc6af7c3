"""Initial weights (section 7): what an initialiser is, and the passes that draw."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from archc.testing.interpreter import expressions
from archc.testing.interpreter.names import Reading
from archc.testing.interpreter.ops import OPS, attempt
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.scopes import Raw, Scope, Slot, names
from archc.testing.interpreter.values import INITIALISERS, Initialiser, is_number, literal
from archdsl import ast


@dataclass(frozen=True)
class Rule:
    """``selector.parameter: initialiser``."""

    selector: ast.Selector
    initialiser: Initialiser
    node: ast.Rule

    def selects(self, slot: Slot, path: str, parameter: str) -> bool:
        """An op's name, ``*``, or a pattern of labels; ``conv`` means depthwise too."""
        target = self.selector.target
        if self.selector.parameter != parameter:
            return False
        if self.selector.is_path:
            pattern = ".*".join(map(re.escape, target.split("*")))
            return re.fullmatch(pattern, path, re.DOTALL) is not None
        return target in ("*", slot.keyword) or (target, slot.keyword) == ("conv", "depthwise")


def called(callee: Initialiser, call: ast.Arguments, reading: Reading) -> Initialiser:
    """``normal(std = sqrt(2 / fan_out))``: the arguments are worked out for each parameter."""
    parameters = inspect.signature(INITIALISERS[callee.name]).parameters
    known = [name for name in parameters if name not in ("tensor", "generator")]
    given = [item for item in call.items if item.name is None]
    if len(given) > len(known):
        raise wrong(call, f"{callee.name} takes {len(known)} arguments")
    nodes = dict(zip(known, given, strict=False))
    for item in call.items:
        if item.name is not None:
            if item.name.text not in known or item.name.text in nodes:
                raise wrong(item, f"{callee.name} does not take {item.name.text} here")
            nodes[item.name.text] = item
    for name in known:
        if parameters[name].default is inspect.Parameter.empty and name not in nodes:
            raise wrong(call, f"{callee.name} needs {name}")

    def arguments(fans: Mapping[str, int]) -> dict[str, Any]:
        inside = Reading(reading.file, reading.names, reading.flow, reading.training, fans)
        return {name: expressions.evaluate(item.value, inside) for name, item in nodes.items()}

    return Initialiser(callee.name, arguments, callee.name + call.span.text)


def initialiser(node: ast.Expr, reading: Reading) -> Initialiser | None:
    """The initialiser that an expression gives; ``none`` keeps torch's own."""
    value = expressions.evaluate(node, reading)
    if value is not None and not isinstance(value, Initialiser):
        raise wrong(node, f"{literal(value)} is no initialiser")
    return value


def rules(node: ast.InitStatement, reading: Reading) -> list[Rule]:
    """The rules of an ``init``; one whose initialiser is ``none`` is no rule."""
    for rule in node.rules:
        target = rule.selector.target
        if not rule.selector.is_path and target != "*" and target not in OPS:
            raise wrong(rule, f"there is no op {target}")
    found = [(rule, initialiser(rule.value, reading)) for rule in node.rules]
    return [Rule(rule.selector, how, rule) for rule, how in found if how is not None]


def note_overrides(slot: Slot, nodes: tuple[ast.Override, ...], reading: Reading) -> None:
    """``with weight = zeros``: the op's own initial weights."""
    assert slot.module is not None
    known = dict(slot.module.named_parameters())
    for node in nodes:
        name = node.parameter.text
        if name not in known:
            raise wrong(node, f"{slot.keyword} has no parameter {name}", slot.keyword)
        how = initialiser(node.value, reading)
        if how is not None:
            slot.overrides[name] = how


def draw(node: ast.Node, tensor: Tensor, how: Initialiser, weight: Tensor | None = None) -> None:
    """Fill a parameter. A bias takes the fans of the weight beside it."""
    shape = (tensor if tensor.dim() > 1 or weight is None else weight).shape
    fans: dict[str, int] = {}
    if len(shape) > 1:
        field = shape[2:].numel()
        fans = {"fan_in": shape[1] * field, "fan_out": shape[0] * field}
    arguments = how.arguments(fans)
    for name, value in arguments.items():
        if not is_number(value) and not isinstance(value, str):
            raise wrong(node, f"{name} of {how.name} cannot be {literal(value)}")

    def fill() -> None:
        with torch.no_grad():
            INITIALISERS[how.name](tensor, **arguments)

    attempt(node, how.name, fill)


def construct(scope: Scope, *, is_model: bool = False) -> None:
    """Make a scope's modules anew in the order of the text, then apply its rules.

    A block with ``init`` so draws before what encloses it. A ``with`` is drawn in the pass of the
    nearest enclosing declaration that has an ``init``, else in the model's.
    """
    for entry in scope.entries:
        if isinstance(entry, Raw):
            _draw_raw(entry)
        elif entry.scope is not None:
            construct(entry.scope)
        elif entry.make is not None:
            entry.module = entry.make()
    if scope.has_init or is_model:
        apply(scope, scope.rules, "")


def _draw_raw(raw: Raw) -> None:
    if raw.initialiser is not None:
        draw(raw.node, raw.tensor, raw.initialiser)


def apply(scope: Scope, rules: list[Rule], prefix: str) -> None:
    """One pass over the modules of a scope, in the order of ``modules()``."""
    for slot, name in names(scope).items():
        path = f"{prefix}{name}"
        if slot.scope is not None:
            apply(slot.scope, rules, f"{path}.")
            continue
        assert slot.module is not None
        parameters = dict(slot.module.named_parameters())
        for parameter, tensor in parameters.items():
            weight = parameters.get("weight") if parameter == "bias" else None
            if parameter in slot.overrides:
                if parameter not in slot.drawn:
                    draw(slot.node, tensor, slot.overrides[parameter], weight)
                    slot.drawn.add(parameter)
                continue
            matching = [rule for rule in rules if rule.selects(slot, path, parameter)]
            if matching:
                draw(matching[-1].node, tensor, matching[-1].initialiser, weight)
