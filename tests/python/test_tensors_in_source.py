"""Models that take tensors apart and arrange them anew: live and printed, as torch has them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch
from printed import built, compiled, differences, verified
from torch import Tensor

from archc import describe, drawing
from archc.python import source
from archc.testing.verify_graph import verify
from archc.torch import module


def shuffled(image: Tensor) -> Tensor:
    """ShuffleNet's shuffle of two groups of channels, as its authors' code has it."""
    batch, channels, height, width = image.shape
    groups = image.view(batch, 2, channels // 2, height, width)
    return torch.transpose(groups, 1, 2).contiguous().view(batch, channels, height, width)


def normalised(image: Tensor) -> Tensor:
    """torchvision's transform_input of GoogLeNet and Inception."""
    red = torch.unsqueeze(image[:, 0], 1) * (0.229 / 0.5) + (0.485 - 0.5) / 0.5
    green = torch.unsqueeze(image[:, 1], 1) * (0.224 / 0.5) + (0.456 - 0.5) / 0.5
    blue = torch.unsqueeze(image[:, 2], 1) * (0.225 / 0.5) + (0.406 - 0.5) / 0.5
    return torch.cat((red, green, blue), 1)


def attended(image: Tensor) -> Tensor:
    """Attention of pixels to each other, without weights."""
    batch, channels, height, width = image.shape
    tokens = image.flatten(2).transpose(1, 2)
    weights = torch.softmax(tokens @ tokens.transpose(1, 2) / 2.0, -1)
    return (weights @ tokens).transpose(1, 2).reshape(batch, channels, height, width)


