"""Readable, standalone Python source: a module that needs torch alone."""

from __future__ import annotations

from archc.python.module import entry, source

__all__ = ["entry", "source"]
