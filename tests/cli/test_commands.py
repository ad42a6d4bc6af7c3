"""The commands on a small file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import NET, Run

from archc.api.formats import FORMATS

# Counted by hand: convolutions with biases, and the linear layer.
NET_PARAMETERS = (3 * 9 + 1) * 8 + (8 * 9 + 1) * 16 + (16 + 1) * 10
WIDE_PARAMETERS = (3 * 9 + 1) * 16 + (16 * 9 + 1) * 32 + (32 + 1) * 10


def test_check_says_a_line_about_each_model(archc: Run, net: Path) -> None:
    done = archc("check", "net.arch")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "net         ok    image [N, 3, H = 32, W = 32] -> [N, 10]"
        f"    {NET_PARAMETERS:,} parameters    any size\n"
        "net_wide    ok    image [N, 3, H = 32, W = 32] -> [N, 10]"
        f"    {WIDE_PARAMETERS:,} parameters    any size\n"
    )


def test_check_takes_several_files_and_goes_on_after_a_wrong_one(archc: Run, net: Path) -> None:
    Path("wrong.arch").write_text(NET.replace("padding", "pading"), "utf-8")
    done = archc("check", "wrong.arch", "net.arch")
    assert done.code == 1
    assert done.err.count("error[") == 1 and "wrong.arch:6:" in done.err
    assert [line.split()[1] for line in done.out.splitlines()] == ["wrong", "wrong", "ok", "ok"]


SEVERAL = """block Unit(width) { conv(width, 3, paddin = 1) }
block Other(width) { conv(width, 3) }

model uses() {
  input x: [N, 3, H = 32, W = 32]
  Unit(8)
}

model chan() {
  input x: [N, 3, H = 32, W = 32]
  Other(8) -> conv(8, 99)
}

