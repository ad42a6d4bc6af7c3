"""Loops: unrolled turn by turn, and folded where the turns cannot be told apart.

A turn is known by the values of the loop's variables that its body mentions and by the type of
what flows in. Once a turn gives back the type it was given, all turns behind it that mention the
same values do the same, and they become one ``Repeat``: the cost of a loop does not grow with its
count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl import rules
from archdsl.elaborate.definitions.context import Context, performs, run
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import UNBOUND, UNKNOWN, Flow, Unknown, clear, typed_key
from archir.base.record import Record, replaced
from archir.graph.graph import Repeat, Slot, SlotRepeat, Step
from archir.graph.steps import substitute
from archir.program.nodes import Expr
from archir.program.statements import For, Loop, RepeatLoop
from archir.shapes.brief import brief
from archir.shapes.dims import SizeExpr


class Run(Record):
    """Equal turns after each other: the item of the first, and how many there are."""

    item: object
    count: int


def turns(node: Loop, flow: Flow, context: Context) -> Iterator[Context]:
    """A context for each turn of a loop in brackets, where turns are branches."""
    collected = _Collected(node, context)
    runs = equal_turns(node, flow, context, fold=False)
    if runs is None:
        yield _unknown_turn(node, context)
        collected.is_cut = True
        collected.bind()
        return
    for each in runs:
        for _ in range(each.count):
            if context.builder.done:
                return
            turn = _turn(node, each.item, flow, context)
            yield turn
            collected.add()
    collected.bind()


@performs(For, RepeatLoop)
def loop(node: Loop, flow: Flow, context: Context) -> Flow:
    """``for x in list { }`` or ``repeat n { }`` as a statement."""
    runs = equal_turns(node, flow, context, fold=node.turns.can_fold)
    collected = _Collected(node, context)
    if runs is None:
        run(node.body, (context.builder.value(node.span, None),), _unknown_turn(node, context))
        collected.is_cut = True
        collected.bind()
        return (context.builder.value(node.span, None),)
    for each in runs:
        if not context.builder.done:
            flow = _run(node, each, flow, context, collected)
    collected.bind()
    return flow


def _run(node: Loop, each: Run, flow: Flow, context: Context, collected: _Collected) -> Flow:
    """Equal turns: one by one until they keep their type, then all the rest at once."""
    left = each.count
    while left and not context.builder.done:
        if left > 1 and len(flow) == 1:
            flow, done = _fold(node, each.item, left, flow, context)
            left -= done
        else:
            turn = _turn(node, each.item, flow, context)
            flow = run(node.body, flow, turn)
            collected.add()
            left -= 1
        if any(context.builder.type_of(value) is None for value in flow):
            collected.is_cut = collected.is_cut or left > 0
            break  # a problem has been reported; the other turns would say it again
    return flow


def _fold(node: Loop, item: object, count: int, flow: Flow, context: Context) -> tuple[Flow, int]:
    """Run one turn. If it keeps its type it stands for all ``count``; gives how many are done."""
    builder, scope, given = context.builder, context.scope, context.builder.type_of(flow[0])
    before, nodes, problems = len(scope.entries), builder.nodes, len(context.session.diagnostics)
    annotations, named = len(builder.annotations), builder.left_behind
    formal = builder.value(flow[0].span, given)
    turn = _turn(node, item, flow, context, steps=[])
    last = run(node.body, (formal,), turn)
    entries = scope.entries[before:]
    again = (
        len(last) != 1
        or builder.type_of(last[0]) != given
        or len(context.session.diagnostics) != problems
        or builder.left_behind != named  # by a block that the body splices
        or builder.done
        or any(isinstance(entry, Slot) and entry.label is not None for entry in entries)
    )
    nothing = not turn.steps and not entries  # each turn gives what the first gave
    if again or nothing:
        substitute(turn.steps, formal, flow[0])
        builder.annotations[annotations:] = [
            replaced(annotation, value=flow[0]) if annotation.value is formal else annotation
            for annotation in builder.annotations[annotations:]
        ]
        context.steps.extend(turn.steps)
        done = count if nothing and not again else 1
        return tuple(flow[0] if value is formal else value for value in last), done
    slots = SlotRepeat(count, entries)
    scope.entries[before:] = [slots]  # also without children: it names the loop's copies
    output = builder.value(node.span, given)
    context.steps.append(
        Repeat(count, slots, flow[0], formal, last[0], output, turn.steps, node.span)
    )
    builder.spend((builder.nodes - nodes) * (count - 1), node.span)
    return (output,), count


def _turn(
    node: Loop, item: object, flow: Flow, context: Context, steps: list[Step] | None = None
) -> Context:
    context.session.budget.step(node.span)
    context.session.occasion += 1
    clear(context.env, node.turns.fresh)
    if isinstance(node, For):
        context.evaluator(flow).destructure(node.targets, item, in_loop=True)
    return context.inner(node.body.slots, steps=steps)


def _unknown_turn(node: Loop, context: Context) -> Context:
    """A turn that stands for all of a loop of which it is not known what it goes over."""
    context.session.has_gaps = True
    clear(context.env, node.turns.fresh)
    for target in node.targets if isinstance(node, For) else ():
        context.env[target.slot] = UNKNOWN
    return context.inner(node.body.slots)


def equal_turns(node: Loop, flow: Flow, context: Context, *, fold: bool) -> Iterable[Run] | None:
    """The loop's turns, equal neighbours put together; None once a problem is reported.

    What a count asks for is not listed: only the turns that are made are counted as steps.
    """
    if isinstance(node, RepeatLoop):
        count = _count(node.count, flow, context)
        if count is None:
            return None
        return [Run(None, count)] if fold else (Run(None, 1) for _ in range(count))
    items = context.evaluator(flow).items(node.iterable, "a loop")
    if isinstance(items, Unknown):
        return None
    if not fold:
        return [Run(item, 1) for item in items]
    runs: list[Run] = []
    key: object = UNKNOWN
    for item in items:
        context.session.budget.step(node.span)
        this = _key(item, node.mentioned, len(node.targets))
        if runs and this == key:
            runs[-1] = Run(runs[-1].item, runs[-1].count + 1)
        else:
            runs.append(Run(item, 1))
        key = this
    return runs


def _key(item: object, mentioned: tuple[int, ...], targets: int) -> object:
    if targets == 1:
        return typed_key(item) if mentioned else None
    if isinstance(item, tuple) and len(item) == targets:
        return tuple(typed_key(item[at]) for at in mentioned)
    return typed_key(item)


def _count(node: Expr, flow: Flow, context: Context) -> int | None:
    value = context.evaluator(flow).value(node)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, SizeExpr):
        context.session.report(rules.values.DependsOnSize("a count", brief(value)), node.span)
    elif not isinstance(value, Unknown):
        context.session.report(rules.kinds.NotACount(describe(value)), node.span)
    return None


class _Collected:
    """Names that the turns gave to values: after the loop each is the list of what it was."""

    def __init__(self, node: Loop, context: Context) -> None:
        self.env = context.env
        self.is_cut = False
        """Whether turns were left out for a mistake, so that nobody knows the lists."""

        self.lists: list[tuple[int, int, list[object]]] = [
            (target.slot, behind, []) for target, behind in node.turns.collected
        ]

    def add(self) -> None:
        for slot, _, values in self.lists:
            if self.env[slot] is not UNBOUND:
                values.append(self.env[slot])

    def bind(self) -> None:
        for _, behind, values in self.lists:
            self.env[behind] = UNKNOWN if self.is_cut else tuple(values)
