"""Titles are the names of models as papers write them, and legends say what stands for repeats."""

from __future__ import annotations

import pytest
from drawn import checked, example, laid_out, model

from archc.pictures import Looks, paged
from archc.pictures.layout.legend import ALONE, TOGETHER
from archc.pictures.layout.marks import Text


@pytest.mark.parametrize(
    ("name", "doc", "title"),
    [
        ("resnet50", "ResNet-50: He et al. (2015).", "ResNet-50"),
        ("unet", "U-Net: Ronneberger et al.", "U-Net"),
        ("swin_t", "Swin-T, the smallest: Liu et al.", "Swin-T"),
        ("fcn_resnet50", "FCN on ResNet-50: Long et al.", "FCN on ResNet-50"),
        ("mobile_net", "Mobile Net for phones", "Mobile Net"),
        # The name of something else, or none.
        ("vgg16_bn", "VGG-16: with norms.", "vgg16_bn"),
        ("net", "Network: mine.", "net"),
        ("net", "Note: a net.", "net"),
        ("net", "on net: mine", "net"),
        ("a_b", "A: b is something else.", "a_b"),
        ("net", "", "net"),
    ],
)
def test_a_title_is_what_the_doc_comment_calls_the_model(name: str, doc: str, title: str) -> None:
    above = f"## {doc}\n" if doc else ""
    assert model(f"{above}model {name}() {{\n  input x: [N, 3]\n  relu\n}}").name == title


def test_what_stands_for_repeats_is_in_the_legend() -> None:
    def said(text: str) -> set[str]:
        return {mark.text for mark in laid_out(checked(text)).marks if isinstance(mark, Text)}

    head = "model net() {\n  input x: [N, 8, H = 8, W = 8]\n"
    conv, pool = "conv(8, 3, padding = 1)", "max_pool(2)"
    alone = said(f"{head}  repeat 4 {{ {conv} }}\n  {pool}\n}}")
    assert ALONE in alone and TOGETHER not in alone
    together = said(f"{head}  repeat 4 {{ {conv} -> avg_pool(1) -> linear(8) }}\n}}")
    assert TOGETHER in together
    assert not {ALONE, TOGETHER} & said(f"{head}  {conv}\n  {pool}\n}}")


def test_sheets_of_volumes_are_in_the_legend() -> None:
    page = paged(example("swin_t"), Looks("volumes"))
    assert ALONE in {mark.text for mark in page.marks if isinstance(mark, Text)}
