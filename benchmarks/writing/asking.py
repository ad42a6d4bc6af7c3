"""From a task to a prompt, and from what a command prints to a text."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .judge import judged
from .tasks import Task

PRIMER = Path(__file__).parents[2] / "docs/primer.md"

_FENCE = re.compile(r"^```[\w-]*[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Outcome:
    """What became of a task: the last answer, what was wrong with each, and the rounds it took."""

    task: Task
    text: str
    wrong: list[list[str]]

    @property
    def is_accepted(self) -> bool:
        """Whether nothing was wrong with the last answer."""
        return not self.wrong[-1]


def prompt(task: Task, primer: str) -> str:
    """What a command is given on its standard input."""
    return (
        f"{primer.rstrip()}\n\n---\n\nWrite this network in the language above. {task.words} "
        f"Call the model {task.name}. Import from the standard library alone, if at all. "
        "Answer with the text and nothing else.\n"
    )


def again(asked: str, text: str, wrong: list[str]) -> str:
    """What it is given where its answer was not accepted."""
    said = "\n".join(wrong)
    return f"{asked}\nThe answer was:\n\n{text}\n\nIt is not accepted:\n\n{said}\n\nAnswer again.\n"


def text_of(answer: str) -> str:
    """The text in an answer: what stands in its fences, or all of it."""
    blocks = _FENCE.findall(answer)
    return "\n".join(blocks) if blocks else answer


def outcome(task: Task, command: str, primer: str, rounds: int, limit: float) -> Outcome:
    """Ask a command for a task, and again with what was wrong, as often as it may."""
    asked = first = prompt(task, primer)
    wrong: list[list[str]] = []
    text = ""
    for _ in range(rounds):
        try:
            done = subprocess.run(
                command, shell=True, input=asked, capture_output=True, text=True,
                timeout=limit, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            wrong.append([f"the command took longer than {limit:g} s"])
            break
        if done.returncode:
            wrong.append([f"the command failed: {done.stderr.strip()[-500:]}"])
            break
        text = text_of(done.stdout)
        wrong.append(judged(task, text))
        if not wrong[-1]:
            break
        asked = again(first, text, wrong[-1])
    return Outcome(task, text, wrong)
