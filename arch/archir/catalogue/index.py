"""The index of the ops: where each stands, so that only those in use are imported.

``python -m archir.catalogue.index`` writes it beside the ops, as Python: a module is loaded from
bytecode, and no other reader of data is imported for it. With ``--check`` it only says whether it
is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from archir.catalogue.registry import FAMILIES, family

INDEX = Path(__file__).parents[1] / "ops" / "index.py"

_HEAD = '''\
"""Where each op stands, and the names of its weights: made by ``archir.catalogue.index``."""

# fmt: off
# ruff: noqa: E501

OPS: dict[str, tuple[str, tuple[str, ...]]] = {
'''


def text() -> str:
    """The index, one op a line."""
    lines: dict[str, str] = {}
    for name in FAMILIES:
        for keyword, op in family(name).items():
            if keyword in lines:
                raise ValueError(f"{keyword} stands in {name} and in another family")
            lines[keyword] = f"    {keyword!r}: {(name, op.weights)!r},\n"
    return _HEAD + "".join(lines.values()).replace("'", '"') + "}\n"


def main(arguments: list[str], path: Path = INDEX) -> int:
    """Write the index, or check that it is up to date."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m archir.catalogue.index [--check]", file=sys.stderr)
        return 2
    if not arguments:
        path.write_text(text(), "utf-8", newline="\n")
        return 0
    if path.exists() and path.read_text("utf-8") == text():
        return 0
    print(f"{path} is out of date: run python -m archir.catalogue.index", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
