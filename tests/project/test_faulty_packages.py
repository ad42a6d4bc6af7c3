"""Packages that add ops and are at fault: told by name, never as the user's or our own error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import archc
from archir.catalogue import announced, packages

BASE = """
from typing import Annotated, Literal
from archc.ops import *
from pydantic import Field, field_validator, model_validator

class Good(Op):
    '''Does nothing.'''
    keyword = "good"
    def infer(self, inputs, check):
        return inputs
    def recipe(self, inputs):
        return ModuleRecipe(Call("nn.Identity"))
"""

CLASSES = {
    "nameless": ("class X(Op):\n  pass", "has no keyword"),
    "other_name": ("class X(Good):\n  keyword = 'another'", "announced as other_name, and the"),
    "not_an_op": ("class X:\n  keyword = 'not_an_op'", "does not derive from archc.ops.Op"),
    "a_function": ("def X(): pass", "of type function that does not derive from archc.ops.Op"),
    "the_base": ("X = Op", "does not derive from archc.ops.Op"),
    "no_infer": (
        "class X(Op):\n  keyword = 'no_infer'\n  recipe = Good.recipe",
        "has no shape rule (the method infer)",
    ),
    "no_recipe": (
        "class X(Op):\n  keyword = 'no_recipe'\n  infer = Good.infer",
        "has no recipe (the method recipe)",
    ),
    "weights_list": ("class X(Good):\n  keyword = 'weights_list'\n  weights = ['w']", "no tuple"),
    "odd_arity": ("class X(Good):\n  keyword = 'odd_arity'\n  arity = 'two'", "arity of"),
    "odd_type": (
        "class X(Good):\n  keyword = 'odd_type'\n  a: dict[str, int] = Field({})",
        "the argument a has a type that the language has not",
    ),
    "unknown_type": (
        "class X(Good):\n  keyword = 'unknown_type'\n  a: 'Nothing' = 1",
        "the declaration of X is wrong",
    ),
    "made_default": (
        "class X(Good):\n  keyword = 'made_default'\n  a: int = Field(default_factory=int)",
        "the default of a is made by a function",
    ),
}
"""What is wrong with a declaration, and the words for it."""

METHODS = {
    "infer_raises": ("infer", "raise KeyError('oh')", "its infer raises KeyError: 'oh'"),
    "infer_number": ("infer", "return 3", "its infer gives 3: not a tuple of types"),
    "infer_nothing": ("infer", "return None", "no type, though it reports no problem"),
    "infer_empty": ("infer", "return ()", "its infer gives (): not a tuple of types"),
    "infer_shapes": ("infer", "return ((1, 2),)", "(1, 2) is no TensorType"),
    "infer_zero": ("infer", "return (TensorType((0, 2)),)", "a dim is a number of at least 1"),
    "infer_float": ("infer", "return (TensorType((1.5,)),)", "a dim is a number of at least 1"),
    "infer_dtype": ("infer", "return (TensorType((2,), 'half'),)", "'half' is none of float32"),
    "infer_report": ("infer", "check.report('no'); return None", "'no', which is no Problem"),
    "macs_raises": ("macs", "return 1 / 0", "its macs raises ZeroDivisionError"),
    "macs_negative": ("macs", "return -1", "its macs gives -1: not a number of at least 0"),
    "reads_raises": ("dependence", "return edge[0]", "its dependence raises TypeError"),
    "reads_short": (
        "dependence",
        "return (WHOLE,)",
        "one access for each of the 4 dims of the input",
    ),
    "reads_text": (
        "dependence",
        "return ('all',) * 4",
        "'all' is no Taps, WHOLE, Folded, Parted or",
    ),
    "reads_dim": (
        "dependence",
        "return (same(7),) * 4",
        "the output has no such dim as Taps(dim=7",
    ),
    "reads_tap": (
        "dependence",
        "return (Taps(0, 1, ((0, 0, 1),)),) * 4",
        "a tap is None, or the first place, how many are read, and how far apart",
    ),
    "parameters_list": ("parameters", "return []", "its parameters gives []: not a tuple"),
    "parameters_name": (
        "parameters",
        "return (ParameterSpec('w', (1,)),)",
        "'w' is not among the weights",
    ),
    "parameters_raise": ("parameters", "raise OSError", "its parameters raises OSError"),
    "recipe_raises": ("recipe", "return inputs[3]", "its recipe raises IndexError"),
    "recipe_nothing": ("recipe", "return None", "neither a ModuleRecipe nor a FunctionRecipe"),
    "recipe_text": ("recipe", "return ModuleRecipe('nn.ReLU()')", "a module is made by a Call"),
    "recipe_name": (
        "recipe",
        "return ModuleRecipe(Call('os.system'))",
        "'os.system' is no nn.…, F.…, torch.…, .method or package.module:Name",
    ),
    "recipe_helper": ("recipe", "return ModuleRecipe(Call('helpers.X'))", "'helpers.X' is no nn."),
    "recipe_argument": (
        "recipe",
        "return ModuleRecipe(Call('nn.ReLU', (Arg('p'),)))",
        "the op has no argument 'p'",
    ),
    "recipe_input": (
        "recipe",
        "return ModuleRecipe(Call('nn.ReLU', (Input(),)))",
        "a module is made before there is an Input",
    ),
    "recipe_function": ("recipe", "return FunctionRecipe(Input())", "says is_module = False"),
    "recipe_object": (
        "recipe",
        "return ModuleRecipe(Call('nn.ReLU', (object(),)))",
        "is no part of a recipe",
    ),
}
"""What is wrong with a method, and the words for it."""

TORCH = {
    "no_module": ("no_such_module.x:Y", "No module named 'no_such_module'"),
    "no_class": ("faulty:Nothing", "importing what its recipe names fails with AttributeError"),
    "wrong_call": ("faulty:takes_one", "calling faulty:takes_one"),
    "no_nn_module": ("faulty:gives_three", "makes a int, and not a torch.nn.Module"),
}
"""What only shows when the module is made."""


SIGNATURES = {"infer": "inputs, check", "macs": "inputs, outputs", "dependence": "edge"}


def methods() -> Iterator[str]:
    for keyword, (method, body, _) in METHODS.items():
        takes = SIGNATURES.get(method, "inputs")
        yield f"class {keyword}(Good):\n  keyword = {keyword!r}\n  def {method}(self, {takes}):"
        yield f"    {body}"
    for keyword, (function, _) in TORCH.items():
        yield f"class {keyword}(Good):\n  keyword = {keyword!r}\n  def recipe(self, inputs):"
        yield f"    return ModuleRecipe(Call({function!r}))"


VALIDATED = """
class Validated(Good):
    keyword = "validated"
    heads: int = Field(2, description="heads")
    width: int = Field(8, description="width")

    @field_validator("heads")
    @classmethod
    def even(cls, value):
        if value == 13:
            raise KeyError("unlucky")
        if value % 2:
            raise ValueError("the number of heads is even")
        return value

    @model_validator(mode="after")
    def fits(self):
        if self.width % self.heads:
            raise ValueError(f"{self.width} is no multiple of {self.heads} heads")
        return self
