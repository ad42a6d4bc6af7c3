"""What people write by habit: what is said of it, and what its fix makes of it."""

from __future__ import annotations

from itertools import product
from math import ceil

import pytest
import torch
from torch import Tensor, nn

import archc
from archir.base.fixes import apply, compatible
from archir.base.source import Source

MODEL = "model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  {}\n}}\n"


def checked(text: str) -> archc.CheckResult:
    return archc.check(Source("m.arch", text))


def fixed(text: str) -> str:
    """A text with the fixes of its errors, each in turn."""
    for _ in range(5):
        fixes = [fix for each in checked(text).errors if (fix := each.fix) is not None]
        if not fixes:
            break
        text = apply(text, fixes[:1])
    return text


LOOP = "for w in [3, 3] { conv(w, 1) as ys }\n  "

HABITS = [
    ("conv(8, (3, 3))", "conv(8, [3, 3])"),
    ("conv(8, 3, stride = (2, 1))", "conv(8, 3, stride = [2, 1])"),
    ("for w, s in ((8, 1), (9, 2)) { conv(w, s) }", "for w, s in [[8, 1], [9, 2]] { conv(w, s) }"),
    ("conv(8, 3) -> nn.ReLU()", "conv(8, 3) -> relu"),
    ("conv(8, 3) -> nn.BatchNorm2d(8)", "conv(8, 3) -> batch_norm"),
    ("tf.nn.relu", "relu"),
    ("x.flatten(1)", "x -> flatten(1)"),
    ("F.relu(x)", "x -> relu"),
    ("torch.cat([x, x])", "concat [x, x]"),
    ("x + x", "add [x, x]"),
    ("x + x -> relu", "add [x, x] -> relu"),
    ("conv(3, 1) + x + relu as y", "add [conv(3, 1), x, relu] as y"),
    ("x - x", "subtract [x, x]"),
    ("x * x", "multiply [x, x]"),
    ("x / 2", "x -> divide(2)"),
    ("relu -> x * 0.5", "relu -> x * 0.5"),
    ("add(x, x)", "add [x, x]"),
    ("concat(x, x, dim = 2)", "concat(dim = 2) [x, x]"),
    ("concat([x, x])", "concat [x, x]"),
    ("conv(x, 8, 3)", "x -> conv(8, 3)"),
    ("conv(8, 3)(x) -> relu", "x -> conv(8, 3) -> relu"),
    ("residual { relu -> conv(3, 1)(x) }", "residual { relu -> conv(3, 1)(x) }"),
    ("y = conv(8, 3)(x)", "x -> conv(8, 3) as y"),
    ("let y = conv(8, 3)(x)\n  y -> relu", "x -> conv(8, 3) as y\n  y -> relu"),
    ("let y = conv(8)(x)\n  y -> relu", "x -> conv(8) as y\n  y -> relu"),
    (f"{LOOP}add ys", f"{LOOP}ys -> add"),
    ("for i in 1 upto 3 { relu }", "for i in 1..3 { relu }"),
    ("for i in 0 until 3 { relu }", "for i in range(0, 3) { relu }"),
    ("conv(8, 3, padding = [1, 1, 1, 1])", "conv(8, 3, padding = 1)"),
    ("conv(8, 3, padding = [0, 1, 0, 1])", "pad([0, 1, 0, 1]) -> conv(8, 3)"),
    ("flatten -> linear(64, 10)", "flatten -> linear(10)"),
    ("upsample(size = [H, W])", "interpolate(size = [H, W])"),
    (
        "conv(filters = 64, kernel = 3, strides = 2)",
        "conv(out_channels = 64, kernel_size = 3, stride = 2)",
    ),
    (
        "flatten -> linear(units = 10, use_bias = false)",
        "flatten -> linear(out_features = 10, bias = false)",
    ),
    ("dropout(rate = 0.5)", "dropout(p = 0.5)"),
    ("conv(64, 3, dilation_rate = 2)", "conv(64, 3, dilation = 2)"),
    ("conv(64, 3, bias = 0)", "conv(64, 3, bias = false)"),
    ("conv(64, 3, bias = None)", "conv(64, 3, bias = false)"),
    ("conv(64, 3, padding = same)", 'conv(64, 3, padding = "same")'),
    ("conv(64, 3);  # done", "conv(64, 3)  # done"),
    ("flatten -> Dense(10)", "flatten -> linear(10)"),
    ("GlobalAveragePooling2D()", "global_avg_pool()"),
    ("conv(64, 3).relu()", "conv(64, 3) -> relu"),
    ("conv 64 3", "conv(64, 3)"),
    ("relu -> conv[64, 3] -> relu", "relu -> conv(64, 3) -> relu"),
    ("residual(conv(3, 1))", "residual { conv(3, 1) }"),
    (
        "param w: (3, 1, 1) = ones\n  multiply [_, w]",
        "param w: [3, 1, 1] = ones\n  multiply [_, w]",
    ),
    ("for i in 1..2 { c{i}: conv(3, 1) }", 'for i in 1..2 { "c{i}": conv(3, 1) }'),
    ('conv("8", 3)', "conv(8, 3)"),
    ("conv(8, 3) with weights = zeros", "conv(8, 3) with weight = zeros"),
    (
        "conv(8, 3)\n  init { conv.weight: he_normal }",
        "conv(8, 3)\n  init { conv.weight: kaiming_normal }",
    ),
    ("h = w = 3", "h = w = 3"),
    ("relu tanh", "relu -> tanh"),
    ("conv-1: conv(8, 3)", "conv-1: conv(8, 3)"),
    ("for i in 0..<3 { relu }", "for i in range(0, 3) { relu }"),
    ("torch.cat([x, relu], dim = 1)", "concat(dim = 1) [x, relu]"),
    ("pad([[1, 1], [1, 1]])", "pad([[1, 1], [1, 1]])"),
]


