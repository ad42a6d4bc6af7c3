"""What a ``forward`` hands back: a tensor, a tuple, or a named tuple with a class of its own."""

from __future__ import annotations

from archc.python.code.identifiers import Names, is_field
from archc.python.code.layout import INDENT, WIDTH, Call, Const, Display, Expr, Raw, flat, layout
from archc.python.forward.writing import Written
from archir.base.record import Struct
from archir.graph.graph import Output


class _Tuple(Struct):
    """How some results are handed back: ``name`` is their named tuple's, if they have one."""

    results: list[Output]
    everything: list[Output]
    name: str | None = None
    in_dict: bool = False

    @property
    def hint(self) -> str:
        if self.in_dict:
            return "dict[str, Tensor]"
        if len(self.results) == 1:
            return "Tensor"
        return self.name or f"tuple[{', '.join('Tensor' for _ in self.results)}]"

    def value(self, written: Written) -> Expr:
        places = [
            i for i, each in enumerate(self.everything) if any(each is r for r in self.results)
        ]
        values = [Raw(written.results[place]) for place in places]
        if self.in_dict:
            names = [Const(str(result.name)) for result in self.results]
            return Display("{}", tuple(zip(names, values, strict=True)))
        if len(values) == 1:
            return values[0]
        if self.name is not None:
            return Call(self.name, tuple((None, value) for value in values))
        text = ", ".join(flat(value) for value in values) or "()"
        if len(text) + len("return ") > WIDTH - len(INDENT * 3):
            return Display("()", tuple([(None, value) for value in values]))
        return Raw(text)


class Returned(Struct):
    """What comes back: in training mode, in evaluation, and the named tuples in front of it."""

    everything: _Tuple
    always: _Tuple | None
    """Where evaluation gives less than training."""

    tuples: list[str]

    @classmethod
    def of(
        cls, title: str, results: list[Output], names: Names, *, in_dict: bool = False
    ) -> Returned:
        always = [result for result in results if not result.when_training]
        tuples: list[str] = []
        if in_dict and results[0].name is not None:
            whole = _Tuple(results, results, in_dict=True)
            fewer = None if len(always) == len(results) else _Tuple(always, results, in_dict=True)
            return cls(whole, fewer, tuples)
        everything = _tuple(title, results, results, "Outputs", names, tuples)
        if len(always) == len(results):
            return cls(everything, None, tuples)
        fewer = _tuple(title, always, results, "EvalOutputs", names, tuples)
        return cls(everything, fewer, tuples)

    @property
    def hint(self) -> str:
        hint = self.everything.hint
        if self.always is None or self.always.hint == hint:
            return hint
        return f"{hint} | {self.always.hint}"

    def ending(self, written: Written) -> list[str]:
        """The lines of the return."""
        value = self.everything.value(written)
        if self.always is None:
            return layout("return ", value, "", 2)
        lines = [f"{INDENT * 2}if self.training:", *layout("return ", value, "", 3)]
        return [*lines, *layout("return ", self.always.value(written), "", 2)]


def _tuple(
    title: str,
    results: list[Output],
    everything: list[Output],
    suffix: str,
    claimed: Names,
    tuples: list[str],
) -> _Tuple:
    if len(results) == 1 or any(result.name is None for result in results):
        return _Tuple(results, everything)
    name = claimed.claim(title + suffix)
    names = [str(result.name) for result in results]
    if all(is_field(field) for field in names):
        tuples += [f"class {name}(NamedTuple):", *(f"{INDENT}{each}: Tensor" for each in names)]
    else:  # one that Python cannot name goes by its position, as in the live module
        shown = Display("[]", tuple((None, Const(each)) for each in names))
        made = Call("namedtuple", ((None, Const(name)), (None, shown), ("rename", Raw("True"))))
        tuples += layout(f"{name} = ", made, "", 0)
    tuples += ["", ""]
    return _Tuple(results, everything, name)
