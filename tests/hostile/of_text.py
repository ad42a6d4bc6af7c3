"""Hostile texts: characters, comments, strings, brackets, ends of files."""

from __future__ import annotations

from situations import CHECK, MODELS, NET, Situation, Table, model

TABLE = Table()
TABLE.texts(
    "accepted",
    {
        "a byte order mark": b"\xef\xbb\xbf" + NET.encode(),
        "carriage returns before line feeds": NET.replace("\n", "\r\n"),
        "no line feed at the end": NET.rstrip("\n"),
        "any letters in comments": "# 中文 العربية עברית 🙂 é\n" + NET,
        "any letters in doc comments": "## 中文 العربية עברית 🙂 é\n" + NET,
        "a doc comment that ends in quotes": '## says "so"\n' + NET,
        "a doc comment of quotes": '## """"""\n' + NET,
        "a doc comment with a backslash at its end": "## ends in \\\n" + NET,
        "a doc comment with escapes of Python": "## \\N{BULLET} \\x \\u12 \\777 {x} {{ %s %(a)s\n"
        + NET,
        "a doc comment of code": "## '''; import os; os.abort() #\n" + NET,
        "a doc comment of 100,000 letters": "## " + "a" * 100_000 + "\n" + NET,
        "a doc comment of 10,000 lines": "## line\n" * 10_000 + NET,
        "a comment of 1,000,000 letters": "#" + "a" * 1_000_000 + "\n" + NET,
        "markup in a doc comment": "## <script>alert(1)</script> &amp; ]]> <!-- -->\n" + NET,
        "edition 1": "arch 1\n" + NET,
        "blanks at the ends of lines": NET.replace("\n", " \t \n"),
        "everything on one line": "model main() { input x: [N, 3, H = 32, W = 32]; relu }".replace(
            ";", "\n"
        ),
        "40 parentheses": model(f"conv({'(' * 40}8{')' * 40}, 1)"),
    },
)

