"""Random models that speak of sizes: live and printed they do what the text says, at all sizes.

The meaning is worked out with plain integers and torch. The set of valid sizes is that of the
sizes at which the text has a meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
import torch
from size_parts import TooLargeError
from sized import DEFAULTS, Model, draw, sizes_of
from torch import nn

from archc import pipeline
from archc.python import source
from archc.testing.verify_graph import verify
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph
from archir.sizes.valid import valid_sizes

torch.set_num_threads(1)

TOO_COMPLEX = {"sizes-too-complex"}
"""What may be refused that has a meaning: a limit says so."""


def compiled(model: Model) -> TypedGraph | None:
    """The typed graph; None where a limit refuses the model."""
    typed, found = pipeline.compile_source(Source("net.arch", model.text), None)
    errors = [item.problem for item in found if item.is_error]
    if typed is None and {each.name for each in errors} <= TOO_COMPLEX:
        return None
    assert typed is not None, [each.message() for each in errors]
    verify(typed.graph)
    return typed


def built(text: str) -> nn.Module:
    """The model of printed source, whose class is ``M``."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, "<printed>", "exec"), names)
    made: nn.Module = names["M"]()
    return made


def difference(seed: int, counts: Counter[str]) -> str | None:
    """What is otherwise than the text says, if anything."""
    model = draw(seed)
    try:
        if model.meaning(DEFAULTS) is None:
            return None
    except TooLargeError:
        return None
    typed = compiled(model)
    if typed is None:
        return None
    counts.update(re.findall(r"\b[a-z_]+\b", model.text))
    conditions = [each.condition for each in typed.requirements if not each.condition.training]
    valid = valid_sizes(typed.graph.sizes, conditions)
    models = (module(typed), built(source(typed)), built(source(typed)))
    for sizes in sizes_of(seed, 5):
        try:
            wanted = model.meaning(sizes)
        except TooLargeError:
            continue
        own = {name: sizes[name] for name in typed.graph.sizes}
        if (own in valid) != (wanted is not None):
            return (
                f"{own} {'is' if own in valid else 'is not'} valid, and means {wanted is not None}"
            )
        for each in models if wanted is not None else ():
            made = each.eval()(*model.inputs(sizes))
            assert wanted is not None
            if made.shape != wanted.shape or not torch.equal(made, wanted):
                return f"at {own} it gives {tuple(made.shape)}, and the text {tuple(wanted.shape)}"
        counts["sizes"] += wanted is not None
    counts["models"] += 1
    return None


FIRST, COUNT = 0, 900


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    return Counter()


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, 100))
def test_models_do_what_their_texts_say(first: int, counts: Counter[str]) -> None:
    for seed in range(first, first + 100):
        found = difference(seed, counts)
        assert found is None, f"{found}\n{draw(seed).text}"


def test_the_models_use_what_they_are_for(counts: Counter[str]) -> None:
    """Stands behind the others, and sees what they have counted."""
    if not counts:
        for seed in range(FIRST, FIRST + COUNT):
            difference(seed, counts)
    wanted = ("block", "module", "repeat", "for", "residual", "dense", "let", "min", "max", "split")
    rare = {
        word: counts[word] for word in (*wanted, "expand", "reshape", "slice") if counts[word] < 10
    }
    assert not rare
    assert counts["models"] >= 250
    assert counts["sizes"] >= 900
