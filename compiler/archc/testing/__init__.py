"""Aids for tests: properties of a network over all its variants and sizes, and own ops.

>>> from archc.testing import for_all
>>> @for_all("unet.arch")
... def test_output_is_as_large_as_the_input(net, inputs):
...     assert net(*inputs).shape[2:] == inputs[0].shape[2:]

Own ops are held against torch:

>>> from archc.testing import agree, op
>>> agree(op("conv", 8, 3), (2, 3, 16, 16))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.testing.own_ops import agree, op, refuses

if TYPE_CHECKING:
    from archc.testing.generator import projects as networks
    from archc.testing.properties import for_all, valid_sizes, variants

__all__ = ["agree", "for_all", "networks", "op", "refuses", "valid_sizes", "variants"]

_ON_USE = {
    "for_all": ("archc.testing.properties", "for_all"),
    "networks": ("archc.testing.generator", "projects"),
    "valid_sizes": ("archc.testing.properties", "valid_sizes"),
    "variants": ("archc.testing.properties", "variants"),
}
"""What needs Hypothesis, which tests of own ops do not."""


def __getattr__(name: str) -> object:
    if name not in _ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, original = _ON_USE[name]
    return getattr(import_module(module), original)
