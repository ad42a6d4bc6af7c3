"""Mutated texts of a network: whatever they are, they are answered."""

from __future__ import annotations

from archc.testing.agreement.compare import Case, Disagreement
from archc.testing.fuzz.corpus import Corpus
from archc.testing.fuzz.mutate import mutant
from archc.testing.fuzz.trial import attempt

MUTANTS = 2
"""How many of each text."""


def mutants_answered(case: Case) -> list[Disagreement]:
    """What mutants of a network's main file do that no text may do."""
    corpus = Corpus.of([case.files[case.main]])
    found = []
    for number in range(MUTANTS):
        text = mutant(case.seed, number, corpus)
        fault = attempt(text)[1]
        if fault is not None:
            shown = text.decode("utf-8", "backslashreplace")
            found.append(Disagreement(f"mutant: {fault.key}", f"{fault.trace}\n{shown}"))
    return found
