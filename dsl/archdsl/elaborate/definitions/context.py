"""Where a statement stands, and how bodies run: statements over one current value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from archdsl.elaborate.definitions.builder import Builder
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.kinds import Env, Flow, Unknown, Visible
from archir.base.record import Record
from archir.base.source import Span
from archir.graph.graph import Scope, Step, Value
from archir.program.nodes import Node
from archir.program.statements import Body, If, InitStatement, Statement, Unit


class Context(Record):
    """Where a statement stands: its names, the scope that registers, the steps that run.

    ``env`` are the slots of its declaration, of which ``visible`` are in sight. ``in_training``
    marks the inside of ``train_only``; ``is_model`` the body of the model itself; ``splice`` is
    the name and the use of the block whose statements are spliced in here.
    """

    session: Session
    builder: Builder
    env: Env
    visible: Visible
    scope: Scope
    steps: list[Step]
    in_training: bool = False
    is_model: bool = False
    splice: tuple[str, Span] | None = None

    def evaluator(self, flow: Flow | None) -> Evaluator:
        """Evaluates expressions here, with ``flow`` as the meaning of ``_``."""
        return Evaluator(self.session, self.env, flow or None, self.builder.type_of)

    def inner(
        self, slots: tuple[int, ...], scope: Scope | None = None, steps: list[Step] | None = None
    ) -> Context:
        """The inside of a pair of braces, perhaps with another scope or with other steps."""
        return self.within(Visible(slots, self.visible), scope, steps)

    def within(
        self, visible: Visible, scope: Scope | None = None, steps: list[Step] | None = None
    ) -> Context:
        """The same place with other names in sight, perhaps in another scope, with other steps."""
        return Context(
            self.session,
            self.builder,
            self.env,
            visible,
            self.scope if scope is None else scope,
            self.steps if steps is None else steps,
            self.in_training,
            self.is_model,
        )

    def within_reach(self) -> Iterator[Value]:
        """The values that may be read here, those that the definition began with first."""
        builder = self.builder
        yield from builder.inputs
        yield from builder.handed
        for slot in self.visible:
            for value in _values(self.env[slot]):
                if value in builder.types and (self.in_training or value not in builder.training):
                    yield value


def _values(named: object) -> Iterator[Value]:
    """A value, or those of a list of values."""
    if isinstance(named, Value):
        yield named
    elif isinstance(named, tuple):
        for item in named:
            yield from _values(item)


# --- performing -----------------------------------------------------------------------------------

_Perform = Callable[[Any, Flow, Context], Flow]

_PERFORM: dict[type[Node], _Perform] = {}


def performs(*kinds: type[Node]) -> Callable[[_Perform], _Perform]:
    """Says that a function performs these kinds of statements, or of units without a label.

    What stands in bodies (``archdsl.elaborate.bodies``) is told to what runs them in this way.
    """

    def note(function: _Perform) -> _Perform:
        _PERFORM.update(dict.fromkeys(kinds, function))
        return function

    return note


def perform(node: Statement | Unit, flow: Flow, context: Context) -> Flow:
    """Perform one statement or unit; gives the current value behind it."""
    return _PERFORM[type(node)](node, flow, context)


def run(body: Body, flow: Flow, context: Context) -> Flow:
    """Run a body's statements; gives what flows out of the last."""
    context.session.budget.enter(body.span)
    for item in body.statements:
        context.session.budget.step(item.span)
        if context.builder.abandoned:
            flow = (context.builder.value(item.span, None),)
            break
        if context.builder.done and not isinstance(item, InitStatement):
            continue
        flow = perform(item, flow, context)
    context.session.budget.leave()
    return flow


def taken(node: If, flow: Flow, context: Context) -> Body | Unknown | None:
    """The arm of an ``if`` that is taken; None where it is none of them."""
    for condition, body in node.arms:
        truth = context.evaluator(flow).condition(condition)
        if isinstance(truth, Unknown):
            context.session.has_gaps = True
            return truth
        if truth:
            return body
    return node.otherwise
