"""Writing what the user asked for: whole, or not at all, and over nothing that is theirs.

A set of files is written into a folder of its own beside the targets, and renamed from there.
That folder is locked by its process, so that the next build can tell what a dead one has left.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from errno import EEXIST
from pathlib import Path
from typing import TypeAlias

from archc.errors import HalfWrittenError, NotAFileError, NotAFolderError
from archc.output.locking import alone, held
from archc.output.stopping import Stopping

Content: TypeAlias = "str | bytes | Callable[[Path], None]"
"""What a file is to hold: a text, bytes, or what writes it, if it is large."""

_OUR_STAGE = re.compile(r"\.archc-\d+-[0-9a-f]{8}\.tmp")
_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def write_all(
    contents: Mapping[Path, Content], allow: Callable[[list[Path]], None] | None = None
) -> None:
    """Write several files, none of which is ever seen half written, and all of them or none.

    What stands at a target must be a file. ``allow`` is asked about those that are there, just
    before they are replaced, and raises an OSError for what must stay. Who may read and write a
    file stays as it was.
    """
    folders = sorted({path.parent for path in contents})
    for folder in folders:
        _make(folder)
    _there(contents)
    with Stopping() as stopping, ExitStack() as stack:
        named = {path.parent: path for path in reversed(list(contents))}
        stages = {folder: stack.enter_context(_stage(named[folder])) for folder in folders}
        fresh = {
            path: _write(stages[path.parent] / path.name, path, content)
            for path, content in contents.items()
        }
        for folder in folders:  # in one order everywhere: no two wait for each other
            stack.enter_context(alone(folder))
        there = _there(contents)
        if allow is not None:
            allow(there)
        with stopping.held():
            _replace(fresh, there)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet: whole or not at all. FileExistsError if it is there."""
    _make(path.parent)
    with Stopping(), _stage(path) as stage:
        fresh = _write(stage / path.name, path, text)
        try:
            # A hard link never replaces what is there.
            os.link(fresh, path)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:  # a file system without links
            with alone(path.parent):
                if os.path.lexists(path):
                    raise _exists(path) from None
                fresh.rename(path)


def _make(folder: Path) -> None:
    """Make a folder, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotAFolderError(str(folder), dangling=folder.is_symlink()) from None


def _exists(path: Path) -> FileExistsError:
    return FileExistsError(EEXIST, "there is a file of that name", str(path))


def _there(targets: Mapping[Path, Content]) -> list[Path]:
    """The targets that are there; NotAFileError where one is anything but a file."""
    found: list[Path] = []
    for path in targets:
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(mode):
            kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "no file")
            raise NotAFileError(str(path), kind)
        found.append(path)
    return found


def _write(fresh: Path, target: Path, content: Content) -> Path:
    """A new file with the permissions that a new target would have."""
    try:
        # Exclusive: a link that somebody put there is not followed.
        with fresh.open("xb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if isinstance(content, (str, bytes)):
                stream.write(content.encode() if isinstance(content, str) else content)
        if not isinstance(content, (str, bytes)):
            content(fresh)
            fresh.chmod(mode)  # it may be another file by now, which its writer kept to itself
    except OSError as error:
        if error.filename == str(fresh):
            error.filename = str(target)
        raise
    return fresh


def _replace(fresh: Mapping[Path, Path], there: list[Path]) -> None:
    """Put all new files in their places, or leave all places as they were."""
    for path in there:
        fresh[path].chmod(stat.S_IMODE(path.stat().st_mode))
    kept = {path: _keep(path, fresh[path]) for path in there}
    replaced: list[Path] = []
    try:
        for path, new in fresh.items():
            new.replace(path)
            replaced.append(path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        new_ones = [done for done in reversed(replaced) if not _put_back(done, kept.get(done))]
        if new_ones:
            raise HalfWrittenError(new_ones[::-1], error) from error
        raise


def _keep(path: Path, new: Path) -> Path:
    """The file that is there, once more: beside the new one."""
    old = new.with_name(f"{new.name}.old")
    try:
        os.link(path, old)
    except OSError:  # a file system without links
        from shutil import copy2

        copy2(path, old)
    return old


def _put_back(path: Path, old: Path | None) -> bool:
    """Undo a replacement; whether it could be done."""
    try:
        if old is None:
            path.unlink()
        else:
            old.replace(path)
    except OSError:
        return False
    return True


# --- folders for what is being written -----------------------------------------------------------


@contextmanager
def _stage(target: Path) -> Iterator[Path]:
    """A folder for new files beside a target; what dead processes have left there is removed."""
    folder = target.parent
    stage = folder / f".archc-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    with ExitStack() as stack:
        with alone(folder):  # nobody takes it for left behind before it is locked
            _remove_strays(folder)
            try:
                stage.mkdir(0o700)
            except OSError as error:
                error.filename = str(target)  # the name that the user knows
                raise
            stack.callback(_remove, stage)
            stack.enter_context(held(stage))
        yield stage


def _remove_strays(folder: Path) -> None:
    """Remove what builds have left that were killed: nothing but folders named as ours are."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in list(entries):
            if not _OUR_STAGE.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
                continue
            with suppress(OSError), held(Path(entry.path)) as dead:
                if dead:
                    _remove(Path(entry.path))


def _remove(stage: Path) -> None:
    with suppress(OSError):
        for path in list(stage.iterdir()):
            path.unlink()
        stage.rmdir()
