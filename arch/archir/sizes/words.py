"""Valid sizes in people's words: ``H, W multiples of 16``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import gcd

from archir.shapes.arithmetic import subtract
from archir.shapes.brief import brief
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, factor, normal, show, terms_of
from archir.sizes.parts import Parts, multiple_of, parts
from archir.sizes.sets import Piece, SizeSet
from archir.sizes.valid import ValidSizes

MOST_SHOWN = 6
"""Stretches and groups that are written out before the rest is only counted."""


def advise(valid: ValidSizes, sizes: Mapping[str, int], *, training: bool = False) -> str:
    """What sizes must be that are not valid, and the nearest ones, a line for each fault."""
    if valid.is_empty:
        return "there is no valid size"
    lines = list(_faults(valid, sizes, training=training))
    return "\n".join(lines) or f"the valid sizes: {describe(valid)}"


def _faults(valid: ValidSizes, sizes: Mapping[str, int], *, training: bool) -> Iterator[str]:
    said = parts(valid)
    for name, allowed in said.each.items():
        if sizes[name] not in allowed:
            # What has no closed form may refuse the neighbours as well.
            near = () if valid.open else allowed.nearest(sizes[name])
            yield must_be(name, allowed, training=training) + nearest_of_one(allowed, near)
    nearest = valid.nearest(sizes)
    if said.groups and not any(
        all(sizes[name] in allowed for name, allowed in group.items()) for group in said.groups
    ):
        yield needs(say_groups(said), training=training) + nearest_of_all(nearest, sizes)
    for condition in said.open:
        if not condition.holds(sizes):
            wanted = needs(show_condition(condition), training=training)
            yield wanted + nearest_of_all(nearest, sizes)


def must_be(name: str, allowed: SizeSet, *, training: bool = False) -> str:
    """``H must be a multiple of 16``."""
    return f"{'in training ' if training else ''}{name} must be {say(allowed, one=True)}"


def needs(what: str, *, training: bool = False) -> str:
    """``it needs N at least 2, or H or W at least 33``."""
    return f"{'in training ' if training else ''}it needs {what}"


def nearest_of_one(allowed: SizeSet, near: Iterable[object]) -> str:
    """``; the nearest are 96 and 112``; nothing for the end of a stretch, which is said already."""
    shown = [] if allowed.is_stretch else [str(size) for size in near]
    verb = "are" if len(shown) > 1 else "is"
    return f"; the nearest {verb} {' and '.join(shown)}" if shown else ""


def nearest_of_all(nearest: Mapping[str, int] | None, sizes: Mapping[str, int]) -> str:
    """``; the nearest valid sizes: H = 35, W = 32``, without those that may stay."""
    if nearest is None:
        return ""
    changed = (f"{name} = {size}" for name, size in nearest.items() if size != sizes[name])
    return f"; the nearest valid sizes: {', '.join(changed)}"


def describe(valid: ValidSizes) -> str:
    """All in one line: what each variable must be, the groups, and what is open."""
    if valid.is_empty:
        return "no size"
    return _all(parts(valid)) or _any(valid.names)


def _any(names: Sequence[str]) -> str:
    """What is said where nothing is asked of any size."""
    if not names:
        return "this size alone"
    return "any size" if len(names) > 1 else f"any {names[0]}"


def _all(said: Parts) -> str:
    together = "; and ".join(part for part in (_box(said.each), say_groups(said)) if part)
    open_ = " and ".join(_open(said))
    if not open_:
        return together
    return f"{together}{'; and ' if together else ''}{open_} (no closed form: decided size by size)"


def in_training(valid: ValidSizes, training: ValidSizes) -> str | None:
    """What training asks of the sizes beyond evaluation; None where that is nothing."""
    if training.boxes == valid.boxes and training.open == valid.open:
        return None
    if training.is_empty or valid.is_empty:
        return describe(training)
    more, less = parts(training), parts(valid)
    each = {name: sizes for name, sizes in more.each.items() if sizes != less.each[name]}
    groups = () if more.groups == less.groups else more.groups
    open_ = tuple(one for one in more.open if one not in less.open)
    if less.groups and not more.groups:
        return describe(training)
    # What is asked beside, where that is not merely more of the same.
    also = "" if any(not less.each[name].is_everything for name in each) else "also "
    return also + _all(Parts(each, groups, open_))


def _open(said: Parts) -> Iterator[str]:
    for condition in said.open[:MOST_SHOWN]:
        yield show_condition(condition)
    if len(said.open) > MOST_SHOWN:
        yield f"{len(said.open) - MOST_SHOWN} more conditions"


def say_groups(said: Parts) -> str:
    """The groups, any one of which is enough: ``H, W 32 to 35; or 16 to 19 by 112 to 115``.

    Many are said by what they come from: ``H, W 28, or others with H*W == 784``.
    """
    if said.tie is not None:
        group, tie = said.groups[0], show_product(said.tie)
        is_square = len(group) > 1 and len(set(group.values())) == 1
        if not is_square or not all(said.each[name].is_everything for name in group):
            return tie
        square = say(group[next(iter(group))], one=False)
        return f"{', '.join(group)} {square}, or others with {tie}"
    texts: list[str] = []
    about: list[str] = []
    for names, text in _merged(said.groups):
        # The same variables as in the group before need not be named again.
        texts.append(f"{', '.join(names)} {text}" if names and names != about else text)
        about = names
    rest = len(texts) - MOST_SHOWN
    if rest > 0:
        texts[MOST_SHOWN:] = [f"one of {rest} more such groups"]
    return ("; or " if any("," in text for text in texts) else ", or ").join(texts)


def _merged(groups: tuple[Mapping[str, SizeSet], ...]) -> Iterator[tuple[list[str], str]]:
    """Variables and text of each group; what goes for several alike is said once."""
    done: list[Mapping[str, SizeSet]] = []
    for group in groups:
        if group in done:
            continue
        done.append(group)
        names, sets = list(group), list(group.values())
        if len(names) == 1:
            alike = [other for other in groups if list(other.values()) == sets and len(other) == 1]
            done += alike
            yield [], f"{_either(other for one in alike for other in one)} {say(sets[0], one=True)}"
        elif len(set(sets)) == 1:
            yield names, say(sets[0], one=False)
        elif len(names) == 2 and dict(zip(names, reversed(sets), strict=True)) in groups:
            done.append(dict(zip(names, reversed(sets), strict=True)))
            both = " by ".join(say(one, one=True) for one in sets)
            yield names, f"{both} either way round"
        else:
            yield [], " with ".join(f"{n} {say(one, one=True)}" for n, one in group.items())


def _either(names: Iterable[str]) -> str:
    """``N, H or W``."""
    *some, last = names
    return f"{', '.join(some)} or {last}" if some else last


def _box(box: Mapping[str, SizeSet]) -> str:
    """``H, W at least 32``: variables with one set together, free ones left out."""
    groups: dict[SizeSet, list[str]] = {}
    for name, sizes in box.items():
        if not sizes.is_everything:
            groups.setdefault(sizes, []).append(name)
    said = [
        f"{', '.join(names)} {say(sizes, one=len(names) == 1)}" for sizes, names in groups.items()
    ]
    return ("; " if any("," in text.partition(" ")[2] for text in said) else ", ").join(said)


def say(sizes: SizeSet, *, one: bool) -> str:
    """What a set holds, to stand behind the variable's name (``one``) or several names."""
    if not sizes:
        return "of no size"
    if sizes.is_everything:
        return "any size"
    first = sizes.pieces[0]
    if sizes.is_stretch and first.last is not None and 1 == first.first < first.last:
        return f"at most {first.last}"
    rule, others = apart(sizes)
    pieces = list(_recurring(sizes.pieces))
    if rule is not None and others:
        holds_below = rule.first < pieces[-1].first and len(others) < len(pieces)
        if holds_below or len(pieces) > MOST_SHOWN:
            return f"{_stretch(rule, one=one)}, or {_others(others, _MOST_OTHERS, one=one)}"
    if len(pieces) > MOST_SHOWN:
        return _others(pieces, MOST_SHOWN, one=one)
    # A remainder is one of the last stretch alone.
    between = ", or " if any(piece.period > 1 for piece in pieces) else " or "
    return between.join([_stretch(piece, one=one) for piece in pieces])


