"""Servers as the SDK's own client sees them: one in this process, and one behind its streams."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.from_thread import start_blocking_portal
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, Tool

from archc.agents import server


class Asked:
    """A server that is there while the block runs."""

    def __init__(self, portal: Any, client: Client) -> None:
        self._portal = portal
        self._client = client

    def tools(self) -> list[Tool]:
        """What it says that it can be asked."""
        listed: list[Tool] = self._portal.call(self._client.list_tools).tools
        return listed

    def result(self, name: str, /, **arguments: Any) -> CallToolResult:
        """What it answers, as the protocol has it."""
        result: CallToolResult = self._portal.call(self._client.call_tool, name, arguments)
        return result

    def answer(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The data of an answer."""
        found = self.result(name, **arguments).structured_content
        assert isinstance(found, dict)
        return found


@contextmanager
def started(folder: Path, *words: str) -> Iterator[Asked]:
    """``archc mcp`` in a process of its own, started in a folder."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "archc", "mcp", *words],
        env=dict(os.environ),
        cwd=folder,
    )
    with start_blocking_portal() as portal:
        client = Client(stdio_client(command))
        with portal.wrap_async_context_manager(client):
            yield Asked(portal, client)


def once(folder: Path, name: str, /, *packages: str, **arguments: Any) -> CallToolResult:
    """One answer of a server in this process."""

    async def asked() -> CallToolResult:
        async with Client(server.made(str(folder), packages)) as client:
            return await client.call_tool(name, arguments)

    return anyio.run(asked)


def finding(result: CallToolResult) -> dict[str, Any]:
    """The one thing that is said to be wrong."""
    assert result.structured_content is not None
    (found,) = result.structured_content["diagnostics"]
    assert isinstance(found, dict)
    return found
