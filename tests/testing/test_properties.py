"""The aids for properties of one's own architecture, used as their page shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from torch import Tensor, nn

import archc
from archc.testing import for_all, networks, valid_sizes, variants
from archc.testing.family import Variant
from archc.testing.generator import Project

NET = archc.Source(
    "net.arch",
    """
    fn twice(n) = 2 * n

    block Unit(width, norm: op) { conv(width, 3, padding = 1) -> norm -> relu }

    model net(
      width: int in twice(2)..7 = 6, groups: int in [1, 2, 3] = 1, deep: bool = false,
      norm: op in [batch_norm, instance_norm(affine = true), identity] = identity,
      rate: float in 0.0..0.5 = 0.5, classes = 10,
    ) {
      input image: [N, 3, H = 32, W = 32]
      assert width % groups == 0, "{width} channels cannot be split into {groups} groups"
      Unit(width, norm)
      if deep { max_pool(2) -> conv(width, 3, groups = groups, padding = 1) }
      global_avg_pool -> dropout(rate) -> linear(classes)
    }

    model wide = net(width = 6)
    model any_number(depth: int in 1..3) {
      input image: [N, 3, L = 8]
      repeat depth { conv(4, 2) }
    }
    """,
)


def drawn(
    strategy: st.SearchStrategy[Variant], most: int = 150
) -> list[tuple[str, dict[str, Any]]]:
    """What is drawn: each variant once."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}

    @settings(max_examples=most, database=None, derandomize=True)
    @given(strategy)
    def draw(variant: Variant) -> None:
        found[repr(variant)] = (variant.model, dict(variant.arguments))

    draw()
    return list(found.values())


def test_all_models_are_drawn_with_all_that_their_domains_allow() -> None:
    seen = drawn(variants(NET))
    assert {model for model, _ in seen} == {"net", "wide"}  # the third lacks an argument
    plain = [arguments for model, arguments in seen if model == "net"]
    assert {each["width"] for each in plain} == set(range(4, 8))
    assert {each["groups"] for each in plain} == {1, 2, 3}
    assert {each["deep"] for each in plain} == {False, True}
    norms = {each["norm"].text for each in plain}
    assert norms == {"batch_norm", "instance_norm(affine = true)", "identity"}
    assert all(0 <= each["rate"] <= 0.5 for each in plain)
    assert all("classes" not in each for each in plain), "it has no domain, and keeps its default"


def test_a_variant_leaves_open_what_it_does_not_fill_in() -> None:
    assert all("width" not in arguments for model, arguments in drawn(variants(NET, "wide")))


def test_what_the_file_refuses_is_not_drawn() -> None:
    for model, arguments in drawn(variants(NET)):
        width = 6 if model == "wide" else arguments["width"]
        assert width % arguments["groups"] == 0


def test_a_domain_over_a_limit_is_said_where_the_variant_is_used() -> None:
    """Here what a domain may be is asked before anything is built."""
    text = (
        "model net(a: int in [i for i in range(10 ** 6)] = 1, b: bool = true) { input x: [N, 1] }"
    )
    strategy = variants(archc.Source("net.arch", text))
    found = {name for _, arguments in drawn(strategy) for name in arguments}
    assert found == {"b"}
    with pytest.raises(archc.ArchError, match="steps"):
        _ = find(strategy, lambda _: True).typed


def test_keywords_give_values_or_strategies() -> None:
    seen = drawn(variants(NET, "net", width=6, classes=st.integers(1, 2)))
    assert {each["width"] for _, each in seen} == {6}
    assert {each["classes"] for _, each in seen} == {1, 2}


def test_a_model_without_all_values_is_drawn_when_it_is_named() -> None:
    assert {each["depth"] for _, each in drawn(variants(NET, "any_number"))} == {1, 2, 3}


