"""``python -m benchmarks.writing COMMAND``: have a command write the networks of the tasks.

The command gets a prompt on standard input and prints a text: a language model behind any tool. Of
each field it is said how many of its tasks were accepted at the first answer, and in all; with
``--rounds 3`` what was wrong is given back twice. ``--into FILE`` keeps every answer, as lines of
JSON; ``--only WORD`` takes the tasks and fields that have this word; ``--prompt`` prints prompts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from .asking import PRIMER, Outcome, outcome, prompt
from .tasks import Task, read


def main(arguments: list[str]) -> int:
    """Run the command over the tasks, and print what came of it."""
    parser = argparse.ArgumentParser("benchmarks.writing", description=__doc__)
    parser.add_argument("command", nargs="?", help="run by the shell")
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--limit", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--primer", type=Path, default=PRIMER, metavar="FILE")
    parser.add_argument("--into", type=Path, metavar="FILE")
    parser.add_argument("--prompt", action="store_true")
    asked = parser.parse_args(arguments)
    tasks = [each for each in read() if asked.only in each.name or asked.only in each.field]
    primer = asked.primer.read_text("utf-8")
    if asked.prompt:
        sys.stdout.write("\n".join(prompt(each, primer) for each in tasks))
        return 0
    if not asked.command or not tasks or asked.rounds < 1:
        parser.error("a command is needed, tasks for it, and one round at least")
    found: list[Outcome] = []
    for task in tasks:
        one = outcome(task, asked.command, primer, asked.rounds, asked.limit)
        found.append(one)
        said = "accepted" if one.is_accepted else one.wrong[-1][0].split("\n")[0]
        print(f"{task.field}/{task.name}: {said}", file=sys.stderr)
        if asked.into is not None:
            with asked.into.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(_kept(one)) + "\n")
    sys.stdout.write(table(found))
    return 0


def _kept(one: Outcome) -> dict[str, object]:
    task: Task = one.task
    return {
        "field": task.field,
        "task": task.name,
        "accepted": one.is_accepted,
        "answers": len(one.wrong),
        "wrong": one.wrong,
        "text": one.text,
    }


def table(found: list[Outcome]) -> str:
    """How many tasks of each field were accepted."""
    asked = Counter(one.task.field for one in found)
    first = Counter(one.task.field for one in found if not one.wrong[0])
    last = Counter(one.task.field for one in found if one.is_accepted)
    lines = ["| field | tasks | at first | in all |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {each} | {asked[each]} | {first[each]} | {last[each]} |" for each in asked]
    lines.append(f"| all | {asked.total()} | {first.total()} | {last.total()} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
