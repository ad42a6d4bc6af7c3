"""The tables that ship are those of the grammar, and nothing else is needed to read a file."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from lark import Lark

from archdsl.syntax.keywords import KEYWORDS
from archdsl.syntax.lalr import make_tables
from archdsl.syntax.lalr.tables import load


def test_the_tables_are_those_of_the_grammar() -> None:
    grammar = make_tables.GRAMMAR.read_text("utf-8")
    assert make_tables.TABLES.read_text("utf-8") == make_tables.tables(grammar)


def test_a_changed_grammar_is_noticed() -> None:
    grammar = make_tables.GRAMMAR.read_text("utf-8")
    shipped = make_tables.TABLES.read_text("utf-8")
    assert make_tables.tables(grammar + "\n// changed\n") != shipped
    other = make_tables.tables(grammar.replace('LET: "let"', 'LET: "def"'))
    made: dict[str, dict[str, str]] = {}
    exec(other, made)
    assert made["WORDS"]["def"] == "LET"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_tables_do_not_depend_on_the_hash_seed(seed: str) -> None:
    command = [sys.executable, "-m", "archdsl.syntax.lalr.make_tables", "--check"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """Lark settles conflicts of shift and reduce in silence, save when it is asked to speak."""

    def conflicts(grammar: str) -> list[str]:
        caplog.clear()
        with caplog.at_level("DEBUG", logger="lark"):
            Lark(grammar, parser="lalr", lexer="basic", debug=True)
        return [text for text in caplog.messages if "conflict" in text]

    assert conflicts('start: start "x" start | "x"')
    assert not conflicts(make_tables.GRAMMAR.read_text("utf-8"))


def test_keywords_are_those_of_the_grammar() -> None:
    assert set(load().words) == KEYWORDS
    assert all(re.fullmatch("[a-z_]+", word) for word in KEYWORDS)


def test_lark_is_not_imported_to_read_a_file() -> None:
    code = (
        "import sys; from archdsl.syntax.parser import parse;"
        "from archir.base.source import Source;"
        "assert parse(Source('a', 'let A = 1'))[0]; assert parse(Source('a', 'let A ='))[1];"
        "assert 'lark' not in sys.modules; import lark; assert 'lark' in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
