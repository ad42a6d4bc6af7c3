"""Models from printed source."""

from __future__ import annotations

from archc.testing.agreement.ours import built, expression

__all__ = ["built", "expression"]
