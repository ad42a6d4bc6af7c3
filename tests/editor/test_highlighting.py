"""The lexer for Pygments, held to the language's own lexer over all shipped texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String

from archc.editor import textmate
from archc.editor.highlighting import ArchLexer
from archdsl.project.locate import libraries, library_path
from archdsl.syntax.keywords import KEYWORDS
from archdsl.syntax.lexer import tokens
from archir.catalogue.registry import built_in

ROOT = Path(__file__).resolve().parents[2]
LEXER = ArchLexer(stripnl=False, ensurenl=False)
FILES = [
    *sorted(ROOT.glob("examples/*.arch")),
    *(Path(path) for name in libraries() if (path := library_path(name)) is not None),
]
WHAT = {
    "NAME": (Name, Keyword.Type),  # int and block behind a colon are names to the parser
    "INT": (Number,),
    "FLOAT": (Number,),
    "STRING": (String,),
    "DOC": (String.Doc,),
    "ARROW": (Operator,),
    "DOUBLE_COLON": (Operator,),
    "COMMA": (Punctuation,),
    "LBRACE": (Punctuation,),
}
"""What Pygments is to call the tokens of the language's own lexer."""


def coloured(text: str) -> dict[int, tuple[object, str]]:
    """Each token by the place where it begins."""
    return {at: (kind, word) for at, kind, word in LEXER.get_tokens_unprocessed(text)}


def wrong(text: str) -> list[str]:
    return [word for kind, word in LEXER.get_tokens(text) if kind in Error]


@pytest.mark.parametrize("part", range(4))
def test_shipped_texts_are_coloured_as_they_are_read(part: int) -> None:
    for path in FILES[part::4]:
        text = path.read_text()
        found = coloured(text)
        assert "".join(word for _, word in found.values()) == text
        assert not wrong(text), path.name
        for token in tokens(text, 0, len(text), lambda *_: None):
            wanted = WHAT.get(token.type)
            if token.text in KEYWORDS and token.type != "NAME" and token.type != "STRING":
                wanted = (Keyword, Name.Label, Name.Attribute)
            if wanted is not None:
                kind, word = found[token.start]
                assert any(kind in each for each in wanted), (path.name, token, kind, word)


def test_every_op_is_a_function_of_the_language() -> None:
    for op in built_in():
        ((kind, _),) = [each for each in LEXER.get_tokens(op) if each[1].strip()]
        assert kind is Name.Function, op


def test_words_are_what_stands_around_them() -> None:
    text = 'input: relu\nrelu(input = 1)  # "no"\nlet depth = x[a:b]\nassert c, "{a + "b"} {{"\n'
    found = list(LEXER.get_tokens(text))
    assert found[0] == (Name.Label, "input")
    assert (Name.Attribute, "input") in found and (Comment.Single, '# "no"') in found
    assert (Name, "a") in found and (Name.Label, "a") not in found
    assert (String.Interpol, "{") in found and (String.Escape, "{{") in found
    assert not wrong(text)


def test_numbers_and_comments_are_those_of_the_language() -> None:
    text = "0x1F 0o17 0b1_0 1_000 1e3 .5 3. ### none\n## doc"
    found = [each for each in LEXER.get_tokens(text) if each[1].strip()]
    read = tokens(text.partition(" ###")[0], 0, text.index(" ###"), lambda *_: None)
    assert [word for _, word in found[:-2]] == [token.text for token in read]
    kinds = ["Hex", "Oct", "Bin", "Integer", "Float", "Float", "Float"]
    assert [kind for kind, _ in found[:-2]] == [getattr(Number, name) for name in kinds]
    assert [kind for kind, _ in found[-2:]] == [Comment.Single, String.Doc]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('assert c, "open', ""),
        ('assert c, "open {a + "deep {b', ""),
        ("conv(3x, 2)", "3x"),
        ("relu ; relu", ";"),
        ("größe: relu", "ö"),
        (r'assert c, "\q"', r"\q"),
        ('assert c, "}"', "}"),
    ],
)
def test_a_wrong_line_leaves_the_next_one_alone(line: str, error: str) -> None:
    after = "  conv(16, 3) -> relu\n}\n"
    alone = list(LEXER.get_tokens(after))
    found = list(LEXER.get_tokens(f"{line}\n{after}"))
    assert found[-len(alone) :] == alone
    assert not error or error in wrong(line)


@settings(max_examples=60)
@given(st.text() | st.text(alphabet='"{}\\\n#:=[]()->.3ax_ '))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    assert "".join(word for _, word in coloured(text).values()) == text


def test_a_text_is_known_by_its_looks() -> None:
    assert all(ArchLexer.analyse_text(path.read_text()) > 0.5 for path in FILES)
    assert ArchLexer.analyse_text("def f(x):\n    return x\n") == 0.0
    assert ArchLexer.analyse_text("model User {\n  id Int\n}\n") < 0.5


def test_the_grammar_for_editors_is_the_one_that_the_extension_ships() -> None:
    """That it colours as this lexer does, ``editors/vscode/test/grammar.mjs`` holds."""
    shipped = ROOT / "editors/vscode/syntaxes/arch.tmLanguage.json"
    assert shipped.read_text("utf-8") == textmate.grammar()
    made = json.loads(textmate.grammar())
    rules = [rule for state in made["repository"].values() for rule in state["patterns"]]
    for rule in rules:
        for key in ("match", "begin", "end"):
            re.compile(rule.get(key, ""))
        if "include" in rule:
            assert rule["include"].removeprefix("#") in made["repository"]
    functions = [rule["match"] for rule in rules if rule.get("name") == "entity.name.function.arch"]
    for op in built_in():
        assert any(re.fullmatch(function, op) for function in functions), op
