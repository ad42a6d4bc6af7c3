"""A printed constructor is right for every argument that it takes, not only for those at hand."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest
import torch

import archc

HEAD = "  input x: [N, 3, H = 32, W = 32]\n"

CASES: list[tuple[str, dict[str, list[Any]]]] = [
    (
        "model m(size: int = 4, stride = 2, classes = 10) {\n"
        + HEAD
        + "  c: conv(8, 3, stride = stride, padding = 1)\n"
        "  pool: adaptive_avg_pool(size)\n  flatten\n  fc: linear(classes)\n}\n",
        {"size": [2, 7], "stride": [1], "classes": [3]},
    ),
    (
        "model m(widths = [8, 16], classes = 10) {\n"
        + HEAD
        + "  features: { for w in widths { conv(w, 3, padding = 1) -> relu -> max_pool(2) } }\n"
        "  flatten\n  fc: linear(classes)\n}\n",
        {"widths": [[8], [4, 4, 4]], "classes": [3]},
    ),
    (
        "model m(widths = [8, 16], classes = 10) {\n"
        + HEAD
        + "  features: { for w in widths { conv(w, 3, padding = 1) -> relu -> max_pool(2) } }\n"
        "  pool: adaptive_avg_pool(2)\n  flatten\n  fc: linear(classes)\n}\n",
        {"widths": [[8], [4, 4, 4]], "classes": [3]},
    ),
    (
        "model m(k = 3, deep: bool = false) {\n"
        + HEAD
        + "  c: conv(8, k)\n  if deep { max_pool(2) }\n  flatten\n  fc: linear(5)\n}\n",
        {"k": [1, 5], "deep": [True]},
    ),
    (
        "block Head(classes) { flatten -> linear(classes) }\n\n"
        "model m(stride = 1, classes = 10) {\n"
        + HEAD
        + "  c: conv(4, 3, stride = stride)\n  head: Head(classes)\n}\n",
        {"stride": [2, 3], "classes": [3]},
    ),
    (
        "model m(width = 8, classes = 10) {\n"
        + HEAD
        + "  for k in [3, 5] { conv(width, k, padding = k // 2) -> max_pool(2) }\n"
        "  flatten -> linear(classes)\n}\n",
        {"width": [4], "classes": [3]},
    ),
    (
        "model m(factor = 2, classes = 10) {\n"
        + HEAD
        + "  up: upsample(scale_factor = factor)\n  flatten -> fc: linear(classes)\n}\n",
        {"factor": [1, 3], "classes": [3]},
    ),
    (
        "model m(factor = 2, classes = 10) {\n"
        + HEAD
        + "  c: conv(144, 3)\n  deal: pixel_shuffle(factor)\n"
        "  flatten -> fc: linear(classes)\n}\n",
        {"factor": [1, 3], "classes": [3]},
    ),
    (
        "model m(stride = 1, width = 8, groups = 2, slope = 0.1, p = 0.2) {\n"
        + HEAD
        + "  c: conv(width, 3, stride = stride)\n  n: layer_norm(3)\n  g: group_norm(groups)\n"
        "  a: leaky_relu(slope)\n  r: prelu(_.channels)\n  d: stochastic_depth(p)\n}\n",
        {"stride": [2], "width": [4], "groups": [1], "slope": [0.5], "p": [0.0]},
    ),
    (
        "model m(width = 8, dims = 2, eps = 1e-6, learned: bool = true) {\n"
        + HEAD
        + "  c: conv(width, 3)\n  n: layer_norm(dims, eps, bias = learned)\n"
        "  q: rms_norm(2, eps = eps)\n"
        "  g: group_norm(1, affine = learned)\n  i: instance_norm(affine = learned)\n"
        "  r: prelu(width)\n}\n",
        {"width": [4], "dims": [1, 3], "eps": [1e-3], "learned": [False]},
    ),
    (
        "block Norm() { permute(0, 2, 3, 1) -> layer_norm(eps = 1e-6) -> permute(0, 3, 1, 2) }\n\n"
        "model m(width = 8, deep: bool = true, classes = 10) {\n"
        + HEAD
        + "  conv(width, 3) -> *Norm\n  if deep { *Norm }\n  flatten -> linear(classes)\n}\n",
        {"width": [4], "deep": [False], "classes": [3]},
    ),
    (
        "block Norm() { if _.channels > 6 { relu } else { batch_norm } }\n\n"
        "model m(width = 8, classes = 10) {\n"
        + HEAD
        + "  conv(width, 3) -> *Norm\n  flatten -> linear(classes)\n}\n",
        {"width": [4], "classes": [3]},
    ),
    (
        "block Half(k) { conv(_.channels // 2, k) }\n\n"
        "model m(widths = [8, 16], k = 3, classes = 10) {\n"
        + HEAD
        + "  for w in widths { conv(w, 1) -> *Half(k) }\n  flatten -> linear(classes)\n}\n",
        {"widths": [[8], [4, 4, 4]], "k": [1], "classes": [3]},
    ),
    (
        "model m(words = 30, width = 8, hidden = 6, both: bool = false, classes = 3) {\n"
        "  input x: int[N, L = 5]\n"
        "  embedding(words, width)\n"
        "  lstm(hidden, bidirectional = both) as y, _, _\n"
        "  y -> linear(classes) -> mean(1)\n}\n",
        {"words": [40], "width": [5], "hidden": [7], "both": [True], "classes": [4]},
    ),
]

SPLICED_TWICE: dict[str, tuple[str, str, set[str]]] = {
    "of numbers alone": (
        "k = 8",
        "conv(k, 1) -> *Unit(8) -> *Unit(6)\n  flatten -> linear(classes)\n}\n"
        "block Unit(width) { conv(width, 3) -> relu -> max_pool(2) }\n",
        {"k", "classes"},
    ),
    "of a number of the model's in the second alone": (
        "k = 8",
        "conv(4, 1) -> *Unit(8) -> *Unit(k)\n  flatten -> linear(classes)\n}\n"
        "block Unit(width) { conv(width, 3) -> relu -> max_pool(2) }\n",
        {"classes"},
    ),
    "in a condition of the model's": (
        "deep: bool = true",
        "*Unit -> { *Unit if deep } -> flatten -> linear(classes)\n}\n"
        "block Unit { conv(4, 3) -> relu -> max_pool(2) }\n",
        {"classes"},
    ),
    "with a block in it that is given what it is given": (
        "part = 2",
        "*Outer(part) -> *Outer(2)\n  flatten -> linear(classes)\n}\n"
        "block Outer(by) { *Inner(by * 2) -> relu }\nblock Inner(width) { conv(width, 3) }\n",
        {"classes"},
    ),
    "of what flows in": (
        "k = 8",
        "conv(k, 1) -> *Unit -> *Unit\n  flatten -> linear(classes)\n}\n"
        "block Unit {\n  input x: [N, C, H, W]\n"
        "  conv(C // 2, 3) -> reshape(N, C // 2, H - 2, W - 2)\n}\n",
        set(),
    ),
}


@pytest.mark.parametrize("name", SPLICED_TWICE)
def test_what_decides_on_a_block_that_is_spliced_in_twice(name: str) -> None:
    """It is printed in numbers: what these depend on is no parameter, and all else is."""
    parameter, body, kept = SPLICED_TWICE[name]
    text = f"model m({parameter}, classes = 10) {{\n{HEAD}  {body}"
    assert kept <= set(inspect.signature(printed(text)).parameters)
    others: dict[str, list[Any]] = {"k": [12, 4], "part": [3], "deep": [False], "classes": [3]}
    test_other_arguments_give_what_the_text_gives(text, others)


def printed(text: str) -> type[torch.nn.Module]:
    module = ModuleType("printed")
    exec(compile(archc.source(archc.Source("m.arch", text)), "printed", "exec"), vars(module))
    made: type[torch.nn.Module] = module.M
    return made


@pytest.mark.parametrize(("text", "others"), CASES)
def test_other_arguments_give_what_the_text_gives(text: str, others: dict[str, list[Any]]) -> None:
    cls = printed(text)
    taken = inspect.signature(cls).parameters
    for name, values in others.items():
        for value in values if name in taken else []:
            try:
                made = cls(**{name: value}).eval()
            except ValueError as error:  # what a list is for is written out
                assert str(error).startswith(f"{name} must have "), error
                continue
            live = archc.loads(text, **{name: value}).eval()
            assert [(k, v.shape) for k, v in made.state_dict().items()] == [
                (k, v.shape) for k, v in live.state_dict().items()
            ], f"{name}={value}"
            made.load_state_dict(live.state_dict())
            words = torch.randint(30, (2, 5))
            x = words if "int[" in text else torch.randn(1, 3, 32, 32)
            assert torch.equal(made(x), live(x))


@pytest.mark.parametrize("index", [2, 5])
def test_arguments_that_change_no_extent_are_kept(index: int) -> None:
    text, others = CASES[index]
    assert set(others) <= set(inspect.signature(printed(text)).parameters)