def test_a_file_that_is_wrong_for_some_arguments_is_found_out() -> None:
    text = archc.Source(
        "wrong.arch",
        "model m(k: int in 1..5 = 3) {\n  input x: [N, 3, L = 4]\n  conv(2, k)\n}\n",
    )

    @for_all(text)
    def runs(net: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        net(*inputs)

    with pytest.raises(archc.ArchError) as refused:
        runs()
    [problem] = refused.value.diagnostics
    assert problem.problem.name == "kernel-does-not-fit"


def test_names_that_no_model_has_are_refused() -> None:
    with pytest.raises(archc.SettingError, match=r"(?s)parameter widht.*did you mean width"):
        variants(NET, widht=3)


@pytest.mark.parametrize("model", [(), ("net",)])
def test_a_value_that_no_domain_has_is_refused(model: tuple[str, ...]) -> None:
    with pytest.raises(
        archc.ArchError, match=r"width of net is in twice\(2\)\.\.7, and is given 9"
    ):
        variants(NET, *model, width=9)
    with pytest.raises(archc.ArchError, match=r"groups of net is in .1, 2, 3.*is given 4"):
        for_all_of(NET, groups=4)()


def for_all_of(file: archc.Source, **values: Any) -> Any:
    @for_all(file, **values)
    def test_is_right(net: nn.Module) -> None: ...

    return test_is_right


def test_a_value_that_one_domain_has_is_none_of_the_others() -> None:
    two = archc.Source(
        "two.arch",
        "model a(w: int in [2, 4]) {\n  input x: [N, 3, L = 4]\n  conv(w, 1)\n}\n"
        "model b(w: int in 5..9) {\n  input x: [N, 3, L = 4]\n  conv(w, 1)\n}\n",
    )
    assert drawn(variants(two, w=5)) == [("b", {"w": 5})]
    with pytest.raises(archc.ArchError, match="is given 3"):
        variants(two, w=3)


def test_a_mistake_of_one_variant_says_of_which() -> None:
    wrong = archc.Source(
        "bad.arch",
        "model bad(w: int in 2..3 = 2) {\n"
        "  input x: [N, 3, H = 8]\n  conv(w, 3) -> conv(4, 3, groups = 2)\n}\n",
    )
    with pytest.raises(archc.ArchError) as refused:
        for_all_of(wrong)()
    notes = "\n".join(refused.value.__notes__)
    assert "tried with: archc build bad.arch --model bad --set w=3" in notes
    assert "object at 0x" not in notes


def test_sizes_that_are_none_say_of_which_variant() -> None:
    text = "model k() {\n  input x: [N, 3, L = 4]\n  conv(2, 3)\n}\n"
    with pytest.raises(ValueError, match="no valid size is within") as refused:
        for_all_of(archc.Source("k.arch", text), max_size={"L": 2})()
    assert "tried with: archc build k.arch --model k" in "\n".join(refused.value.__notes__)


def run(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest on a file of tests of a user's."""
    (folder / "unit.arch").write_text(
        "model unit(w: int in 1..2 = 1) {\n  input x: [N, 3, L = 4]\n  conv(w, 1)\n}\n", "utf-8"
    )
    imports = "import pytest\nfrom hypothesis import settings\nfrom archc.testing import for_all\n"
    (folder / "test_unit.py").write_text(imports + text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", *words]
    # What this run of the tests was told, such as a folder for its cache, is not for that one.
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return subprocess.run(
        [*command, "test_unit.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


OF_A_USER = """
@for_all("unit.arch", max_examples=2)
@pytest.mark.skip(reason="not now")
def test_skipped(net): assert 0

@for_all("unit.arch", max_examples=2)
@pytest.mark.xfail(strict=True)
def test_expected(net): assert 0

@for_all("unit.arch", max_examples=2)
@pytest.mark.parametrize("k", [1, 2])
def test_for_each(net, k): assert k in (1, 2)

@pytest.mark.parametrize("k", [1, 2])
@for_all("unit.arch", max_examples=2)
def test_above(net, k): assert k in (1, 2)

@pytest.fixture(scope="module")
def case(): return "mine"

@for_all("unit.arch", max_examples=2)
def test_a_fixture_named_case(net, case): assert case == "mine"

seen = []

@for_all("unit.arch")
@settings(max_examples=1)
def test_settings_below(net): seen.append(net)

def test_they_hold(): assert len(seen) == 1
"""


def test_what_stands_on_a_test_holds_on_both_sides(tmp_path: Path) -> None:
    done = run(tmp_path, OF_A_USER, "-W", "error")
    assert done.stdout.splitlines()[-1].startswith("7 passed, 1 skipped, 1 xfailed"), done.stdout


WRONG_BESIDE = """
@for_all("nowhere.arch")
def test_a_file_that_is_not_there(net): ...

@for_all("unit.arch", "unti")
def test_a_model_that_is_not_there(net): ...

@for_all("unit.arch", v=3)
def test_a_keyword_that_is_not_there(net): ...

@for_all("unit.arch", max_size={"H": 3})
def test_a_size_that_is_not_there(net): ...

@for_all("unit.arch")
def test_right(net): ...
"""


def test_what_is_wrong_with_one_test_is_not_with_the_others(tmp_path: Path) -> None:
    done = run(tmp_path, WRONG_BESIDE)
    assert done.stdout.splitlines()[-1].startswith("4 failed, 1 passed"), done.stdout
    for words in ("nowhere.arch: no such file", "did you mean unit?", "has a parameter v to set"):
        assert words in done.stdout


def test_sizes_are_valid_and_bounded() -> None:
    unet = Path(__file__).resolve().parents[2] / "examples" / "unet.arch"
    strategy = valid_sizes(unet, max_size={"H": 48})
    seen: set[tuple[int, ...]] = set()

    @settings(max_examples=60, database=None, derandomize=True)
    @given(strategy)
    def draw(sizes: dict[str, int]) -> None:
        seen.add(tuple(sizes.values()))

    draw()
    assert {h for _, h, _ in seen} == {16, 32, 48}
    assert {w for _, _, w in seen} == {16, 32, 48, 64}
    assert {n for n, _, _ in seen} == {1, 2, 3}


def test_sizes_for_training() -> None:
    text = archc.Source(
        "bn.arch", "model m() {\n  input x: [N, 3, L = 4]\n  conv(2, 3) -> batch_norm\n}\n"
    )
    least = find(valid_sizes(text, training=True), lambda sizes: sizes["N"] == 1)
    assert least == {"N": 1, "L": 4}, "batch norm needs more than one value a channel"
    assert find(valid_sizes(text), lambda sizes: sizes["N"] == 1) == {"N": 1, "L": 3}


@for_all(NET, classes=st.integers(1, 3), max_examples=20)
def test_what_a_test_may_take(
    net: nn.Module,
    inputs: tuple[Tensor, ...],
    sizes: dict[str, int],
    variant: Variant,
    pytestconfig: pytest.Config,
) -> None:
    [image] = inputs
    assert not net.training
    assert tuple(image.shape) == (sizes["N"], 3, sizes["H"], sizes["W"])
    assert net(image).shape == (sizes["N"], variant.arguments["classes"])
    assert pytestconfig is not None


class TestMethods:
    @for_all(NET, "wide", training=True, max_examples=3)
    def test_of_a_class(self, net: nn.Module) -> None:
        assert net.training


def test_a_property_takes_something() -> None:
    with pytest.raises(TypeError, match="takes none of net, inputs, sizes, variant"):

        @for_all(NET)
        def test_nothing() -> None: ...


def test_a_failure_says_how_to_build_the_variant() -> None:
    @for_all(NET, "net", max_examples=400)
    def is_narrow(variant: Variant) -> None:
        assert variant.arguments["width"] != 7

    with pytest.raises(AssertionError) as failed:
        is_narrow()
    notes = "\n".join(failed.value.__notes__)
    assert "archc build net.arch --model net --set width=7" in notes
    assert not isinstance(failed.value, HypothesisException)


@settings(max_examples=20)
@given(networks())
def test_networks_have_a_model_and_an_answer(project: Project) -> None:
    assert f"model {project.model}" in "".join(project.files.values())
    if len(project.files) == 1:
        result = archc.check(archc.Source("main.arch", project.main))
        assert result.models or result.failed or result.errors or project.parameters
