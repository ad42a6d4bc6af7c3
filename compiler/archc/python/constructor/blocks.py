"""Blocks, made: by their classes, or by a parameter that holds one of several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archc.python.channels.arguments import all_told, argument, given, given_in_text, told_to
from archc.python.classes.klass import Class
from archc.python.classes.said import Parameter, Said, Var, is_plain_value
from archc.python.code.layout import Call, Const, Expr, Raw, constant, flat
from archc.python.constructor.passed_on import PassedOn
from archc.python.merging.flows import Step, Variable
from archc.python.merging.merge import Inst, Item, apart
from archir.graph.modules import Network
from archir.init.values import Part
from archir.program.nodes import Expr as Expression


class Blocks(PassedOn):
    """Makes blocks."""

    def instance(self, item: Item, modules: dict[Inst, Any]) -> Expr:
        owner = self.owner
        inner = self.file.class_of(next(iter(modules.values())))
        if inner.family.kind == "function":  # its arguments are numbers in it
            for expr in given_in_text(owner, item.span).values():
                self.file.fix(owner.live(owner.own_leaves(expr)))
        given_here = self.told_to_held(item, modules)
        if given_here is not None:
            return self.held_block(item, modules, given_here)
        owner.bake_part(item.span)
        if any(self.file.class_of(m) is not inner for m in modules.values()):
            raise self.differs(item)
        step = self.step_of(item)
        inputs: list[Variable] = [] if step is None else step.inputs
        told = told_to(owner, item.span, inner, inputs, self.loops, modules)
        texts = given(owner, item.span, inner, next(iter(modules)))
        names = _names(inner)
        _, extents = self.incoming(item)
        self._refused(item, inner)
        found: list[tuple[str | None, Expr]] = []
        by_name = False
        for var, parameter in inner.taken():
            if parameter.says:
                values: dict[Inst, object] = {i: parameter.values[m] for i, m in modules.items()}
                shown = {i: parameter.says.get(m) for i, m in modules.items()}
                text = texts.get(names.get(var, ""))
                made = self.passed(item, values, told.get(var), shown, text)
                default = parameter.shown_default
            else:
                depends = extents
                if step is not None and told.get(var) is None:
                    depends = self._untold(var, step)
                made = self._given(inner, parameter, modules, told.get(var), depends)
                default = constant(parameter.default)
            if parameter.has_default and flat(made) == default:
                by_name = True
                continue
            by_name = by_name or parameter.has_default
            found.append((parameter.name if by_name else None, made))
        return Call(inner.name, tuple(found))

    def _given(
        self,
        inner: Class,
        parameter: Parameter,
        modules: dict[Inst, Any],
        said: Said | None,
        depends: frozenset[Var],
    ) -> Expr:
        """An argument that is no part."""
        values: dict[Inst, object] = {i: parameter.values[m] for i, m in modules.items()}
        if any(isinstance(v, tuple) and not is_plain_value(v) for v in values.values()):
            return self.parts_passed(values, said, inner)
        if parameter.default is None and set(values.values()) == {None}:
            said, depends = None, frozenset()
        return self.resolved(values, said, depends, parameter.name)

    def _refused(self, item: Item, inner: Class) -> None:
        """Bake what a block's text refuses other values of, and its class does not take."""
        places = inner.family.places
        if places is None or not places.asserted:
            return
        taken, texts = dict(inner.taken()), given_in_text(self.owner, item.span)
        for slot in places.asserted:
            name = places.slots[slot].name
            if ("slot", slot) not in taken and name in texts:
                found = self.owner.leaves(texts[name], in_loops=False)
                self.file.fix(self.owner.live(found))

    def _untold(self, var: Var, step: Step) -> frozenset[Var]:
        """What a parameter of a block depends on for which the text here has no words."""
        if var[0] in ("in", "feat"):
            return frozenset(self.owner.behind(step.inputs[var[1]]))
        return frozenset(all_told(self.owner, step))

    def passed(
        self,
        item: Item,
        values: dict[Inst, object],
        said: Said | None,
        shown: dict[Inst, Expr | None],
        text: Expression | None,
    ) -> Expr:
        """A part that is passed on to a block, which makes it as is ``shown``."""
        owner = self.owner
        texts = {"None" if x is None else flat(x) for x in shown.values()}
        if said is not None and self.is_of_list(said):
            made = {values[i]: each for i, each in shown.items() if each is not None}
            noted = all(owner.note(part, each) for part, each in made.items())
            if not (noted and self.are_made(said)):
                raise apart(next(iter(values)))
            return Raw(owner.use(said).text)
        if len(texts) == 1:
            one = next(iter(shown.values()))
            return Raw("None") if one is None else one
        slots = [v for v in (said.vars if said else ()) if v[0] == "slot"]
        if said is None or len(slots) != 1 or said.text not in owner.spoken.values():
            alike = self.alike(item, shown, text, "size")
            if alike is None:
                raise apart(next(iter(values)))
            return alike
        outer = owner.parameter(slots[0])
        for inst, each in shown.items():
            outer.says[inst.whole.network] = each
        owner.use(said)
        return Raw(said.text)

    def parts_passed(self, values: dict[Inst, object], said: Said | None, inner: Class) -> Expr:
        """A list of parts that is passed on to a block, which makes them as it says."""
        owner, made = self.owner, inner.made
        first, *others = values.values()
        parts = {part for value in (first, *others) for part in _parts(value)}
        named = said is not None and bool(said.vars)
        if said and named and all(p in made and owner.note(p, made[p]) for p in parts):
            return Raw(owner.use(said).text)
        if any(value != first for value in others):
            raise apart(next(iter(values)))
        self.file.fix(owner.live(() if said is None else said.vars))
        return owner.table(first, {part: made.get(part, Raw("None")) for part in parts})

    def is_of_list(self, said: Said) -> bool:
        """Whether a part is an item of a list that a loop runs over."""
        places = self.owner.family.places
        named = [var[1] for var in said.vars if var[0] in ("slot", "let")]
        return places is not None and any(map(places.turns, named))

    def told_to_held(self, item: Item, modules: dict[Inst, Any]) -> dict[str, Expression] | None:
        """The arguments that the text gives to a block which a parameter holds, if instances hold
        different ones, and all can be made of their channels and of these arguments.
        """
        owner, slot = self.owner, self.owner.held_at(item.span)
        if slot is None or self.step_of(item) is None:
            return None
        if owner.is_one_part(slot) and not owner.is_in_table(item.span, modules):
            return None
        classes = {self.file.class_of(module): inst for inst, module in modules.items()}
        texts = [given(owner, item.span, inner, inst) for inner, inst in classes.items()]
        fit = all(
            inner.family.places is not None
            and list(text) == list(texts[0])
            and all(var[0] == "slot" or var == ("in", 0) for var, _ in inner.taken())
            and ("in", 0) in dict(inner.taken())
            for inner, text in zip(classes, texts, strict=True)
        )
        if not fit:
            return None
        found: dict[str, Expression] = {}
        for name, expr in texts[0].items():  # what is one part in all is none of their arguments
            values = [dict(m.definition.arguments)[name] for m in modules.values()]
            if is_plain_value(values[0]) or any(value != values[0] for value in values):
                found[name] = expr
        return found

    def held_block(self, item: Item, modules: dict[Inst, Any], told: dict[str, Expression]) -> Expr:
        """A block that a parameter holds: it makes one of its channels and its arguments."""
        owner, slot, step = self.owner, self.owner.held_at(item.span), self.step_of(item)
        assert slot is not None and step is not None
        for inner in {self.file.class_of(module): None for module in modules.values()}:
            assert inner.family.places is not None
            asked = [p for p in inner.family.places.block.parameters if p.name in told]
            self.file.require(inner.family, {("slot", p.target.slot) for p in asked})
        parts = {
            inst: self.part(item, self.file.class_of(module), module, list(told))
            for inst, module in modules.items()
        }
        called, _ = self.held_by(item, slot, parts)
        values: dict[Inst, object] = {
            i: self.file.class_of(m).parameters["in", 0].values[m] for i, m in modules.items()
        }
        channels = owner.channels.get((step.inputs[0], 1))
        made = self.resolved(values, channels, self.incoming(item)[1], "in_channels")
        found: list[tuple[str | None, Expr]] = [(None, made)]
        for name, expr in told.items():
            values = {inst: dict(m.definition.arguments)[name] for inst, m in modules.items()}
            said = argument(owner, expr, values, item.span, self.loops)
            if all(map(is_plain_value, values.values())):
                found.append((name, self.resolved(values, said, said.fixed, name)))
                continue
            shown = {i: _taken(self.file.class_of(m), name).says.get(m) for i, m in modules.items()}
            found.append((name, self.passed(item, values, said, shown, expr)))
        return Call(called, tuple(found))

    def part(self, item: Item, inner: Class, module: Network, told: list[str]) -> Expr:
        """A callable that makes a block of its channels and of the arguments that it is told."""
        names = _names(inner)
        found: list[tuple[str | None, Expr]] = []
        for var, parameter in inner.taken():
            if var == ("in", 0) or names.get(var) in told:
                continue
            value = parameter.values[module]
            shown = parameter.says.get(module) if parameter.says else Const(value)
            if not parameter.says and not is_plain_value(value):
                raise self.differs(item)
            made = Raw("None") if shown is None else shown
            default = parameter.shown_default if parameter.says else constant(parameter.default)
            if not parameter.has_default or flat(made) != default:
                found.append((parameter.name, made))
        return Call("partial", ((None, Raw(inner.name)), *found)) if found else Raw(inner.name)


def _names(inner: Class) -> dict[Var, str]:
    """The parameters of a block in its text, by what its class takes for them."""
    places = inner.family.places
    if places is None:
        return {}
    return {("slot", p.target.slot): p.name for p in places.block.parameters}


def _taken(owner: Class, name: str) -> Parameter:
    """What the class of a block takes for the block's parameter of that name."""
    assert owner.family.places is not None
    parameters = owner.family.places.block.parameters
    return owner.parameter(("slot", next(p.target.slot for p in parameters if p.name == name)))


def _parts(value: object) -> Iterator[Part]:
    """The ops and blocks in a list."""
    if isinstance(value, Part):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
