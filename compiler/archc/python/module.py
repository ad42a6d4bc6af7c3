"""The file: imports, classes, the function that builds the model, and a smoke run."""

from __future__ import annotations

import re

from archc.python.body import Body
from archc.python.classes import classify
from archc.python.identifiers import Names
from archc.python.lower import lower
from archc.python.printing import print_class
from archc.python.text import INDENT, docstring
from archir.dims import evaluate
from archir.typed import TypedGraph
from archir.unroll import unroll

IMPORTS = ("OrderedDict", "NamedTuple", "Tensor", "partial", "Callable", "math", "re")


def source(typed: TypedGraph) -> str:
    """The model as a Python module, which needs torch and nothing else.

    It holds a class for each block and one for the model, and runs by itself as a smoke test.
    """
    return literal(unroll(typed))


def entry(typed: TypedGraph) -> str:
    """The name under which the printed module builds the model: a class, or a function."""
    return typed.graph.root.name


def literal(typed: TypedGraph) -> str:
    """The model as classes made from its graph, whatever its text is."""
    root = lower(typed)
    names = Names(IMPORTS)
    classes = classify(root, names)
    chunks = [print_class(item, classes).lines for item in classes.order]
    own = classes.of[root]
    chunks.append(smoke(typed, root, f"{own.name}()"))
    return assemble("", chunks)


def assemble(doc: str, chunks: list[list[str]]) -> str:
    """The whole file from its doc string and its classes and functions."""
    code = "\n".join(line for chunk in chunks for line in chunk)
    lines = [*docstring(doc, 0), ""] if doc.strip() else []
    lines += ["from __future__ import annotations", ""]
    standard = [line for word, line in _STANDARD if re.search(rf"(?<![\w.\"]){word}", code)]
    lines += [*standard, ""] if standard else []
    lines.append("import torch")
    if re.search(r"(?<![\w.\"])F\.", code):
        lines.append("import torch.nn.functional as F")
    lines.append("from torch import Tensor, nn")
    for chunk in chunks:
        lines += ["", "", *chunk]
    return "\n".join(lines) + "\n"


_STANDARD = (
    (r"math\.", "import math"),
    (r"re\.", "import re"),
    (r"OrderedDict\(", "from collections import OrderedDict"),
    (r"Callable\[", "from collections.abc import Callable"),
    (r"partial\(", "from functools import partial"),
    (r"\w*\(NamedTuple\)", "from typing import NamedTuple"),
)


def smoke(typed: TypedGraph, root: Body, build: str) -> list[str]:
    """The smoke run: one forward at the default sizes."""
    names = Names({"model", "output", "tensor"})
    lines = ['if __name__ == "__main__":', f"{INDENT}model = {build}.eval()"]
    arguments = []
    sizes = typed.graph.sizes
    definition = typed.graph.root
    for value, kind in zip(definition.inputs, definition.input_types, strict=True):
        assert kind is not None, "a model's inputs have types"
        name = names.claim(value.name or "x")
        shape = ", ".join(str(evaluate(dim, sizes)) for dim in kind.shape)
        if kind.dtype == "float32":
            lines.append(f"{INDENT}{name} = torch.randn({shape or '()'})")
        else:
            lines.append(f"{INDENT}{name} = torch.zeros({shape or '()'}, dtype=torch.{kind.dtype})")
        arguments.append(name)
    lines += [
        f"{INDENT}with torch.no_grad():",
        f"{INDENT * 2}output = model({', '.join(arguments)})",
    ]
    if sum(not result.when_training for result in root.results) == 1:
        lines.append(f'{INDENT}print(f"output: {{tuple(output.shape)}}")')
    else:
        lines.append(f'{INDENT}shapes = [tuple(tensor.shape) for tensor in output]')
        lines.append(f'{INDENT}print(f"outputs: {{shapes}}")')
    lines.append(
        f'{INDENT}print(f"parameters: {{sum(p.numel() for p in model.parameters()):,}}")'
    )
    return lines