"""

EXTRA = "def takes_one(x): pass\ndef gives_three(): return 3\n"


def package(site: Path, name: str, points: dict[str, str], version: str = "1.0") -> None:
    """An installed package without a wheel: its metadata alone."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8"
    )
    lines = "\n".join(f"{keyword} = {value}" for keyword, value in points.items())
    (info / "entry_points.txt").write_text(f"[archc.ops]\n{lines}\n", "utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    faulty = [BASE, *methods(), VALIDATED, EXTRA]
    (folder / "faulty.py").write_text("\n".join(faulty), "utf-8")
    points = {"good": "faulty:Good", "validated": "faulty:Validated"}
    points |= {keyword: f"faulty:{keyword}" for keyword in (*METHODS, *TORCH)}
    for keyword, (text, _) in CLASSES.items():
        (folder / f"declared_{keyword}.py").write_text(f"{BASE}\n{text}\n", "utf-8")
        points[keyword] = f"declared_{keyword}:X"
    for keyword, (text, _) in IMPORTS.items():
        (folder / f"imported_{keyword}.py").write_text(text, "utf-8")
        points[keyword] = f"imported_{keyword}:X"
    points["malformed"] = "faulty.Good"
    points["hidden_in_module"] = "faulty:Missing"
    points |= {"relu": "faulty:Good", "residual": "faulty:Good", "zeros": "faulty:Good"}
    points["Odd-name"] = "faulty:Good"
    package(folder, "faulty-ops", points)
    package(folder, "left-ops", {"twice": "faulty:Good"})
    package(folder, "right-ops", {"twice": "faulty:Good"}, "2.0")
    return folder


IMPORTS = {
    "raising": ("raise RuntimeError('boom')", "importing imported_raising fails with RuntimeError"),
    "lacking": ("import no_such_package", "No module named 'no_such_package'"),
    "leaving": ("import sys; sys.exit(0)", "importing imported_leaving fails with SystemExit: 0"),
    "unreadable": ("def", "importing imported_unreadable fails with SyntaxError"),
    "unannotated": (
        f"{BASE}\nclass X(Good):\n  keyword = 'unannotated'\n  size = 3\n",
        "importing imported_unannotated fails with TypeError: size has no type",
    ),
}


@pytest.fixture
def environment(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process with those packages installed."""
    monkeypatch.syspath_prepend(str(site))
    announced.announced.cache_clear()
    packages.load.cache_clear()
    yield
    announced.announced.cache_clear()
    packages.load.cache_clear()


def net(stage: str) -> archc.Source:
    text = f"model m() {{\n  input x: [N, 3, H = 8, W = 8]\n  {stage}\n}}\n"
    return archc.Source("net.arch", text)


WRONG = {
    **{keyword: words for keyword, (_, words) in (CLASSES | IMPORTS).items()},
    **{keyword: words for keyword, (_, _, words) in METHODS.items()},
    "malformed": 'announced as "faulty.Good", and not as package.module:Class',
    "hidden_in_module": "faulty has no Missing",
}


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("keyword", WRONG)
def test_each_fault_is_named(keyword: str) -> None:
    with pytest.raises(archc.OwnOpError) as caught:
        result = archc.check(net(keyword))
        assert result.ok, "the user is not blamed"
        archc.source(net(keyword))
        archc.diagram(net(keyword))
        archc.load(net(keyword))
        _ = [archc.diagram(net(keyword)), result.models[0]]
        _macs(keyword)
    said = str(caught.value)
    assert said.startswith(f"the op {keyword} of the package faulty-ops 1.0 cannot be used: ")
    assert WRONG[keyword] in said and "\n" not in said
    assert "faulty-ops" in caught.value.hint


def _macs(keyword: str) -> None:
    """The cost and the dependence, of which these calls make no use."""
    from archir.catalogue.registry import ops
    from archir.op.dependence import Edge
    from archir.shapes.types import TensorType

    given = (TensorType((1, 3, 8, 8)),)
    made = ops()[keyword]()
    made.macs(given, given)
    made.dependence(Edge(given, given))


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("keyword", TORCH)
def test_what_shows_when_the_module_is_made(keyword: str) -> None:
    assert archc.check(net(keyword)).ok
    with pytest.raises(archc.OwnOpError) as caught:
        archc.load(net(keyword))
    assert str(caught.value).startswith(f"the op {keyword} of the package faulty-ops 1.0 ")
    assert TORCH[keyword][1] in str(caught.value)


@pytest.mark.usefixtures("environment")
def test_a_name_of_two_packages_is_nobodys() -> None:
    with pytest.raises(archc.OwnOpError, match=r"left-ops 1\.0 and right-ops 2\.0"):
        archc.check(net("twice"))


@pytest.mark.usefixtures("environment")
def test_our_own_ops_and_words_come_first() -> None:
    text = archc.source(net("relu"))
    assert "nn.ReLU()" in text and "Identity" not in text
    assert archc.check(net("conv(3, 1) with bias = zeros")).ok
    assert archc.check(net("residual { good }")).ok


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("validated(3)", "validated: the number of heads is even"),
        ("validated(4, 6)", "validated: 6 is no multiple of 4 heads"),
        ('validated("a")', "heads of validated must be an integer"),
    ],
)
def test_refusals_of_a_packages_own(stage: str, words: str) -> None:
    result = archc.check(net(stage))
    (found,) = result.diagnostics
    assert found.problem.message().startswith(words)


@pytest.mark.usefixtures("environment")
def test_a_validator_that_fails_is_the_packages() -> None:
    with pytest.raises(archc.OwnOpError, match="checking its arguments raises KeyError"):
        archc.check(net("validated(13)"))


@pytest.mark.usefixtures("environment")
def test_near_names_of_packages_are_suggested_without_importing_them() -> None:
    (found,) = archc.check(net("raisin")).diagnostics
    assert found.problem.hint() == "did you mean raising?"


def run(site: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ours = [str(Path(path).absolute()) for path in sys.path if path]
    environ["PYTHONPATH"] = os.pathsep.join([str(site), *ours])
    command = [sys.executable, "-m", "archc", *words]
    return subprocess.run(
        command,
        cwd=site,
        env={**os.environ, **environ},
        input=net("infer_raises").text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_ends_with_3_and_says_where_on_demand(site: Path) -> None:
    done = run(site, "check", "-")
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert done.stderr.startswith("error: the op infer_raises of the package faulty-ops 1.0 ")
    shown = run(site, "check", "-", ARCHC_TRACEBACK="1")
    assert shown.returncode == 3 and "KeyError: 'oh'" in shown.stderr
    assert "Traceback" in shown.stderr and "faulty.py" in shown.stderr


def test_a_fault_in_one_file_leaves_the_others_checked(site: Path, tmp_path: Path) -> None:
    files = [str(tmp_path / f"{name}.arch") for name in "abc"]
    for file, stage in zip(files, ("relu", "infer_raises", "conv(8, 9)"), strict=True):
        Path(file).write_text(net(stage).text, "utf-8")
    done = run(site, "check", *files)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["m", "ok"], ["m", "wrong"]]
    first, second = done.stderr.split("error", 2)[1:]
    assert first.startswith(f": {files[1]}: the op infer_raises of the package faulty-ops 1.0 ")
    assert "c.arch" in second and "kernel" in second
    document = json.loads(run(site, "check", *files, "--format", "json").stdout)
    assert [model["file"] for model in document["models"]] == [files[0], files[2]]
    assert len(document["diagnostics"]) == 1


def test_the_list_shows_all_faults(site: Path) -> None:
    done = run(site, "ops", "--format", "json")
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)
    good = [op["keyword"] for op in listed["ops"] if op["package"] == "faulty-ops"]
    assert good == sorted(["good", "validated", *METHODS, *TORCH])
    faults = {fault["keyword"]: fault["message"] for fault in listed["faults"]}
    for keyword, (_, words) in (CLASSES | IMPORTS).items():
        assert words in faults[keyword]
    assert "an op of archc itself" in faults["relu"]
    assert "a word of the language" in faults["residual"]
    assert "a word of the language" in faults["zeros"]
    assert "small letters" in faults["Odd-name"]
    assert "left-ops 1.0 and right-ops 2.0" in faults["twice"]


def test_the_list_for_people_and_one_op(site: Path) -> None:
    done = run(site, "ops")
    assert done.returncode == 0 and "Announced by packages, and of no use" in done.stdout
    assert "faulty-ops 1.0\n  good\n      Does nothing.\n" in done.stdout
    assert run(site, "ops", "good").returncode == 0
    assert run(site, "ops", "raising").returncode == 3
    assert run(site, "ops", "goood").returncode == 2


def test_metadata_that_cannot_be_read(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise UnicodeError("not text")

    announced.announced.cache_clear()
    monkeypatch.setattr("importlib.metadata.entry_points", fails)
    with pytest.raises(archc.OwnOpError, match="metadata of the installed packages"):
        archc.check(net("nothing_known"))
    assert archc.check(net("relu")).ok, "what needs no package does not notice"
    announced.announced.cache_clear()
