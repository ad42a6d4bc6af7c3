"""The grammars for constrained decoding: what they give can be read, and what ships is in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import llguidance
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark
from llguidance import LLMatcher, LLTokenizer
from llguidance.gbnf_to_lark import (
    AlternativeNode,
    ASTNode,
    GrammarParser,
    LiteralNode,
    RegexNode,
    RepetitionNode,
    RuleRefNode,
    SequenceNode,
)

from archdsl.syntax.parser import parse
from archir.base.source import Source

ROOT = Path(__file__).resolve().parents[2]
GRAMMARS = ROOT / "docs/grammar"
LARK = (GRAMMARS / "arch.lark").read_text("utf-8")
GBNF = (GRAMMARS / "arch.gbnf").read_text("utf-8")
FILES = sorted([*(ROOT / "examples").glob("*.arch"), *(ROOT / "dsl/archdsl/std").glob("*.arch")])

# Blanks as people write them, and now and then a comment: else the sentences are blanks above all.
BLANKS = {
    "SP": st.just(" "),
    "NL": st.sampled_from(["\n", "\n\n", "  # x\n"]),
    "INDENT": st.sampled_from(["\n ", "\n  ", " # y\n "]),
    "ANY": st.sampled_from([" ", " ", "\n", "\n # z\n  "]),
}
SENTENCES = from_lark(Lark(LARK, parser="earley"), explicit=BLANKS)


@settings(max_examples=80, suppress_health_check=list(HealthCheck), deadline=None)
@given(SENTENCES)
def test_every_sentence_can_be_read(text: str) -> None:
    tree, found = parse(Source("sentence.arch", text))
    assert tree is not None
    assert [each.problem.message() for each in found] == []


@pytest.fixture(scope="module")
def decoder() -> tuple[LLTokenizer, str]:
    """A tokenizer of bytes, and the grammar as llguidance has it."""
    tokenizer = LLTokenizer("byte")
    grammar = llguidance.grammar_from("lark", LARK)
    assert not LLMatcher.validate_grammar(grammar, tokenizer)
    return tokenizer, grammar


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_ships_is_in_it(path: Path, decoder: tuple[LLTokenizer, str]) -> None:
    assert _accepted(path.read_text("utf-8"), decoder)


WRONG = [
    "model net() {\n  input x: [N, 3]\n  relu(\n}\n",
    "model net() {\n  x = relu(image)\n}\n",
    "model net() {\n  conv(bias = false, 3)\n}\n",
    "model net() {\n  relu if true -> relu\n}\n",
    "model if() {\n}\n",
    'let x = "{}"\n',
    "let x = 1 < 2 < 3\n",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_read_is_not(text: str, decoder: tuple[LLTokenizer, str]) -> None:
    assert list(parse(Source("wrong.arch", text))[1])
    assert not _accepted(text, decoder)


def _accepted(text: str, decoder: tuple[LLTokenizer, str]) -> bool:
    tokenizer, grammar = decoder
    matcher = LLMatcher(tokenizer, grammar)
    tokens = tokenizer.tokenize_bytes(text.encode())
    return bool(matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting())


# --- GBNF, whose rules are those of characters ---------------------------------------------------


class _Characters:
    """Where a text may end that begins somewhere in a text, by the rules of the GBNF."""

    def __init__(self, text: str) -> None:
        # The reader forgets the zero of \\u061c.
        self.rules = GrammarParser().parse(GBNF.replace(r"\u061c", "\u061c"))
        self.text = text
        self.known: dict[tuple[str, int], frozenset[int]] = {}

    def accepts(self) -> bool:
        return len(self.text) in self.ends(RuleRefNode("root"), 0)

    def ends(self, node: ASTNode, at: int) -> frozenset[int]:
        match node:
            case LiteralNode(value):
                word = json.loads(f'"{value}"')
                return frozenset([at + len(word)] if self.text.startswith(word, at) else [])
            case RegexNode(pattern):
                return frozenset([at + 1] if re.compile(pattern).match(self.text, at) else [])
            case RuleRefNode(name):
                if (name, at) not in self.known:
                    self.known[name, at] = self.ends(self.rules[name].alternatives, at)
                return self.known[name, at]
            case SequenceNode(nodes):
                here = frozenset([at])
                for each in nodes:
                    here = frozenset(end for begin in here for end in self.ends(each, begin))
                return here
            case AlternativeNode(nodes):
                return frozenset(end for each in nodes for end in self.ends(each, at))
            case RepetitionNode(of, least, most):
                return self.repeated(of, least, most, at)
            case _:
                raise AssertionError(node)

    def repeated(self, of: ASTNode, least: int, most: int | None, at: int) -> frozenset[int]:
        found = frozenset([at] if least == 0 else [])
        here, count = frozenset([at]), 0
        while here and (most is None or count < most):
            count += 1
            nexts = frozenset(end for begin in here for end in self.ends(of, begin))
            here = nexts - (found if count > least else frozenset())
            found |= nexts if count >= least else frozenset()
        return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_in_the_gbnf(path: Path) -> None:
    assert _Characters(path.read_text("utf-8")).accepts()


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(sentence=SENTENCES)
def test_the_gbnf_has_the_same_sentences(sentence: str) -> None:
    assert _Characters(sentence).accepts()


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_read_is_not_in_the_gbnf(text: str) -> None:
    assert not _Characters(text).accepts()
