"""Problems of models: their inputs, outputs, parameters and variants."""

from __future__ import annotations

from archir.diagnostics import Problem


class NoInput(Problem):
    """A model that is built by itself says what it takes."""

    name = "model-without-input"
    bad = """model m() {
  relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu
}
"""
    model: str

    def message(self) -> str:
        return f"{self.model} has no input"

    def hint(self) -> str | None:
        return "begin it with: input image: [N, 3, H = 224, W = 224]"


class SizeWithoutDefault(Problem):
    """A size variable of a model needs the size used where a concrete number is needed (the batch
    counts as 1).
    """

    name = "size-without-default"
    bad = """model m() {
  input x: [N, 3, H, W = 32]
  relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu
}
"""
    size: str

    def message(self) -> str:
        return f"{self.size} has no default size"

    def hint(self) -> str | None:
        return f"write {self.size} = 224"


class BadSize(Problem):
    """A dim of an input is a name, a number, or a name with its default size.

    Sizes are at least 1 and below 2**31.
    """

    name = "bad-size"
    bad = """model m() {
  input x: [N, 3, H = 0, W = 32]
  relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu
}
"""
    text: str
    reason: str

    def message(self) -> str:
        return f"{self.text} cannot be a dim here: {self.reason}"


class UnknownDtype(Problem):
    """An input may be `float`, `int` or `bool`."""

    name = "unknown-dtype"
    bad = """model m() {
  input x: flaot[N, 3, H = 32, W = 32]
  relu
}
"""
    good = """model m() {
  input x: float[N, 3, H = 32, W = 32]
  relu
}
"""
    dtype: str
    suggestion: str | None

    def message(self) -> str:
        return f"there is no dtype {self.dtype}"

    def hint(self) -> str | None:
        return (
            f"did you mean {self.suggestion}?"
            if self.suggestion
            else "an input is float, int or bool"
        )


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
        return "name them: output a = …, b = …"


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


class NeedsArguments(Problem):
    """A model whose parameters have no defaults needs values for them.

    They are given by a variant, or from outside.
    """

    name = "model-needs-arguments"
    only_model = "m"  # the model that is asked for: without that, only the variant is checked
    bad = """model m(width) {
  input x: [N, 3, H = 32, W = 32]
  conv(width, 3)
}

model n = m(8)
"""
    good = """model m(width = 4) {
  input x: [N, 3, H = 32, W = 32]
  conv(width, 3)
}

model n = m(8)
"""
    model: str
    missing: str

    def message(self) -> str:
        return f"{self.model} cannot be built by itself: {self.missing} has no value"

    def hint(self) -> str | None:
        return f"declare a variant: model name = {self.model}(…), or give --set {self.missing}=…"


class NotAModel(Problem):
    """A variant is a model with other arguments."""

    name = "not-a-model"
    bad = """block B() { relu }

model m = B()
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu
}

model n = m()
"""
    text: str

    def message(self) -> str:
        return f"a model is made from a model, and {self.text} is none"
