"""The problems that reading a file, finding its names and building its model can meet.

A file without problems needs none of these classes, and making them takes longer than reading the
file. So ``rules.names.UnknownName``, after ``from archdsl import rules``, imports its module when
the problem is met; nothing that a check runs through names these modules otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archir.base.diagnostics import modules_on_use

if TYPE_CHECKING:
    from archdsl.rules import arguments as arguments
    from archdsl.rules import brackets as brackets
    from archdsl.rules import chains as chains
    from archdsl.rules import constants as constants
    from archdsl.rules import cutting as cutting
    from archdsl.rules import editions as editions
    from archdsl.rules import flow as flow
    from archdsl.rules import foreign as foreign
    from archdsl.rules import habits as habits
    from archdsl.rules import imports as imports
    from archdsl.rules import initial as initial
    from archdsl.rules import kinds as kinds
    from archdsl.rules import labels as labels
    from archdsl.rules import limits as limits
    from archdsl.rules import literals as literals
    from archdsl.rules import models as models
    from archdsl.rules import names as names
    from archdsl.rules import outputs as outputs
    from archdsl.rules import parameters as parameters
    from archdsl.rules import parts as parts
    from archdsl.rules import placement as placement
    from archdsl.rules import slips as slips
    from archdsl.rules import spellings as spellings
    from archdsl.rules import syntax as syntax
    from archdsl.rules import text as text
    from archdsl.rules import unused as unused
    from archdsl.rules import value_names as value_names
    from archdsl.rules import values as values

__getattr__ = modules_on_use(__name__)
