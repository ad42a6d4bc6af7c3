"""How long a picture takes, from a file or a model to SVG: archc beside what draws torch's models.

``python -m benchmarks.pictures`` times each in a fresh process, in turns, and prints the least of
some rounds, in seconds of CPU. tensorgami, torchview (with Graphviz's dot) and torchvision are
drawn with where they are installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

NETWORKS = ("resnet50", "googlenet", "vgg16", "densenet121")
"""Those that torchvision has too; it has no U-Net."""

_MODEL = """
import torch, torchvision
make = getattr(torchvision.models, {name!r})
more = dict(init_weights=False) if {name!r} == 'googlenet' else {{}}
model = make(weights=None, **more).eval()
"""

OTHERS = {
    "tensorgami": _MODEL
    + "import tensorgami; tensorgami.draw(model, torch.randn(1, 3, 224, 224)).save({out!r})",
    "torchview": _MODEL
    + "import torchview; it = torchview.draw_graph(model, input_size=(1, 3, 224, 224),"
    " device='meta', expand_nested=True).visual_graph; open({out!r}, 'wb').write(it.pipe('svg'))",
}
"""What each runs, by its package."""

OURS = {
    "archc draw": ["draw", "{name}"],
    "archc draw --view volumes": ["draw", "{name}", "--view", "volumes"],
    "archc draw --view stages": ["draw", "{name}", "--view", "stages"],
    "archc check": ["check", "{name}"],
}


def commands(name: str, out: str) -> dict[str, list[str]]:
    """The command line of each way to draw a network."""
    found = {
        shown: [sys.executable, "-m", "archc", *(word.format(name=name) for word in words)]
        for shown, words in OURS.items()
    }
    for package, code in OTHERS.items():
        if all(importlib.util.find_spec(each) for each in (package, "torchvision")):
            found[package] = [sys.executable, "-c", code.format(name=name, out=out)]
    return found


def seconds(command: list[str]) -> float:
    """The CPU time of a command, with that of what it runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out.svg")
        shown = list(commands(NETWORKS[0], out))
        print(f"| network | {' | '.join(shown)} |")
        print(f"| --- |{' ---: |' * len(shown)}")
        for name in NETWORKS:
            least = dict.fromkeys(shown, float("inf"))
            for _round in range(rounds):
                for each, command in commands(name, out).items():
                    least[each] = min(least[each], seconds(command))
            print(f"| {name} | {' | '.join(f'{value:.2f} s' for value in least.values())} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
