"""What a check finds: diagnostics, and each model in a few facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archc.errors import ArchError
from archc.pipeline import Checked
from archir.diagnostics import Diagnostic
from archir.summary import ModelSummary, summarise


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of ``archc.check``. It is true where there are no errors.

    >>> result = archc.check("examples/vgg16.arch")
    >>> result.models[0].parameters
    138357544
    """

    diagnostics: tuple[Diagnostic, ...]
    """Errors and warnings, in the order in which they were found."""

    models: tuple[ModelSummary, ...]
    """The models that are right, in the order of the file."""

    failed: tuple[str, ...] = ()
    """The names of the models that are wrong."""

    @classmethod
    def of(cls, checked: Iterable[Checked], diagnostics: Iterable[Diagnostic]) -> CheckResult:
        """The result of a check by the pipeline."""
        checked = tuple(checked)
        return cls(
            tuple(diagnostics),
            tuple(summarise(model.typed) for model in checked if model.typed is not None),
            tuple(model.name for model in checked if model.typed is None),
        )

    @property
    def ok(self) -> bool:
        """Whether there are no errors; there may be warnings."""
        return not self.failed and not self.errors

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(item for item in self.diagnostics if item.is_error)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(item for item in self.diagnostics if not item.is_error)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        """The diagnostics as ``archc check`` prints them, or the models where there are none."""
        if not self.diagnostics:
            return "\n".join(str(model) for model in self.models)
        from archc.render.style import Style
        from archc.render.terminal import render

        return render(self.diagnostics, Style()).rstrip("\n")

    def raise_for_errors(self) -> None:
        """Raise ``ArchError`` with the diagnostics where there are errors."""
        if not self.ok:
            raise ArchError(self.diagnostics)
