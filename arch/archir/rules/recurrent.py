"""Problems of recurrent layers: sequences and the states that they begin with."""

from __future__ import annotations

from archir.base.diagnostics import Problem


def _model(body: str) -> str:
    inputs = "x: [N, 16, 32], hidden: [1, N, 64], cell: [1, N, 64]"
    return f"model m() {{\n  input {inputs}\n  {body} as y, _, _\n  y -> linear(2)\n}}\n"


class SequenceOrStates(Problem):
    """A recurrent layer takes a sequence, or a sequence and all the states that it begins with."""

    name = "sequence-or-states"
    bad = _model("lstm(64) [x, hidden]")
    good = _model("lstm(64) [x, hidden, cell]")
    callee: str
    wanted: tuple[str, ...]
    count: int

    def message(self) -> str:
        return f"{self.callee} takes 1 value or {len(self.wanted)}, and {self.count} flow in"

    def hint(self) -> str:
        return f"the sequence alone, or in brackets: {', '.join(self.wanted)}"


class StateDoesNotFit(Problem):
    """The state that a recurrent layer begins with has a row for each layer and direction."""

    name = "state-does-not-fit"
    bad = _model("lstm(64, 2) [x, hidden, cell]")
    good = _model("lstm(64, 1) [x, hidden, cell]")
    callee: str
    state: str
    shape: str
    wanted: str

    def message(self) -> str:
        return (
            f"the {self.state} state of {self.callee} is {self.wanted}, and {self.shape} flows in"
        )

    def hint(self) -> str:
        return "its dims are the layers (twice, if it goes both ways), the batch, and the features"


class DropoutWithoutLayers(Problem):
    """``dropout`` of a recurrent layer stands between its layers, and does nothing behind one."""

    name = "dropout-without-layers"
    bad = _model("x -> lstm(64, dropout = 0.5)")
    good = _model("x -> lstm(64, num_layers = 2, dropout = 0.5)")
    callee: str

    def message(self) -> str:
        return f"{self.callee} of one layer has no place for dropout, which stands between layers"

    def hint(self) -> str:
        return "write dropout(…) behind it, or give it num_layers = 2"
