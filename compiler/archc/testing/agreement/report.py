"""What came of one network."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Disagreement:
    """Something that archc says, and torch does not."""

    kind: str
    """The same for networks with the same fault, as far as that can be seen."""

    detail: str


@dataclass
class Report:
    """What came of one network."""

    sizes: int = 0
    accepted: bool = False
    found: list[Disagreement] = field(default_factory=list)
