"""What can be wrong with the names of values."""

from __future__ import annotations

from archir.diagnostics import Problem


class WrongNameCount(Problem):
    """`as` needs a name, or `_`, for each value."""

    name = "wrong-number-of-names"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] as a
  a -> add [_, _]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] as a, b
  add [a, b]
}
"""
    names: int
    values: int

    def message(self) -> str:
        names, values = (
            f"{count} {what}{'' if count == 1 else 's'}"
            for count, what in ((self.names, "name"), (self.values, "value"))
        )
        return f"{names} for {values}"

    def hint(self) -> str | None:
        return "give each value a name, or _ to leave it out"


class TrainingOnly(Problem):
    """What `train_only` makes is there in training alone, so it can only go to another `train_only`
    or to an `output … when training`.
    """

    name = "training-only-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  train_only { conv(8, 3) as aux }
  aux -> relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  train_only { conv(8, 3) as aux }
  relu as y
  output main = y
  output aux = aux when training
}
"""
    value: str

    def message(self) -> str:
        return f"{self.value} is made in training alone, and is needed always"

    def hint(self) -> str | None:
        return "write: output name = value when training"


class AlreadyNamed(Problem):
    """A name is bound once in a body."""

    name = "name-bound-twice"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  relu as y
  y
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  relu as z
  add [y, z]
}
"""
    text: str

    def message(self) -> str:
        return f"{self.text} is bound twice in one body"


class ValueNotMade(Problem):
    """A name is given to a value in an arm that is not taken here, so it means nothing here."""

    name = "value-not-made"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  if _.channels > 3 { conv(3, 1) as y }
  add [_, y]
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  if _.channels == 3 { conv(3, 1) as y }
  add [_, y]
}
"""
    text: str

    def message(self) -> str:
        return f"{self.text} has no value here: the stage that it names is not taken"

    def hint(self) -> str | None:
        return "use it under the same condition, or give it a value in every arm"
