"""Whatever the text, loading and resolving it ends with an answer, and says it with a place."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from nameskit import problems
from test_names_of_bodies import CLEAN, WRONG

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = [
    *(path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.arch"))),
    *CLEAN,
    *(text for text, _ in WRONG),
]
TOKEN = re.compile(r"\s+|\w+|\"[^\"\n]*\"|->|::|\.\.|.", re.DOTALL)
TOKENS = sorted({token for text in TEXTS for token in TOKEN.findall(text)})


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A file of these tests with a few words left out, put in, or taken from elsewhere."""
    tokens = TOKEN.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(tokens) - 1))
        kind = draw(st.sampled_from(["drop", "add", "replace", "repeat"]))
        if kind == "drop" and len(tokens) > 1:
            del tokens[at]
        elif kind == "replace":
            tokens[at] = draw(st.sampled_from(TOKENS))
        elif kind == "repeat":
            tokens.insert(at, tokens[at])
        else:
            tokens.insert(at, draw(st.sampled_from(TOKENS)))
    return "".join(tokens)


@settings(max_examples=300)
@given(mutants())
def test_it_ends_with_an_answer(text: str) -> None:
    for found in problems(text):
        span = found.span
        assert 0 <= span.start <= span.end <= len(span.source.text)
        assert found.problem.message()
        found.problem.hint()
        found.problem.label()
