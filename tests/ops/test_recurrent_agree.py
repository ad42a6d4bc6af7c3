"""Recurrent layers take what torch takes, have its weights, and give its bits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from measuring import distinct, saved, state
from op_performer import agree, op, ours, types_of
from test_allocations_agree import played, reached
from test_tensors_agree import A, B
from torch import nn

import archc
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

KINDS: dict[str, Any] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}

each_kind = pytest.mark.parametrize("kind", KINDS)
few = st.integers(1, 3)
states = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(KINDS)), states, states, few, few, st.booleans(), st.booleans())
def test_states(
    kind: str, hidden: Any, cell: Any, layers: int, size: int, both: bool, first: bool
) -> None:
    made = op(kind, size, layers, batch_first=first, bidirectional=both)
    given = (hidden, cell) if kind == "lstm" else (hidden,)
    if all(len(shape) == 3 for shape in given):
        agree(made, types_of((2, 3, 4), *given))
    rows = layers * (1 + both)
    fit = (rows, 2 if first else 3, size)
    agree(made, types_of((2, 3, 4), *(fit for _ in given)))


@each_kind
def test_a_sequence_or_all_states_flow_in(kind: str) -> None:
    check = Check({})
    op(kind, 4).infer(types_of((2, 3, 4)) * 4, check)
    assert [problem.name for problem in check.problems] == ["sequence-or-states"]


def test_a_projection_is_shorter_than_the_state() -> None:
    for size in range(1, 6):
        agree(op("lstm", 4, proj_size=size), types_of((2, 3, 4)))


@each_kind
def test_dropout_between_layers_that_there_are_not(kind: str) -> None:
    """torch warns."""
    assert ours(op(kind, 4, dropout=0.5), types_of((2, 3, 4))) is None
    with pytest.warns(UserWarning, match="num_layers"):
        KINDS[kind](4, 4, dropout=0.5)


@each_kind
def test_any_length_goes(kind: str) -> None:
    check = Check({"a": 3, "b": 5})
    outputs = op(kind, 6, 2).infer((TensorType((A, B, 8)),), check)
    assert outputs is not None and outputs[0] == TensorType((A, B, 6))
    assert not check.conditions


@each_kind
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("num_layers = 2, dropout = 0.5", {"num_layers": 2, "dropout": 0.5}),
        ("bidirectional = true, bias = false", {"bidirectional": True, "bias": False}),
    ],
)
def test_weights_and_bits_are_those_of_torch(
    kind: str, training: bool, text: str, options: dict[str, Any]
) -> None:
    """The same draws under a seed, the same keys, and the same kernel."""
    names = "y, h, c" if kind == "lstm" else "y, h"
    stage = f"{kind}(6, {text})".replace(", )", ")")
    body = f"  input x: [N, L = 5, 8]\n  r: {stage} as {names}\n  output {names}\n"
    torch.manual_seed(1)
    live = archc.load(archc.Source("m.arch", f"model m() {{\n{body}}}\n")).train(training)
    torch.manual_seed(1)
    theirs = KINDS[kind](8, 6, batch_first=True, **options).train(training)
    assert list(live.state_dict()) == [f"r.{key}" for key in theirs.state_dict()]
    for mine, other in zip(live.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.equal(mine, other)
    for length in (1, 5, 9):
        x = torch.randn(3, length, 8)
        torch.manual_seed(2)
        found = live(x)
        torch.manual_seed(2)
        sequence, last = theirs(x)
        expected = (sequence, *last) if kind == "lstm" else (sequence, last)
        assert all(torch.equal(*pair) for pair in zip(found, expected, strict=True))


@each_kind
@pytest.mark.parametrize("shape", [(8, 32, 64), (16, 64, 32)])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2}, {"bidirectional": True}])
def test_training_keeps_about_what_autograd_saves(
    kind: str, shape: tuple[int, ...], options: dict[str, Any]
) -> None:
    """What oneDNN notes of an LSTM is in a form of its own."""
    made = op(kind, 64, **options)
    module = KINDS[kind](shape[2], 64, batch_first=True, **options)
    found, result = saved(module, [torch.rand(shape).requires_grad_().clone()])
    expected = sum(distinct(found, state(module)).values())
    assert result is not None
    _, _, outputs = played(made, (shape,), "plain", True, [True])
    kept = sum(storage.nbytes for storage in reached(outputs))
    assert 0.9 * expected <= kept <= 1.1 * expected


OPTIONS: list[dict[str, Any]] = [
    {}, {"num_layers": 2}, {"bidirectional": True}, {"batch_first": False}, {"bias": False},
]  # fmt: skip


@each_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("which", [0, 1])
def test_an_op_in_place_follows_where_torch_can_still_train(
    kind: str, options: dict[str, Any], which: int
) -> None:
    given = torch.randn(2, 5, 4, requires_grad=True)
    made = KINDS[kind](4, 3, **{"batch_first": True, **options})(given)
    out = made[0] if which == 0 else made[1][0] if kind == "lstm" else made[1]
    nn.functional.threshold(out, 0.001, 1.0, inplace=True)
    try:
        out.sum().backward()
        runs = True
    except RuntimeError:
        runs = False
    said = "".join(f", {name} = {str(value).lower()}" for name, value in options.items())
    names = ["y" if at == which else "_" for at in range(3 if kind == "lstm" else 2)]
    text = f"""
    model m() {{
      input x: [N = 2, 5, 4]
      {kind}(3{said}) as {", ".join(names)}
      y -> threshold(0.001, 1.0, true)
    }}"""
    assert archc.check(archc.Source("m", text)).ok is runs
