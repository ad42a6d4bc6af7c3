"""In which module each node was, as far as its name or the exporter's notes say so.

``/layer1/layer1.0/conv1/Conv`` was in ``layer1.0.conv1``. torch's newer exporter notes the paths,
and the classes too. A layer is where its weight is, if that has the name of one.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from archc.torch.onnx_files.graph_file import OnnxNode
from archir.base.record import Record

SCOPES = "pkg.torch.onnx.name_scopes"
CLASSES = "pkg.torch.onnx.class_hierarchy"

_QUOTED = re.compile(r"'([^']*)'")
_LABEL = re.compile(r"[A-Za-z0-9_-]+")
MOST_DEEP = 24


class ModulePlace(Record):
    """The labels on the way to a module, and the classes of the modules that were called."""

    labels: tuple[str, ...]
    classes: tuple[tuple[tuple[str, ...], str], ...] = ()
    """By the labels of a module that was called its class, where that is known."""


def place_of(node: OnnxNode, weights: Collection[str]) -> ModulePlace:
    """Where a node was; ``weights`` are the names of its own tensors."""
    noted = _noted(node) if SCOPES in node.notes else ModulePlace(_named(node.name))
    for weight in weights:
        label, dot, _ = weight.rpartition(".")
        if dot and _right(labels := tuple(label.split("."))):
            return ModulePlace(labels, noted.classes)
    return noted if _right(noted.labels) else ModulePlace(())


def _noted(node: OnnxNode) -> ModulePlace:
    paths = _QUOTED.findall(node.notes[SCOPES])[:-1]  # the last is the op's
    kinds = _QUOTED.findall(node.notes.get(CLASSES, ""))
    found = [tuple(path.split(".")) if path else () for path in paths]
    classes = [(at, kind.rpartition(".")[2]) for at, kind in zip(found, kinds, strict=False)]
    return ModulePlace(found[-1] if found else (), tuple(classes))


def _named(name: str) -> tuple[str, ...]:
    """The labels of a name: a part that begins with the one before it says more of that."""
    if not name.startswith("/"):
        return ()
    labels: list[str] = []
    before = ""
    for part in name.split("/")[1:-1]:
        inner = part.removeprefix(f"{before}.") if before else part
        labels.extend(inner.split("."))
        before = part
    return tuple(labels)


def _right(labels: tuple[str, ...]) -> bool:
    return len(labels) <= MOST_DEEP and all(_LABEL.fullmatch(each) for each in labels)
