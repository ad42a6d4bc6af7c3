"""Keys of a state dict in few lines: those that differ in numbers alone stand in one."""

from __future__ import annotations

import re
from collections.abc import Iterable

FOLDED = 2
"""From so many keys on that differ in numbers alone they stand in one line."""

_NUMBER = re.compile(r"(?<![^.])\d+(?![^.])")


def folded(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Keys with what is said of them; those that differ in numbers alone stand in one line."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, said in rows:
        groups.setdefault(_NUMBER.sub("*", key), []).append((key, said))
    lines: list[str] = []
    for pattern, group in groups.items():
        if len(group) < FOLDED:
            lines += [f"{key} {said}".rstrip() for key, said in group]
            continue
        shapes = list(dict.fromkeys(said for _, said in group))
        more = f", … ({len(shapes)} shapes)" if len(shapes) > 1 else ""
        lines.append(f"{pattern} {shapes[0]}{more}, {len(group):,} keys")
    return lines
