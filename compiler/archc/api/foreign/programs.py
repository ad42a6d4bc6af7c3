"""``archc.from_program``: a program of ``torch.export`` as text, and its weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc.api import importing
from archc.api.foreign.weighted import FilePort, FileText, given_to, held, plans_of
from archc.errors import ImportRefusedError, SettingError
from archc.request.choice import names_for
from archir.base.optional import require

if TYPE_CHECKING:
    from archc.torch.exported.programs import LoadedProgram

ENDING = ".pt2"


def from_program(path: str | PathLike[str], inputs: Sequence[Any] = ()) -> FileText:
    """The text of a ``.pt2`` file that ``torch.export.save`` has written, with its weights.

    ``torch.export.load`` reads it, so take files from those whom you trust. ``inputs`` say other
    sizes than those that it was exported with, where it leaves them open. Layers are torch's again
    where modules were such, and train; ``.report`` says what is proven: that the text is that
    module, bit by bit, and that it gives what the program gives. ``.weights`` are the program's.

    Raises ``ImportRefusedError`` for what is no such file or cannot be said.
    """
    require("torch")
    file = Path(path)
    if not file.is_file():
        raise SettingError(f"there is no file {path}")
    from archc.torch.exported.programs import ProgramError, farthest, read_program
    from archc.torch.tracing.runs import drawn

    try:
        program = read_program(file)
    except ProgramError as error:
        raise ImportRefusedError(f"{file.name} cannot be imported: {error}") from error
    ports = _ports(program)
    given = given_to(ports, inputs)
    try:
        text = importing.imported(
            program.net, given, names_for(file.stem)[0], {}, plans_of(ports, given)
        )
    except ImportRefusedError as error:
        said = re.sub(r" \([^()]*:\d+\)$", "", str(error))  # a line of what runs the program
        raise ImportRefusedError(said, error.hint) from error
    tensors = drawn([each.extents for each in given], [each.dtype for each in given])
    return held(program.net, text, given, lambda ours: farthest(program, ours, tensors), "it")


def _ports(program: LoadedProgram) -> list[FilePort]:
    return [
        FilePort(
            each.name,
            tuple(
                [
                    f"dim{place}" if open_ else extent
                    for place, (extent, open_) in enumerate(
                        zip(each.extents, each.is_open, strict=True)
                    )
                ]
            ),
            each.dtype,
        )
        for each in program.inputs
    ]
