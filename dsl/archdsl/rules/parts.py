"""Problems of stages, arguments, names of values, and models."""

from __future__ import annotations

from archir.diagnostics import Problem


class ArgumentOfWrongType(Problem):
    """A parameter declares its type, and is given something else."""

    name = "argument-of-wrong-type"
    bad = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(32 / 2)
}
"""
    good = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(32 // 2)
}
"""
    owner: str
    parameter: str
    wanted: str
    given: str

    def message(self) -> str:
        return f"{self.parameter} of {self.owner} takes {self.wanted}, and is given {self.given}"

    def hint(self) -> str | None:
        if self.wanted.startswith("an integer") and "float" in self.given:
            return "use // for whole division, or int(…)"
        return None


class OutsideDomain(Problem):
    """A parameter declares which values it may have, and is given another."""

    name = "outside-domain"
    bad = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(128)
}
"""
    good = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(64)
}
"""
    owner: str
    parameter: str
    domain: str
    given: str

    def message(self) -> str:
        return f"{self.parameter} of {self.owner} is in {self.domain}, and is given {self.given}"


class NotAPart(Problem):
    """A stage is an op, a block, or a named value."""

    name = "not-a-part"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let dropout = 0.5
  dropout(0.5)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let p = 0.5
  dropout(p)
}
"""
    text: str
    what: str
    hides: str | None = None

    def message(self) -> str:
        return f"{self.text} is {self.what}, and cannot be a stage"

    def hint(self) -> str | None:
        if self.hides:
            return f"the name hides the {self.hides} of the same name: rename it to use that"
        return "a stage is an op, a block, or a named value at the head of a chain"


class SeveralValues(Problem):
    """Brackets give several values, and this stage takes one."""

    name = "several-values-into-one"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] -> relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] -> add -> relu
}
"""
    stage: str
    count: int

    def message(self) -> str:
        return f"{self.stage} takes one value, and {self.count} flow in"

    def hint(self) -> str | None:
        return "merge them first: concat, add or multiply"


class WrongInputCount(Problem):
    """A block says with `input` how many values it takes."""

    name = "wrong-number-of-inputs"
    bad = """block Merge() {
  input a: [N, C, H, W], b: [N, C, H, W]
  add [a, b]
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Merge
}
"""
    good = """block Merge() {
  input a: [N, C, H, W], b: [N, C, H, W]
  add [a, b]
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Merge [_, relu]
}
"""
    block: str
    wanted: int
    given: int

    def message(self) -> str:
        return f"{self.block} takes {self.wanted} inputs, and {self.given} flow in"

    def hint(self) -> str | None:
        return (
            f"write {self.block} [a, b]"
            if self.wanted > 1
            else "merge them first: concat, add or multiply"
        )


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
        return f"{self.names} names for {self.values} values"

    def hint(self) -> str | None:
        return "give each value a name, or _ to leave it out"


class NothingFlowsIn(Problem):
    """There is no value here for `_` to mean."""

    name = "nothing-flows-in"
    bad = """let c = _.channels

model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(c, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let c = _.channels
  conv(c, 3)
}
"""

    def message(self) -> str:
        return "nothing flows in here"


class NoBranchLeft(Problem):
    """Brackets give the values of their branches, so they need one branch at least.

    All may have been left out: by an `if` whose condition is false, or a `for` over nothing.
    """

    name = "no-branch-left"
    bad = """model m(widths: list[int] = []) {
  input x: [N, 3, H = 32, W = 32]
  concat [for width in widths { conv(width, 3) }]
}
"""
    good = """model m(widths: list[int] = [8, 16]) {
  input x: [N, 3, H = 32, W = 32]
  concat [for width in widths { conv(width, 3) }]
}
"""

    def message(self) -> str:
        return "no branch is left in these brackets"

    def hint(self) -> str:
        return "a branch { } is the input itself"


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


class ArgumentsOnValue(Problem):
    """A named value takes no arguments."""

    name = "arguments-on-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  y(3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  y -> conv(8, 3)
}
"""
    text: str

    def message(self) -> str:
        return f"{self.text} is a value and takes no arguments"


class ReadsOutside(Problem):
    """A `module` can be applied in several places, so the values it needs must flow into it."""

    name = "module-reads-outside"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  module head = { add [_, y] }
  head
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  module head = { relu }
  y -> head
}
"""
    value: str

    def message(self) -> str:
        return f"{self.value} is a value from outside of this module"

    def hint(self) -> str | None:
        return "let it flow in: head [_, value]"


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
    """A dim of an input is a name, a number, or a name with its default size of at least 1."""

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


class SpliceWithInit(Problem):
    """`*Name` puts a block's children into the scope around it, where they belong to the block
    around.
    """

    name = "splice-with-init"
    bad = """block Stem() {
  conv(8, 3)
  init { conv.weight: zeros }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  *Stem
}
"""
    good = """block Stem() {
  conv(8, 3)
  init { conv.weight: zeros }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Stem
}
"""
    block: str

    def message(self) -> str:
        return f"{self.block} has its own init, and cannot be put into another scope with *"

    def hint(self) -> str | None:
        return "leave the * out, or move the rules to the block around it"


class CannotSplice(Problem):
    """`*` goes before a block: it puts the block's children into the scope around it."""

    name = "cannot-splice"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  *relu
}
"""
    good = """block Stem() { relu }

model m() {
  input x: [N, 3, H = 32, W = 32]
  *Stem
}
"""
    text: str
    reason: str

    def message(self) -> str:
        return f"*{self.text} is not possible: {self.reason}"


class ModuleWithoutUse(Problem):
    """A `module` that is never applied is left out.

    It has no input, so nothing says what shape its weights have.
    """

    name = "module-never-applied"
    severity = "warning"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module head = conv(8, 3)
  relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module head = conv(8, 3)
  head
}
"""
    module: str

    def message(self) -> str:
        return f"module {self.module} is never applied, and is left out"


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


class NoSuchParameter(Problem):
    """Initial weights are given for a parameter that the op does not have."""

    name = "no-such-parameter"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3, bias = false) with bias = zeros
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) with bias = zeros
}
"""
    op: str
    parameter: str
    known: str

    def message(self) -> str:
        return f"{self.op} has no parameter {self.parameter}"

    def hint(self) -> str | None:
        return f"it has: {self.known}" if self.known else "it has no parameters"


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


class NothingToMerge(Problem):
    """An op that merges several values was given one. They come from brackets around it."""

    name = "nothing-to-merge"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu -> concat
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  concat [_, relu]
}
"""
    op: str

    def message(self) -> str:
        return f"{self.op} merges several values, and one flows in"

    def hint(self) -> str:
        return f"write the values in brackets: {self.op} [_, …]"
