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
from archc.python.code.library import Library
from archc.python.constructor.draws import Spot, Test, draw, names_test, place
from archir.base.record import Record
from archir.graph import modules
from archir.graph.modules import Module, Network, Path
from archir.init.init_rules import RAW, Given, Initialiser, InitRule, Tie, matches
from archir.op.contract import Op

CONSTANT = frozenset({"zeros", "ones", "constant", "eye", "dirac"})
"""Initialisers that draw no random number: it does not matter when they run."""

_NAMED = re.compile(r"\bname (==|!=|in|not in) |, name\)")


class Leaf(Record):
    """A module of torch's: what may be drawn in it."""

    torch_class: str
    op: Op
    parameters: tuple[str, ...]
    overrides: dict[str, Given]


class Found(Record):
    """A torch module below a body, and whether its ``with`` is drawn in the body's own pass."""

    name: str
    leaf: Leaf
    is_mine: bool


_Case: TypeAlias = "tuple[list[str], Initialiser | None, Spot]"
"""Names of modules, what is drawn for them (None: nothing), and where."""

_Drawn: TypeAlias = "tuple[Spot, Initialiser]"
"""A parameter, and what is drawn for it."""


def own_lines(target: str, leaf: modules.LeafModule) -> Iterator[str]:
    """Lines for a module's own ``with``, where it does not matter when they run."""
    for parameter, initialiser in leaf.overrides:
        if isinstance(initialiser, Initialiser) and initialiser.function in CONSTANT:
            yield from draw(place(target, leaf.op, parameter), initialiser, 0, 2)


def pass_lines(network: Network, library: Library, *, is_root: bool) -> list[str]:
    """The pass of a definition that has one, not indented."""
    own = network.definition
    found = list(below(network, library)) if own.has_init or is_root else []
    by_text = _classes_by_lines(own.init, found)
    raw = _raw_cases(own.init, network)
    if not by_text and not raw:
        return []
    texts = [*by_text, *((flat(test),) for test, _ in raw)]
    named = any(_NAMED.search(line) for lines in texts for line in lines)
    head = "for name, module in self.named_modules():" if named else "for module in self.modules():"
    is_exact = any("." in name for item in found for name in item.leaf.parameters)
    tests = [_class_test(members_of, is_exact=is_exact) for members_of in by_text.values()]
    return [head, *_branches([*zip(tests, by_text, strict=True), *raw])]


def _raw_cases(rules: tuple[InitRule, ...], network: Network) -> list[tuple[Expr, tuple[str, ...]]]:
    """Branches for what holds raw parameters: no class of torch's tells it, but its name does."""
    everyone: list[str] = []
    drawn: dict[tuple[str, ...], list[str]] = {}
    stack: list[tuple[Module, Path]] = [(network, ())]
    while stack if rules else ():
        module, path = stack.pop()
        name = ".".join(path)
        everyone.append(name)
        if isinstance(module, modules.LeafModule):
            continue
        lines: list[str] = []
        for entry in module.entries:
            if isinstance(entry, modules.Raw) and not entry.parameter.is_buffer:
                last = _last(rules, name, entry.parameter.name)
                lines += draw(f"module.{entry.parameter.name}", last, 0, 4) if last else ()
        if lines:
            drawn.setdefault(tuple(lines), []).append(name)
        inner = [(child.module, (*path, child.name)) for child in modules.children(module)]
        stack.extend(reversed(inner))
    return [(_raw_test(names, everyone), lines) for lines, names in drawn.items()]


def _raw_test(names: list[str], everyone: list[str]) -> Expr:
    """Whether a module is one of those that hold certain raw parameters."""
    test = None if names == [""] else names_test(names, [*everyone, ""])  # never all of them
    return Raw("module is self" if test is None else test[0])


def _last(rules: tuple[InitRule, ...], path: str, name: str) -> Initialiser | None:
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
    rules: tuple[InitRule, ...], found: list[Found]
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


def below(network: Network, library: Library) -> Iterator[Found]:
    """All of torch's modules in a network, in the order of ``modules()``."""
    stack: list[tuple[Module, Path, bool]] = [(network, (), True)]
    while stack:
        module, path, is_mine = stack.pop()
        if isinstance(module, modules.LeafModule):
            specs = module.op.initialised(module.types)
            leaf = Leaf(
                library.make(module.make).function,
                module.op,
                tuple([spec.name for spec in specs if not spec.is_buffer]),
                dict(module.overrides),
            )
            yield Found(".".join(path), leaf, is_mine)
            continue
        inner = [
            (
                child.module,
                (*path, child.name),
                is_mine and not _draws(child.module),
            )
            for child in modules.children(module)
        ]
        stack.extend(reversed(inner))


def _draws(module: Module) -> bool:
    """Whether a module has a pass of its own."""
    return (
        isinstance(module, Network) and module.kind == "definition" and module.definition.has_init
    )


def _class_lines(rules: tuple[InitRule, ...], members: list[Found]) -> Iterator[str]:
    order: dict[str, None] = {}
    for member in members:
        order.update(dict.fromkeys(member.leaf.parameters))
    before: list[str] = []
    for parameter in order:
        having = [member for member in members if parameter in member.leaf.parameters]
        cases = list(_cases(rules, having, parameter))
        base = 4 if len(having) == len(members) else 5
        everyone = [member.name for member in having]
        lines = list(_case_lines(cases, everyone, base))
        if lines and len(having) < len(members):
            lines = [f"if module.{parameter} is not None:", *(INDENT + line for line in lines)]
        # What is drawn on the same condition stands behind one ``if``.
        same = bool(lines and before) and lines[0] == before[0] and _hangs(before) and _hangs(lines)
        yield from lines[1:] if same else lines
        before = lines or before


def _cases(rules: tuple[InitRule, ...], having: list[Found], parameter: str) -> Iterator[_Case]:
    """What is drawn for that parameter of modules of one class, in the order of the tests."""
    left = list(having)
    own: dict[tuple[Initialiser | None, Spot], list[str]] = {}
    for member in having:
        initialiser = member.leaf.overrides.get(parameter)
        if initialiser is not None:
            drawn = None if isinstance(initialiser, Tie) or not member.is_mine else initialiser
            chosen = None if drawn is None or drawn.function in CONSTANT else drawn
            at = place("module", member.leaf.op, parameter)
            own.setdefault((chosen, at), []).append(member.name)
            left.remove(member)
    for (chosen, at), names in own.items():
        yield names, chosen, at
    for rule in reversed(rules):
        if rule.parameter != parameter:
            continue
        hit = [m for m in left if matches(rule, m.leaf.op.keyword, m.name)]
        left = [m for m in left if m not in hit]
        places: dict[Spot, list[str]] = {}
        for member in hit:
            places.setdefault(place("module", member.leaf.op, parameter), []).append(member.name)
        for at, names in places.items():
            yield names, rule.initialiser, at


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
