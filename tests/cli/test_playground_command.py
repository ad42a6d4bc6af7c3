"""What ``archc playground`` refuses; ``tests/playground`` has what it serves and writes."""

from __future__ import annotations

from pathlib import Path

from running import Run


def test_the_command_says_what_it_needs(archc: Run, tmp_path: Path) -> None:
    done = archc("playground", "--out", "page.html")
    assert done.code == 2 and "--out needs --parts" in done.err
    done = archc("playground", "--parts", ".")
    assert done.code == 2 and "--parts goes with --out" in done.err
    done = archc("playground", "--out", "page.html", "--parts", str(tmp_path), "--port", "80")
    assert done.code == 2 and "--port and --open serve a page" in done.err
    done = archc("playground", "--port", "99999")
    assert done.code == 2 and "a port is a number from 1 to 65535" in done.err
    done = archc("playground", "--out", "page.html", "--parts", str(tmp_path))
    assert done.code == 3 and "npm pack pyodide@" in done.err
    assert not Path("page.html").exists()
