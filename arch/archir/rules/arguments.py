"""Problems with the arguments of an op (or of anything else that is called by name)."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem, listed
from archir.base.fixes import Fix, renamed, swap

_INFERRED = (
    *("in_channels", "in_features", "num_features", "num_channels", "normalized_shape"),
    *("embed_dim", "d_model", "input_size", "input_dim", "in_dim", "in", "c_in", "in_ch", "inp"),
)
"""Arguments of torch's classes that the language reads off the incoming shape."""


_STAGES = ("activation", "act", "act_layer", "activation_fn", "nonlinearity", "norm", "norm_layer")
"""Arguments of others' layers that are stages here."""

_INITIAL = (
    *("kernel_initializer", "weight_filler", "initializer", "init", "weight_init", "param_attr"),
    *("bias_initializer", "bias_filler", "bias_init", "weight_initializer", "init_weights"),
)
"""Arguments of others' layers that say how weights begin."""

_TRAINED = (
    *("kernel_regularizer", "bias_regularizer", "activity_regularizer", "regularizer"),
    *("kernel_constraint", "bias_constraint", "weight_decay", "trainable", "lr_mult", "decay_mult"),
    *("learning_rate", "lr", "requires_grad", "l2", "l1", "optimizer", "loss", "frozen"),
)
"""Arguments of others' layers that say how weights are trained."""

_UPTO = ("upto", "up_to", "return_nodes", "return_layers", "features_only", "out_indices")
"""Arguments of others' models that say which part of them is taken."""

_LEFT_OUT = {
    **dict.fromkeys(
        ("pretrained", "weights", "checkpoint", "weights_path", "pretrain"),
        "a file says what a network is; weights are taken up in Python: archc.load(…, weights = …)",
    ),
    **dict.fromkeys(("training", "train", "is_training"), "the model knows its mode, as in torch"),
    **dict.fromkeys(_TRAINED, "a file says what a network is; how it is trained is told to torch"),
    **dict.fromkeys(
        ("data_format", "channels_last", "channels_first", "layout", "dim_ordering"),
        "channels come first, as in torch: [N, C, H, W]",
    ),
    **dict.fromkeys(
        ("input_shape", "batch_input_shape", "in_shape", "image_size", "input_size"),
        "shapes are read off the model's input",
    ),
    **dict.fromkeys(("dtype", "precision"), "the model is torch's: model.to(torch.float16)"),
    **dict.fromkeys(
        ("axis", "axes", "shared_axes", "begin_norm_axis"),
        "which dims it works on is decided by the op, as in torch",
    ),
    "device": "the model is torch's: model.to(device)",
    **dict.fromkeys(
        ("return_sequences", "return_state"),
        "all steps are given; the last one is `select(1, -1)`",
    ),
}
"""Arguments of others' layers that are none here, and why."""


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class UnknownArgument(Problem):
    """An argument is given by a name that the op or block does not have.

    Ops have the argument names of torch.nn, less what is inferred from the incoming shape: nobody
    writes ``in_channels``.
    """

    name = "unknown-argument"
    bad = _model("conv(8, 3, strides = 2)")
    good = _model("conv(8, 3, stride = 2)")
    callee: str
    argument: str
    known: tuple[str, ...]
    near: str | None = None
    needed: tuple[str, ...] = ()
    """Arguments that the call lacks: it may be one of them."""

    value: str = ""
    """The name that is given, and what is called so: an op, an initialiser."""

    op: str = ""
    rule: str = ""
    other: str = ""
    """An op of its kind that has the argument."""

    def message(self) -> str:
        return f"{self.callee} has no argument called {self.argument}"

    def hint(self) -> str:
        if self._is_inferred():
            return "leave it out: it is read off the incoming shape"
        if self.near:
            return f"did you mean {self.near}?"
        if self.argument in _UPTO:
            label = self.value if self.value.isidentifier() else "layer4"
            return f"a part of it is named behind it: `{self.callee} upto [{label}]`"
        if self.argument in _LEFT_OUT:
            return f"leave it out: {_LEFT_OUT[self.argument]}"
        if self.argument in _STAGES:
            is_norm = self.argument.startswith("norm")
            what = "a normalisation" if is_norm else "an activation"
            stage = self.op or ("batch_norm" if is_norm else "relu")
            return f"{what} is a stage of its own: {self.callee}(…) -> {stage}"
        if self.argument in _INITIAL:
            what = "bias" if "bias" in self.argument else "weight"
            rule = self.rule or ("zeros" if what == "bias" else "kaiming_normal")
            return f"initial weights stand behind: {self.callee}(…) with {what} = {rule}"
        if self.argument == "name":
            return f"a label names a module: {self.value or 'stem'}: {self.callee}(…)"
        if self.other:
            return f"{self.other} has it: {self.other}(…, {self.argument} = …)"
        if not self.known:
            return f"{self.callee} takes no arguments"
        needs = f"; it needs {listed(self.needed)}" if self.needed else ""
        return f"{self.callee} takes {listed(self.known)}{needs}"

    def may_be_any(self) -> bool:
        """Whether nothing is known of what was meant."""
        known = (*_LEFT_OUT, *_STAGES, *_INITIAL, *_UPTO, "name")
        return self.near is None and self.argument not in known and not self._is_inferred()

    def _is_inferred(self) -> bool:
        """Whether it is read off the shape, and no other name of an argument that there is."""
        from archir.base.synonyms import argument_elsewhere

        is_other = argument_elsewhere(self.argument, self.known) is not None
        return self.argument in _INFERRED and not is_other

    def label(self) -> str:
        return "no such argument"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = fixes.in_call(at.span, self.callee)
        if self._is_inferred():
            return None if found is None else fixes.without(*found)
        if self.near is None:
            is_part = self.argument in ("upto", "up_to") and found is not None
            return fixes.upto(*found) if is_part and found is not None else None
        from archir.base.synonyms import argument_elsewhere

        is_other = argument_elsewhere(self.argument, self.known) == self.near
        return swap(at.span, self.near) if is_other else renamed(at.span, self.near)


