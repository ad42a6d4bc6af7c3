"""Ops over two size variables: the set of valid sizes is exactly that at which torch does the same.

Hundreds of ops with random shapes and arguments are asked once, at random defaults. Their answer is
read at all pairs of small sizes, and held to torch; and where the set is said to have a closed
form, the form is too. What torch runs and we refuse must be another network: another number of
values or dims, or an extent that is said to be below 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Any

import pytest
import torch
from op_performer import REFUSALS, Verdict, op, sample, torch_verdicts
from test_modules_agree import CASES
from test_tensors_agree import A, B, at, run

from archir.op.contract import Op, values_of
from archir.shapes.arithmetic import add, floor_div, multiply, subtract
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import Dim, SizeExpr
from archir.shapes.types import TensorType
from archir.sizes.valid import ValidSizes, valid_sizes

Types = tuple[TensorType, ...]
Sizes = dict[str, int]

EXTENTS: tuple[Dim, ...] = (
    A, B, 2, 3, 6, multiply(A, 2), multiply(A, B), add(A, 1), floor_div(add(B, 1), 2),
    multiply(multiply(A, B), 6),
)  # fmt: skip
NUMBERS: tuple[Dim, ...] = (
    *EXTENTS, add(A, -1), subtract(A, B), floor_div(A, 2), add(multiply(A, 2), -3), subtract(5, A),
)  # fmt: skip


def asked(made: Op, types: Types, defaults: Sizes) -> tuple[Types, ValidSizes] | None:
    """The outputs and the valid sizes, by our rule at the defaults."""
    check = Check(defaults)
    outputs = made.infer(types, check)
    if check.problems or outputs is None:
        return None
    inputs = [Condition("at-least", dim, 1) for each in types for dim in each.shape]
    return outputs, valid_sizes("ab", [*inputs, *(c for c in check.conditions if not c.training)])


def pairs(types: Types, last: int) -> Iterator[tuple[Sizes, Types]]:
    """All small sizes at which no input is empty, with the types there."""
    for a, b in product(range(1, last + 1), repeat=2):
        sizes = {"a": a, "b": b}
        given = tuple(each.at(sizes) for each in types)
        if all(extent > 0 for each in given for extent in each.extents):
            yield sizes, given


def agree(
    made: Op, types: Types, defaults: Sizes, torchs: Callable[[Sizes, Types], Any], last: int
) -> bool | None:
    """Hold an op to torch at all sizes; whether its set is exact, None if it is refused."""
    answer = asked(made, types, defaults)
    if answer is None:
        return None
    outputs, valid = answer
    for sizes, given in pairs(types, last):
        expected: tuple[Verdict, ...] | None = torchs(sizes, given)
        in_form = any(all(sizes[name] in box[name] for name in "ab") for box in valid.boxes)
        if sizes in valid:
            found = tuple((each.at(sizes).shape, each.dtype) for each in outputs)
            assert expected == found, (made, types, sizes)
            assert in_form, "what is open only takes away"
            continue
        assert not (valid.is_exact and in_form), (made, types, sizes)
        if expected is not None and not _is_below_one(made, sizes) and not _repeats(made, given):
            assert _is_another(outputs, expected, made), (made, types, defaults, sizes)
    return valid.is_exact


def _is_below_one(made: Op, sizes: Sizes) -> bool:
    """Whether an extent is -1, which torch would work out, or leave as it is."""
    given = [
        item for value in values_of(made).values() if isinstance(value, tuple) for item in value
    ]
    return any(isinstance(item, SizeExpr) and at(item, sizes) < 1 for item in given)


def _repeats(made: Op, given: Types) -> bool:
    """Whether torch adds one number to all rows: a bias has one for each, by the op's page."""
    return made.keyword == "linear_by" and len(given) == 3 and given[2].shape == (1,)


def _is_another(outputs: Types, expected: tuple[Verdict, ...], made: Op) -> bool:
    ranks = [each.rank for each in outputs]
    return made.keyword == "squeeze" or [len(shape) for shape, _ in expected] != ranks


