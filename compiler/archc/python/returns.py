"""What a ``forward`` hands back: a tensor, a tuple, or a named tuple with a class of its own."""

from __future__ import annotations

from dataclasses import dataclass

from archc.python.body import Body, Result
from archc.python.classes import Class, Classes
from archc.python.forward import Forward
from archc.python.identifiers import is_field
from archc.python.text import INDENT, Call, Const, Display, Expr, Raw, flat, layout


@dataclass(slots=True)
class _Tuple:
    """How some results are handed back: ``name`` is their named tuple's, if they have one."""

    results: list[Result]
    name: str | None = None

    @property
    def hint(self) -> str:
        if len(self.results) == 1:
            return "Tensor"
        return self.name or f"tuple[{', '.join('Tensor' for _ in self.results)}]"

    def value(self, written: Forward) -> Expr:
        values = [Raw(written.names[result.value]) for result in self.results]
        if len(values) == 1:
            return values[0]
        if self.name is not None:
            return Call(self.name, tuple((None, value) for value in values))
        return Raw(", ".join(flat(value) for value in values) or "()")


@dataclass(slots=True)
class Returned:
    """What comes back: in training mode, in evaluation, and the named tuples in front of it."""

    everything: _Tuple
    always: _Tuple | None
    """Where evaluation gives less than training."""

    tuples: list[str]

    @classmethod
    def of(cls, item: Class, body: Body, classes: Classes) -> Returned:
        always = [result for result in body.results if not result.when_training]
        tuples: list[str] = []
        everything = _tuple(item, body.results, "Outputs", classes, tuples)
        if len(always) == len(body.results):
            return cls(everything, None, tuples)
        return cls(everything, _tuple(item, always, "EvalOutputs", classes, tuples), tuples)

    @property
    def hint(self) -> str:
        hint = self.everything.hint
        return hint if self.always is None else f"{hint} | {self.always.hint}"

    def ending(self, written: Forward) -> list[str]:
        """The lines of the return."""
        value = self.everything.value(written)
        if self.always is None:
            return layout("return ", value, "", 2)
        lines = [f"{INDENT * 2}if self.training:", *layout("return ", value, "", 3)]
        return [*lines, *layout("return ", self.always.value(written), "", 2)]


def _tuple(
    item: Class, results: list[Result], suffix: str, classes: Classes, tuples: list[str]
) -> _Tuple:
    if len(results) == 1 or any(result.name is None for result in results):
        return _Tuple(results)
    name = classes.names.claim(item.name + suffix)
    names = [str(result.name) for result in results]
    if all(is_field(field) for field in names):
        tuples += [f"class {name}(NamedTuple):", *(f"{INDENT}{each}: Tensor" for each in names)]
    else:  # one that Python cannot name goes by its position, as in the live module
        shown = Display("[]", tuple((None, Const(each)) for each in names))
        made = Call("namedtuple", ((None, Const(name)), (None, shown), ("rename", Raw("True"))))
        tuples += layout(f"{name} = ", made, "", 0)
    tuples += ["", ""]
    return _Tuple(results, name)
