"""The arguments that the text gives, in words: to ops, and to blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archc.python.classes.klass import Class
from archc.python.classes.said import Said, Var, is_plain_value, same
from archc.python.classes.scope import say
from archc.python.code.layout import constant
from archc.python.merging.flows import Step, Variable
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import UnknownError, evaluate
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.source import Span
from archir.graph.modules import Network
from archir.init.values import Part
from archir.op.contract import Op
from archir.program import expressions as e
from archir.program.nodes import Expr


def given_in_text(owner: Class, span: Span) -> dict[str, Expr]:
    """The arguments that the text gives to the part at a place, by name."""
    places, use = owner.family.places, owner.part_at(span)
    if places is None or use is None:
        return {}
    found: dict[str, Expr] = {}
    target = places.meant(use.target)
    if isinstance(target, e.Access) and isinstance(target.trailers[-1], e.Arguments):
        found.update({str(i.name): i.value for i in target.trailers[-1].items})
    if isinstance(target, e.OpValue | e.BlockValue) and target.arguments is not None:
        found.update({str(i.name): i.value for i in target.arguments.items})
    if use.arguments is not None:
        found.update({str(i.name): i.value for i in use.arguments.items if i.name is not None})
    return found


def given(owner: Class, span: Span, inner: Class, inst: Inst) -> dict[str, Expr]:
    """The arguments that the text gives to a block, which a parameter may hold."""
    return {**_given_to_held(owner, span, inner, inst), **given_in_text(owner, span)}


def _given_to_held(owner: Class, span: Span, inner: Class, inst: Inst) -> dict[str, Expr]:
    places, use = owner.family.places, owner.part_at(span)
    if places is None or inner.family.places is None or use is None or use.arguments is None:
        return {}
    try:
        part = evaluate(places.meant(use.target), owner.look(inst, use.span))
    except UnknownError:
        return {}
    block = inner.family.places.block
    early = tuple([name for name, _ in part.arguments]) if isinstance(part, Part) else ()
    names = tuple([item.name for item in use.arguments.items])
    bound = use.arguments
    bound = bound if bound.bound else bound.to(block.signature.plan(block.name, names, early))
    return {item.name: item.value for item in bound.items if item.name}


def arguments(
    owner: Class, span: Span, ops: dict[Inst, Op], loops: dict[int, str]
) -> dict[str, Said]:
    """The arguments of an op that the text gives, in words that are true in all instances."""
    found: dict[str, Said] = {}
    for name, expr in given_in_text(owner, span).items():
        values = {inst: getattr(op, name, None) for inst, op in ops.items()}
        found[name] = argument(owner, expr, values, span, loops)
    return found


def argument(
    owner: Class, expr: Expr, values: dict[Inst, object], span: Span, loops: dict[int, str]
) -> Said:
    """Words for an argument; raises nothing: a number stands for what cannot be said."""
    value = next(iter(values.values()))
    alike = all(same(value, other) for other in values.values())
    if not all(map(is_plain_value, values.values())):
        alike = False
    try:
        said = say(owner, expr, span, loops)
        if owner.holds(expr, values, span):
            return Said(constant(value)) if alike and not said.vars else said
    except UnsayableError:
        pass
    text = constant(value) if alike else ""
    return Said(text, ATOM, frozenset(), owner.leaves(expr))


def told_to(
    owner: Class,
    span: Span,
    inner: Class,
    inputs: list[Variable],
    loops: dict[int, str],
    networks: dict[Inst, Network],
) -> dict[Var, Said | None]:
    """What a use of a block says of what the block's constructor may ask for."""
    told: dict[Var, Said | None] = {}
    for number, variable in enumerate(inputs):
        told["in", number] = owner.channels.get((variable, 1))
        told["feat", number] = owner.channels.get((variable, -1))
    places = inner.family.places
    if places is None:
        return told
    if not inner.family.is_block:
        for slot in range(len(places.slots)):
            same_text = places is owner.family.places
            told["slot", slot] = _passed(owner, slot, loops) if same_text else None
        return told
    texts = given(owner, span, inner, next(iter(networks)))
    for parameter in places.block.parameters:
        slot = parameter.target.slot
        values = {inst: n.definition.arguments[slot][1] for inst, n in networks.items()}
        if parameter.name in texts:
            told["slot", slot] = argument(owner, texts[parameter.name], values, span, loops)
        elif parameter.default is not None:
            told["slot", slot] = _default(inner, parameter.default, values, told)
    return told


def _passed(owner: Class, slot: int, loops: dict[int, str]) -> Said | None:
    from archir.base.source import Source

    places = owner.family.places
    if places is None or slot >= len(places.slots):
        return None
    name = places.slots[slot].name
    span = Span(Source("", ""), 0, 0)
    try:
        return say(owner, e.Local(span, name, slot), span, loops)
    except (UnsayableError, KeyError):
        return None


def _default(
    inner: Class, default: Expr, values: dict[Inst, object], told: dict[Var, Said | None]
) -> Said | None:
    value = next(iter(values.values()))
    if not inner.leaves(default) and all(same(value, other) for other in values.values()):
        return Said(constant(value)) if is_plain_value(value) else None
    try:
        said = say(inner, default, default.span, {})
    except UnsayableError:
        return None
    return substituted(said, inner, told)


def substituted(said: Said, inner: Class, told: dict[Var, Said | None]) -> Said | None:
    """Words of an inner class in those of a class that uses it."""
    names: dict[str, Said] = {}
    for var in said.vars:
        outer = told.get(var)
        if var[0] == "run":
            return None
        if var[0] == "let":
            outer = substituted(inner.lets[var[1]], inner, told)
        elif inner.spoken.get(var, "") not in re.findall(r"\w+", said.text):
            continue  # it is inside of a name
        if outer is None or not outer.text:
            return None
        names[inner.spoken[var]] = outer
    if not names:
        return Said(said.text, said.binding)
    if said.text in names:
        return names[said.text]
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in names)
    text = re.sub(pattern, lambda found: names[found[0]].within(ATOM), said.text)
    found = names.values()
    return Said(
        text,
        said.binding,
        frozenset(v for outer in found for v in outer.vars),
        frozenset(v for outer in found for v in outer.fixed),
    )


def all_told(owner: Class, step: Step) -> Iterable[Var]:
    """All that a use of a block depends on: its arguments, and what flows in."""
    for expr in given_in_text(owner, step.item.span).values():
        yield from owner.leaves(expr)
    for variable in step.inputs:
        yield from owner.behind(variable)


def outside(
    owner: Class, step: Step, inside: Iterable[Var], told: dict[Var, Said | None]
) -> Iterable[Var]:
    """What something of a block depends on in the class that uses it."""
    for var in inside:
        if var[0] == "ext":
            yield from owner.extents.get(step.inputs[var[1]], ())
            continue
        said = told.get(var)
        if said is not None:
            yield from (*said.vars, *said.fixed)
        elif var[0] == "slot" and var not in told:
            continue  # a loop's variable or a name for an expression, whose own leaves are here
        else:
            yield from all_told(owner, step)
