"""Archives of modules with their bytecode: run by the Python that is to read them."""

from __future__ import annotations

import marshal
import zipfile
from importlib.util import MAGIC_NUMBER

UNCHECKED = b"\x01\x00\x00\x00"
"""Of a file of bytecode that is held against no source."""


def archive(old: str, new: str, where: str) -> None:
    """The same archive with bytecode in the place of sources; ``where`` is what tracebacks say.

    It is not compressed: what it is put into is. The same modules give the same bytes.
    """
    with zipfile.ZipFile(old) as given, zipfile.ZipFile(new, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(given.namelist()):
            data = given.read(name)
            if name.endswith(".py"):
                code = compile(data, f"{where}/{name}", "exec", dont_inherit=True)
                data = MAGIC_NUMBER + UNCHECKED + bytes(8) + marshal.dumps(code)
                name = f"{name}c"
            made.writestr(zipfile.ZipInfo(name), data)
