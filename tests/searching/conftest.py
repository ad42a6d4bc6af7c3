"""A folder to search in."""

from __future__ import annotations

from pathlib import Path

import pytest
from executors import TEXT


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with ``net.arch`` and the training functions."""
    monkeypatch.chdir(tmp_path)
    here = Path(__file__).parent
    (tmp_path / "trainers.py").write_text((here / "trainers.py").read_text("utf-8"), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "net.arch"
    path.write_text(TEXT, "utf-8")
    return path
