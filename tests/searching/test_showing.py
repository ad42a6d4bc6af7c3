"""``archc search show``: what a search has found, in every form."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from executors import Instant

import archc
from archc.cli import main

SVG = "{http://www.w3.org/2000/svg}"
LOSSES = {4: 3.0, 8: 1.0, 12: 2.0, 16: 2.5}
"""By the width. A wider network is larger, so that those of 4 and 8 are on the front."""

TEXT = """model m(width: int in 4..16 step 4, name: string in ["<b>&amp;"]) {
  input x: [N, 4]
  linear(width) -> linear(2)
}
"""


def result(proposal: dict[str, Any]) -> dict[str, Any]:
    width = proposal["point"]["width"]
    if width == 16:
        return {"outcome": "error", "values": {}, "error": "KeyError: '</p><script>'"}
    return {"outcome": "done", "values": {"loss": LOSSES[width]}}


@pytest.fixture
def found(net: Path) -> dict[int, int]:
    """A search of four trials in the folder ``run``: the number of each by its width."""
    search = archc.search(
        archc.Source("m.arch", TEXT), train="trainers:fit", trials=4, folder="run",
        score="loss, params", engine=Instant(result),
    )  # fmt: skip
    return {each.point["width"]: each.number for each in search.trials}


class Show:
    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd

    def __call__(self, *words: str, code: int = 0) -> str:
        assert main(("search", "show", "run", *words)) == code
        return self.capfd.readouterr().out


@pytest.fixture
def show(capfd: pytest.CaptureFixture[str]) -> Show:
    return Show(capfd)


def test_the_front_and_what_became_of_the_others(found: dict[int, int], show: Show) -> None:
    head, _, *rows = show().splitlines()
    assert head.split() == ["trial", "width", "name", "loss", "parameters", "front"]
    assert [int(row.split()[0]) for row in rows[:2]] == [found[8], found[4]]  # by the loss
    assert "4 of 4 trials: 3 done, 1 error" in rows
    assert "  error: KeyError: '</p><script>'" in rows
    assert f"    run/trials/{found[16]:04}/run/log.txt" in rows


def test_all_that_are_done_as_csv_and_markdown(found: dict[int, int], show: Show) -> None:
    rows = list(csv.DictReader(io.StringIO(show("--format", "csv"))))
    assert [(row["width"], float(row["loss"]), row["front"]) for row in rows] == [
        ("8", 1.0, "yes"), ("12", 2.0, ""), ("4", 3.0, "yes")
    ]  # fmt: skip
    assert [int(row["parameters"]) for row in rows] == [
        5 * width + 2 * width + 2 for width in (8, 12, 4)
    ]
    assert len(show("--format", "markdown").splitlines()) == 2 + 3


def test_all_as_data(found: dict[int, int], show: Show) -> None:
    trials = json.loads(show("--format", "json"))["found"]
    by_width = {each["point"]["width"]: each for each in trials}
    assert {width: each["front"] for width, each in by_width.items()} == {
        4: True, 8: True, 12: False, 16: False
    }  # fmt: skip
    assert by_width[16]["outcome"] == "error"
    assert archc.check(Path(by_width[12]["file"])).ok


def test_a_plot(found: dict[int, int], show: Show) -> None:
    root = ElementTree.fromstring(show("--format", "plot"))
    assert len(list(root.iter(f"{SVG}circle"))) == 3
    assert not list(root.iter(f"{SVG}a"))


class Page(HTMLParser):
    """What a browser meets: tags, places, links, images, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.places: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.places += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.images += [given["src"]] if tag == "img" else []

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_has_each_trial_with_its_picture(found: dict[int, int], show: Show) -> None:
    page = Page(show("--format", "html"))
    places = {f"trial-{number}" for number in found.values()}
    assert set(page.places) == places
    assert len(page.places) == 4
    done = {f"#trial-{found[width]}" for width in (4, 8, 12)}
    assert sorted(page.links) == sorted([*done, *done])  # of the plot and of the table
    # Those that are done come first, the best before the others.
    assert page.places == [f"trial-{found[width]}" for width in (8, 12, 4, 16)]
    begins = "data:image/svg+xml;base64,"
    for image, width in zip(page.images, (8, 12, 4, 16), strict=True):
        assert image.startswith(begins)
        picture = ElementTree.fromstring(b64decode(image.removeprefix(begins)))
        assert f"(out_features = {width}, " in "".join(picture.itertext())


def test_nothing_of_a_user_is_markup(found: dict[int, int], show: Show) -> None:
    page = Page(show("--format", "html"))
    assert not page.tags & {"b", "script"}
    assert "KeyError: '</p><script>'" in page.text
    assert 'name = "<b>&amp;"' in page.text


def test_a_page_of_a_search_in_which_nothing_is_done(net: Path, show: Show) -> None:
    archc.search(
        "net.arch", train="trainers:alone", trials=2, folder="run",
        engine=Instant(lambda _: {"outcome": "nan", "values": {"value": "nan"}}),
    )  # fmt: skip
    page = Page(show("--format", "html"))
    assert page.places == ["trial-0", "trial-1"]
    assert "2 of 2 trials: 2 nan" in page.text
    assert "2 of 2 trials: 2 nan" in show(code=1)


def test_a_picture_that_cannot_be_made_is_said(found: dict[int, int], show: Show) -> None:
    Path(f"run/trials/{found[12]:04}/variant.arch").unlink()
    page = Page(show("--format", "html"))
    assert len(page.images) == 3
    assert "There is no picture" in page.text


def test_what_cannot_be_shown(net: Path, capfd: pytest.CaptureFixture[str]) -> None:
    archc.search(
        "net.arch", train="trainers:alone", trials=1, folder="run",
        engine=Instant(lambda _: {"outcome": "done", "values": {"value": 1.0}}),
    )  # fmt: skip
    cases = [
        (("run", "--format", "plot"), "a plot has two scores"),
        (("none",), "none holds no search"),
        (("run", "run"), "archc search show FOLDER"),
    ]
    for words, said in cases:
        assert main(("search", "show", *words)) == 2
        assert said in capfd.readouterr().err
