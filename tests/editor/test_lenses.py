"""What stands above models and blocks, and who uses whom. Numbers are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from archc.editor import calling, explaining, finding, lenses
from archc.editor.page import Page

TEXT = """import std.residual: BasicBlock

fn twice(n) = 2 * n

block Unit(width) {
  conv(width, 3, padding = 1, bias = false) -> relu
}

block Unused() { relu }

model net(width = 8) {
  input x: [N, 3, H = 10, W = 20]
  Unit(width)
  repeat 2 { Unit(twice(width)) }
  BasicBlock(16)
  global_avg_pool -> linear(10)
}

model wide = net(width = 16)

model broken() {
  input x: [N, 3]
  conv(8, 3)
}
"""


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(TEXT)


def test_a_lens_has_the_parameters_and_the_macs(page: Page) -> None:
    found = {each.name: each for each in lenses.lenses(page)}
    assert list(found) == ["Unit", "net", "wide"]
    # 3 x 8 x 9 weights first, then 8 x 16 x 9 and 16 x 16 x 9, each at 10 x 20 places.
    assert found["Unit"].title.startswith("runs 6 times, 216 to 9,216 parameters, ")
    units = 216 + 1_152 + 2_304
    basic = 2 * 16 * 16 * 9  # and the scales and shifts of two norms, and the last layer
    assert found["net"].title == (
        f"{units + basic + 4 * 16 + 170:,} parameters, "
        f"{200 * (units + basic) + 160:,} MACs at N = 1, H = 10, W = 20"
    )
    assert found["net"].is_model and not found["Unit"].is_model
    assert page.text[found["wide"].span.start : found["wide"].span.end] == "wide"


def test_a_pointer_over_a_stage_says_what_it_costs(page: Page) -> None:
    def said(words: str) -> str:
        found = explaining.hover(page, TEXT.index(words))
        assert found is not None
        return found.markdown

    # Its three uses in net, and in wide with 16 channels.
    assert "runs 6 times, 216 to 9,216 parameters, 43,200 to 1,843,200 MACs" in said("conv(width")
    # 8 x 16 x 9 and 16 x 16 x 9 weights, and for wide 16 x 32 x 9 and 32 x 32 x 9.
    assert "runs 4 times, 1,152 to 9,216 parameters, 230,400 to 1,843,200 MACs" in said(
        "Unit(twice"
    )
    assert "runs 2 times, 170 parameters, 160 MACs" in said("linear(10)")
    assert "# 8,514 parameters, 1,656,160 MACs at N = 1, H = 10, W = 20" in said("net(width = 8)")


def test_a_card_and_a_picture_are_those_of_what_is_right(page: Page) -> None:
    card = lenses.shown(page, "net")
    assert card is not None and "image" not in card and "x [N, 3, H = 10, W = 20]" in card
    block = lenses.shown(page, "Unit")
    assert block is not None and "216 parameters    43,200 MACs" in block
    assert lenses.shown(page, "broken") is None and lenses.shown(page, "nothing") is None
    picture = lenses.picture(page, "net", "dark")
    assert picture is not None and picture.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in picture
    assert lenses.picture(page, "Unit") is None and lenses.picture(page, "broken") is None


def test_what_is_too_large_to_be_counted_has_no_lens() -> None:
    large = Page("model m() {\n  input x: [N, 3, H = 32, W = 32]\n  repeat 99_999 { relu }\n}\n")
    assert large.models and not lenses.lenses(large)


def test_who_uses_a_block_and_what_it_uses(page: Page, tmp_path: Path) -> None:
    def at(name: str) -> int:
        return TEXT.index(name)

    part = calling.at(page, at("Unit"))
    assert part is not None and (part.name, part.kind, part.path) == ("Unit", "block", None)
    (user,) = calling.incoming(page, at("Unit"))
    assert user.part.name == "net"
    assert [TEXT[span.start : span.end] for span in user.spans] == ["Unit", "Unit"]
    used = {call.part.name: call for call in calling.outgoing(page, at("net"))}
    assert list(used) == ["Unit", "twice", "BasicBlock"]
    path = used["BasicBlock"].part.path
    assert path is not None and path.name == "residual.arch" and path.is_file()
    assert [call.part.name for call in calling.incoming(page, at("net"))] == ["wide"]
    assert calling.at(page, at("relu")) is None


def test_names_are_the_same_in_the_files_that_import_them(tmp_path: Path) -> None:
    parts, main = tmp_path / "parts.arch", tmp_path / "net.arch"
    parts.write_text("block Unit() { linear(8) }\n\nblock Twice() { Unit -> Unit }\n")
    main.write_text('import "./parts.arch": Unit\n\nmodel net() {\n  input x: [N, 3]\n  Unit\n}\n')
    one = Page(parts.read_text(), parts)
    two = Page(main.read_text(), main, shapes=False)
    at = one.text.index("Unit")
    found = [(where is one, span.start) for where, span in finding.references(one, at, [two])]
    assert found == [(True, 6), (True, 44), (True, 52), (False, 23), (False, 63)]
    # From the file that imports it, too, and for another name.
    back = finding.rename(two, two.text.index("Unit"), "Part", [one])
    assert len(back) == 5
    with pytest.raises(finding.NotRenamed, match=r"net\.arch"):
        finding.rename(one, at, "net", [two])
    (in_one, in_two) = calling.incoming(one, at, [two])
    assert (in_one.part.name, in_two.part.name) == ("Twice", "net")
