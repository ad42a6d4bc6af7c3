"""The examples that the language was designed with."""

from __future__ import annotations

import pytest
from syntaxkit import parsed

from archdsl.tree.outline import show_ast

VGG = """arch 1

## VGG-16: configuration D of Simonyan & Zisserman (2014), table 1.
model vgg16(num_classes = 1000, p = 0.5, norm: op = none) {
  input image: [N, 3, H = 224, W = 224]

  features: {
    for widths in [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]] {
      for width in widths { conv(width, 3, padding = 1) -> norm -> relu }
      max_pool(2)
    }
  } :: [N, 512, H // 32, W // 32]
  avgpool: adaptive_avg_pool(7)
  flatten
  classifier: {
    linear(4096) -> relu -> dropout(p)
    linear(4096) -> relu -> dropout(p)
    linear(num_classes)
  }

  init {
    conv.weight:   kaiming_normal(mode = "fan_out", nonlinearity = "relu")
    linear.weight: normal(std = 0.01)
    *.bias:        zeros
    batch_norm.weight: ones
  }
}

model vgg16_bn = vgg16(norm = batch_norm)
"""

RESNET = """
block Bottleneck(planes, stride = 1, groups = 1, width_per_group = 64, dilation = 1) {
  let width = int(planes * width_per_group / 64) * groups
  let out = planes * 4
  residual {
    conv1: conv(width, 1, bias = false) -> bn1: batch_norm -> relu
    conv2: conv(width, 3, stride = stride, padding = dilation, dilation = dilation, bias = false)
      -> bn2: batch_norm -> relu
    conv3: conv(out, 1, bias = false) -> bn3: batch_norm
  } shortcut {
    downsample: { conv(out, 1, stride = stride) -> batch_norm } if stride != 1 or _.channels != out
  }
  relu
}

model ResNet(unit: block, depths: list[int], num_classes = 1000) {
  input image: [N, 3, H = 224, W = 224]
  conv1: conv(64, 7, stride = 2, padding = 3, bias = false) -> bn1: batch_norm -> relu
  maxpool: max_pool(3, stride = 2, padding = 1)
  for stage, depth in enumerate(depths) {
    "layer{stage + 1}": {
      for i in range(depth) { unit(64 * 2 ** stage, stride = 2 if stage > 0 and i == 0 else 1) }
    }
  }
  avgpool: adaptive_avg_pool(1) -> flatten
  fc: linear(num_classes)
}

model resnet50        = ResNet(Bottleneck, [3, 4, 6, 3])
model resnext50_32x4d = ResNet(Bottleneck(groups = 32, width_per_group = 4), [3, 4, 6, 3])
"""

OTHERS = """
block Inception(c1, r3, c3, r5, c5, proj) {
  concat [
    branch1: ConvBN(c1, 1)
    branch2: { ConvBN(r3, 1) -> ConvBN(c3, 3, padding = 1) }
    branch3: { ConvBN(r5, 1) -> ConvBN(c5, 3, padding = 1) }
    branch4: { max_pool(3, stride = 1, padding = 1, ceil_mode = true) -> ConvBN(proj, 1) }
  ]
}

block DenseBlock(depth, growth) {
  for i in 1..depth { dense { "denselayer{i}": DenseLayer(growth) } }
}

block SqueezeExcite(squeezed, act = relu, gate = sigmoid) {
  input x: [N, C, H, W]
  multiply [x, avgpool: adaptive_avg_pool(1) -> fc1: conv(squeezed, 1) -> act -> fc2: conv(C, 1)]
}

model unet(classes = 2, widths = [64, 128, 256, 512], bottom = 1024) {
  input image: [N, 3, H = 256, W = 256]
  for width in widths {
    Double(width) as skips
    max_pool(2)
  }
  Double(bottom)
  for skip, width in reversed(zip(skips, widths)) {
    upsample(scale_factor = 2) -> conv(width, 3, padding = 1) as up
    concat [skip, up] -> Double(width)
  }
  head: conv(classes, 1)
}
"""

FRAGMENTS = """
import std.blocks: Fire, Bottleneck
import "./stem.arch": Stem
let AUX = [1, 2]
fn rounded(x, by = 8) = max(by, int(x + by / 2) // by * by)

block Parts(width: int in 32..128 = 64, act: op in [relu, silu] = relu, dim = 4) {
  input x: [N, C, H, W], skip: [N, D, H2, W2]
  param token: [1, 1, dim] = zeros
  buffer steps: [dim] = ones
  module head = { conv(C, 3, padding = 1) -> relu }
  assert width % 4 == 0, "{width} planes cannot be split into {dim} groups"
  x -> head as a
  [a -> head, skip -> head] -> add as b
  subtract [a -> Tower, b -> Tower]
  concat [for d in [1, 2, 3] { conv(256, 3, dilation = d) }]
  for d in AUX { _: { repeat d { Block } } }
  _: permute(0, 2, 3, 1)
  "0": conv(3, 1)
  fc: linear(width) with weight = zeros with bias = zeros
  chunk(2) as left, _
  train_only { aux: Head(10) as extra }
  output logits = left, other = b
  output aux = extra when training
  expand(N, -1, -1)
  Up(256) [_, skip]
  *Stem(32)
  init {
    "layer*.*.bn3".weight: zeros
    conv.weight: normal(std = sqrt(2 / fan_out))
  }
}
"""


@pytest.mark.parametrize(
    "text", [VGG, RESNET, OTHERS, FRAGMENTS], ids=["vgg", "resnet", "others", "rest"]
)
def test_examples_parse(text: str) -> None:
    assert show_ast(parsed(text)).count("\n") > 20
