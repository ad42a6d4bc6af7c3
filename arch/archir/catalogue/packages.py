"""The classes of announced ops, imported when a network uses them, and checked as they run."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from archir.catalogue.announced import KEYWORD, Announced, announced, clash, said
from archir.catalogue.checked_op import checked_op, fault

if TYPE_CHECKING:
    from archir.op.contract import Op

_VALUE = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*"


@cache
def load(keyword: str) -> type[Op]:
    """The checked class of an announced op; raises ``OwnOpError`` where it cannot be used."""
    one, *others = announced()[keyword]
    if others:
        raise clash(one, *others)
    return load_one(one)


def load_one(one: Announced) -> type[Op]:
    """The class of one announced op, checked as it runs."""
    if not re.fullmatch(KEYWORD, one.keyword):
        raise one.error("its name is no word of small letters, digits and underscores")
    if not re.fullmatch(_VALUE, one.value):
        raise one.error(f'it is announced as "{one.value}", and not as package.module:Class')
    module, _, name = one.value.partition(":")
    try:
        found = getattr(import_module(module), name, None)
    except (Exception, SystemExit) as error:
        raise one.error(f"importing {module} fails with {said(error)}") from error
    if found is None:
        raise one.error(f"{module} has no {name}")
    try:
        why = fault(found, one)
    except Exception as error:
        raise one.error(f"the declaration of {name} is wrong: {said(error)}") from error
    if why is not None:
        raise one.error(why)
    op: type[Op] = found
    return checked_op(op, one)
