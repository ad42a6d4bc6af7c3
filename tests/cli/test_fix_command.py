"""``archc check --fix`` writes what is right, whole or not at all, and says what it did."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from running import Run

from archc.request.fixing import Text

BAD = """\
model net() {
  input image: [N, 3, H = 32, W = 32]
  rellu -> conv(8, 3, bias = False)
  SqueezeExcite(4) -> ConvNormAct(8)
  conv(8, 3) -> batch_norm
}
"""
SAFELY = """\
import std.blocks: ConvNormAct
import std.mobile: SqueezeExcite

model net() {
  input image: [N, 3, H = 32, W = 32]
  relu -> conv(8, 3, bias = false)
  SqueezeExcite(4) -> ConvNormAct(8)
  conv(8, 3) -> batch_norm
}
"""
ALL = SAFELY.replace("conv(8, 3) ->", "conv(8, 3, bias = false) ->")


@pytest.fixture
def bad(net: Path) -> Path:
    net.write_text(BAD, "utf-8")
    return net


def lines(text: str) -> list[str]:
    return sorted(text.splitlines())


def test_safe_fixes_are_applied_over_several_rounds(bad: Path, archc: Run) -> None:
    outcome = archc("check", "net.arch", "--fix")
    fixed = bad.read_text("utf-8")
    # Of the imports, whichever was first stands first.
    assert lines(fixed) == lines(SAFELY)
    assert outcome.code == 0
    said = "net.arch    fixed    python-constant, unknown-name (3 times)"
    assert outcome.out.splitlines()[0] == said
    assert "bias-before-norm" in outcome.err
    again = archc("check", "net.arch", "--fix")
    assert "fixed" not in again.out
    assert bad.read_text("utf-8") == fixed


def test_unsafe_ones_when_they_are_asked_for(bad: Path, archc: Run) -> None:
    outcome = archc("check", "net.arch", "--fix", "--unsafe-fixes")
    assert lines(bad.read_text("utf-8")) == lines(ALL)
    assert (outcome.code, outcome.err) == (0, "")


def test_what_is_left_is_said(net: Path, archc: Run) -> None:
    net.write_text(BAD.replace("conv(8, 3) ->", "conv(8, 300) ->"), "utf-8")
    outcome = archc("check", "net.arch", "--fix")
    assert outcome.code == 1
    assert "kernel-does-not-fit" in outcome.err
    assert "unknown-name" not in outcome.err
    assert outcome.out.splitlines()[-1] == "net    wrong"


def test_check_says_what_would_be_put_right(bad: Path, archc: Run) -> None:
    """Of all files together, and last."""
    assert archc("check", "net.arch").err.endswith("\nhelp: --fix puts 4 of these right\n")
    bad.write_text(SAFELY, "utf-8")
    assert archc("check", "net.arch").err.endswith("--fix --unsafe-fixes puts 1 of these right\n")
    both = archc("check", "net.arch", "-", stdin=BAD)
    assert both.err.endswith("help: --fix puts 4 of these right, --unsafe-fixes 1 more\n")
    after = archc("check", "net.arch", "--fix")
    assert after.err.endswith("help: --fix --unsafe-fixes puts 1 more of these right\n")
    bad.write_text(BAD.replace("rellu -> conv(8, 3, bias = False)", "conv(8, 99)"), "utf-8")
    assert archc("check", "net.arch", "--format", "json").err == ""


def test_diff_writes_nothing_and_is_a_patch(bad: Path, archc: Run) -> None:
    outcome = archc("check", "net.arch", "--diff", "--unsafe-fixes")
    assert outcome.code == 1
    assert bad.read_text("utf-8") == BAD
    assert outcome.out.startswith("--- a/net.arch\n+++ b/net.arch\n@@ ")
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "apply", "-"], input=outcome.out.encode(), check=True)
    assert lines(bad.read_text("utf-8")) == lines(ALL)
    right = archc("check", "net.arch", "--diff")
    assert (right.code, right.out, right.err) == (0, "", "")


def test_a_diff_of_a_file_without_a_last_line_end(net: Path, archc: Run) -> None:
    net.write_text(BAD.replace("\n}\n", "\n}").replace("conv(8, 3) -> batch_norm", "RELU"), "utf-8")
    outcome = archc("check", "net.arch", "--diff")
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "apply", "-"], input=outcome.out.encode(), check=True)
    assert net.read_text("utf-8").endswith("  relu\n}")


def test_standard_input_goes_to_standard_output(net: Path, archc: Run) -> None:
    outcome = archc("check", "-", "--fix", stdin=BAD)
    assert lines(outcome.out) == lines(SAFELY)
    assert outcome.code == 0
    assert "bias-before-norm" in outcome.err
    same = archc("check", "-", "--fix", stdin=outcome.out)
    assert same.out == outcome.out
    diff = archc("check", "-", "--diff", stdin=BAD)
    assert "-  rellu -> conv(8, 3, bias = False)\n" in diff.out


def test_json_says_what_was_fixed(bad: Path, archc: Run) -> None:
    outcome = archc("check", "net.arch", "--fix", "--format", "json")
    document = json.loads(outcome.out)
    assert document["fixed"] == [
        {"file": "net.arch", "problems": {"python-constant": 1, "unknown-name": 3}}
    ]
    assert [each["name"] for each in document["diagnostics"]] == ["bias-before-norm"]
    assert document["models"][0]["ok"]
    piped = json.loads(archc("check", "-", "--fix", "--format", "json", stdin=BAD).out)
    assert lines(piped["fixed"][0]["text"]) == lines(SAFELY)


def test_an_imported_file_is_fixed_where_it_is_named_too(net: Path, archc: Run) -> None:
    stem = net.with_name("stem.arch")
    net.write_text(
        'import "./stem.arch": Stem\n\nmodel net() {\n  input x: [N, 3, H = 8, W = 8]\n  Stem\n}\n',
        "utf-8",
    )
    wrong = "block Stem() {\n  conv_transpose(4, 3, output_padding = 1)\n}\n"
    stem.write_text(wrong, "utf-8")
    said = "help: --fix changes what is imported where it is named too: stem.arch\n"
    assert archc("check", "net.arch").err.endswith(said)
    assert said not in archc("check", "net.arch", "stem.arch").err
    alone = archc("check", "net.arch", "--fix")
    assert alone.code == 1
    assert stem.read_text("utf-8") == wrong
    both = archc("check", "net.arch", "stem.arch", "--fix")
    assert both.code == 0, both.err
    assert stem.read_text("utf-8") == wrong.replace(", output_padding = 1", "")
    assert both.out.startswith("stem.arch    fixed    output-padding-too-large\n")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_all_else_of_a_file_stays(net: Path, archc: Run, mark: bytes, end: bytes) -> None:
    text = "# f\u00fcr alle\nmodel net() {\n\tinput x: [N, 3, H = 8, W = 8]  \n  RELU\n}\n\n\n"
    data = mark + text.encode().replace(b"\n", end)
    net.write_bytes(data)
    net.chmod(0o640)
    assert archc("check", "net.arch", "--fix").code == 0
    assert net.read_bytes() == data.replace(b"RELU", b"relu")
    net.write_bytes(mark + BAD.encode().replace(b"\n", end))
    archc("check", "net.arch", "--fix")
    assert net.read_bytes().count(b"\r") == (net.read_bytes().count(b"\n") if b"\r" in end else 0)
    net.write_bytes(data.replace(b"RELU", b"relu"))
    assert net.stat().st_mode & 0o777 == 0o640


def test_a_file_that_changed_meanwhile_stays(
    bad: Path, archc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archc.output import rewriting

    write = rewriting.write

    def late(texts: Sequence[Text]) -> None:
        bad.write_text("# mine\n", "utf-8")
        write(texts)

    monkeypatch.setattr(rewriting, "write", late)
    outcome = archc("check", "net.arch", "--fix")
    assert outcome.code == 3
    assert "it was changed while it was checked" in outcome.err
    assert bad.read_text("utf-8") == "# mine\n"


def test_nothing_is_written_through_a_link_or_over_an_example(bad: Path, archc: Run) -> None:
    Path("link.arch").symlink_to("net.arch")
    outcome = archc("check", "link.arch", "--fix")
    assert outcome.code == 3
    assert bad.read_text("utf-8") == BAD
    outcome = archc("check", "resnet", "--fix")
    assert outcome.code == 2
    assert "archc new" in outcome.err


def test_one_file_that_cannot_be_written_leaves_all(bad: Path, archc: Run) -> None:
    other = bad.with_name("other.arch")
    Path("link.arch").symlink_to("net.arch")
    other.write_text(BAD, "utf-8")
    assert archc("check", "other.arch", "link.arch", "--fix").code == 3
    assert other.read_text("utf-8") == BAD


@pytest.mark.parametrize(
    "words",
    [
        ("--fix", "--diff"),
        ("--unsafe-fixes",),
        ("--watch", "--fix"),
        ("--watch", "--diff"),
        ("--diff", "--format=json"),
    ],
)
def test_what_says_nothing_beside_another_is_refused(
    bad: Path, archc: Run, words: tuple[str, ...]
) -> None:
    outcome = archc("check", "net.arch", *words)
    assert outcome.code == 2
    assert bad.read_text("utf-8") == BAD
