"""What is asked of a network: parameters, multiply-accumulates, memory, depth, field.

All of it is exact, at the model's default sizes unless a score asks for others, and nothing runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from archc.errors import SettingError
from archc.request.counting import costs_at
from archc.request.requests import whole_of_text
from archir.base.diagnostics import nearest
from archir.base.record import Record
from archir.graph.typed import TypedGraph

if TYPE_CHECKING:
    from archir.cost.report import Costs

At: TypeAlias = "tuple[tuple[str, str], ...]"


class Score(Record):
    """``memory(batch = 32)``: what is counted, and at what."""

    name: str
    at: At = ()

    def __str__(self) -> str:
        inner = ", ".join(f"{name}={value}" for name, value in self.at)
        return f"{self.name}({inner})" if inner else self.name


def _depth(costs: Costs) -> int:
    """The most layers that multiply on a way from an input to an output: ResNet-50 has 50."""
    flat = costs.flat
    deepest = [0] * len(flat.values)
    for step, macs in zip(flat.steps, costs.forward, strict=True):
        if not step.training:
            below = max((deepest[value] for value in step.inputs), default=0)
            for value in step.outputs:
                deepest[value] = below + bool(macs)
    return max((deepest[value] for value in flat.outputs), default=0)


def _field(costs: Costs) -> int | None:
    """The largest interval of an axis that an element of an output sees; None where unknown."""
    sizes = [field.size for field in costs.whole(kept=False).fields[-1]]
    known = [size for size in sizes if size is not None]
    return max(known, default=None) if len(known) == len(sizes) else None


SCORES: Mapping[str, tuple[str, Callable[[Costs], object]]] = {
    "parameters": ("trainable numbers", lambda costs: costs.totals.parameters),
    "macs": ("multiply-accumulates of a forward pass", lambda costs: costs.totals.macs),
    "training_macs": ("those of a training step", lambda costs: costs.totals.training_macs),
    "memory": ("bytes that an evaluation needs in all", lambda costs: costs.memory.inference),
    "peak": ("bytes of activations at the most", lambda costs: costs.memory.peak),
    "training": ("bytes that a training step needs in all", lambda costs: costs.memory.training),
    "depth": ("layers that multiply, on the longest way", _depth),
    "field": ("what an element of the output sees of an axis", _field),
}
"""All that can be asked for, by its name."""

BYTES = ("memory", "peak", "training")
"""Those that are counted in bytes."""

OTHERS = {
    "params": "parameters", "weights": "parameters", "flops": "macs", "mult_adds": "macs",
    "inference": "memory", "activations": "peak", "training_memory": "training",
    "layers": "depth", "receptive_field": "field", "rf": "field",
}  # fmt: skip
"""What others call the same."""

AT = ("batch", "dtype", "optimizer")
"""What a score may be asked at, beside sizes of the input."""


def scores(text: str) -> tuple[Score, ...]:
    """``params, memory(batch=32)`` read. SettingError for a score that there is not."""
    return tuple(dict.fromkeys(map(score, split(text))))


def split(text: str) -> list[str]:
    """A text cut at its commas, but for those in parentheses."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def score(text: str) -> Score:
    """One score read."""
    name, opening, rest = text.partition("(")
    word = name.strip().lower().replace("-", "_")
    word = OTHERS.get(word, word)
    if word not in SCORES:
        near = nearest(word, [*SCORES, *OTHERS])
        there = f"there are: {', '.join(SCORES)}"
        raise SettingError(
            f"there is no score {name.strip()}" if word else "no score is named",
            f"did you mean {near}?" if near else there,
        )
    if not opening:
        return Score(word)
    if not rest.strip().endswith(")"):
        raise SettingError(f"the parenthesis of {text} is not closed")
    found: dict[str, str] = {}
    for part in split(rest.strip()[:-1]):
        key, equals, value = (each.strip() for each in part.partition("="))
        if not equals or not key.isidentifier() or not value:
            raise SettingError(f"{word} is asked for at {AT[0]}=32, H=64, …, not at {part}")
        if key in found:
            raise SettingError(f"{key} of {word} is given twice")
        found[key] = value
    return Score(word, tuple(sorted(found.items())))


def scored(
    typed: TypedGraph, wanted: Iterable[Score], sizes: Mapping[str, int]
) -> dict[Score, object]:
    """The scores of one network; ``sizes`` take the place of defaults where a score asks for none.

    Raises ``ArchError`` where the network does not run at what is asked for.
    """
    known: dict[At, Costs] = {}
    found: dict[Score, object] = {}
    for each in wanted:
        if each.at not in known:
            known[each.at] = _costs(typed, dict(each.at), sizes)
        found[each] = SCORES[each.name][1](known[each.at])
    return found


def _costs(typed: TypedGraph, at: dict[str, str], sizes: Mapping[str, int]) -> Costs:
    batch, dtype = at.pop("batch", None), at.pop("dtype", "float32")
    optimizer = at.pop("optimizer", "sgd")
    own = {name: whole_of_text(f"the size {name}", "a size", size) for name, size in at.items()}
    number = None if batch is None else whole_of_text("the batch", "a batch", batch)
    return costs_at(typed, {**sizes, **own}, number, dtype, optimizer)
