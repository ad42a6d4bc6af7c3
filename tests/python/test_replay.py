"""The comparison of two sources without torch: it notices every change, and needs no torch."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest
from printed import compiled, expression
from texts import FOLLOWED, LITERAL

from archc.python import source
from archc.python.replay import ReplayError, record

TEXTS = {name: textwrap.dedent(text) for name, text in {**FOLLOWED, **LITERAL}.items()}


def run(text: str, inputs: int) -> object:
    return record(text, expression(text), inputs, {})


def mutants(text: str) -> Iterator[str]:
    """The text with one number, sign, call or name changed; not in the smoke run."""
    end = text.index('if __name__ == "__main__":')
    for found in re.finditer(r"(?<![\w.\"])\d+(?![\w.])", text[:end]):
        yield text[: found.start()] + str(int(found[0]) + 1) + text[found.end() :]
    changes = (
        (r"nn\.ReLU", "nn.Tanh"),
        (r" \+ ", " - "),
        (r"zeros_", "ones_"),
        (r"bias=False", "bias=True"),
        (r"\"weight\"|\.weight", ".bias"),
        (r"self\.c = ", "self.cc = "),
        (r"dim=1", "dim=2"),
    )
    for pattern, other in changes:
        for found in re.finditer(pattern, text[:end]):
            yield text[: found.start()] + other + text[found.end() :]


@pytest.mark.parametrize("name", TEXTS)
def test_notices_every_change(name: str) -> None:
    typed = compiled(TEXTS[name], "m")
    inputs = len(typed.graph.root.inputs)
    text = source(typed, follow=False)
    truth = run(text, inputs)
    assert run(text, inputs) == truth
    for mutant in mutants(text):
        try:
            other = run(mutant, inputs)
        except ReplayError:
            continue
        assert other != truth, mutant


def test_what_it_may_import() -> None:
    with pytest.raises(ReplayError, match="it imports os"):
        record("import os", "None", 0, {})


def test_needs_no_torch() -> None:
    script = f"""
import sys
sys.modules["torch"] = None
sys.path[:0] = {sys.path!r}
from archc import pipeline
from archc.python import source
from archir.source import Source
typed, _ = pipeline.compile_source(Source("m", {TEXTS["residual"]!r}), None, "m")
assert source(typed) != source(typed, follow=False)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
