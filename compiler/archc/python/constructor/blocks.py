"""Blocks, made: by their classes, or by a parameter that holds one of several."""

from __future__ import annotations

from typing import Any

from archc.python.channels.arguments import all_told, argument, given, given_in_text, told_to
from archc.python.classes.klass import Class
from archc.python.classes.said import Said, Var, is_plain_value
from archc.python.code.layout import Call, Const, Expr, Raw, constant, flat
from archc.python.constructor.lists import Lists
from archc.python.merging.flows import Step, Variable
from archc.python.merging.merge import Inst, Item, apart
from archir.graph.modules import Network
from archir.program.nodes import Expr as Expression


class Blocks(Lists):
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
        if any(self.file.class_of(m) is not inner for m in modules.values()):
            raise self.differs(item)
        step = self.step_of(item)
        inputs: list[Variable] = [] if step is None else step.inputs
        told = told_to(owner, item.span, inner, inputs, self.loops, modules)
        _, extents = self.incoming(item)
        found: list[tuple[str | None, Expr]] = []
        by_name = False
        for var, parameter in inner.taken():
            values: dict[Inst, object] = {i: parameter.values[m] for i, m in modules.items()}
            if parameter.says:
                made = self.passed(values, told.get(var), parameter, modules)
                default = parameter.shown_default if parameter.has_default else None
            else:
                depends = extents
                if told.get(var) is None and step is not None:
                    depends = self._untold(var, step)
                absent = parameter.default is None and set(values.values()) == {None}
                said, depends = (None, frozenset()) if absent else (told.get(var), depends)
                made = self.resolved(values, said, depends, parameter.name)
                default = constant(parameter.default) if parameter.has_default else None
            if default is not None and flat(made) == default:
                by_name = True
                continue
            by_name = by_name or parameter.has_default
            found.append((parameter.name if by_name else None, made))
        return Call(inner.name, tuple(found))

    def _untold(self, var: Var, step: Step) -> frozenset[Var]:
        """What a parameter of a block depends on for which the text here has no words."""
        if var[0] in ("in", "feat"):
            return frozenset(self.owner.behind(step.inputs[var[1]]))
        return frozenset(all_told(self.owner, step))

    def passed(
        self,
        values: dict[Inst, object],
        said: Said | None,
        parameter: Any,
        modules: dict[Inst, Any],
    ) -> Expr:
        """A part that is passed on to a block."""
        owner = self.owner
        shown = {i: parameter.says.get(m) for i, m in modules.items()}
        texts = {"None" if x is None else flat(x) for x in shown.values()}
        if len(texts) == 1:
            one = next(iter(shown.values()))
            return Raw("None") if one is None else one
        slots = [v for v in (said.vars if said else ()) if v[0] == "slot"]
        if said is None or len(slots) != 1 or said.text not in owner.spoken.values():
            raise apart(next(iter(values)))
        outer = owner.parameter(slots[0])
        for inst, each in shown.items():
            outer.says[inst.whole.network] = each
        owner.use(said)
        return Raw(said.text)

    def told_to_held(self, item: Item, modules: dict[Inst, Any]) -> dict[str, Expression] | None:
        """The arguments that the text gives to a block which a parameter holds, if instances hold
        different ones, and all can be made of their channels and of these arguments.
        """
        owner, slot = self.owner, self.owner.held_at(item.span)
        if slot is None or owner.is_one_part(slot) or self.step_of(item) is None:
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
        return texts[0] if fit else None

    def held_block(self, item: Item, modules: dict[Inst, Any], told: dict[str, Expression]) -> Expr:
        """A block that a parameter holds: it makes one of its channels and its arguments."""
        owner, slot, step = self.owner, self.owner.held_at(item.span), self.step_of(item)
        assert slot is not None and step is not None
        for inner in {self.file.class_of(module): None for module in modules.values()}:
            assert inner.family.places is not None
            asked = [p for p in inner.family.places.block.parameters if p.name in told]
            self.file.require(inner.family, {("slot", p.target.slot) for p in asked})
        parameter = owner.parameter(("slot", slot))
        for inst, module in modules.items():
            part = self.part(item, self.file.class_of(module), module, list(told))
            known = parameter.says.setdefault(inst.whole.network, part)
            if not self.file.requires and flat(known or Raw("None")) != flat(part):
                raise self.differs(item)
        owner.used.add(("slot", slot))
        values: dict[Inst, object] = {
            i: self.file.class_of(m).parameters["in", 0].values[m] for i, m in modules.items()
        }
        channels = owner.channels.get((step.inputs[0], 1))
        made = self.resolved(values, channels, self.incoming(item)[1], "in_channels")
        found: list[tuple[str | None, Expr]] = [(None, made)]
        for name, expr in told.items():
            values = {inst: dict(m.definition.arguments)[name] for inst, m in modules.items()}
            if not all(map(is_plain_value, values.values())):
                raise self.differs(item)
            said = argument(owner, expr, values, item.span, self.loops)
            found.append((name, self.resolved(values, said, said.fixed, name)))
        return Call(parameter.name, tuple(found))

    def part(self, item: Item, inner: Class, module: Network, told: list[str]) -> Expr:
        """A callable that makes a block of its channels and of the arguments that it is told."""
        assert inner.family.places is not None
        names = {("slot", p.target.slot): p.name for p in inner.family.places.block.parameters}
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
