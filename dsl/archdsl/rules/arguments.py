"""What can be wrong with the arguments of a built-in function."""

from __future__ import annotations

from archdsl.rules.names import in_model
from archir.base.diagnostics import Problem


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
