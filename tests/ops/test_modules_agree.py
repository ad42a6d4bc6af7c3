"""What each op builds: state dict, output, dtype and cost are those of the torch module."""

from __future__ import annotations

import pytest
import torch
from op_performer import agree, build, op, ours, perform, sample, types_of
from torch.utils.flop_counter import FlopCounterMode

from archir.check import Check
from archir.dims import evaluate, variable, variables
from archir.op import Op
from archir.registry import ops
from archir.types import TensorType

Case = tuple[Op, tuple[tuple[int, ...], ...]]

CASES: list[Case] = [
    (op("conv", 8, 3), ((2, 4, 9),)),
    (op("conv", 8, 3, padding=1, bias=False), ((2, 4, 9, 7),)),
    (op("conv", 8, (3, 1, 2), (2, 1, 1), groups=4), ((2, 4, 5, 6, 7),)),
    (op("conv", 6, (1, 7), padding="same", dilation=(1, 2)), ((2, 3, 5, 6),)),
    (op("conv", 6, 5, padding=2, padding_mode="reflect", groups=3), ((1, 6, 8, 8),)),
    (op("depthwise", 3), ((2, 4, 9),)),
    (op("depthwise", 3, 2, 1, bias=False), ((2, 4, 9, 9),)),
    (
        op("depthwise", (1, 3), multiplier=3, padding_mode="circular", padding=(0, 1)),
        ((2, 4, 9, 9),),
    ),
    (op("depthwise", 3, dilation=2), ((2, 4, 6, 6, 6),)),
    (op("max_pool", 2), ((2, 4, 9),)),
    (op("max_pool", 3, stride=2, padding=1, ceil_mode=True), ((2, 4, 9, 8),)),
    (op("max_pool", (2, 3, 1), dilation=2), ((2, 4, 5, 6, 7),)),
    (op("avg_pool", 2), ((2, 4, 9),)),
    (op("avg_pool", 3, 1, 1, count_include_pad=False, divisor_override=5), ((2, 4, 9, 8),)),
    (op("avg_pool", 2, ceil_mode=True), ((2, 4, 5, 6, 7),)),
    (op("adaptive_avg_pool", 1), ((2, 4, 9),)),
    (op("adaptive_avg_pool", (7, None)), ((2, 4, 5, 6),)),
    (op("adaptive_avg_pool", 3), ((2, 4, 5, 6, 7),)),
    (op("global_avg_pool"), ((2, 4, 9),)),
    (op("global_avg_pool"), ((2, 4, 9, 8),)),
    (op("global_avg_pool", keepdim=True), ((2, 4, 5, 6, 7),)),
    (op("global_avg_pool"), ((2, 4, 2, 2, 2, 2),)),
    (op("batch_norm"), ((3, 4),)),
    (op("batch_norm", eps=1e-3, momentum=None), ((3, 4, 5),)),
    (op("batch_norm", affine=False), ((3, 4, 5, 5),)),
    (op("batch_norm", track_running_stats=False), ((3, 4, 5, 5, 5),)),
    (op("batch_norm", 1e-5, 0.01, False, False), ((3, 4, 5, 5),)),
    (op("local_response_norm", 5), ((2, 8, 5),)),
    (op("local_response_norm", 2, alpha=5e-4, beta=1, k=2), ((2, 8, 5, 5),)),
    (op("local_response_norm", 9), ((2, 4, 2, 2, 2),)),
    (op("local_response_norm", 3), ((2, 4, 2, 2, 2, 2),)),
    (op("relu"), ((4,),)),
    (op("relu", True), ((2, 4, 9, 8),)),
    (op("dropout"), ((2, 4),)),
    (op("dropout", 0.2, True), ((2, 4, 9, 8),)),
    (op("linear", 5), ((2, 4),)),
    (op("linear", 5, bias=False), ((2, 3, 4),)),
    (op("linear", 5), ((2, 3, 6, 4),)),
    (op("flatten"), ((2, 4, 9, 8),)),
    (op("flatten", 2, -2), ((2, 4, 9, 8, 3),)),
    (op("flatten", 0), ((2, 4),)),
    (op("identity"), ((2, 4, 9, 8),)),
    (op("concat"), ((2, 4, 5), (2, 3, 5), (2, 1, 5))),
    (op("concat", -1), ((2, 4, 5), (2, 4, 1))),
    (op("concat", 0), ((2, 4), (3, 4))),
    (op("add"), ((2, 4, 5, 5), (2, 4, 5, 5))),
    (op("add"), ((2, 4, 5, 5), (2, 4, 1, 1), (5,))),
    (op("multiply"), ((2, 4, 1, 1), (2, 4, 5, 5))),
]


