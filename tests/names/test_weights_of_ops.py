"""What an op's class says of its parameters is what its instances have, and torch."""

from __future__ import annotations

import pytest
from torch import nn

from archc.testing.op_arguments import make_op
from archir.catalogue.registry import ops
from archir.op.contract import Op
from archir.shapes.types import TensorType

MODULES = {
    "conv": (nn.Conv2d(8, 4, 3), (4, 3)),
    "depthwise": (nn.Conv2d(8, 8, 3, groups=8), (3,)),
    "linear": (nn.Linear(8, 4), (4,)),
    "batch_norm": (nn.BatchNorm2d(8), ()),
    "layer_norm": (nn.LayerNorm(8), ()),
    "rms_norm": (nn.RMSNorm(8), ()),
    "group_norm": (nn.GroupNorm(2, 8), (2,)),
    "instance_norm": (
        nn.InstanceNorm2d(8, affine=True, track_running_stats=True),
        (1e-5, 0.1, True, True),
    ),
    "prelu": (nn.PReLU(), ()),
}


@pytest.mark.parametrize("name", MODULES)
def test_weights_are_those_of_torch(name: str) -> None:
    module, arguments = MODULES[name]
    assert ops()[name].weights == tuple(module.state_dict())
    op = make_op(ops()[name], arguments, {})
    assert isinstance(op, Op)
    specs = op.parameters((TensorType((1, 8, 8, 8)),))
    assert tuple(spec.name for spec in specs) == ops()[name].weights


@pytest.mark.parametrize("name", ops())
def test_an_op_with_parameters_says_so(name: str) -> None:
    op = ops()[name]
    assert bool(op.weights) == (op.parameters is not Op.parameters)
