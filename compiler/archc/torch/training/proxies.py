"""Scores of networks that nobody has trained, for a first ranking: the larger, the more promising.

Each is what its paper defines, for one batch of inputs, and is taken of a copy: weights,
gradients, modes and running statistics stay as they were. What they say of a space is to be held
against some trainings first: on many, the number of parameters ranks as well (White et al., 2022).
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from archc.torch.tensors import leaves

RECTIFIERS = (
    nn.CELU, nn.ELU, nn.GELU, nn.Hardswish, nn.LeakyReLU, nn.Mish, nn.PReLU, nn.ReLU, nn.ReLU6,
    nn.SELU, nn.SiLU,
)  # fmt: skip
"""Activations that are one thing above zero, and another below."""


def synflow(module: nn.Module, inputs: Tensor) -> float:
    """How much flows through all weights at once (Tanaka et al., 2020).

    The sum of |w · dR/dw| over all parameters, where R is the sum of what the network gives for
    inputs of ones with all its weights and buffers made positive, in double precision and
    evaluation mode. Of the inputs the shape alone counts, and no data is needed.
    """
    net = deepcopy(module).eval().double()
    with torch.no_grad():
        for each in (*net.parameters(), *net.buffers()):
            if each.is_floating_point():
                each.abs_()
    weights = [each for each in net.parameters() if each.requires_grad]
    flow = torch.stack([out.sum() for _, out in leaves(net(torch.ones_like(inputs).double()))])
    found = torch.autograd.grad(flow.sum(), weights, materialize_grads=True)
    pairs = zip(weights, found, strict=True)
    return sum(float((w.detach() * g).abs().sum()) for w, g in pairs)


def naswot(module: nn.Module, inputs: Tensor) -> float:
    """How well untrained activations tell samples apart (Mellor et al., 2021).

    The logarithm of the determinant of the matrix that counts, for each two samples, the units
    that are on in both or off in both, over all rectifiers. -inf where two samples switch the same
    units. ``ValueError`` where the network has no rectifier.
    """
    kernel = torch.zeros(len(inputs), len(inputs), dtype=torch.float64, device=inputs.device)
    met: list[bool] = []

    def count(_: nn.Module, given: tuple[Tensor, ...], __: Tensor) -> None:
        on = (given[0].detach().flatten(1) > 0).double()
        kernel.add_(on @ on.T + (1 - on) @ (1 - on).T)
        met.append(True)

    net = deepcopy(module).train()
    for each in net.modules():
        if isinstance(each, RECTIFIERS):
            each.register_forward_hook(count)
    with torch.no_grad():
        net(inputs)
    if not met:
        raise ValueError("the network has no rectifier, as relu, whose units could be on or off")
    return float(torch.linalg.slogdet(kernel).logabsdet)


def gradient_norm(module: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    """How large the gradients of a first step are (Abdelfattah et al., 2021).

    The sum of the Euclidean norms of the gradients of all parameters, for the cross entropy of one
    batch in training mode. ``targets`` are the numbers of the classes.
    """
    net = deepcopy(module).train()
    weights = [each for each in net.parameters() if each.requires_grad]
    (_, scores), *_ = leaves(net(inputs))
    found = torch.autograd.grad(F.cross_entropy(scores, targets), weights, materialize_grads=True)
    return sum(float(each.norm()) for each in found)
