"""Training: a plain loop to copy, its checkpoints, and scores of networks that need no training.

Importing this says what to install where torch is missing.
"""

from __future__ import annotations

from archir.base.optional import require

require("torch")
