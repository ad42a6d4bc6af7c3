"""Where weights come from: files of safetensors and of torch.save, and tensors in hand.

Each source says what it has before any tensor is read.
"""

from __future__ import annotations

import os
import pickle
import stat
import warnings
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import torch
from torch import Tensor

from archc.torch.weight_files.header import looks_right, read_header
from archc.torch.weight_files.refusal import WeightsRefusedError
from archir.base.optional import require
from archir.weights.state import StateEntry


class Stored(Protocol):
    """Weights that can be read."""

    @property
    def name(self) -> str:
        """How messages call them."""

    @property
    def entries(self) -> tuple[StateEntry, ...]:
        """What there is."""

    def read(self, keys: Collection[str]) -> dict[str, Tensor]:
        """The tensors of these keys."""


class SafetensorsFile:
    """A safetensors file. Making one reads and checks its header alone."""

    def __init__(self, path: Path, name: str) -> None:
        require("safetensors")
        self.path = path
        self.name = name
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            self.entries = read_header(stream, size, name).entries

    def read(self, keys: Collection[str]) -> dict[str, Tensor]:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, framework="pt", device="cpu") as file:
                return {key: file.get_tensor(key) for key in keys}
        except SafetensorError as error:
            raise WeightsRefusedError(f"{self.name} cannot be read: {error}") from error


class TensorsInHand:
    """A state dict that is there already."""

    def __init__(self, tensors: Mapping[Any, Any], name: str, *, opens: bool = False) -> None:
        """``opens``: where it is a checkpoint, the weights inside it are meant."""
        self.name = name
        self.tensors = _inside(tensors) if opens else tensors
        self.entries = tuple(entry_of(key, value) for key, value in self._checked())

    def _checked(self) -> list[tuple[str, Tensor]]:
        inner = [key for key, value in self.tensors.items() if isinstance(value, Mapping)]
        for key, value in self.tensors.items():
            if not isinstance(key, str):
                raise WeightsRefusedError(f"{self.name} is no state dict: it has the key {key!r}")
            if not isinstance(value, Tensor):
                kind = type(value).__name__
                raise WeightsRefusedError(
                    f"{self.name} is no state dict: {key!r} is of type {kind}, not a tensor",
                    _inner_hint(inner),
                )
            if value.is_meta:
                raise WeightsRefusedError(
                    f"{self.name} has no numbers in {key!r}, which is on the meta device",
                    "save the state dict of a module that was made on another device",
                )
            if value.layout is not torch.strided or value.is_quantized:
                raise WeightsRefusedError(f"{self.name} has no plain numbers in {key!r}")
        return list(self.tensors.items())

    def read(self, keys: Collection[str]) -> dict[str, Tensor]:
        return {key: self.tensors[key].detach() for key in keys}


INSIDE = ("state_dict", "model_state_dict", "model", "net", "weights")
"""What checkpoints of trainings call the state dict that they hold."""


def _inside(tensors: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The state dict inside a checkpoint, or the tensors beside which something else stands."""
    usual = next((name for name in INSIDE if isinstance(tensors.get(name), Mapping)), None)
    if usual is not None:
        inner: Mapping[Any, Any] = tensors[usual]
        return _inside(inner)
    return {key: value for key, value in tensors.items() if isinstance(value, Tensor)}


def _inner_hint(inner: list[Any]) -> str | None:
    usual = next((name for name in INSIDE if name in inner), None)
    if usual is None:
        return None
    return (
        f"it is a checkpoint of a training: its {usual!r} may be the weights, which\n"
        "strip_prefix=True (on the command line --strip-prefix) takes"
    )


def entry_of(key: str, tensor: Tensor) -> StateEntry:
    """What a tensor is, without its numbers."""
    return StateEntry(key, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def open_file(path: Path, name: str, allow_pth: bool, *, opens: bool = False) -> Stored:
    """A file's weights; what kind of file it is, its first bytes say. OSError if there is none."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise WeightsRefusedError(f"{name} is no regular file")
    with path.open("rb") as stream:
        start = stream.read(9)
    if looks_right(start):
        return SafetensorsFile(path, name)
    if start.startswith((b"PK\x03\x04", b"\x80")):
        if not allow_pth:
            raise WeightsRefusedError(
                f"{name} is a file of torch.save, which can hold more than numbers",
                "allow_pth=True (on the command line --allow-pth) reads its tensors, and nothing\n"
                "else of it; a safetensors file needs no such leave",
            )
        return TensorsInHand(_load_pth(path, name), name, opens=opens)
    raise WeightsRefusedError(f"{name} is no safetensors file")


def _load_pth(path: Path, name: str) -> Mapping[Any, Any]:
    """The state dict of a file of torch.save: tensors alone are unpickled.

    Those of today's form are mapped, so that no number is read before the shapes are compared.
    """
    with path.open("rb") as stream:
        is_zip = stream.read(2) == b"PK"
        if is_zip:
            _check_zip(path, name)
        stream.seek(0)
        # torch takes the file's name for its kind, and maps none that it has not opened itself.
        by_name = is_zip and path.suffix != ".safetensors"
        return _unpickled(path if by_name else stream, name, by_name)


def _unpickled(file: Path | BinaryIO, name: str, mapped: bool) -> Mapping[Any, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters of the file is said as an error
            loaded = torch.load(file, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise WeightsRefusedError(
            f"{name} is broken, or holds Python objects beside tensors, which archc does not read",
            "where you trust it: torch.save(net.state_dict(), ...) with the program that made it,\n"
            "or archc.load_weights(net, state_dict) with a state dict in hand",
        ) from error
    except Exception as error:  # whatever a broken file makes torch say
        first = str(error).strip().split("\n")[0]
        raise WeightsRefusedError(
            f"{name} is broken: torch.load says of it: {first or type(error).__name__}"
        ) from error
    if not isinstance(loaded, Mapping):
        raise WeightsRefusedError(f"{name} is no state dict: it is of type {type(loaded).__name__}")
    return loaded


def _check_zip(path: Path, name: str) -> None:
    """Refuse the zip files that torch.save does not write.

    It compresses nothing; what is compressed may unfold to any size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            items = archive.infolist()
    except zipfile.BadZipFile as error:
        raise WeightsRefusedError(
            f"{name} is no whole file of torch.save: the table at its end is missing or broken",
            "it was probably cut short when it was copied or downloaded",
        ) from error
    inner = {item.filename.partition("/")[2] for item in items}
    if "constants.pkl" in inner:
        raise WeightsRefusedError(
            f"{name} is a TorchScript file, which holds code beside its tensors",
            "where you trust it: torch.save(torch.jit.load(...).state_dict(), ...)",
        )
    if "data.pkl" not in inner:
        raise WeightsRefusedError(f"{name} is a zip file, and not one of torch.save")
    if any(item.compress_type for item in items):
        raise WeightsRefusedError(f"{name} is no file of torch.save: it is compressed")
