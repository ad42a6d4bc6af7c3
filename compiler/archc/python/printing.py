"""Classes printed: the constructor, ``forward``, and named tuples of outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archc.python.body import Body, Child, Raws
from archc.python.classes import Class, Classes
from archc.python.forward import Forward, forward
from archc.python.identifiers import is_plain
from archc.python.returns import Returned
from archc.python.text import (
    INDENT,
    WIDTH,
    Call,
    Const,
    Display,
    Expr,
    Raw,
    docstring,
    flat,
    layout,
    string,
)
from archc.python.weights import draw, own_lines
from archir.init import Initialiser

BASES = {"sequential": "nn.Sequential", "list": "nn.ModuleList", "module": "nn.Module"}
_FOLD = 3
"""So many equal children in a row are written as one."""


@dataclass(slots=True)
class Printed:
    """The text of one class, with the named tuples that it returns in front."""

    lines: list[str] = field(default_factory=list)


def print_class(item: Class, classes: Classes) -> Printed:
    """The class's text."""
    body = item.bodies[0]
    returned = Returned.of(item, body, classes)  # first: no variable may be called like a tuple
    written = forward(body, classes.names.taken) if body.holder != "sequential" else None
    result = Printed()
    if written is not None:
        result.lines += returned.tuples
    result.lines.append(f"class {item.name}({BASES[body.holder]}):")
    parts = [docstring(body.doc, 1), _constructor(item, classes)]
    if written is not None:
        parts.append(_forward(written, returned.hint, returned.ending(written)))
    parts = [part for part in parts if part]
    for index, part in enumerate(parts):
        result.lines += [""] * (index > 0) + part
    if not parts:
        result.lines.append(f"{INDENT}pass")
    return result


# --- constructors ------------------------------------------------------------------------------


def _constructor(item: Class, classes: Classes) -> list[str]:
    body = item.bodies[0]
    maker = _Maker(item, classes)
    lines = list(maker.lines())
    if not lines and not item.parameters:
        return []
    signature = ["self", *(f"{name}: {hint}" for name, hint in item.parameters)]
    result = definition("__init__", signature, "None", 1)
    if body.holder == "module":
        result.append(f"{INDENT * 2}super().__init__()")
    return result + lines


def definition(name: str, parameters: list[str], returns: str, indent: int) -> list[str]:
    """The head of a function; ``returns`` may be empty."""
    margin = INDENT * indent
    end = f") -> {returns}:" if returns else "):"
    line = f"{margin}def {name}({', '.join(parameters)}{end}"
    if len(line) <= WIDTH:
        return [line]
    inner = [f"{margin}{INDENT}{', '.join(parameters)}"]
    if len(inner[0]) > WIDTH:
        inner = [line for each in parameters for line in _parameter(each, margin + INDENT)]
    return [f"{margin}def {name}(", *inner, f"{margin}{end}"]


def _parameter(text: str, margin: str) -> list[str]:
    """A parameter on a line of its own; one that is too long is broken inside of its type."""
    found = re.fullmatch(r"(\w+: \w+\[)([^=|]*)(\] = .*)", text)
    if found is None or len(f"{margin}{text},") <= WIDTH:
        return [f"{margin}{text},"]
    return [f"{margin}{found[1]}", f"{margin}{INDENT}{found[2]}", f"{margin}{found[3]},"]


