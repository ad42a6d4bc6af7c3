"""``archc draw``: a picture on standard output, and what is wrong with its options."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest
from running import Run

import archc as package
from archc.api.formats import PICTURES
from archc.pictures import PAGES, THEMES


def test_it_prints_the_layers(archc: Run) -> None:
    done = archc("draw", "unet")
    assert (done.code, done.err) == (0, "")
    root = ElementTree.fromstring(done.out)
    said = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"U-Net", "image", "output"} <= said


def test_emit_and_the_python_api_give_the_same_layers(archc: Run) -> None:
    drawn = archc("draw", "vgg11").out
    assert archc("emit", "vgg11", "--stage", "svg").out == drawn
    assert package.diagram("vgg11") == drawn


def test_the_full_view_has_every_layer(archc: Run) -> None:
    full = archc("draw", "vgg11", "--view", "full").out
    assert full == archc("emit", "vgg11", "--stage", "svg", "--view", "full").out
    assert full.count('class="node"') == 32  # 11 with weights, 10 ReLUs, 6 pools, …


@pytest.mark.parametrize("name", PICTURES)
def test_each_form_is_printed(name: str) -> None:
    begins = {
        "svg": b"<svg ",
        "png": b"\x89PNG",
        "pdf": b"%PDF-",
        "html": b"<!DOCTYPE html>",
        "tikz": b"%",
        "mermaid": b"%% ResNet-18\nflowchart TD\n",
        "dot": b"digraph",
    }
    done = subprocess.run(
        [sys.executable, "-m", "archc", "draw", "resnet18", "--as", name],
        capture_output=True,
        check=True,
    )
    assert done.stdout.startswith(begins[name]) and not done.stderr


def test_a_form_without_its_package_says_what_to_install(
    archc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    done = archc("draw", "vgg11", "--as", "png")
    assert done.code == 3
    assert 'pip install "archc-lang[pictures]"' in done.err


def test_the_page_and_the_colours_are_chosen(archc: Run) -> None:
    pictures = {archc("draw", "resnet18", "--page", page).out for page in PAGES}
    assert len(pictures) > 1
    assert len({archc("draw", "resnet18", "--theme", theme).out for theme in THEMES}) == len(THEMES)


def test_two_models_are_compared(archc: Run) -> None:
    drawn = archc("draw", "resnet18", "--compare", "resnet34").out
    assert "kind-changed" in drawn and "1 time before" in drawn
    assert "kind-changed" not in archc("draw", "resnet18", "--compare", "resnet18").out
    done = archc("draw", "resnet18", "--compare", "resnet35")
    assert done.code == 3 and "resnet35: no such file" in done.err


def test_settings_are_taken(archc: Run) -> None:
    assert "1000" in archc("draw", "resnet18").out
    assert "1000" not in archc("draw", "resnet18", "--set", "num_classes=7").out


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["--view", "layer"], "there is no view layer", "layers?"),
        (["--page", "a5"], "there is no page a5", "a4"),
        (["--theme", "drak"], "there is no theme drak", "dark?"),
        (["--depth", "-1"], "a depth is a number of levels", ""),
        (["--expand", "layer1.9"], "no block of the picture stands at layer1.9", "layer1."),
        (["--view", "full", "--as", "pdf"], "pdf cannot show the view full", "shown by svg, dot"),
        (
            ["--view", "volumes", "--as", "html"],
            "html cannot show the view volumes",
            "shows layers",
        ),
        (["--as", "gif"], "there is no form of a picture gif", "svg"),
        (["--view", "full", "--depth", "1"], "--depth is for the view layers, not for full", ""),
        (["--compare", "resnet18", "--view", "stages"], "--compare is for the view layers", ""),
        (["--view", "full", "--theme", "dark"], "--theme is for the views", ""),
        (["--as", "dot", "--page", "slide"], "stages, layers and volumes, not for full", ""),
        (["--compare", "resnet18", "--heat", "macs"], "goes without --heat", ""),
        (["--compare", "resnet18", "--as", "html"], "--compare means nothing for html", ""),
        (["--page", "slide", "--as", "mermaid"], "--page means nothing for mermaid", ""),
    ],
)
def test_a_wrong_option_is_told(archc: Run, words: list[str], message: str, hint: str) -> None:
    done = archc("draw", "resnet50", *words)
    assert done.code == 2
    assert message in done.err and hint in done.err


OPTIONS: list[tuple[list[str], dict[str, Any]]] = [
    (["--depth", "0"], {"depth": 0}),
    (["--expand", "layer1.0", "--expand", "layer2.0"], {"expand": ["layer1.0", "layer2.0"]}),
    (["--expand", "layer1.0"], {"expand": "layer1.0"}),
    (["--symbolic"], {"symbolic": True}),
    (["--compare", "resnet34"], {"compare": "resnet34"}),
    (["--heat", "macs", "--page", "slide"], {"heat": "macs", "page": "slide"}),
    (["--view", "volumes", "--theme", "print"], {"view": "volumes", "theme": "print"}),
]


@pytest.mark.parametrize(("words", "given"), OPTIONS, ids=str)
def test_python_has_what_the_command_has(
    archc: Run, words: list[str], given: dict[str, Any]
) -> None:
    drawn = archc("draw", "resnet18", *words)
    assert drawn.code == 0
    assert package.diagram("resnet18", **given) == drawn.out != package.diagram("resnet18")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"view": "full", "depth": 1}, "depth is for the view layers, not for full"),
        ({"compare": "resnet34", "format": "html"}, "compare means nothing for html"),
        ({"compare": "resnet34", "heat": "macs"}, "it goes without heat"),
        ({"expand": "layer1.9"}, "no block of the picture stands at layer1.9"),
        ({"depth": -1}, "0 or more, not -1"),
        ({"depth": "1"}, "not '1'"),
        ({"depth": True}, "not True"),
    ],
)
def test_python_refuses_what_the_command_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(package.ArchError) as caught:
        package.diagram("resnet18", **given)
    assert message in str(caught.value)


def test_a_wrong_file_is_told(archc: Run) -> None:
    done = archc("draw", "no_such_model")
    assert done.code != 0 and not done.out