model fine() {
  input x: [N, 3, H = 32, W = 32]
  Other(8)
}
"""


def told(archc: Run, *arguments: str) -> list[tuple[int, str]]:
    """The lines of what is wrong, and its names."""
    done = archc("check", "several.arch", *arguments, "--format", "concise")
    parts = [line.split(":") for line in (done.out + done.err).splitlines() if "[" in line]
    return [
        (int(line), what[what.index("[") + 1 : what.index("]")])
        for _, line, _, what, *_ in (part for part in parts if part[0] == "several.arch")
    ]


def test_of_a_model_that_is_named_only_what_it_needs_is_said(archc: Run, net: Path) -> None:
    Path("several.arch").write_text(SEVERAL, "utf-8")
    argument, kernel = (1, "unknown-argument"), (11, "kernel-does-not-fit")
    assert told(archc) == [argument, kernel]
    assert told(archc, "--model", "uses") == [argument]
    assert told(archc, "--model", "chan") == [kernel]
    assert told(archc, "--model", "fine") == []
    assert archc("build", "several.arch", "--model", "fine", "--out", "made").code == 0
    assert archc("build", "several.arch", "--model", "chan", "--out", "made").code == 1
    # Syntax is the whole file's: who knows what stands there. It is read on as it was likely meant.
    Path("several.arch").write_text(SEVERAL.replace("8, 99", "8 99"), "utf-8")
    comma = (11, "missing-comma")
    assert told(archc) == [argument, kernel, comma]
    assert told(archc, "--model", "chan") == [kernel, comma]
    assert told(archc, "--model", "fine") == [comma]
    Path("several.arch").write_text(SEVERAL + "model lost( = 3\n", "utf-8")
    assert told(archc, "--model", "lost") == [argument, (18, "unclosed-bracket")]


def test_check_of_one_model_with_settings(archc: Run, net: Path) -> None:
    done = archc("check", "net.arch", "--model", "net_wide", "--set", "classes=2")
    assert done.code == 0
    assert "-> [N, 2]" in done.out and done.out.count("\n") == 1


def test_a_file_without_models_is_fine(archc: Run, net: Path) -> None:
    Path("stem.arch").write_text("block Stem(width) { conv(width, 3) }\n", "utf-8")
    done = archc("check", "stem.arch")
    assert (done.code, done.out) == (0, "stem.arch    ok    no model that stands by itself\n")
    assert archc("build", "stem.arch").code == 2


def test_warnings_are_shown_and_do_not_fail(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("  for width", "  let unused = 3\n  for width"), "utf-8")
    done = archc("check", "net.arch")
    assert done.code == 0
    assert "warning[" in done.err and "\n1 warning\n" in done.err


def test_build_writes_source_and_picture_and_prints_a_card(archc: Run, net: Path) -> None:
    done = archc("build", "net.arch", "--set", "classes=2")
    assert (done.code, done.err) == (0, "")
    out = Path("build")
    assert sorted(path.name for path in out.iterdir()) == ["net.py", "net.svg"]
    assert "class Net(nn." in (out / "net.py").read_text("utf-8")
    assert "</svg>" in (out / "net.svg").read_text("utf-8")
    for words in ("A small network.", "image [N, 3, H = 32, W = 32]", "[N, 2]", "classes = 2"):
        assert words in done.out
    assert str(out / "net.py") in done.out


def test_build_writes_what_is_asked_for_where_it_is_asked(archc: Run, net: Path) -> None:
    done = archc(
        "build", "net.arch", "--emit", "json,dot,json", "--out", "a/b", "--model", "net_wide"
    )
    assert done.code == 0
    assert sorted(path.name for path in Path("a/b").iterdir()) == ["net_wide.dot", "net_wide.json"]


def test_build_of_a_wrong_model_writes_nothing(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("padding = 1", "padding = 1, groups = 5"), "utf-8")
    done = archc("build", "net.arch")
    assert done.code == 1 and "error[" in done.err and not done.out
    assert not Path("build").exists()


def test_standard_input(archc: Run, net: Path) -> None:
    one = NET[: NET.index("## Twice")]
    done = archc("build", "-", "--emit", "python", stdin=one)
    assert done.code == 0
    assert Path("build/net.py").exists()
    assert archc("build", "-", stdin=NET).code == 2, "two models, and no file's name to choose by"
    wrong = archc("check", "-", stdin="model m( {}")
    assert wrong.code == 1 and "<stdin>:1:" in wrong.err


def test_the_model_named_like_the_file_is_meant(archc: Run, net: Path) -> None:
    net.rename("net-wide.arch")
    assert "net_wide" in archc("build", "net-wide.arch", "--emit", "dot").out
    Path("net-wide.arch").rename("other.arch")
    done = archc("build", "other.arch")
    assert done.code == 2
    assert done.err == (
        "error: other.arch has 2 models, and none is named like the file\n"
        "help: choose one of net, net_wide\n"
    )


@pytest.mark.parametrize(
    ("setting", "pointed"),
    [
        ("clases=3", "clases=3"),
        ("classes=101", "101"),
        ('classes="ten"', '"ten"'),
        ("classes=2.5", "2.5"),
        ("act=batch_nor", "batch_nor"),
        ("classes=1 +", ""),
        ("widths=[8, 16", ""),
        ("classes=1/0", "1/0"),
    ],
)
def test_errors_point_into_the_setting(archc: Run, net: Path, setting: str, pointed: str) -> None:
    done = archc("check", "net.arch", "--model", "net", "--set", setting)
    assert done.code == 1
    assert "--> --set:1:" in done.err
    marks = next(line for line in done.err.splitlines() if line.lstrip(" |").startswith("^"))
    assert marks.count("^") == max(len(pointed), 1)


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("classes=3", "[N, 3]"),
        ("classes = 2 * 10", "[N, 20]"),
        ("widths=[8 for i in 1..3]", "[N, 10]"),
        ("act=leaky", None),
        ("act=identity", "[N, 10]"),
        ('name="b"', "[N, 10]"),
    ],
)
def test_settings_are_expressions_of_the_language(
    archc: Run, net: Path, setting: str, shown: str | None
) -> None:
    done = archc("check", "net.arch", "--model", "net", "--set", setting)
    assert (done.code == 0) is (shown is not None)
    assert shown is None or shown in done.out


def test_models_lists_parameters_with_types_domains_and_defaults(archc: Run, net: Path) -> None:
    done = archc("models", "net.arch")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "net\n"
        "    A small network.\n"
        "  classes: int in 1..100 = 10\n"
        "  widths                 = [8, 16]\n"
        "  act: op                = relu\n"
        '  name: string           = "a"\n'
        "\n"
        "net_wide = net(widths = [16, 32])\n"
        "    Twice as wide.\n"
        "  classes: int in 1..100 = 10\n"
        "  widths                 = [16, 32]\n"
        "  act: op                = relu\n"
        '  name: string           = "a"\n'
    )


def test_models_follows_variants_of_variants(archc: Run, net: Path) -> None:
    net.write_text(
        "model base(a, b, c = 3) {\n  input x: [N, 3, H = 8, W = 8]\n"
        "  conv(a, b) -> conv(c, 1)\n}\n"
        "model one = base(1)\nmodel two = one(b = 2)\n",
        "utf-8",
    )
    listed = json.loads(archc("models", "net.arch", "--format", "json").out)["models"]
    defaults = {
        model["name"]: {one["name"]: one["default"] for one in model["parameters"]}
        for model in listed
    }
    assert defaults == {
        "base": {"a": None, "b": None, "c": "3"},
        "one": {"a": "1", "b": None, "c": "3"},
        "two": {"a": "1", "b": "2", "c": "3"},
    }
    assert "(must be set)" in archc("models", "net.arch").out


@pytest.mark.parametrize("stage", sorted(set(FORMATS) - {"png", "pdf"}))
def test_every_stage_is_printed(archc: Run, net: Path, stage: str) -> None:
    done = archc("emit", "net.arch", "--stage", stage)
    assert (done.code, done.err) == (0, "")
    assert "net" in done.out and done.out.endswith("\n")


@pytest.mark.parametrize("stage", ["ast", "graph", "typed", "python"])
def test_a_stage_of_a_wrong_file_is_not_printed(archc: Run, net: Path, stage: str) -> None:
    net.write_text(NET.replace("conv(", "conv(("), "utf-8")
    done = archc("emit", "net.arch", "--stage", stage)
    assert done.code == 1 and not done.out and "error[" in done.err


def test_json_of_a_check(archc: Run, net: Path) -> None:
    document = json.loads(archc("check", "net.arch", "--format", "json").out)
    assert document["version"] == 1 and document["diagnostics"] == []
    first = document["models"][0]
    assert first["parameter_count"] == NET_PARAMETERS
    assert first["inputs"] == [
        {"name": "image", "dtype": "float32", "shape": ["N", 3, "H", "W"], "size": [1, 3, 32, 32]}
    ]
    assert first["outputs"][0]["shape"] == ["N", 10]


def test_json_of_diagnostics(archc: Run, net: Path) -> None:
    text = NET.replace("padding = 1", "paddin = 1")
    net.write_text(text, "utf-8")
    for command in ("check", "build", "models"):
        done = archc(command, "net.arch", "--format", "json")
        assert (done.code, done.err) == (1, "")
        (found,) = json.loads(done.out)["diagnostics"]
        start = found["place"]["start"]
        assert (found["severity"], start["line"]) == ("error", 6)
        assert text[start["offset"] :].startswith("paddin")


def test_json_of_a_build(archc: Run, net: Path) -> None:
    document = json.loads(archc("build", "net.arch", "--emit", "dot", "--format", "json").out)
    assert document["files"] == [str(Path("build/net.dot"))]
    assert document["model"]["name"] == "net"


def test_limits_can_be_raised(archc: Run, net: Path) -> None:
    text = NET.replace("for width in widths {", "for width in [8 for i in 1..2000] {")
    net.write_text(text, "utf-8")
    low = archc("check", "net.arch", "--model", "net", "--limit", "steps=100")
    assert low.code == 1 and "--limit steps=1000" in low.err
    assert archc("check", "net.arch", "--model", "net", "--limit", "steps=10000000").code == 0


def test_a_byte_that_is_no_utf_8_is_shown_where_it_is(archc: Run, net: Path) -> None:
    net.write_bytes(NET.encode().replace(b"small", b"sm\xe4ll"))
    done = archc("check", "net.arch")
    assert done.code == 1 and "net.arch:3:8" in done.err and "0xe4" in done.err
    assert archc("check", "-", stdin=b"\xff").code == 1


def test_a_byte_order_mark_is_no_part_of_the_text(archc: Run, net: Path) -> None:
    net.write_bytes(b"\xef\xbb\xbf" + NET.encode())
    assert archc("check", "net.arch").code == 0


def test_a_file_of_megabytes_is_refused_early(archc: Run, net: Path) -> None:
    net.write_bytes(b"#" * 50_000_000)
    done = archc("check", "net.arch")
    assert done.code == 1 and "error[file-too-large]" in done.err
