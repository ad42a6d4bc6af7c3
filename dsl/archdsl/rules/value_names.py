"""What can be wrong with the names of values."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class WrongNameCount(Problem):
    """`as` needs a name, or `_`, for each value; one name alone is that of their list."""

    name = "wrong-number-of-names"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] as a, b, c
  add [a, b]
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
    made_by: str = ""
    """The op that gave them, by the size of each, where the names are as many as that."""

    instead: str = ""
    """The op that takes their number."""

    def message(self) -> str:
        names, values = (
            f"{count} {what}{'' if count == 1 else 's'}"
            for count, what in ((self.names, "name"), (self.values, "value"))
        )
        return f"{names} for {values}"

    def hint(self) -> str | None:
        if self.instead:
            return (
                f"{self.made_by}({self.names}) gives parts of {self.names} along dim 1, where no"
                f" other is given; so many parts as names are `{self.instead}({self.names})`, along"
                f" the last dim `{self.instead}({self.names}, dim = -1)`"
            )
        letters = [chr(ord("a") + at) for at in range(min(self.values, 4))]
        shown = ", ".join([*letters, "…"] if self.values > len(letters) else letters)
        return f"give each value a name, or _ to leave it out: `as {shown}`"


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
        return (
            f"it may come out of a model, `output {self.value} when training`; what is needed"
            " always is made outside of train_only"
        )


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
    is_dim: bool = False

    def message(self) -> str:
        return f"{self.text} is bound twice in one body"

    def hint(self) -> str | None:
        if not self.is_dim:
            return "give one of them another name"
        return f"{self.text} alone is the same size once more; another size needs another name"


class ValueNotMade(Problem):
    """A name is given to a value in an arm that is not taken here, so it means nothing here.

    Nor does one that the text of a `module` gives, outside of it.
    """

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
    early: str | None = None
    """The module that is applied before it stands, and in whose text the name is."""

    is_unmet: bool = False
    """Whether it is a module that is applied, and whose statement is not reached."""

    inside: str | None = None
    """The module in whose text it is named."""

    def message(self) -> str:
        if self.inside is not None:
            return (
                f"{self.text} is named inside of the module {self.inside}, and means nothing here"
            )
        if self.early is not None:
            return f"{self.text} has no value yet where {self.early} is first applied"
        if self.is_unmet:
            return f"{self.text} is applied here, and its statement is not taken"
        return f"{self.text} has no value here: the stage that it names is not taken"

    def hint(self) -> str | None:
        if self.inside is not None:
            return (
                f"what a `module` names is its own; braces with a label, `{self.inside}: {{ … }}`,"
                " name for what follows too"
            )
        if self.early is not None:
            return f"put `let {self.text} = …` before the first use of {self.early}"
        return "use it under the same condition, or give it a value in every arm"


class ModulesAsStage(Problem):
    """A `module` of a loop is, behind the loop, a list: those that its turns have made.

    A stage is one of them. What a loop and what stands behind it share is declared before the loop.
    """

    name = "modules-as-stage"
    bad = """model m {
  input x: [N, 3, H = 32, W = 32]
  units: { repeat 2 { module unit = _: conv(3, 1) } }
  unit
}
"""
    good = """model m {
  input x: [N, 3, H = 32, W = 32]
  units: { repeat 2 { module unit = _: conv(3, 1) } }
  for each in unit { each }
}
"""
    module: str

    def message(self) -> str:
        return f"{self.module} is a list of modules here: a loop makes one in each turn"

    def hint(self) -> str:
        return (
            f"apply each, `for one in {self.module} {{ one }}`, or one of them, `{self.module}[0]`"
        )
