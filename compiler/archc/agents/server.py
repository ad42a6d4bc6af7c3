"""``archc mcp``: the questions of this room in the Model Context Protocol.

Questions are answered one after another, in a thread: nothing blocks the protocol, and what a text
costs to check it costs once at a time. Standard output belongs to the protocol while the server
runs: what foreign code prints goes to standard error (the SDK moves the descriptors).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, get_type_hints

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations

import archc
from archc.agents import facts, lookup
from archc.agents.folder import Folder
from archc.agents.importer import Importer
from archc.agents.tools import Tools
from archc.errors import ArchError

INSTRUCTIONS = """\
archc checks neural-network architectures written as text, without running them. Write a text, ask
check, apply the edits that it gives (all of a fix, or none), and ask again until ok is true.
explain lists ops and library blocks and says what each takes; examples has whole models to begin
with; summary has parameters and costs. Lines and columns count from 1."""


def made(folder: str, packages: Iterable[str] = ()) -> MCPServer[Any]:
    """A server over a folder; ``packages`` are those whose code an import may run."""
    here = Folder(folder)
    tools, importer = Tools(here), Importer(here, packages)
    asked: dict[str, Callable[..., Any]] = {
        "check": tools.check,
        "summary": tools.summary,
        "sizes": tools.sizes,
        "diff": tools.diff,
        "explain": lookup.explain,
        "examples": lookup.examples,
        "draw": tools.draw,
        "import": importer.import_,
    }
    one = anyio.CapacityLimiter(1)
    return MCPServer(
        "archc",
        instructions=INSTRUCTIONS,
        version=archc.__version__,
        tools=[_tool(name, function, one) for name, function in asked.items()],
        log_level="WARNING",
    )


def _tool(name: str, function: Callable[..., Any], one: anyio.CapacityLimiter) -> Tool:
    @wraps(function)
    async def answered(**arguments: Any) -> CallToolResult:
        return await anyio.to_thread.run_sync(partial(_answer, function, arguments), limiter=one)

    only_reads = ToolAnnotations(read_only_hint=True, open_world_hint=name == "import")
    tool = Tool.from_function(answered, name=name, annotations=only_reads, structured_output=True)
    arguments = tool.fn_metadata.arg_model
    # An argument that is not known would be dropped without a word.
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    tool.parameters = _described(arguments.model_json_schema(by_alias=True), function)
    return tool


def _described(schema: dict[str, Any], function: Callable[..., Any]) -> dict[str, Any]:
    """A schema of arguments in the words that their annotations carry."""
    hints = get_type_hints(function, include_extras=True)
    for name, each in schema["properties"].items():
        each.pop("title", None)  # the name again
        words = [word for word in getattr(hints[name], "__metadata__", ()) if isinstance(word, str)]
        if words:
            each["description"] = words[0]
    return schema


def _answer(function: Callable[..., Any], arguments: dict[str, Any]) -> CallToolResult:
    """What a question gives; what is asked wrongly is said, and marked as an error."""
    refused = False
    try:
        found = function(**arguments)
    except (ArchError, OSError, archc.ToolError, archc.PackageMissingError) as error:
        found = facts.refusal(error)
        # What is wrong in a text is an answer; what cannot be asked is none.
        refused = not (isinstance(error, ArchError) and error.diagnostics)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    content: list[Any] = [TextContent(type="text", text=text)]
    return CallToolResult(content=content, structured_content=found, is_error=refused)
