"""Files of other programs that describe a network, as text in the language."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from archc import pipeline
from archc.errors import ImportRefusedError
from archc.importing.configs.darknet import written
from archc.importing.configs.sections import ConfigError
from archc.importing.configs.translation import Translation
from archc.importing.configs.ultralytics import translated
from archc.request.choice import names_for
from archc.request.files import read_source
from archdsl.formatting.files import laid_out
from archir.base.source import Source

ENDINGS = (".cfg", ".yaml", ".yml")
"""Those of Darknet's files, and of Ultralytics'."""


def from_config(path: str | PathLike[str]) -> str:
    """A Darknet ``.cfg`` or an Ultralytics YAML file as text in the language. No code runs.

    The text has been checked.

    ``ImportRefusedError``, with the line of the file, for what is wrong in it or cannot be said.
    """
    source, found = read_source(path)
    if found.has_errors:
        raise ImportRefusedError(f"{source.name} is no text in UTF-8")
    name = names_for(Path(path).stem)[0]
    try:
        if Path(path).suffix == ENDINGS[0]:
            made = written(source.text, name)
        else:
            made = translated(source.text, Path(path).stem, name)
    except ConfigError as error:
        raise ImportRefusedError(f"{source.name}:{error.line}: {error.said}", error.hint) from None
    _check(made, source, name)
    return laid_out(Source(f"{name}.arch", made.text))


def _check(made: Translation, source: Source, name: str) -> None:
    """What the checker finds in the text, at the line of the file that says it."""
    text = Source(f"{name}.arch", made.text)
    typed, found = pipeline.compile_source(text, None)
    if typed is not None:
        return
    first = next(each for each in found if each.is_error)
    place = next((span for span in (first.span, *(other.span for other in first.related))
                  if span.source is text), first.span)  # fmt: skip
    line = made.lines[place.source.position(place.start)[0] - 1] if place.source is text else 1
    said = first.problem.message()
    raise ImportRefusedError(f"{source.name}:{line or 1}: {said}", first.hint)
