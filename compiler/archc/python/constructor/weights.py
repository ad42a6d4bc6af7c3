"""Initial weights: what a body's rules draw, as the lines of its constructor.

The lines draw the same numbers in the same order as a pass over the live module does
(language.md, section 8): modules in ``modules()`` order, each parameter at most once, the last
rule that selects it; a module's own ``with`` goes before any rule, and is final.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from archc.python.code.layout import (
    INDENT,
    WIDTH,
    Call,
    Expr,
    Raw,
    flat,
    layout,
)
from archc.python.constructor.drawable import Found, Held
from archc.python.constructor.draws import Spot, Test, draw, names_test, place
from archc.python.merging.merge import UnmergeableError
from archir.init.init_rules import RAW, Initialiser, InitRule, Tie, matches

CONSTANT = frozenset({"zeros", "ones", "constant", "eye", "dirac"})
"""Initialisers that draw no random number: it does not matter when they run."""

_NAMED = re.compile(r"\bname (==|!=|in|not in) |, name\)")


_Case: TypeAlias = "tuple[list[str], Initialiser | None, Spot]"
"""Names of modules, what is drawn for them (None: nothing), and where."""

_Drawn: TypeAlias = "tuple[Spot, Initialiser]"
"""A parameter, and what is drawn for it."""


def pass_lines(rules: Sequence[InitRule], found: Sequence[Found], raw: Sequence[Held]) -> list[str]:
    """The pass of a definition that has one, not indented; of all its uses at once.

    Raises ``UnmergeableError`` where what one use draws in a module is not what another does.
    """
    by_text = _classes_by_lines(rules, found)
    raws = _raw_cases(rules, raw)
    if not by_text and not raws:
        return []
    texts = [*by_text, *((flat(test),) for test, _ in raws)]
    named = any(_NAMED.search(line) for lines in texts for line in lines)
    head = "for name, module in self.named_modules():" if named else "for module in self.modules():"
    is_exact = any("." in name for item in found for name in item.leaf.parameters)
    tests = [_class_test(members_of, is_exact=is_exact) for members_of in by_text.values()]
    return [head, *_branches([*zip(tests, by_text, strict=True), *raws])]


def _raw_cases(
    rules: Sequence[InitRule], found: Sequence[Held]
) -> list[tuple[Expr, tuple[str, ...]]]:
    """Branches for what holds raw parameters: no class of torch's tells it, but its name does."""
    known: dict[str, tuple[str, ...]] = {}
    for name, held in found if rules else ():
        lines: list[str] = []
        for parameter in held:
            last = _last(rules, name, parameter)
            lines += draw(f"module.{parameter}", last, 0, 4) if last else ()
        if known.setdefault(name, tuple(lines)) != tuple(lines):
            raise UnmergeableError
    drawn: dict[tuple[str, ...], list[str]] = {}
    for name, drawing in known.items():
        if drawing:
            drawn.setdefault(drawing, []).append(name)
    return [(_raw_test(names, list(known)), lines) for lines, names in drawn.items()]


def _raw_test(names: list[str], everyone: list[str]) -> Expr:
    """Whether a module is one of those that hold certain raw parameters."""
    test = None if names == [""] else names_test(names, [*everyone, ""])  # never all of them
    return Raw("module is self" if test is None else test[0])


def _last(rules: Sequence[InitRule], path: str, name: str) -> Initialiser | None:
    """What the last rule for a raw parameter draws."""
    selected = (rule for rule in reversed(rules) if rule.parameter == name)
    return next((rule.initialiser for rule in selected if matches(rule, RAW, path)), None)


def _branches(cases: list[tuple[Expr, tuple[str, ...]]]) -> list[str]:
    """A chain of branches, each a test and the lines in it."""
    result: list[str] = []
    starts: list[int] = []
    for index, (test, lines) in enumerate(cases[:-1]):
        starts.append(len(result))
        result += _branch(index, test, lines)
    index, (test, lines) = len(cases) - 1, cases[-1]
    inner = _only_case(lines)
    if inner is None:
        return result + _branch(index, test, lines)
    joined = f"{flat(test)} and {inner}"
    if index and cases[-2][1] == tuple([line.removeprefix(INDENT) for line in lines[1:]]):
        # What is done alike is said once.
        head = _either("elif " if index > 1 else "if ", flat(cases[-2][0]), joined)
        return [*result[: starts[-1]], *head, *(INDENT * 2 + line for line in cases[-2][1])]
    both = f"{'elif' if index else 'if'} {joined}:"
    if len(INDENT * 3 + both) > WIDTH:
        return result + _branch(index, test, lines)
    return [*result, INDENT + both, *(INDENT + line if line else "" for line in lines[1:])]


def _branch(index: int, test: Expr, lines: tuple[str, ...]) -> list[str]:
    head = layout("elif " if index else "if ", test, ":", 1)
    return [*head, *(INDENT * 2 + line if line else "" for line in lines)]


def _either(word: str, one: str, other: str) -> list[str]:
    """The head of a branch for either of two conditions, the second a joined one."""
    line = f"{INDENT}{word}{one} or ({other}):"
    if len(INDENT * 2 + line) <= WIDTH:
        return [line]
    return [f"{INDENT}{word}{one} or (", INDENT * 2 + other, f"{INDENT}):"]


def _classes_by_lines(
    rules: Sequence[InitRule], found: Sequence[Found]
) -> dict[tuple[str, ...], list[str]]:
    """The classes of torch that a pass has something for, by the lines that say what."""
    classes: dict[str, list[Found]] = {}
    for item in found:
        classes.setdefault(item.leaf.torch_class, []).append(item)
    by_text: dict[tuple[str, ...], list[str]] = {}
    for torch_class, members in classes.items():
        lines = tuple(_class_lines(rules, members))
        if lines:
            by_text.setdefault(lines, []).append(torch_class)
    return by_text


