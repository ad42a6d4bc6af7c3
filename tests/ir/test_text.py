"""Graphs as text: numbers of modules are those of the state dict, loops are folded."""

from __future__ import annotations

import re

import archc
from archc import pipeline
from archir.base.source import Source
from archir.graph.text import show_graph, show_op, show_typed

TEXT = """
block Pair(width) { conv(width, 3, padding = 1) -> relu }
model net() {
  input x: [N, 8, H = 32, W = 32]
  body: {
    conv(8, 1)
    repeat 3 { conv(8, 3, padding = 1, bias = false) -> relu }
    repeat 2 { Pair(8) }
    max_pool(2)
    conv(4, 1)
  }
}
"""


def shown() -> tuple[str, str]:
    source = Source("net.arch", TEXT)
    program, _ = pipeline.load(source, None)
    assert program is not None
    graph, _ = pipeline.elaborate(program, program.models()[0])
    assert graph is not None
    typed, _ = pipeline.infer(graph)
    assert typed is not None
    return show_graph(graph), show_typed(typed)


def test_modules_behind_a_loop_have_their_true_numbers() -> None:
    paths = {path for path, _ in archc.load(Source("net.arch", TEXT)).named_modules()}
    _, typed = shown()
    named = re.findall(r"body\.(\d+)(?:\+2?i)?: ", typed)
    assert {f"body.{number}" for number in named} <= paths
    assert re.search(r"body\.10: conv\(4, 1\)", typed)
    assert "body.1+2i: conv(8, 3, padding = 1, bias = false)" in typed
    assert "repeat 3 with" in typed and "body.7+i: Pair" in typed


def test_types_are_shown_once_they_are_known() -> None:
    graph, typed = shown()
    assert "[N, 4, H // 2, W // 2]" in typed
    assert "H // 2" not in graph
    assert graph.startswith("sizes N = 1, H = 32, W = 32\n\nblock Pair(width = 8)\n")


def test_an_op_is_shown_without_its_defaults() -> None:
    from archir.catalogue.registry import ops

    conv = ops()["conv"]
    assert show_op(conv(out_channels=8, kernel_size=3)) == "conv(8, 3)"
    assert show_op(ops()["relu"]()) == "relu"
