"""What a check finds: diagnostics, and each model in a few facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archc.api.sizes import ValidSizes
from archc.errors import ArchError, ModelChoiceError
from archc.pipeline import Checked
from archc.request.choice import names_for, stem
from archir.base.diagnostics import Diagnostic
from archir.base.record import Record, field_names
from archir.check.summary import ModelSummary, summarise

if TYPE_CHECKING:
    from archdsl.project.locate import StrPath
    from archir.graph.typed import TypedGraph


class CheckedModel(ModelSummary):
    """A checked model in a few facts; ``valid_sizes`` answers questions (docs/sizes.md)."""

    if TYPE_CHECKING:  # the field is the base's: here it holds more
        valid_sizes: ValidSizes

    __slots__ = ("_typed",)  # no field: what is drawn of it makes no two models equal

    @classmethod
    def of(cls, typed: TypedGraph) -> CheckedModel:
        """The summary of a model with a set of sizes that knows the defaults."""
        summary = summarise(typed)
        sizes = ValidSizes.of_model(summary.valid_sizes, summary.training_sizes, summary.sizes)
        values = zip(field_names(summary), summary._values(), strict=True)
        made = cls(**{**dict(values), "valid_sizes": sizes})
        object.__setattr__(made, "_typed", typed)
        return made

    def _repr_svg_(self) -> str | None:
        """The picture that a notebook shows; None of what cannot be drawn, or was pickled."""
        typed = getattr(self, "_typed", None)
        if typed is None:
            return None
        from archc.api.formats import FORMATS, PICTURES

        try:
            return FORMATS[PICTURES[0]].text(typed)
        except ArchError:  # it is too large
            return None


class Drawing(str):
    """An SVG as a text, which a notebook shows as the picture that it is."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


class CheckResult(Record):
    """The outcome of ``archc.check``. It is true where there are no errors.

    >>> result = archc.check("examples/vgg16.arch")
    >>> result.models[0].parameters
    138357544
    """

    diagnostics: tuple[Diagnostic, ...]
    """Errors and warnings, in the order in which they were found."""

    models: tuple[CheckedModel, ...]
    """The models that are right, in the order of the file."""

    failed: tuple[str, ...] = ()
    """The names of the models that are wrong."""

    like_file: tuple[str, ...] = ()
    """What the model that is named like the file would be called."""

    @classmethod
    def of(
        cls,
        checked: Iterable[Checked],
        diagnostics: Iterable[Diagnostic],
        path: StrPath | None = None,
    ) -> CheckResult:
        """The result of a check of that file by the pipeline."""
        checked = tuple(checked)
        right = [model.typed for model in checked if model.typed is not None]
        return cls(
            tuple(diagnostics),
            tuple(CheckedModel.of(typed) for typed in right),
            tuple(model.name for model in checked if model.typed is None),
            () if path is None else names_for(stem(path)),
        )

    @property
    def model(self) -> CheckedModel:
        """The model that the file is about: the one named like it, or the only one.

        Raises ``ArchError`` where that one is wrong, and ``ModelChoiceError`` where there is none.
        """
        names = [model.name for model in self.models]
        wanted = next((name for name in self.like_file if name in (*names, *self.failed)), None)
        if wanted is None and len(names) + len(self.failed) == 1:
            wanted = (*names, *self.failed)[0]
        for model in self.models:
            if model.name == wanted:
                return model
        self.raise_for_errors()
        told = f"there are {', '.join(names)}: choose one in .models" if names else None
        raise ModelChoiceError("no model here is named like the file", told)

    @property
    def valid_sizes(self) -> ValidSizes:
        """The sizes at which that model runs."""
        return self.model.valid_sizes

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
