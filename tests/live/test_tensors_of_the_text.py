"""Tensors whose elements the text gives: values, dtypes and keys are torch's, live and printed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torchvision.models.swin_transformer import ShiftedWindowAttention

from archc import ArchError, Source, loads, source, summary
from archc.testing.agreement.ours import built

HEAD = "model net() {\n  input x: [N, 4]\n"


def modules(text: str) -> tuple[nn.Module, nn.Module]:
    """The live module of a text, and that of its printed source."""
    return loads(text), built(source(Source("net", text)))


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ("buffer b: int[2, 2] = [[0, -1], [2 ** 62, 3]]", torch.tensor([[0, -1], [2**62, 3]])),
        ("buffer b: bool[3] = [i <= 1 for i in range(3)]", torch.tensor([True, True, False])),
        ("buffer b: [3] = [1, 0.1, -2e-3]", torch.tensor([1.0, 0.1, -2e-3])),
        ("buffer b: [3] = range(3)", torch.tensor([0.0, 1.0, 2.0])),
        ("buffer b: float[] = 2", torch.tensor(2.0)),
        ("buffer b: int[] = 2", torch.tensor(2)),
        ("buffer b: int[0, 3] = []", torch.zeros(0, 3, dtype=torch.int64)),
        ("buffer b: int[2] = ones", torch.ones(2, dtype=torch.int64)),
        ("buffer b: int[2] = constant(7)", torch.full((2,), 7)),
        ("buffer b: bool[2, 2] = eye", torch.eye(2, dtype=torch.bool)),
        ("param b: [2] = [1, 0.5]", torch.tensor([1.0, 0.5])),
    ],
)
def test_elements_are_those_of_the_text(declared: str, wanted: Tensor) -> None:
    for net in modules(f"{HEAD}  {declared}\n  relu\n}}\n"):
        found = net.state_dict()["b"]
        assert found.dtype == wanted.dtype
        assert torch.equal(found, wanted)
        assert isinstance(net.b, nn.Parameter) == declared.startswith("param")


def test_a_buffer_that_is_not_persistent_has_no_key() -> None:
    text = f"{HEAD}  buffer b: int[2] = [3, 1], persistent = false\n  buffer c: [4] = ones\n"
    for net in modules(text + "  add [_, c]\n}\n"):
        assert list(net.state_dict()) == ["c"]
        assert [(name, value.tolist()) for name, value in net.named_buffers()] == [
            ("b", [3, 1]),
            ("c", [1, 1, 1, 1]),
        ]


SWIN = """
block Attention(heads, window = 7) {
  input x: [N, L, C]
  let places = [[i // window, i % window] for i in range(window * window)]
  param relative_position_bias_table: [(2 * window - 1) ** 2, heads] = trunc_normal(std = 0.02)
  buffer relative_position_index: int[window ** 4] = [
    (a[0] - b[0] + window - 1) * (2 * window - 1) + a[1] - b[1] + window - 1
    for a, b in [[places[n // len(places)], places[n % len(places)]] for n in range(window ** 4)]
  ]
  index_select(0) [relative_position_bias_table, relative_position_index]
  reshape(window ** 2, window ** 2, heads) -> permute(2, 0, 1)
}

model net() {
  input x: [N, 49, 96]
  attn: Attention(3)
}
"""


def test_swins_index_is_torchvisions_to_the_bit_and_dtype() -> None:
    theirs = ShiftedWindowAttention(96, [7, 7], [0, 0], 3)
    for net in modules(SWIN):
        state = net.state_dict()
        assert [key for key in theirs.state_dict() if "relative" in key] == [
            key.removeprefix("attn.") for key in state
        ]
        index = state["attn.relative_position_index"]
        assert index.dtype == theirs.relative_position_index.dtype
        assert torch.equal(index, theirs.relative_position_index)
        net.load_state_dict({f"attn.{key}": theirs.state_dict()[key] for key in _relative(theirs)})
        bias = net(torch.zeros(1, 49, 96))
        assert torch.equal(bias, theirs.get_relative_position_bias()[0])


def _relative(module: nn.Module) -> list[str]:
    return [key for key in module.state_dict() if "relative" in key]


GPT = """
model net(length = 8) {
  input scores: [N, length, length]
  buffer bias: bool[1, length, length] = [[[j > i for j in range(length)] for i in range(length)]]
  masked_fill("-inf") [_, bias] -> softmax(-1)
}
"""


def test_a_causal_mask_is_torchs_triangle() -> None:
    scores = torch.randn(2, 8, 8)
    mask = torch.ones(1, 8, 8, dtype=torch.bool).triu(1)
    for net in modules(GPT):
        assert torch.equal(net.get_buffer("bias"), mask)
        assert torch.equal(net(scores), scores.masked_fill(mask, float("-inf")).softmax(-1))


def test_buffers_of_other_dtypes_weigh_what_torch_says() -> None:
    text = f"{HEAD}  buffer a: int[3] = [1, 2, 3]\n  buffer b: bool[5] = ones, persistent = false\n"
    text += "  buffer c: [4] = ones\n  add [_, c]\n}\n"
    costs, net = summary(Source("net", text)), loads(text)
    assert costs.totals.buffers == sum(buffer.numel() for buffer in net.buffers())
    assert costs.totals.buffer_bytes == sum(buffer.nbytes for buffer in net.buffers())


def test_a_long_list_stops_at_a_limit_and_not_at_a_traceback() -> None:
    text = f"{HEAD}  buffer b: [2000, 2000] = [[0] * 2000] * 2000\n  relu\n}}\n"
    with pytest.raises(ArchError, match="1,000,000"):
        loads(text)
