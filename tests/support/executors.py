"""What tests of searches work with."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from archc.searching.folder import Folder

TEXT = """model net(
  width: int in 4..12 step 4 = 4, groups: int in 1..3 = 1, act: op in [relu, silu] = relu,
  depths: list[int in 1..2] of 2 = [1, 1], reduce: int in 1..groups = 1, p: bool = false,
) {
  input image: [N, 4, H = 8, W = 8]
  conv(width, 3, padding = 1, groups = groups) -> act
  for depth in depths { repeat depth { conv(width // reduce, 1) -> act } }
  if p { dropout }
  global_avg_pool -> linear(2)
}
"""


class Instant(Executor):
    """Says at once what came of a trial, by a function of what was proposed, or keeps it waiting.

    ``hold`` trials wait, and the last of these ends first: as if they took different times.
    """

    def __init__(self, result: Callable[[dict[str, Any]], dict[str, Any]], hold: int = 0) -> None:
        self.result, self.hold = result, hold
        self.submitted: list[int] = []
        self.kills: set[int] = set()
        """Trials that are lost as they are handed in for the first time."""

        self.stop_at: int | None = None
        self._waiting: list[tuple[Future[Any], str, int]] = []

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:  # noqa: ARG002
        folder, number = args
        if number == self.stop_at:
            raise KeyboardInterrupt
        self.submitted.append(number)
        future: Future[Any] = Future()
        self._waiting.append((future, folder, number))
        if len(self._waiting) > self.hold:
            while self._waiting:
                self._end(*self._waiting.pop())
        return future

    def _end(self, future: Future[Any], folder: str, number: int) -> None:
        if number in self.kills:
            self.kills.remove(number)
            future.set_exception(ChildProcessError("the machine has gone"))
            return
        trial = Folder(Path(folder)).trial(number)
        with trial.attempt() as place:
            trial.keep(place, {"steps": [], "seconds": 0.0, **self.result(trial.proposal())})
        future.set_result(None)


def by_parameters(proposal: dict[str, Any]) -> dict[str, Any]:
    """What ``trainers.fit`` measures, of what archc counts."""
    loss = abs(proposal["scores"]["parameters"] - 400.0)
    return {"outcome": "done", "values": {"loss": loss}}


def proposals(folder: Path) -> list[str]:
    """The points of a search, in order, as the language writes them."""
    found = sorted((folder / "trials").glob("*/trial.json"))
    return [json.loads(each.read_text("utf-8"))["arguments"] for each in found]
