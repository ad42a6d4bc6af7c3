"""A model of each of timm's families comes in, bit by bit the same."""

from __future__ import annotations

from typing import Any

import pytest

import archc
from archc.api import importing
from imports import Target, targets

SMALL = (
    *("convmixer_768_32", "convnext_atto", "ghostnet_050", "mixer_s32_224", "iformer_t"),
    *("legacy_seresnet18", "pit_ti_224"),
)
"""Those that are quick, of several kinds."""

REFUSED = {
    "dm_nfnet_f0": "batch_norm is nothing that the language has in stem.conv1",
    "crossvit_tiny_240": "there is no tmp here",
    "coat_tiny": "serial_blocks1.0.cpe.proj.weight is the tensor of cpe1.proj.weight",
}
"""What is said of those that cannot be said."""

TARGETS = {each.name.removeprefix("timm:"): each for each in targets() if each.library == "timm"}


def _imported(target: Target) -> archc.ImportedText:
    net, known, name = target.make()
    return importing.imported(
        net, [importing.described(each) for each in target.inputs], name, known
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in SMALL else pytest.mark.every_size)
        for name in TARGETS
        if name not in REFUSED
    ],
)
def test_a_model_of_each_family_comes_in_bit_by_bit(name: str) -> None:
    text = _imported(TARGETS[name])
    assert archc.check(archc.Source(f"{name}.arch", str(text))).ok
    assert archc.format(str(text)) == text
    for proof in text.report.proofs:
        assert {"keys", "eval outputs", "train outputs", "gradients"} <= set(proof.checks)


@pytest.mark.every_size
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_said_is_named(name: str) -> None:
    with pytest.raises(archc.ImportRefusedError, match=REFUSED[name]):
        _imported(TARGETS[name])


def test_there_is_one_of_each_family() -> None:
    timm: Any = pytest.importorskip("timm")
    families = timm.list_modules()
    assert len(TARGETS) == len(families)
    found = {family for family in families if TARGETS.keys() & set(timm.list_models(module=family))}
    assert found == set(families)
