"""Texts that once cost too much, ended in an internal error, or became another network."""

from __future__ import annotations

from shapes import SHAPES
from situations import (
    BUILD,
    CHECK,
    DOT,
    FORMAT,
    GUARD,
    JSON,
    PYTHON,
    SUMMARY,
    WRONG,
    Situation,
    Table,
    model,
)  # fmt: skip

TABLE = Table()

_VARIANTS = "model main(a = 1) {\n  input x: [N, 3]\n  linear(a)\n}\n" + "".join(
    f"model m{i} = {'main' if i == 0 else f'm{i - 1}'}(a = {i + 1})\n" for i in range(800)
)

TABLE.texts(
    "accepted",
    {
        "half of what a block began with": """\
block Half() {
  input x: [N, C, H, W]
  slice(2, 0, H // 2)
}
model main() {
  input x: [N, 3, H = 32, W = 32]
  conv(4, 4, stride = 4) -> Half
}
""",
        "a crop to the input": """\
model main() {
  input image: [N, 3, H = 32, W = 32]
  max_pool(2) -> upsample(scale_factor = 2) -> slice(2, 0, H) -> slice(3, 0, W)
}
""",
        "a slice from the end": model("max_pool(2) -> slice(2, 0, H - 4)", "x: [N, 3, H = 9]"),
        "a split at other sizes": model(
            "split(5, dim = 2) as a, b, c, d\nconcat(2) [d, c, b, a]", "x: [N, 3, H = 16]"
        ),
        "a guard of two inputs": """\
model main() {
  input x: [N = 2, 3, H = 16, W = 16], y: [N, T = 5, 4]
  x -> conv(1, 3) -> global_avg_pool as a
  y -> mean(1) as b
  output a = a, b = b
}
""",
        "an input called like a function of the guard": model(
            "conv(3, 3)", "check_sizes: [N, 3, H = 8, W = 8]"
        ),
        "a doc comment of three quotes": '## He said """\n' + model("conv(4, 3)"),
        "a module that feeds nothing": model(
            "a: conv(4, 3, padding = 1) as y\nb: conv(4, 3, padding = 1)\ny -> c: conv(2, 1)",
            "x: [N, 4, L = 32]",
        ),
        "a reshape that fits some sizes": model(
            "reshape(N, H, H, -1)", "x: [N = 1, 6, D = 6, H = 6, W = 8]"
        ),
    },
)

TABLE.texts(
    "refused",
    {
        "a block of another dtype": (
            "block S() {\n  input x: int[N, C, H, W]\n  relu\n}\n" + model("S"), "main.arch:"
        ),
        "a block of another rank": (
            "block S() {\n  input x: [N, C, H, W, H]\n  relu\n}\n" + model("S"), "main.arch:"
        ),
        "a chunk behind a reshape": (
            """\
block A(h) {
  input t: [N, L, D]
  reshape(N, 3 * h, D // h) -> chunk(3) as q, k, v
  add [q, k]
}
model main() {
  input x: [N, 3, H = 8]
  transpose(1, 2) -> A(2)
}
""",
            "main.arch:3:",
        ),
        "in place behind an error": (
            model("linear(L) -> relu(inplace = true)", "x: [N, 8, L = 16]"), "main.arch:3:"
        ),
        "a shared module with other channels": (
            model(
                "module t = { conv(3, 103) -> relu }\nconcat [t, relu -> t]", "x: [N, 3, H = 8]"
            ),
            "main.arch:3:",
        ),
        "a round to 10 ** 9 digits before the point": (
            model("conv(round(15, -10 ** 9) + 1, 1) -> konv"), "main.arch:3:"
        ),
    },
)  # fmt: skip

TABLE.texts(
    "accepted",
    {
        "a round to 10 ** 9 digits": model("conv(round(15, -10 ** 9) + 1, 1)"),
        "a concat of 500": model(f"concat [{', '.join(['conv(1, 1)'] * 500)}]"),
        "6,000 lets, each of the one before": SHAPES["chain_of_lets"](6_000)["main.arch"],
        "800 variants, each of the one before": _VARIANTS,
        "100 skips": model(
            "\n".join(f"relu as a{i}" for i in range(100))
            + "".join(f"\nadd [_, a{i}]" for i in reversed(range(100)))
        ),
        "blocks that double 9 times": SHAPES["doubling_blocks"](10)["main.arch"],
    },
)

# More orders of steps than can be looked at; what must be found by its name.
for _name, _count, _words in (
    ("wide_concat_of_strides", 2_000, SUMMARY),
    ("many_params", 8_000, SUMMARY),
    ("chain_of_other_arguments", 1_000, CHECK),
):
    TABLE.add(Situation(f"{_name} of {_count:,}", "accepted", SHAPES[_name](_count), (_words,)))

# As much as a file may hold, laid out.
_UNIT = """
## A block that does this and that.
block B{}(width, stride = 1, act: op = relu) {{
  # a comment
  input x: [N, C, H, W]
  conv(width, 3, stride = stride, padding = 1, bias = false) -> batch_norm -> act -> conv(width, 3)
  batch_norm as y
  if stride != 1 or C != width {{ [y, x -> conv(width, 1)] -> add -> act }} else {{ [y, x] -> add }}
}}
"""
_LARGE = "".join(_UNIT.format(number) for number in range(990_000 // len(_UNIT)))
for _name, _text in (
    ("much", _LARGE),
    ("a long line", f"model m() {{ {'relu -> ' * 99_000} relu }}"),
):
    TABLE.add(Situation(f"{_name} to lay out", "accepted", {"main.arch": _text}, (FORMAT,)))

_DEEP = SHAPES["deep_blocks"](90)
TABLE.add(Situation("blocks 90 deep", "accepted", _DEEP, (CHECK, PYTHON, GUARD, SUMMARY, JSON)))
TABLE.add(Situation("blocks 90 deep to draw", "limit", _DEEP, (DOT, BUILD)))
for _count in (1_000_000, 9_999_990):
    _many = {"main.arch": model(f"repeat {_count} {{ relu }}")}
    TABLE.add(Situation(f"{_count:,} layers", "accepted", _many, (CHECK,)))
    TABLE.add(
        Situation(f"{_count:,} layers to print", "limit", _many, (PYTHON, GUARD, JSON, DOT, BUILD))
    )
TABLE.add(Situation("blocks that double 17 times", "limit", SHAPES["doubling_blocks"](17), WRONG))
