"""Initial weights: ``init`` rules and ``with`` behind a stage."""

from __future__ import annotations

from archdsl import rules
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import Unknown
from archir.init.init_rules import Given, Initialiser, InitRule, Tie
from archir.init.initialisers import INITIALISERS
from archir.program.nodes import Expr
from archir.program.statements import InitStatement, Override


def overrides(nodes: tuple[Override, ...], evaluator: Evaluator) -> tuple[tuple[str, Given], ...]:
    """``with weight = zeros with bias = other.bias`` as pairs."""
    found: list[tuple[str, Given]] = []
    for node in nodes:
        value = evaluator.value(node.value)
        if isinstance(value, Tie | Initialiser):
            found.append((node.parameter, value))
        elif value is not None and not isinstance(value, Unknown):
            problem = rules.kinds.NotAnInitialiser(describe(value))
            evaluator.session.report(problem, node.value.span)
    return tuple(found)


def init_rules(node: InitStatement, evaluator: Evaluator) -> tuple[InitRule, ...]:
    """The rules of an ``init`` block, in order."""
    found: list[InitRule] = []
    for rule in node.rules:
        value = initialiser(rule.value, evaluator)
        if value is not None:
            found.append(InitRule(rule.target, rule.parameter, value, rule.is_path, rule.span))
    return tuple(found)


def initialiser(node: Expr, evaluator: Evaluator, *, needed: bool = False) -> Initialiser | None:
    """The initialiser that an expression gives; ``none`` keeps torch's own default.

    Where one is ``needed``, there is no such default.
    """
    value = evaluator.value(node)
    if isinstance(value, Unknown) or (value is None and not needed):
        return None
    if isinstance(value, Initialiser) and value.function in INITIALISERS:
        return value
    evaluator.session.report(rules.kinds.NotAnInitialiser(describe(value)), node.span)
    return None
