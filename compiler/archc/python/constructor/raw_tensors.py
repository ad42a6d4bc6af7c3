"""Raw parameters and buffers, made and filled."""

from __future__ import annotations

from collections.abc import Mapping

from archc.python.classes.said import Said, Var, is_plain_value
from archc.python.classes.scope import say
from archc.python.code.identifiers import is_plain
from archc.python.code.layout import Call, Const, Expr, Raw, flat, string
from archc.python.constructor.draws import Words, draw
from archc.python.constructor.numbers import Numbers
from archc.python.constructor.statements import Sink
from archc.python.merging.families import form
from archc.python.merging.merge import Inst, Item, apart
from archc.python.reading.evaluate import evaluate
from archc.python.reading.scope import UnsayableError
from archir.base.record import replaced
from archir.base.source import Span
from archir.graph.graph import RawParameter
from archir.init.init_rules import Formula, Initialiser
from archir.init.tensors import TensorConstant
from archir.program import expressions as e
from archir.program.nodes import Expr as Node
from archir.program.walk import nested


class Tensors(Numbers):
    """Makes tensors that stand in no module of torch's."""

    def raw(self, item: Item, sink: Sink) -> None:
        self.owner.bake_foreign(item.span)
        parameters = {inst: entry.parameter for inst, entry in item.by.items()}
        first = next(iter(parameters.values()))
        if len({_kind(parameter) for parameter in parameters.values()}) > 1:
            raise self.differs(item)
        made, drawn = self.tensor(item, parameters)
        owner, name = sink.owner, first.name
        if first.is_buffer:
            given: list[tuple[str | None, Expr]] = [(None, Const(name)), (None, made)]
            if not first.is_persistent:
                given.append(("persistent", Const(False)))
            self.put("", Call(f"{owner}.register_buffer", tuple(given)))
        else:
            value = Call("nn.Parameter", ((None, made),))
            if is_plain(name):
                self.put(f"{owner}.{name} = ", value)
            else:
                self.put(
                    "", Call(f"{owner}.register_parameter", ((None, Const(name)), (None, value)))
                )
        if drawn is not None:
            target = f"{owner}.{name}" if is_plain(name) else f"getattr({owner}, {string(name)})"
            each = {i: x for i, p in parameters.items() if isinstance(x := p.initial, Initialiser)}
            text = self.stated(item.span)
            for line in draw(target, self.in_words(text, item.span, each, drawn), 0, 2):
                self.text(line)

    def stated(self, span: Span) -> Node | None:
        """What the text fills a raw parameter with."""
        places = self.owner.family.places
        return None if places is None or span not in places.raws else places.raws[span].value

    def in_words(
        self, text: Node | None, span: Span, given: Mapping[Inst, Initialiser], like: Initialiser
    ) -> Initialiser:
        """The initialiser that is ``given`` to instances, of a form ``like`` this: numbers in the
        words of the text; those that have none are as they are in all, or parameters.
        """
        stated: dict[str | None, Node] = {}
        if isinstance(text, e.InitialiserValue):
            items = () if text.arguments is None else text.arguments.items
            stated = {each.name: each.value for each in items}
        elif text is not None:
            self.file.fix(self.owner.live(self.owner.leaves(text)))
        rows = {i: dict(each.arguments) for i, each in given.items()}
        made: list[tuple[str, Formula]] = []
        for name, formula in like.arguments:
            values: dict[Inst, object] = {i: row[name] for i, row in rows.items()}
            made.append((name, self._in_words(stated.get(name), span, values, name, formula)))
        return replaced(like, arguments=tuple(made))

    def _in_words(
        self, text: Node | None, span: Span, values: dict[Inst, object], name: str, formula: Formula
    ) -> Formula:
        depends = frozenset[Var]() if text is None else self.owner.leaves(text)
        if not all(map(is_plain_value, values.values())):
            self.file.fix(self.owner.live(depends))
            if any(value != formula for value in values.values()):
                raise apart(next(iter(values)))
            return formula
        said = None
        if text is not None and self._is_told(text, span):
            said, depends = self.expression(text, span, values)
        shown = self.resolved(
            values, said, depends, text.name if isinstance(text, e.Local) else name
        )
        return formula if isinstance(shown, Const) else Words(flat(shown))

    def _is_told(self, text: Node, span: Span) -> bool:
        """Whether it is known what flows there, or the text does not ask."""
        places = self.owner.family.places
        asks = any(isinstance(each, e.Flowing) for each in nested(text))
        return not asks or (places is not None and span in places.stages)

    def tensor(
        self, item: Item, parameters: dict[Inst, RawParameter]
    ) -> tuple[Expr, Initialiser | None]:
        """A new tensor, and what draws its initial values if it does not hold them already."""
        first = next(iter(parameters.values()))
        if isinstance(first.initial, TensorConstant):
            return self.elements(item, parameters), None
        shape: list[tuple[None, Expr]] = []
        for axis in range(len(first.shape)):
            values: dict[Inst, object] = {i: p.shape[axis] for i, p in parameters.items()}
            said, depends = self.dim(item.span, axis, values)
            shape.append((None, self.resolved(values, said, depends, "size")))
        sizes: tuple[tuple[str | None, Expr], ...] = tuple(shape) or ((None, Raw("()")),)
        if first.dtype != "float32":
            sizes = (*sizes, _dtype(first.dtype))
        if first.initial.function in ("zeros", "ones"):
            return Call(f"torch.{first.initial.function}", sizes), None
        return Call("torch.empty", sizes), first.initial

    def elements(self, item: Item, parameters: dict[Inst, RawParameter]) -> Expr:
        """A tensor of elements that the text gives."""
        values: dict[Inst, object] = {}
        for inst, each in parameters.items():
            assert isinstance(each.initial, TensorConstant)
            values[inst] = each.initial.items
        first, places, span = next(iter(parameters.values())), self.owner.family.places, item.span
        if 0 in first.shape:
            return Call("torch.empty", ((None, Const(first.shape)), _dtype(first.dtype)))
        text = None if places is None or span not in places.raws else places.raws[span].value
        said, depends = None, frozenset(self.owner.deps)
        if text is not None:
            said, depends = self.expression(text, span, values)
        if said is not None and not said.vars and not isinstance(text, e.ListDisplay):
            # What no parameter decides is shorter in words than as a list of numbers.
            made: Expr = Raw(self.owner.use(said).text)
        else:
            made = self.resolved(values, said, depends, first.name)
        if first.dtype != "float32" or isinstance(made, Const) or self.gives_floats(text, item):
            return Call("torch.tensor", ((None, made),))
        return Call("torch.tensor", ((None, made), _dtype(first.dtype)))

    def gives_floats(self, text: Node | None, item: Item) -> bool:
        """Whether a list of the text has no whole numbers in it, which would make integers."""
        if text is None:
            return False
        found = [evaluate(text, self.owner.look(inst, item.span)) for inst in item.by]
        return all(map(_is_of_floats, found))

    def dim(
        self, span: Span, axis: int, values: dict[Inst, object]
    ) -> tuple[Said | None, frozenset[Var]]:
        """The words for an extent of a raw parameter."""
        places = self.owner.family.places
        if places is None or span not in places.raws:
            return None, frozenset(self.owner.deps)
        dims = places.raws[span].shape.dims
        dim = dims[axis] if axis < len(dims) else None
        if dim is None or dim.value is None:
            return None, frozenset(self.owner.deps)
        return self.expression(dim.value, span, values)

    def expression(
        self, expr: Node, span: Span, values: dict[Inst, object]
    ) -> tuple[Said | None, frozenset[Var]]:
        """The words for an expression that has these values, and what it depends on."""
        depends = self.owner.leaves(expr)
        try:
            said = say(self.owner, expr, span, self.loops)
        except UnsayableError:
            return None, depends
        return (said if self.owner.holds(expr, values, span) else None), depends


def _is_of_floats(value: object) -> bool:
    return all(map(_is_of_floats, value)) if isinstance(value, tuple) else isinstance(value, float)


def _dtype(name: str) -> tuple[str, Expr]:
    """The argument for a dtype; floats are what torch's default is."""
    return "dtype", Raw("torch.get_default_dtype()" if name == "float32" else f"torch.{name}")


def _kind(parameter: RawParameter) -> tuple[object, ...]:
    """What raw parameters have in common that one line makes."""
    initial, rank = parameter.initial, len(parameter.shape)
    drawn = None if isinstance(initial, TensorConstant) else form(initial)
    return parameter.name, drawn, rank, parameter.dtype, parameter.is_persistent
