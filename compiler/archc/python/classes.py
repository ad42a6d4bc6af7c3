"""Classes: bodies that differ only in numbers share one, whose constructor takes the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from archc.python.body import Body, Child, Line, Raws, Training
from archc.python.identifiers import Names, class_name, identifier
from archc.python.signatures import signature
from archc.python.text import Call, Const, Display, Expr, Make, Raw, is_number
from archc.python.weights import pass_lines
from archir.graph import Value


@dataclass(slots=True, eq=False)
class Class:
    """One class, and the bodies that are its instances."""

    name: str
    bodies: list[Body]
    holes: dict[Body, list[Const]]
    """The numbers of each body, in the order in which they stand in its constructor."""

    parameters: list[tuple[str, str]] = field(default_factory=list)
    """Names and type hints of what the constructor takes."""

    columns: list[str | None] = field(default_factory=list)
    """For each number: the parameter that it is, or None where it is the same everywhere."""

    weights: list[str] = field(default_factory=list)

    def arguments(self, body: Body) -> Iterator[tuple[str, Const]]:
        """The constructor's arguments for that body."""
        values: dict[str, Const] = {}
        for column, const in zip(self.columns, self.holes[body], strict=True):
            if column is not None:
                values.setdefault(column, const)
        for name, _ in self.parameters:
            yield name, values[name]


Elsewhere = Callable[[Body], "Expr | None"]
"""How a body is constructed whose class is written elsewhere; None for any other."""


@dataclass(slots=True)
class Classes:
    """All classes of a model, those inside before those that use them."""

    names: Names
    """The names of the file."""

    elsewhere: Elsewhere
    of: dict[Body, Class] = field(default_factory=dict)
    order: list[Class] = field(default_factory=list)
    signatures: dict[Body, object] = field(default_factory=dict)
    """What the ``forward`` of each body does."""

    def resolve(self, expr: Expr) -> Expr:
        """The expression with the classes of bodies put in."""
        return _mapped(expr, self._make)

    def _make(self, expr: Expr) -> Expr:
        if not isinstance(expr, Make):
            return expr
        assert isinstance(expr.target, Body)
        made = self.elsewhere(expr.target)
        if made is not None:
            return made
        owner = self.of[expr.target]
        arguments = owner.arguments(expr.target)
        return Call(owner.name, tuple((None, Const(c.value, n)) for n, c in arguments))


def classify(root: Body, names: Names, elsewhere: Elsewhere = lambda _: None) -> Classes:
    """Group the bodies of a model into classes and name what their constructors take."""
    classes = Classes(names, elsewhere)
    levels: dict[int, dict[object, list[Body]]] = {}
    heights: dict[Body, int] = {}
    bodies = list(_inside_out(root, elsewhere))
    for body in bodies:
        inside = (heights[inner] for _, inner in body.inner if inner in heights)
        heights[body] = 1 + max(inside, default=-1)
    for height in range(max(heights.values()) + 1):
        here = levels.setdefault(height, {})
        for body in bodies:
            if heights[body] == height:
                here.setdefault(_key(body, classes), []).append(body)
        for members in here.values():
            _add(classes, members)
    position = {body: index for index, body in enumerate(bodies)}
    classes.order.sort(key=lambda item: position[item.bodies[0]])
    return classes


def _inside_out(root: Body, elsewhere: Elsewhere) -> Iterator[Body]:
    seen: set[Body] = set()
    stack = [(root, False)]
    while stack:
        body, visited = stack.pop()
        if visited:
            yield body
        elif body not in seen:
            seen.add(body)
            stack.append((body, True))
            stack.extend(
                (inner, False)
                for _, inner in reversed(body.inner)
                if inner not in seen and elsewhere(inner) is None
            )


