"""What the author of an own op needs: see docs/own-ops.md.

An op is a class that derives from ``Op``, in an installed package that announces it by an entry
point of the group ``archc.ops``. This module is stable; where its names are defined is not.
"""

from __future__ import annotations

from archir.base.diagnostics import Problem
from archir.op.contract import Finite, Int, NonNegative, Op, Positive, concrete
from archir.op.dependence import (
    WHOLE,
    AxisAccess,
    Edge,
    Folded,
    Parted,
    Taps,
    Unsaid,
    pointwise,
    rearranged,
    same,
    share,
    sliding,
)
from archir.op.fields import Field
from archir.op.recipe import (
    AllInputs,
    Arg,
    Call,
    Calling,
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
from archir.rules.packages import RefusedByOp
from archir.rules.shapes import WrongDtype, WrongRank
from archir.shapes.arithmetic import (
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
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

__all__ = [
    "WHOLE",
    "AllInputs",
    "Arg",
    "AxisAccess",
    "Call",
    "Calling",
    "Check",
    "Code",
    "Dim",
    "Edge",
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
