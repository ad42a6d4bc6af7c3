"""What ``archc.verify`` finds: what agrees, the first difference, and what proves nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

import archc

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
arch 1

model net(classes = 10) {
  input image: [N, 3, H = 16, W = 16]
  features: { conv(8, 3) -> batch_norm -> relu }
  global_avg_pool -> flatten -> dropout(0.5)
  head: linear(classes)
}
"""
SOURCE = archc.Source("net.arch", TEXT)


class Net(nn.Module):
    """The same in Python."""

    def __init__(
        self, classes: int = 10, p: float = 0.5, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        super().__init__()
        norm = nn.BatchNorm2d(8, eps=eps, momentum=momentum)
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), norm, nn.ReLU())
        self.dropout = nn.Dropout(p)
        self.head = nn.Linear(8, classes)

    def forward(self, image: Tensor) -> Tensor:
        pooled = nn.functional.adaptive_avg_pool2d(self.features(image), 1)
        result: Tensor = self.head(self.dropout(torch.flatten(pooled, 1)))
        return result


def verdicts(result: archc.VerifyResult) -> dict[str, str]:
    return {check.name: check.verdict for check in result.checks}


def details(result: archc.VerifyResult) -> dict[str, str]:
    return {check.name: check.detail for check in result.checks}


def apart(result: archc.VerifyResult) -> set[str]:
    return {check.name for check in result.checks if not check.holds}


ALL = [
    "keys",
    "shapes",
    "dtypes",
    "parameters",
    "initial weights",
    "eval outputs",
    "train outputs",
    "gradients",
    "running state",
]


def test_the_same_network_agrees_in_all() -> None:
    result = archc.verify(SOURCE, Net)
    assert verdicts(result) == dict.fromkeys(ALL, "agree")
    assert result.ok and bool(result)
    assert result.model == "net" and result.against == "Net"
    assert result.inputs == ("image [2, 3, 16, 16]",)
    assert details(result)["parameters"] == f"{sum(p.numel() for p in Net().parameters()):,}"
    assert str(result).endswith("\nall agree")


def test_other_arguments_settings_and_sizes() -> None:
    result = archc.verify(SOURCE, Net, arguments={"classes": 3}, classes=3, sizes={"H": 7})
    assert result.ok and result.inputs == ("image [2, 3, 7, 16]",)
    assert archc.verify(SOURCE, Net, "net", settings={"classes": 10}, seed=2**40).ok


def test_sizes_at_which_the_model_does_not_train() -> None:
    result = archc.verify(SOURCE, Net, sizes={"N": 1, "H": 3, "W": 3})
    assert apart(result) == {"train outputs", "gradients"}
    said = details(result)["train outputs"]
    assert verdicts(result)["train outputs"] == "not compared"
    assert said.startswith("it does not train: ")


def test_random_numbers_of_the_caller_stay_as_they_were() -> None:
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    archc.verify(SOURCE, Net)
    assert torch.equal(torch.rand(3), expected)


def test_other_shapes_end_the_comparison() -> None:
    result = archc.verify(SOURCE, Net, arguments={"classes": 3})
    assert apart(result) == {"shapes", "parameters", *ALL[4:8]}
    assert details(result)["shapes"] == "head.weight is [10, 8] here, [3, 8] there; 2 keys differ"
    assert details(result)["parameters"] == "330 here, 267 there"
    assert verdicts(result)["eval outputs"] == "not compared"


