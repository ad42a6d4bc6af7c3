"""Raw parameters and buffers: what they are filled with, and where they are registered."""

from __future__ import annotations

from archdsl import rules
from archdsl.elaborate.bodies.shapes import size
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import Flow, Unknown
from archir import rules as ir_rules
from archir.base.diagnostics import Label
from archir.base.reserved import why_not
from archir.base.source import Span
from archir.graph.graph import Assertion, Message, RawParameter, Read, Slot
from archir.init.init_rules import Initialiser
from archir.init.initialisers import INITIALISERS
from archir.init.tensors import WORDS, Fault, TensorConstant, shape_of, tensor_of
from archir.program.expressions import ListDisplay
from archir.program.nodes import Expr
from archir.program.statements import Dim, ParamStatement
from archir.shapes.conditions import Condition
from archir.shapes.dims import evaluate, variables
from archir.shapes.types import TensorType


def parameter(node: ParamStatement, flow: Flow, context: Context) -> Flow:
    """A raw parameter or buffer, and the value that reads it."""
    evaluator, target = context.evaluator(flow), node.target
    shape = tuple(_parameter_dim(dim, context, flow) for dim in node.shape.dims)
    persistent = _truth(node, evaluator)
    known = tuple(extent for extent in shape if extent is not None)
    initial = None
    if len(known) == len(shape) and node.dtype:  # else that has been said
        initial = _initial(node, known, evaluator, context)
    if initial is None or persistent is None:
        context.env[target.slot] = context.builder.value(node.span, None)
        return flow
    context.builder.left_behind += 1
    name = target.name
    reason = why_not(name)
    if reason is not None:
        context.session.report(rules.labels.BadLabel(name, reason), target.span)
    parameter = RawParameter(
        name,
        known,
        initial,
        node.kind == "buffer",
        node.span,
        len(context.scope.entries),
        node.dtype,
        persistent,
    )
    _register_parameter(parameter, context)
    made = context.builder.value(node.span, TensorType(known, node.dtype), name)
    context.steps.append(Read(parameter, (made,), node.span))
    context.builder.spend(1, node.span)
    context.env[target.slot] = made
    return flow


def _truth(node: ParamStatement, evaluator: Evaluator) -> bool | None:
    """Whether the state dict has it; None where that is wrong."""
    if node.persistent is None:
        return True
    value = evaluator.value(node.persistent)
    if isinstance(value, bool | Unknown):
        return value if isinstance(value, bool) else None
    problem = rules.constants.NotATruth("persistent", describe(value))
    evaluator.session.report(problem, node.persistent.span)
    return None


def _initial(
    node: ParamStatement, shape: tuple[int, ...], evaluator: Evaluator, context: Context
) -> Initialiser | TensorConstant | None:
    """What fills it: an initialiser, or its elements; None where that is wrong."""
    value, name = evaluator.value(node.value), node.target.name
    report = context.session.report
    if isinstance(value, Unknown):
        return None
    if isinstance(value, tuple) or (not shape and isinstance(value, int | float)):
        return _elements(node, value, shape, context)
    if not isinstance(value, Initialiser) or value.function not in INITIALISERS:
        report(rules.kinds.NotAnInitialiser(describe(value)), node.value.span)
        return None
    if not INITIALISERS[value.function].can_fill(len(shape)):
        ranks = INITIALISERS[value.function].ranks
        problem = ir_rules.graph.InitialiserDoesNotFit(
            value.function, name, str(list(shape)), ranks
        )
        report(problem, node.value.span)
    if node.dtype != "float32" and not _is_whole(value, node.dtype):
        word = WORDS[node.dtype]
        report(rules.constants.NotDrawnAsWhole(name, word, value.function), node.value.span)
    return value


def _is_whole(value: Initialiser, dtype: str) -> bool:
    """Whether an initialiser gives numbers of a dtype that has no fractions."""
    if value.function == "constant" and dtype == "int64":
        return all(isinstance(argument, int) for _, argument in value.arguments)
    return value.function in ("zeros", "ones", "eye")


def _elements(
    node: ParamStatement, value: object, shape: tuple[int, ...], context: Context
) -> TensorConstant | None:
    """The tensor whose elements a list gives."""
    name, report, at = node.target.name, context.session.report, node.value.span
    made = _tensor(value, node.dtype, at, context)
    if isinstance(made, Fault):
        at = _written(node.value, made.place).span
        place, found = str(list(made.place)) if made.place else "", describe(made.found)
        if isinstance(made.wanted, int):
            report(rules.constants.UnevenList(place, found, made.wanted), at)
        else:
            report(rules.constants.ElementOfOtherKind(name, made.wanted, place, found), at)
        return None
    given = shape_of(value)
    if given != shape and not (0 in given and 0 in shape):
        shapes = str(list(shape)), str(list(given))
        report(rules.constants.ListOfOtherShape(name, *shapes), at)
        return None
    return made


def _tensor(value: object, dtype: str, at: Span, context: Context) -> TensorConstant | Fault:
    """The elements as a tensor: worked out once of a list that a function has given once."""
    tensors, key = context.session.tensors, (id(value), dtype)
    if key not in tensors:
        context.session.budget.weigh(value, at)
        tensors[key] = value, tensor_of(value, dtype)
    return tensors[key][1]


def _written(node: Expr, place: tuple[int, ...]) -> Expr:
    """The text of an element, as far as lists are written out."""
    for index in place:
        if not isinstance(node, ListDisplay):
            break
        node = node.items[index]
    return node


def _register_parameter(parameter: RawParameter, context: Context) -> None:
    # A child of the same name would have the same key.
    stand_in = Slot(parameter.name, False, parameter.name, parameter.span)
    table = context.session.labels.setdefault(context.scope, {})
    earlier = table.setdefault(parameter.name, stand_in)
    if earlier is stand_in:
        context.scope.parameters.append(parameter)
    else:
        related = Label(earlier.span, "the name is used here first")
        in_turns = earlier.span == parameter.span
        problem = rules.labels.AlreadyInUse(parameter.name, in_turns, "param")
        context.session.report(problem, parameter.span, *[related][in_turns:])


def _parameter_dim(dim: Dim, context: Context, flow: Flow) -> int | None:
    """A parameter's extent. One that depends on the sizes holds them to their defaults."""
    assert dim.value is not None  # it can bind no name
    extent = size(dim.value, context.evaluator(flow))
    if isinstance(extent, Unknown):
        return None
    sizes = context.session.sizes
    number = evaluate(extent, sizes)
    if number != extent:
        held = context.session.rule_cache.batches & variables(extent)
        if held:
            written = dim.value.span.text
            problem = ir_rules.graph.BatchHeld("the parameter", written, min(held))
            context.session.report(problem, dim.span)
        condition = Condition("equal", extent, number)
        said = f"the parameter's shape was taken at {dim.value.span.text} = {number}"
        context.builder.assertions.append(Assertion(condition, Message((said,)), dim.span))
    if number < 0 or number > 2**31:
        context.session.report(rules.models.BadSize(dim.span.text, f"it is {number}"), dim.span)
        return None
    return number
