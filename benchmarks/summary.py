"""How long a table of costs takes, as a whole process and warm, against the usual counters.

Run it in an environment that has the package, torch, torchvision and the counters::

    pip install ".[benchmark]" fvcore thop ptflops && python benchmarks/summary.py

Each round runs every command once, in turn, so that slow phases of the machine hit all of them; a
ratio is the median of the rounds' ratios. Warm is inside one process, everything imported: we
parse the text, check it and print the table; the others are given a module that is there, and
print theirs. See README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from startup import Command, Sample, run

MODELS = ("vgg16", "resnet50", "resnet152", "densenet201", "mobilenet_v2")
TOOLS = ("torchinfo", "fvcore", "ptflops", "thop")

_HEAD = "import sys, torch, torchvision; net = getattr(torchvision.models, sys.argv[1])().eval(); "
CODE = {
    "torchinfo": "import torchinfo; "
    "print(torchinfo.summary(net, (1, 3, 224, 224), device='cpu', verbose=0))",
    "fvcore": "from fvcore.nn import FlopCountAnalysis, flop_count_table as table; "
    "print(table(FlopCountAnalysis(net, torch.zeros(1, 3, 224, 224))))",
    "ptflops": "import ptflops; print(ptflops.get_model_complexity_info(net, (3, 224, 224)))",
    "thop": "import thop; print(thop.profile(net, (torch.zeros(1, 3, 224, 224),)))",
}
"""The usual way to use each of them."""


def processes(model: str) -> dict[str, Command]:
    """Whole processes: ours, and theirs on torchvision's model."""
    ours = (sys.executable, "-m", "archc", "summary", model)
    others = {
        tool: (sys.executable, "-W", "ignore", "-c", _HEAD + CODE[tool], model) for tool in TOOLS
    }
    return {name: Command(name, call) for name, call in {"archc": ours, **others}.items()}


def warm(model: str) -> dict[str, Callable[[], object]]:
    """The same inside one process."""
    import ptflops
    import thop
    import torch
    import torchinfo
    import torchvision
    from fvcore.nn import FlopCountAnalysis, flop_count_table

    import archc
    from archc.request import examples

    net: Any = getattr(torchvision.models, model)().eval()
    image = torch.zeros(1, 3, 224, 224)
    path = examples.folder() / f"{model}.arch"
    return {
        "archc": lambda: str(archc.summary(path)),
        "torchinfo": lambda: str(torchinfo.summary(net, input_data=image, verbose=0)),
        "fvcore": lambda: flop_count_table(FlopCountAnalysis(net, image)),
        "ptflops": lambda: ptflops.get_model_complexity_info(net, (3, 224, 224), ost=io.StringIO()),
        "thop": lambda: thop.profile(net, (image,), verbose=False),
    }


def timed(call: Callable[[], object]) -> Sample:
    """One call, its output thrown away."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        started = time.perf_counter()
        call()
        return Sample(time.perf_counter() - started, 0.0)


def measured(calls: Mapping[str, Callable[[], Sample]], rounds: int) -> dict[str, list[Sample]]:
    """Samples by name; a first round, which warms up, is thrown away."""
    samples: dict[str, list[Sample]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            sample = call()
            if number:
                samples[name].append(sample)
    return samples


def table(kind: str, model: str, samples: Mapping[str, list[Sample]]) -> list[str]:
    """Medians, and how many times longer and larger the others are, as medians of paired runs."""
    lines = []
    for name, taken in samples.items():
        seconds = median(one.seconds for one in taken)
        memory = median(one.mebibytes for one in taken)
        pairs = list(zip(taken, samples["archc"], strict=True))
        slower = median(theirs.seconds / ours.seconds for theirs, ours in pairs)
        cells = [model, kind, name, f"{seconds:.3f} s", f"{slower:.1f}x"]
        if memory:
            larger = median(theirs.mebibytes / ours.mebibytes for theirs, ours in pairs)
            cells += [f"{memory:.0f} MiB", f"{larger:.1f}x"]
        else:
            cells += ["", ""]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run")
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    print("| model | kind | counter | time | slower | memory | larger |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    for model in given.models:
        whole = {
            name: lambda command=command: run(command) for name, command in processes(model).items()
        }
        print("\n".join(table("process", model, measured(whole, given.rounds))), flush=True)
    for model in given.models:
        inside = {name: lambda call=call: timed(call) for name, call in warm(model).items()}
        print("\n".join(table("warm", model, measured(inside, given.rounds))), flush=True)


if __name__ == "__main__":
    main()
