"""Lists of values: what the text gathers in a loop that is written out is appended to a list."""

from __future__ import annotations

from collections.abc import Iterator

from archc.python.code.identifiers import RESERVED, is_plain
from archc.python.code.layout import INDENT, Call, Expr, Raw, flat, layout
from archc.python.code.recipes import Spoken, expression
from archc.python.forward.naming import Naming
from archc.python.merging.flows import Step, Variable
from archir.base.record import Struct
from archir.graph import modules
from archir.op.recipe import AllInputs, Code, Fold, Only, mapped

_SHORT = 60
"""The length up to which a list of values stands in a call as one word or as a few."""

_FEW = 3
"""A sum of fewer values is written with its operators."""


class Gathered(Struct):
    """A list of values: its name, its items in their order, and the name that one has by itself."""

    name: str
    items: list[Variable]
    one: str


class Gathering(Naming):
    """Makes lists of the values that would else have numbers in their names."""

    def _name(self) -> None:
        self.lists: dict[Variable, Gathered] = {}
        for name in sorted(self.says.gathered()):
            found = self._gathered(name)
            if found is None:
                continue
            self.taken |= {found.name, found.one}
            for number, variable in enumerate(found.items):
                self.lists[variable] = found
                self._web(variable).name = f"{found.name}[{number}]"
        super()._name()

    def _gathered(self, name: str) -> Gathered | None:
        """The list of that name; None where its values have names that are as good, or where not
        each of them is made once in each run.
        """
        if not is_plain(name) or {name} & (self.taken | RESERVED) or not self._is_several(name):
            return None
        makers = self._makers(name)
        if makers is None or not self._stand_alone(name, makers):
            return None
        labels = [self.says.label(step) for step in makers.values()]
        if all(map(is_plain, labels)) and len(set(labels)) == len(labels):
            return None  # each goes by the module that it comes from
        found = list(makers)
        if all(len(step.outputs) == 1 for step in makers.values()):
            return Gathered(name, found, name)
        known = {name, *(variable.name for variable in self.spans), *self.taken, *RESERVED}
        word = next((word for word in _one_of(name) if word not in known), None)
        return None if word is None else Gathered(name, found, word)

    def _makers(self, name: str) -> dict[Variable, Step] | None:
        """The steps that make values of the name, outside of loops and conditions; None where
        one of them cannot be in a call.
        """
        makers: dict[Variable, Step] = {}
        for flow in self.lines.body:
            made = [v for v in flow.outputs if v.name == name] if isinstance(flow, Step) else []
            if isinstance(flow, Step) and made:
                if len(made) > 1 or not self._is_appended(flow):
                    return None
                makers[made[0]] = flow
        return makers

    def _stand_alone(self, name: str, makers: dict[Variable, Step]) -> bool:
        """Whether these are all values of the name, and each is read and is no other value too."""
        named = {variable for variable in self.spans if variable.name == name}
        if named != set(makers) or self.inline.keys() & named:
            return False
        return all(self._web(each).members == [each] and self._is_read(each) for each in named)

    def _is_appended(self, step: Step) -> bool:
        line = step.line
        if step.training or isinstance(line, modules.Fetch):
            return False
        if isinstance(line, modules.ModuleCall):
            return line.calling is None
        return not isinstance(self.says.code(step), Only)

    def _appended(self, step: Step, value: Expr, indent: int) -> Iterator[str]:
        """The lines of a step of which a list takes a result."""
        listed = [(each, self.lists[each]) for each in step.outputs if each in self.lists]
        for made, found in listed:
            if made is found.items[0]:
                yield f"{INDENT * indent}{found.name}: list[Tensor] = []"
        if len(step.outputs) == 1:
            yield from layout("", Call(f"{listed[0][1].name}.append", ((None, value),)), "", indent)
            return
        known = dict(listed)
        targets = [known[o].one if o in known else self._name_of(o) for o in step.outputs]
        yield from layout(f"{', '.join(targets)} = ", value, "", indent)
        for _, found in listed:
            yield f"{INDENT * indent}{found.name}.append({found.one})"

    def _computed(self, step: Step, inputs: list[Expr]) -> Expr:
        """What a line computes; a whole list among its values is said by its name."""
        code = self.says.code(step)
        first = self.lists.get(step.inputs[0]) if step.inputs else None
        for start, variable in enumerate(step.inputs):
            found = self.lists.get(variable)
            if found is None or step.inputs[start : start + len(found.items)] != found.items:
                continue
            rest = start + len(found.items)
            values = [*inputs[:start], Raw(f"*{found.name}"), *inputs[rest:]]
            if isinstance(code, Fold) and code.operator == "+" and found is first:
                values[0] = Raw(f"*{found.name}[1:]")
                if len(inputs) > _FEW:
                    others = _listed(values, f"{found.name}[1:]")
                    return Call("sum", ((None, Raw(others)), ("start", inputs[0])))
            text = _listed(values, found.name)
            if not isinstance(code, Fold) and len(text) <= _SHORT:
                return expression(_with_inputs(code, Spoken(text)), inputs)
        return expression(code, inputs)


def _one_of(name: str) -> Iterator[str]:
    """Words for one of several values of a name."""
    if name.endswith(("xes", "ches", "shes", "sses")):
        yield name.removesuffix("es")
    elif name.endswith("s"):
        yield name.removesuffix("s")
    yield from ("item", "value", "other")


def _listed(values: list[Expr], whole: str) -> str:
    """A list of values; one that is all there is by its own name."""
    return whole if len(values) == 1 else f"[{', '.join(map(flat, values))}]"


def _with_inputs(code: Code, said: Spoken) -> Code:
    """The code with words for the list of all that flows in."""

    def changed(part: Code) -> Code:
        made: Code = said if isinstance(part, AllInputs) else mapped(part, changed)  # type: ignore[assignment]
        return made

    return changed(code)
