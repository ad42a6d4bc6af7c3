"""A model of each of timm's families comes in, bit by bit the same."""

from __future__ import annotations

import pytest
import timm

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
    "coat_tiny": "serial_blocks1.0.cpe.proj.weight is the tensor of cpe1.proj.weight",
}
"""What is said of those that cannot be said."""

TARGETS = {
    name: each
    for each in targets()
    if each.library == "timm" and timm.is_model(name := each.name.removeprefix("timm:"))
}
"""Those of the list that this version of timm has."""


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


def test_hardly_any_family_is_left_out() -> None:
    """A later version may have families that the list does not know."""
    found = [
        family
        for family in timm.list_modules()
        if (TARGETS.keys() - REFUSED.keys()) & set(timm.list_models(module=family))
    ]
    assert len(found) >= 85