def drawn(keyword: str, random: Random) -> tuple[Op, Types, Sizes]:
    """An op that takes sizes, and what it is tried on; both sizes can be read off that."""
    shape: list[Dim] = [A, B, *(random.choice(EXTENTS) for _ in range(random.randint(1, 3)))]
    pick = random.choice
    arguments: tuple[Any, ...]
    if keyword == "reshape":
        wanted = [pick((*NUMBERS, *shape)) for _ in range(random.randint(1, 4))]
        arguments = (tuple([*shape[:2], *wanted[:1], -1] if random.random() < 0.7 else wanted),)
    elif keyword == "expand":
        shape[2:] = [pick((extent, 1)) for extent in shape[2:]]
        arguments = (tuple(pick((e, e, -1, *NUMBERS)) if e == 1 else pick((e, -1)) for e in shape),)
    elif keyword == "split":
        first, dim = pick(NUMBERS), random.randint(0, 2)
        whole = (first, subtract(shape[dim], first)) if random.random() < 0.7 else (first,)
        arguments = (pick((random.randint(1, 5), whole)), dim)
    elif keyword == "chunk":
        arguments = (random.randint(1, 5), random.randint(0, 2))
    elif keyword == "slice":
        bounds = (pick((None, *NUMBERS)), pick((None, *NUMBERS)))
        arguments = (random.randint(-2, 2), *bounds, random.randint(1, 3))
    else:
        arguments = (tuple(random.sample(range(len(shape)), random.randint(1, 2))),)
    defaults = {"a": random.randint(1, 5), "b": random.randint(1, 5)}
    return op(keyword, *arguments), (TensorType(tuple(shape)),), defaults


@pytest.mark.parametrize(
    ("keyword", "exact"),
    [("reshape", 30), ("expand", 90), ("split", 30), ("chunk", 90), ("slice", 20), ("squeeze", 90)],
)
def test_ops_that_take_sizes(keyword: str, exact: int) -> None:
    random = Random(keyword)
    verdicts = []
    for _ in range(120):
        made, types, defaults = drawn(keyword, random)

        def torchs(sizes: Sizes, given: Types, made: Op = made) -> Any:
            arguments = {name: at(value, sizes) for name, value in values_of(made).items()}
            try:
                concrete = op(made.keyword, **arguments)
            except AssertionError:
                return None  # no such op
            return torch_verdicts(concrete, given)

        verdicts.append(agree(made, types, defaults, torchs, 6))
    assert verdicts.count(True) >= exact
    assert keyword in ("chunk", "squeeze") or None in verdicts


@pytest.mark.filterwarnings("ignore:input's size at dim=1 does not match num_features")
def test_all_ops_with_sizes_in_their_shapes() -> None:
    """The extents of every op's cases, made of sizes; the module is that of the defaults."""
    random = Random(0)
    counted: dict[str, int] = {}
    for made, shapes in CASES * 2:
        extents = [extent for shape in shapes for extent in shape]
        defaults = {"a": random.choice(extents), "b": random.choice(extents)}
        types = tuple(
            TensorType(tuple(_made_of(extent, defaults, random) for extent in shape))
            for shape in shapes
        )
        if asked(made, types, defaults) is None:
            continue
        function = run(made, types, defaults)
        if isinstance(function, torch.nn.Module):
            function = function.eval()

        def torchs(_: Sizes, given: Types, function: Any = function) -> Any:
            try:
                with torch.no_grad():
                    found = function(*map(sample, given))
            except REFUSALS:
                return None
            except UserWarning as warned:
                if "degrees of freedom" not in str(warned):
                    raise
                return None  # the spread of so few elements is nan: of them there is none
            several = found if isinstance(found, tuple | list) else (found,)
            if not all(each.numel() for each in several):
                return None
            return tuple(
                (tuple(each.shape), str(each.dtype).removeprefix("torch.")) for each in several
            )

        if made.keyword in ("chunk", "split", "squeeze"):
            continue  # as above: what runs here is the function of the defaults
        if made.keyword == "scaled_dot_product_attention":
            continue  # torch's kernel takes fewer keys than values, and leaves values out
        if agree(made, types, defaults, torchs, 8):
            counted[made.keyword] = counted.get(made.keyword, 0) + 1
    assert len(counted) > 50, "ops of which a set was exact"


def _made_of(extent: int, defaults: Sizes, random: Random) -> Dim:
    """A dim of the sizes that is this extent at the defaults."""
    found: list[Dim] = [extent]
    for name, dim in (("a", A), ("b", B)):
        size = defaults[name]
        found += [dim] * 3 if size == extent else []
        found += [multiply(dim, 2)] if 2 * size == extent else []
        found += [floor_div(dim, 2)] if size // 2 == extent else []
        found.append(add(dim, extent - size))
    return random.choice(found)
