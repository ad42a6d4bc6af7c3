"""Classifiers of texts against plain torch, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from observing import backward, shown
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn

import archc

KINDS: dict[str, tuple[str, Callable[..., nn.RNNBase], int]] = {
    "lstm_classifier": ("lstm", nn.LSTM, 4),
    "gru_classifier": ("gru", nn.GRU, 3),
}
"""What the recurrent layer is called, its class, and how many gates a cell of it has."""

SMALL: dict[str, Any] = {"vocabulary": 50, "width": 12, "hidden": 10, "num_classes": 5}


class Classifier(nn.Module):
    """Words, a recurrent layer, and a linear one behind the last state of each direction."""

    def __init__(self, kind: str, *, layers: int = 1, bidirectional: bool = False) -> None:
        super().__init__()
        label, made, _ = KINDS[kind]
        self.embedding = nn.Embedding(50, 12)
        between = 0.5 if layers > 1 else 0.0
        recurrent = made(
            12, 10, layers, batch_first=True, dropout=between, bidirectional=bidirectional
        )
        self.add_module(label, recurrent)
        self.recurrent = (recurrent,)  # in a tuple, so that it has no second key
        self.classifier = nn.Linear(20 if bidirectional else 10, 5)

    def forward(self, tokens: Tensor) -> Tensor:
        words = nn.functional.dropout(self.embedding(tokens), 0.5, self.training)
        _, states = self.recurrent[0](words)
        hidden = states[0] if isinstance(states, tuple) else states
        last = hidden[-2:] if self.recurrent[0].bidirectional else hidden[-1:]
        joined = torch.cat(list(last), dim=1)
        logits: Tensor = self.classifier(nn.functional.dropout(joined, 0.5, self.training))
        return logits


def seen(make: Callable[[], nn.Module]) -> list[str]:
    """The initial weights, and at several lengths the outputs and the gradients."""
    torch.manual_seed(1997)
    model = make()
    lines = [shown(f"initial {key}", tensor) for key, tensor in model.state_dict().items()]
    for length in (1, 7, 40):
        tokens = torch.randint(0, 50, (3, length), generator=torch.Generator().manual_seed(length))
        with torch.no_grad():
            lines.append(shown(f"of {length}", model.eval()(tokens)))
        torch.manual_seed(3)
        model.zero_grad()
        output = model.train()(tokens)
        backward(nn.functional.cross_entropy(output, torch.tensor([0, 4, 2])))
        lines.append(shown(f"of {length} in training", output))
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, name
            lines.append(shown(f"gradient of {name}", parameter.grad))
    return lines


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, True)])
def test_it_is_the_plain_module(name: str, layers: int, bidirectional: bool) -> None:
    path = EXAMPLES / f"{name}.arch"
    settings = {**SMALL, "num_layers": layers, "bidirectional": bidirectional}
    expected = seen(lambda: Classifier(name, layers=layers, bidirectional=bidirectional))
    assert seen(lambda: archc.load(path, settings=settings)) == expected
    text = archc.source(path, settings=settings)
    assert seen(lambda: built(text)) == expected


@pytest.mark.parametrize("name", KINDS)
def test_its_parameters_follow_from_its_widths(name: str) -> None:
    _, _, gates = KINDS[name]
    (model,) = archc.check(EXAMPLES / f"{name}.arch").models
    cells = gates * (256 * (128 + 256) + 2 * 256)
    assert model.parameters == 20_000 * 128 + cells + 2 * 256 + 2
