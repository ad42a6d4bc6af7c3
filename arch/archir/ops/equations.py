"""Equations of labels, as ``torch.einsum`` reads them."""

from collections.abc import Iterator
from string import ascii_letters, ascii_uppercase

from archir.base.record import Record, Struct, fresh
from archir.shapes.dims import Dim

Label = str
"""A letter; of what ``...`` stands for a number, counted from the last dim: ``-1``."""

Sizes = dict[Label, Dim]


class Misread(Record):
    """Why a text is no equation for the values at hand."""

    why: str


class Pair(Struct):
    """Two values that are taken together: their extents by label, and what is summed over."""

    left: Sizes
    right: Sizes
    meeting: list[Label] = fresh(factory=list)
    """Labels over which the product is summed."""

    ahead: list[Label] = fresh(factory=list)
    """Those of the left one alone, which it is summed over before."""

    behind: list[Label] = fresh(factory=list)
    """Those of the right one alone."""


class Equation(Record):
    """The labels of each value's dims, and of the output's."""

    terms: tuple[tuple[Label, ...], ...]
    output: tuple[Label, ...]

    @property
    def summed(self) -> tuple[Label, ...]:
        """The labels that are summed over, in torch's order: what ``...`` stands for first."""
        labels = {label for term in self.terms for label in term} - set(self.output)
        return tuple(sorted(labels, key=_place))

    @property
    def order(self) -> tuple[Label, ...]:
        """All labels, as torch lays out the dims of each value."""
        return (*self.output, *self.summed)

    def shown(self, label: Label) -> str:
        """A label in words."""
        return f"`{label}`" if label in ascii_letters else "`...`"

    def pairs(self, own: list[Sizes]) -> Iterator[Pair]:
        """What is taken together, from the left, of values with these extents by label."""
        left_over = {label: sum(sizes.get(label, 1) != 1 for sizes in own) for label in self.summed}
        left = dict(own[0])
        for right in own[1:]:
            pair = Pair(dict(left), dict(right))
            for label in self.summed:
                in_left, in_right = left.get(label, 1) != 1, right.get(label, 1) != 1
                if in_left and in_right:
                    left_over[label] -= 1
                    if left_over[label] == 1:
                        pair.meeting.append(label)
                elif left_over[label] == 1 and (in_left or in_right):
                    (pair.ahead if in_left else pair.behind).append(label)
            yield pair
            left |= {label: extent for label, extent in right.items() if extent != 1}
            for label in (*pair.meeting, *pair.ahead, *pair.behind):
                left_over[label] = 0
                del left[label]


Part = tuple[str, bool, str]
"""The letters before and behind ``...``, and whether it is there."""


def read(equation: str, ranks: tuple[int, ...]) -> Equation | Misread:
    """An equation for values of so many dims, or why it is none."""
    before, arrow, behind = equation.replace(" ", "").partition("->")
    terms = before.split(",")
    if len(terms) != len(ranks):
        return Misread(f"it is for {_values(len(terms))}, and {_flow(len(ranks))} in")
    parts: list[Part] = []
    for term in (*terms, behind):
        part = _split(term)
        if part is None:
            return Misread(f"`{term}` is no row of letters, with one `...` at the most")
        parts.append(part)
    rests = [rank - _letters(part) for part, rank in zip(parts, ranks, strict=False)]
    for term, part, rest in zip(terms, parts, rests, strict=False):
        if rest < 0 or (rest and not part[1]):
            dims = f"`{term}` is for {_letters(part)} dims"
            return Misread(f"{dims}, and there are {rest + _letters(part)}")
    labels = tuple(_labels(part, rest) for part, rest in zip(parts, rests, strict=False))
    return _equation(labels, parts[-1] if arrow else None, max(rests))


def _equation(
    terms: tuple[tuple[Label, ...], ...], kept: Part | None, most: int
) -> Equation | Misread:
    """The equation of these labels, which keeps what stands behind its arrow, if it has one."""
    said = [label for term in terms for label in term]
    if kept is None:
        once = [each for each in said if said.count(each) == 1 and each in ascii_letters]
        return Equation(terms, (*_rest(most), *sorted(once, key=_place)))
    output = _labels(kept, most)
    for label in (*kept[0], *kept[2]):
        if label not in said:
            return Misread(f"`{label}` behind the arrow stands in no value")
        if output.count(label) > 1:
            return Misread(f"`{label}` stands twice behind the arrow")
    return Equation(terms, output)


def _letters(part: Part) -> int:
    return len(part[0]) + len(part[2])


def _split(term: str) -> Part | None:
    front, dots, back = term.partition("...")
    if any(each not in ascii_letters for each in front + back):
        return None
    return front, bool(dots), back


def _labels(part: Part, rest: int) -> tuple[Label, ...]:
    return (*part[0], *(_rest(rest) if part[1] else ()), *part[2])


def _rest(count: int) -> tuple[Label, ...]:
    """The dims that ``...`` stands for."""
    return tuple(str(-at) for at in range(count, 0, -1))


def _place(label: Label) -> tuple[int, int]:
    """torch's order: what ``...`` stands for, then capitals, then small letters."""
    if label not in ascii_letters:
        return 0, int(label)
    return (1 if label in ascii_uppercase else 2), ord(label)


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _flow(count: int) -> str:
    return "1 flows" if count == 1 else f"{count} flow"
