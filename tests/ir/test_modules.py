"""The modules that torch is to build: what is held how, what is called, what is written out."""

from __future__ import annotations

import pytest

from archc.pipeline import compile_source
from archir.base.source import Source
from archir.graph.lowering import lower
from archir.graph.modules import (
    Compute,
    Container,
    ModuleCall,
    Modules,
    Network,
    Training,
    children,
)
from archir.graph.unroll import unroll

HEAD = "model net() {\n  input x: [N, 4, H = 8, W = 8]\n"


def lowered(body: str, before: str = "") -> Modules:
    typed, found = compile_source(Source("net.arch", f"{before}\n{HEAD}{body}\n}}\n"), None)
    assert typed is not None, [item.problem.message() for item in found]
    return lower(unroll(typed))


@pytest.mark.parametrize(
    ("body", "holder", "names"),
    [
        ("conv(4, 1) -> relu", "sequential", ["0", "1"]),
        ("a: conv(4, 1) -> b: relu", "sequential", ["a", "b"]),
        ("residual { conv(4, 1) -> relu }", "list", ["0", "1"]),
        ("residual { a: conv(4, 1) -> relu }", "module", ["a", "relu"]),
        ("conv(4, 1)\nparam gain: [4, 1, 1] = ones\nmultiply [_, gain]", "module", ["0"]),
    ],
)
def test_a_definition_is_held_as_its_lines_use_it(body: str, holder: str, names: list[str]) -> None:
    root = lowered(body).root
    assert root.holder == holder
    assert [child.name for child in children(root)] == names


def test_a_group_out_of_which_values_are_read_is_a_container() -> None:
    root = lowered("g: {\nconv(4, 1) as early\nrelu\n}\nadd [_, early]").root
    (group,) = [child.module for child in children(root)]
    assert isinstance(group, Container)
    assert group.holder == "list"
    calls = [line.path for line in root.lines if isinstance(line, ModuleCall)]
    assert calls == [("g", "0"), ("g", "1")]


def test_a_group_that_stands_by_itself_is_a_network() -> None:
    root = lowered("g: { residual { conv(4, 1) } }\nrelu").root
    group = next(iter(children(root))).module
    assert isinstance(group, Network)
    assert group.kind == "group"
    assert [line.path for line in root.lines if isinstance(line, ModuleCall)] == [("g",), ("relu",)]


def test_a_shared_block_that_reads_another_type_is_written_out() -> None:
    block = "block Flat() {\n  a: relu -> reshape(_.shape[0], _.channels, 64)\n}"
    uses = "module flat = Flat\nconcat(1) [x -> flat, x -> {} -> flat]"
    same = lowered(uses.format("tanh"), block).root
    calls = [line.path for line in same.lines if isinstance(line, ModuleCall)]
    assert calls.count(("flat",)) == 2
    other = lowered(uses.format("conv(8, 1)"), block).root
    calls = [line.path for line in other.lines if isinstance(line, ModuleCall)]
    assert calls == [("flat",), ("conv",), ("flat", "a")]
    computed = [line.step.op.keyword for line in other.lines if isinstance(line, Compute)]
    assert computed == ["reshape", "concat"]


def test_what_runs_in_training_alone_keeps_its_modules() -> None:
    root = lowered(
        "train_only { aux: conv(2, 1) as extra }\nhead: relu\n"
        "output y = _\noutput z = extra when training"
    ).root
    assert [child.name for child in children(root)] == ["aux", "head"]
    assert [type(line) for line in root.lines] == [Training, ModuleCall]
    assert [result.when_training for result in root.results] == [False, True]
