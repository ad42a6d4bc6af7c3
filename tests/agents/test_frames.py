"""What is no message, and what foreign code prints: standard output has answers alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "raw", "version": "0"},
}


def message(method: str, params: object, number: int | None = None) -> bytes:
    made: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        made["id"] = number
    return json.dumps(made).encode()


def call(number: int, name: str, **arguments: object) -> bytes:
    return message("tools/call", {"name": name, "arguments": arguments}, number)


def spoken(folder: Path, frames: list[bytes], *words: str) -> tuple[dict[int, Any], str]:
    """The answers by their numbers, and what stood on standard error.

    Each line of standard output must be a message of the protocol. The last frame is one that is
    answered: then the server is told that nobody listens any more.
    """
    hello = [message("initialize", HELLO, 0), message("notifications/initialized", {})]
    last = json.loads(frames[-1])["id"]
    answers: dict[int, Any] = {}
    with (
        (folder / "said.txt").open("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "archc", "mcp", *words],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"".join(each + b"\n" for each in [*hello, *frames]))
        process.stdin.flush()
        for line in process.stdout:
            said = json.loads(line)
            assert said["jsonrpc"] == "2.0"
            answers[said.get("id")] = said
            if said.get("id") == last:
                break
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0
        errors.seek(0)
        return answers, errors.read()


MALFORMED = [
    b"",
    b"hello",
    b"{",
    b"\xff\xfe\x00{}",
    b"null",
    b"[]",
    b'{"jsonrpc": "2.0"}',
    b'{"jsonrpc": "1.0", "id": 3, "method": "tools/list"}',
    b'{"jsonrpc": "2.0", "id": {}, "method": "tools/list"}',
    b'{"jsonrpc": "2.0", "id": 4, "method": 5}',
    b"[" * 100_000,
    b'{"jsonrpc": "2.0", "id": 77, "result": {}}',
    b"Content-Length: 10\r\n\r\n{}",
    message("no/such", {}, 5),
    message("tools/call", {"name": 3}, 6),
    message("tools/call", [], 7),
    message("tools/call", {"name": "check", "arguments": {"text": 3}}, 8),
    message("notifications/cancelled", {"requestId": 999}),
]


def test_the_server_lives_on_behind_what_is_no_message(tmp_path: Path) -> None:
    text = "model net() {\n  input x: [N, 3]\n  relu\n}\n"
    answers, _ = spoken(tmp_path, [*MALFORMED, call(9, "check", text=text)])
    assert answers[9]["result"]["structuredContent"]["ok"] is True
    for number in (5, 6):
        assert "error" in answers[number]
    assert answers[8]["result"]["isError"] is True


def test_a_hostile_text_is_answered(tmp_path: Path) -> None:
    texts = ["", "\0", "{" * 5_000, "model net() { repeat 1000000000 { relu } }", "\ud800x"]
    frames = [call(number, "check", text=text) for number, text in enumerate(texts, 1)]
    answers, said = spoken(tmp_path, [*frames, call(99, "check", text="model m() {")])
    assert answers[99]["result"]["structuredContent"]["ok"] is False
    assert "Traceback" not in said
    for number in range(1, len(texts)):  # the last is no text at all
        assert "structuredContent" in answers[number]["result"]


NOISY = """
import os, sys
import torch
print("on the way in")
os.write(1, b"past Python\\n")

def net():
    print("while it is made")
    os.write(1, b"again\\n")
    sys.stdin.read()
    return torch.nn.Sequential(torch.nn.Linear(3, 5))
"""


def test_what_imported_code_prints_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(NOISY)
    asked = call(1, "import", target="noisy.net", inputs=["1x3"])
    answers, said = spoken(tmp_path, [asked], "--import", "noisy")
    found = answers[1]["result"]["structuredContent"]
    assert found["ok"] is True
    assert "linear(5)" in found["text"] and "equal" in found["report"]
    assert "past Python" in said and "while it is made" in said


def test_no_torch_is_loaded_for_texts(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise SystemExit('torch is imported')")
    asked = [
        call(n, name, path="resnet18") for n, name in enumerate(("check", "summary", "draw"), 1)
    ]
    answers, _ = spoken(tmp_path, asked)
    for number in (1, 2, 3):
        assert answers[number]["result"]["structuredContent"]["ok"] is True
