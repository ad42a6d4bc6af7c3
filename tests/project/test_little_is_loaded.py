"""A short command loads what it needs and no more: most of its time is the start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules

import pytest

import archdsl.rules
import archir.rules

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "vgg11.arch"


HEAVY = {"dataclasses", "fractions", "inspect", "json", "lark", "pydantic", "random"}


def after(code: str, *words: str) -> set[str]:
    """The modules that a fresh Python has imported after some code."""
    code = f"import sys; {code}; print(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def loaded(*words: str) -> set[str]:
    """The modules that a fresh Python has imported after a command."""
    return after("from archc.cli import main; assert main(sys.argv[1:]) == 0", *words)


@pytest.fixture(scope="module")
def checking() -> set[str]:
    return loaded("check", str(EXAMPLE))


@pytest.fixture(scope="module")
def summing() -> set[str]:
    return loaded("summary", str(EXAMPLE))


def test_heavy_modules_are_left_alone(checking: set[str], summing: set[str]) -> None:
    assert not (checking | summing) & HEAVY
    assert "json" in loaded("check", "--format", "json", str(EXAMPLE))


def test_in_python_they_are_left_alone_too() -> None:
    uses = f"assert archc.check({str(EXAMPLE)!r}).ok; str(archc.summary({str(EXAMPLE)!r}))"
    assert not after(f"import archc; {uses}") & HEAVY


def test_installed_packages_are_not_asked_for_a_module_made_further_on(tmp_path: Path) -> None:
    file = tmp_path / "net.arch"
    body = "[_ -> one, _ -> two] -> add\n module one = linear(4)\n module two = linear(4)"
    file.write_text(f"model net() {{\n input x: [N, 3]\n {body}\n}}\n", "utf-8")
    assert "importlib.metadata" not in loaded("check", str(file)) - after("pass")


def test_what_a_plain_network_has_not_is_left_alone(checking: set[str], summing: set[str]) -> None:
    """Calls of torch read backwards, own ops, tied weights, raw parameters, products of sizes."""
    elsewhere = {
        "archir.op.reading",
        "archir.catalogue.announced",
        "archir.check.tied_weights",
        "archir.ops.normalised_weights",
        "archdsl.elaborate.definitions.normalising",
        "archir.sizes.products",
        "archdsl.elaborate.bodies.raw",
        "archdsl.elaborate.values.size_logic",
    }
    assert not (checking | summing) & elsewhere


def problems(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith(("archdsl.rules.", "archir.rules."))}


def test_a_right_file_loads_no_problems(checking: set[str], summing: set[str]) -> None:
    assert not problems(checking | summing)


def test_a_wrong_file_loads_its_problem(tmp_path: Path) -> None:
    file = tmp_path / "net.arch"
    file.write_text("model net() { input x: [N, 3] y = lineer(4) }", "utf-8")
    assert problems(after(f"import archc; archc.check({str(file)!r})"))


@pytest.mark.parametrize("package", [archdsl.rules, archir.rules])
def test_every_module_of_problems_is_an_attribute(package: object) -> None:
    path, name = package.__path__, package.__name__  # type: ignore[attr-defined]
    for module in iter_modules(path):
        if module.name != "small":  # what the examples of problems share
            assert getattr(package, module.name).__name__ == f"{name}.{module.name}"


def test_options_alone_need_click(checking: set[str], summing: set[str]) -> None:
    assert "click" not in checking | summing
    assert "click" in loaded("check", "--training", str(EXAMPLE))
