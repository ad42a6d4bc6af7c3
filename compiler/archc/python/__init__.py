"""Readable, standalone Python source: a module that needs torch alone."""

from __future__ import annotations

from archc.python.module import source

__all__ = ["source"]
