"""How long an editor waits for an answer at a key, in files of 500 lines of several kinds.

``python benchmarks/keystroke.py`` in an environment that has the package with its extra ``lsp``. It
writes letter after letter into each file, speaks to ``archc lsp`` as editors do, and asks with each
for words and a signature, which are answered before the text is checked; for colours, shapes and
lenses, for which it is checked; then it waits for what is wrong with it, which the server says by
itself. Keys come as a person presses them, with a rest between them. Names of kinds behind the
command are those to look at; ``--parts`` shows each of these questions by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

ROOT = Path(__file__).parents[1]
PARTS = ("t5_small", "inception_v3", "clip_vit_b_32", "mobilenet_v3")
"""Examples that have 500 lines together."""

KEYS = "  conv(32, 3) -> relu"


class Server:
    """A server in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "archc", "lsp"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe)
        self.number = 0
        self.notes: list[dict[str, Any]] = []
        """What it has said by itself, and nobody has waited for yet."""
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.tell("initialized", {})

    def worked(self) -> float:
        """The seconds of a processor that it has taken so far; 0 where the system does not say."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    def tell(self, method: str, params: object, **more: object) -> None:
        """Say something."""
        assert self.process.stdin is not None
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        body = json.dumps(message).encode()
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.process.stdin.flush()

    def ask(self, method: str, params: object) -> Any:
        """Ask something, and wait for the answer."""
        self.number += 1
        self.tell(method, params, id=self.number)
        while (message := self.read()).get("id") != self.number:
            self.notes.append(message)
        return message["result"]

    def told(self, version: int) -> None:
        """Wait for what is wrong with a version of the text, which the server says by itself."""
        while True:
            message = self.notes.pop(0) if self.notes else self.read()
            if message.get("params", {}).get("version") == version:
                return

    def read(self) -> dict[str, Any]:
        """The next message."""
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message


def networks() -> str:
    """Published networks in one file."""
    imports: list[str] = []
    bodies: list[str] = []
    for name in PARTS:
        lines = (ROOT / "examples" / f"{name}.arch").read_text("utf-8").splitlines()
        imports += [line for line in lines if line.startswith("import ")]
        bodies += [line for line in lines if not line.startswith(("import ", "arch "))]
    return "\n".join(["arch 1", "", *dict.fromkeys(imports), *bodies]) + "\n"


def one_model() -> str:
    """A network in one body, as one who has just begun with the language writes it."""
    body = ["  stem: conv(width, 3, padding = 1) -> relu as x0"]
    for number in range(60):
        body += [
            f"  x{number} -> left{number}: conv(width, 3, padding = 1) as a{number}",
            f"  x{number} -> right{number}: {{",
            f"    reduce: conv({8 + number % 8}, 1) -> relu",
            "    expand: conv(width, 5, padding = 2)",
            f"  }} as b{number}",
            f"  add [a{number}, b{number}]",
            f"  join{number}: conv(width, 1) -> relu as x{number + 1}",
            f"  # stage {number} ends here",
        ]
    return model("one(width = 16)", [*body, "  x60 -> global_avg_pool", "  head: linear(10)"])


def many_blocks() -> str:
    """A block for each stage of a network."""
    blocks = [
        f"## Stage {number}.\nblock Stage{number}(width, act: op = relu) {{\n"
        f"  let inner = width // 2 + {number}\n  residual {{\n"
        "    conv(inner, 3, padding = 1, bias = false) -> batch_norm -> act\n"
        "    conv(width, 1, bias = false) -> batch_norm\n  }\n  act\n}\n"
        for number in range(48)
    ]
    body = ["  conv(16, 3, padding = 1)", *[f"  Stage{number}(16)" for number in range(48)]]
    return "\n".join([*blocks, model("all_of_them()", body)])


def loops() -> str:
    """Networks whose stages are turns of loops."""
    body = [
        "  conv(width, 3, padding = 1)",
        "  for i in range(depth) {",
        "    let inner = width * (i + 1)",
        "    residual {",
        "      conv(inner, 3, padding = 1, bias = false) -> batch_norm -> relu",
        "      conv(width, 1)",
        "    }",
        "    repeat 3 {",
        "      residual { conv(width, 3, padding = 1) -> relu }",
        "    }",
        "    max_pool(2) if i == depth - 1",
        "  }",
        "  global_avg_pool -> linear(10)",
    ]
    heads = [f"net{number}(depth = {3 + number % 5}, width = 32)" for number in range(29)]
    return "\n".join(model(head, body) for head in heads)


def imported() -> str:
    """Networks of blocks that stand in ten files beside them."""
    head = ["import std.residual: BasicBlock", "import std.blocks: ConvNormAct"]
    for number in range(FILES):
        names = ", ".join(f"Part{number}_{each}" for each in range(5))
        head.append(f'import "./part{number}.arch": {names}')
    uses = [f"  Part{number}_{number % 5}(width)" for number in range(FILES)]
    body = ["  ConvNormAct(width, 3)", *uses, "  BasicBlock(width)", "  linear(10)"]
    models = [model(f"net{number}(width = {16 + number})", body) for number in range(28)]
    return "\n".join([*head, "", *models])


FILES = 10
"""So many files are imported by ``imported``."""


def beside() -> str:
    """One of these files; they are alike but for the names of their blocks."""
    return "\n".join(
        f"block PartNUMBER_{each}(width) {{\n  residual {{\n"
        "    conv(width, 3, padding = 1, bias = false) -> batch_norm -> relu\n"
        "    conv(width, 1)\n  }\n  relu\n}\n"
        for each in range(5)
    )


def model(head: str, body: list[str]) -> str:
    """A model of pictures."""
    lines = [f"model {head} {{", "  input image: [N, 3, H = 64, W = 64]", *body, "}"]
    return "\n".join(lines) + "\n"


KINDS = {
    "published networks": networks,
    "one model": one_model,
    "many blocks": many_blocks,
    "loops": loops,
    "imports": imported,
}
REST = 0.25
"""Seconds between an answer and the next key: people press one every 0.24 s."""


STEPS = {
    "words": ("completion",),
    "signature": ("signatureHelp",),
    "colours, shapes, lenses": ("semanticTokens/full", "inlayHint", "codeLens"),
}
"""What an editor asks at a key, in this order."""

Waits: TypeAlias = dict[str, list[tuple[float, float]]]
"""Of each step the seconds until its answers, and those of a processor."""


def seconds(server: Server, uri: str, whole: str, version: int) -> Waits:
    """What each key of a line in the midst of the text waits for, which has this version so far."""
    lines = whole.split("\n")
    whole_lines = ("  input ", "  # ")
    ends = [at for at, line in enumerate(lines) if line.startswith(whole_lines)]
    row = min(ends, key=lambda at: abs(at - len(lines) // 2))
    seen = {
        "start": {"line": max(0, row - 30), "character": 0},
        "end": {"line": row + 30, "character": 0},
    }
    found: Waits = {name: [] for name in (*STEPS, "what is wrong", "all")}
    for count in range(1, len(KEYS) + 1):
        written = [*lines[: row + 1], KEYS[:count], *lines[row + 1 :]]
        place = {"line": row + 1, "character": count}
        asked = {"textDocument": {"uri": uri}, "position": place, "range": seen}
        time.sleep(REST)
        begun = before = time.perf_counter(), server.worked()
        changes = [{"text": "\n".join(written)}]
        document = {"uri": uri, "version": (version := version + 1)}
        server.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        for name, methods in STEPS.items():
            for method in methods:
                server.ask(f"textDocument/{method}", asked)
            after = time.perf_counter(), server.worked()
            found[name].append((after[0] - before[0], after[1] - before[1]))
            before = after
        server.told(version)
        after = time.perf_counter(), server.worked()
        found["what is wrong"].append((after[0] - begun[0], after[1] - before[1]))
        found["all"].append((after[0] - begun[0], after[1] - begun[1]))
    return found


def measured(kind: str) -> Waits:
    """What keys wait for in a text of a kind."""
    whole = KINDS[kind]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES if kind == "imports" else 0):
            Path(folder, f"part{number}.arch").write_text(beside().replace("NUMBER", str(number)))
        uri = Path(folder, "net.arch").as_uri()
        server = Server()
        document = {"uri": uri, "languageId": "arch", "version": 1, "text": whole}
        server.tell("textDocument/didOpen", {"textDocument": document})
        server.told(1)
        seconds(server, uri, whole, 1)  # once to be warm
        found = seconds(server, uri, whole, 1 + len(KEYS))
        server.ask("shutdown", None)
        server.tell("exit", None)
        server.process.wait()
    return found


def main() -> None:
    """Print the medians."""
    words = sys.argv[1:]
    kinds = [each for each in words if each in KINDS] or list(KINDS)
    print(f"medians over {len(KEYS)} keys, {os.cpu_count()} processors")
    for kind in kinds:
        print(f"{kind}, {len(KINDS[kind]().splitlines())} lines")
        for name, waits in measured(kind).items():
            shown, worked = ([1000 * each[at] for each in waits] for at in (0, 1))
            if name == "all" or "--parts" in words:
                print(
                    f"  {name:<24} {median(shown):6.0f} ms, {min(shown):.0f} to {max(shown):.0f}; "
                    f"{median(worked):.0f} ms of a processor"
                )


if __name__ == "__main__":
    main()
