"""The package of docs/own-ops.md, built, installed and used as the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_docs import Block, blocks, run_console

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/own-ops.md"


def page() -> Iterator[Block]:
    return blocks((ROOT / PAGE).read_text("utf-8"))


def run(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page."""
    folder = tmp_path_factory.mktemp("layer-extras")
    for block in page():
        if block.file:
            path = folder / block.file
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PYTHONPATH with the package installed on it, from a wheel, without a network."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    (wheel,) = wheels.glob("layer_extras-1.0-*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", str(site), str(wheel)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    assert list(site.glob("layer_extras-1.0.dist-info"))
    ours = [str(Path(path).absolute()) for path in sys.path if path]
    return os.pathsep.join([str(site), *ours])


def test_the_page_shows_what_happens(
    project: Path, installed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("archc", "python"):
        words = "-m archc" if name == "archc" else ""
        script = tmp_path / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', "utf-8")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", installed)
    monkeypatch.chdir(project)
    consoles = [block for block in page() if block.word == "console"]
    assert consoles
    for block in consoles:
        run_console(block, PAGE)


def test_python_of_the_page(project: Path, installed: str, tmp_path: Path) -> None:
    text = "".join(b.text for b in page() if b.word == "python" and ">>>" in b.text)
    (tmp_path / "session.txt").write_text(text, "utf-8")
    words = (sys.executable, "-m", "doctest", str(tmp_path / "session.txt"))
    done = run(*words, cwd=project, PYTHONPATH=installed)
    assert done.returncode == 0 and text, done.stdout + done.stderr


def test_tests_of_the_page(project: Path, installed: str) -> None:
    words = (sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "-p", "no:cacheprovider")
    done = run(*words, "tests", cwd=project, PYTHONPATH=installed, PYTEST_ADDOPTS="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


SCRIPT = """
import pickle, torch, archc
text = archc.source("net.arch")
space = {"__name__": "printed"}
exec(compile(text, "printed", "exec"), space)
for seed in range(2):
    torch.manual_seed(seed)
    live = archc.load("net.arch")
    torch.manual_seed(seed)
    printed = space["Net"]()
    ours, theirs = live.state_dict(), printed.state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    x = torch.randn(2, 3, 32, 32)
    assert torch.equal(live(x), printed(x))
    live(x).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in live.parameters())
again = pickle.loads(pickle.dumps(live))
assert torch.equal(again.eval()(x), live.eval()(x))
torch.compile(live, fullgraph=True, backend="eager")(x)
assert archc.check("net.arch").models[0].parameters == sum(p.numel() for p in live.parameters())
assert "layer_scale" in archc.diagram("net.arch")
"""


def test_live_and_printed_are_one(project: Path, installed: str) -> None:
    done = run(sys.executable, "-c", SCRIPT, cwd=project, PYTHONPATH=installed)
    assert done.returncode == 0, done.stderr


CLASHES = """
import torch, archc
from archc import Source
text = '''
block LayerScale(width, std_pool = 1) { conv(width, std_pool) -> layer_scale(0.5) }
model Model(LayerScale_ = 4) {
  input layers: [N, 3, H = 8, W = 8]
  LayerScale(LayerScale_) -> LayerScale(8, 3)
  std_pool(correction = 0) as std
  linear(5) -> layer_scale
}
'''
net = Source("net", text)
space = {"__name__": "printed"}
printed = archc.source(net)
exec(compile(printed, "printed", "exec"), space)
live, module = archc.load(net), space["Model"]()
module.load_state_dict(live.state_dict(), strict=True)
x = torch.randn(2, 3, 8, 8)
assert torch.equal(live(x), module(x)), printed
"""


def test_names_of_packages_and_of_the_text_do_not_clash(installed: str, tmp_path: Path) -> None:
    done = run(sys.executable, "-c", CLASHES, cwd=tmp_path, PYTHONPATH=installed)
    assert done.returncode == 0, done.stderr


FRESH = """
import pickle, sys, torch
if sys.argv[1] == "write":
    import archc
    torch.save(archc.load("net.arch"), "model.pt")
else:
    torch.load("model.pt", weights_only=False)(torch.randn(1, 3, 32, 32))
"""


def test_a_module_is_unpickled_where_none_was_made(project: Path, installed: str) -> None:
    for word in ("write", "read"):
        done = run(sys.executable, "-c", FRESH, word, cwd=project, PYTHONPATH=installed)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ("layer_scal(0.1)", "did you mean layer_scale?"),
        ("layer_scale(7)", "init of layer_scale must be a number from 0 to 1, and 7 is not"),
        ("layer_scale(start = 1)", "layer_scale has no argument called start"),
        ("std_pool -> std_pool", "std_pool takes [N, C, L] or [N, C, H, W], and the shape here is"),
        ("a: std_pool -> conv(3, 1)", "std_pool is a function"),
        ("adaptive_avg_pool(1) -> std_pool", "std_pool needs more than one value in each channel"),
        ("layer_scale with bias = zeros", "layer_scale has no parameter bias"),
    ],
)
def test_a_users_mistake_is_the_users(
    stage: str, message: str, installed: str, tmp_path: Path
) -> None:
    text = f"model m() {{\n  input x: [N, 3, H = 8, W = 8]\n  {stage}\n}}\n"
    (tmp_path / "m.arch").write_text(text, "utf-8")
    done = run(sys.executable, "-m", "archc", "check", "m.arch", cwd=tmp_path, PYTHONPATH=installed)
    assert done.returncode == 1
    assert message in done.stderr


def test_checking_imports_no_torch_and_looks_for_packages_only_when_it_must(
    project: Path, installed: str
) -> None:
    code = (
        "import sys, archc; assert archc.check(sys.argv[1]).ok;"
        "print('torch' in sys.modules, 'importlib.metadata' in sys.modules)"
    )
    for file, expected in (
        ("net.arch", "False True"),
        (str(ROOT / "examples" / "vgg16.arch"), "False False"),
    ):
        done = run(sys.executable, "-c", code, file, cwd=project, PYTHONPATH=installed)
        assert done.stdout.strip() == expected, done.stderr
