"""Initial weights (section 7): what an initialiser is, and the passes that draw."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from archc.testing.interpreter import expressions
from archc.testing.interpreter.names import Here, Reading
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.scopes import Raw, Scope, Slot, names
from archc.testing.interpreter.torch_calls.ops import OPS, attempt
from archc.testing.interpreter.values import (
    INITIALISERS,
    NORMALISERS,
    Flow,
    Initialiser,
    is_integer,
    is_number,
    literal,
)
from archdsl.tree import ast


@dataclass(frozen=True)
class Rule:
    """``selector.parameter: initialiser``."""

    selector: ast.Selector
    initialiser: Initialiser
    node: ast.Rule

    def selects(self, keyword: str, path: str, parameter: str) -> bool:
        """An op's name, ``*``, ``param``, or a pattern of labels; ``conv`` means depthwise too."""
        target = self.selector.target
        if self.selector.parameter != parameter:
            return False
        if self.selector.is_path:
            pattern = ".*".join(map(re.escape, target.split("*")))
            return re.fullmatch(pattern, path, re.DOTALL) is not None
        if target == "*":
            return keyword != "param"  # of all ops
        return target == keyword or (target, keyword) == ("conv", "depthwise")


def called(callee: Initialiser, call: ast.Arguments, reading: Reading) -> Initialiser:
    """``normal(std = sqrt(2 / fan_out))``: the arguments are worked out for each parameter."""
    function = INITIALISERS.get(callee.name) or NORMALISERS[callee.name]
    parameters = inspect.signature(function).parameters
    others = ("tensor", "generator", "module", "name")
    known = [name for name in parameters if name not in others]
    if callee.name == "spectral_norm":
        known.remove("dim")  # which torch knows of a layer by itself
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
    if value is not None and not (isinstance(value, Initialiser) and value.name in INITIALISERS):
        raise wrong(node, f"{literal(value)} is no initialiser")
    return value


def initial(node: ast.ParamStatement, tensor: Tensor, reading: Reading) -> Initialiser | None:
    """What draws a raw parameter; None where its elements are listed, and are in it now."""
    value = expressions.evaluate(node.value, reading)
    kind = str(tensor.dtype).removeprefix("torch.")
    if isinstance(value, Initialiser) and value.name in NORMALISERS:
        raise wrong(node.value, f"{value.name} fills nothing")
    if isinstance(value, Initialiser):
        whole = ("zeros", "ones", "eye")
        if kind != "float32" and value.name not in whole:
            arguments = value.arguments({}) if kind == "int64" and value.name == "constant" else {}
            if not arguments or not all(isinstance(each, int) for each in arguments.values()):
                raise wrong(node.value, f"{value.name} gives no {kind}")
        return value
    if not isinstance(value, tuple) and not (is_number(value) or isinstance(value, bool)):
        raise wrong(node.value, f"{literal(value)} is neither an initialiser nor a list")
    _fill(node, tensor, value, kind)
    return None


def _fill(node: ast.ParamStatement, tensor: Tensor, value: Any, kind: str) -> None:
    """Copy the elements, one by one: lists are as long as the tensor's dims are."""
    if not tensor.dim():
        fits = {"bool": isinstance(value, bool), "int64": is_integer(value)}
        if not fits.get(kind, is_number(value)):
            raise wrong(node.value, f"{literal(value)} is no {kind}")
        with torch.no_grad():
            attempt(node.value, "this number", lambda: tensor.fill_(value))
        return
    if not isinstance(value, tuple):
        raise wrong(node.value, f"{literal(value)} is no list")
    if 0 in tensor.shape and 0 in _lengths(value):
        return
    if len(value) != len(tensor):
        raise wrong(node.value, f"{len(value)} items are not {len(tensor)}")
    for part, item in zip(tensor.detach(), value, strict=True):
        _fill(node, part, item, kind)


def _lengths(value: Any) -> list[int]:
    found: list[int] = []
    while isinstance(value, tuple):
        found.append(len(value))
        value = value[0] if value else None
    return found


def rules(node: ast.InitStatement, reading: Reading) -> list[Rule]:
    """The rules of an ``init``; one whose initialiser is ``none`` is no rule."""
    for rule in node.rules:
        target = rule.selector.target
        if not rule.selector.is_path and target not in ("*", "param") and target not in OPS:
            raise wrong(rule, f"there is no op {target}")
    found = [(rule, initialiser(rule.value, reading)) for rule in node.rules]
    return [Rule(rule.selector, how, rule) for rule, how in found if how is not None]


def note_overrides(slot: Slot, nodes: tuple[ast.Override, ...], flow: Flow, here: Here) -> None:
    """``with weight = zeros``: the op's own initial weights, or another one's tensor."""
    assert slot.module is not None and here.body.root is not None
    reading = here.reading(flow)
    known = {name for name, _ in slot.module.named_parameters()}
    known |= {"weight"} if slot.normaliser else set()
    normalised = 0
    for node in nodes:
        name = node.parameter.text
        if name not in known:
            raise wrong(node, f"{slot.keyword} has no parameter {name}", slot.keyword)
        chosen = _chosen(node.value, reading)
        key = _key(chosen, reading)
        if key is not None:
            slot.ties[name] = here.body.root, key
            continue
        value = expressions.evaluate(chosen, reading)
        if isinstance(value, Initialiser) and value.name in NORMALISERS:
            normalised += 1
            _normalise(slot, node, value)
            continue
        how = initialiser(chosen, reading)
        if how is not None:
            slot.overrides[name] = how
    if normalised > 1 or (normalised and "weight" in slot.ties):
        raise wrong(nodes[0], "a weight is made in one way")


