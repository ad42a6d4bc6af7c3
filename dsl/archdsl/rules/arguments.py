"""What can be wrong with a call's arguments beyond what the callee itself says."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.rules.names import in_model
from archir.diagnostics import Problem


@dataclass(frozen=True, slots=True)
class PositionalAfterNamed(Problem):
    """An argument without a name stands behind one with a name.

    What stands by its position comes first, as in Python.
    """

    name = "positional-after-named"
    bad = in_model("conv(kernel_size = 3, 8)")
    good = in_model("conv(8, kernel_size = 3)")
    named: str

    def message(self) -> str:
        return f"an argument without a name stands behind {self.named} = …"

    def hint(self) -> str | None:
        return "give it a name too, or write it first"


@dataclass(frozen=True, slots=True)
class WrongArgumentCount(Problem):
    """A built-in function takes more arguments, or fewer."""

    name = "wrong-argument-count"
    bad = in_model("dropout(sqrt(0.25, 2))")
    good = in_model("dropout(sqrt(0.25))")
    function: str
    count: int
    usage: str

    def message(self) -> str:
        given = {0: "no arguments", 1: "1 argument"}.get(self.count, f"{self.count} arguments")
        return f"{self.function} cannot be called with {given}"

    def hint(self) -> str | None:
        return f"it is called as {self.usage}"
