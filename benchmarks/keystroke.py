"""How long an editor waits for an answer at a key, in a file of 500 lines.

``python benchmarks/keystroke.py`` in an environment that has the package with its extra ``lsp``. It
writes letter after letter into a file of published networks, speaks to ``archc lsp`` as editors do,
and asks for words and for a signature with each; then it waits for what is wrong with the text.
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
from typing import Any

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
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.tell("initialized", {})

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
            pass
        return message["result"]

    def told(self, method: str) -> Any:
        """Wait for something that the server says by itself."""
        while (message := self.read()).get("method") != method:
            pass
        return message["params"]

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


def seconds(server: Server, uri: str, whole: str) -> dict[str, list[float]]:
    """What each key of a line in the midst of the text waits for."""
    lines = whole.split("\n")
    row = next(at for at in range(len(lines) // 2, len(lines)) if lines[at].startswith("  input "))
    found: dict[str, list[float]] = {"completion": [], "signature": [], "what is wrong": []}
    for count in range(1, len(KEYS) + 1):
        written = [*lines[: row + 1], KEYS[:count], *lines[row + 1 :]]
        at = {
            "textDocument": {"uri": uri},
            "position": {"line": row + 1, "character": count},
        }
        start = time.perf_counter()
        changes = [{"text": "\n".join(written)}]
        document = {"uri": uri, "version": count + 1}
        server.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        server.ask("textDocument/completion", at)
        found["completion"].append(time.perf_counter() - start)
        server.ask("textDocument/signatureHelp", at)
        found["signature"].append(time.perf_counter() - start - found["completion"][-1])
        server.told("textDocument/publishDiagnostics")
        found["what is wrong"].append(time.perf_counter() - start)
    return found


def main() -> None:
    """Print the medians."""
    whole = text()
    with tempfile.TemporaryDirectory() as folder:
        uri = Path(folder, "net.arch").as_uri()
        server = Server()
        document = {"uri": uri, "languageId": "arch", "version": 1, "text": whole}
        server.tell("textDocument/didOpen", {"textDocument": document})
        server.told("textDocument/publishDiagnostics")
        found = seconds(server, uri, whole)
        server.ask("shutdown", None)
        server.tell("exit", None)
        server.process.wait()
    print(
        f"{len(whole.splitlines())} lines, {len(KEYS)} keys, {os.cpu_count()} processors; medians"
    )
    for name, waits in found.items():
        print(f"{name:<14} {1000 * median(waits):6.0f} ms, slowest {1000 * max(waits):.0f} ms")


if __name__ == "__main__":
    main()
