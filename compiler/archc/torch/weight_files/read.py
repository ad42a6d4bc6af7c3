"""Weights into a module, and out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from errno import EIO
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeAlias

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from archc.torch.weight_files.published import PREFIX, published
from archc.torch.weight_files.refusal import WeightsRefusedError
from archc.torch.weight_files.stored import Stored, TensorsInHand, entry_of, open_file
from archir.base.optional import require
from archir.weights.state import Matching, match
from archir.weights.taking import Fit, Taking

Weights: TypeAlias = "str | PathLike[str] | Mapping[str, Any]"
"""A file's path, ``torchvision:NAME``, or a state dict in hand."""


def open_weights(weights: Weights, allow_pth: bool = False, *, opens: bool = False) -> Stored:
    """The weights that are meant, ready to be compared.

    ``opens``: of a checkpoint the state dict inside it is meant.
    """
    if isinstance(weights, Mapping):
        return TensorsInHand(weights, "the state dict", opens=opens)
    if not isinstance(weights, str | PathLike):
        raise _no_weights(weights)
    text = fspath(weights)
    if isinstance(weights, str) and text.startswith(PREFIX):
        return published(text)
    return open_file(Path(text), text, allow_pth, opens=opens)


def _no_weights(given: object) -> TypeError:
    kind = type(given).__name__
    more = ": give its state_dict()" if isinstance(given, nn.Module) else ""
    return TypeError(
        f"weights are a path, a name of torchvision's or a state dict, not of type {kind}{more}"
    )


def load(module: nn.Module, stored: Stored, taking: Taking) -> Matching:
    """Copy weights into a module: all of them, or whatever fits, as the user says.

    WeightsRefusedError where they do not fit; the module is then as it was.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"weights go into a torch.nn.Module, not into {module!r:.60}")
    state = dict(_tensors(module))
    model = [entry_of(key, tensor) for key, tensor in state.items()]
    matching = match(model, stored.entries, frozenset(_spare(module)), taking)
    check_taking(taking, matching, stored.name)
    if taking.match == "all" and not matching.is_exact:
        raise WeightsRefusedError(
            f"{stored.name} does not fit the model", _advice(matching), matching
        )
    parameters = {key for key, _ in module.named_parameters()}
    if not any(pair.model.key in parameters for pair in matching.loaded) and parameters:
        raise WeightsRefusedError(
            f"nothing in {stored.name} fits the model", _advice(matching), matching
        )
    empty = next((key for key, tensor in state.items() if tensor.is_meta), None)
    if empty is not None:
        raise WeightsRefusedError(
            f"{empty} of the model is on the meta device, which holds no numbers",
            "construct the model on another device, or move it with to_empty(device=...)",
        )
    made = [each for each in matching.fitted if each.fit != "initial"]
    keys = [pair.file.key for pair in matching.loaded]
    tensors = stored.read([*keys, *(each.file.key for each in made)])
    given = {pair.model.key: tensors[pair.file.key] for pair in matching.loaded}
    for each in made:
        channels = each.model.shape[1]
        given[each.model.key] = of_channels(tensors[each.file.key], channels, each.fit)
    # All that could be wrong has been looked at: torch need not be strict once more.
    module.load_state_dict(given, strict=False)
    return matching


def of_channels(weight: Tensor, channels: int, fit: Fit) -> Tensor:
    """The weight of a convolution for another number of input channels."""
    if fit == "repeat":
        there = weight.shape[1]
        order = [channel % there for channel in range(channels)]
        return weight[:, order] * (there / channels)
    each = weight.mean(1, keepdim=True) if fit == "mean" else weight.sum(1, keepdim=True) / channels
    return each.expand(-1, channels, *weight.shape[2:])


def check_taking(taking: Taking, matching: Matching, name: str) -> None:
    """Refuse what the user says of weights where it says nothing of these."""
    if matching.idle:
        raise WeightsRefusedError(
            f"{name} has no key like {matching.idle[0]}, which weights_map names",
            "archc weights plan shows the keys that are left over",
        )
    known = {pair.model.key for pair in (*matching.loaded, *matching.mismatched)}
    known.update(each.model.key for each in matching.fitted)
    unknown = next((key for key in taking.fits if key not in known), None)
    if unknown is not None:
        raise WeightsRefusedError(
            f"weights_fit names {unknown}, which is not a key of both the model and {name}"
        )
    cannot = next((pair for pair in matching.mismatched if pair.model.key in taking.fits), None)
    if cannot is not None:
        key = cannot.model.key
        raise WeightsRefusedError(
            f"{key} of shape {list(cannot.file.shape)} cannot be taken for"
            f" {list(cannot.model.shape)} by {taking.fits[key]}",
            "mean, sum and repeat are for convolutions with other input channels;\n"
            "initial leaves any tensor as it is in the model",
        )


def _advice(matching: Matching) -> str | None:
    if matching.prefix:
        return (
            f"the file's keys begin with {matching.prefix!r}, as those of a module inside another\n"
            "do: strip_prefix=True (on the command line --strip-prefix) takes it off"
        )
    if matching.loaded:
        return (
            'weights_match="backbone" (on the command line --weights-match backbone) takes what\n'
            "fits, and leaves the rest of the model as it is"
        )
    return None


def _tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    for key, value in module.state_dict().items():
        if isinstance(value, Tensor):
            yield key, value


def _spare(module: nn.Module) -> Iterator[str]:
    """Keys that torch does without: normalisation did not always count its batches."""
    for path, inner in module.named_modules():
        if isinstance(inner, _NormBase):
            yield f"{path}.num_batches_tracked" if path else "num_batches_tracked"


def writer(module: nn.Module, form: str) -> Callable[[Path], None]:
    """What writes the module's state dict to a file, in safetensors' form.

    ``form`` is what its metadata calls the format. It is the only entry there: of several the
    order would be by chance.
    """
    require("safetensors")

    def write(path: Path) -> None:
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        tensors = {key: tensor.contiguous() for key, tensor in _tensors(module)}
        try:
            save_file(tensors, path, metadata={"format": form})
        except SafetensorError as error:  # a full disk, and the like
            raise OSError(EIO, str(error), str(path)) from error

    return write
