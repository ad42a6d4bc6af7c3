"""``archc summary``, and ``archc.summary`` beside it."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from running import NET, Run

import archc
from archc.api.costing import Summary
from archc.request.requests import DTYPES

CONV1, CONV2, LINEAR = (3 * 9 + 1) * 8, (8 * 9 + 1) * 16, (16 + 1) * 10
MACS = 32 * 32 * 8 * 27 + 32 * 32 * 16 * 72 + 16 * 10


@pytest.fixture
def summary(net: Path) -> Summary:
    return archc.summary(net)


def test_a_table_and_a_card_are_printed(archc: Run, net: Path) -> None:
    done = archc("summary", "net.arch")
    assert (done.code, done.err) == (0, "")
    head, rule, first, *rest = done.out.splitlines()
    assert head.split() == [
        "layer",
        "op",
        "output",
        "parameters",
        "MACs",
        "memory",
        "field",
        "stride",
    ]
    assert set(rule) == {"-"}
    assert first.split()[:2] == ["0", "conv"] and f"{CONV1}  " in first
    assert f"  parameters  {CONV1 + CONV2 + LINEAR:,} (" in done.out
    assert f"  MACs        {MACS:,}, and " in done.out
    assert all(not line.endswith(" ") for line in [head, first, *rest])


def test_a_batch_multiplies_what_runs_and_not_what_is_there(archc: Run, net: Path) -> None:
    done = archc("summary", "net.arch", "--batch", "8", "--format", "json")
    document = json.loads(done.out)
    assert document["totals"]["macs"] == 8 * MACS
    assert document["totals"]["parameters"] == CONV1 + CONV2 + LINEAR
    assert document["rows"][0]["outputs"][0]["shape"] == [8, 8, 32, 32]
    assert document["sizes"]["N"] == 8


def test_half_the_bytes_are_half_the_memory(archc: Run, net: Path) -> None:
    full, half = (
        json.loads(archc("summary", "net.arch", "--dtype", dtype, "--format", "json").out)
        for dtype in ("fp32", "bf16")
    )
    for key in ("parameters", "peak", "gradients"):
        assert full["memory"][key] == 2 * half["memory"][key]


def test_adam_remembers_two_numbers_a_parameter(archc: Run, net: Path) -> None:
    done = archc("summary", "net.arch", "--optimizer", "adam", "--format", "json")
    used = json.loads(done.out)["memory"]
    assert used["optimizer_state"] == 2 * used["parameters"]


def test_expressions_have_the_value_of_the_numbers(archc: Run, net: Path) -> None:
    done = archc("summary", "net.arch", "--symbolic", "--format", "json")
    document = json.loads(done.out)
    assert document["sizes"] is None and document["memory"] is None
    sizes: dict[str, Any] = {"N": 1, "H": 32, "W": 32}
    assert eval(document["totals"]["macs"], sizes) == MACS


def test_csv_has_whole_numbers(archc: Run, net: Path) -> None:
    done = archc("summary", "net.arch", "--format", "csv", "--all")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [int(row["parameters"]) for row in rows if row["op"] == "conv"] == [CONV1, CONV2]
    assert rows[0]["path"] == "0" and rows[0]["output"] == "[1, 8, 32, 32]"


def test_markdown_names_layers_by_their_paths(archc: Run, net: Path) -> None:
    head = archc("summary", "net.arch", "--format", "markdown").out.splitlines()[0]
    assert head.startswith("| path | op | output |")
    done = archc("summary", "net.arch", "--format", "markdown", "--columns", "path,op,output")
    lines = done.out.splitlines()
    assert lines[:3] == ["| path | op | output |", "| --- | --- | --- |",
                         "| `0` | conv | [1, 8, 32, 32] |"]  # fmt: skip
    assert all(line.count(" | ") == 2 for line in lines)


def test_equal_neighbours_are_folded_unless_all_is_asked(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("[8, 16]", "[8, 8, 8, 8]").replace("-> act", ""), "utf-8")
    assert "1..3 x3" in archc("summary", "net.arch", "--model", "net").out
    everything = archc("summary", "net.arch", "--model", "net", "--all").out
    assert " x3" not in everything and everything.count(" conv ") == 4


GROUPED = """\
model net() {
  input image: [N, 4, H = 8, W = 8]
  conv(8, 3, padding = 1, groups = 4)
}
"""


def test_torch_s_number_is_told_halved_and_as_it_is_printed(archc: Run, net: Path) -> None:
    """By hand; a step has no gradient of the image, and torch takes the weights' for four times."""
    once = 8 * 8 * 8 * 9
    net.write_text(GROUPED, "utf-8")
    told = json.loads(archc("summary", "net.arch", "--count-as", "torch", "--format", "json").out)
    assert (told["macs"], told["printed"], told["parameters"]) == (once, 2 * once, None)
    assert told["differences"] == [] and told["ours"]["macs"] == once
    step = told["training"]
    assert (step["macs"], step["printed"]) == (5 * once, 10 * once)
    assert step["ours"] == {"macs": 2 * once}
    (difference,) = step["differences"]
    assert (difference["op"], difference["amount"]) == ("conv", 3 * once)
    printed = archc("summary", "net.arch", "--count-as", "torch").out
    assert f"{once:,}  which it prints as {2 * once:,} operations" in printed
    assert f"{5 * once:,}  which it prints as {10 * once:,} operations" in printed


