"""Hostile names: of models, values, labels, outputs, parameters, and what Python makes of them."""

from __future__ import annotations

from situations import BUILD, CHECK, GUARD, JSON, MODELS, PYTHON, Situation, Table, model

TABLE = Table()

SOFT = (
    "match", "case", "type", "self", "super", "nn", "torch", "F", "Tensor", "int", "len", "range",
    "tuple", "list", "str", "print", "object", "helpers", "forward", "Sequence", "Callable", "math",
    "NamedTuple", "main", "net", "x", "input_", "None_", "annotations", "property",
)  # fmt: skip
"""Words that printed source may need for itself."""

for _word in SOFT:
    TABLE.texts(
        "accepted",
        {
            f"a value called {_word}": (
                f"model main() {{\n  input y: [N, 3, H = 8, W = 8]\n  conv(3, 1) as {_word}\n"
                f"  add [{_word}, {_word}]\n}}\n"
            ),
            f"a parameter called {_word}": (
                f"model main({_word} = 3) {{\n  input y: [N, 3, H = 8, W = 8]\n"
                f"  conv({_word}, 1)\n}}\n"
            ),
            f"a model called {_word}": (
                f"model {_word}() {{\n  input y: [N, 3, H = 8, W = 8]\n  conv(3, 1)\n}}\n"
            ),
        },
    )

_KEYWORDS = (
    "and", "class", "def", "lambda", "None", "True", "await", "async", "del", "global", "yield",
)  # fmt: skip
for _word in _KEYWORDS:
    if _word != "and":
        TABLE.texts(
            "accepted",
            {
                f"an input called {_word}": (
                    f"model main() {{\n  input {_word}: [N, 3, H = 8, W = 8]\n  conv(3, 1)\n}}\n"
                )
            },
        )

_REFUSED = (
    "forward", "training", "append", "state_dict", "__class__", "__dict__", "__init__",
    "register_buffer", "add_module", "parameters", "named_modules", "_parameters", "to",
    "T_destination",
)  # fmt: skip
TABLE.bodies("refused", {f"a label {word}": f"{word}: conv(8, 3)" for word in _REFUSED})

TABLE.bodies(
    "accepted",
    {
        "a label of another script": '"блок": conv(8, 3)',
        "a label with blanks": '"a b": conv(8, 3)',
        "a label like code": "\"x = __import__('os')\": conv(8, 3)",
        "a label with a line feed": '"a\\nb": conv(8, 3)',
        "a label with quotes": '"a\\"b\'c": conv(8, 3)',
        "a label with a backslash": '"a\\\\": conv(8, 3)',
        "a label with braces": '"{{0}}": conv(8, 3)',
        "a label of 10,000 letters": f'"{"a" * 10_000}": conv(8, 3)',
        "a label that is a number": '"0": conv(8, 3)',
        "a label of an emoji": '"🙂": conv(8, 3)',
        "a label of underscores": "____: conv(8, 3)",
        "a label of a slash": '"a/b": conv(8, 3)',
        "a label that Python folds onto another": '"ﬁ": conv(8, 3)\n"fi": conv(8, 3)',
        "an output called like a method of tuples": "output count = _, index = _",
        "one output that is a keyword": "output class = _",
        "a value of 1,000 letters": f"conv(8, 3) as {'a' * 1_000}\nrelu -> add [_, {'a' * 1_000}]",
        "10,000 labels": "\n".join(f"l{i}: relu" for i in range(2_000)),
    },
)

TABLE.bodies(
    "refused",
    {
        "a label of nothing": '"": conv(8, 3)',
        "a label with a dot": '"a.b": conv(8, 3)',
        "a label that is a dot": '".": conv(8, 3)',
        "a label twice": "a: relu\na: relu",
        "a label twice by numbers": '"{1}": relu\n"1": relu',
        "an output that a named tuple cannot carry": "output _0 = _, b = _",
        "an output that is a keyword": "output class = _, b = _",
        "an output twice": "output a = _, a = _",
        "a name of 100,000 letters that nobody knows": ("b" * 100_000, "main.arch:3:"),
        "an argument of 100,000 letters": (f"conv(8, 3, {'a' * 100_000} = 1)", "main.arch:3:"),
        "a text of 100,000 letters for a number": (f'conv("{"a" * 100_000}", 3)', "main.arch:3:"),
        "a label of 90,000 letters twice": (
            f'"{"a" * 90_000}": relu\n"{"a" * 90_000}": relu',
            "main.arch:4:",
        ),
    },
)

TABLE.texts(
    "refused",
    {
        "a block that needs itself": "block b() { b }\n" + model("b"),
        "two blocks that need each other": "block a() { b }\nblock b() { a }\n" + model("a"),
        "a constant that needs itself": "let a = a\n" + model("relu"),
        "a function that needs itself": "fn f(n) = f(n - 1) if n > 0 else 0\n"
        + model("conv(f(1), 1)"),
        "a default that needs itself": "block b(w = w) { conv(w, 1) }\n" + model("b"),
        "two models of one name": model("relu") * 2,
        "a variant of itself": "model main = main()\n",
        "a variant of a block": "block b() { relu }\nmodel main = b()\n",
        "a variant of nothing": "model main = nothing()\n",
        "a model used before it has sizes": "model main(m: block) { m }\n"
        + model("main").replace("main()", "b()", 1),
        "a block that takes itself": "block b(p: block) { p(b) }\n" + model("b(b)"),
        "a name of 1 MB that nobody knows": (model("b" * 1_000_000), "main.arch:3:"),
        "a model of 1 MB that is twice": (
            f"model {'m' * 300_000}() {{ input x: [N]\n relu }}\n" * 2,
            "main.arch:",
        ),
    },
)

TABLE.add(
    Situation(
        "a model of 300 letters",
        "io",
        {"main.arch": model("relu").replace("main", "m" * 300)},
        (BUILD,),
        ("too long",),
    )
)
TABLE.add(
    Situation(
        "a model of 300 letters that is not written",
        "accepted",
        {"main.arch": model("relu").replace("main", "m" * 300)},
        (CHECK, PYTHON, GUARD, JSON, MODELS),
    )
)
