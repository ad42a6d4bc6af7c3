"""Ultralytics' files: the published numbers of parameters, and findings at their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

import archc
from archc.api.foreign.configs import from_config

YOLOV8 = """\
# Parameters
nc: 80 # number of classes
scales: # model compound scaling constants
  # [depth, width, max_channels]
  n: [0.33, 0.25, 1024]
  s: [0.33, 0.50, 1024]
  m: [0.67, 0.75, 768]
  l: [1.00, 1.00, 512]
  x: [1.00, 1.25, 512]

backbone:
  # [from, repeats, module, args]
  - [-1, 1, Conv, [64, 3, 2]] # 0-P1/2
  - [-1, 1, Conv, [128, 3, 2]] # 1-P2/4
  - [-1, 3, C2f, [128, True]]
  - [-1, 1, Conv, [256, 3, 2]] # 3-P3/8
  - [-1, 6, C2f, [256, True]]
  - [-1, 1, Conv, [512, 3, 2]] # 5-P4/16
  - [-1, 6, C2f, [512, True]]
  - [-1, 1, Conv, [1024, 3, 2]] # 7-P5/32
  - [-1, 3, C2f, [1024, True]]
  - [-1, 1, SPPF, [1024, 5]] # 9

head:
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 6], 1, Concat, [1]] # cat backbone P4
  - [-1, 3, C2f, [512]] # 12

  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 4], 1, Concat, [1]] # cat backbone P3
  - [-1, 3, C2f, [256]] # 15 (P3/8-small)

  - [-1, 1, Conv, [256, 3, 2]]
  - [[-1, 12], 1, Concat, [1]] # cat head P4
  - [-1, 3, C2f, [512]] # 18 (P4/16-medium)

  - [-1, 1, Conv, [512, 3, 2]]
  - [[-1, 9], 1, Concat, [1]] # cat head P5
  - [-1, 3, C2f, [1024]] # 21 (P5/32-large)

  - [[15, 18, 21], 1, Detect, [nc]] # Detect(P3, P4, P5)
"""


def read(folder: Path, text: str = YOLOV8, name: str = "yolov8n.yaml") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return from_config(path)


@pytest.mark.parametrize(
    ("scale", "parameters"),
    [("n", 3157200), ("s", 11166560), ("m", 25902640), ("l", 43691520), ("x", 68229648)],
)
def test_each_scale_has_the_published_number_of_parameters(
    tmp_path: Path, scale: str, parameters: int
) -> None:
    """As yolov8.yaml says them; 16 of them are the numbers 0 to 15, which nothing learns."""
    text = read(tmp_path, name=f"yolov8{scale}.yaml")
    (model,) = archc.check(archc.Source("a", text)).models
    assert model.parameters + 16 == parameters
    assert archc.format(text) == text


def test_it_is_the_example(tmp_path: Path) -> None:
    result = archc.diff(archc.Source("a", read(tmp_path)), "yolov8n")
    assert not result.changes and result.keys.are_equal


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("SPPF, [1024, 5]", "SPPG, [1024, 5]", "yolov8n.yaml:22: SPPG is a module"),
        ("- [-1, 1, Conv, [64, 3, 2]]", "- [-3, 1, Conv, [64, 3, 2]]", "yaml:13: layer 0 reads"),
        ("[[-1, 6], 1,", "[[-1, 4], 1,", "yolov8n.yaml:26: "),
        ("nc: 80", "nc = 80", "yolov8n.yaml:2: a line is key: value or a layer"),
        ("C2f, [128, True]]", "C2f, [128, True", "yolov8n.yaml:15: "),
        ("- [-1, 6, C2f, [256, True]]", "- [-1, C2f]", "yolov8n.yaml:17: a layer is written"),
    ],
)
def test_a_finding_is_said_at_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in YOLOV8
    with pytest.raises(archc.ImportRefusedError) as caught:
        read(tmp_path, YOLOV8.replace(old, new))
    assert said in str(caught.value)
