"""Who is answered by the process that serves the page, and who is not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from archc.playground.serving import MOST_BYTES, Playground

QUESTION = json.dumps({"kind": "check", "text": "model net() {\n  input x: [N, 4]\n  relu\n}\n"})
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server() -> Iterator[Playground]:
    with Playground(0) as made:
        thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()


def said(
    server: Playground,
    method: str,
    path: str | None = None,
    body: str | None = None,
    **headers: str,
) -> tuple[int, str]:
    """The status and the text of a request; headers are named with ``_`` for ``-``."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, f"/{server.secret}/ask" if path is None else path, body, named)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def test_the_page_and_its_questions_are_answered(server: Playground) -> None:
    where = urlsplit(server.url)
    assert where.hostname == "127.0.0.1" and server.server_address[0] == "127.0.0.1"
    status, page = said(server, "GET", where.path)
    assert status == 200 and page.startswith("<!DOCTYPE html>")
    own = f"http://127.0.0.1:{server.server_port}"
    status, answer = said(server, "POST", None, QUESTION, Content_Type=JSON["Content-Type"])
    assert status == 200 and json.loads(answer)["models"][0]["ok"]
    status, _ = said(server, "POST", None, QUESTION, Content_Type=JSON["Content-Type"], Origin=own)
    assert status == 200


def test_nobody_is_answered_without_the_secret(server: Playground) -> None:
    for path in ("/", "/ask", f"/{server.secret[:-1]}/", f"/{server.secret}", "/%00", "/%C3%A9"):
        assert said(server, "GET", path)[0] == 404
        assert said(server, "POST", path, QUESTION, Content_Type="application/json")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Host": "example.org"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1.example.org:80"},
    ],
)
def test_other_sites_and_other_names_of_the_machine_are_refused(
    server: Playground, headers: dict[str, str]
) -> None:
    status, _ = said(server, "POST", None, QUESTION, Content_Type="application/json", **headers)
    assert status == 403
    assert said(server, "GET", f"/{server.secret}/", **headers)[0] == 403


def test_a_form_of_another_site_cannot_ask(server: Playground) -> None:
    """What a page may send without asking first is no JSON by its type."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert said(server, "POST", None, QUESTION, Content_Type=kind)[0] == 400
    assert said(server, "OPTIONS", None)[0] == 501


@pytest.mark.parametrize("body", ["", "{", "[]", "[" * 100_000, '{"kind": "check"}', "\x00"])
def test_what_is_no_question_is_refused(server: Playground, body: str) -> None:
    assert said(server, "POST", None, body, Content_Type="application/json")[0] == 400


def test_a_question_that_is_too_long_is_not_read(server: Playground) -> None:
    long = {"Content_Type": "application/json", "Content_Length": str(MOST_BYTES + 1)}
    assert said(server, "POST", None, None, **long)[0] == 413
    long["Content_Length"] = "-1"
    assert said(server, "POST", None, None, **long)[0] == 400


def test_the_command_says_where_and_ends_when_it_is_told() -> None:
    # A terminal lets Ctrl-C through; whoever starts the tests may not.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from archc.cli import main; sys.exit(main(['playground', 'vgg16']))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        url = one.stdout.readline().split()[0]
        with urlopen(url) as reply:
            page = reply.read().decode()
        assert "vgg16.arch - archc playground</title>" in page
        one.send_signal(signal.SIGINT)
    assert one.returncode == 0
