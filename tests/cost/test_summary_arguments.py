"""Arguments of ``archc.summary`` that cannot be: each is an error with a name, and says what is."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest

import archc

NET = archc.Source(
    "net.arch",
    """\
model net(classes = 10) {
  input image: [N, 3, H = 32, W = 32]
  stem: conv(8, 3) -> relu
  global_avg_pool -> flatten -> head: linear(classes)
}
""",
)
MACS = 30 * 30 * 8 * 27 + 8 * 10

Given: TypeAlias = "tuple[dict[str, Any], str]"

TOO_SMALL: list[Given] = [
    ({"batch": 0}, "the batch is 0, and a batch is at least 1"),
    ({"batch": -3}, "the batch is -3, and a batch is at least 1"),
    ({"sizes": {"N": 0}}, "the size N is 0, and a size is at least 1"),
    ({"sizes": {"H": -5}}, "the size H is -5, and a size is at least 1"),
    ({"sizes": {"H": -(10**5000)}}, "the size H is negative, and a size is at least 1"),
    ({"batch": 10**18}, "the batch has more than 18 digits, and no tensor is so large"),
    ({"sizes": {"H": 10**5000}}, "the size H has more than 18 digits, and no tensor is so large"),
]
WRONG_TYPE: list[Given] = [
    ({"batch": True}, "the batch is a whole number, not True"),
    ({"batch": "4"}, "the batch is a whole number, not '4'\ndid you mean 4?"),
    ({"batch": 2.0}, "the batch is a whole number, not 2.0\ndid you mean 2?"),
    ({"batch": 2.5}, "the batch is a whole number, not 2.5"),
    ({"sizes": {"H": "64"}}, "the size H is a whole number, not '64'\ndid you mean 64?"),
    ({"sizes": {"H": 64.0}}, "the size H is a whole number, not 64.0\ndid you mean 64?"),
    ({"sizes": {"H": None}}, "the size H is a whole number, not None"),
    ({"sizes": {1: 64}}, "the name of a size is a string, not 1"),
    ({"sizes": [64]}, 'sizes are a dict, as {"H": 64}, not [64]'),
    ({"sizes": []}, 'sizes are a dict, as {"H": 64}, not []'),
]


@pytest.mark.parametrize(("given", "message"), TOO_SMALL)
def test_sizes_that_cannot_be(given: dict[str, Any], message: str) -> None:
    with pytest.raises(archc.SettingError) as raised:
        archc.summary(NET, **given)
    assert str(raised.value) == message


@pytest.mark.parametrize(("given", "message"), WRONG_TYPE)
def test_sizes_of_a_wrong_type(given: dict[str, Any], message: str) -> None:
    with pytest.raises(archc.SettingTypeError) as raised:
        archc.summary(NET, **given)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("given", "message"), [pair for pair in (*TOO_SMALL, *WRONG_TYPE) if "sizes" in pair[0]]
)
def test_a_check_refuses_the_same(given: dict[str, Any], message: str) -> None:
    with pytest.raises(archc.SettingError) as raised:
        archc.check(NET, **given)
    assert str(raised.value) == message


class Whole:
    """A number of another library, such as numpy's."""

    def __index__(self) -> int:
        return 2


def test_whole_numbers_of_other_libraries_are_taken() -> None:
    given: Any = Whole()
    assert archc.summary(NET, batch=given).totals.macs == 2 * MACS
    assert archc.summary(NET, sizes={"N": given}).sizes == {"N": 2, "H": 32, "W": 32}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dtype": "float23"}, "there is no dtype float23\ndid you mean float32?"),
        ({"dtype": None}, "the dtype is named by a string, not None\nthere are: float64, float32"),
        ({"optimizer": 3}, "the optimizer is named by a string, not 3\nthere are: sgd, sgd-mome"),
        ({"optimizer": "adamw"}, "there is no optimizer adamw\ndid you mean adam?"),
        ({"sizes": {"h": 3}}, "the model has no size h\ndid you mean H?"),
        ({"symbolic": True, "batch": 2}, "symbolic is for all sizes: it goes without sizes"),
        ({"size": {"H": 2}}, "size is of type dict; a setting is a number, "),
    ],
)
def test_other_arguments_that_cannot_be(given: dict[str, Any], message: str) -> None:
    with pytest.raises(archc.SettingError) as raised:
        archc.summary(NET, **given)
    assert str(raised.value).startswith(message)