def test_other_counters_count_no_training_steps(archc: Run, net: Path) -> None:
    told = json.loads(archc("summary", "net.arch", "--count-as", "thop", "--format", "json").out)
    assert told["printed"] == told["macs"] and told["training"] is None


ATTENTION = """\
model attention() {
  input image: [N, 8, H = 16, W = 16]
  tokens: { flatten(2) } as x
  permute(0, 2, 1) as q
  matmul [q, x] -> softmax(-1) as scores
  matmul [scores, q] -> out: { permute(0, 2, 1) -> reshape(N, 8, H, W) }
}
"""


def test_the_field_behind_what_cannot_be_followed_is_all(archc: Run, net: Path) -> None:
    Path("attention.arch").write_text(ATTENTION, "utf-8")
    done = archc("summary", "attention.arch", "--field", "out")
    assert (done.code, done.err) == (0, "")
    assert done.out == "out sees all of image's height\nout sees all of image's width\n"


def test_one_place_s_field(archc: Run, net: Path) -> None:
    done = archc("summary", "net.arch", "--field", "2")
    assert done.out.splitlines()[0].startswith("2 sees 5 of image's height, stride 1")
    wrong = archc("summary", "net.arch", "--field", "22")
    assert wrong.code == 2 and "no module 22" in wrong.err and "shows all paths" in wrong.err
    far = archc("summary", "net.arch", "--field", "somewhere")
    assert "archc summary net.arch --all --columns path shows all paths" in far.err
    assert "\n0\n" in archc("summary", "net.arch", "--all", "--columns", "path").out


TWICE = """\
model twice() {
  input image: [N, 4, H = 8, W = 8]
  module same = { conv(4, 3, padding = 1) -> relu }
  module alone = conv(4, 3, padding = 1)
  param shift: [1, 4, 1, 1] = zeros
  same -> same -> same -> alone
  add [_, shift] -> alone
}
"""


def test_each_run_of_a_module_has_its_field(archc: Run, net: Path) -> None:
    """Three convolutions of 3 see 3, 5 and 7; one more 9, and one more 11."""
    Path("twice.arch").write_text(TWICE, "utf-8")
    for path, seen in (("same", [3, 5, 7]), ("same.0", [3, 5, 7]), ("alone", [9, 11])):
        lines = archc("summary", "twice.arch", "--field", path).out.splitlines()
        assert [line.partition(",")[0] for line in lines] == [
            f"{path} (run {number} of {len(seen)}) sees {one} of image's {axis}"
            for number, one in enumerate(seen, 1)
            for axis in ("height", "width")
        ]
        told = json.loads(archc("summary", "twice.arch", "--field", path, "--format", "json").out)
        assert [[axis["size"] for axis in use] for use in told["uses"]] == [[s, s] for s in seen]
        assert told["field"] == told["uses"][-1]


