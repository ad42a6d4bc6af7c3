"""Problems of outputs."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class OutputsOnlyInTraining(Problem):
    """A model gives a value also when it is evaluated, so one output must be there always."""

    name = "outputs-only-in-training"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  train_only { conv(8, 3) as aux }
  relu
  output aux when training
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  train_only { conv(8, 3) as aux }
  relu
  output main = _
  output aux when training
}
"""
    model: str

    def message(self) -> str:
        return f"{self.model} has outputs in training alone"

    def hint(self) -> str:
        return "name the other one too: output main = _"


class UnnamedOutputs(Problem):
    """A model with several outputs gives a named tuple, so each needs a name."""

    name = "unnamed-outputs"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] as a, b
  output a, b
}
"""
    count: int

    def message(self) -> str:
        return f"{self.count} values are left at the end of the model"

    def hint(self) -> str | None:
        return "name them: output a = …, b = …; what runs in order stands in { … }, not in [ … ]"


class BadOutputName(Problem):
    """A model with several outputs gives a named tuple of Python's, which cannot have all names.

    A field of a named tuple is no keyword of Python's and does not begin with ``_``. Blocks give no
    named tuples, and a model with one output gives a tensor.
    """

    name = "bad-output-name"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
  output _deep = _, class = x
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
  output deep = _, label = x
}
"""
    text: str
    reason: str

    def message(self) -> str:
        return f"{self.text} cannot be one of several outputs of a model: {self.reason}"

    def hint(self) -> str:
        return "they are handed over as a named tuple: give it another name"


class NotAValue(Problem):
    """An output is a named value."""

    name = "not-a-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let n = 3
  relu
  output y = n
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  output y
}
"""
    text: str
    what: str

    def message(self) -> str:
        return f"{self.text} is {self.what}, and an output is a value"

    def hint(self) -> str | None:
        if not self.what.startswith(("the op", "the block")):
            return "name what a stage gives with `as`, as in `relu as y`, and write `output y`"
        return f"run it on a line before: {self.text} as name"


class TrainingOutputsInside(Problem):
    """A model with outputs for training alone cannot be a part of another model."""

    name = "training-outputs-inside"
    bad = """model inner() {
  input x: [N, 3, H = 32, W = 32]
  train_only { conv(8, 3) as aux }
  relu as y
  output y
  output aux when training
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  inner
}
"""
    good = """model inner() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  output y
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  inner
}
"""
    model: str

    def message(self) -> str:
        return f"{self.model} has outputs that are there in training alone, and cannot be a stage"

    def hint(self) -> str:
        return "make a block of what both models share, and use that in both"
