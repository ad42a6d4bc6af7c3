"""Problems of the ops that turn, copy and choose."""

from __future__ import annotations

from archir.base.diagnostics import Problem


def _model(body: str) -> str:
    return f"model m() {{\n  input tokens: [N, 16, 64]\n  {body}\n}}\n"


class ShiftsDiffer(Problem):
    """``roll`` is given one shift for each dim."""

    name = "shifts-differ"
    bad = _model("roll(3, [1, 2])")
    good = _model("roll([3, 3], [1, 2])")
    callee: str
    shifts: int
    dims: int

    def message(self) -> str:
        shifts = "1 shift" if self.shifts == 1 else f"{self.shifts} shifts"
        dims = "1 dim" if self.dims == 1 else f"{self.dims} dims"
        return f"{self.callee} is given {shifts} for {dims}"

    def hint(self) -> str:
        return "give one shift for each dim: roll([1, 1], [2, 3])"


class OtherNumberOfValues(Problem):
    """An op takes values of which each has a part of its own, and another number flows in."""

    name = "other-number-of-values"
    bad = _model("where [greater(0), _]")
    good = _model("where [greater(0), _, exp]")
    callee: str
    wanted: tuple[str, ...]
    """What each is for."""

    count: int
    optional: tuple[str, ...] = ()
    """What may come behind them."""

    def message(self) -> str:
        flows = "1 flows" if self.count == 1 else f"{self.count} flow"
        most = len(self.wanted) + len(self.optional)
        counts = [str(count) for count in range(len(self.wanted), most + 1)]
        return f"{self.callee} takes {' or '.join(counts)} values, and {flows} in"

    def hint(self) -> str:
        may = "".join(f", and perhaps {each}" for each in self.optional)
        return f"in brackets, in this order: {', '.join(self.wanted)}{may}"


class LongerThanGathered(Problem):
    """The places that ``gather`` takes are no more than there are, in every dim but its own.

    ``scatter`` puts what stands at the same place in another value, which has as many in every dim.
    """

    name = "longer-than-gathered"
    bad = _model("gather(1) [slice(2, 0, 8), argmax(1, keepdim = true)]")
    good = _model("gather(1) [_, slice(2, 0, 8) -> argmax(1, keepdim = true)]")
    callee: str
    dim: int
    index: str
    extent: str

    def message(self) -> str:
        return (
            f"{self.callee} has places for {self.index} in dim {self.dim}, and a value beside them"
            f" has {self.extent}"
        )

    def hint(self) -> str:
        return "the places may be fewer in the other dims, and not more"


class MoreThanThereAre(Problem):
    """``topk`` is to give more elements than there are along its dim."""

    name = "more-than-there-are"
    bad = _model("topk(17, 1) as values, _\n  values -> relu")
    good = _model("topk(16, 1) as values, _\n  values -> relu")
    callee: str
    wanted: str
    dim: int
    extent: str

    def message(self) -> str:
        return (
            f"{self.callee} is to give {self.wanted} elements of dim {self.dim},"
            f" which has {self.extent}"
        )

    def hint(self) -> str:
        return "give no more than there are, or name another dim"


class NoPlaces(Problem):
    """``arange`` begins at or behind the number at which it stops, so that it has none to give."""

    name = "no-places"
    bad = _model('arange(4, 4) -> cast("float")')
    good = _model('arange(4, 5) -> cast("float")')
    callee: str
    start: str
    end: str
    step: int

    def message(self) -> str:
        steps = "" if self.step == 1 else f" in steps of {self.step}"
        return f"{self.callee} has no numbers from {self.start} to before {self.end}{steps}"

    def hint(self) -> str:
        return "it begins with the first number given, and gives none that is at or past the second"


class StepOfNothing(Problem):
    """A step of 0 never comes to an end."""

    name = "step-of-nothing"
    bad = _model('arange(0, 4, 0) -> cast("float")')
    good = _model('arange(0, 4, 2) -> cast("float")')
    callee: str

    def message(self) -> str:
        return f"{self.callee} has a step of 0, and would never come to an end"

    def hint(self) -> str:
        return "give a step of at least 1, or a negative one to count down"