@pytest.mark.parametrize(("bad", "good"), HABITS)
def test_what_a_habit_becomes(bad: str, good: str) -> None:
    assert checked(MODEL.format(bad)).errors
    assert fixed(MODEL.format(bad)) == MODEL.format(good)
    if bad not in (good, "let y = conv(8)(x)\n  y -> relu"):
        assert checked(MODEL.format(good)).errors == ()


PYTHON = """\
model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(2):
    conv(8, 3)
    if i == 1:
      relu

    elif i == 0: tanh
    else:
      gelu
  flatten
}
"""
BRACES = """\
model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(2) {
    conv(8, 3)
    if i == 1 {
      relu
    }

    else if i == 0 { tanh }
    else {
      gelu
    }
  }
  flatten
}
"""


@pytest.mark.parametrize("given", ["10", "units = 10", "c", "c, activation = relu", "2 * c"])
def test_a_dense_layer_of_keras_does_not_become_a_body(given: str) -> None:
    text = MODEL.replace("m()", "m(c = 8)").format(f"flatten -> dense({given})")
    (error,) = checked(text).errors
    assert error.problem.name == "parentheses-for-braces" and error.fix is None
    assert "`linear(" in str(error.hint)


def test_parentheses_around_a_body_become_braces() -> None:
    assert fixed(MODEL.format("dense(conv(8, 1))")) == MODEL.format("dense { conv(8, 1) }")
    (error,) = checked(MODEL.format("residual(conv(3, 1), p = 1)")).errors
    assert error.fix is None


def test_bodies_by_indentation_get_braces() -> None:
    text = PYTHON
    for _ in range(10):
        found = checked(text).errors
        taken = compatible(fix for each in found if (fix := each.fix) is not None and fix.is_safe)
        if not taken:
            break
        text = apply(text, taken)
    assert text == BRACES
    assert checked(text).errors == ()


@pytest.mark.parametrize(
    ("dtype", "written"),
    [("int64", "int"), ("long", "int"), ("bool", "bool"), ("float32", "")],
)
def test_a_dtype_goes_before_the_shape(dtype: str, written: str) -> None:
    bad = f"model m() {{\n  input x: [N, T = 4]: {dtype}, y: [N, T]\n  x\n}}\n"
    good = f"model m() {{\n  input x: {written}[N, T = 4], y: [N, T]\n  x\n}}\n"
    (error,) = checked(bad).errors
    assert error.problem.name == "dtype-behind-shape"
    assert fixed(bad) == good
    assert checked(good).errors == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flatten -> linear(64, 10)", "leave the first argument out"),
        ("upsample(size = [H, W])", "write interpolate"),
        ("pad([0, W % 2, 0, H % 2])", "write pad_by"),
        ("conv(3, 1)(x)", "x -> conv"),
        ("conv_transpose(4, 3, [2, 1], output_padding = [1, 1])", "write [1, 0]"),
        ("conv(8, 3, padding = [0, 1, 0, 1])", "pad([left, right, top, bottom])"),
        ('conv(8, 3, activation = "relu")', "an activation is a stage of its own: conv(…) -> relu"),
        ('conv(8, 3, name = "stem")', "a label names a module: stem: conv(…)"),
        ("backbone.layer4 -> relu", "`backbone(…) upto [layer4]`"),
        ("input y: [N, 3]", "all inputs stand in one statement"),
        ("self.conv1 = nn.Conv2d(3, 64, 3)", "a module gets its name by a label: `conv1: …`"),
        ("assert H == W", "say in words what is wrong otherwise"),
        ('max_pool(4, padding = "same")', "half the kernel"),
        ("output y = relu", "relu as name"),
        ("conv(8, 3, bias = 7)", None),
    ],
)
def test_hints(text: str, said: str | None) -> None:
    (error,) = checked(MODEL.format(text)).errors
    assert (error.hint is None) if said is None else (said in (error.hint or ""))


def test_a_module_of_self_is_no_value() -> None:
    (error,) = checked(MODEL.format("self.fc(x)")).errors
    assert error.problem.name == "dotted-stage" and error.fix is None


def test_an_argument_that_is_there_by_another_name_is_not_missing() -> None:
    (error,) = checked(MODEL.format("conv(64, kernel = 3)")).errors
    assert error.problem.name == "unknown-argument"
    (error,) = checked(MODEL.format("conv(64, q = 3)")).errors
    assert error.problem.name == "unknown-argument"
    assert str(error.hint).endswith("padding_mode; it needs kernel_size")


