"""Printed text that is run on stand-ins can reach nothing but what the printer uses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from adversarial import text_of
from printed import compiled, expression
from texts import FOLLOWED, LITERAL

from archc import pipeline
from archc.python import allowed, source
from archc.python.replay import ReplayError, record
from archir.source import Source

ROOT = Path(__file__).resolve().parents[2]
GOOD = "from torch import nn\nclass M(nn.Module):\n    def forward(self, x):\n        return {}\n"

ESCAPES = [
    "eval('1')",
    "exec('1')",
    "open('x')",
    "compile('1', 'x', 'eval')",
    "globals()",
    "locals()",
    "vars(x)",
    "dir(x)",
    "input()",
    "breakpoint()",
    "type(x)",
    "object()",
    "memoryview(b'')",
    "setattr(x, 'a', 1)",
    "delattr(x, 'a')",
    "hasattr(x, '__class__')",
    "__import__('os')",
    "__builtins__['open']",
    "__build_class__",
    "().__class__.__base__.__subclasses__()",
    "self.__class__.__mro__",
    "self.__init__()",
    "nn.Module.__init__",
    "super().__getattribute__('forward')",
    "getattr(self, '__class__')",
    "getattr(x, '__class__')",
    "getattr(self, '__init__').__globals__",
    "getattr(nn, 'Module')",
    "getattr(self, '_modules')",
    "getattr(getattr, '__self__')",
    "[f for f in (i for i in ()).gi_frame]",
    "(i for i in ()).gi_frame.f_back.f_globals",
    "list(self.modules().gi_frame.f_globals)",
    "self.named_modules().gi_frame",
    "'{0.__class__}'.format(x)",
    "'{0.__init__.__globals__}'.format(self)",
    "'{x.__class__}'.format_map({'x': x})",
    "f'{x.__class__}'",
    "(lambda: x)()",
    "[y := x]",
    "(yield x)",
    "(await x)",
    "print(x)",
    "x if 'a' else __loader__",
    "sum.__self__",
    "max.__self__.open('x')",
    "range.__call__",
]
STATEMENTS = [
    "import os",
    "import os.path as torch",
    "import builtins",
    "import sys as nn",
    "from os import system",
    "from math import factorial",
    "from collections import _sys",
    "from functools import reduce",
    "from re import _parser",
    "import typing\nimport collections\ncollections._sys",
    "import math\nmath.factorial(5)",
    "import re\nre._compiler",
    "import importlib",
    "try:\n    pass\nexcept Exception as e:\n    e.__traceback__",
    "with open('x') as f:\n    pass",
    "while True:\n    pass",
    "async def f():\n    pass",
    "global x",
    "del x",
    "@staticmethod\ndef f():\n    pass",
    "class A(metaclass=str):\n    pass",
    "class A:\n    def __getattr__(self, name):\n        pass",
    "class A:\n    def __del__(self):\n        pass",
    "def __import__(name):\n    pass",
    "__name__ = '__main__'",
    "match 1:\n    case 1:\n        pass",
    "assert False",
]


@pytest.mark.parametrize("code", ESCAPES)
def test_no_expression_leads_out(code: str) -> None:
    assert record(GOOD.format("x"), "M()", 1, {})
    with pytest.raises(ReplayError):
        record(GOOD.format(code), "M()", 1, {})
    with pytest.raises(ReplayError):
        record(GOOD.format("x"), f"[M(), {code}][0]", 1, {})


@pytest.mark.parametrize("code", STATEMENTS)
def test_no_statement_leads_out(code: str) -> None:
    with pytest.raises(ReplayError):
        record(f"{code}\n{GOOD.format('x')}", "M()", 1, {})


def test_only_these_names_of_python_are_there() -> None:
    names = allowed.names(len, len)
    assert set(names) - allowed.BUILT_IN == {"getattr", "__import__", "__build_class__"}
    unsafe = {"eval", "exec", "open", "compile", "globals", "vars", "type", "object", "setattr"}
    assert not unsafe & set(names)
    assert names["getattr"] is len is names["__import__"]


@pytest.mark.parametrize("name", [*FOLLOWED, *LITERAL])
@pytest.mark.parametrize("follow", [True, False])
def test_all_that_is_printed_is_allowed(name: str, follow: bool) -> None:
    typed = compiled({**FOLLOWED, **LITERAL}[name], "m")
    text = source(typed, follow=follow)
    assert record(text, expression(text), len(typed.graph.root.inputs), {})


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_odd_names_are_allowed(seed: int) -> None:
    typed, _ = pipeline.compile_source(Source("net.arch", text_of(seed)), None, "net")
    if typed is not None:
        text = source(typed, follow=False)
        assert record(text, expression(text), len(typed.graph.root.inputs), {})


def test_the_examples_are_allowed() -> None:
    for name in ("resnet18", "unet", "googlenet"):
        path = ROOT / "examples" / f"{name}.arch"
        typed, _ = pipeline.compile_source(Source(path.name, path.read_text("utf-8")), path)
        assert typed is not None
        text = source(typed, follow=False)
        assert record(text, expression(text), 1, {})


PAYLOADS = [
    '"""\nimport os\n"""',
    "'); __import__('os').system('x'); ('",
    "}}{{__import__('os')}}",
    "\\\"\"\"\\nopen('x', 'w')",
    "\\N{{DIGIT ONE}}",
    "x = eval",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_file_says_stays_text(payload: str) -> None:
    """Code in comments, labels, patterns and messages is never run, by the printer or by Python."""
    told = payload.replace("\\n", "\n").split("\n")
    comment = "\n".join(f"## {line}" for line in told)
    quoted = payload.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace(".", "")
    text = f"""{comment}

{comment}
block Unit(name: string = "{quoted}") {{
  assert name != "", "{quoted}"
  "{quoted}": conv(4, 1)
  init {{ "{quoted}".weight: zeros }}
}}
{comment}
model m(name: string = "{quoted}") {{
  input x: [N, 4, H = 4, W = 4]
  a: Unit(name) -> b: Unit("{quoted}!")
  init {{ "a.{quoted}".bias: ones }}
}}
"""
    typed, found = pipeline.compile_source(Source("m.arch", text), None)
    assert typed is not None, [item.problem.message() for item in found]
    for follow in (True, False):
        with Watch() as watch:
            printed = source(typed, follow=follow)
            names: dict[str, Any] = {"__name__": "__main__", "print": lambda *_: None}
            exec(compile(printed, "<printed>", "exec"), names)
        assert watch.seen == []


class Watch:
    """What Python reports of files opened, programs run and code compiled from text inside."""

    active: list[Watch] = []  # noqa: RUF012
    is_added = False

    def __enter__(self) -> Watch:
        self.seen: list[str] = []
        if not Watch.is_added:
            sys.addaudithook(_heard)
            Watch.is_added = True
        Watch.active.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        Watch.active.remove(self)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    wrong = event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn")
    wrong = wrong or (event == "open" and arguments[0] == "x")
    for watch in Watch.active:
        if wrong:
            watch.seen.append(event)
