"""The gallery in the documentation shows what archc draws."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archc.pages.gallery import main, outdated

PAGE = Path(__file__).parents[2] / "docs" / "pictures.md"


def test_the_gallery_is_up_to_date() -> None:
    assert outdated(PAGE) == []


def test_it_says_what_is_out_of_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "docs" / "pictures.md"
    shutil.copy(PAGE.parents[1] / "README.md", tmp_path)
    assert main(["--check", str(page)]) == 1
    assert "pictures.md is out of date" in capsys.readouterr().err
    assert main([str(page)]) == 0
    assert main(["--check", str(page)]) == 0
    assert main([]) == 2