def name(case: Case) -> str:
    return f"{case[0].keyword}-{'-'.join('x'.join(map(str, shape)) for shape in case[1])}"


each_case = pytest.mark.parametrize("case", CASES, ids=name)


def test_every_op_has_a_case() -> None:
    assert {made.keyword for made, _ in CASES} == set(ops())


@each_case
@pytest.mark.parametrize("training", [False, True])
def test_output_agrees(case: Case, training: bool) -> None:
    made, shapes = case
    assert ours(made, types_of(*shapes), training) is not None
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
    with FlopCounterMode(display=False) as counter, torch.no_grad():
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
def test_recipes_do_not_depend_on_free_sizes(case: Case) -> None:
    """A module made for one input size serves all others that the op accepts."""
    made, shapes = case
    types = types_of(*shapes)
    symbolic: list[TensorType] = []
    sizes: dict[str, int] = {}
    for number, shape in enumerate(shapes):
        names = [f"s{number}_{dim}" for dim in range(len(shape))]
        sizes.update(zip(names, shape, strict=True))
        symbolic.append(TensorType(tuple(variable(each) for each in names)))
    check = Check(sizes)
    assert made.infer(tuple(symbolic), check) is not None
    assert not check.problems
    larger = {key: size + 2 for key, size in sizes.items()}
    for condition in check.conditions:
        if condition.relation in ("equal", "broadcast"):
            free = variables(condition.left) | variables(condition.right)
            larger |= {key: sizes[key] for key in free}
    grown = tuple(given.at(larger) for given in symbolic)
    assert made.parameters(grown) == made.parameters(types)
    if made.parameters(types) or made.keyword != "batch_norm":  # else torch ignores its channels
        assert made.recipe(grown) == made.recipe(types)


DTYPES = ("float32", "int64", "bool")

RANKED: list[Op] = [
    *(made for made, _ in CASES if made.keyword in ("relu", "identity", "dropout", "flatten")),
    op("conv", 4, 2),
    op("depthwise", 2),
    op("max_pool", 2),
    op("avg_pool", 2),
    op("adaptive_avg_pool", 1),
    op("adaptive_avg_pool", 2),
    op("global_avg_pool"),
    op("batch_norm"),
    op("local_response_norm", 2),
    op("linear", 3),
    op("dropout", 0),
    op("dropout", 1.0),
]


RANKS = {
    # torch reads [C, L] as one example without a batch, and a mean over no dims as one over all;
    # here the first dim is the batch, so the ranks below are refused.
    **dict.fromkeys(("conv", "depthwise", "max_pool", "avg_pool", "adaptive_avg_pool"), (3, 4, 5)),
    "global_avg_pool": (3, 4, 5, 6, 7),
    "batch_norm": (2, 3, 4, 5),
}


@pytest.mark.parametrize("made", RANKED, ids=repr)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rank", range(1, 8))
def test_ranks_and_dtypes_agree_with_torch(made: Op, dtype: str, rank: int) -> None:
    types = types_of((4,) * rank, dtype=dtype)
    if rank in RANKS.get(made.keyword, (rank,)):
        agree(made, types, training=True)
    else:
        assert ours(made, types) is None


@pytest.mark.parametrize("made", [op("concat"), op("add"), op("multiply")], ids=repr)
@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("second", DTYPES)
def test_merged_dtypes_are_promoted_as_torch_does(made: Op, first: str, second: str) -> None:
    agree(made, (TensorType((2, 3), first), TensorType((2, 3), second)))


@pytest.mark.parametrize("shape", [(1, 4), (1, 4, 1), (1, 4, 1, 1), (1, 4, 2, 1), (2, 4, 1, 1, 1)])
@pytest.mark.parametrize("track", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_batch_norm_needs_more_than_one_value(
    shape: tuple[int, ...], track: bool, training: bool
) -> None:
    agree(op("batch_norm", track_running_stats=track), types_of(shape), training)
