"""The check of input sizes at run time: a function that a person would write, for valid sizes.

It accepts exactly the shapes that ``archc check --size`` accepts, and says the same of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archc.python.conditions import (
    Sizes,
    broken,
    format_string,
    grouped,
    length,
    lies_in,
    lies_outside,
    raise_,
    raising,
)
from archc.python.identifiers import Names, bound_names
from archc.python.nearest import OF_ALL, OF_ONE, stretch
from archc.python.printing import definition
from archc.python.text import INDENT, WIDTH, string
from archir.check import Condition
from archir.dims import Dim, show, variables
from archir.record import Record
from archir.sizes.parts import parts
from archir.sizes.sets import SizeSet
from archir.sizes.valid import ValidSizes, valid_in_evaluation, valid_in_training
from archir.sizes.words import must_be, needs, say_groups, show_condition
from archir.typed import TypedGraph
from archir.types import TensorType

_MOST_TERMS = 24
"""A test of more parts than this is written as the conditions that the set was solved from."""

_MOST_SEARCHED = 100_000
_MARGIN = INDENT


class _Input(Record):
    """One input: what the function calls it, what the text calls it, and its type."""

    python: str
    name: str
    given: TensorType


class Guard:
    """The function that checks sizes, and its call."""

    def __init__(self, typed: TypedGraph, names: Names) -> None:
        root = typed.graph.root
        self.valid = valid_in_evaluation(typed)
        self.training = valid_in_training(typed)
        inside = Names({"Tensor"})
        self.inputs = [
            _Input(inside.claim(value.name or "x"), value.name or "x", given)
            for value, given in zip(root.inputs, root.input_types, strict=True)
            if given is not None
        ]
        names = Names(names.taken | inside.taken)  # the text's own names go first
        functions = [names.claim(each) for each in ("check_sizes", "nearest", "nearest_sizes")]
        self.name, self.search, self.search_all = functions
        self.searches = self.searches_all = False
        inside.taken.update(functions)
        self.variables = {
            name: inside.claim(name.lower()) for name in typed.graph.sizes if name.isidentifier()
        }
        self.said = Sizes(self.variables)
        self.mode, self.near, self.below = map(inside.claim, ("training", "near", "below"))
        checks = [*self._checks(self.valid, None)]
        in_training = [*self._checks(self.training, self.valid)]
        if in_training:
            checks += [f"{_MARGIN}if {self.mode}:", *(f"{INDENT}{line}" for line in in_training)]
        self.asks_mode = bool(in_training)
        self.lines = [*self._head(), *self._shapes("\n".join(checks)), *checks]

    def call(self, arguments: Iterable[str]) -> str:
        """The line that checks what ``forward`` is given."""
        given = [*arguments, *(["self.training"] if self.asks_mode else [])]
        return f"{INDENT * 2}{self.name}({', '.join(given)})"

    def chunks(self) -> list[list[str]]:
        """The functions."""
        found: list[list[str]] = []
        if self.searches:
            found.append(OF_ONE.format(name=self.search).splitlines())
        if self.searches_all:
            found.append(OF_ALL.format(name=self.search_all).splitlines())
        return [*found, self.lines]

    # --- shapes -------------------------------------------------------------------------------

    def _head(self) -> list[str]:
        parameters = [f"{each.python}: Tensor" for each in self.inputs]
        if self.asks_mode:
            parameters.append(f"{self.mode}: bool")
        doc = f'{_MARGIN}"""Raise ValueError for sizes at which the network does not run."""'
        return [*definition(self.name, parameters, "None", 0), doc]

    def _shapes(self, checks: str) -> Iterator[str]:
        """The number of dims, fixed dims, and names for the sizes that the checks need."""
        fixed = [self._ranks(each) for each in self.inputs]
        bound: set[str] = set()
        first: list[list[str]] = []
        later: list[str] = []
        for each in self.inputs:
            here: list[str] = []
            again: list[int] = []
            for axis, dim in enumerate(each.given.shape):
                variable = _variable(dim)
                new = variable is not None and variable not in bound
                here.append(self.variables[variable] if variable is not None and new else "_")
                if variable is not None:
                    bound.add(variable)
                if not new and not isinstance(dim, int):
                    again.append(axis)
            first.append(here)
            later += self._agrees(each, again) if again else []
        needed = set(bound_names([*later, *checks.splitlines()], used=True))
        for each, here, lines in zip(self.inputs, first, fixed, strict=True):
            yield from lines
            targets = [name if name in needed else "_" for name in here]
            if any(target != "_" for target in targets):
                comma = "," if len(targets) == 1 else ""
                yield f"{_MARGIN}{', '.join(targets)}{comma} = {each.python}.shape"
        yield from later

    def _ranks(self, each: _Input) -> list[str]:
        """That an input has so many dims, and those that are numbers."""
        wrong = [f"{each.python}.dim() != {each.given.rank}"]
        for axis, dim in enumerate(each.given.shape):
            if isinstance(dim, int):
                wrong.append(f"{each.python}.shape[{axis}] != {dim}")
        return list(raising(" or ".join(wrong), self._is_not(each), 1))

    def _agrees(self, each: _Input, axes: list[int]) -> list[str]:
        """That dims are what dims before them say."""
        shape = each.given.shape
        if all(isinstance(dim, int) or axis in axes for axis, dim in enumerate(shape)):
            comma = "," if len(shape) == 1 else ""
            test = f"{each.python}.shape != ({', '.join(map(self.said.python, shape))}{comma})"
        else:
            test = " or ".join(
                f"{each.python}.shape[{axis}] != {self.said.python(shape[axis])}" for axis in axes
            )
        zeros = self.said.zeros(shape[axis] for axis in axes)
        return [line for one in (*zeros, test) for line in raising(one, self._is_not(each), 1)]

    @staticmethod
    def _is_not(each: _Input) -> str:
        shape = ", ".join(map(show, each.given.shape)).replace("{", "{{").replace("}", "}}")
        return f'f"{each.name} must be [{shape}], and is {{list({each.python}.shape)}}"'

    # --- sizes --------------------------------------------------------------------------------

    def _checks(self, valid: ValidSizes, beside: ValidSizes | None) -> Iterator[str]:
        """The checks of a set of sizes, without those that are made already."""
        training = beside is not None
        if valid.is_empty:
            yield f'{_MARGIN}raise ValueError("in training there is no valid size")'
            return
        said = parts(valid)
        known = None if beside is None else parts(beside)
        spelt: dict[Condition, str] = {}
        """The conditions that are checked as such, in the place of sets that are too long."""
        for name, allowed in said.each.items():
            if allowed.is_everything or (known is not None and known.each[name] == allowed):
                continue
            if length(allowed) <= _MOST_TERMS:
                yield from self._of_one(valid, name, allowed, training=training)
                continue
            # Without the set, the others no longer say that sizes go with one of it.
            for condition in _about(valid, {name}):
                spelt.setdefault(condition, must_be(name, allowed, training=training))
        if said.groups and (known is None or known.groups != said.groups):
            needed = needs(say_groups(said), training=training)
            if sum(length(one) for group in said.groups for one in group.values()) <= _MOST_TERMS:
                fits = " or ".join(grouped(self.said.fits_all(group)) for group in said.groups)
                yield from self._of_all(valid, f"not ({fits})", needed)
            else:
                tied = {name for group in said.groups for name in group}
                for condition in _about(valid, tied):
                    spelt.setdefault(condition, needed)
        for condition, message in spelt.items():
            if condition not in said.open:
                yield from self._failing(condition, string(message))
        for condition in said.open:
            if known is None or condition not in known.open:
                message = string(needs(show_condition(condition), training=training))
                yield from self._failing(condition, message)

    def _failing(self, condition: Condition, message: str) -> Iterator[str]:
        """The check of a condition; a size by which it divides is looked at first."""
        for zero in self.said.zeros((condition.left, condition.right)):
            yield from raising(zero, message, 1)
        yield from raising(f"not ({self.said.holds(condition)})", message, 1)

    def _of_all(self, valid: ValidSizes, test: str, needed: str) -> Iterator[str]:
        """The check of sizes that depend on each other."""
        tied = [
            name for name in valid.names if any(not box[name].is_everything for box in valid.boxes)
        ]
        boxes = [[stretch(box[name]) for name in tied] for box in valid.boxes]
        if valid.open or any(None in box for box in boxes):
            yield from raising(test, string(needed), 1)
            return
        self.searches_all = True
        yield from broken(f"{_MARGIN}if ", test, ":")
        sizes = ", ".join(f'"{name}": {self.variables[name]}' for name in tied)
        yield f"{INDENT * 2}{self.near} = {self.search_all}("
        yield f"{INDENT * 3}{{{sizes}}},"
        yield f"{INDENT * 3}["
        for box in boxes:
            yield f"{INDENT * 4}[{', '.join(map(str, box))}],"
        yield f"{INDENT * 3}],"
        yield f"{INDENT * 2})"
        yield from raise_(format_string(f"{needed}; the nearest valid sizes: {{{self.near}}}"), 2)

    def _of_one(
        self, valid: ValidSizes, name: str, allowed: SizeSet, *, training: bool
    ) -> Iterator[str]:
        size = self.variables[name]
        must = must_be(name, allowed, training=training)
        test = lies_outside(allowed, size)
        if valid.open:  # what has no closed form may refuse the neighbours as well
            yield from raising(test, string(must), 1)
            return
        first, *more = allowed.pieces
        if more or (first.period > 1 and (first.residues != [0] or first.last is not None)):
            yield from self._searching(test, must, allowed, size)
        elif first.last is not None:
            near = str(first.first)
            if first.last > first.first:
                near = f"{{min(max({size}, {first.first}), {first.last})}}"
            yield from raising(test, format_string(f"{must}; the nearest is {near}"), 1)
        elif first.period == 1:
            yield from raising(test, string(f"{must}; the nearest is {first.first}"), 1)
        else:
            below = f"{size} // {first.period} * {first.period}"
            yield f"{_MARGIN}if {test}:"
            yield f"{INDENT * 2}{self.below} = {below}"
            yield (
                f'{INDENT * 2}{self.near} = f"are {{{self.below}}} and'
                f' {{{self.below} + {first.period}}}"'
                f' if {size} > {first.first} else "is {first.first}"'
            )
            yield from raise_(format_string(f"{must}; the nearest {{{self.near}}}"), 2)

    def _searching(self, test: str, must: str, allowed: SizeSet, size: str) -> Iterator[str]:
        end = allowed.pieces[-1]
        if max(end.first, end.last or 0) > _MOST_SEARCHED:
            yield from raising(test, string(must), 1)
            return
        self.searches = True
        last = f"max({size}, {end.first}) + {end.period}" if end.last is None else str(end.last)
        yield f"{_MARGIN}if {test}:"
        fits = lies_in(allowed, "n")
        line = f"{INDENT * 2}{self.near} = {self.search}({size}, lambda n: {fits}, {last})"
        if len(line) <= WIDTH:
            yield line
        else:
            yield f"{INDENT * 2}{self.near} = {self.search}("
            yield f"{INDENT * 3}{size},"
            yield from broken(f"{INDENT * 3}lambda n: ", f"({fits})", ",")
            yield f"{INDENT * 3}{last},"
            yield f"{INDENT * 2})"
        yield from raise_(format_string(f"{must}; the nearest {{{self.near}}}"), 2)


def _variable(dim: Dim) -> str | None:
    """The name of the variable that a dim is, if it is one."""
    text = show(dim)
    return text if not isinstance(dim, int) and text.isidentifier() else None


def _about(valid: ValidSizes, names: set[str]) -> list[Condition]:
    """The conditions that speak of some of these sizes."""
    return [condition for condition in valid.conditions if _names(condition) & names]


def _names(condition: Condition) -> set[str]:
    return {*variables(condition.left), *variables(condition.right)}