class Renamed(Net):
    """Other names, the same network."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = self.head
        del self.head

    def forward(self, image: Tensor) -> Tensor:
        pooled = nn.functional.adaptive_avg_pool2d(self.features(image), 1)
        result: Tensor = self.fc(self.dropout(torch.flatten(pooled, 1)))
        return result


def test_other_names_differ_and_the_rest_is_compared_by_position() -> None:
    result = archc.verify(SOURCE, Renamed)
    assert apart(result) == {"keys"}
    said = details(result)["keys"]
    assert said == (
        "9 here, 9 there; 2 are here alone, 2 there alone, "
        "the first at 8: head.weight here, fc.weight there"
    )


class Reordered(Net):
    """The same keys in another order: the weights are drawn in another one, too."""

    def __init__(self) -> None:
        super().__init__()
        self.add_module("features", self._modules.pop("features"))


def test_another_order_of_keys_is_told_as_such() -> None:
    result = archc.verify(SOURCE, Reordered)
    assert apart(result) == {"keys"}
    assert details(result)["keys"].startswith("9, but in another order, the first at 1: ")


class OtherStart(Net):
    def __init__(self) -> None:
        super().__init__()
        nn.init.zeros_(self.head.bias)


def test_other_initial_weights_differ_and_the_outputs_do_not() -> None:
    result = archc.verify(SOURCE, OtherStart)
    assert apart(result) == {"initial weights"}
    assert details(result)["initial weights"].startswith("head.bias: 10 of 10 numbers, by up to ")


class OtherEpsilon(Net):
    def __init__(self) -> None:
        super().__init__(eps=1e-3)


class OtherDropout(Net):
    def __init__(self) -> None:
        super().__init__(p=0.4)


class OtherMomentum(Net):
    def __init__(self) -> None:
        super().__init__(momentum=0.01)


class Detached(Net):
    def forward(self, image: Tensor) -> Tensor:
        pooled = nn.functional.adaptive_avg_pool2d(self.features(image), 1).detach()
        result: Tensor = self.head(self.dropout(torch.flatten(pooled, 1)))
        return result


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (OtherEpsilon, {"eval outputs", "train outputs", "gradients"}),
        (OtherDropout, {"train outputs", "gradients"}),
        (OtherMomentum, {"running state"}),
        (Detached, {"gradients"}),
    ],
)
def test_each_difference_is_seen_where_it_is(
    other: Callable[[], nn.Module], expected: set[str]
) -> None:
    result = archc.verify(SOURCE, other)
    assert apart(result) == expected
    assert all(verdicts(result)[name] == "differ" for name in expected)


def test_a_missing_gradient_is_named() -> None:
    said = details(archc.verify(SOURCE, Detached))["gradients"]
    assert said == "features.0.weight has one here and none there"


class Raising(Net):
    def forward(self, image: Tensor) -> Tensor:
        raise RuntimeError(f"not today\n{image.shape}")


def test_a_forward_that_raises_is_a_difference() -> None:
    result = archc.verify(SOURCE, Raising)
    assert apart(result) == {"eval outputs", "train outputs", "gradients"}
    said = "there raises RuntimeError: not today, and the other runs"
    assert details(result)["eval outputs"] == said
    assert verdicts(result)["gradients"] == "not compared"


class Texts(Net):
    def forward(self, image: Tensor) -> Any:
        return str(image.shape)


def test_an_output_that_is_no_tensor_is_told() -> None:
    said = details(archc.verify(SOURCE, Texts))["eval outputs"]
    assert said == "there a str came back, which is no tensor, and the other runs"


def test_networks_without_weights() -> None:
    source = archc.Source("m.arch", "model m() {\n input x: [N, 3, H = 4]\n relu\n}")
    assert archc.verify(source, "torch.nn.ReLU").ok
    assert apart(archc.verify(source, nn.Tanh)) == {"eval outputs", "train outputs"}


# --- several outputs ------------------------------------------------------------------------------

TWO = archc.Source(
    "two.arch",
    """\
