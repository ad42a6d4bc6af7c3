"""Elaboration: a program's model, its parameters given, unrolled into a graph."""

from __future__ import annotations

from archdsl.elaborate.constants import Together
from archdsl.elaborate.limits import Limits
from archdsl.elaborate.models import elaborate, missing_arguments

__all__ = ["Limits", "Together", "elaborate", "missing_arguments"]
