"""Whatever the checker lets pass as an initialiser, torch draws; what torch refuses, it refuses."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from archc.pipeline import compile_source
from archc.torch import module
from archir.base.source import Source
from archir.init.formulas import FormulaError, arguments_for
from archir.init.init_rules import Arithmetic, Fan, Formula, Initialiser
from archir.init.initialisers import INITIALISERS

REFUSED = {
    "normal(std = 1 / (fan_in - 36))": "divides by zero",
    "normal(std = fan_in - 37)": "must be a number of at least 0, and is -1",
    "normal(std = sqrt(fan_in - 37))": "is not a number",
    "normal(std = (fan_in - 37) ** 0.5)": "is not a number",
    "normal(std = fan_in ** 1_000_000_000)": "too many digits",
    "normal(std = 10.0 ** fan_in ** 9)": "is not a number",
    "uniform(fan_in, fan_out - 72)": "a is 36, which is above b, 0",
    "uniform(2 * fan_in)": "a is 72, which is above b, 1.0",
    "dirac(groups = 3)": "does not divide 8",
}


def check(rule: str, stage: str = "conv(8, 3)", target: str = "conv.weight") -> list[str]:
    text = f"""model net() {{
      input x: [N, 4, H = 8, W = 8]
      {stage}
      init {{ {target}: {rule} }}
    }}"""
    typed, found = compile_source(Source("model.arch", text), None)
    messages = [item.problem.message() for item in found if item.is_error]
    if not messages:
        assert typed is not None
        module(typed)
    return messages


@pytest.mark.parametrize("rule", REFUSED)
def test_an_argument_without_a_value_is_a_problem(rule: str) -> None:
    (message,) = check(rule)
    assert REFUSED[rule] in message


def test_a_bias_takes_the_fans_of_its_weight_if_that_has_any() -> None:
    assert check("normal(std = 1 / fan_in)", target="conv.bias") == []
    (message,) = check("normal(std = fan_in)", "batch_norm", "batch_norm.bias")
    assert "has no fan_in" in message


def test_a_raw_parameter_has_its_own_fans() -> None:
    assert check("zeros", "param p: [4, 5] = normal(std = 1 / fan_in)\n [_, p] -> add") != []
    stage = "param p: [4] = normal(std = fan_in)\n conv(8, 3)"
    assert any("cannot fill p" in message for message in check("zeros", stage))


@pytest.mark.parametrize("formula", ["fan_in" + " + 1" * 5000, "f(" * 40 + "fan_in" + ")" * 40])
def test_a_formula_without_end_is_a_problem(formula: str) -> None:
    text = f"""fn f(x) = x + x
    model net() {{
      input x: [N, 4, H = 8, W = 8]
      conv(8, 3)
      init {{ conv.weight: normal(std = {formula}) }}
    }}"""
    typed, found = compile_source(Source("model.arch", text), None)
    messages = [item.problem.message() for item in found if item.is_error]
    assert typed is None
    assert any("at most 200 operators" in message for message in messages)


formulas = st.recursive(
    st.integers()
    | st.floats()
    | st.integers(-3, 70)
    | st.floats(-3, 3)
    | st.sampled_from([Fan("fan_in"), Fan("fan_out")]),
    lambda inner: (
        st.builds(
            Arithmetic,
            st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "min", "max"]),
            st.tuples(inner, inner),
        )
        | st.builds(Arithmetic, st.sampled_from(["sqrt", "log", "abs"]), st.tuples(inner))
    ),
    max_leaves=8,
)
numeric = [
    (spec.function, argument.name)
    for spec in INITIALISERS.values()
    for argument in spec.arguments
    if argument.kind != "choice"
]


@pytest.mark.filterwarnings("ignore:mean is more than 2 std")  # torch fills it all the same
@given(st.sampled_from(numeric), formulas, st.sampled_from([(8, 4, 3, 3), (6, 5), (7,), (4, 2, 1)]))
def test_torch_takes_every_value_that_is_let_pass(
    which: tuple[str, str], formula: Formula, shape: tuple[int, ...]
) -> None:
    function, name = which
    spec = INITIALISERS[function]
    if not spec.can_fill(len(shape)):
        return
    rest = [(a.name, 0.5) for a in spec.arguments if a.is_required and a.name != name]
    try:
        values = arguments_for(Initialiser(function, (*rest, (name, formula))), shape)
    except FormulaError as error:
        assert str(error)
        return
    getattr(nn.init, f"{function}_")(torch.empty(shape), **values)
