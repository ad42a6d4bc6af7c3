"""Labels as far as the text says them: two that are the same, what no module carries, keywords."""

from __future__ import annotations

from itertools import pairwise

from archdsl import rules
from archdsl.resolve.context import Context
from archdsl.resolve.scope import Arms, Claims
from archdsl.tree import ast
from archdsl.tree.walk import nodes
from archir.base.diagnostics import Diagnostics, Label
from archir.base.reserved import why_not
from archir.base.source import Span
from archir.program.statements import (
    Body,
    If,
    ModuleStatement,
    ParamStatement,
    Pipeline,
    Stage,
    Statement,
    Unit,
    Use,
)
from archir.program.statements import Label as Written
from archir.program.walk import bodies


def check_labels(body: Body, diagnostics: Diagnostics) -> None:
    """Check all labels of a block or model."""
    _Labels(diagnostics).body(body, {}, ())


_Table = dict[str, Claims]
"""The names of one scope's children and parameters, and where they are taken."""


class _Labels:
    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.conditions = 0

    def body(self, body: Body, table: _Table, arms: Arms) -> None:
        for node in body.statements:
            if isinstance(node, Pipeline):
                for stage in node.stages:
                    self.stage(stage, table, arms)
            elif isinstance(node, If):
                self.conditions += 1
                number = self.conditions
                for arm, inner in enumerate(bodies(node)):
                    self.body(inner, table, (*arms, (number, arm)))
            elif isinstance(node, ModuleStatement):
                if node.label is None:
                    self.take(node.target.name, node.target.span, table, arms)
                else:
                    self.label(node.label, table, arms)
                self.inside(node.unit, _Table(), ())  # whatever it is, its children are its own
            else:
                if isinstance(node, ParamStatement):
                    self.take(node.target.name, node.target.span, table, arms)
                self.inside(node, table, arms)

    def stage(self, node: Stage, table: _Table, arms: Arms) -> None:
        if node.condition is not None:
            self.conditions += 1
            arms = (*arms, (self.conditions, 0))
        if isinstance(node.unit, Use):
            self.inside(node.unit, table, arms)  # what is in brackets runs first
        if node.label is not None:
            self.label(node.label, table, arms)
        if not isinstance(node.unit, Use):
            # A label on braces or a combinator opens a scope.
            within = (table, arms) if node.label is None else (_Table(), ())
            self.inside(node.unit, *within)

    def inside(self, node: Statement | Unit, table: _Table, arms: Arms) -> None:
        for body in bodies(node):
            self.body(body, table, arms)

    def label(self, label: Written, table: _Table, arms: Arms) -> None:
        name = label.name
        if name is None:
            return
        if isinstance(name, str):
            self.take(name, label.span, table, arms)
            return
        texts = [part for part in name.parts if isinstance(part, str)]
        if len(texts) == len(name.parts):
            self.take("".join(texts), label.span, table, arms)
        elif any("." in text for text in texts):
            written, loop = name.span.text[1:-1], rules.labels.loop_around(label.span)
            problem = rules.labels.BadLabel(written, why_not(".") or "", loop)
            self.diagnostics.report(problem, label.span)

    def take(self, text: str, span: Span, table: _Table, arms: Arms) -> None:
        reason = why_not(text)
        if reason is not None:
            self.diagnostics.report(rules.labels.BadLabel(text, reason), span)
            return
        earlier = table.setdefault(text, Claims()).claim(arms, span)
        if earlier is not None:
            label = Label(earlier, "the label is used here first")
            self.diagnostics.report(
                rules.labels.AlreadyInUse(
                    text,
                    earlier == span,
                    loop=rules.labels.loop_around(span),
                    taken=tuple(sorted(table)),
                ),
                span,
                (label,) if earlier != span else (),
            )


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
