"""Names, arguments and labels of stages."""

from __future__ import annotations

from archdsl import rules
from archdsl.project.program import Declared
from archdsl.resolve.binding import bound, named_values, plan_declared, plan_op
from archdsl.resolve.context import UNCLEAR, Context, Meaning, Unclear, nothing
from archdsl.resolve.expressions import meant, place, visit
from archdsl.resolve.initialisers import override
from archdsl.resolve.labels import likely_keyword
from archdsl.resolve.literals import constant_is, hidden, is_of_type, literal, what_symbol_is
from archdsl.resolve.scope import Symbol
from archdsl.tree import ast
from archir.base.diagnostics import Label
from archir.base.record import replaced
from archir.base.source import Span
from archir.catalogue.registry import built_in, ops
from archir.op.binding import Plan
from archir.op.contract import Op
from archir.program.builtins import Builtin
from archir.program.expressions import Access, Arguments, Flowing, Index, Refused
from archir.program.nodes import Expr
from archir.program.statements import (
    Body,
    Branches,
    Dense,
    Labelling,
    Residual,
    Sequence,
    Stage,
    Unit,
    Use,
)

_WORDS: dict[type[ast.Node], str] = {
    ast.Sequence: "braces",
    ast.Branches: "brackets",
    ast.Residual: "combinators",
    ast.Dense: "combinators",
    ast.For: "a loop",
    ast.RepeatLoop: "a loop",
}


def stage(ctx: Context, node: ast.Stage, *, is_head: bool) -> Stage:
    """One stage of a chain; only the first can be a named value."""
    named = label(ctx, node.label)
    condition: Expr | None = None
    if node.condition is None:
        made = labelled_unit(ctx, node.unit, node.label, is_head=is_head)
    else:
        condition = visit(ctx, node.condition)
        with ctx.scope.arm(ctx.scope.condition(), 0):
            made = labelled_unit(ctx, node.unit, node.label, is_head=is_head)
    resolved, labelling, target = made
    given = [override(ctx, each, target) for each in node.overrides]
    overrides = tuple([each for each in given if each is not None])
    return Stage(node.span, named, resolved, overrides, condition, labelling)


def label(ctx: Context, node: ast.Label | None) -> ast.Label | None:
    """A label with the names in it resolved."""
    if node is None or not isinstance(node.name, ast.Text):
        return node
    text = visit(ctx, node.name)
    assert isinstance(text, ast.Text)
    return ast.Label(node.span, text)


def labelled_unit(
    ctx: Context, node: ast.Unit, label: ast.Label | None, *, is_head: bool
) -> tuple[Unit, Labelling | None, object]:
    """What stands between two arrows, and the labelling of the scope that its label opens."""
    if label is not None and label.name is not None:
        ctx.labels[-1].own = True
        word = likely_keyword(ctx, label) if isinstance(node, ast.Sequence) else None
        if word is not None:
            ctx.note(rules.labels.KeywordAsLabel(word), label.span)
    if label is None or isinstance(node, ast.PartUse):
        made, target = unit(ctx, node, label, is_head=is_head)
        return made, None, target
    with ctx.labelling() as labels:
        made, target = unit(ctx, node, label, is_head=is_head)
    return made, labels.at(node.span), target


def unit(
    ctx: Context, node: ast.Unit, label: ast.Label | None, *, is_head: bool
) -> tuple[Unit, object]:
    """What stands between two arrows.

    With it comes the op or declaration that it names, words for braces and their like, or None.
    """
    words = _WORDS.get(type(node))
    if isinstance(node, ast.PartUse):
        return _use(ctx, node, label, is_head=is_head)
    if isinstance(node, ast.Branches):
        return branches(ctx, node), words
    if isinstance(node, ast.For | ast.RepeatLoop):  # a loop is a stage as braces around it are
        return Sequence(node.span, _statements(ctx, node.span, (node,), "braces", None)), words
    if isinstance(node, ast.Residual):
        return _residual(ctx, node), words
    body = inner_body(ctx, node.body, "braces")
    if isinstance(node, ast.Sequence):
        return Sequence(node.span, body), words
    return Dense(node.span, body), words


def _residual(ctx: Context, node: ast.Residual) -> Residual:
    condition = None if node.condition is None else visit(ctx, node.condition)
    body = inner_body(ctx, node.body, "braces")
    if node.shortcut is None:
        return Residual(node.span, body, None, condition)
    if condition is None:
        return Residual(node.span, body, inner_body(ctx, node.shortcut, "braces"))
    with ctx.scope.arm(ctx.scope.condition(), 0):
        shortcut = inner_body(ctx, node.shortcut, "braces")
    return Residual(node.span, body, shortcut, condition)


def inner_body(ctx: Context, body: ast.Body, what: str, slots: list[int] | None = None) -> Body:
    """A body inside of another; ``slots`` are those that it shares with what is around it."""
    return _statements(ctx, body.span, body.statements, what, slots)


