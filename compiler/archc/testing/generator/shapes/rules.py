"""What each op makes of a shape: the rules of all families."""

from __future__ import annotations

from collections.abc import Mapping

from archc.testing.generator.shapes import (
    attention_rules,
    choice_rules,
    copy_rules,
    reduction_rules,
    tensor_rules,
)
from archc.testing.generator.shapes.spatial_rules import RULES
from archc.testing.generator.values import Rule

FAMILIES = (tensor_rules, reduction_rules, copy_rules, choice_rules, attention_rules)
"""The families, which register their rules as they are loaded, beside that of windows."""


def rules() -> Mapping[str, Rule]:
    """The rules of all ops."""
    return RULES
