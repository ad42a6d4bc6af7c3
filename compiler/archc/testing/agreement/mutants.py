"""Mutated texts of a network: whatever they are, they are answered."""

from __future__ import annotations

from archc.testing.agreement.report import Disagreement
from archc.testing.agreement.theirs import Case
from archc.testing.fuzz.corpus import Corpus
from archc.testing.fuzz.mutate import mutant
from archc.testing.fuzz.trial import tried

MUTANTS = 2
"""How many of each text."""


def mutants_answered(case: Case) -> list[Disagreement]:
    """What mutants of a network's main file do that no text may do."""
    corpus = Corpus.of([case.files[case.main]])
    found = []
    for number in range(MUTANTS if corpus.bases else 0):
        text = mutant(case.seed, number, corpus)
        fault = tried(text)[1]
        if fault is not None:
            shown = text.decode("utf-8", "backslashreplace")
            found.append(Disagreement(f"mutant: {fault.key}", f"{fault.trace}\n{shown}"))
    return found
