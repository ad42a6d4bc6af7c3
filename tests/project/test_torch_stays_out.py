"""What must work without torch does not import it, and does not need it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "vgg11.arch"

HEAVY = {"numpy", "safetensors", "torch", "torchvision"}

COMMANDS = {
    "import": "import archc",
    "check": f"import archc; assert archc.check({str(EXAMPLE)!r})",
    "source": f"import archc; archc.source({str(EXAMPLE)!r})",
    "diagram": f"import archc; archc.diagram({str(EXAMPLE)!r}, format='dot')",
    "archc check": f"from archc.cli import main; assert main(['check', {str(EXAMPLE)!r}]) == 0",
    "archc build": f"from archc.cli import main; assert main(['build', {str(EXAMPLE)!r}]) == 0",
    "archc emit": f"from archc.cli import main; assert main(['emit', {str(EXAMPLE)!r}]) == 0",
    "archc draw": f"from archc.cli import main; assert main(['draw', {str(EXAMPLE)!r}]) == 0",
    "archc models": f"from archc.cli import main; assert main(['models', {str(EXAMPLE)!r}]) == 0",
    "summary": f"import archc; archc.summary({str(EXAMPLE)!r}).text()",
    "plan": f"import archc; str(archc.plan({str(EXAMPLE)!r}, gpu='1GiB', gpus=2))",
    "archc summary": f"from archc.cli import main; assert main(['summary', {str(EXAMPLE)!r}]) == 0",
    "archc examples": "from archc.cli import main; assert main(['examples']) == 0",
    "archc new": "from archc.cli import main; assert main(['new', 'a.arch', '--from=vgg11']) == 0",
    "archc check --fix": (
        "from archc.cli import main; open('a.arch', 'w').write('model a() {\\n  RELU\\n}\\n');"
        " assert main(['check', 'a.arch', '--fix']) == 1"
    ),
    "archc check --format": (
        "from archc.cli import main;"
        f" assert main(['check', {str(EXAMPLE)!r}, '--format=sarif']) == 0"
    ),
    "archc explain": "from archc.cli import main; assert main(['explain', 'shapes-differ']) == 0",
    "archc diff": (
        f"from archc.cli import main; assert main(['diff', {str(EXAMPLE)!r}, 'vgg13']) == 1"
    ),
    "archc import of a file": (
        "from archc.cli import main; open('a.cfg', 'w').write('[net]\\nheight=8\\nwidth=8\\n"
        "channels=3\\n[avgpool]\\n'); assert main(['import', 'a.cfg']) == 0"
    ),
    "archc weights plan": (
        "import json, struct; from archc.cli import main;"
        " a = {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]};"
        " head = json.dumps({'a': a}).encode();"
        " open('a.safetensors', 'wb').write(struct.pack('<Q', len(head)) + head + bytes(4));"
        f" words = ['weights', 'plan', {str(EXAMPLE)!r}, '--weights', 'a.safetensors'];"
        " assert main(words) == 1"
    ),
    "a name": "from archc.cli import main; assert main(['check', 'vgg11']) == 0",
}


def imported(code: str, folder: Path) -> set[str]:
    """The top-level packages that a fresh Python has imported after some code."""
    tail = "; import sys; print(); print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("what", COMMANDS)
def test_torch_is_left_alone(what: str, tmp_path: Path) -> None:
    assert not imported(COMMANDS[what], tmp_path) & HEAVY


def test_this_test_can_fail(tmp_path: Path) -> None:
    code = f"import archc; archc.load({str(EXAMPLE)!r})"
    assert "torch" in imported(code, tmp_path)


def test_importing_archc_loads_next_to_nothing(tmp_path: Path) -> None:
    loaded = imported("import archc", tmp_path)
    assert not loaded & {"archdsl", "archir", "click", "graphviz", "lark", "pydantic"}


def test_a_check_draws_nothing(tmp_path: Path) -> None:
    assert not imported(COMMANDS["archc check"], tmp_path) & {"graphviz", "subprocess"}


def test_without_torch_a_module_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; import archc\n"
        f"try: archc.load({str(EXAMPLE)!r})\n"
        "except archc.TorchMissingError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert 'pip install "archc-lang[torch]"' in done.stdout
