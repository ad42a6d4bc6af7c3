"""The header of a safetensors file, checked before anything else of the file is touched.

The format: eight bytes that hold the header's length, the header in JSON, the tensors' bytes. The
header says each tensor's dtype, shape and bytes. A file may come from anywhere, so nothing in it
is believed: what is not exactly so is refused, and nothing is allocated for what it claims.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple, NoReturn

from archc.torch.weight_files.refusal import WeightsRefusedError
from archir.weights.state import StateEntry

LENGTH = 8
MAX_HEADER = 16 * 1024 * 1024
"""Bytes of a header: room for 100,000 tensors with long names."""

MAX_RANK = 64
MAX_EXTENT = 2**63 - 1

DTYPES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "BOOL": ("bool", 1),
        "U8": ("uint8", 1),
        "I8": ("int8", 1),
        "U16": ("uint16", 2),
        "I16": ("int16", 2),
        "U32": ("uint32", 4),
        "I32": ("int32", 4),
        "U64": ("uint64", 8),
        "I64": ("int64", 8),
        "F8_E4M3": ("float8_e4m3fn", 1),
        "F8_E4M3FNUZ": ("float8_e4m3fnuz", 1),
        "F8_E5M2": ("float8_e5m2", 1),
        "F8_E5M2FNUZ": ("float8_e5m2fnuz", 1),
        "F16": ("float16", 2),
        "BF16": ("bfloat16", 2),
        "F32": ("float32", 4),
        "F64": ("float64", 8),
        "C64": ("complex64", 8),
    }
)
"""The format's words for dtypes: torch's words, and bytes for each number."""


class Header(NamedTuple):
    """What a header says."""

    entries: tuple[StateEntry, ...]
    metadata: Mapping[str, str]


class _Stored(NamedTuple):
    entry: StateEntry
    begin: int
    end: int


def looks_right(start: bytes) -> bool:
    """Whether a file's first nine bytes may be a safetensors file's."""
    return len(start) == LENGTH + 1 and start[LENGTH:] == b"{"


def header_of(path: Path, name: str) -> Header | None:
    """The header of a safetensors file; None of a file that is none. OSError if there is none."""
    if not S_ISREG(path.stat().st_mode):
        return None
    with path.open("rb") as stream:
        if not looks_right(stream.read(LENGTH + 1)):
            return None
        stream.seek(0)
        return read_header(stream, path.stat().st_size, name)


def read_header(stream: BinaryIO, size: int, name: str) -> Header:
    """The header of an open file of ``size`` bytes. WeightsRefusedError where it is wrong."""
    prefix = stream.read(LENGTH)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < LENGTH or length < 2 or length > size - LENGTH:
        _refuse(name, f"its header of {length:,} bytes is longer than the file of {size:,} bytes")
    if length > MAX_HEADER:
        _refuse(name, f"its header of {length:,} bytes is larger than any that is believed")
    text = stream.read(length)
    if len(text) < length:
        _refuse(name, "it ends within its header")
    document = _parse(text, name)
    metadata = document.pop("__metadata__", {})
    if not _is_text_map(metadata):
        _refuse(name, "its __metadata__ is not a map of texts")
    stored = [_stored(key, value, name) for key, value in document.items()]
    _check_places(stored, size - LENGTH - length, name)
    return Header(tuple(one.entry for one in stored), metadata)


def _parse(text: bytes, name: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in pairs:
            if key in result:
                _refuse(name, f"its header has the key {_shown(key)} twice")
            result[key] = value
        return result

    try:
        document = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        _refuse(name, "its header is not JSON")
    if not isinstance(document, dict):
        _refuse(name, "its header is not a JSON object")
    return document


def _stored(key: str, value: Any, name: str) -> _Stored:
    shown = _shown(key)
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        _refuse(name, f"{shown} has no dtype, shape and data_offsets")
    word, shape, places = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(word, str) or word not in DTYPES:
        _refuse(name, f"{shown} has the dtype {_shown(word)}, which archc does not read")
    if not _are_counts(shape) or len(shape) > MAX_RANK:
        _refuse(name, f"the shape of {shown} is no list of sizes")
    if not _are_counts(places) or len(places) != 2 or places[0] > places[1]:
        _refuse(name, f"the data_offsets of {shown} are no range")
    dtype, width = DTYPES[word]
    entry = StateEntry(key, tuple(shape), dtype)
    begin, end = places
    if entry.numel * width != end - begin:
        what = f"{end - begin:,} bytes for {dtype} of shape {_sizes(shape)}"
        _refuse(name, f"{shown} is said to take {what}, which does not come out")
    return _Stored(entry, begin, end)


def _check_places(stored: list[_Stored], room: int, name: str) -> None:
    """The tensors' bytes must fill the rest of the file, without a gap and without sharing."""
    place, before = 0, ""
    for one in sorted(stored, key=lambda one: (one.begin, one.end)):
        if one.begin < place:
            _refuse(name, f"{_shown(one.entry.key)} and {_shown(before)} share bytes")
        if one.begin > place:
            _refuse(name, f"nothing is said of the bytes before {_shown(one.entry.key)}")
        place, before = one.end, one.entry.key
    if place > room:
        _refuse(name, f"it is cut short: {place - room:,} bytes are missing")
    if place < room:
        _refuse(name, f"it has {room - place:,} bytes more than its header speaks of")


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(
        type(item) is int and 0 <= item <= MAX_EXTENT for item in value
    )


def _shown(value: object) -> str:
    """A key as a message shows it: bounded, and with nothing in it that a terminal obeys."""
    text = value if isinstance(value, str) else type(value).__name__
    return ascii(text if len(text) <= 80 else text[:77] + "...")


def _sizes(shape: list[int]) -> str:
    shown = ", ".join(map(str, shape[:8]))
    return f"[{shown}, ...]" if len(shape) > 8 else f"[{shown}]"


def _refuse(name: str, why: str) -> NoReturn:
    raise WeightsRefusedError(f"{name} is no whole safetensors file: {why}")
