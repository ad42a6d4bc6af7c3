"""What is made for many points stays until the last of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (100_000, 50, 1_000)


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Python looks for garbage seldom meanwhile: to go through all that is remembered, again and
    again, took a sixth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
