"""What can be wrong with initial weights before a single number is known."""

from __future__ import annotations

import re

from archdsl.rules.names import in_model
from archdsl.rules.rewriting import exchanged
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, insert, part_renamed, renamed, swap


def _init(rule: str) -> str:
    return in_model(f"conv(8, 3)\n  init {{ {rule} }}")


class UnknownInitialiser(Problem):
    """Weights are drawn by torch.nn.init's functions, written without the last underscore."""

    name = "unknown-initialiser"
    bad = _init("conv.weight: kaiming_norm")
    good = _init("conv.weight: kaiming_normal")
    text: str
    suggestion: str | None
    known: tuple[str, ...]

    def message(self) -> str:
        return f"there is no initialiser {self.text}"

    def hint(self) -> str | None:
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        return f"there are {', '.join(self.known)}"

    def fix(self, at: Diagnostic) -> Fix | None:
        return renamed(at.span, self.suggestion) if self.suggestion else None


class UnknownOpInRule(Problem):
    """A rule of `init` is for an op that does not exist.

    What stands before the dot is the name of an op, `*` for all, or a path of labels in quotes.
    """

    name = "unknown-op-in-rule"
    bad = _init("conv2d.weight: zeros")
    good = _init("conv.weight: zeros")
    text: str
    suggestion: str | None
    is_known: bool = False

    def message(self) -> str:
        if self.is_known:
            return f"{self.text} is no op, and rules are for ops"
        return f"there is no op {self.text}"

    def hint(self) -> str | None:
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        return f'name an op, or write *; labels stand in quotes: "{self.text}".weight'

    def fix(self, at: Diagnostic) -> Fix | None:
        return part_renamed(at.span, self.text, self.suggestion)


class UnknownParameterInRule(Problem):
    """A rule of `init` is for a parameter that nothing has, so it could never match.

    With `*` before the dot some op must have a parameter of that name, with `param` some block or
    model must have a `param` of that name, and with a path one of both. `*` is for layers alone.
    """

    name = "unknown-parameter-in-rule"
    bad = _init("*.weigth: zeros")
    good = _init("*.weight: zeros")
    parameter: str
    suggestion: str | None
    of_raw: bool = False
    """Whether the rule is for raw parameters."""

    is_raw: bool = False
    """Whether there is a raw parameter of that name, and the rule is for the layers of ops."""

    def message(self) -> str:
        if self.of_raw:
            return f"there is no param {self.parameter}"
        return f"no op has a parameter {self.parameter}"

    def hint(self) -> str | None:
        if self.is_raw:
            return f"a rule for a param says so: param.{self.parameter}"
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        return None if self.of_raw else "most have a weight and a bias"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.is_raw:
            return swap(at.span, f"param.{self.parameter}")
        return part_renamed(at.span, self.parameter, self.suggestion)


class BadInitialiserArgument(Problem):
    """An argument of an initialiser is of the wrong kind, or out of its bounds."""

    name = "bad-initialiser-argument"
    bad = _init("conv.weight: normal(std = -1)")
    good = _init("conv.weight: normal(std = 1)")
    function: str
    argument: str
    wanted: str
    given: str

    def message(self) -> str:
        return f"{self.argument} of {self.function} is {self.wanted}, and is given {self.given}"

    def hint(self) -> str | None:
        near = self._near()
        return f"did you mean {near}?" if near else None

    def _near(self) -> str | None:
        """What is taken and is the same but for capitals."""
        text = self.given.removeprefix("the string ")
        known = re.findall(r'"[^"]*"', self.wanted)
        return next((each for each in known if each == text.lower() != text), None)

    def fix(self, at: Diagnostic) -> Fix | None:
        near = self._near()
        return swap(at.span, near) if near and at.span.text.lower() == near else None


class BoundsInWrongOrder(Problem):
    """An initialiser draws from between two numbers, and the first is above the second."""

    name = "bounds-in-wrong-order"
    bad = _init("conv.weight: uniform(1, -1)")
    good = _init("conv.weight: uniform(-1, 1)")
    function: str
    low: str
    high: str

    def message(self) -> str:
        return f"{self.function} cannot draw from {self.low} to {self.high}"

    def hint(self) -> str | None:
        return "the lower bound stands first"

    def fix(self, at: Diagnostic) -> Fix | None:
        return exchanged(at.span, self.function)


class MeanForStd(Problem):
    """A number that is likely a standard deviation stands first, where the mean is.

    As in torch, `normal(0.02)` draws around 0.02 with the standard deviation 1. Where the mean is
    meant, name it: `normal(mean = 0.02)`.
    """

    name = "mean-for-std"
    severity = "warning"
    bad = _init("conv.weight: normal(0.02)")
    good = _init("conv.weight: normal(std = 0.02)")
    function: str
    given: str

    def message(self) -> str:
        return f"{self.function}({self.given}) has the mean {self.given}, and the std 1"

    def hint(self) -> str:
        return (
            f"as the spread it is `{self.function}(std = {self.given})`; where the mean is meant,"
            f" write `mean = {self.given}`"
        )

    def fix(self, at: Diagnostic) -> Fix:
        return insert(at.span.source, at.span.start, "std = ", safe=False)
