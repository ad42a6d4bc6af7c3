"""Weights that torchvision publishes, fetched by torchvision's own loader."""

from __future__ import annotations

import pickle
import sys
from contextlib import redirect_stdout
from typing import Any

from archc.torch.weight_files.refusal import WeightsRefusedError, WeightsUnavailableError
from archc.torch.weight_files.stored import TensorsInHand
from archir.base.diagnostics import nearest
from archir.base.optional import require

PREFIX = "torchvision:"


def published(name: str) -> TensorsInHand:
    """``torchvision:VGG16_Weights.IMAGENET1K_V1``, from torch's cache or the network."""
    require("torchvision")
    weights = _find(name.removeprefix(PREFIX).strip(), name)
    try:
        # torch.hub says on standard output what it downloads.
        with redirect_stdout(sys.stderr):
            tensors = weights.get_state_dict(
                progress=sys.stderr.isatty(),
                check_hash=True,
                map_location="cpu",
                weights_only=True,
            )
    except (OSError, RuntimeError, pickle.UnpicklingError) as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise WeightsUnavailableError(
            f"{name} could not be fetched from {weights.url}: {reason}",
            "a file that was downloaded before is read from torch's cache (TORCH_HOME), or by\n"
            "its path, as any file of weights",
        ) from error
    return TensorsInHand(tensors, name)


def _find(wanted: str, name: str) -> Any:
    from torchvision.models import get_model_weights, get_weight, list_models

    try:
        return get_weight(wanted)
    except (ValueError, AttributeError, KeyError, TypeError):
        pass
    by_model = {model: get_model_weights(model) for model in list_models()}
    by_title = {one.__name__: one for one in by_model.values()}
    title, _, version = wanted.partition(".")
    if title in by_title:
        known = [str(one) for one in by_title[title]]
        hint = f"there is {' and '.join(sorted(known))}"
        raise WeightsRefusedError(f"torchvision publishes no {wanted}", hint)
    near = by_model[title].__name__ if title in by_model else nearest(title, by_title)
    hint = "the form is torchvision:VGG16_Weights.IMAGENET1K_V1"
    if near is not None:
        versions = [one.name for one in by_title[near]]
        chosen = version if version in versions else versions[0]
        hint = f"did you mean {PREFIX}{near}.{chosen}?"
    raise WeightsRefusedError(f"torchvision publishes no {wanted or name}", hint)
