"""Problems of memory: what works in place and destroys what is still needed."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class OverwritesWhatIsKept(Problem):
    """An op in place overwrites a value that an op before it keeps for the backward pass.

    In training an op keeps what its gradient is computed from: a convolution its input, ``relu``
    and ``tanh`` their output. An op in place that overwrites it is found out in the backward pass,
    which torch then refuses. Behind an op that keeps neither, such as ``batch_norm`` its output,
    working in place is right.
    """

    name = "overwrites-what-is-kept"
    bad = _model("conv(8, 3) -> tanh -> silu(inplace = true)")
    good = _model("conv(8, 3) -> tanh -> silu")
    callee: str
    keeper: str

    def message(self) -> str:
        return (
            f"{self.callee} overwrites in place what {self.keeper} keeps for the backward pass, so"
            " the model cannot be trained"
        )

    def hint(self) -> str:
        return "leave inplace out"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "inplace", "true")


class OverwritesOneOfSeveral(Problem):
    """An op in place overwrites one of the values that ``chunk`` or ``split`` gave.

    They are views of one tensor, which the others are views of, too. torch refuses that where
    gradients are recorded: in training, and in evaluation too unless it is told not to. In
    evaluation ``dropout`` gives what it is given, so what works in place behind it is refused.
    """

    name = "overwrites-one-of-several"
    bad = _model("conv(8, 3) -> chunk(2) as left, right\n  add [left -> relu(true), right]")
    good = _model("conv(8, 3) -> chunk(2) as left, right\n  add [left -> relu, right]")
    callee: str

    def message(self) -> str:
        return (
            f"{self.callee} overwrites in place one of several views of a tensor, which torch"
            " refuses where gradients are recorded"
        )

    def hint(self) -> str:
        return "leave inplace out"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "inplace", "true")


class OverwritesAParameter(Problem):
    """An op in place overwrites a raw parameter itself.

    torch refuses that where gradients are recorded, in evaluation too: what is learned is changed
    by the optimizer alone. Where none are recorded the parameter would be another one behind it.
    """

    name = "overwrites-a-parameter"
    bad = _model("param scale: [3, 1, 1] = ones\n  multiply [_, scale -> relu(true)]")
    good = _model("param scale: [3, 1, 1] = ones\n  multiply [_, scale -> relu]")
    callee: str

    def message(self) -> str:
        return (
            f"{self.callee} overwrites a parameter in place, which torch refuses where gradients"
            " are recorded"
        )

    def hint(self) -> str:
        return "leave inplace out"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "inplace", "true")


class OverwritesRepeatedElements(Problem):
    """An op in place overwrites a tensor of which several elements are one place in memory.

    ``expand`` repeats elements without copying them, so they cannot be changed one by one. torch
    refuses it in evaluation, too.
    """

    name = "overwrites-repeated-elements"
    bad = _model("mean([2, 3], keepdim = true) -> expand(-1, -1, 4, 4) -> relu(true)")
    good = _model("mean([2, 3], keepdim = true) -> expand(-1, -1, 4, 4) -> relu")
    callee: str

    def message(self) -> str:
        return f"{self.callee} cannot work in place on elements that expand has repeated"

    def hint(self) -> str:
        return "leave inplace out"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "inplace", "true")


class LayoutNotTaken(Problem):
    """An op is given a tensor that lies in memory in an order that it cannot read.

    Ops such as ``permute`` and ``transpose`` give views: no element moves. Most ops read any
    order, but torch's ``local_response_norm`` reads images and volumes only if their axes lie in
    turn, and ``pixel_shuffle`` and ``pixel_unshuffle`` no volumes whose channels come last.
    """

    name = "layout-not-taken"
    bad = (
        "model m() {\n  input x: [N, 4, 4, 6, 5]\n  transpose(3, 4) -> local_response_norm(2)\n}\n"
    )
    good = (
        "model m() {\n  input x: [N, 4, 4, 6, 5]\n"
        "  transpose(3, 4) -> add(0) -> flatten -> unflatten(1, [4, 4, 5, 6])"
        " -> local_response_norm(2)\n}\n"
    )
    callee: str
    shape: str

    def message(self) -> str:
        return (
            f"{self.callee} cannot read its input, here {self.shape}, in the order in which it lies"
            " in memory"
        )

    def hint(self) -> str:
        return "move the permute or transpose behind it, or flatten and unflatten, which copies"
