"""Initial weights: ``init`` rules and ``with`` behind a stage."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import Unknown
from archdsl.elaborate.evaluate import Evaluator
from archir.init import Initialiser, InitRule


def overrides(
    nodes: tuple[ast.Override, ...], evaluator: Evaluator
) -> tuple[tuple[str, Initialiser], ...]:
    """``with weight = zeros with bias = ones`` as pairs."""
    found: list[tuple[str, Initialiser]] = []
    for node in nodes:
        value = initialiser(node.value, evaluator)
        if value is not None:
            found.append((node.parameter.text, value))
    return tuple(found)


def init_rules(node: ast.InitStatement, evaluator: Evaluator) -> tuple[InitRule, ...]:
    """The rules of an ``init`` block, in order."""
    found: list[InitRule] = []
    for rule in node.rules:
        value = initialiser(rule.value, evaluator)
        if value is not None:
            selector = rule.selector
            found.append(
                InitRule(selector.target, selector.parameter, value, selector.is_path, rule.span)
            )
    return tuple(found)


def initialiser(
    node: ast.Expr, evaluator: Evaluator, *, needed: bool = False
) -> Initialiser | None:
    """The initialiser that an expression gives; ``none`` keeps torch's own default.

    Where one is ``needed``, there is no such default.
    """
    value = evaluator.value(node)
    if isinstance(value, Unknown) or (value is None and not needed):
        return None
    if isinstance(value, Initialiser):
        return value
    evaluator.session.report(rules.kinds.NotAnInitialiser(describe(value)), node.span)
    return None
