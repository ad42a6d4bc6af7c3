"""Make ``tables.json``, the parser's tables, from ``grammar.lark``.

Run ``python -m archdsl.build_tables`` after a change of the grammar, and with ``--check`` to learn
whether the tables are those of the grammar. Equal grammars give equal bytes: states and rules are
numbered by their content, since Lark's own numbers change with the hash seed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.grammar import Rule
from lark.lark import PostLex
from lark.lexer import TerminalDef

GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = Path(__file__).with_name("tables.json")


class _Keep(PostLex):
    """Keeps terminals that no rule speaks of: they are there for the messages made of them."""

    always_accept = ("BAD_NUMBER", "UNTERMINATED", "QUOTED", "UNKNOWN", "DOC")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def build(grammar: str) -> Lark:
    """The parser of a grammar's text, built anew (which takes half a second)."""
    return Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=True, postlex=_Keep())


def tables(grammar: str) -> str:
    """The text of ``tables.json`` for a grammar's text."""
    lark = build(grammar)
    lark.options.options["postlex"] = None
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    numbers = _numbered(memo)
    table = data["parser"].pop("parser")
    for part in (data, data["parser"]["parser_conf"], data["parser"]["lexer_conf"]):
        for kind in ("rules", "terminals"):
            if kind in part:
                part[kind] = sorted(numbers[item["@"]] for item in part[kind])
    ordered = sorted(memo, key=lambda number: numbers[number])
    lines = {
        "grammar": _dump(hashlib.sha256(grammar.encode()).hexdigest()),
        "data": _dump(data),
        "memo": _rows([memo[number] for number in ordered]),
        **_parse_table(table, numbers),
    }
    return "{\n" + ",\n".join(f'"{key}": {text}' for key, text in lines.items()) + "\n}\n"


def _numbered(memo: dict[int, Any]) -> dict[int, int]:
    """A new number for each rule and terminal, by its content."""
    ordered = sorted(memo, key=lambda number: _dump(memo[number]))
    return {number: rank for rank, number in enumerate(ordered)}


def _parse_table(table: dict[str, Any], numbers: dict[int, int]) -> dict[str, str]:
    """States in the order in which they are first reached, each a flat list of pairs.

    A pair is a symbol's number and what to do: to go to state n is n, to reduce by rule n is -1-n.
    """
    names: dict[int, str] = table["tokens"]
    symbols = sorted(names.values())
    ranks = {name: rank for rank, name in enumerate(symbols)}
    (start,) = table["start_states"].values()
    order = {start: 0}
    rows: list[list[int]] = []
    for state in (queue := [start]):
        row: list[int] = []
        actions = {names[symbol]: action for symbol, action in table["states"][state].items()}
        for name in sorted(actions):
            kind, target = actions[name]
            if kind == 0 and target not in order:
                order[target] = len(order)
                queue.append(target)
            row += (ranks[name], order[target] if kind == 0 else -1 - numbers[target["@"]])
        rows.append(row)
    (end,) = table["end_states"].values()
    return {"symbols": _dump(symbols), "end": _dump(order[end]), "states": _rows(rows)}


def _rows(items: list[Any]) -> str:
    return "[\n" + ",\n".join(_dump(item) for item in items) + "\n]"


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def main() -> int:
    wanted = tables(GRAMMAR.read_text("utf-8"))
    if "--check" in sys.argv[1:]:
        if TABLES.is_file() and TABLES.read_text("utf-8") == wanted:
            return 0
        print("tables.json is not made from grammar.lark: run python -m archdsl.build_tables")
        return 1
    TABLES.write_text(wanted, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
