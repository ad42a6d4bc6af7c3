"""Labels as far as the text says them: what no module can carry, and two that are the same."""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.elaborate.labels import why_not
from archdsl.resolve.scope import Arms, Claims
from archir.diagnostics import Diagnostics, Label
from archir.source import Span


def check_labels(body: ast.Body, diagnostics: Diagnostics) -> None:
    """Check all labels of a block or model."""
    _Labels(diagnostics).body(body, {}, ())


_Table = dict[str, Claims]
"""The names of one scope's children and parameters, and where they are taken."""


class _Labels:
    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.conditions = 0

    def body(self, body: ast.Body, table: _Table, arms: Arms) -> None:
        for statement in body.statements:
            self.statement(statement, table, arms)

    def statement(self, node: ast.Statement, table: _Table, arms: Arms) -> None:
        if isinstance(node, ast.Pipeline):
            for stage in node.stages:
                self.stage(stage, table, arms)
        elif isinstance(node, ast.For | ast.RepeatLoop | ast.TrainOnlyStatement):
            self.body(node.body, table, arms)
        elif isinstance(node, ast.If):
            self.conditions += 1
            number = self.conditions
            bodies = [body for _, body in node.arms]
            if node.otherwise is not None:
                bodies.append(node.otherwise)
            for arm, body in enumerate(bodies):
                self.body(body, table, (*arms, (number, arm)))
        elif isinstance(node, ast.ParamStatement):
            self.take(node.name.text, node.name.span, table, arms)
        elif isinstance(node, ast.ModuleStatement):
            if node.label is None:
                self.take(node.name.text, node.name.span, table, arms)
            else:
                self.label(node.label, table, arms)
            self.unit(node.unit, None, table, arms)

    def stage(self, node: ast.Stage, table: _Table, arms: Arms) -> None:
        if node.condition is not None:
            self.conditions += 1
            arms = (*arms, (self.conditions, 0))
        if isinstance(node.unit, ast.PartUse):
            # What is in brackets runs first, and stays outside of the label.
            self.unit(node.unit, None, table, arms)
            if node.label is not None:
                self.label(node.label, table, arms)
            return
        if node.label is not None:
            self.label(node.label, table, arms)
        self.unit(node.unit, node.label, table, arms)

    def unit(self, node: ast.Unit, label: ast.Label | None, table: _Table, arms: Arms) -> None:
        """What a stage consists of; a label on braces or a combinator opens a scope."""
        if isinstance(node, ast.PartUse):
            if node.branches is not None:
                self.unit(node.branches, None, table, arms)
            return
        inner, within = (table, arms) if label is None else (_Table(), ())
        if isinstance(node, ast.Branches):
            for item in node.items:
                self.statement(item, inner, within)
            return
        self.body(node.body, inner, within)
        if isinstance(node, ast.Residual) and node.shortcut is not None:
            self.body(node.shortcut, inner, within)

    def label(self, label: ast.Label, table: _Table, arms: Arms) -> None:
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
            self.diagnostics.report(
                rules.labels.BadLabel(name.span.text, why_not(".") or ""), label.span
            )

    def take(self, text: str, span: Span, table: _Table, arms: Arms) -> None:
        reason = why_not(text)
        if reason is not None:
            self.diagnostics.report(rules.labels.BadLabel(text, reason), span)
            return
        earlier = table.setdefault(text, Claims()).claim(arms, span)
        if earlier is not None:
            label = Label(earlier, "the label is used here first")
            self.diagnostics.report(rules.labels.AlreadyInUse(text), span, (label,))
