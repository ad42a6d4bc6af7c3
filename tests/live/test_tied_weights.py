"""Tied weights are one tensor of two keys, live and printed, drawn and counted once."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from archc import Source, check, loads, source, summary
from archc.testing.agreement.ours import built

GPT = """
model net(vocab = 50) {
  input ids: int[N, L = 8]
  transformer: { wte: embedding(vocab, 16) -> ln_f: layer_norm }
  lm_head: linear(vocab, bias = false) with weight = transformer.wte.weight
  init {
    linear.weight: zeros
    embedding.weight: normal(std = 0.02)
  }
}
"""
CONVS = """
block Pair() {
  down: { conv: conv(8, 3, padding = 1, bias = false) -> relu }
  up: { conv: conv(8, 3, padding = 1) with weight = down.conv.weight }
}

model net() {
  input x: [N, 8, 6, 6]
  Pair -> Pair
}
"""


class Gpt(nn.Module):
    """What the first text says, in torch."""

    def __init__(self) -> None:
        super().__init__()
        self.wte, self.ln_f = nn.Embedding(50, 16), nn.LayerNorm(16)
        self.lm_head = nn.Linear(16, 50, bias=False)
        self.lm_head.weight = self.wte.weight
        nn.init.normal_(self.wte.weight, std=0.02)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.lm_head(self.ln_f(self.wte(ids)))
        return made


def seeded(text: str) -> tuple[nn.Module, nn.Module]:
    """The live module and that of the printed source, of one seed."""
    torch.manual_seed(3)
    live = loads(text)
    printed = source(Source("net", text))
    torch.manual_seed(3)
    return live, built(printed)


def test_a_tied_head_is_torchs() -> None:
    torch.manual_seed(3)
    theirs = Gpt()
    ids = torch.randint(0, 50, (2, 8))
    theirs(ids).sum().backward()
    for net in seeded(GPT):
        state = net.state_dict()
        assert state["lm_head.weight"].data_ptr() == state["transformer.wte.weight"].data_ptr()
        for mine, other in zip(net.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(mine, other)
        net(ids).sum().backward()
        assert torch.equal(net(ids), theirs(ids))
        for mine, other in zip(net.parameters(), theirs.parameters(), strict=True):
            assert mine.grad is not None and other.grad is not None
            assert torch.equal(mine.grad, other.grad)


@pytest.mark.parametrize("text", [GPT, CONVS])
def test_tied_weights_count_once(text: str) -> None:
    net = loads(text)
    wanted = sum(parameter.numel() for parameter in net.parameters())
    costs = summary(Source("net", text))
    assert costs.totals.parameters == wanted
    assert costs.totals.parameter_bytes == 4 * wanted
    assert check(Source("net", text)).models[0].parameters == wanted


def test_each_use_of_a_block_has_a_tensor_of_its_own() -> None:
    for net in seeded(CONVS):
        state = net.state_dict()
        pointers = {key: value.data_ptr() for key, value in state.items()}
        assert len(state) == 6
        assert pointers["0.down.conv.weight"] == pointers["0.up.conv.weight"]
        assert pointers["1.down.conv.weight"] == pointers["1.up.conv.weight"]
        assert pointers["0.down.conv.weight"] != pointers["1.down.conv.weight"]
    live, printed = seeded(CONVS)
    image = torch.randn(1, 8, 6, 6)
    assert torch.equal(live(image), printed(image))


def test_printed_source_says_it_as_torch_does() -> None:
    printed = source(Source("net", GPT))
    assert "self.lm_head.weight = self.transformer.wte.weight\n" in printed
