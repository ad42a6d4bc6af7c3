"""Modules that people write: what they do is said, or the error says where it is not."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.densenet import DenseNet

import archc
from archc import ImportRefusedError, from_module


class Functions(nn.Module):
    """Functional calls, two inputs, two outputs, a module that is called twice, lists zipped."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.shared = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 1) for _ in range(2)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(8) for _ in range(2)])
        self.scale = nn.Parameter(torch.ones(1, 8, 1, 1))
        self.register_buffer("shift", torch.tensor([[[0.5]], [[1.5]]] * 4))
        self.head = nn.Linear(16, 5)

    def forward(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu(self.stem(image))
        x = self.shared(F.max_pool2d(self.shared(x), 2))
        skip = x
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.gelu(norm(conv(x)))
        x = (x + skip) * self.scale + self.shift
        small = F.interpolate(mask, size=x.shape[-2:], mode="bilinear")
        both = torch.cat([x * small, skip[:, :, ::1, :]], dim=1)
        batch = both.shape[0]
        pooled = both.view(batch, 16, -1).mean(2)
        return self.head(F.dropout(pooled, 0.3, self.training)), x


def _checked(text: archc.ImportedText) -> None:
    result = archc.check(archc.Source("imported.arch", str(text)))
    assert result.ok
    assert not result.warnings
    assert archc.format(str(text)) == text


def test_functions_inputs_outputs_and_shared_modules() -> None:
    text = from_module(Functions(), {"image": (1, 3, 32, 32), "mask": (1, 1, 32, 32)})
    assert len(text.report.proofs) == 3
    equal = {"keys", "shapes", "dtypes", "eval outputs", "train outputs", "gradients"}
    assert all(equal <= set(proof.checks) for proof in text.report.proofs)
    assert text.report.variables == ("H", "N", "W")


def test_what_is_imported_again_is_the_same_text() -> None:
    inputs = {"image": (1, 3, 32, 32), "mask": (1, 1, 32, 32)}
    text = from_module(Functions(), inputs, "net")
    again = from_module(archc.loads(text), inputs, "net")
    assert again == text


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 16)
        self.qkv = nn.Linear(16, 48)
        self.norm = nn.LayerNorm(16)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.table(ids)
        n, length, width = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, length, 3, 4, width // 4).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-2, -1) / 2.0, -1)
        out: Tensor = x + (weights @ v).transpose(1, 2).reshape(n, length, width)
        return out


def test_attention_over_any_length() -> None:
    text = from_module(Attention(), ["1x7:int64"])
    assert text.report.variables == ("L", "N")


class Branching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y if y.sum() > 0 else -y


