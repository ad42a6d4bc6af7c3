"""What can be asked of texts; each question has one answer of ``answers``.

A question names a file of the folder, an example, or gives a text. What is asked wrongly raises
what the rest of archc raises (``facts.refusal``); what is wrong in a text is in the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, TypeAlias

from archc import pipeline
from archc.agents import facts
from archc.agents.answers import (
    CheckAnswer,
    CostRow,
    DiffAnswer,
    DrawAnswer,
    SizesAnswer,
    SummaryAnswer,
)
from archc.agents.folder import Folder
from archc.api.formats import FORMATS, SHORTEST, WRITTEN
from archc.api.results import CheckedModel
from archc.errors import ArchError, SettingError
from archc.request import requests
from archc.request.requests import Request
from archc.request.settings import Expression, Setting, from_values
from archdsl.project.locate import ReadFile, StrPath
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source
from archir.graph.typed import TypedGraph

ROWS = 60
"""How many rows of a table an answer has."""

CHANGES = 40
MODELS = 40
PICTURE = 60_000
"""Characters of a picture: more is for files, not for answers."""

Path: TypeAlias = Annotated[
    str | None, "A file of the served folder, by its path from there, or the name of an example."
]
Text: TypeAlias = Annotated[str | None, "A text of the language, instead of a path."]
Model: TypeAlias = Annotated[str | None, "Which model of the text; else the one named like it."]
Sizes: TypeAlias = Annotated[
    dict[str, int] | None, "Sizes by their names, in the place of the defaults."
]
Settings: TypeAlias = Annotated[
    dict[str, int | float | bool | str] | None,
    "Parameters of the model by their names; a text is an expression of the language.",
]


class Tools:
    """The questions about texts, over the files of one folder."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def check(
        self,
        path: Path = None,
        text: Text = None,
        model: Model = None,
        settings: Settings = None,
        sizes: Sizes = None,
        fix: Annotated[bool, "Give the text with its safe fixes applied; writes no file."] = False,
    ) -> CheckAnswer:
        """Check a text: every mistake with its place and the edits that put it right."""
        source, where, found = self._source(path, text)
        given = _settings(settings)
        request = Request(requests.sizes(sizes or {}))

        def checked(source: Source, where: StrPath | None, read: ReadFile) -> pipeline.Examined:
            return pipeline.examine(source, where, model, given, None, request, read)

        if found.has_errors:
            raise ArchError(found)
        before = source.text
        if fix:
            source = self._fixed(source, where, lambda *asked: checked(*asked).found)
        examined = checked(source, where, self.folder.read)
        made: CheckAnswer = {"ok": not examined.found.has_errors}
        facts.tell(made, examined.found)
        shown, left = facts.limited(examined.models, MODELS)
        made["models"] = [
            {"name": each.name, "ok": False}
            if each.typed is None
            else facts.model(CheckedModel.of(each.typed))
            for each in shown
        ]
        if left:
            made["models_left_out"] = left
        if source.text != before:
            made["text"] = source.text
        return made

    def _fixed(
        self,
        source: Source,
        where: StrPath | None,
        check: Callable[[Source, StrPath | None, ReadFile], Diagnostics],
    ) -> Source:
        """The text with its safe fixes; those of files that it imports are left as they are."""
        from archc.request.fixing import fixed

        def guarded(source: Source, where: StrPath | None, read: ReadFile) -> Diagnostics:
            return check(source, where, lambda path, most: read(self.folder.inside(path), most))

        (one,) = fixed([(source, where)], guarded, unsafe=False).texts
        return Source(source.name, one.now)

    def summary(
        self,
        path: Path = None,
        text: Text = None,
        model: Model = None,
        settings: Settings = None,
        sizes: Sizes = None,
        batch: int | None = None,
        depth: Annotated[int, "How many levels of blocks have rows."] = 1,
        dtype: Annotated[str, "Of parameters and activations, as bf16."] = "float32",
    ) -> SummaryAnswer:
        """Parameters, multiply-accumulates and memory of a model, and a row for each part."""
        from archc.api.costing import summary_of

        typed, found = self._typed(path, text, model, settings)
        made = summary_of(typed, requests.sizes(sizes or {}), batch, dtype, "sgd")
        counted = made.sizes or {}
        rows, left = facts.limited(made.table(requests.whole("the depth", "a depth", depth)), ROWS)
        answer: SummaryAnswer = {
            "ok": True,
            "model": facts.model(made.model),
            "sizes": dict(counted),
            "parameters": made.totals.parameters,
            "macs": _number(made.totals.macs),
            "parameter_bytes": made.totals.parameter_bytes,
            "inference_bytes": made.memory.inference,
            "training_bytes": made.memory.training,
            "rows": [
                _row(each.path, each.call, each.count, each.outputs, each.parameters, each.macs)
                for each in rows
            ],
        }
        facts.tell(answer, found)
        if left:
            answer["rows_left_out"] = left
        return answer

    def sizes(
        self,
        path: Path = None,
        text: Text = None,
        model: Model = None,
        settings: Settings = None,
        at: Annotated[dict[str, int] | None, "Sizes to ask about."] = None,
        training: Annotated[bool, "Ask about training, which may need larger ones."] = False,
    ) -> SizesAnswer:
        """The sizes at which a model runs; of sizes asked about whether it does, and why not."""
        typed, found = self._typed(path, text, model, settings)
        checked = CheckedModel.of(typed)
        valid = checked.valid_sizes
        answer: SizesAnswer = {
            "ok": True,
            "model": checked.name,
            "defaults": dict(checked.sizes),
            "valid_sizes": str(valid),
            "training_sizes": str(valid.training),
            "exact": valid.is_exact and valid.training.is_exact,
        }
        if at is None:
            facts.tell(answer, found)
            return answer
        request = Request(requests.sizes(at), training)
        request.know((typed,))
        refused = request.refusals(typed)
        facts.tell(answer, [*found, *refused])
        answer["runs"] = not refused
        nearest = (valid.training if training else valid).nearest(request.sizes)
        if refused and nearest is not None:
            answer["nearest"] = nearest
        return answer

    def diff(
        self,
        old: Path = None,
        new: Path = None,
        old_text: Text = None,
        new_text: Text = None,
        old_model: Model = None,
        new_model: Model = None,
        old_settings: Settings = None,
        new_settings: Settings = None,
    ) -> DiffAnswer:
        """What differs between two models: blocks, costs, keys of the state dict."""
        from archc.api.differing import Compared, compared

        one, found = self._typed(old, old_text, old_model, old_settings)
        other, more = self._typed(new, new_text, new_model, new_settings)
        names = (old or "old", new or "new")
        result = compared(Compared(names[0], one, found), Compared(names[1], other, more))
        shown, left = facts.limited(result.changes, CHANGES)
        keys = result.keys
        answer: DiffAnswer = {
            "ok": True,
            "equal": result.equal,
            "changes": [
                {
                    "kind": each.kind,
                    "before": each.before,
                    "after": each.after,
                    "paths": list(dict.fromkeys(site.path for site in each.new or each.old)),
                    "places": [
                        facts.place(sites[0].span) for sites in (each.old, each.new) if sites
                    ],
                }
                for each in shown
            ],
            "facts": [
                {"name": each.name, "before": each.before, "after": each.after}
                for each in result.facts
            ],
            "keys": {
                "kept": len(keys.kept),
                "renamed": len(keys.renamed),
                "reshaped": len(keys.reshaped),
                "added": len(keys.added),
                "gone": len(keys.gone),
            },
        }
        facts.tell(answer, [*found, *more])
        if left:
            answer["changes_left_out"] = left
        return answer

    def draw(
        self,
        path: Path = None,
        text: Text = None,
        model: Model = None,
        settings: Settings = None,
        form: Annotated[str, f"One of {', '.join(WRITTEN)}."] = SHORTEST,
        view: Literal["layers", "stages"] = "layers",
    ) -> DrawAnswer:
        """A picture of a model on one page, as a text."""
        typed, found = self._typed(path, text, model, settings)
        made = FORMATS[requests.chosen_word(form, WRITTEN, "form")].text(typed, view=view)
        if len(made) > PICTURE:
            raise SettingError(
                f"the picture has {len(made):,} characters, and an answer at most {PICTURE:,}",
                f"view = stages is smaller, and so is form = {SHORTEST}; archc draw writes any",
            )
        answer: DrawAnswer = {"ok": True, "form": form, "picture": made}
        facts.tell(answer, found)
        return answer

    # --- what is named -----------------------------------------------------------------------

    def _source(
        self, path: str | None, text: str | None
    ) -> tuple[Source, StrPath | None, Diagnostics]:
        if (path is None) == (text is None):
            raise SettingError(
                "either a path or a text is given", "path names a file, text is the text itself"
            )
        if path is not None:
            return self.folder.source(path)
        assert text is not None
        # Its imports are looked for in the served folder.
        return Source("text", text), None, Diagnostics()

    def _typed(
        self,
        path: str | None,
        text: str | None,
        model: str | None,
        settings: Mapping[str, int | float | bool | str] | None,
    ) -> tuple[TypedGraph, Diagnostics]:
        source, where, found = self._source(path, text)
        if not found.has_errors:
            typed, problems = pipeline.compile_source(
                source, where, model, _settings(settings), read=self.folder.read
            )
            found.extend(problems)
            if typed is not None:
                return typed, found
        raise ArchError(found)


def _settings(given: Mapping[str, int | float | bool | str] | None) -> tuple[Setting, ...]:
    """Settings of which a text is an expression, as behind --set."""
    return from_values(
        {
            name: Expression(value) if isinstance(value, str) else value
            for name, value in (given or {}).items()
        }
    )


def _row(
    path: str, call: str, count: int, outputs: tuple[object, ...], parameters: int, macs: object
) -> CostRow:
    return {
        "path": path,
        "op": call,
        "count": count,
        "output": ", ".join(map(str, outputs)),
        "parameters": parameters,
        "macs": _number(macs),
    }


def _number(dim: object) -> int:
    """What is counted at sizes is a number."""
    assert isinstance(dim, int)
    return dim