_NORMALISED = (nn.modules.conv._ConvNd, nn.Linear, nn.Embedding, nn.EmbeddingBag)


def _normalise(slot: Slot, node: ast.Override, how: Initialiser) -> None:
    """``with weight = weight_norm``: torch's own change of the module, once it is made."""
    if slot.normaliser:
        return
    module, make = slot.module, slot.make
    assert module is not None and make is not None
    if not isinstance(module, _NORMALISED) or node.parameter.text != "weight":
        raise wrong(node, f"{how.name} is not for {node.parameter.text} of this", slot.keyword)
    given = how.arguments({})
    dim, steps, eps = (given.get(name, 1) for name in ("dim", "n_power_iterations", "eps"))
    whole = is_integer(dim) and is_integer(steps)
    if not whole or dim < -1 or steps < 1 or not is_number(eps) or eps < 0:
        raise wrong(node, f"{how.name} takes no such arguments")
    function = NORMALISERS[how.name]

    def made() -> nn.Module:
        changed: nn.Module = function(make().train(), **given)  # as a constructor finds it
        return changed.train(False)

    slot.module, slot.make = attempt(node, how.name, made), made
    slot.normaliser = how.name


def _chosen(node: ast.Expr, reading: Reading) -> ast.Expr:
    """The arm of a conditional that is taken."""
    if not isinstance(node, ast.Conditional):
        return node
    for value, test in node.arms:
        if expressions.condition(test, reading):
            return _chosen(value, reading)
    return _chosen(node.otherwise, reading)


def _key(node: ast.Expr, reading: Reading) -> str | None:
    """``wte.weight`` and ``"blocks.{i}.fc".weight`` lead to a parameter; None for others."""
    if not isinstance(node, ast.Access):
        return None
    names = [each.name for each in node.trailers if isinstance(each, ast.Attribute)]
    if len(names) < len(node.trailers) or not isinstance(node.base, ast.Name | ast.Text):
        return None
    base = node.base
    first = base.text if isinstance(base, ast.Name) else str(expressions.evaluate(base, reading))
    return ".".join([first, *names])


def tie(root: nn.Module, scope: Scope) -> None:
    """Let tied parameters be one tensor, once all have been drawn."""
    places, found = {id(scope): ""}, dict[str, tuple[str, Slot]]()
    waiting = [scope]
    while waiting:
        for slot in waiting.pop().children():
            if slot.scope is not None:
                places[id(slot.scope)] = f"{slot.key}."
                waiting.append(slot.scope)
            for name, (home, key) in slot.ties.items():
                found[f"{slot.key}.{name}"] = places[id(home)] + key, slot
    parameters = dict(root.named_parameters(remove_duplicate=False))
    for key, (other, slot) in found.items():
        seen = {key}
        while other in found and other not in seen:
            seen.add(other)
            other = found[other][0]
        if other in seen or other not in parameters:
            raise wrong(slot.node, f"{key} cannot be {other}")
        if parameters[key].shape != parameters[other].shape:
            raise wrong(slot.node, f"{key} has another shape than {other}")
        path, _, name = key.rpartition(".")
        setattr(root.get_submodule(path), name, parameters[other])


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
    raws = {raw.name: raw for raw in scope.raws() if not raw.is_buffer}
    for name, raw in raws.items():
        matching = [rule for rule in rules if rule.selects("param", prefix[:-1], name)]
        if matching:
            weight = raws["weight"].tensor if name == "bias" and "weight" in raws else None
            draw(matching[-1].node, raw.tensor, matching[-1].initialiser, weight)
    for slot, name in names(scope).items():
        path = f"{prefix}{name}"
        if slot.scope is not None:
            apply(slot.scope, rules, f"{path}.")
            continue
        assert slot.module is not None
        parameters = _drawn(slot)
        for parameter, tensor in parameters.items():
            weight = parameters.get("weight") if parameter == "bias" else None
            if parameter in slot.ties:
                continue
            if parameter in slot.overrides:
                if parameter not in slot.drawn:
                    draw(slot.node, tensor, slot.overrides[parameter], weight)
                    _put_back(slot, parameter, tensor)
                    slot.drawn.add(parameter)
                continue
            matching = [rule for rule in rules if rule.selects(slot.keyword, path, parameter)]
            if matching:
                draw(matching[-1].node, tensor, matching[-1].initialiser, weight)
                _put_back(slot, parameter, tensor)


def _drawn(slot: Slot) -> dict[str, Tensor]:
    """A module's parameters as they are drawn: a weight that is made of others before all."""
    assert slot.module is not None
    parameters: dict[str, Tensor] = dict(slot.module.named_parameters())
    if not slot.normaliser:
        return parameters
    inside = "parametrizations.weight.original"
    place = inside if slot.normaliser == "spectral_norm" else f"{inside}1"
    own = {name: each for name, each in parameters.items() if not name.startswith(inside)}
    return {"weight": parameters[place], **own}


def _put_back(slot: Slot, parameter: str, drawn: Tensor) -> None:
    """A weight that is made of others is taken apart again by torch."""
    if slot.normaliser and parameter == "weight":
        slot.module.weight = drawn.detach().clone()  # type: ignore[union-attr]
