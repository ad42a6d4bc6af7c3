"""What each op builds: state dict, output, dtype and cost are those of the torch module."""

from __future__ import annotations

import cases_activation
import cases_attention
import cases_choice
import cases_core
import cases_normalisation
import cases_spatial
import cases_tensor
import cases_weights
import pytest
import torch
from op_performer import Case, agree, all_ours, build, op, ours, perform, sample, types_of
from torch.utils.flop_counter import FlopCounterMode

from archc.testing.every_product import every_product
from archir.catalogue.registry import ops
from archir.op.contract import Op
from archir.shapes.conditions import Check
from archir.shapes.dims import evaluate, variable, variables
from archir.shapes.types import TensorType

ALL = (
    *(cases_core, cases_activation, cases_normalisation, cases_spatial, cases_tensor),
    *(cases_choice, cases_attention, cases_weights),
)
CASES: list[Case] = [case for cases in ALL for case in cases.CASES]


def name(case: Case) -> str:
    return f"{case[0].keyword}-{'-'.join('x'.join(map(str, shape)) for shape in case[1])}"


each_case = pytest.mark.parametrize("case", CASES, ids=name)


def test_every_op_has_a_case() -> None:
    assert {made.keyword for made, _ in CASES} == set(ops())


@each_case
@pytest.mark.parametrize("training", [False, True])
def test_output_agrees(case: Case, training: bool) -> None:
    made, shapes = case
    assert all_ours(made, types_of(*shapes), training) is not None
    agree(made, types_of(*shapes), training)


@each_case
def test_parameters_are_the_state_dict(case: Case) -> None:
    made, shapes = case
    run = build(made, types_of(*shapes))
    assert isinstance(run, torch.nn.Module) == made.is_module
    specs = made.parameters(types_of(*shapes))
    found = [(s.name, s.shape, s.dtype) for s in specs]
    if not isinstance(run, torch.nn.Module):
        assert not found
        return
    expected = [
        (key, tuple(value.shape), str(value.dtype).removeprefix("torch."))
        for key, value in run.state_dict().items()
    ]
    assert found == expected
    assert [s.name for s in specs if s.is_buffer] == [key for key, _ in run.named_buffers()]


@each_case
def test_macs_are_half_the_flops_that_torch_counts(case: Case) -> None:
    made, shapes = case
    types = types_of(*shapes)
    run = build(made, types)
    with FlopCounterMode(display=False) as counter, torch.no_grad(), every_product():
        run(*(sample(given) for given in types))
    outputs = made.infer(types, Check({}))
    assert outputs is not None
    assert 2 * evaluate(made.macs(types, outputs), {}) == counter.get_total_flops()


@each_case
def test_channels_code_gives_the_output_channels(case: Case) -> None:
    """The code for the running count of channels, worked out, is the output's dim 1."""
    made, shapes = case
    types = types_of(*shapes)
    outputs = made.infer(types, Check({}))
    assert outputs is not None
    code = made.channels(types)
    if code is not None and outputs[0].rank > 1:
        assert perform(made, code, ()) == outputs[0].shape[1]


@each_case
def test_ops_that_say_so_keep_the_shape(case: Case) -> None:
    made, shapes = case
    outputs = made.infer(types_of(*shapes), Check({}))
    assert outputs is not None
    if made.keeps_shape:
        assert [given.shape for given in outputs] == list(shapes)


@each_case
def test_recipes_do_not_depend_on_free_sizes(case: Case) -> None:
    """A module made for one input size serves all others that the op accepts."""
    made, shapes = case
    types = types_of(*shapes)
    symbolic: list[TensorType] = []
    sizes: dict[str, int] = {}
    for number, shape in enumerate(shapes):
        names = [f"s{number}_{dim}" for dim in range(len(shape))]
        sizes.update(zip(names, shape, strict=True))
        symbolic.append(TensorType(tuple(variable(each) for each in names), types[number].dtype))
    check = Check(sizes)
    assert made.infer(tuple(symbolic), check) is not None
    assert not check.problems
    larger = {key: size + 2 for key, size in sizes.items()}
    for condition in check.conditions:
        if condition.relation in ("equal", "broadcast", "expand"):
            free = variables(condition.left) | variables(condition.right)
            larger |= {key: sizes[key] for key in free}
    grown = tuple(given.at(larger) for given in symbolic)
    assert made.parameters(grown) == made.parameters(types)
    if made.parameters(types) or not hasattr(made, "affine"):  # else torch ignores its channels
        assert made.recipe(grown) == made.recipe(types)


DTYPES = ("float32", "int64", "bool")

RANKED = [made for cases in ALL for made in cases.RANKED]
RANKS = {keyword: ranks for cases in ALL for keyword, ranks in cases.RANKS.items()}


@pytest.mark.parametrize("made", RANKED, ids=repr)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rank", range(1, 8))
def test_ranks_and_dtypes_agree_with_torch(made: Op, dtype: str, rank: int) -> None:
    types = types_of((4,) * rank, dtype=dtype)
    if rank in RANKS.get(made.keyword, (rank,)):
        agree(made, types, training=True)
    else:
        assert ours(made, types) is None


MERGING = [made for cases in ALL for made in getattr(cases, "MERGING", ())]


@pytest.mark.parametrize("made", [op("concat"), op("add"), op("multiply"), *MERGING], ids=repr)
@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("second", DTYPES)
def test_merged_dtypes_are_promoted_as_torch_does(made: Op, first: str, second: str) -> None:
    types = (TensorType((2, 3), first), TensorType((2, 3), second))
    if made.keyword == "pow" and second == "bool":
        base, truths = torch.rand(2, 3, requires_grad=True), torch.ones(2, 3).bool()
        with pytest.raises(RuntimeError, match="with a bool tensor is not supported"):
            torch.autograd.grad((base**truths).sum(), base)
        assert ours(made, types) is None
        return
    agree(made, types)


@pytest.mark.parametrize("shape", [(1, 4), (1, 4, 1), (1, 4, 1, 1), (1, 4, 2, 1), (2, 4, 1, 1, 1)])
@pytest.mark.parametrize("track", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_batch_norm_needs_more_than_one_value(
    shape: tuple[int, ...], track: bool, training: bool
) -> None:
    agree(op("batch_norm", track_running_stats=track), types_of(shape), training)
