"""The check of input sizes at run time: a function that a person would write, for valid sizes.

It accepts exactly the shapes that ``archc check --size`` accepts, and says the same of others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from archc.python.code.identifiers import Names, bound_names
from archc.python.code.layout import INDENT, definition, string
from archc.python.guards.conditions import Sizes, grouped, length, raising
from archc.python.guards.nearest import OF_ALL, OF_ONE, Nearest
from archir.base.record import Record
from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.graph.typed import TypedGraph
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, show, variables
from archir.shapes.types import TensorType
from archir.sizes.parts import Parts, parts
from archir.sizes.valid import ValidSizes
from archir.sizes.words import must_be, needs, say_groups, show_condition

FUNCTIONS = ("check_sizes", "nearest", "nearest_sizes")
"""What a guard's functions are called, if nothing else is."""

_MOST_TERMS = 24
"""A test of more parts than this is written as the conditions that the set was solved from."""

_MARGIN = INDENT


class _Input(Record):
    """One input: what the function calls it, what the text calls it, and its type."""

    python: str
    name: str
    given: TensorType


class Guard(Nearest):
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
        functions = [names.claim(each) for each in FUNCTIONS]
        self.name, self.search, self.search_all = functions
        inside.taken.update(functions)
        self.variables = {
            name: inside.claim(name.lower()) for name in typed.graph.sizes if name.isidentifier()
        }
        self.said = Sizes(self.variables)
        self.words = {
            each.condition: each.message
            for each in typed.requirements
            if each.message is not None and each.message.by_author
        }
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
        yield from self._asserted(training=training)
        if valid.is_empty:
            yield f'{_MARGIN}raise ValueError("in training there is no valid size")'
            return
        said = parts(valid)
        known = None if beside is None else parts(beside)
        spelt: dict[Condition, str] = {}
        """The conditions that are checked as such, in the place of sets that are too long."""
        yield from self._each(valid, said, known, spelt)
        yield from self._groups(valid, said, known, spelt)
        for condition, message in spelt.items():
            if condition not in said.open:
                yield from self._failing(condition, string(message))
        for condition in said.open:
            if condition in self.words:
                continue
            if known is None or condition not in known.open:
                message = string(needs(show_condition(condition), training=training))
                yield from self._failing(condition, message)

    def _asserted(self, *, training: bool) -> Iterator[str]:
        """The checks of what an ``assert`` says, in its words."""
        for condition, message in self.words.items():
            if condition.training is training:
                yield from self._failing(condition, self.said.message(message))

    def _each(
        self, valid: ValidSizes, said: Parts, known: Parts | None, spelt: dict[Condition, str]
    ) -> Iterator[str]:
        """The checks of sizes that depend on no other."""
        training = known is not None
        free: list[str] = []
        """Sizes of which nothing is asked but that there are any; in training that is known."""
        for name, allowed in said.each.items():
            if known is not None and known.each[name] == allowed:
                continue
            if allowed.is_everything:
                free.append(name)
            elif length(allowed) <= _MOST_TERMS:
                yield from self._of_one(valid, name, allowed, training=training)
            else:  # without the set, the others no longer say that sizes go with one of it
                for condition in _about(valid, {name}):
                    spelt.setdefault(condition, must_be(name, allowed, training=training))
        if free and not training:
            test = " or ".join(f"{self.variables[name]} < 1" for name in free)
            yield from raising(test, string(f"{', '.join(free)} must be at least 1"), 1)

    def _groups(
        self, valid: ValidSizes, said: Parts, known: Parts | None, spelt: dict[Condition, str]
    ) -> Iterator[str]:
        """The check of sizes that depend on each other."""
        if not said.groups or (known is not None and known.groups == said.groups):
            return
        needed = needs(say_groups(said), training=known is not None)
        if sum(length(one) for group in said.groups for one in group.values()) <= _MOST_TERMS:
            fits = " or ".join(grouped(self.said.fits_all(group)) for group in said.groups)
            test = f"not ({fits})" if said.tie is None else self.said.fails(said.tie)
            yield from self._of_all(valid, test, needed)
            return
        tied = {name for group in said.groups for name in group}
        for condition in _about(valid, tied):
            spelt.setdefault(condition, needed)

    def _failing(self, condition: Condition, message: str) -> Iterator[str]:
        """The check of a condition; a size by which it divides is looked at first."""
        for zero in self.said.zeros((condition.left, condition.right)):
            yield from raising(zero, message, 1)
        yield from raising(self.said.fails(condition), message, 1)


def _variable(dim: Dim) -> str | None:
    """The name of the variable that a dim is, if it is one."""
    text = show(dim)
    return text if not isinstance(dim, int) and text.isidentifier() else None


def _about(valid: ValidSizes, names: set[str]) -> list[Condition]:
    """The conditions that speak of some of these sizes."""
    return [condition for condition in valid.conditions if _names(condition) & names]


def _names(condition: Condition) -> set[str]:
    return {*variables(condition.left), *variables(condition.right)}


def checked(typed: TypedGraph, chunks: list[list[str]], root: str, taken: Names) -> list[list[str]]:
    """The classes of a file with a check in front of the model's, which is called ``root``."""
    near = (chunk for chunk in chunks if any(name in line for line in chunk for name in FUNCTIONS))
    bound = bound_names(line for chunk in near for line in chunk)  # to read all of them takes long
    return with_guard(chunks, root, Guard(typed, Names(taken.taken | bound)))


def with_guard(chunks: list[list[str]], root: str, guard: Guard) -> list[list[str]]:
    """The classes with the check in front of the model's, and called by its ``forward``."""
    result: list[list[str]] = []
    for chunk in chunks:
        has_class = any(line.startswith(f"class {root}(") for line in chunk)
        tree = ast.parse("\n".join(chunk)).body if has_class else []
        owner = next((n for n in tree if isinstance(n, ast.ClassDef) and n.name == root), None)
        if owner is None:
            result.append(chunk)
            continue
        result += guard.chunks()
        forward = next(
            (n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "forward"), None
        )
        if forward is not None:
            at = forward.body[0].lineno - 1
            call = guard.call(argument.arg for argument in forward.args.args[1:])
            result.append([*chunk[:at], call, *chunk[at:]])
            continue
        names = [each.python for each in guard.inputs]
        parameters = ["self", *(f"{name}: Tensor" for name in names)]
        result.append(
            [
                *chunk,
                "",
                *definition("forward", parameters, "Tensor", 1),
                guard.call(names),
                f"{INDENT * 2}return super().forward({', '.join(names)})",
            ]
        )
    return result
