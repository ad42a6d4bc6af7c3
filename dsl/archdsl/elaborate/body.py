"""Bodies: statements run one after the other over one current value."""

from __future__ import annotations

from archdsl import ast
from archdsl.elaborate.builder import Builder
from archdsl.elaborate.environment import Flow, Frame, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.session import Session
from archdsl.program import FileScope
from archir.graph import Scope, Step
from archir.record import Record
from archir.source import Span


class Context(Record):
    """Where a statement stands: its file, names, the scope that registers, the steps that run.

    ``in_training`` marks the inside of ``train_only``; ``is_model`` the body of the model itself;
    ``splice`` is the name and the use of the block whose statements are spliced in here.
    """

    session: Session
    builder: Builder
    home: FileScope
    frame: Frame
    scope: Scope
    steps: list[Step]
    in_training: bool = False
    is_model: bool = False
    splice: tuple[str, Span] | None = None

    def evaluator(self, flow: Flow | None, *, fans: bool = False) -> Evaluator:
        """Evaluates expressions here, with ``flow`` as the meaning of ``_``."""
        return Evaluator(
            self.session, self.home, self.frame, flow or None, self.builder.type_of, fans
        )

    def inner(self, *, holds_values: bool = False) -> Context:
        """The inside of a pair of braces."""
        return self.within(Frame(self.frame, holds_values))

    def within(
        self, frame: Frame, scope: Scope | None = None, steps: list[Step] | None = None
    ) -> Context:
        """The same place with other names, perhaps in another scope or with other steps."""
        return Context(
            self.session,
            self.builder,
            self.home,
            frame,
            self.scope if scope is None else scope,
            self.steps if steps is None else steps,
            self.in_training,
            self.is_model,
        )


def run(body: ast.Body, flow: Flow, context: Context) -> Flow:
    """Run a body's statements; gives what flows out of the last."""
    from archdsl.elaborate.statements import statement

    context.session.budget.enter(body.span)
    for item in body.statements:
        context.session.budget.step(item.span)
        if context.builder.abandoned:
            flow = (context.builder.value(item.span, None),)
            break
        flow = statement(item, flow, context)
    context.session.budget.leave()
    return flow


def taken(node: ast.If, flow: Flow, context: Context) -> ast.Body | Unknown | None:
    """The arm of an ``if`` that is taken; None where it is none of them."""
    for condition, body in node.arms:
        truth = context.evaluator(flow).condition(condition)
        if isinstance(truth, Unknown):
            return truth
        if truth:
            return body
    return node.otherwise
