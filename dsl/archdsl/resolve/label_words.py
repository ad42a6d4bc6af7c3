"""Keywords that stand as labels before braces, and are likely meant as themselves."""

from __future__ import annotations

from itertools import pairwise

from archdsl.resolve.context import Context
from archdsl.tree import ast
from archdsl.tree.walk import nodes

_WITH_A_BODY = ("residual", "dense", "repeat", "train_only")
"""Keywords that are labels before a colon, where few mean one."""


def likely_keyword(ctx: Context, label: ast.Label) -> str | None:
    """The keyword that a label before braces is likely meant as."""
    word = label.span.text
    if word in _WITH_A_BODY or (word == "shortcut" and _behind_residual(ctx, label)):
        return word
    return None


def _behind_residual(ctx: Context, label: ast.Label) -> bool:
    """Whether a label heads the statement behind a ``residual`` that has no shortcut."""
    bodies = [node.statements for node in nodes(ctx.owner.node) if isinstance(node, ast.Body)]
    for before, after in (pair for each in bodies for pair in pairwise(each)):
        if not isinstance(after, ast.Pipeline) or after.stages[0].label is not label:
            continue
        last = before.stages[-1] if isinstance(before, ast.Pipeline) else None
        if last is None:
            return False
        named = last.label is not None and last.label.name == "residual"
        return named or (isinstance(last.unit, ast.Residual) and last.unit.shortcut is None)
    return False
