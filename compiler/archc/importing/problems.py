"""Why a module cannot be said in the language."""

from __future__ import annotations

import os
from pathlib import Path


class ImportingError(Exception):
    """What cannot be said: in which module, on which line of its source.

    It ``is_final`` where no other form of the text, and no other sizes, would help.
    """

    def __init__(
        self,
        said: str,
        path: str = "",
        place: str = "",
        hint: str | None = None,
        *,
        is_final: bool = False,
    ) -> None:
        super().__init__(said)
        self.is_final = is_final
        self.said, self.path, self.place, self.hint = said, path, place, hint

    def message(self) -> str:
        """It in one sentence."""
        where = f" in {self.path}" if self.path else ""
        here = f"{Path.cwd()}{os.sep}"
        line = f" ({self.place.removeprefix(here)})" if self.place else ""
        return f"{self.said}{where}{line}"
