"""What the comparisons with torchvision see: two modules that differ in little show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from observing import observed
from sparing import DRAWN, Sparing
from torch import Tensor, nn


class Net(nn.Module):
    """A trunk with a head in the middle, like GoogLeNet's, in small."""

    def __init__(self, eps: float = 1e-3, momentum: float = 0.1, p: float = 0.5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8, eps=eps, momentum=momentum)
        self.head = nn.Conv2d(8, 8, 1)
        self.dropout = nn.Dropout(p)
        self.fc = nn.Linear(8, 5)
        self.late = False

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.stem(x)).relu()
        # Autograd adds what comes back to x in an order that depends on which ran first.
        ways: list[Callable[[Tensor], Tensor]] = [self.head, torch.tanh, torch.exp]
        done = [way(x) for way in (reversed(ways) if self.late else ways)]
        first, second, third = reversed(done) if self.late else done
        x = (first + second * third).mean((2, 3))
        out: Tensor = self.fc(self.dropout(x))
        return out


def drawn_anew(net: Net) -> Net:
    nn.init.normal_(net.fc.weight, std=0.01)
    return net


def ran_late(net: Net) -> Net:
    net.late = True
    return net


DIFFERENCES: dict[str, tuple[Callable[[], Net], str]] = {
    "another initialiser": (lambda: drawn_anew(Net()), "initial fc.weight"),
    "another epsilon": (lambda: Net(eps=1e-5), "in evaluation output"),
    "another dropout": (lambda: Net(p=0.4), "in training output"),
    "another order of running": (lambda: ran_late(Net()), "gradient of stem.weight"),
    "another momentum": (lambda: Net(momentum=0.2), "after training norm.running_mean"),
}


def test_the_same_module_shows_the_same() -> None:
    assert observed(Net, 16, 16) == observed(Net, 16, 16)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_is_seen_where_it_first_shows(name: str) -> None:
    make, where = DIFFERENCES[name]
    pairs = zip(observed(Net, 16, 16), observed(make, 16, 16), strict=True)
    first = next(left for left, right in pairs if left != right)
    assert first.startswith(f"{where}: ")


def drawn(*draws: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """Large tensors, one drawn after the other."""
    torch.manual_seed(1)
    with Sparing():
        return [draw(torch.empty(3, DRAWN)) for draw in draws]


def test_where_few_numbers_are_drawn_all_draws_show() -> None:
    plain = drawn(nn.init.normal_, nn.init.uniform_)
    assert all(map(torch.equal, plain, drawn(nn.init.normal_, nn.init.uniform_)))
    assert plain[0][0].equal(plain[0][1]) and len(set(plain[0][0].tolist())) > DRAWN / 2
    others = [
        drawn(lambda given: nn.init.normal_(given, std=2), nn.init.uniform_),
        drawn(nn.init.normal_, lambda given: nn.init.uniform_(given, 0, 2)),
        drawn(nn.init.uniform_, nn.init.normal_)[::-1],
        drawn(
            lambda given: nn.init.normal_(nn.init.zeros_(nn.init.normal_(given))), nn.init.uniform_
        ),
    ]
    for other in others:
        assert not all(map(torch.equal, plain, other))
