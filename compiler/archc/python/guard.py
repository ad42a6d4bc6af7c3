"""The check of input sizes at run time: a function that a person would write, for valid sizes.

It accepts exactly the shapes that ``archc check --size`` accepts, and says the same of others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from archc.python.conditions import (
    broken,
    format_string,
    grouped,
    lies_in,
    lies_outside,
    raise_,
    raising,
)
from archc.python.identifiers import Names
from archc.python.nearest import OF_ALL, OF_ONE, stretch
from archc.python.printing import definition
from archc.python.text import INDENT, WIDTH, string
from archir.check import Condition
from archir.choice import Choice
from archir.dims import Atom, Dim, Extremum, Quotient, Variable, show, variables
from archir.scaling import Scaled
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


class Guard:
    """The function that checks sizes, and its call."""

    def __init__(self, typed: TypedGraph, names: Names) -> None:
        root = typed.graph.root
        self.valid = valid_in_evaluation(typed)
        self.training = valid_in_training(typed)
        self.name = names.claim("check_sizes")
        self.search = names.claim("nearest")
        self.search_all = names.claim("nearest_sizes")
        self.searches = self.searches_all = False
        inside = Names({*names.taken, "training"})
        self.variables = {
            name: inside.claim(name.lower()) for name in typed.graph.sizes if name.isidentifier()
        }
        self.inputs = [
            (inside.claim(value.name or "x"), given)
            for value, given in zip(root.inputs, root.input_types, strict=True)
            if given is not None
        ]
        checks = [*self._checks(self.valid, None)]
        in_training = [*self._checks(self.training, self.valid)]
        if in_training:
            checks += [f"{_MARGIN}if training:", *(f"{INDENT}{line}" for line in in_training)]
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
        parameters = [f"{name}: Tensor" for name, _ in self.inputs]
        if self.asks_mode:
            parameters.append("training: bool")
        doc = f'{_MARGIN}"""Raise ValueError for sizes at which the network does not run."""'
        return [*definition(self.name, parameters, "None", 0), doc]

    def _shapes(self, checks: str) -> Iterator[str]:
        """The number of dims, fixed dims, and names for the sizes that the checks need."""
        bound: set[str] = set()
        later: list[str] = []
        tree = ast.walk(ast.parse("def f():\n" + (checks or f"{INDENT}pass")))
        needed = {node.id for node in tree if isinstance(node, ast.Name)}
        for _, given in self.inputs:
            needed |= {self.variables[n] for n in _derived(given)}
        for name, given in self.inputs:
            wrong = [f"{name}.dim() != {given.rank}"]
            targets: list[str] = []
            again = False
            for axis, dim in enumerate(given.shape):
                if isinstance(dim, int):
                    wrong.append(f"{name}.shape[{axis}] != {dim}")
                variable = _variable(dim)
                first = variable is not None and variable not in bound
                if variable is not None and first:
                    bound.add(variable)
                again = again or not (first or isinstance(dim, int))
                python = self.variables[variable] if variable is not None and first else "_"
                targets.append(python if python in needed else "_")
            yield from raising(" or ".join(wrong), self._is_not(name, given), 1)
            if any(target != "_" for target in targets):
                comma = "," if len(targets) == 1 else ""
                yield f"{_MARGIN}{', '.join(targets)}{comma} = {name}.shape"
            if again:
                shape = ", ".join(self._python(dim) for dim in given.shape)
                comma = "," if given.rank == 1 else ""
                test = f"{name}.shape != ({shape}{comma})"
                later += raising(test, self._is_not(name, given), 1)
        yield from later

    @staticmethod
    def _is_not(name: str, given: TensorType) -> str:
        shape = ", ".join(map(show, given.shape)).replace("{", "{{").replace("}", "}}")
        return f'f"{name} must be [{shape}], and is {{list({name}.shape)}}"'

    # --- sizes --------------------------------------------------------------------------------

    def _checks(self, valid: ValidSizes, beside: ValidSizes | None) -> Iterator[str]:
        """The checks of a set of sizes, without those that are made already."""
        training = beside is not None
        if valid.is_empty:
            yield f'{_MARGIN}raise ValueError("in training there is no valid size")'
            return
        said = parts(valid)
        known = None if beside is None else parts(beside)
        for name, allowed in said.each.items():
            if not allowed.is_everything and (known is None or known.each[name] != allowed):
                yield from self._of_one(valid, name, allowed, training=training)
        if said.groups and (known is None or known.groups != said.groups):
            needed = needs(say_groups(said), training=training)
            terms = sum(len(one.pieces) for group in said.groups for one in group.values())
            if terms <= _MOST_TERMS:
                fits = " or ".join(grouped(self._fits_all(group)) for group in said.groups)
                yield from self._of_all(valid, f"not ({fits})", needed)
            else:
                coupled = [each for each in valid.conditions if len(_names(each)) > 1]
                for condition in coupled:
                    if condition not in said.open:
                        yield from raising(f"not ({self._holds(condition)})", string(needed), 1)
        for condition in said.open:
            if known is None or condition not in known.open:
                message = string(needs(show_condition(condition), training=training))
                yield from raising(f"not ({self._holds(condition)})", message, 1)

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
        yield f"{INDENT * 2}near = {self.search_all}("
        yield f"{INDENT * 3}{{{sizes}}},"
        yield f"{INDENT * 3}["
        for box in boxes:
            yield f"{INDENT * 4}[{', '.join(map(str, box))}],"
        yield f"{INDENT * 3}],"
        yield f"{INDENT * 2})"
        yield from raise_(format_string(f"{needed}; the nearest valid sizes: {{near}}"), 2)

    def _of_one(
        self, valid: ValidSizes, name: str, allowed: SizeSet, *, training: bool
    ) -> Iterator[str]:
        size = self.variables[name]
        must = must_be(name, allowed, training=training)
        if len(allowed.pieces) > _MOST_TERMS or any(
            len(piece.residues) > _MOST_TERMS for piece in allowed.pieces
        ):
            for condition in valid.conditions:
                if _names(condition) == {name}:
                    yield from raising(f"not ({self._holds(condition)})", string(must), 1)
            return
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
            yield f"{INDENT * 2}below = {below}"
            yield (
                f'{INDENT * 2}near = f"are {{below}} and {{below + {first.period}}}"'
                f' if {size} > {first.first} else "is {first.first}"'
            )
            yield from raise_(format_string(f"{must}; the nearest {{near}}"), 2)

    def _searching(self, test: str, must: str, allowed: SizeSet, size: str) -> Iterator[str]:
        end = allowed.pieces[-1]
        if max(end.first, end.last or 0) > _MOST_SEARCHED:
            yield from raising(test, string(must), 1)
            return
        self.searches = True
        last = f"max({size}, {end.first}) + {end.period}" if end.last is None else str(end.last)
        yield f"{_MARGIN}if {test}:"
        fits = lies_in(allowed, "n")
        line = f"{INDENT * 2}near = {self.search}({size}, lambda n: {fits}, {last})"
        if len(line) <= WIDTH:
            yield line
        else:
            yield f"{INDENT * 2}near = {self.search}("
            yield f"{INDENT * 3}{size},"
            yield from broken(f"{INDENT * 3}lambda n: ", f"({fits})", ",")
            yield f"{INDENT * 3}{last},"
            yield f"{INDENT * 2})"
        yield from raise_(format_string(f"{must}; the nearest {{near}}"), 2)

    def _fits_all(self, group: Mapping[str, SizeSet]) -> str:
        if len(group) == 1:
            ((name, allowed),) = group.items()
            return lies_in(allowed, self.variables[name])
        tests = (lies_in(allowed, self.variables[name]) for name, allowed in group.items())
        return " and ".join(f"({test})" if " or " in test else test for test in tests)

    # --- expressions --------------------------------------------------------------------------

    def _holds(self, condition: Condition) -> str:
        left, right = self._python(condition.left), self._python(condition.right)
        if condition.relation == "divisible":
            return f"({left}) % {self._operand(condition.right)} == 0"
        if condition.relation == "broadcast":
            return f"{left} == {right} or {left} == 1 or {right} == 1"
        if condition.relation == "expand":
            return f"{left} == {right} or {left} == 1"
        return f"{left} {'==' if condition.relation == 'equal' else '>='} {right}"

    def _python(self, dim: Dim) -> str:
        if isinstance(dim, int):
            return str(dim)
        text = ""
        for monomial, coefficient in sorted(dim.terms, key=lambda term: (not term[0], term[1] < 0)):
            factors = [self._atom(atom) for atom in monomial]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            term = " * ".join(factors)
            if text:
                text += f" - {term}" if coefficient < 0 else f" + {term}"
            else:
                text = f"-{term}" if coefficient < 0 else term
        return text

    def _atom(self, atom: Atom) -> str:
        if isinstance(atom, Variable):
            return self.variables[atom.text]
        if isinstance(atom, Quotient):
            return f"({self._operand(atom.numerator)} // {self._operand(atom.denominator)})"
        if isinstance(atom, Scaled):
            return f"int({self._operand(atom.dim)} * {atom.factor!r})"
        if isinstance(atom, Choice):
            cases = (self._python(atom.then), self._python(atom.test), self._python(atom.other))
            return "({} if {} >= 0 else {})".format(*cases)
        assert isinstance(atom, Extremum)
        return f"{atom.kind}({', '.join(map(self._python, atom.dims))})"

    def _operand(self, dim: Dim) -> str:
        text = self._python(dim)
        return f"({text})" if " " in text or text.startswith("-") else text


def with_guard(chunks: list[list[str]], root: str, guard: Guard) -> list[list[str]]:
    """The classes with the check in front of the model's, and called by its ``forward``."""
    result: list[list[str]] = []
    for chunk in chunks:
        tree = ast.parse("\n".join(chunk)).body
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
        names = [name for name, _ in guard.inputs]
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


def _variable(dim: Dim) -> str | None:
    """The name of the variable that a dim is, if it is one."""
    text = show(dim)
    return text if not isinstance(dim, int) and text.isidentifier() else None


def _derived(given: TensorType) -> Iterator[str]:
    """The variables of shapes that are more than distinct names and numbers."""
    dims = [dim for dim in given.shape if not isinstance(dim, int)]
    if any(_variable(dim) is None for dim in dims):
        for dim in dims:
            yield from variables(dim)


def _names(condition: Condition) -> set[str]:
    return {*variables(condition.left), *variables(condition.right)}
