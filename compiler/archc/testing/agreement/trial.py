"""One network of a run: generated, held against torch, and made small where they differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from archc.testing.agreement.compare import examine
from archc.testing.agreement.mutants import mutants_answered
from archc.testing.agreement.report import Disagreement, Report
from archc.testing.agreement.shrink import shrunk
from archc.testing.agreement.theirs import Case
from archc.testing.fuzz.bounds import SECONDS, TooLongError, bounded
from archc.testing.generator import Project, generate
from archc.testing.generator.project import MAIN
from archdsl.syntax.parser import parse
from archdsl.tree.unparse_file import unparse_file
from archir.base.source import Source


@dataclass
class Found:
    """A disagreement, with the smallest project that shows it."""

    kind: str
    detail: str
    number: int
    case: Case


@dataclass
class Results:
    """What came of some networks."""

    networks: int = 0
    sizes: int = 0
    accepted: int = 0
    constructs: dict[str, Counter[str]] = field(default_factory=lambda: _counters())
    ops: dict[str, Counter[str]] = field(default_factory=lambda: _counters())
    kinds: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)

    def add(self, other: Results) -> None:
        """Take those of other networks too."""
        self.networks += other.networks
        self.sizes += other.sizes
        self.accepted += other.accepted
        for mine, theirs in ((self.constructs, other.constructs), (self.ops, other.ops)):
            for verdict, counts in theirs.items():
                mine[verdict].update(counts)
        self.kinds.update(other.kinds)
        self.found += other.found


def _counters() -> dict[str, Counter[str]]:
    return {"accepted": Counter(), "refused": Counter()}


def case_of(project: Project, number: int) -> Case:
    """A generated project as a case."""
    return Case(project.files, MAIN, project.model, project.parameters, project.expected, number)


def trial(seed: int, begin: int, end: int, known: frozenset[str] = frozenset()) -> Results:
    """Try some networks of a run; kinds that are known are counted and not made small."""
    torch.set_num_threads(1)
    results, seen = Results(), set(known)
    for number in range(begin, end):
        project = generate(f"{seed}:{number}")
        case = case_of(project, number)
        report = within_time(case)
        if number % 4 == 0:
            report.found += mutants_answered(case)
        results.networks += 1
        results.sizes += report.sizes
        results.accepted += report.accepted
        verdict = "accepted" if report.accepted else "refused"
        results.constructs[verdict].update(project.constructs.keys())
        results.ops[verdict].update(project.ops.keys())
        for one in {each.kind: each for each in report.found}.values():
            results.kinds[one.kind] += 1
            if one.kind not in seen:
                seen.add(one.kind)
                results.found.append(small(case, one))
    return results


def within_time(case: Case) -> Report:
    """What comes of a network; to take too long is a disagreement too."""
    try:
        with bounded():
            return examine(case)
    except TooLongError:
        report = Report(sizes=1)
        report.found.append(Disagreement(f"over {SECONDS:g} s", ""))
        return report


def small(case: Case, one: Disagreement) -> Found:
    """The smallest project that shows a disagreement, as readable as it can be."""
    if one.kind.startswith(("over ", "mutant", "mistake")):
        return Found(one.kind, one.detail, case.seed, case)
    details: dict[str, str] = {}

    def shows(candidate: Case) -> bool:
        try:
            for each in within_time(candidate).found:
                details.setdefault(repr(candidate.files), each.detail)
                if each.kind == one.kind:
                    details[repr(candidate.files)] = each.detail
                    return True
        except Exception:
            return False  # the interpreter itself may stumble over half a text
        return False

    made = shrunk(case, shows)
    tidy = replace(made, files={name: _tidy(name, text) for name, text in made.files.items()})
    made = tidy if shows(tidy) else made
    return Found(one.kind, details.get(repr(made.files), one.detail), case.seed, made)


def _tidy(name: str, text: str) -> str:
    tree: Any = parse(Source(name, text))[0]
    return text if tree is None else unparse_file(tree)
