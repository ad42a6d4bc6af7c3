"""Whatever a file claims to be, the answer is a message: no traceback, no huge allocation."""

from __future__ import annotations

import json
import resource
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import nn

import archc

F32 = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}


def net() -> nn.Module:
    return nn.Linear(2, 2)


def packed(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A file with this header and these bytes behind it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no safetensors file"),
    "short": (b"\x01\x02", "no safetensors file"),
    "text": (b"these are no weights", "no safetensors file"),
    "longer than the file": (packed({}, length=2**63), "longer than the file"),
    "a huge header": (packed({}, b" " * (17 << 20), 17 << 20), "larger than any"),
    "not JSON": (packed(b"{nonsense}"), "not JSON"),
    "not UTF-8": (packed(b'{"\xff": 1}'), "not JSON"),
    "deep": (packed(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "not JSON"),
    "long integers": (packed(b'{"a":' + b"9" * 100_000 + b"}"), "not JSON"),
    "no object": (packed(b'{"a": 1}'), "no dtype, shape and data_offsets"),
    "a key twice": (
        packed(b'{"w":' + json.dumps(F32).encode() + b',"w":' + json.dumps(F32).encode() + b"}"),
        "the key 'w' twice",
    ),
    "metadata": (packed({"__metadata__": {"a": 3}}), "not a map of texts"),
    "no such dtype": (packed({"w": {**F32, "dtype": "F33"}}, bytes(16)), "has the dtype 'F33'"),
    "a negative size": (packed({"w": {**F32, "shape": [-2, -2]}}, bytes(16)), "no list of sizes"),
    "a fraction": (packed({"w": {**F32, "shape": [2.0, 2]}}, bytes(16)), "no list of sizes"),
    "a bool": (packed({"w": {**F32, "shape": [True, 4]}}, bytes(16)), "no list of sizes"),
    "too many dims": (packed({"w": {**F32, "shape": [1] * 65}}, bytes(16)), "no list of sizes"),
    "huge": (packed({"w": {**F32, "shape": [2**40, 2**40]}}, bytes(16)), "does not come out"),
    "huge and honest": (
        packed({"w": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}, bytes(16)),
        "cut short",
    ),
    "no range": (packed({"w": {**F32, "data_offsets": [16, 0]}}, bytes(16)), "no range"),
    "three offsets": (packed({"w": {**F32, "data_offsets": [0, 8, 16]}}, bytes(16)), "no range"),
    "overlapping": (
        packed({"w": F32, "v": {**F32, "data_offsets": [8, 24]}}, bytes(24)),
        "share bytes",
    ),
    "a gap": (packed({"w": {**F32, "data_offsets": [8, 24]}}, bytes(24)), "nothing is said of"),
    "cut": (packed({"w": F32}, bytes(15)), "1 bytes are missing"),
    "more": (packed({"w": F32}, bytes(17)), "1 bytes more"),
    "a terminal's escapes": (packed({"\x1b[2J": {**F32, "shape": [3]}}, bytes(16)), r"\\x1b\[2J"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_for_what_is_wrong(what: str, tmp_path: Path) -> None:
    data, message = HOSTILE[what]
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(data)
    with pytest.raises(archc.WeightsError, match=message) as caught:
        archc.load_weights(net(), path)
    assert "\x1b" not in str(caught.value)


def test_nothing_large_is_allocated_for_what_does_not_fit(tmp_path: Path) -> None:
    # A sparse file of 8 GB, which is whole, and does not fit the model.
    path = tmp_path / "large.safetensors"
    size = 8 << 30
    header = {"weight": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}
    with path.open("wb") as stream:
        stream.write(packed(header))
        stream.truncate(stream.tell() + size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(archc.WeightsError, match="does not fit"):
        archc.load_weights(net(), path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


Mutation = Callable[[bytes], bytes]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with some bytes changed, cut away or put in."""
    data = bytearray(save({"weight": torch.ones(2, 2), "bias": torch.ones(2)}))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["change", "cut", "put", "end"]))
        if kind == "change" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 9))]
        elif kind == "put":
            data[at:at] = draw(st.binary(min_size=1, max_size=9))
        else:
            del data[at:]
    return bytes(data)


entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "I64", "BF16", "F7", ""]) | st.integers(),
        "shape": st.lists(st.integers(-1, 4), max_size=3) | st.text(max_size=2),
        "data_offsets": st.lists(st.integers(-1, 48), min_size=1, max_size=3),
    }
)
headers = st.dictionaries(st.sampled_from(["weight", "bias", "", "é"]), entries, max_size=3)


@given(data=mutated() | st.builds(packed, headers, st.binary(max_size=48)) | st.binary(max_size=64))
def test_any_bytes_are_read_as_the_library_reads_them_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(data)
    module = net()
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    try:
        archc.load_weights(module, path, match="backbone")
    except archc.WeightsError as error:
        assert str(error)
        assert all(torch.equal(before[key], t) for key, t in module.state_dict().items())
    else:
        theirs = load_file(path)  # what we take, the library takes
        for key, tensor in module.state_dict().items():
            fits = key in theirs and theirs[key].shape == tensor.shape
            floats = fits and theirs[key].is_floating_point()
            expected = theirs[key].to(tensor.dtype) if floats else before[key]
            assert torch.equal(tensor.nan_to_num(), expected.nan_to_num())


@given(
    shapes=st.dictionaries(
        st.text("abc._é", min_size=1, max_size=5), st.lists(st.integers(0, 3), max_size=3)
    ),
    dtype=st.sampled_from([torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.bool]),
)
def test_what_the_library_writes_is_listed_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, shapes: dict[str, list[int]], dtype: torch.dtype
) -> None:
    from archc.torch.weight_files.stored import SafetensorsFile

    path = tmp_path_factory.getbasetemp() / "good.safetensors"
    path.write_bytes(save({key: torch.zeros(shape, dtype=dtype) for key, shape in shapes.items()}))
    listed: dict[str, Any] = {
        entry.key: (entry.shape, entry.dtype) for entry in SafetensorsFile(path, "good").entries
    }
    word = str(dtype).removeprefix("torch.")
    assert listed == {key: (tuple(shape), word) for key, shape in shapes.items()}


def test_the_library_would_refuse_a_cut_file_too(tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(packed({"w": F32}, bytes(15)))
    with pytest.raises(SafetensorError), safe_open(path, framework="pt"):
        pass
