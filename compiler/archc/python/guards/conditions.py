"""Tests of sizes as Python's text, and what is raised where one fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archc.python.code.layout import INDENT, WIDTH, string
from archir.graph.graph import Message
from archir.shapes.arithmetic import Extremum, Quotient
from archir.shapes.choice import Choice
from archir.shapes.conditions import Condition
from archir.shapes.dims import Atom, Dim, SizeExpr, Variable
from archir.shapes.scaling import Scaled
from archir.sizes.sets import Piece, SizeSet


def lies_in(sizes: SizeSet, size: str) -> str:
    """That a size is in a set."""
    several = len(sizes.pieces) > 1
    tests = [_in_piece(piece, size) for piece in sizes.pieces]
    return " or ".join(f"({test})" if several and " and " in test else test for test in tests)


def _in_piece(piece: Piece, size: str) -> str:
    tests = []
    if piece.first == piece.last:
        return f"{size} == {piece.first}"
    if piece.last is not None:
        tests.append(f"{piece.first} <= {size} <= {piece.last}")
    elif piece.first > 1 or piece.period == 1:
        tests.append(f"{size} >= {piece.first}")
    rests = piece.residues
    if len(rests) < piece.period:
        alone = f"{size} % {piece.period} == {rests[0]}"
        tests.append(alone if len(rests) == 1 else f"{size} % {piece.period} in {tuple(rests)}")
    return " and ".join(tests)


def lies_outside(sizes: SizeSet, size: str) -> str:
    """That a size is not in a set, as one would write it."""
    piece = sizes.pieces[0]
    if len(sizes.pieces) > 1 or (piece.period > 1 and piece.residues != [0]):
        return f"not ({lies_in(sizes, size)})"
    if piece.first == piece.last:
        return f"{size} != {piece.first}"
    bounds = f"{size} < {piece.first}"
    if piece.last is not None:
        bounds = f"not {piece.first} <= {size} <= {piece.last}"
    return f"{bounds} or {size} % {piece.period}" if piece.period > 1 else bounds


class Sizes:
    """Sizes, and what is asked of them, as Python; ``variables`` are what it calls them."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables

    def fits_all(self, group: Mapping[str, SizeSet]) -> str:
        if len(group) == 1:
            ((name, allowed),) = group.items()
            return lies_in(allowed, self.variables[name])
        tests = (lies_in(allowed, self.variables[name]) for name, allowed in group.items())
        return " and ".join(f"({test})" if " or " in test else test for test in tests)

    def holds(self, condition: Condition) -> str:
        left, right = self.python(condition.left), self.python(condition.right)
        if condition.relation == "broadcast":
            return f"{left} == {right} or {left} == 1 or {right} == 1"
        if condition.relation == "expand":
            return f"{left} == {right} or {left} == 1"
        return self._compared(condition, "==", ">=")

    def fails(self, condition: Condition) -> str:
        if condition.relation in ("broadcast", "expand"):
            return f"not ({self.holds(condition)})"
        return self._compared(condition, "!=", "<")

    def _compared(self, condition: Condition, equal: str, order: str) -> str:
        left, right = self.python(condition.left), self.python(condition.right)
        if condition.relation == "divisible":
            return f"({left}) % {self._operand(condition.right)} {equal} 0"
        return f"{left} {equal if condition.relation == 'equal' else order} {right}"

    def message(self, message: Message) -> str:
        """What is said of sizes, as a string or an f-string that has them in it."""
        dims = [part for part in message.parts if not isinstance(part, str)]
        if not dims or self.zeros(dims):
            return string("".join(map(str, message.parts)))
        parts = (
            _inside(part) if isinstance(part, str) else f"{{{self.python(part)}}}"
            for part in message.parts
        )
        return f'f"{"".join(parts)}"'

    def zeros(self, dims: Iterable[Dim]) -> list[str]:
        """Tests that a size by which these dims divide is 0, inner ones first."""
        found: dict[str, None] = {}
        for dim in dims:
            for monomial, _ in dim.terms if isinstance(dim, SizeExpr) else ():
                for atom in monomial:
                    found |= dict.fromkeys(self.zeros(atom.inner()))
                    if isinstance(atom, Quotient) and isinstance(atom.denominator, SizeExpr):
                        found[f"{self.python(atom.denominator)} == 0"] = None
        return list(found)

    def python(self, dim: Dim) -> str:
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
            cases = (self.python(atom.then), self.python(atom.test), self.python(atom.other))
            return "({} if {} >= 0 else {})".format(*cases)
        assert isinstance(atom, Extremum)
        return f"{atom.kind}({', '.join(map(self.python, atom.dims))})"

    def _operand(self, dim: Dim) -> str:
        text = self.python(dim)
        return f"({text})" if " " in text or text.startswith("-") else text


