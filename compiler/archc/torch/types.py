"""Torch's types for annotations elsewhere: imported by type checkers alone, as torch is."""

from torch import Tensor as Tensor
from torch import nn as nn
