"""torch's modules, made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archc.python.channels.arguments import arguments
from archc.python.channels.codes import fill
from archc.python.classes.said import Parameter, Said, Var
from archc.python.classes.scope import say
from archc.python.code.layout import Call, Const, Display, Expr, flat
from archc.python.code.recipes import HINTS, expression, leading, part_call
from archc.python.constructor.raw_tensors import Tensors
from archc.python.merging.merge import Inst, Item
from archc.python.reading.evaluate import UnknownError
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.record import Record, field_names
from archir.init.values import Part
from archir.op.contract import Op, arguments_of
from archir.op.recipe import Arg, Code, Inferred, Items, substitute
from archir.op.recipe import Call as CallCode


class Leaves(Tensors):
    """Makes what torch has."""

    def leaf(self, item: Item, modules: dict[Inst, Any]) -> Expr:
        """A module of torch's, and what changes it."""
        arounds = {leaf.around for leaf in modules.values()}
        if len(arounds) > 1:
            raise self.differs(item)
        made, around = self._plain(item, modules), arounds.pop()
        if around is None:
            return made
        given = [(name, Const(value)) for name, value in around.kwargs]
        return Call(around.function, ((None, made), *given))

    def _plain(self, item: Item, modules: dict[Inst, Any]) -> Expr:
        makes: dict[Inst, CallCode] = {
            inst: self.file.library.make(leaf.make) for inst, leaf in modules.items()
        }
        functions = {make.function for make in makes.values()}
        ops = {inst: leaf.op for inst, leaf in modules.items()}
        kinds = {type(op) for op in ops.values()}  # two may be one class of torch's
        given = arguments(self.owner, item.span, ops, self.loops)
        counts = {len(make.args) for make in makes.values()}
        is_held = self.owner.is_in_table(item.span, modules) or self.is_optional(item)
        if len(kinds) > 1 or len(functions) > 1 or len(counts) > 1 or is_held:
            return self.held(item, modules, makes)
        self.owner.bake_part(item.span)
        holes: list[tuple[str | None, dict[Inst, Any]]] = [
            (None, {inst: make.args[place] for inst, make in makes.items()})
            for place in range(counts.pop())
        ]
        for name in _keywords(next(iter(ops.values())), makes, given):
            codes = {i: dict(make.kwargs).get(name, Arg(name)) for i, make in makes.items()}
            holes.append((name, codes))
        filled = [(n, self.hole(item, codes, ops, given, n)) for n, codes in holes]
        return Call(functions.pop(), tuple(filled))

    def is_optional(self, item: Item) -> bool:
        """Whether an op comes from a parameter that holds none in some instances, or is given."""
        slot = self.holding(item)
        if slot is None:
            return False
        if (self.owner.family, ("slot", slot)) in self.file.required:
            return True
        try:
            return any(self.owner.known(slot, inst) is None for inst in self.owner.insts)
        except UnknownError:
            return False

    def holding(self, item: Item) -> int | None:
        """The slot of the parameter that an op comes from, if it gets no arguments here."""
        use = self.owner.part_at(item.span)
        return None if use is None or use.arguments else self.owner.held_at(item.span)

    def hole(
        self,
        item: Item,
        codes: dict[Inst, Any],
        ops: Mapping[Inst, Any],
        given: dict[str, Said],
        name: str | None,
    ) -> Expr:
        code = _spoken(list(codes.values()))
        values: dict[Inst, object] = {}
        lengths = {len(c.items) if isinstance(c, Items) else -1 for c in codes.values()}
        if isinstance(code, Items) and len(lengths) == 1:
            parts = []
            for place in range(len(code.items)):
                inner = {i: c.items[place] for i, c in codes.items()}
                parts.append((None, self.hole(item, inner, ops, given, name)))
            return Display("()", tuple(parts))
        for inst, each in codes.items():
            values[inst] = _number(substitute(each, ops[inst]))
        hint = name or "size"
        inputs, extents = self.incoming(item)
        if isinstance(code, Inferred):
            hint = HINTS.get(code.what, code.what)
        elif isinstance(code, Arg):
            hint = code.name
        if any(v is _NO_NUMBER for v in values.values()):
            closed = {i: substitute(c, ops[i]) for i, c in codes.items()}
            shown = {flat(expression(c, ())) for c in closed.values()}
            if len(shown) > 1:
                raise self.differs(item)
            return expression(next(iter(closed.values())), ())
        op = next(iter(ops.values()))
        candidate: Said | None
        try:
            candidate = fill(code, op, given, inputs, extents)
        except UnsayableError:
            candidate = None
        depends = self.behind(item) if not isinstance(code, Arg) else frozenset()
        if isinstance(code, Arg) and code.name in given:
            depends = given[code.name].fixed
        return self.resolved(values, candidate, depends, hint)

    def held(self, item: Item, modules: dict[Inst, Any], makes: dict[Inst, CallCode]) -> Expr:
        """An op that a parameter holds, and in which instances differ."""
        owner = self.owner
        slot = self.holding(item)
        if slot is None or owner.family.places is None:
            raise self.differs(item)
        inferred = max(leading(make) for make in makes.values())
        inputs, _ = self.incoming(item)
        calls = {inst: part_call(make, modules[inst].op, inferred) for inst, make in makes.items()}
        called, parameter = self.held_by(item, slot, calls)
        default = None if parameter is None else parameter.default
        if parameter is not None and isinstance(default, Part) and default.kind == "op":
            types = next(iter(modules.values())).types
            parameter.call = self.file.part(default, types, inferred)
        values = {
            i: leaf.make.args[0].value
            for i, leaf in modules.items()
            if inferred and leading(leaf.make)
        }
        arguments_: tuple[tuple[str | None, Expr], ...] = ()
        if inferred:
            what = _told_of_input(leaf for leaf in modules.values() if leading(leaf.make))
            said = None if what is None else inputs(what, 0)
            hint = "num_features" if what is None else f"in_{what}"
            made = self.resolved(values, said, self.behind(item), hint)
            arguments_ = ((None, made),)
        return Call(called, arguments_)

    def are_made(self, said: Said) -> bool:
        """Whether parts that parameters hold are made as others of the list in which they stand."""
        waiting, owner = list(said.vars), self.owner
        for var in waiting:
            if var[0] == "let":
                waiting += owner.lets[var[1]].vars
            elif var[0] == "slot" and var not in owner.bound:
                parameter = owner.parameter(var)
                parts = {n: x for n, x in parameter.values.items() if isinstance(x, Part)}
                if any(part not in owner.made for part in parts.values()):
                    return False
                for network in parameter.values if parts else ():
                    part = parts.get(network)
                    parameter.says[network] = None if part is None else owner.made[part]
        return True

    def held_by(
        self, item: Item, slot: int, calls: dict[Inst, Expr]
    ) -> tuple[str, Parameter | None]:
        """What holds the part that is made of a place: the name, and the parameter if it is one."""
        owner, use = self.owner, self.owner.part_at(item.span)
        assert owner.family.places is not None and use is not None
        if owner.is_in_table(item.span, calls):
            if not all(owner.note(owner.known(slot, inst), made) for inst, made in calls.items()):
                raise self.differs(item)
            try:
                said = say(owner, use.target, item.span, self.loops)
            except UnsayableError:
                raise self.differs(item) from None
            if not self.are_made(said):
                raise self.differs(item)
            return owner.use(said).within(ATOM), None
        if owner.family.places.slots[slot].kind != "parameter":
            raise self.differs(item)  # a name in a loop that is written out has a value each turn
        var: Var = ("slot", slot)
        owner.named(var, owner.family.places.slots[slot].name)
        parameter = owner.parameter(var)
        for inst, made in calls.items():
            known = parameter.says.setdefault(inst.whole.network, made)
            if not self.file.requires and (known is None or flat(known) != flat(made)):
                raise self.differs(item)
        for network, value in parameter.values.items():
            if value is None:
                parameter.says[network] = None
        owner.used.add(var)
        return parameter.name, parameter


