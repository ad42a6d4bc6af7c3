"""Hostile values: numbers, strings, lists, functions, sizes, arguments of ops."""

from __future__ import annotations

from situations import Table, model

TABLE = Table()


def value(expression: str) -> str:
    """A model that needs an expression's value."""
    return model(f"let v = {expression}\nconv(8, 1) if v == v")


def values(kind: str, expressions: dict[str, str | tuple[str, str]]) -> None:
    """Texts that need the values of expressions."""
    for name, given in expressions.items():
        expression, *says = given if isinstance(given, tuple) else (given,)
        TABLE.texts(kind, {name: (value(expression), says[0]) if says else value(expression)})


values(
    "accepted",
    {
        "2 ** 4095": "2 ** 4095",
        "minus 2 ** 4095": "-(2 ** 4095)",
        "a number that has 1,000 digits": "9" * 1_000,
        "a hexadecimal number": "0x10",
        "the largest double": "1.7976931348623157e308",
        "the smallest double": "5e-324",
        "a double that is nothing": "1e-400",
        "a sum of large and small": "1e16 + 1.0",
        "minus zero": "-0.0",
        "a string of 100,000 letters": '"a" * 100_000',
        "an empty list": "[]",
        "a list of 100,000": "[0] * 100_000",
        "1,000 terms": " + ".join(["1"] * 1_000),
        "5,000 times minus": "-" * 5_000 + "8",
        "5,000 times not": "not " * 5_000 + "true",
        "1,000 slices": "[1, 2]" + "[0:2]" * 1_000,
        "5,000 powers": " ** ".join(["1"] * 5_000),
        "5,000 conditionals": "1 if true else " * 5_000 + "8",
        "a slice beyond the ends": "[1, 2, 3][-99:99]",
        "a slice of nothing": "[1, 2, 3][2:1]",
        "a comprehension of nothing": "[x for x in []]",
        "a range backwards": "len(range(5, 0))",
        "braces in a string": '"{{}}" == "{1}"',
        "a round number of many digits": "round(3.14159, 400)",
        "round to digits without end": "round(1.5, 10 ** 30)",
        "a round number of few digits": "round(3.14159, -400)",
    },
)

values(
    "refused",
    {
        "one divided by zero": "1 / 0",
        "one divided by zero, rounded down": "1 // 0",
        "the rest of zero": "1 % 0",
        "one divided by a float of zero": "1 / 0.0",
        "the rest of a float of zero": "1.5 % 0.0",
        "zero to the power of minus one": "0 ** -1",
        "a root of a negative number": "(-8) ** 0.5",
        "sqrt of minus one": "sqrt(-1)",
        "log of zero": "log(0)",
        "log of minus one": "log(-1)",
        "an overflow of multiplication": "1e308 * 10",
        "an overflow of a power": "2.0 ** 5000",
        "an overflow of division": "10 ** 400 / 3",
        "an integer too large for a float": "1.5 + 10 ** 400",
        "a literal that is infinity": "1e999",
        "int of a text that is none": 'int("abc")',
        "int of an empty text": 'int("")',
        "int of a list": "int([1])",
        "int of none": "int(none)",
        "float of a text that is none": 'float("one")',
        "float of nan": 'float("nan")',
        "float of inf": 'float("inf")',
        "float of minus inf": 'float("-inf")',
        "true plus one": "true + 1",
        "true times two": "true * 2",
        "minus true": "-true",
        "a text plus a number": '"a" + 1',
        "a list plus a number": "[1] + 1",
        "a text times a text": '"a" * "b"',
        "a list times a float": "[1] * 2.0",
        "a number compared with a text": '1 < "a"',
        "a list compared with a number": "[1] < 2",
        "comparisons in a chain": "1 < 2 < 3",
        "an index beyond the end": "[1, 2][2]",
        "an index beyond the beginning": "[1, 2][-3]",
        "an index that is a float": "[1, 2][0.0]",
        "an index that is a text": '[1, 2]["a"]',
        "an index that is huge": f"[1, 2][{10**300}]",
        "a slice by floats": "[1, 2][0.0:1.0]",
        "a member of a number": "(1).real",
        "a member of a list": "[1].append",
        "a member of Python's": "[1].__class__",
        "a method of a text": '"a".format',
        "Python's own functions": 'open("/etc/passwd")',
        "Python's eval": 'eval("1")',
        "Python's import": '__import__("os")',
        "a lambda": "lambda x: x",
        "an assignment in an expression": "(a := 1)",
        "a set": "{1, 2}",
        "a tuple": "(1, 2)",
        "a call of a number": "1(2)",
        "a call of a list": "[1](2)",
        "len of a number": "len(1)",
        "sum of texts": 'sum(["a"])',
        "max of nothing": "max([])",
        "min of a text and a number": 'min(["a", 1])',
        "sorted of texts and numbers": 'sorted(["a", 1])',
        "a range by floats": "range(0.0, 1.0)",
        "a range by steps of zero": "range(0, 9, 0)",
        "round to a fraction of a digit": "round(1.5, 0.5)",
        "zip of numbers": "zip(1, 2)",
        "enumerate of a number": "enumerate(1)",
        "too few arguments": "abs()",
        "too many arguments": "abs(1, 2)",
        "an argument that there is not": "abs(x = 1)",
        "a hole with an unknown name": '"{nothing}"',
        "a comprehension over a number": "[x for x in 3]",
        "a comprehension's name behind it": "[q for q in [1]] + [q]",
        "a name that needs itself": "v",
    },
)

