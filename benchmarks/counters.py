"""What other counters print for the examples, written down for the tests.

``python benchmarks/counters.py`` runs fvcore, ptflops, thop and torchinfo on every example but
those that repeat another at another size, as ``archc.load`` makes it, one sample at the default
sizes, and writes tests/cost/counters.json. The tests hold ``archc summary --count-as`` and the
goldens of tables to it. It needs::

    pip install ".[test]" torchinfo==1.8.0 fvcore==0.1.5.post20221221 \
        thop==0.1.1.post2209072238 ptflops==0.7.5
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import ptflops
import thop
import torch
import torchinfo
from fvcore.nn import FlopCountAnalysis
from torch import Tensor, nn

import archc

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from shipped import EXAMPLES, NAMES, SIZES  # noqa: E402  (what tests share lies outside the packages)

RECORD = ROOT / "tests" / "cost" / "counters.json"

UNSAID = {
    "gpt2": "torchinfo",
    "swin_v2_t": "torchinfo",
    "t5_small": "torchinfo",
    "fasterrcnn_resnet50_fpn": "ptflops",
    "mvit_v2_s": "fvcore",
    "clip_vit_b_32": "ptflops",
}
"""What is not told of: torchinfo takes a block with a `weight` of its own for a layer, and counts a
tensor with two keys twice; fvcore counts an einsum by four digits that numpy prints; ptflops counts
for one sample, and not all inputs are of one batch."""

IN_ROWS = ("vgg16", "resnet18", "resnet50", "mobilenet_v1_tutorial")
"""The examples of which torchinfo's rows are written down too."""


class Pair(nn.Module):
    """A model of two inputs, which ptflops gives by their names."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, one: Tensor, other: Tensor) -> Any:
        return self.net(one, other)


def counts(net: nn.Module, *given: Tensor) -> dict[str, Any]:
    """What each of them says: multiply-accumulates and parameters."""
    info = torchinfo.summary(net, input_data=given, verbose=0, device="cpu")
    named = net if len(given) == 1 else Pair(net)
    names = inspect.signature(named.forward).parameters
    pt = ptflops.get_model_complexity_info(
        named,
        tuple(given[0].shape[1:]),
        as_strings=False,
        print_per_layer_stat=False,
        input_constructor=lambda _: dict(zip(names, given, strict=True)),
    )
    trace = FlopCountAnalysis(net, given)
    trace.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    fvcore = int(trace.total())
    with contextlib.redirect_stdout(io.StringIO()):
        operations, parameters = thop.profile(net, given, verbose=False)
    return {
        "torchinfo": [info.total_mult_adds, info.total_params],
        "ptflops": [int(each) for each in pt],
        "fvcore": [fvcore, None],
        "thop": [int(operations), int(parameters)],
    }


def rows(net: nn.Module, *given: Tensor) -> list[list[Any]]:
    """torchinfo's rows: the path of each module that ran, its parameters and its output."""
    info = torchinfo.summary(net, input_data=given, verbose=0, device="cpu", depth=10)
    paths = {id(module): path for path, module in net.named_modules()}
    return [
        [paths[row.layer_id], 0 if row.is_recursive else row.num_params, list(row.output_size)]
        for row in info.summary_list
        if row.executed and row.depth
    ]


def main() -> None:
    """Run them all."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    for name in NAMES:
        if name in SIZES:
            continue
        path = EXAMPLES / f"{name}.arch"
        net = archc.load(path).eval()
        given = [
            torch.zeros(port.sizes, dtype=getattr(torch, port.type.dtype))
            for port in archc.check(path).models[0].inputs
        ]
        found[name] = counts(net, *given)
        found[name].pop(UNSAID.get(name), None)
        if name in IN_ROWS:
            found[name]["rows"] = rows(net, *given)
        print(name, found[name]["torchinfo"], flush=True)
    lines = [f"{json.dumps(name)}: {json.dumps(said)}" for name, said in found.items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
