"""Problems of activations."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class NegativeSlopeInplace(Problem):
    """A rectifier whose negative side is turned round cannot be trained in place.

    torch would compute the gradient from the output, in which both sides are then positive. Its
    forward pass runs, and its backward pass refuses.
    """

    name = "negative-slope-inplace"
    bad = _model("leaky_relu(-0.1, inplace = true)")
    good = _model("leaky_relu(-0.1)")
    callee: str
    argument: str
    value: str

    def message(self) -> str:
        return (
            f"{self.callee} cannot be trained in place with {self.argument} {self.value}, which is"
            " below 0"
        )

    def hint(self) -> str:
        return "leave inplace out"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, "inplace", "true")


class ParametersDifferFromChannels(Problem):
    """``prelu`` learns one number for all channels, or one for each of them."""

    name = "parameters-differ-from-channels"
    bad = _model("conv(8, 3) -> prelu(16)")
    good = _model("conv(8, 3) -> prelu(_.channels)")
    callee: str
    parameters: int
    channels: str
    shape: str

    def message(self) -> str:
        channels = "channel" if self.channels == "1" else "channels"
        return (
            f"{self.callee} has {self.parameters} parameters here, and {self.shape} has"
            f" {self.channels} {channels}"
        )

    def hint(self) -> str:
        return f"write {self.callee}(_.channels) for one a channel, or {self.callee} for one in all"

    def fix(self, at: Diagnostic) -> Fix | None:
        written = str(self.parameters)
        name = "num_parameters"
        return fixes.rewrite(at.span, self.callee, name, "_.channels", written, safe=False)