def _only_case(lines: tuple[str, ...]) -> str | None:
    """The condition on which all of these lines hang, if there is one."""
    if not _hangs(lines):
        return None
    condition = lines[0].removeprefix("if ").removesuffix(":")
    return None if " or " in condition or " if " in condition else condition


def _hangs(lines: Sequence[str]) -> bool:
    """Whether all lines but the first are those of its ``if``."""
    return lines[0].startswith("if ") and all(line.startswith(INDENT) for line in lines[1:] if line)


def _class_test(classes: list[str], *, is_exact: bool) -> Expr:
    """Whether a module is of one of these classes.

    Exactly so where a module of torch's has another inside, which its rules reach by its path: the
    ``out_proj`` of attention is of a class of its own behind ``nn.Linear``.
    """
    if is_exact and len(classes) == 1:
        return Raw(f"type(module) is {classes[0]}")
    if is_exact:
        return Call("type(module) in ", tuple((None, Raw(each)) for each in classes))
    kinds = classes[0] if len(classes) == 1 else f"({', '.join(classes)})"
    return Call("isinstance", ((None, Raw("module")), (None, Raw(kinds))))


def _class_lines(rules: Sequence[InitRule], members: list[Found]) -> Iterator[str]:
    order: dict[str, None] = {}
    for member in members:
        order.update(dict.fromkeys(member.leaf.parameters))
    before: list[str] = []
    for parameter in order:
        having = [member for member in members if parameter in member.leaf.parameters]
        cases = list(_cases(rules, having, parameter))
        base = 4 if len(having) == len(members) else 5
        everyone = list(dict.fromkeys([member.name for member in having]))
        lines = list(_case_lines(cases, everyone, base))
        if lines and len(having) < len(members):
            lines = [f"if module.{parameter} is not None:", *(INDENT + line for line in lines)]
        # What is drawn on the same condition stands behind one ``if``.
        same = bool(lines and before) and lines[0] == before[0] and _hangs(before) and _hangs(lines)
        yield from lines[1:] if same else lines
        before = lines or before


def _cases(rules: Sequence[InitRule], having: list[Found], parameter: str) -> Iterator[_Case]:
    """What is drawn for that parameter of modules of one class, in the order of the tests."""
    left = list(having)
    seen: set[str] = set()

    def one_each(names: list[str]) -> list[str]:
        """The names, each of which stands for one drawing in all uses."""
        named = list(dict.fromkeys(names))
        if seen & set(named):
            raise UnmergeableError
        seen.update(named)
        return named

    own: dict[tuple[Initialiser | None, Spot], list[str]] = {}
    for member in having:
        initialiser = dict(member.leaf.overrides).get(parameter)
        if initialiser is not None:
            drawn = None if isinstance(initialiser, Tie) or not member.is_mine else initialiser
            chosen = None if drawn is None or drawn.function in CONSTANT else drawn
            at = place("module", member.leaf.op, parameter)
            own.setdefault((chosen, at), []).append(member.name)
            left.remove(member)
    for (chosen, at), names in own.items():
        yield one_each(names), chosen, at
    for rule in reversed(rules):
        if rule.parameter != parameter:
            continue
        hit = [m for m in left if matches(rule, m.leaf.op.keyword, m.name)]
        left = [m for m in left if m not in hit]
        places: dict[Spot, list[str]] = {}
        for member in hit:
            places.setdefault(place("module", member.leaf.op, parameter), []).append(member.name)
        for at, names in places.items():
            yield one_each(names), rule.initialiser, at
    one_each([member.name for member in left])


def _joined(cases: list[_Case], base: int) -> Iterator[tuple[list[str], _Drawn | None]]:
    """The cases, those as one that draw alike one behind the other."""
    for _, alike in groupby(cases, lambda case: case[1] and tuple(draw(case[2], case[1], 1, base))):
        several = list(alike)
        (_, initialiser, at), names = several[0], [name for case in several for name in case[0]]
        yield names, None if initialiser is None else (at, initialiser)


def _case_lines(named: list[_Case], everyone: list[str], base: int) -> Iterator[str]:
    cases: list[tuple[Test | None, _Drawn | None]] = []
    left = len(everyone)
    for names, drawn in _joined(named, base):
        left -= len(names)
        cases.append((names_test(names, everyone) if left else None, drawn))
    while cases and cases[-1][1] is None:
        cases.pop()  # what draws nothing needs no test behind which nothing comes
    if len(cases) == 2 and cases[0][1] is None and cases[1][0] is None:
        (skipped, _), (_, drawn) = cases
        assert skipped is not None and drawn is not None
        yield from _head(f"if {skipped[1]}:", base)
        yield from draw(*drawn, 1, base)
        return
    for index, (test, drawn) in enumerate(cases):
        if test is None and index == 0:
            assert drawn is not None
            yield from draw(*drawn, 0, base)
            return
        word = "else" if test is None else f"{'elif' if index else 'if'} {test[0]}"
        yield from _head(f"{word}:", base)
        if drawn is None:
            yield f"{INDENT}pass"
        else:
            yield from draw(*drawn, 1, base)


def _head(line: str, base: int) -> list[str]:
    """The line of a test, or a line for each name where one is too long."""
    begin, opening, rest = line.partition(" in (")
    if len(INDENT * base + line) <= WIDTH or not opening:
        return [line]
    names = rest.removesuffix("):").split(", ")
    return [begin + opening, *(f"{INDENT}{name}," for name in names), "):"]
