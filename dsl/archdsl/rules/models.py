"""Problems of models: their inputs, outputs, parameters and variants."""

from __future__ import annotations

import re

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, insert, swap, typed


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
    is_channels: bool = False
    """Whether it stands where the channels do, before other axes."""

    def message(self) -> str:
        return f"{self.size} has no default size"

    def hint(self) -> str | None:
        if self.is_channels:
            return "channels are a number in a model, which its weights are made for: write 3"
        return f"write {self.size} = 224"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.is_channels:
            return None
        return insert(at.span.source, at.span.end, " = 224", safe=False)


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

    def hint(self) -> str:
        if "float" in self.reason:
            whole = _DIVIDED.sub("//", self.text)
            if whole != self.text:
                return f"a dim is a whole number, and `/` gives a float: write `{whole}`"
            return f"a dim is a whole number: write `int({self.text})`"
        return (
            "a dim is a whole number of at least 1, or a name, which may have such a default: H = 8"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        whole = _DIVIDED.sub("//", at.span.text)
        is_whole = self.reason.endswith(".0") and whole != at.span.text
        return swap(at.span, whole) if is_whole else None


_DIVIDED = re.compile(r"(?<!/)/(?!/)")
"""The sign that divides two numbers to a float."""


class UnknownDtype(Problem):
    """An input, and a buffer, may be `float`, `int` or `bool`."""

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
    of: str = "an input"

    def message(self) -> str:
        return f"there is no dtype {self.dtype}"

    def hint(self) -> str | None:
        if self.dtype.casefold() in ("tensor", "array", "ndarray", "image"):
            return "leave it out: an input without a dtype takes floats"
        return (
            f"did you mean {self.suggestion}?"
            if self.suggestion
            else f"{self.of} is float, int or bool; without one of these it is float"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        return typed(at.span, self.suggestion)


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
    is_what: str = ""
    """What it is instead, as ``a block``."""

    def message(self) -> str:
        return f"a model is made from a model, and {self.text} is {self.is_what or 'none'}"

    def hint(self) -> str:
        return "a variant names a model and its arguments: model small = Other(width = 8)"
