"""Warnings over a typed graph: what is right as it stands, and likely not what was meant.

A lint is one class, which is the problem and finds it, and one line in ``LINTS``. What a reader of
the text would call deliberate is none: an argument that is written out, an op that comes as a
value of a parameter. Warnings that speak of the text alone (a name, a parameter, an import that
nothing uses) stand where names are looked up.
"""

from __future__ import annotations

from archir.base.diagnostics import Diagnostics
from archir.check.lints.dataflow import EmptyResidual, FeedsNothing, UnusedInput
from archir.check.lints.layers import BatchLeftOut, BiasBeforeNorm, ChannelsLast, TorchOrder
from archir.check.lints.lint import Inspected, Lint
from archir.check.lints.parameters import RuleMatchesNothing, UnlabelledWeights
from archir.check.lints.resizing import SizeForFactor

__all__ = ["LINTS", "Inspected", "Lint", "lint"]

LINTS: tuple[type[Lint], ...] = (
    UnusedInput,
    FeedsNothing,
    EmptyResidual,
    TorchOrder,
    ChannelsLast,
    BatchLeftOut,
    BiasBeforeNorm,
    SizeForFactor,
    UnlabelledWeights,
    RuleMatchesNothing,
)


def lint(network: Inspected, diagnostics: Diagnostics) -> None:
    """Report what all lints find."""
    for each in LINTS:
        for found in each.found(network):
            diagnostics.add(found)
