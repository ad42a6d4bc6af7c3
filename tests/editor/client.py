"""A client of the language server that speaks its protocol byte by byte."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


class Client:
    """A server in a process of its own, and what it has said and asked by itself."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archc", "lsp", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.number = 0
        self.notes: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        root: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
        self.capabilities = self.ask("initialize", root)["capabilities"]
        self.tell("initialized", {})

    def send(self, body: bytes, length: int | None = None) -> None:
        """A frame; ``length`` is what its head says, where that is to be wrong."""
        assert self.process.stdin is not None
        head = f"Content-Length: {len(body) if length is None else length}\r\n\r\n"
        self.process.stdin.write(head.encode() + body)
        self.process.stdin.flush()

    def tell(self, method: str, params: object) -> None:
        """Say something that has no answer."""
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    def begin(self, method: str, params: object) -> int:
        """Ask something, and do not wait."""
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.send(json.dumps(message).encode())
        return self.number

    def ask(self, method: str, params: object) -> Any:
        """Ask something, and wait for the answer."""
        return self.answer(self.begin(method, params))["result"]

    def answer(self, number: int) -> dict[str, Any]:
        """The answer to a question; what comes before it is kept, what is asked is agreed to."""
        while True:
            message = self.read()
            if message.get("id") == number and "method" not in message:
                return message
            self._other(message)

    def note(self, method: str) -> dict[str, Any]:
        """The next thing of that kind that the server says unasked."""
        while True:
            for at, message in enumerate(self.notes):
                if message["method"] == method:
                    params: dict[str, Any] = self.notes.pop(at)["params"]
                    return params
            self._other(self.read())

    def _other(self, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message:
            self.asked.append(message)
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": {"success": True}}
            self.send(json.dumps(answer).encode())
        elif "method" in message:
            self.notes.append(message)

    def read(self) -> dict[str, Any]:
        """The next message."""
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message

    def end(self) -> int:
        """Take leave."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(timeout=20)
