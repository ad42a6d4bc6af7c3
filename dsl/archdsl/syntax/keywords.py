"""The words that the language keeps for itself."""

from __future__ import annotations

CONSTANTS = frozenset({"true", "false", "none"})

KEYWORDS = CONSTANTS | {
    *("arch", "import", "block", "model", "let", "fn", "for", "in", "repeat", "if", "else"),
    *("assert", "input", "output", "param", "buffer", "module", "init", "with", "as", "when"),
    *("residual", "shortcut", "dense", "train_only", "and", "or", "not"),
}
"""Directly before a colon a keyword is just a label, save the constants."""
