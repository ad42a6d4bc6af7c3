"""``archc lsp``: the editors' protocol (LSP 3.17) over what the other files of this room say.

A text is checked in a thread of its own, at the first key behind a rest, else when a moment has
passed since the last one, and the newest version alone: so nothing waits for a large file. What is
asked with every key (words, signatures) is answered from the names of the last check, the rest from
a check of the text as it is, in which all is kept that no edit has touched (``editor/keeping``).
"""

from __future__ import annotations

from archc.editor.server import looking, referring, writing
from archc.editor.server.session import Server


def made() -> Server:
    """A server that answers; it is started by its ``start_io``."""
    server = Server()
    for each in (writing, referring, looking):
        each.add(server)
    return server