@dataclass(slots=True)
class _Maker:
    """Writes the lines of one constructor. Numbers are met in the order of ``numbers``."""

    item: Class
    classes: Classes
    at: int = 0

    def lines(self) -> Iterator[str]:
        body = self.item.bodies[0]
        if body.holder in ("sequential", "list"):
            yield from self._container(body)
        else:
            yield from self._inside(tuple(body.children))
        for leaf in body.leaves:
            for line in own_lines(leaf):
                yield INDENT * 2 + line
        if self.item.weights:
            if body.children:
                yield ""
            yield from (INDENT * 2 + line if line else "" for line in self.item.weights)

    def _container(self, body: Body) -> Iterator[str]:
        makes = [self._filled(child.make) for child in body.children if isinstance(child, Child)]
        filled = [child for child in body.children if isinstance(child, Child) and child.inside]
        if makes or body.holder == "list":
            items = tuple((None, make) for make in makes)
            call = Call("super().__init__", fold(items))
            if body.holder == "list":
                call = Call("super().__init__", ((None, Display("[]", fold(items))),))
            yield from layout("", call, "", 2)
        for child in filled:
            yield from self._inside(child.inside)

    def _inside(self, items: tuple[Child | Raws, ...]) -> Iterator[str]:
        for item in items:
            if isinstance(item, Raws):
                yield from self._raw(item)
                continue
            make = self._filled(item.make)
            if is_plain(item.name):
                yield from layout(f"{item.owner}.{item.name} = ", make, "", 2)
            else:
                added = Call(f"{item.owner}.add_module", ((None, Const(item.name)), (None, make)))
                yield from layout("", added, "", 2)
            yield from self._inside(item.inside)

    def _raw(self, item: Raws) -> Iterator[str]:
        parameter = item.parameter
        shape = tuple((None, self._const(Const(extent))) for extent in parameter.shape)
        made, drawn = _tensor(parameter.initialiser, shape)
        if parameter.is_buffer:
            arguments = ((None, Const(parameter.name)), (None, made))
            yield from layout("", Call(f"{item.owner}.register_buffer", arguments), "", 2)
        else:
            value = Call("nn.Parameter", ((None, made),))
            if is_plain(parameter.name):
                yield from layout(f"{item.owner}.{parameter.name} = ", value, "", 2)
            else:
                arguments = ((None, Const(parameter.name)), (None, value))
                yield from layout("", Call(f"{item.owner}.register_parameter", arguments), "", 2)
        if not drawn:
            target = (
                f"{item.owner}.{parameter.name}"
                if is_plain(parameter.name)
                else f"getattr({item.owner}, {string(parameter.name)})"
            )
            lines = draw(target, parameter.initialiser, 0, 2)
            yield from (INDENT * 2 + line for line in lines)

    def _filled(self, expr: Expr) -> Expr:
        """The expression with the constructor's parameters in the place of numbers."""
        return self._walk(self.classes.resolve(expr))

    def _walk(self, expr: Expr) -> Expr:
        if isinstance(expr, Const):
            return self._const(expr)
        if isinstance(expr, Call):
            arguments: list[tuple[str | None, Expr]] = []
            for name, value in expr.arguments:
                filled = self._walk(value)
                if not (isinstance(filled, Const) and filled.is_default):
                    arguments.append((name, filled))
            if expr.function == "nn.Sequential":
                return Call(expr.function, fold(tuple((None, value) for _, value in arguments)))
            return Call(expr.function, tuple(arguments))
        if isinstance(expr, Display):
            return Display(expr.brackets, tuple((k, self._walk(v)) for k, v in expr.items))
        return expr

    def _const(self, const: Const) -> Expr:
        if not const.is_number:
            return const
        column = self.item.columns[self.at]
        self.at += 1
        return const if column is None else Raw(column)


def fold(items: tuple[tuple[None, Expr], ...]) -> tuple[tuple[None, Expr], ...]:
    """Children with runs of equal ones written as ``*[child for _ in range(n)]``."""
    result: list[tuple[None, Expr]] = []
    start = 0
    while start < len(items):
        text = flat(items[start][1])
        end = start
        while end < len(items) and flat(items[end][1]) == text:
            end += 1
        if end - start >= _FOLD and len(text) <= WIDTH - 40:
            result.append((None, Raw(f"*[{text} for _ in range({end - start})]")))
        else:
            result.extend(items[start:end])
        start = end
    return tuple(result)


def _tensor(initialiser: Initialiser, shape: tuple[tuple[None, Expr], ...]) -> tuple[Expr, bool]:
    """A new tensor, and whether it holds its initial values already."""
    if not shape:
        shape = ((None, Raw("()")),)
    if initialiser.function in ("zeros", "ones"):
        return Call(f"torch.{initialiser.function}", shape), True
    return Call("torch.empty", shape), False


# --- forward -----------------------------------------------------------------------------------


def _forward(written: Forward, returns: str, ending: list[str]) -> list[str]:
    parameters = ["self", *(f"{name}: Tensor" for name in written.arguments)]
    head = definition("forward", parameters, returns, 1)
    return head + joined(written.lines, ending)


def joined(lines: list[str], ending: list[str]) -> list[str]:
    """Lines and their return: ``x = f(x)`` and ``return x`` as one line."""
    if lines and len(ending) == 1:
        assigned = re.fullmatch(r"        (\w+) = (.*)", lines[-1])
        if (
            assigned
            and ending[0] == f"        return {assigned[1]}"
            and not lines[-1].endswith(("(", "["))
            and len(lines[-1]) - len(assigned[1]) + 4 <= WIDTH
        ):
            return [*lines[:-1], f"        return {assigned[2]}"]
    return lines + ending
