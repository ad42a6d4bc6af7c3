"""Imported by a process from which trials are forked: a network of their space is made, once.

What that loads and remembers each trial finds there, and so begins at once.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import archc
import archc.searching.trial
import archc.torch.training.loop
import archc.torch.training.seeds
import archc.torch.weight_files.read
from archc.searching.folder import Folder
from archc.searching.supervising import SEARCH


def _warm(folder: Path) -> None:
    asked = Folder(folder).asked()
    given = {name: archc.Expression(text) for name, text in asked.settings.items()}
    with suppress(archc.ArchError):  # the defaults need not be a network
        archc.load(Folder(folder).space, asked.model, settings=given)


if SEARCH in os.environ:
    _warm(Path(os.environ[SEARCH]))