def _inside(text: str) -> str:
    """A text as it stands in an f-string of double quotes."""
    escaped = '\\"'.join(string(piece)[1:-1] for piece in text.split('"'))
    return escaped.replace("{", "{{").replace("}", "}}")


def length(sizes: SizeSet) -> int:
    """How many tests a set takes."""
    return sum(max(1, len(piece.residues) % piece.period) for piece in sizes.pieces)


def grouped(test: str) -> str:
    """A test that can stand beside others."""
    return f"({test})" if " and " in test or " or " in test else test


def format_string(template: str) -> str:
    """An f-string of a text whose braces hold expressions."""
    return f'f"{template}"' if "{" in template else string(template)


def raising(test: str, message: str, indent: int) -> Iterator[str]:
    """``if test: raise ValueError(message)``."""
    yield from broken(f"{INDENT * indent}if ", test, ":")
    yield from raise_(message, indent + 1)


def broken(head: str, test: str, tail: str) -> Iterator[str]:
    """A test on one line, or each of its alternatives on one of its own."""
    line = f"{head}{test}{tail}"
    if len(line) <= WIDTH:
        yield line
        return
    margin = " " * (len(head) - len(head.lstrip()))
    negated = test.startswith("not (") and test.endswith(")")
    inner = test.removeprefix("not (").removesuffix(")") if negated else test
    if not negated and inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    yield f"{head}{'not ' if negated else ''}("
    for number, part in enumerate(_alternatives(inner)):
        yield f"{margin}{INDENT}{'or ' if number else ''}{part}"
    yield f"{margin}){tail}"


def _alternatives(test: str) -> Iterator[str]:
    """The parts between the outermost ``or``."""
    depth, start = 0, 0
    for index, char in enumerate(test):
        depth += (char == "(") - (char == ")")
        if depth == 0 and test.startswith(" or ", index):
            yield test[start:index]
            start = index + 4
    yield test[start:]


def raise_(message: str, indent: int) -> Iterator[str]:
    """``raise ValueError(message)``, the message over several lines where it is long."""
    margin = INDENT * indent
    line = f"{margin}raise ValueError({message})"
    if len(line) <= WIDTH:
        yield line
        return
    is_format = message.startswith("f")
    quote = message[-1]
    inner = message.removeprefix("f")[1:-1]
    yield f"{margin}raise ValueError("
    room = WIDTH - len(margin) - 12
    words: list[str] = inner.split(" ")
    text = ""
    for word in words:
        opened = text.count("{") > text.count("}")
        if text and not opened and len(text) + len(word) + 1 > room:
            yield f"{margin}{INDENT}{_piece(text + ' ', quote, is_format)}"
            text = word
        else:
            text = f"{text} {word}" if text else word
    yield f"{margin}{INDENT}{_piece(text, quote, is_format)}"
    yield f"{margin})"


def _piece(text: str, quote: str, is_format: bool) -> str:
    return f"{'f' if is_format and ('{' in text or '}' in text) else ''}{quote}{text}{quote}"
