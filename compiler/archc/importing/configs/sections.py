"""The sections of a Darknet file: ``[name]`` and lines of ``key = value``, each with its place."""

from __future__ import annotations

from archir.base.record import Record, Struct, fresh


class ConfigError(Exception):
    """What is wrong with a file, at which line of it."""

    def __init__(self, line: int, said: str, hint: str | None = None) -> None:
        super().__init__(said)
        self.line = line
        self.said = said
        self.hint = hint


class Assigned(Record):
    """The value of a key, and the line it stands in."""

    value: str
    line: int


class Section(Struct):
    """One section; ``line`` is that of its name."""

    name: str
    line: int
    entries: dict[str, Assigned] = fresh(factory=dict)

    def text(self, key: str, usual: str) -> str:
        """A value as it is written."""
        return self.entries[key].value if key in self.entries else usual

    def number(self, key: str, usual: int) -> int:
        """A whole number. ConfigError where it is none."""
        if key not in self.entries:
            return usual
        entry = self.entries[key]
        try:
            found = int(entry.value)
        except ValueError:
            raise ConfigError(
                entry.line, f"{key} is a whole number, and not {entry.value[:40]}"
            ) from None
        if abs(found) >= 1 << 31:
            raise ConfigError(entry.line, f"{key} is larger than any that Darknet has")
        return found

    def share(self, key: str, usual: float) -> float:
        """A number with a point in it."""
        if key not in self.entries:
            return usual
        entry = self.entries[key]
        try:
            found = float(entry.value)
        except ValueError:
            raise ConfigError(
                entry.line, f"{key} is a number, and not {entry.value[:40]}"
            ) from None
        return found

    def numbers(self, key: str) -> list[int]:
        """Whole numbers with commas between them."""
        if key not in self.entries:
            raise ConfigError(self.line, f"[{self.name}] has no {key}")
        entry = self.entries[key]
        try:
            return [int(each) for each in entry.value.split(",") if each.strip()]
        except ValueError:
            raise ConfigError(
                entry.line, f"{key} are whole numbers with commas, and not {entry.value[:40]}"
            ) from None


MOST_SECTIONS = 5_000


def sections(text: str) -> list[Section]:
    """The sections of a file. ConfigError for a line that is none of what there may be."""
    found: list[Section] = []
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        if not said or said[0] in "#;":
            continue
        if said.startswith("["):
            if not said.endswith("]"):
                raise ConfigError(number, f"the name of a section ends with ], and not {said[:40]}")
            found.append(Section(said[1:-1].strip(), number))
            if len(found) > MOST_SECTIONS:
                raise ConfigError(number, f"there are more than {MOST_SECTIONS:,} sections")
            continue
        key, equals, value = said.partition("=")
        if not equals or not found:
            raise ConfigError(number, f"a line is [name] or key=value, and not {said[:40]}")
        found[-1].entries[key.strip()] = Assigned(value.partition("#")[0].strip(), number)
    return found