def _key(body: Body, classes: Classes) -> object:
    """What instances of one class have in common: all but the numbers."""

    def blank(expr: Expr) -> Expr:
        return Raw("#") if isinstance(expr, Const) and expr.is_number else expr

    def registration(item: Child | Raws) -> object:
        if isinstance(item, Raws):
            p = item.parameter
            return (item.owner, p.name, len(p.shape), p.initialiser, p.is_buffer)
        make = _mapped(classes.resolve(item.make), blank)
        return (item.owner, item.name, make, tuple(map(registration, item.inside)))

    own = tuple(
        (leaf.path, parameter, initialiser)
        for leaf in body.leaves
        for parameter, initialiser in leaf.overrides.items()
    )
    names = tuple(value.name for line in body.lines for value in _outputs(line))
    return (
        body.origin,
        signature(body, classes.signatures),
        tuple(map(registration, body.children)),
        tuple(pass_lines(body)),
        own,
        names,
        body.input_names,
    )


def _outputs(line: Line) -> Iterator[Value]:
    if isinstance(line, Training):
        for inner in line.statements:
            yield from _outputs(inner)
    else:
        yield from line.outputs


def _mapped(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with ``change`` done to it and to everything in it, outside first."""
    expr = change(expr)
    if isinstance(expr, Call):
        arguments = tuple((name, _mapped(value, change)) for name, value in expr.arguments)
        return replace(expr, arguments=arguments)
    if isinstance(expr, Display):
        return replace(expr, items=tuple((k, _mapped(v, change)) for k, v in expr.items))
    return expr


# --- parameters --------------------------------------------------------------------------------


def _add(classes: Classes, members: list[Body]) -> None:
    first = members[0]
    holes = {body: list(numbers(body, classes)) for body in members}
    weights = pass_lines(first)
    item = Class(classes.names.claim(class_name(first.name)), members, holes, weights=weights)
    rows = list(zip(*(holes[body] for body in members), strict=True))
    taken = {"module", "name"} if weights else set()
    item.columns = [None] * len(rows)
    found: dict[tuple[object, ...], str] = {}
    order: list[tuple[tuple[int, int], str, str]] = []
    claimed = Names({*classes.names.taken, *taken})
    for index, row in enumerate(rows):
        values = tuple((type(const.value), const.value) for const in row)
        if len(set(values)) == 1:
            continue
        if values not in found:
            rank, wanted = _parameter(members, values, row[0].hint, index)
            found[values] = claimed.claim(wanted)
            order.append((rank, found[values], _hint([const.value for const in row])))
        item.columns[index] = found[values]
    item.parameters = [(name, hint) for _, name, hint in sorted(order)]
    classes.order.append(item)
    classes.of.update(dict.fromkeys(members, item))


def numbers(body: Body, classes: Classes) -> Iterator[Const]:
    """The numbers in a body's constructor, in the order of its text."""

    def walk(expr: Expr) -> Iterator[Const]:
        if isinstance(expr, Const) and expr.is_number:
            yield expr
        elif isinstance(expr, Call):
            for _, value in expr.arguments:
                yield from walk(value)
        elif isinstance(expr, Display):
            for _, value in expr.items:
                yield from walk(value)

    def inside(items: tuple[Child | Raws, ...]) -> Iterator[Const]:
        for item in items:
            if isinstance(item, Raws):
                yield from (Const(extent, "size") for extent in item.parameter.shape)
            else:
                yield from walk(classes.resolve(item.make))
                yield from inside(item.inside)

    yield from inside(tuple(body.children))


def _parameter(
    members: list[Body], values: tuple[tuple[type, object], ...], hint: str, index: int
) -> tuple[tuple[int, int], str]:
    """A name for a number that differs: the block's own parameter of those values, or the hint."""
    for place, (name, _) in enumerate(members[0].arguments):
        own = tuple(
            (type(value), value)
            for body in members
            for argument, value in body.arguments
            if argument == name
        )
        if own == values:
            return (1, place), name
    return (0 if hint.startswith("in_") else 2, index), identifier(hint)


def _hint(values: list[object]) -> str:
    kinds: dict[str, None] = {}
    for value in values:
        if isinstance(value, tuple):
            inner = "float" if any(isinstance(item, float) for item in value) else "int"
            kinds[f"tuple[{inner}, ...]"] = None
        elif is_number(value):
            kinds["float" if isinstance(value, float) else "int"] = None
    if "float" in kinds:
        kinds.pop("int", None)
    return " | ".join(sorted(kinds))
