"""Statements and labels that stand where they cannot."""

from __future__ import annotations

from archdsl.rules.names import in_model
from archdsl.rules.rewriting import without_mode
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, swap


class MisplacedInput(Problem):
    """`input` opens a body: once, outside of all braces, and before the first stage.

    Only what leaves the current value alone may stand before it: `let`, `assert`, `param`,
    `module` and `init`.
    """

    name = "misplaced-input"
    bad = "model m() {\n  relu\n  input x: [N, 3, H = 32, W = 32]\n}\n"
    good = in_model("relu")
    reason: str
    is_second: bool = False

    def message(self) -> str:
        return f"input cannot stand here: {self.reason}"

    def hint(self) -> str | None:
        if self.is_second:
            return "all inputs stand in one statement: `input a: […], b: […]`"
        return "write it once, as the first statement of the block or model"


class MisplacedOutput(Problem):
    """`output` stands in the body of a block or model, or there in an `if`.

    A loop would give its outputs the same name again and again.
    """

    name = "misplaced-output"
    bad = in_model("repeat 2 {\n    relu as y\n    output y\n  }")
    good = in_model("repeat 2 { relu }\n  output y = _")
    where: str

    def message(self) -> str:
        return f"output cannot stand in {self.where}"

    def hint(self) -> str | None:
        return "name the value with as, and write the output behind the braces"


class MisplacedInit(Problem):
    """`init` stands in the body of a block or model, outside of all inner braces.

    Its rules are for the whole block or model, so a loop or a condition around it says nothing.
    A rule's initialiser may depend on a condition.
    """

    name = "misplaced-init"
    bad = in_model("repeat 2 {\n    conv(8, 3)\n    init { conv.weight: zeros }\n  }")
    good = in_model("repeat 2 { conv(8, 3) }\n  init { conv.weight: zeros }")
    where: str

    def message(self) -> str:
        return f"init cannot stand in {self.where}"

    def hint(self) -> str | None:
        return "write it in the body itself; a rule may say: zeros if flag else ones"


class UnknownMode(Problem):
    """An output is there always, or `when training`. There are no other modes."""

    name = "unknown-mode"
    bad = in_model("relu\n  output y = _\n  output z = y when testing".replace("= y", "= x"))
    good = in_model("relu\n  output y = _\n  output z = x when training")
    text: str

    def message(self) -> str:
        return f"there is no mode {self.text}"

    def hint(self) -> str | None:
        return "write: when training"

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, "training", safe=False)


class TrainingOutputInBlock(Problem):
    """Outputs for training belong to a model: a block's outputs are always there.

    What `train_only` makes inside of a block can go only to another `train_only`.
    """

    name = "training-output-in-block"
    bad = "block Head() {\n  relu as y\n  output y when training\n}\n\n" + in_model("Head")
    good = "block Head() {\n  relu as y\n  output y\n}\n\n" + in_model("Head")
    block: str

    def message(self) -> str:
        return f"{self.block} is a block, and only a model has outputs for training"

    def hint(self) -> str | None:
        return "let the block give the value, and the model write the output"

    def fix(self, at: Diagnostic) -> Fix | None:
        return without_mode(at.span)


class LabelOnSplice(Problem):
    """`*Name` puts a block's children into the scope around, so it has no place for a label."""

    name = "label-on-splice"
    bad = "block Stem() { conv(8, 3) }\n\n" + in_model("stem: *Stem")
    good = "block Stem() { conv(8, 3) }\n\n" + in_model("stem: Stem")
    label_text: str
    block: str

    def message(self) -> str:
        return f"the label {self.label_text} has no module to name: *{self.block} makes none"

    def hint(self) -> str | None:
        return "leave out the * or the label"


class WeightsOnNoOp(Problem):
    """`with` sets how a parameter of an op is drawn; braces and brackets have none themselves.

    Nor has a block. For what lies inside, write an `init`.
    """

    name = "weights-on-no-op"
    bad = in_model("{ conv(8, 3) } with weight = zeros")
    good = in_model("{ conv(8, 3) with weight = zeros }")
    what: str
    parameter: str

    def message(self) -> str:
        return f"{self.what} have no parameter {self.parameter} of their own"

    def hint(self) -> str | None:
        return "write it behind the op inside, or a rule in init { … }"


class ModuleSetAgain(Problem):
    """A `module` is made once, where it is declared; its uses only apply it.

    So its arguments, its label and its initial weights stand in the declaration.
    """

    name = "module-set-again"
    bad = in_model("module head = conv(3, 1)\n  head(3)")
    good = in_model("module head = conv(3, 1)\n  head")
    module: str
    what: str

    def message(self) -> str:
        return f"{self.module} is made where it is declared, and its uses take no {self.what}"

    def hint(self) -> str | None:
        how = f"write it in the declaration: module {self.module} = …"
        if self.what != "arguments":
            return how
        return f"{how}; a value flows in by an arrow: x -> {self.module}"
