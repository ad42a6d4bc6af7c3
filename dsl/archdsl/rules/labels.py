"""Problems of labels, and of the names that modules get without them."""

from __future__ import annotations

from archir.diagnostics import Problem


class AlreadyInUse(Problem):
    """Two children of one scope cannot have the same name: their keys would be the same."""

    name = "label-used-twice"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(2) { stage: relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(2) { "stage{i}": relu }
}
"""
    text: str

    def message(self) -> str:
        return f"the label {self.text} is used twice in one scope"

    def hint(self) -> str | None:
        return 'labels in a loop can count: "layer{i}": …'


class BadLabel(Problem):
    """A label becomes the name of a torch module, and torch does not take every name."""

    name = "bad-label"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for name in ["a.b"] { "{name}": relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for name in ["a_b"] { "{name}": relu }
}
"""
    text: str
    reason: str

    def message(self) -> str:
        return f"{self.text!r} cannot be a label: {self.reason}"


class LabelOnFunction(Problem):
    """torch has no module for this op, so there is nothing that could carry a label."""

    name = "label-on-function"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  sum: add [_, relu]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  add [_, relu]
}
"""
    op: str

    def message(self) -> str:
        return f"{self.op} is a function in torch and has no module that could be labelled"

    def hint(self) -> str | None:
        return "leave the label out, or write _: to give it a number"


class LabelOnValue(Problem):
    """A named value is not a module, so it has no label."""

    name = "label-on-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  again: y
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  again: relu as y
  y
}
"""
    text: str

    def message(self) -> str:
        return f"{self.text} is a value and cannot be labelled"

    def hint(self) -> str | None:
        return "label the stage that makes it"


class UnlabelledWeights(Problem):
    """In a scope with labels an unlabelled child is named after its op, and a second one `conv_2`.

    So a neighbour that comes or goes changes the keys of its weights.
    """

    name = "unlabelled-weights"
    severity = "warning"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  stem: conv(8, 3)
  conv(8, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  stem: conv(8, 3)
  head: conv(8, 3)
}
"""
    part: str
    key: str

    def message(self) -> str:
        return (
            f"{self.part} has weights and no label in a scope where others have one:"
            f" its key is {self.key}, and depends on its neighbours"
        )

    def hint(self) -> str | None:
        return f"give it a label, as in name: {self.part}(…)"
