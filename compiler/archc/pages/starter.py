"""The text of a new file: a small network, with remarks for who is new to the language."""

from __future__ import annotations

_TEXT = """\
arch 1

# What flows in is known, so nobody writes in_channels. "archc check" tells what comes out, and
# what is wrong; "archc build" writes Python source and a picture.

import std.blocks: ConvNormAct

## A small network for pictures of 32 by 32 points.
model {name}(num_classes: int = 10, widths: list[int] = [32, 64, 128]) {{
  # N is the batch. H and W are variables, with the sizes at which shapes are checked.
  input image: [N, 3, H = 32, W = 32]

  # A label names a module: its parameters are features.0.0.weight and so on.
  features: {{
    for width in widths {{
      ConvNormAct(width) -> max_pool(2)
    }}
  }} :: [N, widths[-1], H // 2 ** len(widths), W // 2 ** len(widths)]  # checked, for every size

  global_avg_pool
  head: {{ dropout(0.1) -> linear(num_classes) }}

  # How weights begin; without a rule, as torch begins them.
  init {{
    conv.weight: kaiming_normal(mode = "fan_out", nonlinearity = "relu")
  }}
}}

# A variant is one line:
#
#   model {name}_wide = {name}(widths = [64, 128, 256])
"""


def starter(name: str) -> str:
    """A file with one model of that name."""
    return _TEXT.format(name=name)
