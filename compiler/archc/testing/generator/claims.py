"""A block in front that only says what it takes: the input as it is, or another."""

from __future__ import annotations

import re
from dataclasses import replace

from archc.testing.generator.choices import Choices
from archc.testing.generator.mistakes import inserted
from archc.testing.generator.project import MAIN, Project

_INPUT = re.compile(r"model \w+\([^\n]*\n  input \w+: (int|bool|)\[([^\]\n]*)\]\n")
_MODEL = re.compile(r"^model \w+\([^\n]*\{$", re.MULTILINE)


def with_claim(choices: Choices, made: Project) -> Project:
    """The project with such a block behind the input of its model, if that has one input."""
    text = made.files[MAIN]
    last = list(_MODEL.finditer(text))[-1]
    found = _INPUT.match(text, last.start())
    if found is None:
        return made
    dtype, said = found.groups()
    rank = said.count(",") + 1
    dims = ["N", "C", "D", "H", "W"][: min(rank, 2)] + ["D", "H", "W"][max(0, 5 - rank) :]
    dims = dims[:rank]
    verdict = "input of a block"
    if choices.chance(50):
        verdict = "value that does not fit"
        wrong = choices.integer(0, 2)
        if wrong == 0:
            dtype = choices.pick([each for each in ("", "int", "bool") if each != dtype])
        elif wrong == 1:
            dims.append(dims[-1])  # one more, of the same name
        else:
            dims = dims[:-1] or ["N", "C"]
    shape = f"{dtype}[{', '.join(dims)}]"
    block = f"block Says9() {{\n  input v9: {shape}\n  identity\n}}\n\n"
    head = re.match(r"((?:#[^\n]*\n|arch 1\n|import [^\n]*\n|\n)*)", text)
    assert head is not None
    changed = text[: head.end()] + block + text[head.end() :]
    constructs = made.constructs.copy()
    constructs[verdict] += 1
    files = {**made.files, MAIN: inserted(changed, "Says9")}
    return replace(made, files=files, constructs=constructs)
