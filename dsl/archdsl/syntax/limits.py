"""How much text, nesting and number the parser takes: far above any real network."""

from __future__ import annotations

EDITION = 1
"""The newest edition of the language that this compiler reads."""

MAX_FILE_CHARACTERS = 1 << 20

MAX_NESTING = 50
"""Brackets inside each other. With the next it keeps the tree shallow enough to recurse over."""

MAX_EXPRESSION_DEPTH = 100
"""Expressions inside each other, brackets or not."""

MAX_NUMBER_CHARACTERS = 1000

MAX_SYNTAX_ERRORS = 100
"""After so many errors in one file the rest is left unread."""
