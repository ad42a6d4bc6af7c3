"""Each op of ONNX that is read computes what ONNX's own reference implementation computes."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx_cases import CASES, case_of

from archc.torch.onnx_files.functions.applying import FUNCTIONS
from archc.torch.onnx_files.graph_file import read_onnx
from archc.torch.onnx_files.net import net_of
from archc.torch.onnx_files.reference import farthest


@pytest.mark.parametrize("name", CASES)
def test_an_op_computes_what_the_reference_computes(name: str, tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    onnx.save(case_of(name), file)
    graph = read_onnx(file)
    net = net_of(graph, file.name)
    shapes = [tuple(int(dim) for dim in each.dims) for each in graph.inputs]
    assert farthest(graph, net, shapes) < 1e-6


def test_each_op_that_is_read_has_a_case() -> None:
    assert FUNCTIONS.keys() <= CASES.keys()
