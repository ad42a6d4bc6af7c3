"""Notebooks as Jupyter runs them: the tutorial in a kernel of its own, and what it completes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbclient.util import run_sync

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs/tutorial.ipynb"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookClient]:
    """A kernel in which the tutorial has just run."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(TUTORIAL, 4)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR"):
            patch.setenv(name, str(folder))
        # The kernel of this environment, whatever others are installed for the user.
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            shutdown_kernel="immediate",  # nothing of it is kept, and torch takes long to leave
        )
        with client.setup_kernel():
            for number, cell in enumerate(notebook.cells):
                client.execute_cell(cell, number)
            yield client


def said(cell: Any) -> list[str]:
    """What a cell says, without its pictures."""
    found = []
    for each in cell.get("outputs", ()):
        if each.output_type == "stream":
            found.append(each.text)
        elif each.output_type == "error":
            found.append("\n".join(each.traceback))
        elif "text/plain" in each.data:
            found.append(each.data["text/plain"])
    return found


def test_the_tutorial_says_what_it_shows_and_jupyter_completes(run: NotebookClient) -> None:
    """One test, since a kernel takes a while to begin."""
    shown = nbformat.read(TUTORIAL, 4)
    for old, new in zip(shown.cells, run.nb.cells, strict=True):
        assert said(old) == said(new), old.source
    outputs = [each for cell in run.nb.cells for each in cell.get("outputs", ())]
    pictures = [
        each.data["image/svg+xml"] for each in outputs if "image/svg+xml" in each.get("data", {})
    ]
    assert len(pictures) == 2 and all("<svg" in each for each in pictures)
    assert [each.ename for each in outputs if each.output_type == "error"] == ["CellError"]
    stops(run)
    completes(run)


def stops(run: NotebookClient) -> None:
    """A wrong cell stops a notebook that is run as a whole, and what was bound stays."""
    wrong = nbformat.v4.new_code_cell(
        "%%arch net --view none\nmodel net() { input x: [N, 3]\n rel }"
    )
    with pytest.raises(CellExecutionError, match="did you mean relu"):
        run.execute_cell(wrong, 0)
    right = nbformat.v4.new_code_cell("assert isinstance(net, torch.nn.Module)")
    run.execute_cell(right, 0)


WORDS = [
    ("%%arch net\nmodel net() {\n  input x: [N, 3]\n  rel", "relu", "print"),
    ("%%arch net\nmodel net() {\n  input xy: [N, 3]\n  x", "xy", "xor"),
    ("%%arch net\nimport std.residual: Bott", "Bottleneck", "relu"),
    ("%%arch net\n# \U0001f600\nimport std.res", "std.residual", "relu"),
    ("%%arch net --m", "--model", "--view"),
    ("import math\nx = math.isfin", "isfinite", "relu"),
]
"""What is written, a word that goes on so, and one that does not belong there.

The last is Python's: of a small module, since IPython reads all of one for its names.
"""


def completes(run: NotebookClient) -> None:
    """Words of the language in cells of it, and those of Python in others."""
    for text, word, left_out in WORDS:

        async def asked(text: str = text) -> dict[str, Any]:
            client: Any = run.kc
            reply = await client.complete(text, len(text), reply=True, timeout=60)
            content: dict[str, Any] = reply["content"]
            return content

        found = run_sync(asked)()
        ends = {each.rpartition(".")[2] if "math" in text else each for each in found["matches"]}
        assert word in ends and left_out not in ends, text
        if "math" not in text:
            assert word.startswith(text[found["cursor_start"] : found["cursor_end"]])
