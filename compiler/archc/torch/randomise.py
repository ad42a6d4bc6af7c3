"""Random numbers for weights, running statistics and inputs that let differences be seen.

Untrained networks give next to nothing: biases are zero, running statistics are those of no data.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archir.check.summary import Port

GAINS = (1.0, 0.7, 0.4, 0.1)
"""How large weights are, tried in this order until the outputs are finite and vary."""


def randomise(net: nn.Module, gain: float) -> None:
    """Random numbers in every parameter and running statistic, of a size that keeps signals.

    Integers that are no counts of batches stay: they may be indices.
    """
    with torch.no_grad():
        for key, tensor in net.state_dict().items():
            if not isinstance(tensor, Tensor):
                continue
            if key.endswith("num_batches_tracked"):
                tensor.random_(1, 100)
            elif not tensor.is_floating_point():
                continue
            elif tensor.dim() > 1 and tensor.numel():
                bound = gain * (6 / tensor[0].numel()) ** 0.5
                tensor.uniform_(-bound, bound)
            elif key.endswith("var"):
                tensor.uniform_(0.5, 1.5)
            elif key.endswith("weight"):
                tensor.uniform_(0.5 * gain, 1.5 * gain)
            else:
                tensor.uniform_(-0.5, 0.5)


def random_inputs(ports: tuple[Port, ...]) -> list[Tensor]:
    """One tensor for each input, of its sizes and dtype; integers are 0 or 1."""
    made: list[Tensor] = []
    for port in ports:
        if port.type.dtype.startswith("float"):
            made.append(torch.randn(port.sizes, dtype=getattr(torch, port.type.dtype)))
        else:
            made.append(torch.randint(0, 2, port.sizes).to(getattr(torch, port.type.dtype)))
    return made
