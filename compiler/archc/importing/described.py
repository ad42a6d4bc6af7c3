"""A model as it is to be written: its body, what flows in and what comes out."""

from __future__ import annotations

from collections.abc import Mapping

from archc.importing.steps import ModuleBody
from archc.importing.write import Facts
from archir.base.record import Record


class ModelInput(Record):
    """One input of the model: its name, dtype, and dims as text, ``H = 224``."""

    name: str
    dtype: str
    dims: tuple[str, ...]

    def text(self, name: str) -> str:
        """As it is declared."""
        word = {"int64": "int", "bool": "bool"}.get(self.dtype, "")
        return f"{name}: {word}[{', '.join(self.dims)}]"


class ModelOutput(Record):
    """One output: its value, its name where there are several, whether training alone has it."""

    value: int
    name: str
    when_training: bool = False


class Whole(Record):
    """The body of the root, what comes out of it, and what is known of the values."""

    body: ModuleBody
    outputs: tuple[ModelOutput, ...]
    facts: Facts
    shared: Mapping[str, str]
    """The keys of parameters that are another's tensor, and the key of that one."""
