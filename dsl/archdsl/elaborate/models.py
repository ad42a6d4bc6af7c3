"""From a program's model and the values given for its parameters to a graph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from keyword import iskeyword
from typing import TypeVar

from archdsl import rules
from archdsl.elaborate.bodies.shapes import model_type
from archdsl.elaborate.constants import Constants, Together
from archdsl.elaborate.definitions.builder import Builder
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.definitions.instances import beginning, build
from archdsl.elaborate.expressions.binding import BoundArguments, bind, fill, signature_of
from archdsl.elaborate.expressions.evaluate import Evaluator, of_declaration
from archdsl.elaborate.limits import Budget, Limits, Stopped
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import UNBOUND, Unknown
from archdsl.project.program import Declared
from archdsl.resolve import settings
from archdsl.resolve.resolved import Resolved
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostics, Label
from archir.graph.graph import Graph
from archir.graph.places import MOST_USES
from archir.init.values import Part
from archir.op.rule_cache import RuleCache
from archir.program.declarations import Block, Declaration, Variant
from archir.program.expressions import Access, Arguments, BlockValue
from archir.program.statements import OutputStatement
from archir.program.walk import own_statements

T = TypeVar("T")


def elaborate(
    program: Resolved,
    model: Declared,
    arguments: tuple[ast.Argument, ...] = (),
    limits: Limits | None = None,
    together: Together | None = None,
    sizes: Mapping[str, int] | None = None,
    values: Mapping[str, object] | None = None,
) -> tuple[Graph | None, Diagnostics]:
    """Unroll a model, or a variant of one; ``arguments`` are given to it from outside.

    So are ``values``, which are no expressions any more: of parameters that it has.

    The graph is None where nothing can be said of the model. It may be there beside errors: the
    checker then still finds what is wrong with the shapes of the rest. ``together`` is what all
    models of one check share; ``sizes`` take the place of the defaults of the model's size
    variables.
    """
    session = session_for(program, limits, together)
    session.other_sizes = sizes or {}
    session.is_wrong = program.is_wrong(model)
    session.values = values or {}
    graph = bounded(session, model, lambda: _model(session, model, arguments))
    if graph is not None:
        graph.is_wrong = session.has_errors
        if sizes is None and not session.knows_all:
            graph.again = lambda other: _again(program, model, arguments, limits, other, values)
    return graph, session.diagnostics


def _again(
    program: Resolved,
    model: Declared,
    arguments: tuple[ast.Argument, ...],
    limits: Limits | None,
    sizes: Mapping[str, int],
    values: Mapping[str, object] | None,
) -> Graph | None:
    """The model unrolled for other sizes; None where that finds errors."""
    graph, _ = elaborate(program, model, arguments, limits, sizes=sizes, values=values)
    return None if graph is None or graph.is_wrong else graph


def missing_arguments(
    program: Resolved, model: Declared, together: Together | None = None
) -> tuple[str, ...]:
    """Parameters of a model, or of a variant of one, that have no value yet.

    Such a model is not built by itself, but through a (further) variant.
    """
    session = session_for(program, None, together)
    part = bounded(session, model, lambda: _part(session, model))
    if part is None:
        return ()  # building it says what is wrong
    return signature_of(part).missing(name for name, _ in part.arguments)


def session_for(
    program: Resolved, limits: Limits | None = None, together: Together | None = None
) -> Session:
    """A session in which nothing is known yet but what models share that are checked together."""
    together = together or Together()
    diagnostics = Diagnostics()
    sizes: dict[str, int] = {}
    budget = Budget(limits or Limits(), diagnostics, together)
    constants = Constants(budget, diagnostics, together.constants, together.variants)
    session = Session(program, diagnostics, budget, RuleCache(sizes), constants, sizes)
    budget.around = session.around
    budget.is_wrong = lambda: session.has_errors
    return session


def bounded(session: Session, model: Declared, run: Callable[[], T | None]) -> T | None:
    """What ``run`` gives; None once a limit has been reported."""
    try:
        with _deep_stack():
            return run()
    except Stopped:
        return None
    except RecursionError:
        # Calls, constants and expressions inside each other, each of them as deep as they may be.
        place = session.uses[-1].span if session.uses else model.span
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
    block = part.origin
    assert isinstance(block, Block)
    variants = _variants(session, declared)
    bound = _arguments(session, declared, part, arguments)
    if bound is None:
        return None
    session.uses = list(variants)
    context = beginning(block, Builder(session), is_model=True)
    fill(context.evaluator(None), block.name, block.parameters, bound)
    graph = _root(context, block, session.program.declarations[declared])
    if graph is not None:
        graph.variants = variants[::-1]
    return graph


def _variants(session: Session, declared: Declared) -> tuple[Label, ...]:
    """The texts of a variant, and of those that it is made from, inwards: its own and the last.

    No more of them are shown of a mistake, and in a long chain there is no room for all.
    """
    known, program = session.constants.variants, session.program
    chain: list[tuple[Declared, Label]] = []
    while isinstance(declared.node, ast.Variant) and declared not in known:
        value = declared.node.value.span
        base = min(program.references.get(declared, ()), key=lambda each: each[1].start)[0]
        chain.append((declared, Label(value, f"in this variant of {base.name}")))
        declared = base
    found = known.get(declared, ())
    for each, label in reversed(chain):
        found = known[each] = (label, *found[-MOST_USES:])
    return found


def base_of(session: Session, declared: Declared) -> tuple[Part, Block] | None:
    """The model behind a declaration, and it as a part with what variants fill in of it."""
    part = _part(session, declared)
    if part is None:
        return None
    assert isinstance(part.origin, Block)
    return part, part.origin


def _part(session: Session, declared: Declared) -> Part | None:
    """The model that a declaration stands for, with a variant's arguments."""
    declaration = session.program.declarations[declared]
    value = of_declaration(session, declaration)
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Part) and value.kind == "model":
        return value
    assert isinstance(declaration, Variant)
    session.report(rules.models.NotAModel(describe(value)), declaration.value.span)
    return None


