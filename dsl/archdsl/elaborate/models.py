"""From a program's model and the values given for its parameters to a graph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

from archdsl import ast, rules
from archdsl.docs import prose
from archdsl.elaborate.binding import Bound, bind, fill, parameters_of
from archdsl.elaborate.body import Context
from archdsl.elaborate.builder import Builder
from archdsl.elaborate.constants import Constants, Together
from archdsl.elaborate.declare import dtype
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import Frame, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.instances import build
from archdsl.elaborate.limits import Budget, Limits, Stopped
from archdsl.elaborate.session import Session
from archdsl.elaborate.shapes import model_type
from archdsl.program import Declared, Program
from archir.diagnostics import Diagnostics
from archir.graph import Graph, Scope
from archir.oracle import Oracle
from archir.values import Part

T = TypeVar("T")


def elaborate(
    program: Program,
    model: Declared,
    arguments: tuple[ast.Argument, ...] = (),
    limits: Limits | None = None,
    together: Together | None = None,
    sizes: Mapping[str, int] | None = None,
) -> tuple[Graph | None, Diagnostics]:
    """Unroll a model, or a variant of one; ``arguments`` are given to it from outside.

    The graph is None where nothing can be said of the model. It may be there beside errors: the
    checker then still finds what is wrong with the shapes of the rest. ``together`` is what all
    models of one check share; ``sizes`` take the place of the defaults of the model's size
    variables.
    """
    session = session_for(program, limits, together)
    session.other_sizes = sizes or {}
    graph = _bounded(session, model, lambda: _model(session, model, arguments))
    if graph is not None:
        graph.is_wrong = session.diagnostics.has_errors
        if sizes is None and not session.knows_all:
            graph.again = lambda other: _again(program, model, arguments, limits, other)
    return graph, session.diagnostics


def _again(
    program: Program,
    model: Declared,
    arguments: tuple[ast.Argument, ...],
    limits: Limits | None,
    sizes: Mapping[str, int],
) -> Graph | None:
    """The model unrolled for other sizes; None where that finds errors."""
    graph, _ = elaborate(program, model, arguments, limits, sizes=sizes)
    return None if graph is None or graph.is_wrong else graph


def missing_arguments(
    program: Program, model: Declared, together: Together | None = None
) -> tuple[str, ...]:
    """Parameters of a model, or of a variant of one, that have no value yet.

    Such a model is not built by itself, but through a (further) variant.
    """
    session = session_for(program, None, together)
    part = _bounded(session, model, lambda: _part(session, model))
    if part is None:
        return ()  # building it says what is wrong
    parameters = parameters_of(session, part)
    given = {name for name, _ in part.arguments}
    return tuple(name for name in parameters.names if name in parameters.required - given)


def session_for(
    program: Program, limits: Limits | None = None, together: Together | None = None
) -> Session:
    """A session in which nothing is known yet but what models share that are checked together."""
    together = together or Together()
    diagnostics = Diagnostics()
    sizes: dict[str, int] = {}
    budget = Budget(limits or Limits(), diagnostics, together)
    constants = Constants(budget, diagnostics, together.constants)
    return Session(program, diagnostics, budget, Oracle(sizes), constants, sizes)


def _bounded(session: Session, model: Declared, run: Callable[[], T | None]) -> T | None:
    """What ``run`` gives; None once a limit has been reported."""
    try:
        with _deep_stack():
            return run()
    except Stopped:
        return None
    except RecursionError:
        # Calls, constants and expressions inside each other, each of them as deep as they may be.
        place = session.uses[-1][1] if session.uses else model.span
        with suppress(Stopped):
            session.budget.stop("depth", place)
        return None
    finally:
        session.budget.close()


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Room for as many levels as the limits on nesting allow; they keep it bounded."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 30_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _model(
    session: Session, declared: Declared, arguments: tuple[ast.Argument, ...]
) -> Graph | None:
    part = _part(session, declared)
    if part is None:
        return None
    base = part.origin
    assert isinstance(base, Declared)
    node = base.node
    assert isinstance(node, ast.PartDeclaration)
    bound = _arguments(session, declared, part, arguments)
    if bound is None:
        return None
    context = Context(
        session,
        Builder(session),
        base.home,
        Frame(None, holds_values=True),
        Scope(False),
        [],
        is_model=True,
    )
    if not fill(context.evaluator(None), node.name.text, node.params, bound):
        return None
    return _root(context, node, base, declared)


def base_of(session: Session, declared: Declared) -> tuple[Part, Declared] | None:
    """The model behind a declaration, and it as a part with what variants fill in of it."""
    with _deep_stack():
        part = _part(session, declared)
    if part is None:
        return None
    assert isinstance(part.origin, Declared)
    return part, part.origin


def _part(session: Session, declared: Declared) -> Part | None:
    """The model that a declaration stands for, with a variant's arguments."""
    home = Evaluator(session, declared.home, Frame(None))
    value = home.declared(declared, declared.name)
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Part) and value.kind == "model":
        return value
    assert isinstance(declared.node, ast.Variant)
    session.report(rules.models.NotAModel(describe(value)), declared.node.value.span)
    return None


def _arguments(
    session: Session, declared: Declared, part: Part, arguments: tuple[ast.Argument, ...]
) -> Bound | None:
    """What the variant gives, and over it what is given from outside."""
    parameters = parameters_of(session, part)
    place = declared.node.span if isinstance(declared.node, ast.Variant) else declared.span
    bound: Bound | None = Bound(dict(part.arguments), (), (), place)
    if arguments:
        evaluator = Evaluator(session, session.program.main, Frame(None))
        call = ast.Arguments(arguments[0].span, arguments)
        bound = bind(evaluator, declared.name, parameters, call, place, partial=True)
    if bound is None:
        return None
    bound.values = {**dict(part.arguments), **bound.values}
    given = bound.values.keys()
    missing = [name for name in parameters.names if name in parameters.required - given]
    if missing:
        session.report(rules.models.NeedsArguments(declared.name, missing[0]), declared.span)
    return None if missing else bound


def _root(
    context: Context, node: ast.PartDeclaration, base: Declared, declared: Declared
) -> Graph | None:
    session = context.session
    items = session.outline(node.body).inputs
    if not items:
        session.report(rules.models.NoInput(node.name.text), node.name.span)
        return None
    types = [model_type(item, dtype(item, context), context) for item in items]
    if any(given is None for given in types):
        return None
    root = build(context, node, base, tuple(types))
    unnamed = any(output.name is None for output in root.outputs)
    if len(root.outputs) > 1 and unnamed and not session.diagnostics.has_errors:
        session.report(rules.models.UnnamedOutputs(len(root.outputs)), node.name.span)
    if all(output.when_training for output in root.outputs):
        session.report(rules.models.OutputsOnlyInTraining(node.name.text), node.name.span)
    root.name = declared.name
    if isinstance(declared.node, ast.Variant) and declared.node.doc:
        root.doc = prose(declared.node.doc)
    return Graph(root, session.sizes, session.oracle)