def _others(pieces: Sequence[Piece], most: int, *, one: bool) -> str:
    """Stretches that no rule says, and how many sizes there are beside those that are shown."""
    if len(pieces) <= most:
        return " or ".join([_stretch(piece, one=one) for piece in pieces])
    shown = " or ".join([_stretch(piece, one=one) for piece in pieces[: most - 1]])
    count = sum([len(_members(piece)) for piece in pieces[most - 1 :]])
    return f"{shown} or {count} more up to {pieces[-1].last}"


_MOST_OTHERS = 4
"""Stretches beside a rule that are written out: the rule says more than they."""


def apart(sizes: SizeSet) -> tuple[Piece | None, list[Piece]]:
    """What goes on without end, from as far down as it holds, and the stretches beside it."""
    rule = sizes.pieces[-1] if sizes.pieces else None
    if rule is None or rule.last is not None:
        return None, []
    first, goes_on = rule.first, Piece(1, None, rule.period, rule.pattern)
    while (below := goes_on.at_or_before(first - 1)) is not None and below in sizes:
        first = below
    rule = Piece(first, None, rule.period, rule.pattern)
    found: list[Piece] = []
    for size in (size for piece in sizes.pieces[:-1] for size in _members(piece)):
        if size in rule:
            continue
        if found and found[-1].last == size - 1:
            found[-1] = Piece(found[-1].first, size)
        else:
            found.append(Piece(size, size))
    return rule, found


def _members(piece: Piece) -> list[int]:
    """The sizes of a piece that ends."""
    last = piece.first if piece.last is None else piece.last
    return [size for size in range(piece.first, last + 1) if size in piece]


