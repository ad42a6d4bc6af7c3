"""The points of a space as a JSON schema (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archc.request.settings import Expression, SettingValue
from archc.spaces.convert import setting
from archc.spaces.domains import SpaceParameter
from archc.spaces.free import Continuous, Discrete, Free


def schema(title: str, parameters: Iterable[SpaceParameter]) -> dict[str, Any]:
    """An object with a property for each parameter.

    What depends on other parameters JSON schema cannot say: such a property has its type alone, and
    its domain in the description. Ops and blocks are strings.
    """
    given = list(parameters)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {each.name: _property(each) for each in given},
        "required": [each.name for each in given],
        "additionalProperties": False,
    }


def _property(one: SpaceParameter) -> dict[str, Any]:
    if one.free is not None:
        return _free(one.free)
    kinds = {"int": "integer", "float": "number", "bool": "boolean", "string": "string"}
    kind = kinds.get(one.type or "", "array" if (one.type or "").startswith("list") else None)
    said = f"in {one.domain}" if one.domain is not None else str(one.type)
    return {**({} if kind is None else {"type": kind}), "description": said}


def _free(free: Free) -> dict[str, Any]:
    if isinstance(free, Continuous):
        return {"type": "number", "minimum": free.first, "maximum": free.last}
    if isinstance(free, Discrete):
        if tuple(free.values) == (False, True):
            return {"type": "boolean"}
        if isinstance(free.values, range) and len(free.values) > 0:
            return _range(free.values)
        return {"enum": [json(setting(value)) for value in free.values]}
    many = {"minItems": len(free.items), "maxItems": len(free.items)}
    items: dict[str, Any] = {"items": _free(free.items[0])} if free.items else {}
    return {"type": "array", **items, **many}


def _range(values: range) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "integer", "minimum": values[0], "maximum": values[-1]}
    if values.step == 1 or len(values) == 1:
        return found
    if values[0] % values.step == 0:
        return {**found, "multipleOf": values.step}
    return {"enum": list(values)}


def json(value: SettingValue) -> Any:
    """A setting as JSON has it: a part of a network is its text."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, list | tuple):
        return [json(item) for item in value]
    return value
