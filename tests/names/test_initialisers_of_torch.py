"""The initialisers are torch.nn.init's: same names, arguments, order, defaults and refusals."""

from __future__ import annotations

import inspect
from typing import get_args, get_type_hints

import pytest
import torch
from torch.nn import init as torch_init

from archir.init.initialisers import FANS, INITIALISERS, fans

FUNCTIONS = {
    name[:-1]: function
    for name, function in vars(torch_init).items()
    if inspect.isfunction(function) and name.endswith("_") and not name.startswith("_")
}


def test_every_initialiser_of_torch_is_there() -> None:
    assert set(INITIALISERS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", INITIALISERS)
def test_arguments_are_torchs(name: str) -> None:
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    expected = [
        (p.name, None if p.default is inspect.Parameter.empty else p.default)
        for p in parameters.values()
        if p.name not in ("tensor", "generator")
    ]
    assert [(a.name, a.default) for a in INITIALISERS[name].arguments] == expected


def test_choices_are_torchs() -> None:
    hints = get_type_hints(torch_init.kaiming_normal_)
    spec = INITIALISERS["kaiming_normal"]
    for name in ("mode", "nonlinearity"):
        argument = spec.argument(name)
        assert argument is not None
        assert argument.choices == get_args(hints[name])
        assert argument.accepts(argument.default)
        assert not argument.accepts("nonsense")
    assert get_args(hints["mode"]) == FANS


@pytest.mark.parametrize("rank", range(7))
@pytest.mark.parametrize("name", INITIALISERS)
def test_ranks_are_those_that_torch_fills(name: str, rank: int) -> None:
    spec = INITIALISERS[name]
    required = {a.name: 0.5 for a in spec.arguments if a.is_required}
    tensor = torch.empty([2] * rank)
    if spec.can_fill(rank):
        FUNCTIONS[name](tensor, **required)
    else:
        with pytest.raises((ValueError, RuntimeError)):
            FUNCTIONS[name](tensor, **required)


@pytest.mark.parametrize("shape", [(3,), (3, 5), (8, 3, 3), (8, 4, 3, 5), (8, 4, 3, 5, 7)])
def test_fans_are_torchs(shape: tuple[int, ...]) -> None:
    if len(shape) < 2:
        assert fans(shape) is None
    else:
        expected = torch_init._calculate_fan_in_and_fan_out(torch.empty(shape))
        assert fans(shape) == expected


@pytest.mark.parametrize(
    ("name", "argument", "value", "accepted"),
    [
        ("normal", "std", -1, False),
        ("normal", "std", 0, True),
        ("normal", "std", 0.01, True),
        ("normal", "mean", True, False),
        ("normal", "mean", float("inf"), False),
        ("dirac", "groups", 1.0, False),
        ("dirac", "groups", 0, False),
        ("dirac", "groups", 4, True),
        ("sparse", "sparsity", 1.5, False),
        ("constant", "val", "zero", False),
    ],
)
def test_values(name: str, argument: str, value: object, accepted: bool) -> None:
    found = INITIALISERS[name].argument(argument)
    assert found is not None
    assert found.accepts(value) is accepted


def test_usage_is_as_one_writes_it() -> None:
    assert INITIALISERS["zeros"].usage == "zeros"
    assert INITIALISERS["constant"].usage == "constant(val)"
    assert INITIALISERS["normal"].usage == "normal(mean = 0.0, std = 1.0)"