def _arguments(
    session: Session, declared: Declared, part: Part, arguments: tuple[ast.Argument, ...]
) -> BoundArguments | None:
    """What the variant gives, and over it what is given from outside."""
    place = declared.node.span if isinstance(declared.node, ast.Variant) else declared.span
    written = _written(session.program.declarations[declared])
    bound: BoundArguments | None = BoundArguments(dict(part.arguments), written, place)
    if arguments:
        bound = _from_outside(session, declared, part, arguments)
    if bound is None:
        return None
    bound.values = {**dict(part.arguments), **bound.values, **session.values}
    missing = signature_of(part).missing(bound.values)
    if missing:
        session.report(rules.models.NeedsArguments(declared.name, missing[0]), declared.span)
    return None if missing else bound


def _from_outside(
    session: Session, declared: Declared, part: Part, arguments: tuple[ast.Argument, ...]
) -> BoundArguments | None:
    place = declared.node.span if isinstance(declared.node, ast.Variant) else declared.span
    given, slots = settings(session.program, declared, arguments)
    evaluator = Evaluator(session, [UNBOUND] * slots)
    return bind(evaluator, declared.name, signature_of(part), given, place, partial=True)


def values_from_outside(
    program: Resolved, model: Declared, arguments: tuple[ast.Argument, ...]
) -> tuple[dict[str, object], Diagnostics]:
    """The values of arguments that are given to a model from outside."""
    session = session_for(program)
    if not arguments:
        return {}, session.diagnostics

    def found() -> dict[str, object]:
        part = _part(session, model)
        bound = None if part is None else _from_outside(session, model, part, arguments)
        return {} if bound is None else bound.values

    return bounded(session, model, found) or {}, session.diagnostics


def _written(declaration: Declaration) -> Arguments | None:
    """The arguments in a variant's text: the places of their values."""
    value = declaration.value if isinstance(declaration, Variant) else None
    if isinstance(value, Access) and isinstance(value.trailers[-1], Arguments):
        return value.trailers[-1]  # of another variant
    return value.arguments if isinstance(value, BlockValue) else None


def _root(context: Context, block: Block, asked: Declaration) -> Graph | None:
    session = context.session
    if not block.inputs and not session.is_wrong:
        session.report(rules.models.NoInput(block.name), block.name_span)
        return None
    types = tuple([model_type(item, context) for item in block.inputs]) or (None,)
    root = build(context, block, types)
    unnamed = any(output.name is None for output in root.outputs)
    if len(root.outputs) > 1 and unnamed and not session.has_errors:
        session.report(rules.outputs.UnnamedOutputs(len(root.outputs)), block.name_span)
    if len(root.outputs) > 1:
        refuse_bad_fields(session, block)
    if all(output.when_training for output in root.outputs) and not session.is_wrong:
        session.report(rules.outputs.OutputsOnlyInTraining(block.name), block.name_span)
    root.name = asked.name
    if asked.doc:
        root.doc = asked.doc
    return Graph(root, session.sizes, session.rule_cache)


def refuse_bad_fields(session: Session, block: Block) -> None:
    """Refuse names of outputs that no named tuple can have as fields."""
    for statement in own_statements(block.body):
        if isinstance(statement, OutputStatement):
            for item in statement.items:
                name = item.name
                reason = "it is a keyword of Python's" if iskeyword(name) else ""
                reason = "it begins with _" if name.startswith("_") else reason
                if reason:
                    session.report(rules.outputs.BadOutputName(name, reason), item.name_span)
