"""The server's state: the pages of the texts that are open, and when each is checked."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

import archc
from archc.editor.page import Page
from archc.editor.server.saying import diagnostic
from archdsl.project.locate import ENDING
from archir.base.record import Record

PAUSE = 0.1
"""Seconds between two keys behind which the second is a key of its own, checked at once.

People press one every 0.24 s, those who are fast every 0.12 s (Dhakal et al., "Observations on
Typing from 136 Million Keystrokes", 2018). What comes faster is a key that is held, or a text that
is put in by parts: of these the last alone is worth a check.
"""

REST = 1.0
"""Seconds without a key in which there is time to look for garbage."""

PAGES = 16
"""Pages that are made before that is worth it."""

MOST_PAGES = 4 * PAGES
"""Pages behind which it is done whatever is written."""

MOST_FILES = 500
"""Files of the folder that are read to find who else uses a name."""

_LONGEST = 1 << 20
"""Bytes of such a file."""

T = TypeVar("T")


class Known(Record):
    """A page, with the version of its text and of each file that it read (None: of the disk)."""

    page: Page
    version: int
    read: dict[str, int | None]


class Server(LanguageServer):
    """The server, with the pages of the texts that are open."""

    def __init__(self) -> None:
        super().__init__("archc", archc.__version__)
        self.shows = False
        """Whether the editor shows cards and pictures itself."""
        self._known: dict[str, Known] = {}
        self._sketched: dict[str, tuple[str, Page]] = {}
        self._making: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._written: dict[str, float] = {}
        """When a text last changed."""
        self._checker = ThreadPoolExecutor(1, "archc-check")
        self._made = 0
        self._pictures: tempfile.TemporaryDirectory[str] | None = None

    # --- pages ----------------------------------------------------------------------------------

    async def page(self, uri: str) -> Page:
        """The page of a text as it is now; it is checked first where that has not been done."""
        while uri in self.workspace.text_documents:
            page = self._current(uri)
            if page is not None:
                return page
            if uri not in self._making:
                self._making[uri] = asyncio.create_task(self._make(uri))
            # Whoever takes a question back does not take back the check, for which others wait.
            await asyncio.shield(self._making[uri])
        return await self.aside(lambda: self._of_disk(uri))

    def sketch(self, uri: str) -> Page | None:
        """A page without waiting: with the text as it is now, and names as they last were.

        None where the text has never been checked.
        """
        known = self._known.get(uri)
        if known is None or self._current(uri) is not None:
            return None if known is None else known.page
        text = self._text(uri)
        last = self._sketched.get(uri)
        if last is None or last[0] != text or last[1].before is not known.page:
            last = (text, Page(text, known.page.source.name, before=known.page))
            self._sketched[uri] = last
        return last[1]

    async def aside(self, work: Callable[[], T]) -> T:
        """What takes its time, in the thread of the checks."""
        return await asyncio.get_running_loop().run_in_executor(self._checker, work)

    def _text(self, uri: str) -> str:
        text: str = self.workspace.get_text_document(uri).source
        return text

    def _version(self, uri: str) -> int:
        return self.workspace.get_text_document(uri).version or 0

    def _current(self, uri: str) -> Page | None:
        """The page of a text, if nothing that it was made of has changed."""
        known = self._known.get(uri)
        if known is None or known.version != self._version(uri):
            return None
        versions = self._open_files()
        if any(versions.get(path) != version for path, version in known.read.items()):
            return None
        return known.page

    async def _make(self, uri: str) -> None:
        version, text = self._version(uri), self._text(uri)
        read: dict[str, int | None] = {}
        known = self._known.get(uri)
        last = None if known is None else known.page
        try:
            page = await self.aside(lambda: Page(text, path_of(uri), self._reader(read), last=last))
            if uri in self.workspace.text_documents:
                self._known[uri] = Known(page, version, read)
        finally:
            self._making.pop(uri, None)
        self._made += 1
        self._tidy(MOST_PAGES)

    def _tidy(self, most: int) -> None:
        """Look for garbage where so many pages have been made since that was done last."""
        if self._made >= most:
            self._made = 0
            self._checker.submit(gc.collect)

    def settled(self) -> None:
        """All is loaded: it lives as long as the server, and is no place to look for garbage.

        A command looks for none (``cli/guard``). Here pages come and go, and are looked through
        behind an answer, not as it is made.
        """
        gc.collect()
        gc.freeze()

    def _of_disk(self, uri: str) -> Page:
        """The page of a file that is not open: its names alone. What is gone is empty."""
        path = path_of(uri)
        text = "" if path is None else _text(Path(path))
        return Page(text, path, self._reader({}), shapes=False)

    def _open_files(self) -> dict[str, int]:
        """The versions of the files that are open, by their resolved paths."""
        versions: dict[str, int] = {}
        for uri, document in list(self.workspace.text_documents.items()):
            path = path_of(uri)
            if path is not None:
                versions[os.path.realpath(path)] = document.version or 0
        return versions

    def _reader(self, read: dict[str, int | None]) -> Callable[[Path, int], bytes]:
        """Gives imported files as they stand in the editor, else on the disk, and notes them."""

        def reader(path: Path, most: int) -> bytes:
            real = os.path.realpath(path)
            read[real] = None
            for uri, document in list(self.workspace.text_documents.items()):
                open_at = path_of(uri)
                if open_at is not None and os.path.realpath(open_at) == real:
                    read[real] = document.version or 0
                    text: str = document.source
                    return text.encode("utf-8")[:most]
            with path.open("rb") as stream:
                return stream.read(most)

        return reader

    # --- other texts ----------------------------------------------------------------------------

    async def others(self, uri: str, word: str) -> list[tuple[str, Page]]:
        """Pages in which a word may mean the same: open texts, and files of the folder."""
        found = [
            (other, await self.page(other))
            for other in list(self.workspace.text_documents)
            if other != uri and word in self._text(other)
        ]
        return found + await self.aside(lambda: list(self._on_disk(uri, word)))

    def _on_disk(self, uri: str, word: str) -> Iterator[tuple[str, Page]]:
        read = self._open_files()
        for path in self._files(uri):
            real = os.path.realpath(path)
            if real not in read and word in _text(path):
                other = path.as_uri()
                yield other, self._of_disk(other)

    def _files(self, uri: str) -> list[Path]:
        """The files of the folders that the editor has open; without one, those beside the text."""
        folders = [path_of(each) for each in self.workspace.folders]
        path = path_of(uri)
        if not folders and path is not None:
            return sorted(Path(path).absolute().parent.glob(f"*{ENDING}"))[:MOST_FILES]
        return sorted(file for each in folders if each for file in _below(Path(each)))[:MOST_FILES]

    # --- what happens ---------------------------------------------------------------------------

    def changed(self, uri: str) -> None:
        """Check a text, and those that import it: at once, or behind the last of many keys."""
        path = path_of(uri)
        real = None if path is None else os.path.realpath(path)
        for each in list(self.workspace.text_documents):
            known = self._known.get(each)
            if each == uri or (known is not None and real in known.read):
                self._soon(each)

    def changed_on_disk(self) -> None:
        """Check all again: a file that they import has been written by somebody else."""
        self._known.clear()
        for uri in list(self.workspace.text_documents):
            self._soon(uri)

    def closed(self, uri: str) -> None:
        """Forget a text."""
        self._known.pop(uri, None)
        self._sketched.pop(uri, None)
        self._written.pop(uri, None)
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self.changed(uri)

    def _soon(self, uri: str) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        now = asyncio.get_running_loop().time()
        is_rest = now - self._written.get(uri, now - PAUSE) >= PAUSE
        self._written[uri] = now
        self._waiting[uri] = asyncio.create_task(self._check(uri, 0 if is_rest else PAUSE))

    async def _check(self, uri: str, pause: float) -> None:
        """Check a text behind a pause, say what is wrong with it, and tidy up if nobody writes."""
        await asyncio.sleep(pause)
        page = await self.page(uri)
        if uri in self.workspace.text_documents:
            said = [diagnostic(uri, page, *each) for each in page.diagnostics()]
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri, said, self._version(uri))
            )
        await asyncio.sleep(REST)
        self._tidy(PAGES)

    # --- pictures for editors that have no room for one -------------------------------------------

    def keep(self, name: str, text: str) -> str:
        """The URI of a file with a text, which is there while the server is."""
        if self._pictures is None:
            self._pictures = tempfile.TemporaryDirectory(
                prefix="archc-", ignore_cleanup_errors=True
            )
        path = Path(self._pictures.name, f"{name}.html")
        path.write_text(text, "utf-8")
        return path.as_uri()

    def leave(self) -> None:
        """Leave nothing behind."""
        if self._pictures is not None:
            self._pictures.cleanup()


def _below(folder: Path) -> Iterator[Path]:
    """The files of the language in a folder, but for what is hidden or installed there."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name[0] != "." and name not in ("node_modules", "venv")
        )
        yield from (Path(at, name) for name in sorted(names) if name.endswith(ENDING))


def _text(path: Path) -> str:
    """The text of a file; nothing of one that is gone, is not ours to read, or is too long."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LONGEST + 1)
    except OSError:
        return ""
    return "" if len(data) > _LONGEST else data.decode("utf-8", "replace")


def path_of(uri: str) -> str | None:
    """The path of a file's URI; None for a text that is in no file yet."""
    parsed = urlparse(uri)
    if parsed.scheme != "file":
        return None
    return url2pathname(parsed.path) if os.name == "nt" else unquote(parsed.path)
