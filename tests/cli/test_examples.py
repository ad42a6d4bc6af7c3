"""``archc examples``, and examples in the place of files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Run

import archc as package
from archc.request import examples

FOLDER = Path(__file__).resolve().parents[2] / "examples"
FILES = sorted(path.stem for path in FOLDER.glob("*.arch"))


def test_every_file_is_listed_once_below_its_family(archc: Run) -> None:
    done = archc("examples")
    assert (done.code, done.err) == (0, "")
    entries = [line.split()[0] for line in done.out.splitlines() if line.startswith("  ")]
    assert sorted(entries) == FILES
    assert all(len(line) <= 100 for line in done.out.splitlines())
    blocks = [block.splitlines() for block in done.out.split("\n\n")]
    by_family = {lines[0]: [line.split()[0] for line in lines[1:]] for lines in blocks[:-1]}
    assert {"vgg11", "vgg11_bn", "vgg_c", "vgg16"} <= set(by_family["vgg"])
    assert by_family["resnet"][:4] == ["resnet", "resnet18", "resnet20", "resnet34"]
    assert "wide_resnet50_2" in by_family["resnet"], "it takes from resnet.arch"


def test_the_list_as_json(archc: Run) -> None:
    listed = json.loads(archc("examples", "--format", "json").out)
    assert listed["version"] == 1
    found = {one["name"]: one for one in listed["examples"]}
    assert sorted(found) == FILES
    one = found["resnet50"]
    assert (one["family"], one["imports"]) == ("resnet", ["resnet"])
    assert one["doc"].startswith("ResNet-50")
    assert Path(one["path"]).read_bytes() == (FOLDER / "resnet50.arch").read_bytes()


def test_every_example_has_a_line_about_it() -> None:
    bare = [one.name for one in examples.listing() if not one.title[:1].isupper()]
    assert bare == []


def test_one_example_is_printed_as_it_is(archc: Run) -> None:
    for words in (["vgg16"], ["vgg16.arch"]):
        done = archc("examples", *words)
        assert (done.code, done.err) == (0, "")
        assert done.out == (FOLDER / "vgg16.arch").read_text("utf-8")
    document = json.loads(archc("examples", "vgg16", "--format", "json").out)
    assert (document["name"], document["text"]) == ("vgg16", done.out)


def test_an_unknown_example(archc: Run) -> None:
    done = archc("examples", "vgg61")
    assert done.code == 2
    assert done.err.startswith("error: there is no example vgg61\nhelp: did you mean vgg")


def test_a_name_stands_for_its_file(archc: Run, net: Path) -> None:
    by_name, by_path = archc("check", "vgg11"), archc("check", str(FOLDER / "vgg11.arch"))
    assert (by_name.code, by_name.err) == (0, "")
    assert by_name.out == by_path.out
    assert "132,863,336" in archc("build", "vgg11").out
    assert Path("build/vgg11.py").is_file()
    assert archc("models", "resnet50").out.startswith("resnet50 = ResNet(")
    assert archc("emit", "resnet50", "--stage", "dot").out.startswith("digraph resnet50 {")


def test_a_file_wins_and_a_folder_does_not(archc: Run, net: Path) -> None:
    net.rename("vgg11")
    assert "net_wide" in archc("check", "vgg11").out
    Path("vgg13").mkdir()
    assert "133,047,848" in archc("check", "vgg13").out


def test_messages_call_an_example_by_its_name(archc: Run, net: Path) -> None:
    done = archc("check", "resnet18", "--set", 'zero_init_residual="no"')
    assert done.code == 1
    places = [line.split()[1] for line in done.err.splitlines() if line.lstrip().startswith("--> ")]
    assert all(place.startswith(("<examples>/", "std.", "--set:")) for place in places)
    done = archc("build", "vgg11", "--model", "vgg1")
    assert done.err.startswith("error: <examples>/vgg11.arch has no model vgg1\n")


@pytest.mark.parametrize(
    ("word", "reason", "hint"),
    [
        ("reznet50", "no such file or example", "did you mean resnet50, which is an example?"),
        ("RESNET50", "no such file or example", "did you mean resnet50, which is an example?"),
        ("ne", "no such file or example", "did you mean net.arch?"),
        ("net", "no such file or example", "did you mean net.arch?"),
        ("nett.arch", "no such file or directory", "did you mean net.arch?"),
        ("m/vgg16.arch", "no such file or directory", "did you mean vgg16, which is an example?"),
        ("./vgg16", "no such file or directory", "did you mean vgg16, which is an example?"),
        ("folder/net.arch", "no such file or directory", None),
        ("../vgg11/x", "no such file or directory", None),
        ("quux", "no such file or example", None),
    ],
)  # fmt: skip
def test_what_is_not_there(word: str, reason: str, hint: str | None, archc: Run, net: Path) -> None:
    done = archc("check", word)
    assert done.code == 3
    assert done.err == f"error: {word}: {reason}\n" + (f"help: {hint}\n" if hint else "")
    with pytest.raises(FileNotFoundError) as caught:
        package.check(word)
    assert str(caught.value).splitlines() == [f"{word}: {reason}", *([hint] if hint else [])]


def test_python_takes_names_of_examples_and_paths_as_they_are(net: Path) -> None:
    assert package.check("vgg11").models[0].parameters == 132_863_336
    assert package.source("vgg11") == package.source(FOLDER / "vgg11.arch")
    assert package.diagram("vgg11", format="dot").startswith("digraph vgg11 {")
    with pytest.raises(FileNotFoundError):
        package.check(Path("vgg11"))


def test_of_a_file_and_an_example_the_nearer_is_meant(archc: Run, net: Path) -> None:
    Path("seresnet.arch").write_text(net.read_text())
    meant = {"resnet5O": "resnet50, which is an example", "seresnt": "seresnet.arch"}
    for word, right in meant.items():
        assert archc("check", word).err.endswith(f"help: did you mean {right}?\n")