model two() {
  input image: [N, 3, H = 8, W = 8]
  trunk: conv(4, 3) as kept
  a: conv(5, 1) as left
  kept -> b: conv(6, 1) as right
  output left = left
  output right = right when training
}
""",
)


class Both(NamedTuple):
    left: Tensor
    right: Tensor


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Conv2d(3, 4, 3)
        self.a = nn.Conv2d(4, 5, 1)
        self.b = nn.Conv2d(4, 6, 1)

    def forward(self, image: Tensor) -> Any:
        kept = self.trunk(image)
        return Both(self.a(kept), self.b(kept)) if self.training else self.a(kept)


class Swapped(Two):
    def forward(self, image: Tensor) -> Any:
        both = super().forward(image)
        return OrderedDict(right=both.right, left=both.left) if self.training else both


class OtherFields(Two):
    def forward(self, image: Tensor) -> Any:
        both = super().forward(image)
        return OrderedDict(left=both.left, middle=both.right) if self.training else both


class Doubled(Two):
    def forward(self, image: Tensor) -> Any:
        both = super().forward(image)
        return both._replace(right=2 * both.right) if self.training else both


def test_several_outputs_are_compared_field_by_field() -> None:
    result = archc.verify(TWO, Two)
    assert result.ok
    said = details(result)["train outputs"]
    assert said == "bit-equal, left [2, 5, 6, 6], right [2, 6, 6, 6]"


def test_fields_of_another_order_are_compared_by_name() -> None:
    assert archc.verify(TWO, Swapped).ok


def test_other_fields_and_values_are_named() -> None:
    said = details(archc.verify(TWO, OtherFields))["train outputs"]
    assert said == "left, right here, left, middle there"
    assert details(archc.verify(TWO, Doubled))["train outputs"].startswith("right: 432 of 432 ")


class Unnamed(Two):
    def forward(self, image: Tensor) -> Any:
        return tuple(super().forward(image)) if self.training else super().forward(image)


class UnnamedSwapped(Two):
    def forward(self, image: Tensor) -> Any:
        both = super().forward(image)
        return [both.right, both.left] if self.training else both


def test_a_plain_tuple_has_no_names_and_is_compared_by_position() -> None:
    result = archc.verify(TWO, Unnamed)
    assert result.ok
    said = details(result)["train outputs"]
    assert said == "bit-equal, left [2, 5, 6, 6], right [2, 6, 6, 6], by position"
    said = details(archc.verify(TWO, UnnamedSwapped))["train outputs"]
    assert said == "left: the shapes [2, 5, 6, 6] here and [2, 6, 6, 6] there"


# --- what proves nothing --------------------------------------------------------------------------


def doubled(x: Tensor) -> Tensor:
    for _ in range(200):
        x = x + x
    return x


@pytest.mark.parametrize(
    ("tail", "function", "why"),
    [
        ("softmax(1)", lambda x: x.softmax(1), "the same number everywhere"),
        ("repeat 200 { add [_, _] }", doubled, "is not finite"),
    ],
)
def test_what_proves_nothing_is_not_called_agreement(
    tail: str, function: Callable[[Tensor], Tensor], why: str
) -> None:
    text = f"model m() {{\n input x: [N, 3, H = 4, W = 4]\n conv: conv(1, 1)\n {tail}\n}}"

    class Module(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            return function(self.conv(x))

    result = archc.verify(archc.Source("m.arch", text), Module)
    assert not result.ok
    assert verdicts(result)["eval outputs"] == "unclear"
    assert why in details(result)["eval outputs"]


# --- what cannot be compared with -----------------------------------------------------------------


def returns_three() -> int:
    return 3


def raises() -> nn.Module:
    raise ValueError("no such thing\nas this")


@pytest.mark.parametrize(
    ("against", "message"),
    [
        (returns_three, r"returns_three\(\) returns an int, not a torch.nn.Module"),
        (raises, r"raises\(\) raises ValueError: no such thing$"),
        ("torch.nn.Linea", "torch.nn has no Linea\ndid you mean torch.nn.Linear?"),
        ("torch.n.Linear", "torch has no n"),
        ("torhc.nn.Linear", "there is no Python module torhc\ndid you mean torch?"),
        ("torch.nn.Linear", r"torch.nn.Linear\(\) raises TypeError: .*missing"),
        ("torch.pi.real", "is no callable: it is a float"),
        ("torch.__version__", "is no callable"),
    ],
)
def test_what_cannot_be_made_is_told(against: Any, message: str) -> None:
    with pytest.raises(archc.ToolError, match=message):
        archc.verify(SOURCE, against)


def test_a_module_in_the_place_of_what_makes_it() -> None:
    with pytest.raises(archc.ToolError, match=r"^Net is a module already"):
        archc.verify(SOURCE, Net())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"against": 3}, "^against is a callable or the name of one, not 3$"),
        ({"arguments": [3]}, r"^arguments are a dict, .* not \[3\]$"),
        ({"sizes": [30]}, r'^sizes are a dict, as \{"H": 64\}, not \[30\]$'),
        ({"sizes": {"H": "30"}}, "^the size H is a whole number, not '30'\ndid you mean 30.$"),
        ({"sizes": {"H": 30.0}}, "^the size H is a whole number, not 30.0\ndid you mean 30.$"),
        ({"sizes": {"H": True}}, "^the size H is a whole number, not True$"),
        ({"seed": "x"}, "^a seed is a whole number, not 'x'$"),
    ],
)
def test_a_wrong_call_names_the_argument(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        archc.verify(SOURCE, given.pop("against", Net), **given)


def test_an_unknown_argument_brings_the_nearest() -> None:
    with pytest.raises(archc.ToolError, match=r"unexpected keyword argument(.|\n)*mean classes\?"):
        archc.verify(SOURCE, Net, arguments={"clases": 3})


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"h": 3}, "the model has no size h"),
        ({"H": 0}, "the size H is 0"),
        ({"H": 2}, r"kernel-does-not-fit(.|\n)*net.arch:5:"),
    ],
)
def test_sizes_that_the_model_does_not_take(sizes: dict[str, int], message: str) -> None:
    with pytest.raises(archc.ArchError, match=message):
        archc.verify(SOURCE, Net, sizes=sizes)


@pytest.mark.parametrize("name", ["vgg16", "", "torch..nn", "torch.nn.Linear()", "a b.c", ":x"])
def test_what_is_no_name_is_not_imported(name: str) -> None:
    with pytest.raises(archc.ArchError, match=r"is named package\.module\.name"):
        archc.verify(SOURCE, name)


def test_a_module_that_fails_while_it_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "fails_once.py").write_text("1 / 0\n", "utf-8")
    (tmp_path / "exits_once.py").write_text("raise SystemExit(3)\n", "utf-8")
    (tmp_path / "lacks_once.py").write_text("import nowhere_to_be_found\n", "utf-8")
    for module, said in (
        ("fails_once", "ZeroDivisionError: division by zero"),
        ("exits_once", "SystemExit: 3"),
        ("lacks_once", "No module named 'nowhere_to_be_found'"),
    ):
        with pytest.raises(archc.ToolError, match=f"{module} cannot be imported: .*{said}"):
            archc.verify(SOURCE, f"{module}.net")
