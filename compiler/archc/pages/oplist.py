"""The ops that a text can use here: ours, and those that installed packages add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.syntax.keywords import KEYWORDS
from archir.base.diagnostics import OwnOpError
from archir.catalogue import announced, packages, reference
from archir.catalogue.announced import Announced
from archir.catalogue.registry import built_in, ops
from archir.init.initialisers import GIVEN
from archir.op.contract import Op
from archir.program.builtins import BUILTINS


@dataclass(frozen=True, slots=True)
class ArgumentLine:
    """One argument; ``default`` is a text of the language, None where it must be given."""

    name: str
    wanted: str
    default: str | None
    description: str


@dataclass(frozen=True, slots=True)
class OpLine:
    """One op. ``package`` and ``version`` say who adds it; None for ours."""

    keyword: str
    group: str
    package: str | None
    version: str | None
    summary: str
    doc: str
    signature: str
    arguments: tuple[ArgumentLine, ...]
    inputs: str
    is_module: bool
    example: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An op that a package announces and that cannot be used, and why."""

    keyword: str
    package: str
    version: str
    message: str


def list_ops() -> tuple[tuple[OpLine, ...], tuple[Fault, ...]]:
    """All ops, family by family and then package by package; and what cannot be used."""
    lines = [one_op(keyword) for keyword in built_in()]
    found: list[OpLine] = []
    faults: list[Fault] = []
    for several in announced.announced().values():
        for one in several:
            why = _hidden(one, several)
            if why is None:
                try:
                    found.append(_line(packages.load_one(one), one))
                except OwnOpError as error:
                    why = str(error)
            if why is not None:
                faults.append(Fault(one.keyword, one.package, one.version, why))
    found.sort(key=lambda line: (line.group, line.keyword))
    return (*lines, *found), tuple(faults)


def one_op(keyword: str) -> OpLine:
    """One op that there is; raises ``OwnOpError`` where it cannot be used."""
    op = ops()[keyword]
    return _line(op, None if keyword in built_in() else announced.announced()[keyword][0])


def _hidden(one: Announced, several: tuple[Announced, ...]) -> str | None:
    """Why a text that names the op does not get this one, if so."""
    if one.keyword in built_in():
        return f"{one.keyword} is an op of archc itself, which comes first"
    if one.keyword in (*KEYWORDS, *BUILTINS, *GIVEN):
        return f"{one.keyword} is a word of the language, which comes first"
    return str(announced.clash(*several)) if len(several) > 1 else None


def _line(op: type[Op], one: Announced | None) -> OpLine:
    group = reference.title(built_in()[op.keyword][0]) if one is None else one.origin
    return OpLine(
        keyword=op.keyword,
        group=group,
        package=None if one is None else one.package,
        version=None if one is None else one.version,
        summary=reference.summary(op),
        doc=reference.prose(op),
        signature=reference.signature(op),
        arguments=tuple(_arguments(op)),
        inputs=op.arity,
        is_module=op.is_module,
        example=reference.example(op),
    )


def _arguments(op: type[Op]) -> Iterator[ArgumentLine]:
    for name, wanted, default, description in reference.arguments(op):
        yield ArgumentLine(name, wanted, default or None, description)
