"""The transformer parts of the library beside torch and the papers' formulas, to the last bit."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archc


def live(block: str, use: str, inputs: str = "x: [N, L = 5, 8]") -> nn.Module:
    text = f"import std.transformers: {block}\nmodel m() {{\n  input {inputs}\n  b: {use}\n}}\n"
    return archc.load(archc.Source("m.arch", text))


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("norm_first", [False, True])
def test_an_encoder_layer_is_torchs(norm_first: bool, training: bool) -> None:
    torch.manual_seed(0)
    ours = live("EncoderLayer", f"EncoderLayer(2, 16, norm_first = {str(norm_first).lower()})")
    torch.manual_seed(0)
    theirs = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=norm_first)
    assert list(ours.state_dict()) == [f"b.{key}" for key in theirs.state_dict()]
    for mine, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.equal(mine, other)
    for length in (1, 7):
        x = torch.randn(3, length, 8)
        torch.manual_seed(1)
        found = ours.train(training)(x)
        torch.manual_seed(1)
        assert torch.equal(found, theirs.train(training)(x))


def rotated(x: Tensor, base: float) -> Tensor:
    """LLaMA's rotary positions."""
    length, size = x.shape[-2:]
    inverse = 1 / (base ** (torch.arange(0, size, 2).float() / size))
    angles = torch.outer(torch.arange(length).float(), inverse)
    both = torch.cat((angles, angles), -1)
    first, second = x.chunk(2, -1)
    return x * both.cos() + torch.cat((-second, first), -1) * both.sin()


@pytest.mark.parametrize("length", [1, 9, 2048])
def test_positions_turn_as_in_llama(length: int) -> None:
    module = live("Rope", "Rope", "x: [N, 4, L = 5, 8]")
    assert not module.state_dict()
    x = torch.randn(2, 4, length, 8)
    torch.testing.assert_close(module(x), rotated(x, 10000.0), rtol=0, atol=1e-5)


def test_more_places_than_there_are_are_refused() -> None:
    body = "  input x: [N, 4, L = 9, 8]\n  Rope(length = 8)\n"
    text = f"import std.transformers: Rope\nmodel m() {{\n{body}}}\n"
    assert not archc.check(archc.Source("m.arch", text)).ok


def test_a_gated_network_is_the_papers() -> None:
    module = live("SwiGLU", "SwiGLU(12)")
    state = module.state_dict()
    assert [key.removeprefix("b.") for key in state] == [
        f"{name}_proj.weight" for name in ("gate", "up", "down")
    ]
    gate, up, down = state.values()
    x = torch.randn(2, 5, 8)
    assert torch.equal(module(x), (functional.silu(x @ gate.T) * (x @ up.T)) @ down.T)


def test_grouped_attention_is_the_papers() -> None:
    """Each head of keys and values stands for two heads of queries, written out."""
    module = live("GroupedAttention", "GroupedAttention(4, 2)", "x: [N, L = 5, 32]")
    state = module.state_dict()
    assert [key.removeprefix("b.") for key in state] == [
        f"{name}_proj.weight" for name in ("q", "k", "v", "o")
    ]
    wq, wk, wv, wo = state.values()
    x = torch.randn(2, 6, 32)
    query, key, value = ((x @ w.T).view(2, 6, -1, 8).transpose(1, 2) for w in (wq, wk, wv))
    query, key = rotated(query, 10000.0), rotated(key, 10000.0)
    key, value = (each.repeat_interleave(2, 1) for each in (key, value))
    scores = query @ key.transpose(-2, -1) / 8**0.5
    scores = scores.masked_fill(torch.ones(6, 6).triu(1).bool(), float("-inf"))
    expected = (scores.softmax(-1) @ value).transpose(1, 2).reshape(2, 6, 32) @ wo.T
    torch.testing.assert_close(module(x), expected, rtol=1e-5, atol=1e-5)