def test_a_model_of_an_ops_name_is_told_of_once() -> None:
    text = "model relu() {\n  input x: [N, 3, H = 8, W = 8]\n  relu(true, 1)\n}\n"
    (error,) = checked(text).errors
    assert error.problem.name == "needs-itself"
    assert error.hint == (
        "the name hides the op relu: call the declaration otherwise, as in relu_net, to use that"
    )
    (error,) = checked(text.replace("relu", "nms")).errors
    assert "no op of that name: nms is not in archc yet" in (error.hint or "")
    (error,) = checked(text.replace("relu", "head")).errors
    assert "no op of that name: archc ops lists the ops" in (error.hint or "")


def test_a_model_is_named_by_the_second_argument() -> None:
    source = Source("m.arch", MODEL.format("relu"))
    for function in (archc.load, archc.summary, archc.source):
        with pytest.raises(archc.ArchError) as caught:
            function(source, model="m")
        assert "second argument" in str(caught.value)
        assert f"archc.{function.__name__}(…, 'm')" in str(caught.value)


# --- TensorFlow's SAME ----------------------------------------------------------------------------


def same(extent: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """What TensorFlow adds before and behind: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2."""
    reach = dilation * (kernel - 1) + 1
    total = max((ceil(extent / stride) - 1) * stride + reach - extent, 0)
    return total // 2, total - total // 2


def expected(conv: nn.Conv2d, x: Tensor) -> Tensor:
    facts = zip(x.shape[2:], conv.kernel_size, conv.stride, conv.dilation, strict=True)
    rows, columns = (same(*each) for each in facts)
    padded: Tensor = nn.functional.pad(x, (*columns, *rows))
    return nn.functional.conv2d(padded, conv.weight, conv.bias, conv.stride, 0, conv.dilation)


WINDOWS = [
    *product((1, 2, 3, 4, 5, 7), (2, 3, 4), (1, 2)),
    ("[3, 2]", "[2, 3]", 1),
    (3, "[1, 2]", 1),
]


@pytest.mark.parametrize(("kernel", "stride", "dilation"), WINDOWS)
def test_same_with_a_stride_is_tensorflows_at_every_size(
    kernel: object, stride: object, dilation: int
) -> None:
    call = f'conv(2, {kernel}, stride = {stride}, padding = "same", dilation = {dilation})'
    text = fixed(f"model m() {{\n  input x: [N, 1, H = 9, W = 10]\n  {call}\n}}\n")
    net = archc.load(Source("m.arch", text)).eval()
    (conv,) = [each for each in net.modules() if isinstance(each, nn.Conv2d)]
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for height, width in [(n, 23 - n) for n in range(1, 23)]:
            x = torch.randn(1, 1, height, width, generator=generator)
            assert torch.equal(net(x), expected(conv, x)), (height, width)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("concat(s1, _)", ("s1", "a value is named where it is made: `… as s1`")),
        ("concat(s1, _)", ("_", "values flow in: `concat [s1, _]`")),
        ("add [z, relu]\n  conv(3, 1) as z", ("z", "a name can be used only after it is bound")),
        ("conv(width, 1)", ("width", "a parameter of the model, or as `let width = …`")),
        ("conv(w, 1)", ("w", "a parameter of the model, or as `let w = …`")),
    ],
)
def test_names_among_arguments(statement: str, expected: tuple[str, str]) -> None:
    place, words = expected
    found = {each.span.text: each.hint or "" for each in checked(MODEL.format(statement)).errors}
    assert words in found[place]


@pytest.mark.parametrize("tie", ["table", "table.weight"])
def test_a_weight_that_is_to_be_a_raw_parameter(tie: str) -> None:
    text = (
        "model m() {\n  input x: [N, 16]\n  param table: [4, 16] = normal\n"
        f"  head: linear(4, bias = false) with weight = {tie}\n  matmul [_, table]\n}}\n"
    )
    (found,) = checked(text).errors
    assert "table is a raw parameter, which is used as a value" in (found.hint or "")
    assert found.fix is None


def test_what_is_divided_by_is_said() -> None:
    text = "model m() {\n  input x: [N, 3, H = 16]\n  slice(2, 0, 64 // (H - 8))\n}\n"
    (found,) = archc.check(Source("m.arch", text), sizes={"H": 8}).errors
    assert found.problem.message() == (
        "slice is given a size that is divided by H - 8, which is 0 at H = 8"
    )
    assert found.hint == "H - 8 must not be 0; the nearest valid sizes: H = 9"


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 1), (3, 2), (3, 3), (5, 2)])
def test_a_pool_has_as_many_places_as_with_tensorflows_same(kernel: int, stride: int) -> None:
    """TensorFlow's SAME gives the size divided by the stride, rounded up."""
    text = fixed(MODEL.format(f'max_pool({kernel}, stride = {stride}, padding = "same")'))
    net = archc.loads(text)
    for size in range(kernel, 12):
        assert net(torch.rand(1, 3, size, size)).shape[2] == ceil(size / stride)
