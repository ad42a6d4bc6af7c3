"""All that can be seen of a model: two are the same if they show the same, bit for bit."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from sparing import Sparing, repeat
from torch import Tensor, nn

SEED = 2014
NOISE = 1_000_003
"""How many random numbers there are; larger tensors repeat them, out of step with their rows."""


def observed(
    make: Callable[[], nn.Module], size: int, training_size: int, channels: int = 3
) -> list[str]:
    """A line for each tensor that a model of pictures shows."""
    return observed_on(make, [pictures(size, channels)], [pictures(training_size, channels)])


def observed_on(
    make: Callable[[], nn.Module], inputs: Sequence[Tensor], training_inputs: Sequence[Tensor]
) -> list[str]:
    """A line for each tensor: the initial weights, outputs, gradients, running statistics.

    An untrained model says little: the outputs of many are next to zero. So all parameters and
    running statistics are made random before it runs.
    """
    torch.manual_seed(SEED)
    with Sparing():
        model = make()
    lines = [shown(f"initial {key}", tensor) for key, tensor in model.state_dict().items()]
    randomise(model)
    lines += run(model.eval(), inputs, "in evaluation")
    lines += run(model.train(), training_inputs, "in training")
    # A buffer that moves with the data is part of what training does.
    return lines + [shown(f"after training {key}", buffer) for key, buffer in model.named_buffers()]


def pictures(size: int, channels: int = 3) -> Tensor:
    """Two random ones."""
    return numbers(2, channels, size, size)


def numbers(*shape: int) -> Tensor:
    """Random numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(7))


def words(vocabulary: int, *shape: int) -> Tensor:
    """Random words."""
    return torch.randint(0, vocabulary, shape, generator=torch.Generator().manual_seed(7))


def run(model: nn.Module, inputs: Sequence[Tensor], when: str) -> list[str]:
    """The outputs, and in training the gradients; dropout is seeded."""
    torch.manual_seed(3)
    with torch.set_grad_enabled(model.training):
        outputs = named(model(*inputs))
    lines = [shown(f"{when} {name}", output) for name, output in outputs.items()]
    for output in outputs.values():
        assert output.isfinite().all()
        assert output.std() > 0
    if model.training:
        backward(loss_of(outputs))
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, name
            lines.append(shown(f"gradient of {name}", parameter.grad))
    return lines


def loss_of(outputs: dict[str, Tensor]) -> Tensor:
    """One number that depends on all outputs, on each in its own measure."""
    losses = []
    for number, output in enumerate(outputs.values()):
        if output.shape[1] == 1:  # one class would be sure
            losses.append(output.square().mean() / (1 + number))
            continue
        places = (output.shape[0], *output.shape[2:])
        targets = (torch.arange(math.prod(places)) % output.shape[1]).view(places)
        losses.append(nn.functional.cross_entropy(output, targets) / (1 + number))
    return torch.stack(losses).sum()


def backward(loss: Tensor) -> None:
    """Fill in the gradients."""
    step: Any = loss.backward  # some releases of torch give it no types
    step()


def named(output: Any) -> dict[str, Tensor]:
    """A model's outputs by the names that its named tuple gives them."""
    if isinstance(output, Tensor):
        return {"output": output}
    found: dict[str, Tensor] = output._asdict()
    return found


def shown(name: str, tensor: Tensor) -> str:
    """A tensor in a line: what it is, and a checksum of its bits."""
    checksum = zlib.crc32(tensor.detach().contiguous().numpy().data)
    return f"{name}: {tensor.dtype} {list(tensor.shape)} {checksum:08x}"


def randomise(model: nn.Module) -> None:
    """Random numbers in every parameter and running statistic, of a size that keeps signals."""
    noise = torch.rand(NOISE, generator=torch.Generator().manual_seed(11))
    drawn = 0
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not tensor.is_floating_point():
                if name.endswith("num_batches_tracked"):  # others say where something stands
                    tensor.fill_(drawn % 100)
                continue
            repeat(noise, tensor.view(-1), drawn % NOISE)
            drawn += tensor.numel()
            low, high = bounds(name, tensor)
            tensor.mul_(high - low).add_(low)


def bounds(name: str, tensor: Tensor) -> tuple[float, float]:
    """Between which numbers to draw."""
    if tensor.dim() > 1:
        bound = (6 / tensor[0].numel()) ** 0.5
        return -bound, bound
    return (0.5, 1.5) if name.endswith(("var", "weight")) else (-0.5, 0.5)