def branches(ctx: Context, node: ast.Branches) -> Branches:
    """Brackets: each branch takes the incoming value."""
    return Branches(node.span, _statements(ctx, node.span, node.items, "brackets", None))


def _statements(
    ctx: Context,
    span: Span,
    statements: tuple[ast.Statement, ...],
    what: str,
    slots: list[int] | None,
) -> Body:
    with ctx.inside(what, slots) as frame:
        made = tuple([ctx.session.statement(ctx, each) for each in statements])
    return Body(span, made, tuple(frame.slots))


def _use(
    ctx: Context, node: ast.PartUse, named: ast.Label | None, *, is_head: bool
) -> tuple[Use, object]:
    name, arguments = node.name, node.arguments
    found: Meaning | None = None
    plan: Plan | None = None
    target: Expr = Flowing(name.span)
    before = ctx.refusals
    item: Expr | None = None
    if name.text == "_":
        _flowing(ctx, node, named)
    else:
        found = ctx.meaning(name.text)
        node = _as_item(ctx, node, found)
        plan = _target(ctx, node, found, named, is_head=is_head)
        target = meant(ctx, found or UNCLEAR, name)
    if ctx.refusals > before:
        target = nothing(name.span)
    if node.splice:
        ctx.labels[-1].spliced.append(target)
    given: Arguments | None = None
    if arguments is not None:
        is_wrong = plan is not None and len(plan.problems) > 0
        flow_in = is_wrong and named_values(ctx, arguments) is not None
        values = [_given(ctx, item.value, flow_in) for item in arguments.items]
        given = bound(arguments, values, plan)
    if node.places and not isinstance(target, Refused):
        item = Access(node.span, target, tuple([place(ctx, each) for each in node.places]))
    inner = None if node.branches is None else branches(ctx, node.branches)
    is_known = isinstance(found, Declared | type)
    taps = tuple([tap for each in node.taps if (tap := label(ctx, each)) is not None])
    use = Use(node.span, name.text, target, given, inner, node.splice, item, taps)
    return use, found if is_known or isinstance(found, Symbol) else None


def _given(ctx: Context, node: ast.Expr, flows_in: bool) -> Expr:
    """An argument, or what is meant to flow in and stands among the arguments."""
    if flows_in and isinstance(node, ast.Name) and node.text != "_":
        if ctx.meaning(node.text):
            return visit(ctx, node)
        from archdsl.resolve.unknown_names import unknown_name

        return unknown_name(ctx, node, is_value=True)
    return visit(ctx, node)


def _as_item(ctx: Context, node: ast.PartUse, found: Meaning | None) -> ast.PartUse:
    """A use without the reading that it cannot have: ``ys [i]`` is an item or one branch."""
    if not node.places or node.branches is None:
        return node
    first = node.places[0]
    index = first.index if isinstance(first, Index) else first.first
    name = index.base if isinstance(index, ast.Access) else index
    inner = ctx.meaning(name.text) if isinstance(name, ast.Name) else None
    is_list = isinstance(found, Symbol) or (
        isinstance(found, Declared) and isinstance(found.node, ast.Let)
    )
    if not is_list or _flows(inner):
        return replaced(node, places=())
    if isinstance(found, Symbol) and found.is_value:
        return replaced(node, branches=None)
    if isinstance(inner, Symbol):
        is_number = what_symbol_is(inner) is not None
    elif isinstance(inner, Declared):
        is_number = isinstance(inner.node, ast.Function)
    else:
        is_number = isinstance(inner, Builtin)
    return replaced(node, branches=None) if is_number else node


def _flows(meaning: Meaning | None) -> bool:
    """Whether a name is of what stands in branches, and is no index."""
    if isinstance(meaning, Symbol):
        return meaning.is_value or meaning.kind == "module"
    return isinstance(meaning, type) or (
        isinstance(meaning, Declared) and meaning.kind in ("block", "model")
    )


def _flowing(ctx: Context, node: ast.PartUse, label: ast.Label | None) -> None:
    """``_`` as a stage: what flows in, passed on."""
    if node.arguments is not None or node.branches is not None:
        ctx.report(rules.flow.ArgumentsOnValue("_"), node.span)
    elif node.splice:
        ctx.report(rules.parts.CannotSplice("_", "it is a value"), node.span)
    elif label is not None:
        ctx.note(rules.labels.LabelOnValue("_"), label.span)


