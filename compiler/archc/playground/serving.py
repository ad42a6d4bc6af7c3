"""The page and its answers from a process of this machine, for whoever knows its secret.

It listens on the loopback address alone. The secret is part of the page's address, and no other
site knows it; a request that a browser sends for another site, or under another name of this
machine, is refused before it is read.
"""

from __future__ import annotations

import secrets
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from archc.errors import SettingError
from archc.playground.asking import Desk
from archc.playground.webpage import HTTP, page
from archdsl.project.locate import StrPath
from archir.base.source import Source

HOST = "127.0.0.1"

MOST_BYTES = 4_000_000
"""Of a question: a text of as many characters as a file may have."""


class Playground(ThreadingHTTPServer):
    """The server of one page. ``url`` is where it is; ``serve_forever`` answers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, file: Source | None = None, path: StrPath | None = None) -> None:
        """Listen on a port, 0 for a free one. ``file`` is a text to begin with, at ``path``."""
        super().__init__((HOST, port), _Handler)
        self.secret = secrets.token_urlsafe(18)
        self.document = page(HTTP, {}, file).encode()
        self._desk = Desk(path)
        self._alone = Lock()

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.server_port}/{self.secret}/"

    def answer(self, body: bytes) -> bytes:
        """The answer to a question; ``SettingError`` or ``ValueError`` where it is none."""
        with self._alone:  # what is known of a text is worked out once, and not by two at a time
            return self._desk.told(body.decode()).encode()


class _Handler(BaseHTTPRequestHandler):
    server: Playground
    protocol_version = "HTTP/1.1"
    server_version = "archc"
    sys_version = ""
    timeout = 60

    def setup(self) -> None:
        super().setup()
        # An answer is small, and is not to wait for more.
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        if self._is_ours():
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", self.server.document)

    def do_POST(self) -> None:
        if not self._is_ours("ask"):
            return
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Content-Type") != "application/json" or not length.isdecimal():
            self._refuse(HTTPStatus.BAD_REQUEST, "a question is JSON")
            return
        if int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the text is too long")
            return
        try:
            answer = self.server.answer(self.rfile.read(int(length)))
        except SettingError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, error.message)
        except (ValueError, RecursionError):
            self._refuse(HTTPStatus.BAD_REQUEST, "a question is JSON")
        else:
            self._send(HTTPStatus.OK, "application/json", answer)

    def _is_ours(self, rest: str = "") -> bool:
        """Whether a request comes from the page, or asks for it; else it is refused."""
        port = self.server.server_port
        hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        if self.headers.get("Host") not in hosts or (
            origin is not None and origin.removeprefix("http://") not in hosts
        ):
            self._refuse(HTTPStatus.FORBIDDEN, "this is for this machine alone")
            return False
        wanted = f"/{self.server.secret}/{rest}".encode()
        if not secrets.compare_digest(self.path.encode(errors="replace"), wanted):
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
            return False
        return True

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # what it sent beside is not read
        self._send(status, "text/plain; charset=utf-8", f"{why}\n".encode())

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
        ):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the library's name)
        """Say nothing: the terminal is for what goes wrong."""