values(
    "limit",
    {
        "2 ** 5000": "2 ** 5000",
        "a tower of powers": "10 ** 10 ** 10 ** 10",
        "a factorial by repetition": "9 ** 9 ** 9",
        "a product of large numbers": "(10 ** 600) * (10 ** 600) * (10 ** 600)",
        "a string of 1e12 letters": '"a" * 10 ** 12',
        "a list of 1e12": "[0] * 10 ** 12",
        "a list of lists of lists": "[[[0] * 1_000] * 1_000] * 1_000",
        "a range of 1e12": "range(10 ** 12)",
        "a range of 2 ** 70": "range(2 ** 70)",
        "numbers up to 2 ** 70": "[x for x in 1..2 ** 70]",
        "a comprehension of a comprehension": "[[y for y in 1..10_000] for x in 1..10_000]",
        "a text of many digits": '"{' + "10 ** 1_000" + '}" * 10 ** 9',
        "zip of long lists": "zip(range(900_000), range(900_000))",
        "sorted of long lists": "[sorted(range(100_000)) for x in 1..1_000]",
        "a sum of long lists": "sum([sum(range(100_000)) for x in 1..1_000])",
    },
)

TABLE.bodies(
    "accepted",
    {
        "a convolution that is a point": "conv(1, 1)",
        "a stride beyond the image": "conv(1, 1, stride = 1_000)",
        "a large padding": "conv(1, 3, padding = 1_000)",
        "no probability": "dropout(0)",
        "a dropout of all": "dropout(1.0)",
        "a negative slope": "leaky_relu(-1e9)",
        "a block of nothing": "{ }",
        "a repeat of nothing": "repeat 0 { conv(8, 3) }\nrelu",
        "a repeat of 2 ** 40 that does nothing": "repeat 2 ** 40 { }\nrelu",
        "a repeat of 2 ** 40 of a value": "relu as a\ngelu\nrepeat 2 ** 40 { a }\nrelu",
        "repeats of 2 ** 40 of a value": "relu as a\nrepeat 2 ** 40 { repeat 2 ** 40 { a } }",
        "a split into ones": "split([1, 1, 1]) -> concat",
        "a slice of one row": "slice(2, -1)",
        "an axis from the end": "softmax(-1)",
        "a permutation of nothing": "permute(0, 1, 2, 3)",
        "add of one": "add [_]",
        "a parameter of no size": "param p: [0] = zeros\nrelu",
        "an else if 3,000 times": "if false { relu }" + " else if false { relu }" * 3_000,
        "10,000 output channels": "conv(10_000, 1)",
        "a linear layer on an axis of one": "adaptive_avg_pool(1) -> linear(2)",
    },
)

