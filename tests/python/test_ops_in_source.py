"""Every op of the registry in printed source: its example builds what the live module is."""

from __future__ import annotations

import pytest
from printed import compiled, differences

from archc.python import source
from archir import reference
from archir.op import Op
from archir.registry import ops

INITIALISERS = ("constant(0.3)", "uniform", "normal(std = 0.2)")
"""These fill a parameter of any shape."""

each_op = pytest.mark.parametrize("op", ops().values(), ids=ops())


@each_op
def test_example_is_printed(op: type[Op]) -> None:
    typed = compiled(reference.example(op))
    for follow in (True, False):
        assert list(differences(typed, source(typed, follow=follow))) == []


@pytest.mark.parametrize(
    "op", [op for op in ops().values() if op.weights], ids=lambda op: op.keyword
)
@pytest.mark.parametrize("initialiser", INITIALISERS)
def test_rules_for_its_parameters_are_printed(op: type[Op], initialiser: str) -> None:
    learned = [name for name in op.weights if name in ("weight", "bias")]
    assert learned
    rules = "\n".join(f"  {op.keyword}.{name}: {initialiser}" for name in learned)
    text = reference.example(op).rstrip().removesuffix("}") + f"init {{\n{rules}\n}}\n}}\n"
    typed = compiled(text)
    for follow in (True, False):
        assert list(differences(typed, source(typed, follow=follow))) == []
