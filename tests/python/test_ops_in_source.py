"""Every op of the registry in printed source: its example builds what the live module is."""

from __future__ import annotations

import pytest
from printed import compiled, differences

from archc.python import source
from archir.catalogue import reference
from archir.catalogue.registry import ops
from archir.graph.flat import flatten
from archir.op.contract import Op

INITIALISERS = ("constant(0.3)", "uniform", "normal(std = 0.2)")
"""These fill a parameter of any shape."""

each_op = pytest.mark.parametrize("op", ops().values(), ids=ops())


@each_op
def test_example_is_printed(op: type[Op]) -> None:
    typed = compiled(reference.example(op))
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize(
    "op", [op for op in ops().values() if op.weights], ids=lambda op: op.keyword
)
@pytest.mark.parametrize("initialiser", INITIALISERS)
def test_rules_for_its_parameters_are_printed(op: type[Op], initialiser: str) -> None:
    learned = {
        spec.name
        for module in flatten(compiled(reference.example(op))).modules
        if isinstance(module.member, op)
        for spec in module.state
        if not spec.is_buffer and "." not in spec.name
    }
    assert learned
    rules = "\n".join(f"  {op.keyword}.{name}: {initialiser}" for name in sorted(learned))
    text = reference.example(op).rstrip().removesuffix("}") + f"init {{\n{rules}\n}}\n}}\n"
    typed = compiled(text)
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("layer", ["linear(3)", "layer_norm", "conv_transpose(3, 1)"])
@pytest.mark.parametrize("order", [("rows", "grid"), ("grid", "rows")])
def test_a_block_for_values_of_two_ranks_reads_the_axis_of_each(
    layer: str, order: tuple[str, str]
) -> None:
    """The features of [N, F] are its channels, and those of [N, C, W] are not."""
    uses = "\n".join(f"  {name} -> Layer as {name}_made" for name in order)
    rows = "rows: [N, 6]" if "conv" not in layer else "rows: [N, 6, 4]"
    text = f"""block Layer() {{
  {layer}
}}

model net() {{
  input {rows}, grid: [N, 4, W = 8]
{uses}
  output one = rows_made
  output two = grid_made
}}
"""
    typed = compiled(text)
    assert list(differences(typed, source(typed))) == []