def _target(
    ctx: Context,
    node: ast.PartUse,
    found: Meaning | None,
    label: ast.Label | None,
    *,
    is_head: bool,
) -> Plan | None:
    name = node.name
    if found is None:
        from archdsl.resolve.unknown_names import unknown_stage  # a right file has none

        _as_meant(ctx, node, unknown_stage(ctx, node))
    elif node.places and not isinstance(found, Symbol | Declared | Unclear):
        _no_list(ctx, node, found)
    elif isinstance(found, Symbol):
        ctx.use(found, name.span)
        if node.places and not found.is_value:
            pass  # it is known when it runs what its item is
        elif found.kind == "module":
            _module(ctx, node, found, label)
        elif found.is_value:
            _value(ctx, node, found, label, is_head=is_head)
        else:
            what = what_symbol_is(found)
            if is_of_type(found, "init"):
                what = "a parameter of type init"
            if what is not None:
                _no_part(ctx, node, what, found)
    elif isinstance(found, Declared):
        ctx.refer(name.text, found, name.span)
        return _declared(ctx, node, found, label)
    elif isinstance(found, type):
        return _op(ctx, node, found, label)
    elif found is not UNCLEAR:
        what = "a function" if isinstance(found, Builtin) else "an initialiser"
        ctx.report(rules.parts.NotAPart(name.text, what), name.span)
    return None


def _as_meant(ctx: Context, node: ast.PartUse, wanted: str | None) -> None:
    """Hold the arguments of a misspelt op, or of another library's, against the op that it is."""
    from archir.base.likeness import is_slip, letters  # a right file has no need of these
    from archir.base.synonyms import synonym

    name = node.name.text
    if wanted is None or wanted not in built_in() or node.arguments is None:
        return
    if synonym(name) == wanted or is_slip(name, wanted):
        # What is missing may be what another op does not need.
        is_same = letters(name) == letters(wanted)
        plan_op(ctx, ops()[wanted], node.arguments, node.span, partial=not is_same)


def _value(
    ctx: Context, node: ast.PartUse, symbol: Symbol, label: ast.Label | None, *, is_head: bool
) -> None:
    where = (Label(symbol.span, "it is named here"),)
    if node.splice:
        ctx.report(rules.parts.CannotSplice(symbol.name, "it is a value"), node.span, where)
    elif node.arguments is not None or node.branches is not None:
        ctx.report(rules.flow.ArgumentsOnValue(symbol.name), node.span, where)
    elif not is_head:
        ctx.report(rules.names.ValueNotAtHead(symbol.name), node.span, where)
    elif label is not None:
        written = label.span.text.rstrip(": ")
        ctx.note(rules.labels.LabelOnValue(symbol.name, written), label.span, where)


def _module(ctx: Context, node: ast.PartUse, symbol: Symbol, label: ast.Label | None) -> None:
    where = (Label(symbol.span, "it is declared here"),)
    if node.splice:
        ctx.report(rules.parts.CannotSplice(symbol.name, "it is one module"), node.span, where)
    if node.arguments is not None:
        ctx.report(
            rules.placement.ModuleSetAgain(symbol.name, "arguments"), node.arguments.span, where
        )
    if label is not None:
        ctx.note(rules.placement.ModuleSetAgain(symbol.name, "label"), label.span, where)


def _declared(
    ctx: Context, node: ast.PartUse, declared: Declared, label: ast.Label | None
) -> Plan | None:
    name = node.name.text
    if node.places and not isinstance(declared.node, ast.Let):
        _no_list(ctx, node, declared)
        return None
    if isinstance(declared.node, ast.Let):
        if node.places:
            return None
        what = constant_is(declared, name)
        if what is not None:
            _no_part(ctx, node, what, declared)
        return None
    if isinstance(declared.node, ast.Function):
        _no_part(ctx, node, "a function", declared)
        return None
    if node.splice and label is not None and label.name is not None:
        ctx.note(rules.placement.LabelOnSplice(label.span.text.rstrip(": "), name), label.span)
    return plan_declared(ctx, declared, name, node.arguments, node.span)


def _no_list(ctx: Context, node: ast.PartUse, found: Meaning) -> None:
    """Brackets with an index behind what is a part, and no list."""
    shown = node.places[0].span.text[1:-1].strip()
    first = node.places[0]
    if isinstance(first, Index) and literal(first.index) is not None and len(node.places) == 1:
        problem = rules.chains.NumberAsBranch(shown)
        ctx.report(problem, first.index.span)
        return
    kind = found.kind if isinstance(found, Declared) else "op"
    ctx.report(rules.kinds.NotAList(f"the {kind} {node.name.text}", "an index"), node.span)


def _op(ctx: Context, node: ast.PartUse, op: type[Op], label: ast.Label | None) -> Plan:
    if node.splice:
        ctx.report(
            rules.parts.CannotSplice(
                op.keyword, "it is an op, and has no children", bool(op.weights)
            ),
            node.span,
        )
    if label is not None and label.name is not None and not op.is_module:
        ctx.note(rules.labels.LabelOnFunction(op.keyword), label.span)
    return plan_op(ctx, op, node.arguments, node.span)


def _no_part(ctx: Context, node: ast.PartUse, what: str, where: Symbol | Declared) -> None:
    hides = None if isinstance(where, Declared) and where.kind == "function" else "op"
    hides = hides if hidden(node.name.text) == "op" else None
    label = Label(where.span, "it is declared here")
    ctx.report(rules.parts.NotAPart(node.name.text, what, hides), node.name.span, (label,))
