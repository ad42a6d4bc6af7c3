"""What the author of an own op needs: see docs/own-ops.md.

An op is a class that derives from ``Op``, in an installed package that announces it by an entry
point of the group ``archc.ops``. This module is stable; where its names are defined is not.
"""

from __future__ import annotations

from archir.check import Check
from archir.diagnostics import Problem
from archir.dims import (
    Dim,
    add,
    ceil_div,
    floor_div,
    maximum,
    minimum,
    modulo,
    multiply,
    product,
    subtract,
)
from archir.fields import Field
from archir.op import Finite, Int, NonNegative, Op, Positive, concrete
from archir.packages import RefusedByOp
from archir.reach import (
    WHOLE,
    Folded,
    Look,
    Parted,
    Taps,
    Unsaid,
    Wire,
    pointwise,
    rearranged,
    same,
    share,
    sliding,
)
from archir.recipe import (
    AllInputs,
    Arg,
    Call,
    Code,
    Fold,
    FunctionRecipe,
    Inferred,
    Infix,
    Input,
    Items,
    ModuleRecipe,
    Recipe,
)
from archir.rules.shapes import WrongDtype, WrongRank
from archir.types import ParameterSpec, TensorType

__all__ = [
    "WHOLE",
    "AllInputs",
    "Arg",
    "Call",
    "Check",
    "Code",
    "Dim",
    "Field",
    "Finite",
    "Fold",
    "Folded",
    "FunctionRecipe",
    "Inferred",
    "Infix",
    "Input",
    "Int",
    "Items",
    "Look",
    "ModuleRecipe",
    "NonNegative",
    "Op",
    "ParameterSpec",
    "Parted",
    "Positive",
    "Problem",
    "Recipe",
    "RefusedByOp",
    "Taps",
    "TensorType",
    "Unsaid",
    "Wire",
    "WrongDtype",
    "WrongRank",
    "add",
    "ceil_div",
    "concrete",
    "floor_div",
    "maximum",
    "minimum",
    "modulo",
    "multiply",
    "pointwise",
    "product",
    "rearranged",
    "same",
    "share",
    "sliding",
    "subtract",
]
