"""The problem of a file that would expand without bound."""

from __future__ import annotations

from archir.base.diagnostics import Problem

_WHAT = {
    "nodes": "the network has more than {limit:,} steps",
    "steps": "unrolling this takes more than {limit:,} evaluation steps",
    "total": "unrolling all models of this file takes more than {limit:,} evaluation steps",
    "depth": "blocks, braces, calls and lists are nested more than {limit:,} deep",
    "items": "a list here has more than {limit:,} items",
    "characters": "a string here has more than {limit:,} characters",
    "bits": "a number here has more than {limit:,} bits",
}


class LimitExceeded(Problem):
    """A file may not expand without bound: what it unrolls to is counted, and stops at a limit.

    The limits are far above any real network. A network that really needs more can raise one with
    ``--limit``.
    """

    name = "limit-exceeded"
    passes_on = True
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 2 ** 40 { relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 2 ** 10 { relu }
}
"""
    limit: str
    value: int

    def message(self) -> str:
        return _WHAT[self.limit].format(limit=self.value)

    def hint(self) -> str:
        return f"make it smaller, or raise the limit: --limit {self.limit}={self.value * 10}"

    def label(self) -> str:
        return "this passes the limit"
