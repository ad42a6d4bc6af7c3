"""The reference of all ops, made from their classes.

``python -m archir.catalogue.reference docs/ops.md`` writes it; with ``--check`` it only says
whether the file is up to date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from archir.catalogue import registry
from archir.catalogue.registry import FAMILIES
from archir.op.argument_types import describe, shown
from archir.op.contract import Op, arguments_of

_HEAD = """\
# Ops

<!-- Made from the ops' classes by `python -m archir.catalogue.reference docs/ops.md`. -->

An op has the name that it has in `torch.nn.functional`, without the number of dims, and the
arguments that it has in `torch.nn`, with their names, order and defaults. What can be read off
the incoming shape is left out: nobody writes `in_channels`. The exceptions:

- `concat` is `torch.cat`, and joins the channels (dim 1) unless told otherwise.
- `chunk` takes the channels (dim 1) apart unless told otherwise.
- `split` likewise.
- `unbind` likewise.
- `stack` puts values along a new dim 1 unless told otherwise.
- `slice` is `x[start:end:step]` along one dim.
- `squeeze` must be told its dims, since the batch may be 1 too.
- `global_avg_pool` is a mean over all spatial axes, and has no module.
- `depthwise` is the convolution with one group a channel.
- `layer_norm` is told how many of the last dims it goes over, 1 unless said otherwise, and not
  their sizes.
- `rms_norm` likewise.
- `pad` is the four padding modules of torch, told apart by the mode of `F.pad`.
- `softmax` must be told its dim, which torch guesses with a warning where it is left out.
- `log_softmax` likewise.
- `softmin` likewise.
- `channel_dropout` is `Dropout1d`, `Dropout2d` or `Dropout3d`, by the number of axes.
- `multihead_attention` has the batch first unless told otherwise, reads `kdim` and `vdim` off the
  values, and gives the weights only where `need_weights` says so; masks are announced.
- `lstm` has the batch first unless told otherwise, and gives the sequence and the last states side
  by side.
- `gru` likewise.
- `rnn` likewise.
- `stochastic_depth` is torchvision's, and drops single examples ("row") unless told otherwise.

The first dim of a shape is the batch. The number of axes comes from the shape: `conv` on
`[N, C, L]` is a `Conv1d`, on `[N, C, H, W]` a `Conv2d`, on `[N, C, D, H, W]` a `Conv3d`. An
argument that takes "a list" takes one entry for each axis.

A `*` before an argument says that its items may be given one by one: `permute(0, 2, 1)` is
`permute([0, 2, 1])`. "A size of the input" is what a name in the input's shape stands for, and
arithmetic with it: `reshape(N, H * W, -1)`.

An op is accepted for an input exactly when torch runs it on the CPU, and what it gives has at
least one dim, and at least one element along each.
"""


def prose(op: type[Op]) -> str:
    """What the op does, in Markdown, without its example."""
    return _split(op)[0]


def summary(op: type[Op]) -> str:
    """The first line of what the op does."""
    return prose(op).partition("\n")[0]


def example(op: type[Op]) -> str:
    """The op's example: a whole file in the language."""
    return _split(op)[1]


def usage(op: type[Op]) -> str:
    """How its example calls an op: ``max_pool(3, stride = 2, padding = 1)``."""
    found = re.search(rf"(?<!\w){op.keyword}\([^()]*\)", example(op))
    return found[0] if found else ""


def signature(op: type[Op]) -> str:
    """How the op is called: ``max_pool(kernel_size, stride = none, …)``."""
    parts = [
        name if argument.is_required() else f"{name} = {shown(argument.default)}"
        for name, argument in arguments_of(op).items()
    ]
    if op.variadic:
        parts[0] = f"*{parts[0]}"
    return f"{op.keyword}({', '.join(parts)})" if parts else op.keyword


def arguments(op: type[Op]) -> Iterator[tuple[str, str, str, str]]:
    """Name, what it must be, default (or nothing) and description of each argument."""
    for name, argument in arguments_of(op).items():
        default = "" if argument.is_required() else shown(argument.default)
        yield name, describe(argument.annotation), default, argument.description


def page() -> str:
    """The whole reference, in Markdown."""
    return "\n".join([_HEAD, *_contents(), *(line for f in FAMILIES for line in _family(f))])


def _split(op: type[Op]) -> tuple[str, str]:
    text = inspect.cleandoc(op.__doc__ or "")
    before, _, rest = text.partition("```arch\n")
    return before.strip(), rest.partition("```")[0]


def _members(family: str) -> list[type[Op]]:
    return list(registry.family(family).values())


def _contents() -> Iterator[str]:
    for family in FAMILIES:
        links = ", ".join(f"[`{op.keyword}`](#{op.keyword})" for op in _members(family))
        yield f"- {title(family)}: {links}"
    yield ""


def title(family: str) -> str:
    """What the ops of one file are, as a heading."""
    text = inspect.cleandoc(import_module(f"archir.ops.{family}").__doc__ or "")
    return text.partition("\n")[0].removesuffix(".")


def _family(family: str) -> Iterator[str]:
    yield f"## {title(family)}\n"
    for op in _members(family):
        yield from _section(op)


def _section(op: type[Op]) -> Iterator[str]:
    yield f"### {op.keyword}\n"
    yield f"```\n{signature(op)}\n```\n"
    yield f"{prose(op)}\n"
    words = {"one": "one value", "many": "several values", "any": "one value or several"}
    inputs = words[op.arity]
    if op.takes is not Op.takes:
        inputs += ", or one with some arguments,"
    kind = "has a module" if op.is_module else "is a function, without a module"
    yield f"It takes {inputs} and {kind}.\n"
    rows = list(arguments(op))
    if rows:
        yield "| argument | what it is | must be | default |\n| --- | --- | --- | --- |"
        for name, wanted, default, description in rows:
            shown_default = f"`{default}`" if default else "(required)"
            yield f"| `{name}` | {description} | {wanted} | {shown_default} |"
        yield ""
    yield f"```arch\n{example(op)}```\n"


def main(arguments: list[str]) -> int:
    """Write the reference to the file that is named, or check that it is up to date."""
    paths = [Path(each) for each in arguments if each != "--check"]
    if len(paths) != 1:
        print("usage: python -m archir.catalogue.reference [--check] FILE", file=sys.stderr)
        return 2
    path, text = paths[0], page()
    if "--check" not in arguments:
        path.write_text(text, "utf-8", newline="\n")
        return 0
    if path.exists() and path.read_text("utf-8") == text:
        return 0
    print(
        f"{path} is out of date: run python -m archir.catalogue.reference {path}", file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
