"""What the page is told of a text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import torch

from archc.errors import SettingError
from archc.playground.asking import Desk
from archc.request import examples

WRONG = """\
# \N{GRINNING FACE} stands in two units of UTF-16, and counts as one character
model net() {
  input image: [N, 3, H = 32, W = 32]
  conv(8, 3, padding = 1) -> max_pol(2)
}
"""


def asked(kind: str, text: str, desk: Desk | None = None, **more: object) -> Any:
    return (desk or Desk()).answer({"kind": kind, "text": text, **more})


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def test_what_is_wrong_comes_with_its_place_and_the_edits_that_put_it_right(desk: Desk) -> None:
    told = asked("check", WRONG, desk)
    (found,) = told["found"]
    assert found["name"] == "unknown-name" and found["severity"] == "error"
    assert WRONG[found["start"] : found["end"]] == "max_pol"
    assert [each["ok"] for each in told["models"]] == [False]
    (edit,) = found["fix"]["edits"]
    start, end = (edit["place"][side]["offset"] for side in ("start", "end"))
    assert edit["place"]["file"] == "text"
    mended = WRONG[:start] + edit["text"] + WRONG[end:]
    assert mended == WRONG.replace("max_pol(", "max_pool(")
    told = asked("check", mended, desk)
    assert told["found"] == []
    assert told["models"] == [{"name": "net", "ok": True, "sizes": {"N": 1, "H": 32, "W": 32}}]
    (shape,) = told["shapes"]
    assert mended[: shape["at"]].endswith("max_pool(2)")
    assert shape["texts"] == ["[N, 8, H // 2, W // 2]"]


def test_nothing_is_shown_of_a_model_that_is_wrong(desk: Desk) -> None:
    for kind in ("card", "table", "python"):
        assert asked(kind, WRONG, desk) == {}
    assert asked("picture", WRONG, desk, form="html") == {}


def test_the_card_and_the_table_say_what_torchvision_counts(desk: Desk) -> None:
    text = examples.read("vgg16")
    card = asked("card", text, desk)
    # https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg16.html
    assert card["parameters"] == "138,357,544" and card["macs"].startswith("15,47")
    assert card["inputs"] == ["image [N, 3, H = 224, W = 224]"]
    assert card["outputs"] == ["[N, 1000]"] and card["valid"] == "H, W at least 32"
    table = asked("table", text, desk, depth=1)
    titles = [each["title"] for each in table["columns"]]
    whole = dict(zip(titles, table["whole"], strict=True))
    assert whole["parameters"] == "138,357,544" and whole["MACs"] == card["macs"]
    assert all(len(row["cells"]) == len(titles) and row["level"] == 1 for row in table["rows"])
    # A batch of two costs twice as much, and its parameters are the same.
    two = asked("card", text, desk, sizes={"N": 2})
    assert two["parameters"] == card["parameters"]
    one, other = (int(each["macs"].replace(",", "")) for each in (card, two))
    assert other == 2 * one


def test_sizes_that_it_does_not_run_at_are_refused_with_the_nearest(desk: Desk) -> None:
    told = asked("card", examples.read("unet"), desk, sizes={"H": 100, "absent": 3})
    # Four poolings by two: multiples of 16.
    assert told["nearest"] == {"N": 1, "H": 96, "W": 512} and "macs" not in told
    assert "multiple of 16" in told["refused"][0]["hint"]
    told = asked("table", examples.read("unet"), desk, sizes={"H": 100})
    assert told["nearest"]["H"] == 96 and "rows" not in told
    told = asked("card", examples.read("unet"), desk, sizes={"H": 0})
    assert told["refused"][0]["message"] == "the size H is 0, and a size is at least 1"


def test_the_printed_source_runs(desk: Desk) -> None:
    text = asked("python", WRONG.replace("max_pol", "max_pool"), desk)["text"]
    names: dict[str, Any] = {"__name__": "net"}
    exec(compile(text, "net.py", "exec"), names)
    assert names["Net"]()(torch.zeros(2, 3, 32, 32)).shape == (2, 8, 16, 16)


def test_pictures_are_markup_that_is_whole(desk: Desk) -> None:
    text = WRONG.replace("max_pol", "max_pool")
    for view in ("layers", "stages", "volumes"):
        drawn = asked("picture", text, desk, form="svg", view=view, theme="dark")["text"]
        assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    page = asked("picture", text, desk, form="html", view="layers", theme="light")["text"]
    assert page.startswith("<!DOCTYPE html>")
    assert "no png" in asked("picture", text, desk, form="png")["refused"][0]["message"]
    told = asked("picture", text, desk, form="svg", view="sideways")["refused"]
    assert "sideways" in told[0]["message"]


def test_a_picture_is_that_of_the_sizes_that_are_asked_for(desk: Desk) -> None:
    text = WRONG.replace("max_pol", "max_pool")

    def words(**sizes: int) -> set[str]:
        drawn = asked("picture", text, desk, form="svg", view="layers", sizes=sizes)["text"]
        return {"".join(each.itertext()) for each in ET.fromstring(drawn).iter() if each.text}

    # A convolution with padding keeps the image's size, and the pooling halves it.
    assert {"8 \N{MULTIPLICATION SIGN} 32²", "8 \N{MULTIPLICATION SIGN} 16²"} <= words()
    assert {"8 \N{MULTIPLICATION SIGN} 64²", "8 \N{MULTIPLICATION SIGN} 32²"} <= words(H=64, W=64)
    page = asked("picture", text, desk, form="html", view="layers", sizes={"H": 64, "N": 3})
    assert '"sizes":{"N":3,"H":64,"W":32}' in page["text"]
    told = asked("picture", examples.read("unet"), desk, form="svg", sizes={"H": 100})
    assert told["nearest"]["H"] == 96 and "multiple of 16" in told["refused"][0]["hint"]
    assert "0" in asked("picture", text, desk, form="svg", sizes={"H": 0})["refused"][0]["message"]


def test_words_are_offered_for_a_text_that_is_being_written() -> None:
    desk = Desk()
    text = WRONG.replace("max_pol", "max_pool")

    def offered(written: str, behind: str) -> tuple[str, list[str]]:
        at = written.index(behind) + len(behind)
        told = asked("complete", written, desk, at=at)
        return written[told["start"] : at], [each["word"] for each in told["words"]]

    written = text.replace("max_pool(2)", "max_po")
    assert offered(written, "max_po") == ("max_po", ["max_pool"])
    asked("check", text, desk)
    # A name that the last text has is known, although this one cannot be read.
    begun, words = offered(text.replace("-> max_pool(2)", "-> im"), "-> im")
    assert begun == "im" and "image" in words
    begun, words = offered(text.replace("padding = 1", "padd"), "padd")
    assert (begun, words[0]) == ("padd", "padding = ")
    begun, words = offered("import std.res", "std.res")
    assert begun == "std.res" and "std.residual" in words
    assert offered("# con", "con")[1] == []


def test_a_name_is_explained_with_its_place(desk: Desk) -> None:
    text = WRONG.replace("max_pol", "max_pool")
    told = asked("hover", text, desk, at=text.index("conv") + 2)
    assert text[told["start"] : told["end"]] == "conv"
    # 3 x 8 x 9 weights and 8 biases.
    assert "`[N, 8, H, W]`" in told["text"] and "224 parameters" in told["text"]
    assert asked("hover", text, desk, at=0) == {}


@pytest.mark.parametrize("at", [None, -1, 10_000, True, "3"])
def test_a_place_that_is_none_is_refused(desk: Desk, at: object) -> None:
    for kind in ("complete", "hover"):
        told = asked(kind, WRONG, desk, at=at)
        assert "offset" in told["refused"][0]["message"]


def test_the_model_that_is_wanted_is_shown_and_else_the_first(desk: Desk) -> None:
    text = "".join(
        f"model {name}() {{\n  input x: [N, 4]\n  linear({width})\n}}\n"
        for name, width in (("one", 1), ("two", 2))
    )
    assert asked("card", text, desk)["name"] == "one"
    assert asked("card", text, desk, model="two")["outputs"] == ["[N, 2]"]
    assert asked("card", text, desk, model="gone")["name"] == "one"


def test_a_text_is_laid_out_unless_its_syntax_is_wrong(desk: Desk) -> None:
    assert asked("format", "block B {linear( 8 )}", desk) == {"text": "block B { linear(8) }\n"}
    assert asked("format", "block B {", desk)["refused"]


def test_examples_can_be_opened_and_what_they_import_is_there(desk: Desk) -> None:
    importing = [one.name for one in examples.listing() if one.imports]
    assert importing
    told = asked("check", examples.read(importing[0]), desk)
    assert told["models"] and all(each["ok"] for each in told["models"])


def test_a_file_stands_beside_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "parts.arch").write_text("block Half { linear(4) }\n")
    text = 'import "./parts.arch": Half\nmodel net() {\n  input x: [N, 8]\n  Half\n}\n'
    desk = Desk(tmp_path / "net.arch")
    assert asked("check", text, desk, is_file=True)["found"] == []
    (found,) = asked("check", text, desk)["found"]
    assert found["severity"] == "error", "a text that came from elsewhere reads no file of a folder"
    (found,) = asked("check", text, Desk(), is_file=True)["found"]
    assert found["severity"] == "error", "there is no file"


def test_what_grows_too_far_is_stopped(desk: Desk) -> None:
    text = "model net() {\n  input x: [N, 8]\n  repeat 1000000 { relu }\n}\n"
    (found,) = asked("check", text, desk)["found"]
    assert found["name"] == "limit-exceeded"


@pytest.mark.parametrize(
    "question",
    [
        None,
        [],
        {},
        {"kind": "check"},
        {"kind": "check", "text": 3},
        {"kind": "run", "text": ""},
        {"kind": ["check"], "text": ""},
    ],
)
def test_what_is_no_question_is_refused(desk: Desk, question: object) -> None:
    with pytest.raises(SettingError):
        desk.answer(question)
