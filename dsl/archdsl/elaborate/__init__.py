"""Elaboration: a resolved program's model, its parameters given, unrolled into a graph.

``values`` are what expressions give, ``expressions`` evaluates them, ``definitions`` has what a
body is unrolled into and the parts it applies, ``bodies`` performs its statements. Each says to
those before it what it evaluates or performs through a table, and so is imported here.
"""

from __future__ import annotations

from archdsl.elaborate.bodies import declare, loops, simple, stages
from archdsl.elaborate.constants import Together
from archdsl.elaborate.expressions import calls, operators
from archdsl.elaborate.limits import Limits
from archdsl.elaborate.models import elaborate, missing_arguments

__all__ = ["Limits", "Together", "elaborate", "missing_arguments"]

PERFORMED = (declare, loops, simple, stages)
EVALUATED = (calls, operators)
