"""Defaults: what a recipe leaves out is what torch takes for it.

A default of ours may be another than torch's; then the op declares torch's, and what is left out
of a recipe's call is what equals torch's.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import MappingProxyType

import pytest
import torch
from op_performer import Case, types_of
from test_modules_agree import CASES, name

from archc.testing import op_agreement as agreement
from archc.torch import helpers
from archc.torch.calls import ROOTS
from archir.catalogue.registry import ops
from archir.op.contract import Op, arguments_of, assembled, torch_default
from archir.op.recipe import ModuleRecipe
from archir.ops.smooth import Softplus

REQUIRED = inspect.Parameter.empty


def of_torch(op: type[Op]) -> dict[str, object]:
    """The defaults of all parameters of the op's counterpart in torch."""
    path = op.torch_name.split(".")
    if path[0] == "torchvision":  # its text is among the helpers
        found: object = getattr(helpers, path[-1])
    else:
        found = ROOTS["torch"]
        for part in path[1:]:
            found = getattr(found, part)
    try:
        parameters = inspect.signature(found).parameters  # type: ignore[arg-type]
    except ValueError:
        function: str = found.__name__  # type: ignore[attr-defined]
        return dict(_of_schemas(function))  # one in C
    return {each.name: each.default for each in parameters.values()}


def _of_schemas(function: str) -> Iterator[tuple[str, object]]:
    packet = getattr(torch.ops.aten, function)
    for overload in packet.overloads():
        for argument in getattr(packet, overload)._schema.arguments:
            if argument.type.kind() != "OptionalType" or argument.has_default_value():
                has = argument.has_default_value()
                yield argument.name, argument.default_value if has else REQUIRED


@pytest.mark.parametrize("keyword", sorted(ops()))
def test_declared_defaults_are_torchs(keyword: str) -> None:
    op = ops()[keyword]
    theirs = of_torch(op)
    for argument in arguments_of(op):
        if argument in op.own_arguments or argument not in theirs:
            continue
        said = torch_default(op, argument)
        if theirs[argument] is REQUIRED or arguments_of(op)[argument].is_required():
            continue  # it must be named in each recipe: that is the next test's
        given = theirs[argument]
        # A schema has a number for each axis, as ``[1, 1]``.
        one = given[0] if isinstance(given, list) and len(set(given)) == 1 else given
        if one == "valid":  # of two forms of one function the one that takes words
            one = 0
        assert said == one, argument
    assert set(op.torch_defaults) <= set(arguments_of(op))


@pytest.mark.parametrize("case", CASES, ids=name)
def test_recipes_leave_out_defaults_alone(case: Case) -> None:
    made, shapes = case
    agreement.left_out(made, types_of(*shapes))


class Sharper(Softplus):
    """Softplus with a default of its own."""

    beta: float = 2.0
    torch_defaults = MappingProxyType({"beta": 1.0})


class Careless(Softplus):
    """The same, by someone who forgot that torch has another."""

    beta: float = 2.0


@pytest.mark.parametrize("beta", [None, 1.0, 2.0, 3.0])
def test_another_default_than_torchs_is_named(beta: float | None) -> None:
    made = assembled(Sharper, {} if beta is None else {"beta": beta})
    recipe = made.recipe(types_of((2, 3)))
    assert isinstance(recipe, ModuleRecipe)
    names = [each for each, _ in recipe.make.kwargs]
    assert names == ([] if beta == 1.0 else ["beta"])
    module = agreement.runnable(made, types_of((2, 3)))
    assert module.beta == (2.0 if beta is None else beta)  # type: ignore[attr-defined]
    agreement.left_out(made, types_of((2, 3)))


def test_an_undeclared_default_is_found() -> None:
    with pytest.raises(AssertionError, match=r"leaves beta out, and nn\.Softplus takes 1.0 for it"):
        agreement.left_out(assembled(Careless, {}), types_of((2, 3)))
