"""Without torch, what needs it says so; what does not goes on."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["torch"] = None  # as if it were not installed
from archc.pipeline import compile_source
from archc.torch import TorchMissingError, module
from archir.base.source import Source
typed, found = compile_source(Source("m", "model m() {\\n input x: [N, 3, 8, 8]\\n relu\\n}"), None)
try:
    module(typed)
except TorchMissingError as error:
    assert isinstance(error, ImportError)
    print(error)
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


def test_the_error_names_the_extra() -> None:
    assert 'pip install "archc-lang[torch]"' in run(PROGRAM)


def test_importing_the_back_end_does_not_import_torch() -> None:
    program = "import sys, archc.torch; print('torch' in sys.modules)"
    assert run(program) == "False\n"
    # And this test can fail.
    assert run(program.replace("archc.torch", "torch")) == "True\n"