def test_a_wrong_keyword_brings_the_nearest() -> None:
    for function in (archc.summary, archc.check):
        with pytest.raises(archc.SettingTypeError, match=r"\ndid you mean sizes\?$"):
            function(NET, size={"H": 2})  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(archc.SettingTypeError) as raised:
        archc.source(NET, size={"H": 2})  # type: ignore[arg-type]  # it has no sizes to mean
    assert "did you mean" not in str(raised.value)


def test_a_path_that_there_is_not_brings_the_nearest() -> None:
    summary = archc.summary(NET)
    for wrong, said in (("hed", "did you mean head?"), ("zzz", ".rows")):
        with pytest.raises(archc.UnknownPathError) as raised:
            summary.field(wrong)
        assert f"net has no module {wrong} that gives a value\n" in str(raised.value)
        assert said in str(raised.value)
    with pytest.raises(archc.SettingTypeError, match="the path of a module is a string, not 3"):
        summary.field(3)  # type: ignore[arg-type]


def test_fields_of_each_run() -> None:
    """Two convolutions of 3, one behind the other, see 3 and 5."""
    text = "model m() { input x: [N, 2, H = 9]\n module c = conv(2, 3)\n c -> relu -> c }\n"
    summary = archc.summary(archc.Source("m.arch", text))
    assert [[axis.size for axis in use] for use in summary.fields("c")] == [[3], [5]]
    assert summary.field("c") == summary.fields("c")[-1]
    assert len(summary.fields("")) == 1 and summary.field("")[0].size == 5


@pytest.mark.parametrize(
    ("depth", "message"),
    [
        (0, "the depth is 0, and a depth is at least 1"),
        (-1, "the depth is -1, and a depth is at least 1"),
        ("2", "the depth is a whole number, not '2'\ndid you mean 2?"),
    ],
)
def test_a_depth_begins_at_one(depth: Any, message: str) -> None:
    summary = archc.summary(NET)
    for ask in (summary.table, summary.text):
        with pytest.raises(archc.SettingError) as raised:
            ask(depth)
        assert str(raised.value) == message


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["flops"], "there is no column flops\ndid you mean macs?"),
        (["memry"], "there is no column memry\ndid you mean memory?"),
        (["op", ""], "no column is named\nthere are: layer, "),
        ([], "no column is asked for\nthere are: layer, "),
        ("macs", 'columns are a list, as ["layer", "macs"], not \'macs\''),
        (3, 'columns are a list, as ["layer", "macs"], not 3'),
        ([3], "the column is named by a string, not 3\nthere are: layer, "),
    ],
)
def test_columns_that_there_are_not(columns: Any, message: str) -> None:
    with pytest.raises(archc.SettingError) as raised:
        archc.summary(NET).text(columns=columns)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("error", "bases"),
    [
        (archc.SettingError, (archc.ArchError, ValueError)),
        (archc.SettingTypeError, (archc.SettingError, TypeError)),
        (archc.UnknownPathError, (archc.SettingError, KeyError)),
    ],
)
def test_errors_are_python_s_own_too(error: type, bases: tuple[type, ...]) -> None:
    assert all(issubclass(error, base) for base in bases)


def test_an_error_says_itself_from_its_first_line() -> None:
    with pytest.raises(archc.ArchError) as raised:
        archc.summary(archc.Source("bad.arch", NET.text.replace("conv(8, 3)", "conv(8, 33)")))
    assert str(raised.value).startswith("error[kernel-does-not-fit]: ")