def test_the_field_of_a_parameter_and_of_the_whole(archc: Run, net: Path) -> None:
    Path("twice.arch").write_text(TWICE, "utf-8")
    lines = archc("summary", "twice.arch", "--field", "shift").out.splitlines()
    assert lines == [f"shift sees nothing of image's {axis}" for axis in ("height", "width")]
    lines = archc("summary", "twice.arch", "--field", "").out.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        f"twice sees 11 of image's {axis}" for axis in ("height", "width")
    ]


def test_a_model_without_spatial_axes_says_so(archc: Run, net: Path) -> None:
    Path("flat.arch").write_text("model flat() { input x: [N, 6]\n linear(8) }\n", "utf-8")
    done = archc("summary", "flat.arch", "--field", "0")
    assert (done.code, done.out) == (
        0, "0: the inputs of flat have no axes but batch and channels\n"
    )  # fmt: skip


def test_markdown_has_the_columns_that_are_asked_for(archc: Run, net: Path) -> None:
    net.write_text(
        NET.replace("for width", "body: { for width").replace("act }", "act } }"), "utf-8"
    )
    words = ["--model", "net", "--format", "markdown", "--columns", "layer,path,op"]
    lines = archc("summary", "net.arch", *words).out.splitlines()
    assert lines[0] == "| layer | path | op |" and lines[3] == "| 0 | `body.0` | conv |"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--columns", "layer,mac"], "did you mean macs?"),
        (["--dtype", "fp8"], "there is no dtype fp8"),
        (["--optimizer", "adm"], "did you mean adam?"),
        (["--batch", "0"], "the batch is 0, and a batch is at least 1"),
        (["--batch", "x"], "a batch is a whole number from 1, not x"),
        (["--batch", "9" * 5000], "the batch has more than 18 digits, and no tensor is so large"),
        (["--size", "H=" + "9" * 5000], "the size H has more than 18 digits"),
        (["--depth", "x"], "a depth is a whole number from 1"),
        (["--count-as", "torchinf"], "did you mean torchinfo?"),
        (["--format", "html"], "there is no format html"),
        (["--size", "h=3"], "the model has no size h\nhelp: did you mean H?"),
        (["--batch", "2", "--size", "N=3"], "the batch is given twice"),
        (["--symbolic", "--batch", "2"], "--symbolic is for all sizes: it goes without --batch"),
        (["--symbolic", "--optimizer", "adam"], "it goes without --optimizer"),
        (["--symbolic", "--count-as", "thop"], "it goes without --symbolic"),
        (["--all", "--depth", "2"], "it goes without --depth"),
        (["--field", "0", "--count-as", "thop"], "--field says what one place sees: it goes with"),
        (["--field", "0", "--format", "csv"], "it goes without --format csv"),
        (["--field", "0", "--format", "markdown"], "it goes without --format markdown"),
        (["--field", "0", "--columns", "macs"], "it goes without --columns"),
        (["--field", "0", "--dtype", "fp16"], "it goes without --dtype"),
        (["--field", "0", "--all"], "it goes without --all"),
        (["--count-as", "thop", "--format", "csv"], "it goes without --format csv"),
        (
            ["--count-as", "thop", "--columns", "op", "--depth", "1"],
            "without --depth and --columns",
        ),
        (["--format", "json", "--columns", "macs"], "it goes without --columns"),
        (["--columns", ""], "no column is named"),
        (["--columns", "layer,,macs"], "no column stands beside a comma of layer,,macs"),
        (["--columns", "flops"], "did you mean macs?"),
        (["--columns", "layer,Params"], "did you mean parameters?"),
        (["--format", "md"], "did you mean markdown?"),
        (["--json"], "did you mean --format json?"),
        (["--csv"], "did you mean --format csv?"),
        (["--adam"], "did you mean --optimizer adam?"),
        (["other.arch"], "archc summary takes one FILE, and is given other.arch too"),
    ],
)
def test_wrong_uses_are_said(archc: Run, net: Path, words: list[str], said: str) -> None:
    done = archc("summary", "net.arch", *words)
    assert done.code == 2 and said in done.err and not done.out