def pieces(image: Tensor) -> Tensor:
    first, second, third = torch.chunk(image, 3, 1)
    few, many = torch.split(torch.maximum(first, second), [2, 4], 1)
    height = image.shape[2]
    upper, lower = many[:, :, : height // 2], many[:, :, height - height // 2 :]
    mixed = torch.minimum(upper, lower) - third[:, 1:2, : height // 2].mean((2, 3), keepdim=True)
    return torch.cat([few[:, :, ::2].sum(2), mixed.sum(2)], 1)


CASES: dict[str, tuple[str, Callable[[Tensor], Tensor], tuple[tuple[int, ...], ...]]] = {
    "shuffle": (
        """
        model m() {
          input image: [N, 8, H = 6, W = 5]
          reshape(N, 2, 4, H, W) -> transpose(1, 2) -> reshape(N, 8, H, W)
        }
        """,
        shuffled,
        ((1, 8, 6, 5), (3, 8, 2, 7), (2, 8, 1, 1)),
    ),
    "shuffle with an open dim": (
        """
        block Shuffle(groups) {
          input x: [N, C, H, W]
          reshape(-1, groups, C // groups, H, W) -> permute(0, 2, 1, 3, 4) -> reshape([-1, C, H, W])
        }
        model m() { input image: [N, 8, H = 6, W = 5]
          Shuffle(2)
        }
        """,
        shuffled,
        ((1, 8, 6, 5), (3, 8, 2, 7)),
    ),
    "transform_input": (
        """
        let MEAN = [0.485, 0.456, 0.406]
        let STD = [0.229, 0.224, 0.225]
        model m() {
          input image: [N, 3, H = 6, W = 6]
          concat [for c in range(3) {
            select(1, c) -> unsqueeze(1) -> multiply(STD[c] / 0.5) -> add((MEAN[c] - 0.5) / 0.5)
          }]
        }
        """,
        normalised,
        ((1, 3, 6, 6), (2, 3, 4, 9)),
    ),
    "attention": (
        """
        model m() {
          input image: [N, 4, H = 6, W = 4]
          flatten(2) -> transpose(1, 2) as tokens
          matmul [tokens, tokens -> transpose(1, 2)] -> divide(2.0) -> softmax(-1)
          matmul [_, tokens] -> transpose(1, 2) -> reshape(N, 4, H, W)
        }
        """,
        attended,
        ((1, 4, 6, 4), (2, 4, 3, 5), (3, 4, 1, 1)),
    ),
    "pieces": (
        """
        model m() {
          input image: [N, 18, H = 8, W = 6]
          chunk(3) as first, second, third
          maximum [first, second] -> split([2, 4]) as few, many
          minimum [many -> slice(2, 0, H // 2), many -> slice(2, H - H // 2)]
          subtract [_, third -> slice(1, 1, 2) -> slice(2, 0, H // 2) -> mean([2, 3], true)]
          concat [few -> slice(2, step = 2) -> sum(2), _ -> sum(2)]
        }
        """,
        pieces,
        ((2, 18, 8, 6), (1, 18, 11, 3), (1, 18, 2, 1)),
    ),
}

each_case = pytest.mark.parametrize("name", CASES)


@each_case
def test_live_and_printed_are_torchs_at_all_sizes(name: str) -> None:
    _, expected, shapes = CASES[name]
    typed = verified(CASES[name][0])
    models = (module(typed), built(source(typed)), built(source(typed)))
    torch.manual_seed(0)
    for shape in shapes:
        image = torch.randn(shape)
        for model in models:
            assert torch.equal(model(image), expected(image)), shape


@each_case
def test_printed_source_is_the_live_module(name: str) -> None:
    typed = verified(CASES[name][0])
    assert list(differences(typed, source(typed))) == []


def test_several_values_are_unpacked() -> None:
    text = source(verified(CASES["pieces"][0]))
    assert "first, second, third = image.chunk(3, dim=1)" in text
    assert "many[:, :, : many.shape[2] // 2]" in text or "[:, :, 0 : many.shape[2] // 2]" in text


def test_sizes_are_read_off_what_flows_in() -> None:
    text = source(verified(CASES["shuffle"][0]))
    assert "image.reshape(image.shape[0], 2, 4, image.shape[2], image.shape[3])" in text


def test_sizes_that_are_gone_are_read_off_the_input() -> None:
    typed = verified(CASES["attention"][0])
    assert "x.reshape(x.shape[0], 4, image.shape[2], image.shape[3])" in source(typed)
    assert not any(r.condition.relation == "equal" for r in typed.requirements)


def test_loops_and_groups_read_the_input_outside_of_them() -> None:
    typed = compiled(
        """
model m() {
  input image: [N, 3, H = 4, W = 6]
  body: { flatten(2) -> reshape(N, 3, H, W) -> conv(3, 1) }
  tail: { repeat 3 { flatten(2) -> reshape(N, 3, W, H) -> transpose(2, 3) -> conv(3, 1) } }
}
"""
    )
    verify(typed.graph)
    assert list(differences(typed, source(typed))) == []
    assert module(typed)(torch.randn(2, 3, 5, 7)).shape == (2, 3, 5, 7)


def test_loops_with_pieces_are_each_their_own() -> None:
    typed = compiled(
        """
model m() {
  input image: [N, 8, H = 4, W = 4]
  repeat 2 { chunk(2) as a, b
    concat [b, a -> conv(4, 1)] }
  repeat 3 { chunk(4) -> concat -> conv(8, 1) -> split(3) -> concat }
}
"""
    )
    assert list(differences(typed, source(typed))) == []


def test_data_and_pictures_have_all_values() -> None:
    typed = verified(CASES["pieces"][0])
    document = json.loads(json.dumps(describe.describe(typed)))
    steps = [step for step in document["steps"] if step.get("op") in ("chunk", "split")]
    assert [len(step["outputs"]) for step in steps] == [3, 2]
    assert "chunk" in drawing.dot(typed)


def test_live_module_is_traced_and_exported() -> None:
    typed = verified(CASES["shuffle"][0])
    live = module(typed)
    image = torch.randn(2, 8, 6, 5)
    traced = torch.fx.symbolic_trace(live)
    assert torch.equal(traced(torch.randn(3, 8, 2, 2).fill_(1)), torch.ones(3, 8, 2, 2))
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(live, (image,), dynamic_shapes=({0: batch},))
    larger = torch.randn(5, 8, 6, 5)
    assert torch.equal(program.module()(larger), shuffled(larger))


def test_arguments_that_change_extents_are_not_offered() -> None:
    """The linear layer counts what the slices leave, which the source's text does not say."""
    text = """
model m(k = 2) {
  input image: [N, 4, H = 16]
  stem: conv(4, 1)
  for i in range(k) { slice(2, 1) }
  flat: flatten -> head: linear(5)
}
"""
    for k in (2, 3):
        printed = source(compiled(text.replace("k = 2", f"k = {k}")))
        assert f"nn.Linear({4 * (16 - k)}, 5)" in printed
        assert "k: int" not in printed


def test_a_parameter_that_some_uses_have() -> None:
    text = """
        block Gained(learned: bool) {
          input x: [N, C, L]
          relu
          if learned {
            param gain: [C, 1] = constant(0.5)
            multiply [_, gain]
          }
        }

        model m {
          input x: [N, 4, 8]
          Gained(true) -> Gained(false)
        }
    """
    graph = compiled(text)
    assert list(differences(graph, source(graph))) == []


def test_numbers_of_lists_that_differ_and_are_worked_out() -> None:
    text = """
        block Whole(full) {
          input x: [N, C, L]
          let count = (L + full - 1) // full
          pad_by([0, count * full - L])
        }

        model m {
          input x: [N, 2, 10]
          Whole(4) -> Whole(5)
        }
    """
    graph = compiled(text)
    assert list(differences(graph, source(graph))) == []
