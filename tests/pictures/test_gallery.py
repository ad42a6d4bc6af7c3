"""The gallery in the documentation shows what archc draws."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shipped import DRAWN

from archc.pages.gallery import main

PAGE = Path(__file__).parents[2] / "docs" / "pictures.md"


def test_every_example_has_three_pictures_on_a_page() -> None:
    texts = [PAGE.read_text("utf-8"), (PAGE.with_suffix("") / "others.md").read_text("utf-8")]
    said = [
        line.removeprefix("## ") for text in texts for line in text.splitlines() if "## " in line
    ]
    assert sorted(said) == sorted(DRAWN)
    for name in DRAWN:
        for view in ("layers", "volumes", "stages"):
            assert (PAGE.with_suffix("") / f"{name}-{view}.svg").is_file()


def test_it_says_what_is_out_of_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In small; that the gallery itself is not, the check of all generated files says."""
    monkeypatch.setattr("archc.pages.gallery.SHOWN", ("lenet5", "unet"))
    page = tmp_path / "docs" / "pictures.md"
    shutil.copy(PAGE.parents[1] / "README.md", tmp_path)
    assert main(["--check", str(page)]) == 1
    assert "pictures.md is out of date" in capsys.readouterr().err
    assert main([str(page)]) == 0
    assert main(["--check", str(page)]) == 0
    assert main([]) == 2
