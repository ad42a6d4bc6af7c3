"""A training as far as it has come, in one safetensors file: tensors, and the rest as JSON.

Nothing is pickled, so that a checkpoint of somebody else's runs no code; and it is written beside
its place and renamed, so that what is there is always whole.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from archir.base.optional import require

_MODULE, _OPTIMIZER = "module.", "optimizer."


def write_checkpoint(
    path: Path,
    module: nn.Module,
    optimizer: Optimizer,
    call: dict[str, int],
    epochs: list[list[float | None]],
) -> None:
    """Write where a training stands: weights, the optimizer's state, how it was called, epochs."""
    require("safetensors")
    from safetensors.torch import save_file

    tensors = {f"{_MODULE}{key}": value for key, value in module.state_dict().items()}
    state: dict[str, dict[str, Any]] = {}
    for number, each in optimizer.state_dict()["state"].items():
        state[str(number)] = {}
        for name, value in each.items():
            if isinstance(value, Tensor):
                tensors[f"{_OPTIMIZER}{number}.{name}"] = value
            else:
                state[str(number)][name] = value
    # A copy of each: one that has two names would be refused.
    kept = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
    said = {"call": call, "epochs": epochs, "optimizer": type(optimizer).__name__, "state": state}
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        save_file(kept, fresh, metadata={"training": json.dumps(said)})
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def read_checkpoint(
    path: Path, module: nn.Module, optimizer: Optimizer, call: dict[str, int]
) -> list[list[Any]]:
    """Put a module and its optimizer where a training stood; the epochs so far.

    ValueError where the file is of another training, or of none.
    """
    require("safetensors")
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            said = json.loads((file.metadata() or {})["training"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  (no dict)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is no checkpoint of archc.train") from error
    for name, value in {**said["call"], "optimizer": said["optimizer"]}.items():
        now = type(optimizer).__name__ if name == "optimizer" else call[name]
        if now != value:
            raise ValueError(f"{path} is of a training with {name} = {value}, and this has {now}")
    weights = {
        key.removeprefix(_MODULE): value
        for key, value in tensors.items()
        if key.startswith(_MODULE)
    }
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{path} is of another network: {error}") from error
    state: dict[int, dict[str, Any]] = {int(key): value for key, value in said["state"].items()}
    for key, value in tensors.items():
        if key.startswith(_OPTIMIZER):
            number, name = key.removeprefix(_OPTIMIZER).split(".", 1)
            state[int(number)][name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    epochs: list[list[Any]] = said["epochs"]
    return epochs
