"""The parser, loaded from the tables that ``build_tables`` made of ``grammar.lark``.

The tables are plain data in the package, read with ``json``: nothing is built at start, and nothing
is taken from a cache that somebody else could have written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lark import Lark

_TABLES = Path(__file__).with_name("tables.json")


def load(actions: object) -> Lark:
    """The parser; the methods of ``actions``, named like the rules, make its values."""
    saved = json.loads(_TABLES.read_bytes())
    data: dict[str, Any] = saved["data"]
    for part in (data, data["parser"]["parser_conf"], data["parser"]["lexer_conf"]):
        for kind in ("rules", "terminals"):
            if kind in part:
                part[kind] = [{"@": number} for number in part[kind]]
    data["parser"]["parser"] = _parse_table(saved)
    memo = dict(enumerate(saved["memo"]))
    return Lark._load_from_dict(data, memo, transformer=actions)


def _parse_table(saved: dict[str, Any]) -> dict[str, Any]:
    reductions = [(1, {"@": number}) for number in range(len(saved["memo"]))]
    states = {
        state: {
            symbol: (0, action) if action >= 0 else reductions[-1 - action]
            for symbol, action in zip(row[::2], row[1::2], strict=True)
        }
        for state, row in enumerate(saved["states"])
    }
    return {
        "tokens": dict(enumerate(saved["symbols"])),
        "states": states,
        "start_states": {"start": 0},
        "end_states": {"start": saved["end"]},
    }
