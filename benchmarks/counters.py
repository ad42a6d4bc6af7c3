"""What other counters print for the examples, written down for the tests.

``python benchmarks/counters.py`` runs fvcore, ptflops, thop and torchinfo on every example, as
``archc.load`` makes it, one sample at the default sizes, and writes tests/cost/counters.json. The
tests hold ``archc summary --count-as`` and the goldens of tables to it. It needs::

    pip install ".[test]" torchinfo==1.8.0 fvcore==0.1.5.post20221221 \
        thop==0.1.1.post2209072238 ptflops==0.7.5
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
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
RECORD = ROOT / "tests" / "cost" / "counters.json"

IN_ROWS = ("vgg16", "resnet18", "resnet50", "mobilenet_v1_tutorial")
"""The examples of which torchinfo's rows are written down too."""


def counts(net: nn.Module, image: Tensor) -> dict[str, Any]:
    """What each of them says: multiply-accumulates and parameters."""
    info = torchinfo.summary(net, input_data=image, verbose=0, device="cpu")
    pt = ptflops.get_model_complexity_info(
        net, tuple(image.shape[1:]), as_strings=False, print_per_layer_stat=False
    )
    trace = FlopCountAnalysis(net, image)
    trace.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    fvcore = int(trace.total())
    with contextlib.redirect_stdout(io.StringIO()):
        operations, parameters = thop.profile(net, (image,), verbose=False)
    return {
        "torchinfo": [info.total_mult_adds, info.total_params],
        "ptflops": [int(each) for each in pt],
        "fvcore": [fvcore, None],
        "thop": [int(operations), int(parameters)],
    }


def rows(net: nn.Module, image: Tensor) -> list[list[Any]]:
    """torchinfo's rows: the path of each module that ran, its parameters and its output."""
    info = torchinfo.summary(net, input_data=image, verbose=0, device="cpu", depth=10)
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
    for path in sorted((ROOT / "examples").glob("*.arch")):
        net = archc.load(path).eval()
        (port,) = archc.check(path, path.stem).models[0].inputs
        image = torch.zeros(port.sizes)
        found[path.stem] = counts(net, image)
        if path.stem in IN_ROWS:
            found[path.stem]["rows"] = rows(net, image)
        print(path.stem, found[path.stem]["torchinfo"], flush=True)
    lines = [f"{json.dumps(name)}: {json.dumps(said)}" for name, said in found.items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