class MissingArgument(Problem):
    """Arguments that have no default are not given."""

    name = "missing-argument"
    bad = _model("conv(8)")
    good = _model("conv(8, 3)")
    callee: str
    missing: tuple[str, ...]
    known: tuple[str, ...]
    example: str = ""
    """How an op's documentation calls it."""

    instead: str = ""
    """The op that does the same over the whole extent, and needs no arguments."""

    between: str = ""
    """The op that does it with several values, in the place of along a dim of one."""

    def message(self) -> str:
        *some, last = self.missing
        return f"{self.callee} needs {f'{listed(some)} and ' if some else ''}{last}"

    def hint(self) -> str:
        if len(self.known) == 1:
            said = f"write {self.callee}({self.known[0]} = …)"
        else:
            said = f"its arguments are, in order: {listed(self.known)}"
        said += f"; for example {self.example}" if self.example else ""
        said += f"; over the whole extent it is {self.instead}" if self.instead else ""
        return said + (f"; of several values it is {self.between} [a, b]" if self.between else "")


class ArgumentGivenTwice(Problem):
    """One argument is given by its position and by its name, or by its name twice."""

    name = "argument-given-twice"
    bad = _model("conv(3, 64, kernel_size = 3)")
    good = _model("conv(64, kernel_size = 3)")
    callee: str
    argument: str
    position: int | None
    """The position by which it is given also, counted from 1; None where both are names."""

    inferred: str = ""
    """What torch's class has in front of the arguments by position, and is no argument here."""

    def message(self) -> str:
        return f"{self.argument} of {self.callee} is given twice"

    def hint(self) -> str:
        if self.position is None:
            return "leave one of them out"
        by_position = f"argument {self.position} of {self.callee} is its {self.argument}"
        if self.inferred:
            return (
                f"{by_position}; {self.inferred} is read off the shape that comes in, and is not"
                " written: if the first argument is that, leave it out"
            )
        return f"{by_position}: leave one out"

    def label(self) -> str:
        return "given again here"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = fixes.in_call(at.span, self.callee)
        if found is None:
            return None
        call, again = found
        if self.position is None:
            firsts = [each for each in call.arguments if each.name == self.argument]
        else:
            # Where commas are missing the text has fewer arguments than it was read as.
            firsts = [each for each in call.arguments if each.name is None][self.position - 1 :]
        if firsts and firsts[0] != again and firsts[0].value.text == again.value.text:
            return fixes.without(call, again)
        first = call.arguments[0]
        return fixes.without(call, first, safe=False) if self.inferred and not first.name else None


class TooManyArguments(Problem):
    """More arguments are given by position than there are."""

    name = "too-many-arguments"
    bad = _model("relu(true, 0.1)")
    good = _model("relu(true)")
    callee: str
    given: int
    known: tuple[str, ...]

    def message(self) -> str:
        most = len(self.known)
        takes = "no arguments" if most == 0 else f"at most {most} argument{'s'[: most != 1]}"
        given = "1 is" if self.given == 1 else f"{self.given} are"
        return f"{self.callee} takes {takes}, and {given} given"

    def hint(self) -> str:
        if not self.known:
            return f"what flows in stands before it: `x -> {self.callee}`"
        return f"its arguments are, in order: {listed(self.known)}"

    def label(self) -> str:
        return "one too many"