def test_sizes_that_do_not_run_are_refused(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("global_avg_pool", "max_pool(8) -> global_avg_pool"), "utf-8")
    done = archc("summary", "net.arch", "--model", "net", "--size", "H=4")
    assert done.code == 1 and "error[kernel-does-not-fit]" in done.err
    done = archc("summary", "net.arch", "--model", "net", "--size", "H=4", "--format", "json")
    document = json.loads(done.out)
    assert (done.code, done.err, document["model"]) == (1, "", None)
    assert [one["name"] for one in document["diagnostics"]] == ["kernel-does-not-fit"]


def test_a_counter_of_one_sample_needs_a_model_that_takes_one(archc: Run, net: Path) -> None:
    text = "model net() { input x: [N = 2, 4, H = 8]\n chunk(2, 0) as a, b\n add [a, b] }\n"
    net.write_text(text, "utf-8")
    done = archc("summary", "net.arch", "--count-as", "ptflops", "--format", "json")
    (refused,) = json.loads(done.out)["diagnostics"]
    assert (done.code, done.err) == (1, "") and "at N = 1" in refused["message"]


def test_a_model_without_a_batch_size_has_none_to_give(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("[N, 3,", "[2, 3,"), "utf-8")
    done = archc("summary", "net.arch", "--model", "net", "--batch", "4")
    assert done.code == 2 and "error: net has no batch size: its inputs begin with 2" in done.err
    done = archc("summary", "net.arch", "--model", "net", "--count-as", "ptflops")
    assert done.code == 2 and "ptflops counts one sample, and net has no batch size" in done.err


def test_help_says_what_is_taken(archc: Run) -> None:
    said = " ".join(archc("summary", "--help").out.split())
    assert all(f" {name}" in said for name in DTYPES)
    assert "Take this size of the inputs in the place of its default" in said


def test_a_wrong_file_has_no_table(archc: Run, net: Path) -> None:
    net.write_text(NET.replace("padding", "pading"), "utf-8")
    assert archc("summary", "net.arch").code == 1
    done = archc("summary", "net.arch", "--format", "json")
    assert done.code == 1 and json.loads(done.out)["model"] is None


def test_the_summary_in_python_is_what_is_printed(archc: Run, net: Path, summary: Summary) -> None:
    assert archc("summary", "net.arch").out == f"{summary}\n"
    assert "&" not in summary._repr_html_() and "<td style" in summary._repr_html_()
    assert f"{CONV1 + CONV2 + LINEAR:,} parameters" in repr(summary)


def test_a_summary_of_a_symbolic_model_has_no_sizes_to_count_at(net: Path) -> None:
    with pytest.raises(ValueError, match="without sizes"):
        archc.summary(net, symbolic=True, batch=2)
    with pytest.raises(ValueError, match="count at sizes"):
        archc.summary(net, symbolic=True).count_as("thop")


def test_data_frames_need_pandas(summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(archc.PackageMissingError, match="pip install pandas"):
        summary.to_pandas()


def test_data_frames_hold_the_rows(summary: Summary) -> None:
    frame = summary.to_pandas()
    assert list(frame["path"]) == [row.path for row in summary.rows]
    assert frame["parameters"].dtype == "int64" and frame["macs"].sum() == MACS
    assert frame.loc[frame["op"] == "conv", "parameters"].tolist() == [CONV1, CONV2]
    assert len(summary.to_pandas(depth=1, fold=True)) == len(summary.table(1))
