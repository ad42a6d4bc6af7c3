"""Ultralytics' YAML files of detectors as text in the language.

A file has a row for each layer: where it reads from, how often it repeats, its module, and the
module's arguments. ``scales`` multiply repeats and channels; the file's name says which is meant.
Read is the part of YAML that these files use, and the modules of YOLOv8, which are blocks of the
example ``yolov8n``.
"""

from __future__ import annotations

import re
from ast import literal_eval
from math import ceil
from typing import Any, TypeAlias

from archc.importing.configs.sections import ConfigError
from archc.importing.configs.translation import Translation
from archir.base.record import Record

Row: TypeAlias = "tuple[int | list[int], int, str, list[Any]]"

BLOCKS = "examples.yolov8n"
"""The example whose blocks the modules are."""

_KEY = re.compile(r"(\w+)\s*:\s*(.*)")
_WORD = re.compile(r"(?<![\w'\".])[A-Za-z_][\w.]*(?!\w|['\"])")
_CONSTANTS = {"None": "None", "none": "None", "null": "None", "True": "True", "true": "True",
              "False": "False", "false": "False"}  # fmt: skip


class _File(Record):
    """What a file says."""

    values: dict[str, Any]
    scales: dict[str, list[Any]]
    rows: list[tuple[Row, int]]
    """The layers, each with its line."""


def translated(text: str, stem: str, name: str) -> Translation:
    """A YAML file of a detector as text. ConfigError, with the line, for what cannot be said."""
    return _Detector(_read(text), stem, name).translation()


def _read(text: str) -> _File:
    found = _File({}, {}, [])
    part = ""
    for number, line in enumerate(text.split("\n"), 1):
        said = line.split(" #")[0].rstrip()
        if not said.strip() or said.lstrip().startswith("#"):
            continue
        body = said.strip()
        if body.startswith("- "):
            row = _value(body[2:], number)
            if part not in ("backbone", "head") or not _is_row(row):
                raise ConfigError(number, "a layer is written [from, repeats, module, [arguments]]")
            found.rows.append((tuple(row), number))
            continue
        match = _KEY.fullmatch(body)
        if match is None:
            raise ConfigError(number, f"a line is key: value or a layer, and not {body[:40]}")
        key, value = match[1], match[2]
        if said[0] == " ":
            if part == "scales":
                found.scales[key] = _value(value, number)
        elif value:
            found.values[key] = _value(value, number)
        else:
            part = key
    return found


def _is_row(row: object) -> bool:
    return isinstance(row, list) and len(row) == 4 and isinstance(row[1], int) and isinstance(
        row[2], str) and isinstance(row[3], list)  # fmt: skip


def _value(text: str, line: int) -> Any:
    """A number, a word, or a list of these."""
    quoted = _WORD.sub(lambda word: _CONSTANTS.get(word[0], repr(word[0])), text)
    try:
        return literal_eval(quoted)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise ConfigError(line, f"{text[:40]} is no value that is read") from error


def _heads(row: Row) -> list[str]:
    """What the head of a detector gives for each of its maps."""
    if row[2] != "Detect" or not isinstance(row[0], list):
        return []
    return [f"map{number}" for number in range(1, len(row[0]) + 1)]


class _Detector:
    def __init__(self, file: _File, stem: str, name: str) -> None:
        self.file = file
        self.name = name
        self.classes = file.values.get("nc", 80)
        scale = self._scale(stem)
        self.depth, self.width = scale[0], scale[1]
        self.most = scale[2] if len(scale) > 2 else 1 << 30
        self.used: set[str] = set()

    def _scale(self, stem: str) -> list[Any]:
        """The scale that the file's name ends with, as yolov8s, else the first."""
        scales = self.file.scales
        if not scales:
            values = self.file.values
            return [values.get("depth_multiple", 1.0), values.get("width_multiple", 1.0)]
        wanted = re.search(r"\d([a-z])(?:\b|[-_.])", stem)
        return scales.get(wanted[1] if wanted else "", next(iter(scales.values())))

    def translation(self) -> Translation:
        rows = self.file.rows
        if not rows:
            raise ConfigError(1, "there are no layers in backbone and head")
        read = {place for index, (row, line) in enumerate(rows)
                for place in self._places(index, row, line) if place != index - 1}  # fmt: skip
        statements: list[tuple[str, int]] = []
        for index, (row, line) in enumerate(rows):
            named = f" as layer{index}" if index in read else ""
            statements.append((f"    {self._layer(index, row, line)}{named}", line))
        heads = _heads(rows[-1][0])
        outputs = ", ".join([*heads, "distances"]) if heads else ""
        lines = [
            ("arch 1", 0), ("", 0),
            (f"import {BLOCKS}: {', '.join(sorted(self.used))}", 0), ("", 0),
            (f"model {self.name}() {{", 0),
            ("  input image: [N, 3, H = 640, W = 640]", 0),
            ("  model: {", 0), *statements,
            ("  }" + (f" as {outputs}" if outputs else ""), 0),
            *([(f"  output {outputs}", 0)] if outputs else []),
            ("}", 0),
        ]  # fmt: skip
        text = "\n".join(row for row, _ in lines) + "\n"
        return Translation(text, tuple(line for _, line in lines))

    def _places(self, index: int, row: Row, line: int) -> list[int]:
        given = row[0] if isinstance(row[0], list) else [row[0]]
        places = [index + number if number < 0 else number for number in given]
        if any(not -1 <= place < index for place in places) or (index and -1 in places):
            raise ConfigError(line, f"layer {index} reads one that does not stand before it")
        return places

    def _layer(self, index: int, row: Row, line: int) -> str:
        """The statement of a layer."""
        _, repeats, module, given = row
        places = self._places(index, row, line)
        names = ["_" if place == index - 1 else f"layer{place}" for place in places]
        head = f"[{', '.join(names)}]"
        if module == "Concat":
            return f"_: concat {head}"
        if module == "Detect":
            self.used.add("Detect")
            return f"Detect({self.classes}) {head}"
        flow = "" if names == ["_"] else f"{names[0]} -> "
        if module == "nn.Upsample" and len(given) == 3 and given[0] is None:
            return f"{flow}upsample(scale_factor = {given[1]})"
        if module not in ("Conv", "C2f", "SPPF") or not given:
            raise ConfigError(line, f"{module[:40]} is a module that is not read")
        self.used.add(module)
        width = ceil(min(given[0], self.most) * self.width / 8) * 8
        times = max(round(repeats * self.depth), 1) if repeats > 1 else repeats
        if module == "C2f":
            skips = ", skips = true" if len(given) > 1 and given[1] is True else ""
            return f"{flow}C2f({width}, {times}{skips})"
        if times != 1:
            raise ConfigError(line, f"a {module} that repeats is not read")
        return f"{flow}{module}({', '.join(map(str, [width, *given[1:]]))})"