TABLE.texts(
    "refused",
    {
        "a NUL": (NET.replace("relu", "re\x00lu"), "main.arch:3:19"),
        "a NUL in a comment": ("# \x00\n" + NET, "main.arch:1:3"),
        "NULs alone": (b"\x00" * 1000, "main.arch:1:1"),
        "two byte order marks": (b"\xef\xbb\xbf" * 2 + NET.encode(), "main.arch:1:"),
        "a byte order mark in the middle": (NET.replace("relu", "\ufeffrelu"), "main.arch:3:"),
        "UTF-16": (NET.encode("utf-16"), "main.arch:1:1"),
        "UTF-32": (NET.encode("utf-32"), "main.arch:1:1"),
        "Latin-1": ("# Größe\n".encode("latin-1") + NET.encode(), "main.arch:1:5"),
        "a byte that is no UTF-8": (NET.encode().replace(b"relu", b"re\xfflu"), "main.arch:3:"),
        "a surrogate": (b"# \xed\xa0\x80\n" + NET.encode(), "main.arch:1:3"),
        "an overlong slash": (b"# \xc0\xaf\n" + NET.encode(), "main.arch:1:3"),
        "a cut character at the end": (NET.encode() + b"# \xe4\xb8", "main.arch:5:3"),
        "a lone carriage return": (NET.replace("relu", "relu\r-> relu"), "main.arch:3:"),
        "carriage returns alone": (NET.replace("\n", "\r"), "main.arch:1:"),
        "a right-to-left override": ("# \u202eevil\n" + NET, "main.arch:1:3"),
        "a right-to-left override in a string": (model('"a\u202eb": relu'), "main.arch:3:"),
        "a left-to-right isolate": ("# \u2066evil\n" + NET, "main.arch:1:3"),
        "a line separator": ("# one\u2028two\n" + NET, "main.arch:1:"),
        "a paragraph separator": ("# one\u2029two\n" + NET, "main.arch:1:"),
        "a next line": ("# one\x85two\n" + NET, "main.arch:1:"),
        "a form feed": (NET.replace("relu", "\x0crelu"), "main.arch:3:"),
        "an escape": (NET.replace("relu", "\x1b[2Jrelu"), "main.arch:3:"),
        "a bell in a string": (model('"a\x07": relu'), "main.arch:3:"),
        "a no-break space": (NET.replace(" -> ", "\xa0-> "), "main.arch:3:"),
        "a zero-width joiner in a name": (NET.replace("relu", "re\u200dlu"), "main.arch:3:"),
        "a Cyrillic letter in a name": (NET.replace("relu", "r\u0435lu"), "main.arch:3:"),
        "full-width digits": (NET.replace("8, 3", "\uff18, 3"), "main.arch:3:"),
        "Arabic digits": (NET.replace("8, 3", "\u0668, 3"), "main.arch:3:"),
        "typographic quotes": (model("\u201ca\u201d: relu"), "main.arch:3:"),
        "a minus that is a dash": (model("conv(8, 3) \u2013> relu"), "main.arch:3:"),
        "a string without an end": (model('"a: relu'), "main.arch:3:"),
        "a string over two lines": (model('"a\nb": relu'), "main.arch:3:"),
        "an escape that is none": (model('"\\q": relu'), "main.arch:3:"),
        "an escape at the end of a string": (model('"\\": relu'), "main.arch:3:"),
        "a hole without an end": (model('"{1": relu'), "main.arch:3:"),
        "a hole with nothing in it": (model('"{}": relu'), "main.arch:3:"),
        "a hole with a string in it": (model('"{"a"}": relu'), "main.arch:3:"),
        "a hole with a statement in it": (model('"{let a = 1}": relu'), "main.arch:3:"),
        "a bracket without an end": (NET.rstrip("}\n") + "\n", "main.arch:"),
        "a bracket too many": (NET + "}", "main.arch:5:1"),
        "brackets that cross": (model("conv(8, [3)]"), "main.arch:3:"),
        "100,000 opening brackets": ("(" * 100_000, "main.arch:1:"),
        "100,000 closing brackets": (")" * 100_000, "main.arch:1:"),
        "an opening bracket a line, 10,000 times": ("{\n" * 10_000, "main.arch:"),
        "random punctuation": (
            "".join("{}[]()->::,=*#"[i * 7 % 14] for i in range(5_000)),
            "main.arch:1:",
        ),
        "the same error 20,000 times": (
            "model main() {\n" + "  ?\n" * 20_000 + "}\n",
            "main.arch:2:",
        ),
        "a number that is a word": (model("conv(8x, 3)"), "main.arch:3:"),
        "a number with two points": (model("dropout(0.1.2)"), "main.arch:3:"),
        "a complex number": (model("conv(8j, 3)"), "main.arch:3:"),
        "an underscore at a number's end": (model("conv(8_, 3)"), "main.arch:3:"),
        "a number with a leading zero": (model("conv(08, 3)"), "main.arch:3:"),
        "an edition of the future": ("arch 99\n" + NET, "main.arch:1:"),
        "an edition that is a word": ("arch one\n" + NET, "main.arch:1:"),
        "an edition of 1,000 digits": ("arch " + "9" * 1_000 + "\n" + NET, "main.arch:1:"),
        "an edition twice": ("arch 1\narch 1\n" + NET, "main.arch:2:"),
        "an edition at the end": (NET + "arch 1\n", "main.arch:5:"),
        "keywords alone": (
            "model block fn let import if for repeat input output\n",
            "main.arch:1:",
        ),
        "a keyword for a name": ("model for() { input x: [N, 3]\n relu }", "main.arch:1:"),
        "Python": ("import os\nprint(os.environ)\n", "main.arch:"),
        "JSON": ('{"model": {"layers": ["conv"]}}', "main.arch:1:"),
        "YAML": ("---\nmodel:\n  - conv: 8\n", "main.arch:1:"),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "main.arch:1:"),
        "a zip file": (b"PK\x03\x04" + b"\x00" * 26 + b"a", "main.arch:1:"),
        "an ELF file": (b"\x7fELF\x02\x01\x01" + b"\x00" * 100, "main.arch:1:"),
    },
)

TABLE.texts(
    "limit",
    {
        "a file of 2 MB": ("#" + "a" * (2 << 20), "main.arch:1:"),
        "a file of 8 MB of one bracket": ("[" * (8 << 20), "main.arch:1:"),
        "a file of 5 MB that is no UTF-8": (b"\xff" * (5 << 20), "main.arch:1:"),
        "60 parentheses": (model(f"conv({'(' * 60}8{')' * 60}, 1)"), "main.arch:3:"),
        "60 braces": (model("{ " * 60 + "relu" + " }" * 60), "main.arch:3:"),
        "60 lists": (model(f"let a = {'[' * 60}{']' * 60}"), "main.arch:3:"),
        "5,000 parentheses": (model(f"conv({'(' * 5_000}8{')' * 5_000}, 1)"), "main.arch:3:"),
        "a number of 1,001 digits": (model(f"conv({'9' * 1_001}, 1)"), "main.arch:3:"),
        "a number of 1,000,000 digits": (model(f"conv({'9' * 1_000_000}, 1)"), "main.arch:3:"),
        "a float of 5,000 digits": (model(f"dropout(0.{'1' * 5_000})"), "main.arch:3:"),
    },
)

for _name, _text in (
    ("an empty file", ""),
    ("comments alone", "# one\n## two\n# three\n"),
    ("blank lines alone", "\n" * 10_000),
):
    TABLE.add(Situation(_name, "accepted", {"main.arch": _text}, (CHECK, MODELS)))