TABLE.bodies(
    "refused",
    {
        "no output channels": "conv(0, 3)",
        "minus one output channels": "conv(-1, 3)",
        "half an output channel": "conv(0.5, 3)",
        "a whole float of output channels": "conv(8.0, 3)",
        "a kernel of nothing": "conv(8, 0)",
        "a kernel larger than the image": "conv(8, 99)",
        "a kernel of 2 ** 64": f"conv(8, {2**64})",
        "2 ** 63 output channels": f"conv({2**63}, 1)",
        "10 ** 300 output channels": "conv(10 ** 300, 1)",
        "a stride of nothing": "conv(8, 3, stride = 0)",
        "a stride of minus one": "conv(8, 3, stride = -1)",
        "a dilation of nothing": "conv(8, 3, dilation = 0)",
        "a negative padding": "conv(8, 3, padding = -1)",
        "no groups": "conv(8, 3, groups = 0)",
        "groups that do not divide": "conv(8, 3, groups = 2)",
        "a list of kernels of no length": "conv(8, [])",
        "a list of kernels of three": "conv(8, [3, 3, 3])",
        "a kernel of texts": 'conv(8, ["3", "3"])',
        "a padding mode that there is not": 'conv(8, 3, padding_mode = "no")',
        "a probability above one": "dropout(1.5)",
        "a probability below zero": "dropout(-0.1)",
        "a probability that is a text": 'dropout("0.5")',
        "an op that there is not": "konv(8, 3)",
        "an op of torch's that there is not": "torch.nn.Conv2d(8, 3)",
        "a module of Python's": "os.system(1)",
        "an axis that there is not": "softmax(7)",
        "an axis of 2 ** 70": "softmax(2 ** 70)",
        "a permutation twice the same": "permute(0, 1, 1, 2)",
        "a permutation of too few": "permute(0, 1)",
        "a reshape to nothing": "reshape(N, 0)",
        "a reshape of two unknowns": "reshape(-1, -1)",
        "a reshape that does not come out": "reshape(N, 7)",
        "a slice of nothing of an axis": "slice(2, 5, 5)",
        "a slice by a step of nothing": "slice(2, 0, 4, 0)",
        "a split that does not come out": "split([1, 1])",
        "a chunk of nothing": "chunk(0)",
        "an expansion of an axis of three": "expand(N, 5, H, W)",
        "concat of nothing": "concat []",
        "add of shapes that differ": "add [_, conv(8, 3)]",
        "concat along an axis that there is not": "concat(9) [_, _]",
        "a loop over a size": "for i in 1..H { relu }",
        "a condition on a size": "conv(8, 3) if H > 5",
        "channels from a size": "conv(H, 1)",
        "a size with a wrong name": "conv(8, 3) -> reshape(N, Q)",
        "a repeat of minus one": "repeat -1 { relu }",
        "a repeat of half": "repeat 0.5 { relu }",
        "a repeat of a text": 'repeat "3" { relu }',
        "an op without its arguments": "conv",
        "an argument twice": "conv(8, 3, 3, stride = 1, stride = 2)",
        "an argument that there is not of an op": "conv(8, 3, strides = 2)",
        "2,000 arguments that there are not": (
            "conv(8, 3, " + ", ".join(f"a{i} = {i}" for i in range(2_000)) + ")",
            "main.arch:3:",
        ),
        "an assertion that fails": 'assert 1 == 2, "never"',
        "an assertion that fails at the default": 'assert H == 1, "{H}"',
        "an assertion with a long message": 'assert false, "{"a" * 9}"'.replace(
            '"a" * 9', "9 ** 99"
        ),
        "an ascription that is wrong": "conv(8, 3) :: [N, 9, _, _]",
        "an ascription of another rank": "conv(8, 3) :: [N, 8]",
        "an initialiser that there is not": "conv(8, 3) with weight = chaos",
        "an initialiser with wrong numbers": "conv(8, 3) with weight = normal(std = -1)",
        "an initialiser for what there is not": "conv(8, 3) with gain = zeros",
        "a parameter of a negative size": "param p: [-3] = zeros\nrelu",
        "a parameter of 2 ** 70 numbers": "param p: [2 ** 70] = zeros\nrelu",
        "nothing that flows on": "train_only { relu } -> relu",
        "an output that there is not": "output y = nothing",
    },
)

TABLE.bodies(
    "limit",
    {
        "a repeat of 2 ** 40 branches": "concat [repeat 2 ** 40 { relu }]",
        "a repeat of 2 ** 40 that names": "repeat 2 ** 40 { relu as y }\nrelu",
        "a repeat of 2 ** 40 that makes modules": "repeat 2 ** 40 { module m = relu }\nrelu",
        "a loop in loops": "for a in 1..999 { for b in 1..999 { for c in 1..999 { conv(a, 1) } } }",
        "a loop of 1e9": "for i in 1..1_000_000_000 { relu }",
        "values that multiply": "\n".join(["[_, _, _]"] * 24) + "\nconcat",
        "nested residuals": "residual { " * 200 + "relu" + " }" * 200,
    },
)

for _inputs, _name in (
    ("x: [0, 3]", "a batch of nothing"),
    ("x: [N, 0]", "an axis of nothing"),
    ("x: [N, -3]", "an axis of less than nothing"),
    ("x: [N, 1.5]", "an axis and a half"),
    ("x: [N, H]", "a size without a default"),
    ("x: [N, H = 0]", "a size that is nothing"),
    ("x: [N, H = -1]", "a size that is less than nothing"),
    ("x: [N, H = 10 ** 30]", "a size of 10 ** 30"),
    ("x: [N, H = H]", "a size that needs itself"),
    ("x: complex[N, 3]", "a dtype that there is not"),
    ("x: [N, 3], x: [N, 3]", "two inputs of one name"),
    ("x: [N, H = 3], y: [N, H = 4]", "a size with two defaults"),
):
    TABLE.texts("refused", {_name: model("relu", _inputs)})

TABLE.texts(
    "accepted",
    {
        "64 axes": model("relu", "x: [N, " + ", ".join(f"A{i} = 1" for i in range(63)) + "]"),
        "100 inputs": "model main() {\n"
        + "  input "
        + ", ".join(f"x{i}: [N, 3]" for i in range(100))
        + "\n  add ["
        + ", ".join(f"x{i}" for i in range(100))
        + "]\n}\n",
        "an input without axes": model("relu", "x: []"),
        "an input that is a batch alone": model("relu", "x: [N]"),
        "a size of 10 ** 9": model("relu", "x: [N, H = 1_000_000_000]"),
    },
)
