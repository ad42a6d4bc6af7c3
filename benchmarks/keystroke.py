"""How long an editor waits for an answer at a key, in a file of 500 lines.

``python benchmarks/keystroke.py`` in an environment that has the package with its extra ``lsp``. It
writes letter after letter into a file of published networks, speaks to ``archc lsp`` as editors do,
and asks with each for words and a signature, which are answered before the text is checked; for
colours, shapes and lenses, for which it is checked; then it waits for what is wrong with it, which
the server says by itself. Keys come as a person presses them, one behind the other. Texts are of
several kinds; with their names behind the command it is those alone.
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


def text() -> str:
    """Published networks in one file."""
    imports: list[str] = []
    bodies: list[str] = []
    for name in PARTS:
        lines = (ROOT / "examples" / f"{name}.arch").read_text("utf-8").splitlines()
        imports += [line for line in lines if line.startswith("import ")]
        bodies += [line for line in lines if not line.startswith(("import ", "arch "))]
    return "\n".join(["arch 1", "", *dict.fromkeys(imports), *bodies]) + "\n"


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
    row = next(at for at in range(len(lines) // 2, len(lines)) if lines[at].startswith("  input "))
    seen = {"start": {"line": row - 30, "character": 0}, "end": {"line": row + 30, "character": 0}}
    found: Waits = {name: [] for name in (*STEPS, "what is wrong", "all")}
    for count in range(1, len(KEYS) + 1):
        written = [*lines[: row + 1], KEYS[:count], *lines[row + 1 :]]
        place = {"line": row + 1, "character": count}
        asked = {"textDocument": {"uri": uri}, "position": place, "range": seen}
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


def main() -> None:
    """Print the medians."""
    whole = text()
    with tempfile.TemporaryDirectory() as folder:
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
    print(
        f"{len(whole.splitlines())} lines, {len(KEYS)} keys, {os.cpu_count()} processors; medians"
    )
    for name, waits in found.items():
        shown, worked = ([1000 * each[at] for each in waits] for at in (0, 1))
        print(
            f"{name:<24} {median(shown):6.0f} ms, slowest {max(shown):.0f} ms; "
            f"{median(worked):.0f} ms of a processor"
        )


if __name__ == "__main__":
    main()
