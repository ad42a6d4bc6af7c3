"""Aids for tests: of own ops, whose classes are held against torch.

>>> from archc.testing import agree, op
>>> agree(op("conv", 8, 3), (2, 3, 16, 16))
"""

from __future__ import annotations

from archc.testing.own_ops import agree, op, refuses

__all__ = ["agree", "op", "refuses"]