def _recurring(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces, of which stretches that are alike and come at equal distances are one."""
    at = 0
    while at < len(pieces):
        first, end = pieces[at], at + 1
        width = _width(first)
        while width is not None and end < len(pieces) and _width(pieces[end]) == width:
            if pieces[end].first - pieces[end - 1].first != pieces[at + 1].first - first.first:
                break
            end += 1
        if end - at < _MOST_ALIKE:
            yield first
            at += 1
            continue
        period = pieces[at + 1].first - first.first
        members = range(first.first, first.first + (width or 0))
        pattern = sum(1 << size % period for size in members)
        yield Piece(first.first, pieces[end - 1].last, period, pattern)
        at = end


_MOST_ALIKE = 4
"""Stretches at equal distances that are said by a remainder; fewer are listed."""


def _width(piece: Piece) -> int | None:
    """The sizes of a stretch without gaps or remainders; None of what goes on, or has such."""
    return None if piece.last is None or piece.period > 1 else piece.last - piece.first + 1


def _stretch(piece: Piece, *, one: bool) -> str:
    if piece.last is not None:
        bounds = f"{piece.first} to {piece.last}"
        bounds = bounds if piece.first < piece.last else str(piece.first)
    else:
        # What goes without saying is not said: the first multiple of 16 is 16.
        goes_on = Piece(1, None, piece.period, piece.pattern)
        bounds = "" if goes_on.at_or_after(1) == piece.first else f"at least {piece.first}"
    if piece.period == 1:
        return bounds or "any size"
    kind, is_rest = _kind(piece, one=one)
    if is_rest:
        return f"{bounds} but not {kind}" if bounds else f"any size but {kind}"
    return f"{kind}, {bounds}" if bounds else kind


def _kind(piece: Piece, *, one: bool) -> tuple[str, bool]:
    """What repeats, and whether that is what is left out: whichever takes fewer words."""
    within = _turns(piece.residues, piece.period)
    there = set(piece.residues)
    without = _turns([r for r in range(piece.period) if r not in there], piece.period)
    is_rest = piece.period > 2 and (
        len(without) < len(within) or without[0][0] == without[-1][1] != within[-1][1]
    )
    turns = without if is_rest else within
    if turns == [(piece.period, piece.period)]:
        multiple = f"{'a multiple' if one else 'multiples'} of {piece.period}"
        return (multiple if piece.period > 2 else "even"), is_rest
    if piece.period == 2:
        return "odd", False
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in turns]
    if len(shown) > _MOST_TURNS:
        listed = f"one of {', '.join(shown[:_MOST_TURNS])}, …"
    else:
        listed = _either(shown)
    return f"{listed} modulo {piece.period}", is_rest


_MOST_TURNS = 8


def _turns(residues: list[int], period: int) -> list[tuple[int, int]]:
    """Remainders as stretches of sizes: 25 to 31 and 0 modulo 32 are 25 to 32."""
    turns: list[tuple[int, int]] = []
    for each in residues:
        if turns and turns[-1][1] == each - 1:
            turns[-1] = (turns[-1][0], each)
        else:
            turns.append((each, each))
    if turns and turns[0][0] == 0:
        over = turns.pop(0)[1]
        if turns and turns[-1][1] == period - 1:
            turns[-1] = (turns[-1][0], period + over)
        elif over:
            turns.insert(0, (0, over))
        else:  # a multiple of 16, the first of which is 16
            turns.append((period, period))
    return turns


def show_product(condition: Condition) -> str:
    """A condition on a product of sizes: ``(H // 4 - 3)*(W // 4 - 3) == 25``."""
    from archir.sizes.products import taken_apart  # few networks have such

    gap = subtract(condition.left, condition.right)
    found = taken_apart(gap, either_sign=condition.relation == "equal")
    if isinstance(found, str):
        return show_condition(condition)
    scale, shown = 1, []
    for name in sorted(found.factors):
        terms = dict(terms_of(found.factors[name]))
        common = gcd(*terms.values())
        shown.append(factor(normal({atoms: number // common for atoms, number in terms.items()})))
        scale *= common
    # A whole number that is at least the goal divided by a number is at least what that rounds to.
    sign = "==" if condition.relation == "equal" else ">="
    return f"{'*'.join(shown)} {sign} {-(found.constant // scale)}"


def show_condition(condition: Condition, *, whole: bool = False) -> str:
    """A condition as the language writes it; long expressions are cut, if it need not be whole."""
    sides: tuple[Dim, Dim] = (condition.left, condition.right)
    multiple = multiple_of(condition)
    left, right = map(show if whole else brief, multiple or sides)
    if condition.relation == "broadcast":
        return f"({left} == {right}, or one of them is 1)"
    if condition.relation == "expand":
        return f"({left} == {right}, or {left} is 1)"
    if condition.relation == "divisible" or multiple is not None:
        left = f"({left})" if " " in left else left
        return f"{left} % ({right}) == 0" if {*" *"} & {*right} else f"{left} % {right} == 0"
    sign = "==" if condition.relation == "equal" else ">="
    return f"{left} {sign} {right}"
