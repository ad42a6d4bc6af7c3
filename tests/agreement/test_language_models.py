"""Language models against plain torch, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
from observing import observed_on, words
from plain_llama import Llama
from plain_t5 import T5
from plain_transformers import GPT2, Bert
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn

import archc


class Twin(NamedTuple):
    """Settings of an example, the class of the same in plain torch, and how many words it reads."""

    settings: Mapping[str, Any]
    theirs: Callable[..., nn.Module]
    vocabularies: tuple[int, ...]


TWINS = {
    "gpt2": Twin(
        {"vocabulary": 50, "width": 24, "layers": 3, "heads": 4, "places": 40, "p": 0.2},
        GPT2,
        (50,),
    ),
    "bert_base": Twin(
        {"vocabulary": 50, "width": 24, "layers": 3, "heads": 4, "hidden": 40, "places": 40}
        | {"segments": 3, "p": 0.2},
        Bert,
        (50, 3),
    ),
    "llama": Twin(
        {"vocabulary": 50, "width": 32, "layers": 3, "heads": 4, "kv_heads": 2, "hidden": 40},
        Llama,
        (50,),
    ),
    "t5_small": Twin(
        {"vocabulary": 50, "width": 24, "layers": 3, "heads": 4, "size": 8, "hidden": 40}
        | {"buckets": 8, "distance": 20, "p": 0.2},
        T5,
        (50, 50),
    ),
    "llama3_1b": Twin(
        {"vocabulary": 50, "width": 48, "layers": 2, "heads": 3, "kv_heads": 1, "hidden": 40}
        | {"stretch": 8.0, "tied": True},
        Llama,
        (50,),
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_it_is_the_plain_module(name: str) -> None:
    settings, theirs, vocabularies = TWINS[name]
    path = EXAMPLES / f"{name}.arch"

    def inputs(length: int) -> list[Tensor]:
        return [words(each, 2, length) for each in vocabularies]

    def seen(make: Callable[[], nn.Module]) -> list[str]:
        return observed_on(make, inputs(9), inputs(40))

    expected = seen(lambda: theirs(**settings))
    assert seen(lambda: archc.load(path, settings={**settings})) == expected
    text = archc.source(path, settings={**settings})
    assert seen(lambda: built(text)) == expected
