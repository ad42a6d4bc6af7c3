"""Values that a loop gathers: in ``forward`` they are appended to a list of the text's name."""

from __future__ import annotations

import re

import pytest
from printed import differences, verified

from archc.python import source

IMAGE = "input x: [N, 3, H = 16, W = 16]"

TEXTS = {
    "read in another loop, the last first": (
        f"""
        model net(widths = [4, 8, 6]) {{
          {IMAGE}
          for i, width in enumerate(widths) {{
            conv(width, 3, padding = 1) -> relu as skips
            max_pool(2)
          }}
          for i, width in reversed(enumerate(widths)) {{
            upsample(scale_factor = 2) -> conv(width, 1)
            add [_, skips[i]]
          }}
        }}
        """,
        ["skips: list[Tensor] = []", "skips.append(self[1](x))", "x = self[10](x) + skips[2]"],
    ),
    "merged when all are there": (
        f"""
        model net(widths = [4, 8, 6]) {{
          {IMAGE}
          for width in widths {{ x -> conv(width, 3, padding = 1) -> relu as maps }}
          maps -> concat(1)
        }}
        """,
        ["torch.cat(maps, dim=1)"],
    ),
    "merged with others": (
        f"""
        model net(widths = [4, 8, 6]) {{
          {IMAGE}
          for width in widths {{ x -> conv(width, 3, padding = 1) -> relu as maps }}
          concat(1) [x, for each in maps {{ each }}, x]
        }}
        """,
        ["torch.cat([image, *maps, image], dim=1)"],
    ),
    "added up": (
        f"""
        model net(scales = [2, 3, 4, 5]) {{
          {IMAGE}
          for scale in scales {{ x -> multiply(scale) as parts }}
          add [for each in parts {{ each }}, x]
        }}
        """,
        ["sum([*parts[1:], image], start=parts[0])"],
    ),
    "two of one step": (
        f"""
        model net(widths = [4, 8, 6]) {{
          {IMAGE}
          for width in widths {{ x -> Two(width) as boxes, classes }}
          boxes -> concat(1) as all_boxes
          classes -> concat(1) as all_classes
          output all_boxes, all_classes
        }}
        block Two(width) {{
          conv(width, 1) -> relu as one
          sigmoid as other
          output one, other
        }}
        """,
        ["box, item = ", "boxes.append(box)", "torch.cat(boxes, dim=1)"],
    ),
    "outputs": (
        f"""
        model net(widths = [4, 8, 6]) {{
          {IMAGE}
          Maps(widths) as levels
          for level in levels {{ level -> adaptive_avg_pool(2) as pooled }}
          pooled -> concat(1)
        }}
        block Maps(widths) {{
          for width in widths {{ conv(width, 3, stride = 2, padding = 1) -> relu as maps }}
          [maps]
        }}
        """,
        ["return maps[0], maps[1], maps[2]", "torch.cat(pooled, dim=1)"],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_list_of_values(name: str) -> None:
    text, lines = TEXTS[name]
    typed = verified(text)
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    for line in lines:
        assert line.replace("image", "x") in printed or line in printed
    assert not re.search(r"\b(skips|maps|parts|boxes|classes)_?\d", printed)


LABELLED = """
    model net(widths = [4, 8]) {
      input x: [N, 3, H = 16, W = 16]
      for i, width in enumerate(widths) { "down{i}": conv(width, 3, padding = 1) as skips }
      concat(1) [for each in skips { each }]
    }
"""


def test_values_that_go_by_the_modules_that_they_come_from_are_in_no_list() -> None:
    typed = verified(LABELLED)
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    assert "torch.cat([down0, down1], dim=1)" in printed
