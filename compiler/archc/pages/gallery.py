"""The gallery of pictures, made from the examples.

``python -m archc.pages.gallery docs/pictures.md`` writes the page, and the pictures into a folder
of its name beside it; ``docs/pictures/others.md`` is the page of the examples that have none there.
With ``--check`` it only says whether they are up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

from archc import pipeline
from archc.api.formats import BRIEF, FORMATS
from archc.output import writing
from archc.pages import command
from archc.request import examples
from archc.request.files import read_named
from archir.base.source import Source

SHOWN = (
    "resnet50",
    "googlenet",
    "densenet121",
    "unet",
    "vgg16",
    "mobilenet_v2",
    "inception_v3",
    "resnet18",
    "alexnet",
    "squeezenet1_0",
    "mobilenet_v1",
    "vit_b_16",
    "mixer_b16_224",
    "mobilenet_v3_small",
    "efficientnet_b0",
    "convnext_tiny",
    "regnet_y_400mf",
    "shufflenet_v2_x1_0",
    "mnasnet1_0",
    "seresnet50",
    "resnext50_32x4d",
    "xception",
    "fcn_resnet50",
    "deeplabv3_resnet50",
    "espcn",
    "tcn",
    "lstm_classifier",
    "swin_t",
    "maxvit_t",
    "gpt2",
    "bert_base",
    "llama3_1b",
    "t5_small",
    "ddpm",
    "unet_resnet34",
    "fasterrcnn_resnet50_fpn",
    "retinanet_resnet50_fpn",
    "ssd300_vgg16",
    "yolov3",
    "yolov8n",
    "wavenet",
    "r2plus1d_18",
    "pointnet",
    "nasnet_cell",
    "vae",
)
"""An example of each family; the other members differ from it in their numbers."""

OTHERS = "others.md"
"""The page of those, in the folder of the pictures."""

VIEWS = ("layers", "volumes", "stages")
"""The views, in the order of the page."""

_HEAD = """\
# Pictures

<!-- Made from the examples by `python -m archc.pages.gallery docs/pictures.md`. -->

`archc draw NAME` prints the first of each three, `--view volumes` and `--view stages` the others;
[cli.md](cli.md#archc-draw) has the options. `--as` gives any of them as `tikz`, `pdf` or `png`.
They follow the reader's page into the dark.

- **layers**: what is on a page of a paper. A norm and an activation stand in the box of their op;
  what repeats stands once with a count; a block is drawn once, in a panel, and its parameters have
  their names where its uses differ. What is dashed or in brackets is there in some of a block's
  uses, a dotted line in training alone; of words with `/` between them each use has one. A value
  that many read is said there by its name ("with temb"), and what leads to it has a panel of that
  name; so has what no other line leads to.
- **volumes**: a box is as thick as it has channels, and as high and deep as its resolution, on a
  scale on which each doubling takes as much.
- **stages**: one box for each labelled part, or for what has one resolution.

There is an example of each family here; the others, which differ from these in their numbers, have
[a page of their own](pictures/others.md).
"""

_HEAD_OF_OTHERS = """\
# Pictures of the other examples

<!-- Made from the examples by `python -m archc.pages.gallery docs/pictures/others.md`. -->

Those that are like one of [these](../pictures.md), only wider or deeper.
"""


def page(head: str, names: Collection[str], folder: str) -> str:
    """A page of pictures of some examples."""
    parts = [head]
    for name in names:
        parts.append(f"## {name}\n")
        parts += [f"![{name}, {view}]({folder}{name}-{view}.svg)\n" for view in VIEWS]
    return "\n".join(parts)


def pictures(names: Collection[str]) -> dict[str, str]:
    """The pictures of some examples by the names of their files; of what is no model none."""
    made: dict[str, str] = {}
    for name in names:
        source, path, _found = read_named(name)
        typed, _found = pipeline.compile_source(source, path)
        if typed is not None:
            for view in VIEWS:
                made[f"{name}-{view}.svg"] = FORMATS["svg"].text(typed, view=view)
    return made


def of_readme(target: Path) -> str:
    """The picture that ``archc build`` makes of the file that the README begins with."""
    readme = (target.parent.parent / "README.md").read_text(encoding="utf-8")
    _before, _mark, after = readme.partition("<!-- file: net.arch -->\n```arch\n")
    typed, _found = pipeline.compile_source(
        Source("net.arch", after.partition("```")[0]), None, "net"
    )
    assert typed is not None
    return FORMATS["svg"].text(typed, view=BRIEF)


def contents(target: Path) -> dict[Path, str]:
    """What is to stand in each file."""
    if target.name == OTHERS:
        shown = pictures([name for name in examples.names() if name not in SHOWN])
        drawn = dict.fromkeys(name.rpartition("-")[0] for name in shown)
        made: dict[Path, str] = {target: page(_HEAD_OF_OTHERS, drawn, "")}
        folder = target.parent
    else:
        folder = target.with_suffix("")
        shown = pictures(SHOWN)
        made = {
            target: page(_HEAD, SHOWN, f"{folder.name}/"),
            target.parent / "net.svg": of_readme(target),
        }
    return {**made, **{folder / name: text for name, text in shown.items()}}


def outdated(target: Path) -> list[Path]:
    """The files that are not as they would be written."""
    return command.differing(contents(target))


def write(target: Path) -> None:
    """Write the page and its pictures."""
    writing.write_all(contents(target))


def main(arguments: list[str]) -> int:
    """Write the page to the file that is named, or check that it is up to date."""
    return command.run("archc.pages.gallery", "FILE", arguments, write, outdated)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
