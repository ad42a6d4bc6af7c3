"""The problems with ops, shapes and sizes, one class each, by what they are about.

A network that is right needs none of these classes. So ``rules.shapes.WrongRank``, after ``from
archir import rules``, imports its module when the problem is met, as ``archdsl.rules`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archir.base.diagnostics import modules_on_use

if TYPE_CHECKING:
    from archir.rules import activations as activations
    from archir.rules import argument_values as argument_values
    from archir.rules import arguments as arguments
    from archir.rules import attention as attention
    from archir.rules import copies as copies
    from archir.rules import elementwise as elementwise
    from archir.rules import graph as graph
    from archir.rules import initial as initial
    from archir.rules import memory as memory
    from archir.rules import merging as merging
    from archir.rules import normalised as normalised
    from archir.rules import packages as packages
    from archir.rules import padding as padding
    from archir.rules import recurrent as recurrent
    from archir.rules import resizing as resizing
    from archir.rules import shapes as shapes
    from archir.rules import sizes as sizes
    from archir.rules import sums as sums
    from archir.rules import tensors as tensors
    from archir.rules import ties as ties
    from archir.rules import windows as windows

__getattr__ = modules_on_use(__name__)
