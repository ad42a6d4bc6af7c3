"""Sizes that a text names are read when the module runs, live and printed alike."""

from __future__ import annotations

import pytest
import torch
from printed import built, compiled, differences, verified
from size_cases import CASES

from archc.python import source
from archc.testing.verify_graph import verify
from archc.torch import module
from archir.sizes.valid import valid_sizes

each_case = pytest.mark.parametrize("name", CASES)


@each_case
def test_live_and_printed_are_what_the_text_says_at_all_sizes(name: str) -> None:
    _, meaning, shapes = CASES[name]
    typed = verified(CASES[name][0])
    models = (module(typed), built(source(typed)), built(source(typed)))
    torch.manual_seed(0)
    for shape in shapes:
        given = [torch.randn(each) for each in shape]
        for model in models:
            assert torch.equal(model(*given), meaning(*given)), shape


@each_case
def test_printed_source_is_the_live_module(name: str) -> None:
    typed = verified(CASES[name][0])
    assert list(differences(typed, source(typed))) == []


@each_case
def test_no_size_is_held_to_its_default(name: str) -> None:
    typed = verified(CASES[name][0])
    wanted = [each.condition for each in typed.requirements]
    valid = valid_sizes(typed.graph.sizes, wanted)
    names = [
        dict(zip(_names(given.shape), shape, strict=True))
        for shapes in CASES[name][2]
        for given, shape in zip(typed.graph.root.input_types, shapes, strict=True)
        if given is not None
    ]
    inputs = len(typed.graph.root.inputs)
    for at in range(0, len(names), inputs):
        sizes = {key: size for each in names[at : at + inputs] for key, size in each.items()}
        assert {name: sizes[name] for name in typed.graph.sizes} in valid


def _names(shape: tuple[object, ...]) -> list[str]:
    from archir.shapes.dims import show

    return [show(dim) for dim in shape]  # type: ignore[arg-type]


def test_what_a_block_itself_says_is_not_handed_in() -> None:
    text = source(verified(CASES["half of what a block is given, behind a stride"][0]))
    assert "return x[:, :, 0 : x.shape[2] // 2]" in text
    assert "def forward(self, x: Tensor) -> Tensor:" in text


def test_what_is_not_used_is_not_handed_in() -> None:
    typed = compiled(
        """
block Checked(length) {
  assert length >= 4, "{length} is too short"
  relu
}
model m() {
  input x: [N, 2, L = 8]
  max_pool(3) -> Checked(L)
}
"""
    )
    assert "Checked()" in source(typed)
    assert module(typed)(torch.randn(1, 2, 8)).shape == (1, 2, 2)


def test_training_only_values_say_sizes_in_training_alone() -> None:
    typed = compiled(
        """
block Crop(length) { slice(2, 0, length) }
model m() {
  input x: [N, 2, L = 24]
  max_pool(2) as half
  train_only { half -> max_pool(2) -> Crop(L // 6) as extra }
  half -> Crop(L // 5)
  output main = _
  output aux = extra when training
}
"""
    )
    verify(typed.graph)
    for model in (module(typed), built(source(typed)), built(source(typed))):
        x = torch.randn(2, 2, 37)
        main, aux = model.train()(x)
        assert (main.shape[2], aux.shape[2]) == (7, 6)
        assert model.eval()(x).shape[2] == 7


MANY = """
model m() {
  input x: [N, 3, H = 16]
  split(5, dim = 2) as a, b, c, d
  concat(2) [d, c, b, a]
}
"""
ONE = """
model m() {
  input x: [N, 3, H = 5]
  split(5, dim = 2) -> relu
}
"""


@pytest.mark.parametrize(
    ("text", "good", "bad"), [(MANY, (16, 18, 20), (15, 21, 33)), (ONE, (1, 5), (6, 10))]
)
def test_another_number_of_pieces_is_refused_when_it_runs(
    text: str, good: tuple[int, ...], bad: tuple[int, ...]
) -> None:
    typed = compiled(text)
    for model in (module(typed), built(source(typed)), built(source(typed))):
        for height in good:
            assert model(torch.randn(2, 3, height)).shape == (2, 3, height)
        for height in bad:
            with pytest.raises(ValueError, match=r"values"):
                model(torch.randn(2, 3, height))


def test_tracers_follow_what_is_read() -> None:
    typed = verified(CASES["the smaller and the larger of sizes"][0])
    traced = torch.fx.symbolic_trace(module(typed))
    floats = module(verified(CASES["what resampling by a float made of a size"][0]))
    x = torch.randn(1, 2, 90, 31)
    assert torch.equal(torch.fx.symbolic_trace(floats)(x), floats(x))
    pieces = torch.fx.symbolic_trace(module(compiled(ONE)))
    for shape in ((1, 2, 12, 8), (2, 2, 5, 40)):
        x = torch.randn(shape)
        assert torch.equal(traced(x), module(typed)(x))
    assert pieces(torch.randn(1, 3, 4)).shape == (1, 3, 4)
