"""Statements that open no scope and repeat nothing."""

from __future__ import annotations

from collections.abc import Callable

from archc.spaces.engine.effects import Flow, LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.memo import Piece, asked, made, makes, of_body, remembered
from archc.spaces.engine.mentions import targets
from archdsl.elaborate.bodies.shapes import ascribe
from archdsl.elaborate.definitions.context import Context, perform
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.kinds import UNBOUND, Unknown
from archir.program.nodes import Expr
from archir.program.statements import (
    Assert,
    If,
    InitStatement,
    InputStatement,
    Let,
    OutputStatement,
    ParamStatement,
    Pipeline,
)


@makes(Assert, InitStatement, InputStatement, Let, OutputStatement, ParamStatement)
def _performed(
    node: Assert | InitStatement | InputStatement | Let | OutputStatement | ParamStatement,
) -> Piece:
    """A statement that the elaborator performs: it has no statements inside."""
    slots = targets(node)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        return frame.perform(total, lambda context: perform(node, frame.flow, context), slots)

    return remembered(run, node)


@makes(Pipeline)
def _pipeline(node: Pipeline) -> Piece:
    stages = tuple(map(made, node.stages))
    if len(stages) == 1 and not node.names and node.ascription is None:
        return stages[0]
    ascription = node.ascription
    slots = () if ascription is None else targets(ascription)

    def run(frame: LocalFrame, total: Sum) -> Flow:
        keys = frame.keys
        for stage in stages:
            keys[-1] = stage(frame, total)
        if total.abandoned:
            raise LongWay
        if node.names:
            _name(node, frame, total)
        if ascription is not None:
            flow = frame.flow
            if len(flow) != 1:
                raise LongWay

            def note(context: Context) -> Flow:
                ascribe(ascription, flow, context)
                return flow

            frame.perform(total, note, slots)
        return frame.flow

    return remembered(run, node)


def _name(node: Pipeline, frame: LocalFrame, total: Sum) -> None:
    """``as a, b``."""
    flow = frame.flow
    values: tuple[object, ...] = flow
    if len(node.names) == 1 and len(flow) > 1:
        values = (flow,)
    elif len(flow) != len(node.names):
        raise LongWay
    for target, value in zip(node.names, values, strict=True):
        if target.name == "_":
            continue
        if frame.env[target.slot] is not UNBOUND:
            raise LongWay
        frame.put(target.slot, value, total)


@makes(If)
def _if(node: If) -> Piece:
    taken = arm(node)
    bodies = [of_body(body) for _, body in node.arms]
    if node.otherwise is not None:
        bodies.append(of_body(node.otherwise))

    def run(frame: LocalFrame, total: Sum) -> Flow:
        place = taken(frame, total)
        return bodies[place](frame, total) if place < len(bodies) else frame.flow

    return run


def arm(node: If) -> Callable[[LocalFrame, Sum], int]:
    """The place of the arm that is taken; behind the last is what else is done."""

    def question(frame: LocalFrame, total: Sum) -> int:
        def holding(evaluator: Evaluator) -> int | Unknown:
            for place, (condition, _) in enumerate(node.arms):
                truth = evaluator.condition(condition)
                if isinstance(truth, Unknown):
                    return truth
                if truth:
                    return place
            return len(node.arms)

        return frame.ask(total, holding)

    return asked(question, *[condition for condition, _ in node.arms])


def holds_true(node: Expr) -> Callable[[LocalFrame, Sum], bool]:
    """Whether a condition holds."""

    def question(frame: LocalFrame, total: Sum) -> bool:
        return frame.ask(total, lambda evaluator: evaluator.condition(node))

    return asked(question, node)
