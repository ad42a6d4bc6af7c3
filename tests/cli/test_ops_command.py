"""``archc ops``: the list, and the page of one op."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from running import Run

from archir.catalogue.registry import built_in, ops
from archir.op.contract import arguments_of


def test_it_lists_every_op_with_its_arguments(archc: Run) -> None:
    done = archc("ops")
    assert done.code == 0 and not done.err
    flat = re.sub(r"\n {3,}(?! *[A-Z])", " ", done.out)
    for keyword, op in ops().items():
        found = re.search(rf"^  {keyword}(\(.*)?$", flat, re.MULTILINE)
        assert found, keyword
        assert all(name in found[0] for name in op.arguments())


def test_lines_are_short_and_groups_stand_once(archc: Run) -> None:
    lines = archc("ops").out.split("\n")
    assert max(map(len, lines)) <= 100
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert len(headings) == len(set(headings)) and "Pooling" in headings
    assert not any(line.rstrip().endswith((" =", "=")) for line in lines)


@pytest.mark.parametrize("keyword", built_in())
def test_each_op_has_a_page(archc: Run, keyword: str) -> None:
    done = archc("ops", keyword)
    assert done.code == 0 and not done.err
    assert done.out.startswith(keyword)
    for name, field in arguments_of(ops()[keyword]).items():
        assert re.search(rf"^  {name}( = |   \()", done.out, re.MULTILINE)
        assert str(field.description).split()[0] in done.out
    assert re.search(rf"^    .*\b{keyword}\b", done.out, re.MULTILINE), "the example"


def test_json_says_the_same(archc: Run) -> None:
    done = archc("ops", "--format", "json")
    listed = json.loads(done.out)
    assert listed["version"] == 1 and listed["faults"] == []
    assert [op["keyword"] for op in listed["ops"]] == list(built_in())
    one = json.loads(archc("ops", "max_pool", "--format", "json").out)["op"]
    assert one in listed["ops"]
    assert one["package"] is None and one["inputs"] == "one" and one["is_module"]
    kernel, stride, *_ = one["arguments"]
    assert kernel["name"] == "kernel_size" and kernel["default"] is None
    assert stride["name"] == "stride" and stride["default"] == "none"


def test_an_unknown_op(archc: Run) -> None:
    done = archc("ops", "max_poool")
    assert done.code == 2
    assert done.err == "error: there is no op max_poool\nhelp: did you mean max_pool?\n"
    assert archc("ops", "Swish").err == "error: there is no op Swish\nhelp: did you mean silu?\n"
    assert archc("ops", "RELU").err == "error: there is no op RELU\nhelp: did you mean relu?\n"


def test_what_is_not_there_yet_is_told_so(archc: Run) -> None:
    done = archc("ops", "FFT")
    assert done.code == 2 and not done.out
    assert "there is no op FFT" in done.err and "FFT is not in archc yet" in done.err


@pytest.mark.parametrize(
    "word", ["LayerNorm2d", "l2norm", "index_add", "scatter_mean", "sparsemax"]
)
def test_the_answer_is_that_of_a_text(archc: Run, tmp_path: Path, word: str) -> None:
    file = tmp_path / "net.arch"
    file.write_text(f"model m() {{\n  input x: [N, 4, H = 8, W = 8]\n  {word}(3)\n}}\n")
    answer = archc("ops", word).err.partition("help: ")[2]
    assert answer and answer in archc("check", str(file)).err + archc("check", str(file)).out


def test_a_word_like_no_op_is_answered_in_a_line(archc: Run) -> None:
    assert len(archc("ops", "xyzzy").err.splitlines()[-1]) < 80


def test_another_name_leads_to_the_op(archc: Run) -> None:
    assert "did you mean channel_dropout?" in archc("ops", "dropout2d").err
