"""Make ``grammar_tables.py``, the parser's tables, from ``grammar.lark``.

Lark reads the grammar and works out the tables here, once; the parser that uses them is
``automaton.py``, and needs no Lark. Run ``python -m archdsl.syntax.lalr.make_tables`` after a
change of the grammar, and with ``--check`` to learn whether the tables are those of the grammar.

Equal grammars give equal bytes: states and rules are numbered by their content, since Lark's own
numbers change with the hash seed.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lark import Lark, Token
from lark.grammar import Rule
from lark.lark import PostLex
from lark.lexer import PatternStr, TerminalDef
from lark.parsers.lalr_analysis import Shift

GRAMMAR = Path(__file__).parents[1] / "grammar.lark"
TABLES = Path(__file__).with_name("grammar_tables.py")

_HEAD = '''\
"""The parser's tables, made of ``grammar.lark`` by ``archdsl.syntax.lalr.make_tables``."""

# fmt: off
# ruff: noqa: E501

'''
_RULES = "tuple[tuple[str, int, str, tuple[int | tuple[int], ...]], ...]"
_STATES = "tuple[tuple[int, ...], ...]"

MOST_COLUMNS = 400


class _Keep(PostLex):
    """Keeps terminals that no rule speaks of: they are there for the messages made of them."""

    always_accept = ("BAD_NUMBER", "UNTERMINATED", "QUOTED", "UNKNOWN", "DOC")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def tables(grammar: str) -> str:
    """The text of ``grammar_tables.py`` for a grammar's text."""
    lark = Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=True, postlex=_Keep())
    rules = sorted(lark.rules, key=_rule_key)
    content = {
        "GRAMMAR": _dump(hashlib.sha256(grammar.encode()).hexdigest()),
        **_terminals(lark),
        f"RULES: {_RULES}": _rows([_rule(rule) for rule in rules]),
        **_states(lark, {rule: number for number, rule in enumerate(rules)}),
    }
    return _HEAD + "".join(f"{name} = {text}\n" for name, text in content.items())


def _terminals(lark: Lark) -> dict[str, str]:
    """One pattern for all terminals. Those of one text are told by it: words, and signs.

    A word is found as a NAME is, and all signs are one group, SIGN, so that few are tried in vain.
    """
    fixed = {t.pattern.value: t for t in lark.terminals if isinstance(t.pattern, PatternStr)}
    name = re.compile(next(t for t in lark.terminals if t.name == "NAME").pattern.to_regexp())
    words = {text: t.name for text, t in fixed.items() if name.fullmatch(text)}
    signs = {text: t.name for text, t in fixed.items() if text not in words}
    others = sorted((t for t in lark.terminals if t.name not in _names(fixed)), key=_precedence)
    groups = [(t.priority < 0, f"(?P<{t.name}>{t.pattern.to_regexp()})") for t in others]
    texts = sorted(signs, key=lambda text: (-len(text), text))
    groups.append((False, f"(?P<SIGN>{'|'.join(map(re.escape, texts))})"))
    return {
        "PATTERN": _dump("|".join(group for _, group in sorted(groups, key=lambda each: each[0]))),
        "WORDS": _dump(words),
        "SIGNS": _dump(signs),
        "IGNORED": _dump(tuple(sorted(lark.ignore_tokens))),
    }


def _names(terminals: dict[str, TerminalDef]) -> set[str]:
    return {terminal.name for terminal in terminals.values()}


def _precedence(terminal: TerminalDef) -> tuple[int, int, int, str]:
    """Lark's order: by priority, then the longest first."""
    pattern = terminal.pattern
    return -terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name


def _rule_key(rule: Rule) -> tuple[str, list[str], str]:
    return rule.origin.name, [symbol.name for symbol in rule.expansion], rule.alias or ""


def _rule(rule: Rule) -> tuple[str, int, str, tuple[int | tuple[int], ...]]:
    """A rule as (origin, length, action, children).

    The action is "" for a helper, whose value is the list of its children, and "=" where the value
    is that of the only child. The children are numbers of symbols, -1 for something optional that
    is absent, and (n,) for a helper whose children are taken in.
    """
    name = rule.origin.name
    absent = rule.options.empty_indices or (False,) * len(rule.expansion)
    children: list[int | tuple[int]] = []
    symbols = iter(enumerate(rule.expansion))
    for is_absent in absent:
        if is_absent:
            children.append(-1)
            continue
        number, symbol = next(symbols)
        if not symbol.is_term and symbol.name.startswith("_"):
            children.append((number,))
        elif not (symbol.is_term and getattr(symbol, "filter_out", False)):
            children.append(number)
    action = "" if name.startswith("_") else str(rule.alias or name)
    if rule.options.expand1 and not rule.alias and len(children) == 1:
        action = "="
    return name, len(rule.expansion), action, tuple(children)


def _states(lark: Lark, numbers: dict[Rule, int]) -> dict[str, str]:
    """The states in the order in which they are first reached, each a flat list of pairs.

    A pair is a symbol's number and what to do: to go to state n is n, to reduce by rule n is -1-n.
    """
    table = lark.parser.parser._parse_table
    symbols = sorted({name for row in table.states.values() for name in row})
    ranks = {name: rank for rank, name in enumerate(symbols)}
    start = table.start_states["start"]
    order = {start: 0}
    rows: list[tuple[int, ...]] = []
    queue = [start]
    for state in queue:
        row: list[int] = []
        for name, (kind, target) in sorted(table.states[state].items()):
            if kind is Shift and target not in order:
                order[target] = len(order)
                queue.append(target)
            row += (ranks[name], order[target] if kind is Shift else -1 - numbers[target])
        rows.append(tuple(row))
    end = order[table.end_states["start"]]
    return {
        "SYMBOLS": _dump(tuple(symbols)),
        "END": _dump(end),
        f"STATES: {_STATES}": _rows(rows),
    }


def _rows(items: Sequence[object]) -> str:
    """A tuple of tuples, as many to a line as fit: nobody reads them one by one."""
    lines = [""]
    for item in items:
        text = f"{_dump(item)},"
        if len(lines[-1]) + len(text) > MOST_COLUMNS:
            lines.append("")
        lines[-1] += f" {text}" if lines[-1] else text
    return "(\n" + "".join(f"    {line}\n" for line in lines) + ")"


def _dump(value: object) -> str:
    """The value as Python has it, with strings in double quotes."""
    if isinstance(value, tuple):
        items = [_dump(item) for item in value]
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    return json.dumps(value, sort_keys=True)


def main() -> int:
    wanted = tables(GRAMMAR.read_text("utf-8"))
    if "--check" in sys.argv[1:]:
        if TABLES.is_file() and TABLES.read_text("utf-8") == wanted:
            return 0
        print(
            "grammar_tables.py is not made from grammar.lark: "
            "run python -m archdsl.syntax.lalr.make_tables"
        )
        return 1
    TABLES.write_text(wanted, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
