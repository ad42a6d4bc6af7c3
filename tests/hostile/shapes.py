"""All shapes of texts that grow: ``SHAPES[name](n)`` are the files of a project of size n.

``main.arch`` is the file that is checked. Each file beside this one fills the table with its own.
"""

from __future__ import annotations

import shapes_blocks  # noqa: F401
import shapes_expressions  # noqa: F401
import shapes_files  # noqa: F401
import shapes_mistakes  # noqa: F401
import shapes_stages  # noqa: F401
import shapes_statements  # noqa: F401
from shaping import SHAPES, Files, Shape

__all__ = ["SHAPES", "Files", "Shape"]