class Masked(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x = x * 1.0
        x[x > 0] = 0
        return x


class Sine(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return x.sin()

    @staticmethod
    def backward(_: Any, *grads: Tensor) -> Tensor:
        return grads[0] * 3


class OwnGradient(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = Sine.apply(x)
        return made


class NeverRun(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.spare = nn.Conv2d(3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(x)
        return out


class Outer(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.inner(x)
        return out


@pytest.mark.parametrize("inner", [Branching(), Masked(), OwnGradient()])
def test_what_cannot_be_said_names_the_module_and_the_line(inner: nn.Module) -> None:
    with pytest.raises(ImportRefusedError, match=r"in inner \(.*test_user_modules\.py:\d+\)"):
        from_module(Outer(inner), ["1x3x8x8"])


def test_weights_that_never_run_are_named() -> None:
    with pytest.raises(ImportRefusedError, match="the module spare has weights and never runs"):
        from_module(NeverRun(), ["1x3x8x8"])


def test_a_layer_of_torch_by_itself_is_said_to_lack_a_label() -> None:
    with pytest.raises(ImportRefusedError, match="no label stands before its weight"):
        from_module(nn.Linear(4, 3), ["1x4"])
    assert "linear(3)" in str(from_module(nn.Sequential(nn.Linear(4, 3)), ["1x4"]))


def test_nothing_of_the_module_is_changed() -> None:
    net = Functions().eval()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    from_module(net, ["1x3x32x32", "1x1x32x32"])
    assert not net.training
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


class Writing(nn.Module):
    """Writes into parts of tensors, through views and views of views."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        whole = self.up(x).clone()
        whole[:, 8:16].zero_()
        rows = whole.view(-1, 3, 8)
        rows[:, 1:] += x.unsqueeze(1)
        rows[:, 0] = x * 2
        whole[:, 3] = 1.5
        out: Tensor = whole + self.up(x)
        return out


class Lent(nn.Module):
    """Parameters of a layer that is never called, of which another one is made."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 3 * width)
        self.table = nn.Parameter(torch.zeros(5, 5, 3 * width))
        self.places: Tensor
        self.register_buffer("places", torch.tensor([[0, 1], [2, 3]]))

    def forward(self, x: Tensor) -> Tensor:
        bias = self.qkv.bias.clone()
        bias[3:5].zero_()
        y = F.linear(x, self.qkv.weight, bias)
        ahead, behind = torch.tensor_split(y, (5,), dim=1)
        picked = y[:, [0, 2, 1]].mean(1, keepdim=True)
        near = self.table[self.places, self.places].mean([0, 1])
        mixed = torch.einsum("b i, b j -> b", ahead, behind).unsqueeze(1)
        return x + (1 - picked) * mixed + y[:, :8] * near[:8]


@pytest.mark.parametrize("net", [Writing(), nn.Sequential(nn.Linear(8, 8), Lent(6), Lent(6))])
def test_writes_into_parts_and_parameters_that_are_lent(net: nn.Module) -> None:
    text = from_module(net, ["1x8"])
    equal = {"keys", "shapes", "eval outputs", "train outputs", "gradients"}
    assert len(text.report.proofs) == 3
    assert all(equal <= set(proof.checks) for proof in text.report.proofs)


def test_a_class_with_lent_parameters_is_one_block() -> None:
    text = from_module(nn.Sequential(Lent(6), nn.Linear(8, 8), Lent(4)), ["1x8"])
    assert text.count("\nblock Lent(") == 1


class Older(nn.Module):
    """A linear layer whose weight lies the other way, as GPT-2's code has it."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width, out))
        self.bias = nn.Parameter(torch.zeros(out))
        self.out = out

    def forward(self, x: Tensor) -> Tensor:
        shape = (*x.shape[:-1], self.out)
        flat: Tensor = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return flat.view(shape)


class Spellings(nn.Module):
    """What torch has several names for, or makes of several of its functions."""

    def __init__(self) -> None:
        super().__init__()
        self.up = Older(8, 12)
        self.down = Older(12, 8)
        self.scale = nn.Parameter(torch.zeros(8, 8))

    def forward(self, x: Tensor) -> Tensor:
        y = self.down(torch.tanh(self.up(x)))
        y = torch.softmax(y, -1, dtype=torch.float32).reshape_as(x) + y.expand_as(x)
        y = y @ self.scale.T
        sign = y.gt(0).int().to(torch.float32)
        out: Tensor = sign * y + 1 / (y.narrow(2, 1, 1).abs() + 2)
        length = torch.linalg.vector_norm(out, dim=(-1,), keepdim=True) + 1
        grown: Tensor = torch.special.expm1(out / length)
        return grown


def test_functions_that_are_several_ops_at_any_length() -> None:
    text = from_module(Spellings(), ["1x7x8"])
    _checked(text)
    assert text.count("\nblock Older(") == 1
    assert text.report.variables == ("L", "N")


class Tokens(nn.Module):
    """A token in front of all others, as many times as there are images."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 8))
        self.up = nn.Linear(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        first = self.token.expand(x.shape[0], -1, -1)
        out: Tensor = torch.cat([first, self.up(x)], 1)
        return out


def test_a_size_of_a_value_that_is_used_once() -> None:
    text = from_module(nn.Sequential(Tokens(), nn.LayerNorm(8)), ["1x6x4"])
    _checked(text)
    assert text.report.variables == ("L", "N")


class Tied(nn.Module):
    """A head with the weights of the embedding, in a module of its own, and a dict of one."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(20, 8)
        self.body = nn.Sequential(nn.Linear(8, 8), nn.Tanh())
        self.heads = nn.ModuleDict({"tokens": nn.Linear(8, 20, bias=False)})
        self.heads["tokens"].weight = self.table.weight

    def forward(self, ids: Tensor) -> dict[str, Tensor]:
        return {"logits": self.heads["tokens"](self.body(self.table(ids)))}


def test_a_tensor_of_two_keys_stays_one() -> None:
    text = from_module(Tied(), {"ids": "1x6:int64"}, "tied")
    _checked(text)
    net: Any = archc.loads(text)
    assert net.heads.tokens.weight is net.table.weight
    assert from_module(net, {"ids": "1x6:int64"}, "tied") == text


def test_lists_that_grow_are_dense_blocks() -> None:
    net = DenseNet(growth_rate=4, block_config=(2, 5), num_init_features=8, bn_size=2)
    text = from_module(net, ["1x3x32x32"], "densenet")
    _checked(text)
    assert 'for i in 1..2 { dense { "denselayer{i}": DenseLayer } }' in text
    assert 'for i in 1..5 { dense { "denselayer{i}": DenseLayer } }' in text
    assert from_module(archc.loads(text), ["1x3x32x32"], "densenet").report.proofs
