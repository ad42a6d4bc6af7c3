"""How long a picture takes, from a file or a model to SVG: archc beside what draws torch's models.

``python -m benchmarks.pictures`` times each in a fresh process, in turns, and prints the least of
some rounds, in seconds of CPU, and how much longer than ours the faster of the others takes: the
median over the rounds, of each of which both are taken. tensorgami, torchview (with Graphviz's dot)
and torchvision are drawn with where they are installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

NETWORKS = ("resnet50", "googlenet", "unet", "vgg16", "densenet121")

OF_TORCHVISION = """
import torch, torchvision
make = getattr(torchvision.models, {name!r})
more = dict(init_weights=False) if {name!r} == 'googlenet' else {{}}
model, size = make(weights=None, **more).eval(), (1, 3, 224, 224)
"""

PRINTED = """
import sys
sys.path.insert(0, {folder!r})
import torch, unet
model, size = unet.Unet().eval(), (1, 1, 64, 64)
"""
"""torchvision has no U-Net: it is the one that archc prints, at a size that is soon run."""

OTHERS = {
    "tensorgami": "import tensorgami; tensorgami.draw(model, torch.randn(*size)).save({out!r})",
    "torchview": "import torchview; it = torchview.draw_graph(model, input_size=size,"
    " device='meta', expand_nested=True).visual_graph; open({out!r}, 'wb').write(it.pipe('svg'))",
}
"""What each runs with a model, by its package."""

OURS = {
    "archc draw": ["draw", "{file}"],
    "archc draw --view volumes": ["draw", "{file}", "--view", "volumes"],
    "archc draw --view stages": ["draw", "{file}", "--view", "stages"],
    "archc check": ["check", "{file}"],
}


EXAMPLES = Path(__file__).parents[1] / "examples"


def commands(name: str, folder: Path) -> dict[str, list[str]]:
    """The command line of each way to draw a network; ours print what they draw."""
    file = str(EXAMPLES / f"{name}.arch")
    found = {
        shown: [sys.executable, "-m", "archc", *(word.format(file=file) for word in words)]
        for shown, words in OURS.items()
    }
    model = OF_TORCHVISION.format(name=name)
    if name == "unet":
        build = ["build", file, "--emit", "python", "--out", str(folder), "--force"]
        subprocess.run([sys.executable, "-m", "archc", *build], check=True, capture_output=True)
        model = PRINTED.format(folder=str(folder))
    for package, code in OTHERS.items():
        if all(importlib.util.find_spec(each) for each in (package, "torchvision")):
            drawn = code.format(out=str(folder / "other.svg"))
            found[package] = [sys.executable, "-c", model + drawn]
    return found


def seconds(command: list[str], out: Path) -> float:
    """The CPU time of a command, with that of what it runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with out.open("wb") as file:
        subprocess.run(command, check=True, stdout=file, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.svg"
        shown = list(commands(NETWORKS[0], Path(folder)))
        others = [one for one in shown if one in OTHERS]
        print(f"| network | {' | '.join(shown)} | times as long |")
        print(f"| --- |{' ---: |' * (len(shown) + 1)}")
        for name in NETWORKS:
            ways = commands(name, Path(folder))
            taken = [{one: seconds(way, out) for one, way in ways.items()} for _ in range(rounds)]
            ratios = [
                min(one[other] for other in others) / one["archc draw"] for one in taken if others
            ]
            least = [f"{min(one[way] for one in taken):.2f} s" for way in shown]
            ratio = f"{median(ratios):.1f}" if ratios else "-"
            print(f"| {name} | {' | '.join(least)} | {ratio} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
