"""The benchmark of writing: its tasks can be done, and nothing else is taken for it."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from writing.__main__ import main
from writing.asking import PRIMER, prompt, text_of
from writing.judge import judged
from writing.tasks import Task, arithmetic, read

TASKS = read()
BY_NAME = {task.name: task for task in TASKS}


def named(task: Task, text: str) -> str:
    """Another text with its model under the name that the task wants."""
    return re.sub(r"^model \w+", f"model {task.name}", text, flags=re.MULTILINE)


def test_there_are_sixty_over_ten_fields() -> None:
    assert len(BY_NAME) == len(TASKS) == 60
    assert set(Counter(task.field for task in TASKS).values()) == {6}
    for task in TASKS:
        assert any(run.outputs is not None for run in task.runs)
        assert task.reference not in prompt(task, "") and len(task.words) > 100


@pytest.mark.parametrize("field", sorted({task.field for task in TASKS}))
def test_references_pass_and_other_answers_fail(field: str) -> None:
    tasks = [task for task in TASKS if task.field == field]
    for task, other in zip(tasks, [*tasks[1:], tasks[0]], strict=True):
        assert judged(task, task.reference) == [], task.name
        assert judged(task, ""), task.name
        assert judged(task, f"model {task.name}() {{\n  input x: [N, 3]\n  relu\n}}\n"), task.name
        assert judged(task, named(task, other.reference)), (task.name, other.name)


SLIPS = [
    (r"\brelu\b", "gelu"),
    (r"\bsilu\b", "relu"),
    (r"\btanh\b", "sigmoid"),
    (r"\bmax_pool\b", "avg_pool"),
    (r"\bsoftmax\((-?\d)\)", r"log_softmax(\1)"),
    (r", dilation = \w+", ""),
    (r"\bglobal_avg_pool\b", "adaptive_max_pool(1) -> flatten"),
    (r"\bmultiply \[", "add ["),
    (r"\bbatch_norm\b", "instance_norm(affine = true)"),
    (r"is_causal = true", "is_causal = false"),
    (r"\bconcat \[(\w+), (\w+)\]", r"concat [\2, \1]"),
    (r"\bmean\(1\)", "sum(1)"),
    (r"scale_factor = (\d), mode = \"bilinear\"", r"scale_factor = \1"),
]
"""What is easily mistaken, and counts the same parameters or nearly."""


def test_slips_are_seen() -> None:
    """One word of a reference is another one: most have the same shapes and parameters."""
    seen = Counter[str]()
    for task in TASKS:
        for pattern, other in SLIPS:
            slipped = re.sub(pattern, other, task.reference, count=1)
            if slipped != task.reference:
                assert judged(task, slipped), (task.name, pattern)
                seen[pattern] += 1
    assert seen.keys() == {pattern for pattern, _ in SLIPS}


def test_names_and_order_are_free_where_the_words_leave_them() -> None:
    text = """
model two_heads(width = 64) {
  input vector: [B, 30]
  "the trunk": { linear(width) -> relu } as shared
  shared -> deep: linear(16) -> relu -> last: linear(4) -> sigmoid as boxes
  classes: linear(10) [shared] as logits
  output logits, boxes
}
"""
    text = text.replace("classes: linear(10) [shared]", "shared -> classes: linear(10)")
    assert judged(BY_NAME["two_heads"], text) == []
    swapped = text.replace("output logits, boxes", "output boxes, logits")
    assert judged(BY_NAME["two_heads"], swapped)


def test_weights_of_one_shape_are_told_apart_in_any_order() -> None:
    task = BY_NAME["cross_attention"]
    turned = task.reference.replace(
        "  memory -> linear(16, bias = false) as k\n  memory -> linear(16, bias = false) as v\n",
        "  memory -> linear(16, bias = false) as v\n  memory -> linear(16, bias = false) as k\n",
    )
    assert turned != task.reference and judged(task, turned) == []
    one = task.reference.replace("matmul [_, v]", "matmul [_, k]")
    one = one.replace("  memory -> linear(16, bias = false) as v\n", "")
    assert judged(task, one)
    gates = BY_NAME["selective"].reference
    assert judged(BY_NAME["selective"], gates.replace("multiply [near, a]", "multiply [near, b]"))


def test_keys_are_held_where_the_words_say_them() -> None:
    task = BY_NAME["named_blocks"]
    (said,) = judged(task, task.reference.replace("up:", "upwards:"))
    assert "block0.up.weight" in said


def test_what_is_wrong_is_said_without_giving_the_answer() -> None:
    task = BY_NAME["lenet"]
    (said,) = judged(task, task.reference.replace("linear(84)", "linear(85)"))
    assert "61,837" in said and f"{task.parameters:,}" not in said
    assert "did you mean relu" in judged(task, task.reference.replace("relu", "rellu"))[0]
    assert "standard library" in judged(task, "import examples.lenet: lenet\n")[0]
    # 28 x 28 is to be refused, as LeNet's first layers here have no padding
    taken = judged(task, task.reference.replace("flatten", "adaptive_avg_pool(5) -> flatten"))
    assert "refused" in taken[0]


def test_parameters_are_sums_of_products_and_nothing_else() -> None:
    assert arithmetic("6*1*25+6 +\n 2*(3-1)") == 160
    for text in ("2**9", "__import__('os')", "1.5", "a", "(lambda: 1)()"):
        with pytest.raises(ValueError, match="sum of products"):
            arithmetic(text)


def test_an_answer_is_what_stands_in_fences() -> None:
    assert text_of("model a") == "model a"
    assert text_of("Here it is:\n```arch\nmodel a\n```\nDone.") == "model a\n"


COMMAND = """
import re, sys
from writing.tasks import read
asked = sys.stdin.read()
assert "archc in one page" in asked
name = re.search(r"Call the model (\\w+)\\.", asked)[1]
task = next(each for each in read() if each.name == name)
if name == "ghost" and "It is not accepted" not in asked:
    print(task.reference.replace("relu", "rellu"))
elif name == "shuffled":
    sys.exit("no more today")
elif name == "inverted":
    print("I cannot")
else:
    print(f"```arch\\n{task.reference}```")
"""


def test_a_command_is_asked_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answer.py").write_text(COMMAND)
    monkeypatch.setenv(
        "PYTHONPATH", ":".join([str(Path(PRIMER).parents[1] / "benchmarks"), *sys.path])
    )
    into = tmp_path / "kept.jsonl"
    command = f"{sys.executable} {tmp_path / 'answer.py'}"
    assert main([command, "--only", "mobile", "--rounds", "2", "--into", str(into)]) == 0
    told = capsys.readouterr()
    assert "| mobile | 6 | 3 | 4 |" in told.out
    assert "mobile/shuffled: the command failed: no more today" in told.err
    kept = {one["task"]: one for one in map(json.loads, into.read_text().splitlines())}
    assert kept["ghost"]["answers"] == 2 and "rellu" in kept["ghost"]["wrong"][0][0]
    assert not kept["inverted"]["accepted"] and kept["inverted"]["text"] == "I cannot\n"


def test_prompts_can_be_had_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--prompt", "--only", "lenet"]) == 0
    said = capsys.readouterr().out
    assert "archc in one page" in said and "LeNet-5" in said and "model lenet()" not in said
