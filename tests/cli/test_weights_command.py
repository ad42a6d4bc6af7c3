"""``archc build --emit weights``: initial weights of a seed, and other files converted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from running import Run
from safetensors.torch import load_file, save_file

import archc as package

OUT = Path("build", "net.safetensors")


def test_the_file_holds_the_initial_weights_of_a_seed(archc: Run, net: Path) -> None:
    done = archc("build", "net.arch", "--emit", "weights", "--seed", "7")
    assert (done.code, done.err) == (0, "")
    assert f"wrote       {OUT}" in done.out
    torch.manual_seed(7)
    expected = package.load("net.arch").state_dict()
    found = load_file(OUT)
    assert set(found) == set(expected)
    assert all(torch.equal(found[key], expected[key]) for key in expected)


def test_one_seed_gives_the_same_bytes(archc: Run, net: Path) -> None:
    written = []
    for seed in ((), (), ("--seed", "0"), ("--seed", "1")):
        assert archc("build", "net.arch", "--emit", "weights", *seed).code == 0
        written.append(OUT.read_bytes())
    assert written[0] == written[1] == written[2] != written[3]


def test_weights_and_source_of_one_build_belong_together(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", "--emit", "python,weights").code == 0
    names_of_files = sorted(path.name for path in Path("build").iterdir())
    assert names_of_files == ["net.py", "net.safetensors"]
    names: dict[str, object] = {}
    exec(Path("build", "net.py").read_text("utf-8"), names)
    made = names["Net"]
    assert isinstance(made, type)
    made().load_state_dict(load_file(OUT), strict=True)


def test_the_file_has_the_permissions_of_any_other(archc: Run, net: Path) -> None:
    assert archc("build", "net.arch", "--emit", "python,weights").code == 0
    assert OUT.stat().st_mode == Path("build", "net.py").stat().st_mode


def given(classes: int = 10) -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    return package.load("net.arch", settings={"classes": classes}).state_dict()


def test_a_file_of_torch_save_is_converted_when_asked_for(archc: Run, net: Path) -> None:
    expected = given()
    torch.save(expected, "net.pth")
    words = ("build", "net.arch", "--emit", "weights", "--weights", "net.pth")
    refused = archc(*words)
    assert refused.code == 1 and "--allow-pth" in refused.err and not OUT.exists()
    done = archc(*words, "--allow-pth")
    assert done.code == 0
    assert "\nweights from net.pth\n  loaded      6 of 6 keys" in done.out
    found = load_file(OUT)
    assert all(torch.equal(found[key], expected[key]) for key in expected)


def test_weights_that_do_not_fit_are_told_and_nothing_is_written(archc: Run, net: Path) -> None:
    save_file(given(3), "three.safetensors")
    words = ("build", "net.arch", "--emit", "python,weights", "--weights", "three.safetensors")
    done = archc(*words)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: three.safetensors does not fit the model\n")
    assert "[3, 16] in the file, [10, 16] in the model" in done.err
    assert not Path("build").exists()


def test_a_backbone_is_taken(archc: Run, net: Path) -> None:
    expected = given(3)
    save_file(expected, "three.safetensors")
    words = ("build", "net.arch", "--emit", "weights", "--weights", "three.safetensors")
    done = archc(*words, "--weights-match", "backbone")
    assert done.code == 0
    assert "skipped     2 of the file's keys" in done.out
    found = load_file(OUT)
    keys = [key for key in expected if found[key].shape == expected[key].shape]
    assert len(keys) == 4 and all(torch.equal(found[key], expected[key]) for key in keys)


def test_the_report_as_json(archc: Run, net: Path) -> None:
    save_file({**given(3), "more": torch.zeros(2)}, "three.safetensors")
    words = ("build", "net.arch", "--emit", "weights", "--weights", "three.safetensors")
    done = archc(*words, "--format", "json")
    assert (done.code, done.err) == (1, "")
    document = json.loads(done.out)
    assert document["files"] == [] and document["model"]["name"] == "net"
    weights = document["weights"]
    assert weights["error"] == "three.safetensors does not fit the model"
    assert weights["source"] == "three.safetensors" and weights["match"] == "all"
    assert weights["unexpected"] == [{"key": "more", "shape": [2], "dtype": "float32"}]
    assert [(pair["file"]["shape"], pair["model"]["shape"]) for pair in weights["mismatched"]] == [
        ([3, 16], [10, 16]),
        ([3], [10]),
    ]
    done = archc(*words, "--format", "json", "--weights-match", "backbone")
    assert done.code == 0
    document = json.loads(done.out)
    assert document["files"] == [str(OUT)] and len(document["weights"]["loaded"]) == 4


def test_a_broken_file_as_json(archc: Run, net: Path) -> None:
    Path("broken.safetensors").write_bytes(b"\xff" * 8 + b"{")
    words = ("build", "net.arch", "--emit", "weights", "--weights", "broken.safetensors")
    done = archc(*words, "--format", "json")
    assert done.code == 1
    assert "no whole safetensors file" in json.loads(done.out)["weights"]["error"]
    done = archc(*words)
    assert done.code == 1 and done.err.startswith("error: broken.safetensors is no whole ")


def test_a_missing_file_is_the_surroundings_fault(archc: Run, net: Path) -> None:
    done = archc("build", "net.arch", "--emit", "weights", "--weights", "nothing.safetensors")
    assert (done.code, done.err) == (3, "error: nothing.safetensors: no such file or directory\n")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["--seed", "3"], "say which weights are written", "--emit weights writes them"),
        (["--weights", "a.safetensors"], "say which weights are written", "--emit weights"),
        (["--emit", "weights", "--allow-pth"], "say how weights are read", "--weights FILE"),
        (["--emit", "weights", "--weights-match", "all"], "say how weights", "--weights FILE"),
        (["--emit", "wieghts"], "there is no output wieghts", "did you mean weights?"),
        (
            ["--emit", "weights", "--weights", "a", "--weights-match", "bakbone"],
            "there is no way to match bakbone",
            "did you mean backbone?",
        ),
        (["--emit", "weights", "--seed", "-1"], "a seed is a whole number", "not -1"),
        (["--emit", "weights", "--seed", str(2**64)], "a seed is a whole number", ""),
        (["--emit", "weights", "--seed", "9" * 9999], "a seed is a whole number", ""),
    ],
)
def test_wrong_uses(archc: Run, net: Path, words: list[str], message: str, hint: str) -> None:
    done = archc("build", "net.arch", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err and hint in done.err
    assert not Path("build").exists()


def test_without_safetensors_it_says_what_to_install(
    archc: Run, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "safetensors", None)
    done = archc("build", "net.arch", "--emit", "weights")
    assert done.code == 3
    assert 'safetensors, which is not installed: pip install "archc-lang[torch]"' in done.err
    monkeypatch.setitem(sys.modules, "torchvision", None)
    words = ("build", "net.arch", "--emit", "weights", "--weights", "torchvision:X_Weights.V1")
    done = archc(*words)
    assert done.code == 3 and "torchvision, which is not installed" in done.err
    monkeypatch.setitem(sys.modules, "torch", None)
    done = archc("build", "net.arch", "--emit", "weights")
    assert done.code == 3 and "needs torch, which is not installed" in done.err


def test_a_model_that_memory_cannot_hold_is_no_bug(archc: Run, net: Path) -> None:
    text = "model big() {\n  input x: [N, 1000000]\n  linear(1000000000)\n}\n"
    net.with_name("big.arch").write_text(text)
    done = archc("build", "big.arch", "--emit", "weights")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "error: there is not enough memory\n"
        "help: 4,000,000,000,000,000 bytes are asked for at once: take a smaller model, or smaller"
        " sizes\n"
    )
