"""What files of programs have in common that come with weights: inputs, plans, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from archc.api import importing
from archc.api.importing import ImportedText
from archc.api.proving import Proof
from archc.errors import ImportRefusedError, SettingError
from archc.importing.whole import Given
from archc.request.choice import names_for
from archir.base.record import Record, replaced

if TYPE_CHECKING:
    from archc.torch.types import nn

USUAL = {"N": 1, "H": 224, "W": 224, "D": 32, "L": 16}
"""The sizes that are looked at where the file leaves one open and nothing else is asked for."""

ROUNDING = 1e-5
"""How far outputs may be from what ONNX's reference computes, as a share of the largest."""


Apart: TypeAlias = "Callable[[nn.Module], float]"


class FilePort(Record):
    """What flows in: a dim is a number, or the name of one that may vary."""

    name: str
    dims: tuple[int | str, ...]
    dtype: str


class FileText(ImportedText):
    """An imported text with the weights of its file: a state dict that fits what it builds."""

    weights: Mapping[str, Any]


def file_weights_writer(text: FileText) -> Callable[[Path], None]:
    """What writes the weights of a file, in safetensors' form."""
    from archc.api.functions import loads
    from archc.torch.weight_files.read import writer

    net = loads(str(text))
    net.load_state_dict(text.weights)
    return writer(net, "pt")


def asked(each: Any) -> Given:
    return each if isinstance(each, Given) else importing.given_as(None, each)


def given_to(inputs: Sequence[FilePort], wanted: Sequence[Any]) -> list[Given]:
    """The inputs of a file at the sizes that are asked for. SettingError for others than it has."""
    found_in = [asked(each) for each in wanted]
    by_name = {each.name: each for each in found_in if each.name}
    unnamed = [each for each in found_in if not each.name]
    if len(found_in) > len(inputs):
        raise SettingError(f"the file has {len(inputs)} inputs, and {len(found_in)} are given")
    made: list[Given] = []
    for each in inputs:
        name = names_for(each.name)[0]
        found = by_name.pop(each.name, None) or by_name.pop(name, None)
        found = found or (unnamed.pop(0) if unnamed else None)
        made.append(Given(name, _extents(each, found), each.dtype))
    if by_name:
        known = ", ".join(each.name for each in inputs)
        raise SettingError(f"the file has no input {next(iter(by_name))}; it has {known}")
    return made


def _extents(each: FilePort, asked: Given | None) -> tuple[int, ...]:
    if asked is None:
        axes = ("N", *Given(None, (1,) * len(each.dims), each.dtype).axes()[1:])
        pairs = zip(each.dims, axes, strict=False)
        return tuple([dim if isinstance(dim, int) else USUAL.get(axis, 4) for dim, axis in pairs])
    fits = len(asked.extents) == len(each.dims) and all(
        dim == extent or not isinstance(dim, int)
        for dim, extent in zip(each.dims, asked.extents, strict=True)
    )
    if not fits:
        said = " x ".join(map(str, each.dims))
        raise SettingError(f"the input {each.name} of the file is {said}, and other than that")
    return asked.extents


def plans_of(inputs: Sequence[FilePort], given: Sequence[Given]) -> list[frozenset[str]]:
    """The dims that the file leaves open in every input that has them."""
    open_: set[str] = set()
    fixed: set[str] = set()
    for each, one in zip(inputs, given, strict=True):
        for dim, axis in zip(each.dims, ("N", *one.axes()[1:]), strict=False):
            (fixed if isinstance(dim, int) else open_).add(axis)
    free = frozenset(open_ - fixed - {""})
    found = [free, free & {"N"}, frozenset[str]()]
    return list(dict.fromkeys(found))


def held(
    net: nn.Module, text: ImportedText, given: Sequence[Given], apart: Apart, whose: str
) -> FileText:
    """The text, if what it builds gives with the file's weights what the file gives.

    ``apart`` says how far a network is from that, and ``whose`` what it is held to.
    """
    from archc.api.functions import loads

    ours = loads(str(text))
    weights = dict(net.state_dict())
    ours.load_state_dict(weights)
    far = apart(ours)
    if far > ROUNDING:
        raise ImportRefusedError(
            f"{text.report.name} cannot be imported: what the text gives is {far:.1e} from what"
            f" {whose} gives"
        )
    shown = tuple(f"{each.name} [{', '.join(map(str, each.extents))}]" for each in given)
    proof = Proof(shown, (f"outputs of the file, up to {far:.0e} of the largest",))
    made = FileText(text)
    made.report = replaced(text.report, proofs=(*text.report.proofs, proof))
    made.weights = weights
    return made
