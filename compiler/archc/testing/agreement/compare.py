"""One network held against torch: at its default sizes and at others."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

import torch

from archc.testing.agreement import ours
from archc.testing.agreement.choose_sizes import alike, other_sizes
from archc.testing.agreement.comparison import Comparison
from archc.testing.agreement.ours import InternalError, Verdict
from archc.testing.agreement.report import Disagreement, Report
from archc.testing.agreement.theirs import Case, examples, interpreted, untrainable
from archc.testing.interpreter import Network, Refused
from archc.testing.interpreter.refused import Place
from archdsl.syntax.parser import parse
from archdsl.tree import ast
from archdsl.tree.unparse_file import unparse_file
from archir.base.diagnostics import Diagnostic
from archir.base.record import field_names
from archir.base.source import Source


def examine(case: Case) -> Report:
    """Hold a network against torch, and say where they differ."""
    report = Report(sizes=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            report.found += _examine(case, report)
        except InternalError as error:
            report.found.append(Disagreement(f"internal error: {error.kind}", error.trace))
    return report


def _examine(case: Case, report: Report) -> Iterator[Disagreement]:
    yield from printed_again(case)
    verdict = ours.check(case.files, case.main, case.model, case.parameters)
    if case.expected is not None:
        if case.expected not in verdict.names:
            said = ", ".join(verdict.names) or "nothing"
            yield Disagreement(f"mistake not named: {case.expected}", f"archc says {said}")
        return
    try:
        network = interpreted(case)
    except Refused as refusal:
        yield from _refused(verdict, refusal)
        return
    if verdict.typed is not None:
        report.accepted = True
        unproven = "shape-not-proven" in verdict.warnings
        yield from Comparison(case, network, verdict.typed, report, unproven=unproven).run()
    elif not _is_known_elsewhere(network, verdict, case):
        said = "; ".join(f"[{e.problem.name}] {e.problem.message()}" for e in verdict.errors)
        yield Disagreement(f"refused, runs: {verdict.names[0]}", said)


# --- both refuse, or one of them ------------------------------------------------------------------


def _refused(verdict: Verdict, refusal: Refused) -> Iterator[Disagreement]:
    """torch refuses: so must archc, and name the op that torch stopped at."""
    if verdict.typed is not None:
        yield Disagreement(f"accepted, refused by {refusal.by}: {refusal.op}", str(refusal))
    elif refusal.by == "torch" and not _names(verdict, refusal):
        said = "; ".join(f"{e.problem.name} at {_place(e)}" for e in verdict.errors)
        detail = f"{said}, and torch stops: {refusal}"
        yield Disagreement(f"another place than torch's: {refusal.op}", detail)


def _place(error: Diagnostic) -> str:
    line, column = error.span.source.position(error.span.start)
    return f"{error.span.source.name}:{line}:{column}"


def _names(verdict: Verdict, refusal: Refused) -> bool:
    """Whether an error is about the op that torch stopped at, or hides what archc says of it.

    Names, arguments and places of things are looked at before any shape.
    """
    if refusal.place is None or not verdict.looked_at_shapes:
        return True
    if any(_hides(error, refusal.place) for error in verdict.errors):
        return True
    of_memory = any(words in refusal.reason for words in OF_MEMORY)
    if of_memory and not any(_is_of(error, "archir.rules.memory") for error in verdict.errors):
        return True  # memory is looked at where all shapes are right
    file, line, _ = refusal.place
    for error in verdict.errors:
        for span in [error.span, *(label.span for label in error.related)]:
            first, last = span.source.position(span.start)[0], span.source.position(span.end)[0]
            if span.source.name == file and first <= line <= last:
                return True
    return False


OF_MEMORY = ("written-to tensor", "view size is not compatible", "Unsupported memory format")
"""What torch says of how a tensor lies in memory, before its arithmetic is looked at."""


def _hides(error: Diagnostic, place: Place) -> bool:
    """Whether of what stands at a place nothing is said, as a text in front of it is wrong.

    It then gives a value of which nothing is known. What depends on a size may be met in a loop's
    first turn, and so in front of the lines above it.
    """
    if not _is_of(error, "archdsl.", "archir.rules.argument"):
        return False
    source = error.span.source
    is_before = source.name != place[0] or source.position(error.span.start)[0] <= place[1]
    return is_before or error.problem.name in ELSEWHERE


def _is_of(error: Diagnostic, *modules: str) -> bool:
    return type(error.problem).__module__.startswith(modules)


def _is_known_elsewhere(network: Network, verdict: Verdict, case: Case) -> bool:
    """Whether what archc refuses is met in training, or at other sizes than the default ones."""
    names = set(verdict.names)
    of_training = set(filter(_is_of_training, names))
    if of_training and untrainable(network, case):
        names -= of_training
    if not names <= ELSEWHERE:
        return False
    return (
        not names
        or _says_what_no_size_reaches(case)
        or refused_elsewhere(network, verdict, case.seed)
    )


def _says_what_no_size_reaches(case: Case) -> bool:
    """Whether a text has a number of ten digits or more.

    What such a stride makes of a size is the same for all sizes that have memory, and another one
    behind them. archc speaks of all sizes, and no network can be run at those.
    """
    return any(re.search(r"\d{10}", text) for text in case.files.values())


def _is_of_training(name: str) -> bool:
    """Whether a problem is one that torch may find in training alone."""
    return name.startswith("overwrites-") or name in ("negative-slope-inplace", "wrong-dtype")


ELSEWHERE = {
    "shape-not-as-written",
    "depends-on-size",
    "argument-depends-on-size",
    "wrong-argument-type",  # a size of the input, where none is taken
    "argument-of-wrong-type",  # the same, of a block
    "batch-held",
    "layout-not-taken",  # which is looked at for a batch of two
    "overwrites-repeated-elements",
}
"""Problems of a text that runs at its default sizes, and not at all others."""


def refused_elsewhere(network: Network, verdict: Verdict, seed: int) -> bool:
    """Whether one of the errors is met at other sizes: at those that it shows, or at some.

    Where none of these runs, nothing speaks against it.
    """
    messages = [error.problem.message() for error in verdict.errors]
    words = " ".join(messages)
    told = re.findall(r"(\w+) = (\d+)", " ".join(m.rpartition(" for ")[2] for m in messages))
    shown = {name: int(size) for name, size in told if name in network.sizes}
    lines = {error.span.source.position(error.span.start)[0] for error in verdict.errors}
    spoken = network.sizes.keys() & set(re.findall(r"[A-Za-z_]\w*", words))
    if spoken and set(verdict.names) <= {"depends-on-size", "argument-depends-on-size"}:
        return True  # also where it is the same at all sizes at which it is met
    runs = False
    others = [*alike(network.sizes), *other_sizes(network.sizes, seed, many=40)]
    for sizes in [{**network.sizes, **shown}, *others]:
        try:
            with torch.no_grad():
                network.run(*examples(network, sizes, seed))
                if {"batch-held", "layout-not-taken"} & set(verdict.names):
                    # Perhaps it is met by what runs in training alone.
                    network.run(*examples(network, sizes, seed), training=True)
        except Refused as refusal:
            # What holds the batch may be behind what refuses other batches already, and an
            # integer of a block is one as far as it is used.
            line = lines if refusal.place is None else {refusal.place[1]}
            is_behind = "batch-held" in verdict.names or "argument-of-wrong-type" in verdict.names
            if line & lines or is_behind:
                return True
        else:
            if lines & network.left_open:
                return True
            runs = runs or any(sizes[name] != network.sizes[name] for name in spoken)
    return not runs  # else no other size says anything


def printed_again(case: Case) -> Iterator[Disagreement]:
    """Print the tree of each file, and parse it again."""
    for name, text in case.files.items():
        try:
            tree, _ = parse(Source(name, text))
            if tree is None:
                continue
            again, found = parse(Source(name, unparse_file(tree)))
        except Exception as error:
            raise InternalError(error) from error
        if again is None or not same_tree(again, tree):
            yield Disagreement(
                "printed text is another tree", "; ".join(e.problem.message() for e in found)
            )


def same_tree(one: object, two: object) -> bool:
    """Whether two trees are equal but for the places that they come from."""
    pairs = [(one, two)]
    for left, right in pairs:  # grows while it is walked
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.Node):
            names = [n for n in field_names(type(left)) if "span" not in n and n != "source"]
            pairs += [(getattr(left, name), getattr(right, name)) for name in names]
        elif isinstance(left, tuple) and isinstance(right, tuple):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif left != right:
            return False
    return True