def _keywords(op: Op, makes: dict[Inst, CallCode], given: dict[str, Said]) -> list[str]:
    """The keyword arguments of a module, in torch's order."""
    order = list(arguments_of(type(op)))
    names = {name for make in makes.values() for name, _ in make.kwargs}
    # A number at torch's default is not in the recipe, and yet others may be given for it.
    known = {name for make in makes.values() for name in spoken_by(make)} | {*op.own_arguments}
    names |= {n for n, said in given.items() if n not in known and n in order and said.vars}
    return sorted(names, key=lambda name: (order.index(name) if name in order else -1, name))


def spoken_by(code: Any) -> Iterator[str]:
    """The arguments that a recipe speaks of."""
    if isinstance(code, Arg):
        yield code.name
    elif isinstance(code, tuple):
        for item in code:
            yield from spoken_by(item)
    elif isinstance(code, Record):
        for name in field_names(code):
            yield from spoken_by(getattr(code, name))


def _spoken(codes: list[Any]) -> Any:
    """The code that says it for all: the channels of [N, F] are its features, too."""
    features = (code for code in codes if isinstance(code, Inferred) and code.what == "features")
    return next(features, codes[0])


def _told_of_input(modules: Iterable[Any]) -> str | None:
    """What modules are told of what flows in, if it is one thing for all: channels or features."""
    found = {
        module.make.args[0].what
        for module in modules
        # The channels of [N, F] are its features, too.
        if module.make.args[0].what != "channels" or len(module.types[0].shape) != 2
    }
    if found <= {"channels"}:
        return "channels"
    return "features" if found == {"features"} else None


_NO_NUMBER = object()


def _number(code: Code) -> object:
    from archc.python.code.recipes import number

    value: Any = code
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple):
        return value
    found = number(code)
    return _NO_NUMBER if found is None else found
