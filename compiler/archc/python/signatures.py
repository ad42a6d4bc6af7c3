"""Whether two applications of one module do the same: what a ``forward`` does, as a key."""

from __future__ import annotations

from dataclasses import replace

from archc.python.body import Body, Line, Result, Training
from archir.graph import Value


def signature(body: Body, known: dict[Body, object]) -> object:
    """What a body's ``forward`` does, with values by the order in which they are made."""
    if body not in known:
        numbers = {value: index for index, value in enumerate(body.inputs)}
        lines = _line_keys(body.lines, numbers)
        results = tuple((numbers.get(r.value), r.name, r.when_training) for r in body.results)
        inner = tuple((path, signature(other, known)) for path, other in body.inner)
        known[body] = (body.holder, lines, results, inner)
    return known[body]


def _line_keys(lines: list[Line], numbers: dict[Value, int]) -> tuple[object, ...]:
    keys: list[object] = []
    for line in lines:
        if isinstance(line, Training):
            keys.append(("training", _line_keys(line.statements, numbers)))
            continue
        inputs = tuple(numbers.setdefault(value, len(numbers)) for value in line.inputs)
        outputs = tuple(numbers.setdefault(value, len(numbers)) for value in line.outputs)
        keys.append((line.kind, line.target, line.code, inputs, outputs))
    return tuple(keys)


def renamed(line: Line, fresh: dict[Value, Value]) -> Line:
    """The line for one inlining: what it makes are values of their own."""
    if isinstance(line, Training):
        return Training([renamed(inner, fresh) for inner in line.statements])
    for value in line.outputs:
        fresh[value] = Value(value.index, value.span, value.name)
    inputs = tuple(fresh[value] for value in line.inputs)
    outputs = tuple(fresh[value] for value in line.outputs)
    return replace(line, inputs=inputs, outputs=outputs)


def without_copies(lines: list[Line], results: list[Result]) -> tuple[list[Line], list[Result]]:
    """The lines with every value that is just another one's name replaced by that one."""
    same: dict[Value, Value] = {}

    def clean(some: list[Line]) -> list[Line]:
        kept: list[Line] = []
        for line in some:
            if isinstance(line, Training):
                kept.append(Training(clean(line.statements)))
                continue
            inputs = tuple(same.get(value, value) for value in line.inputs)
            if line.kind == "same":
                same[line.outputs[0]] = inputs[0]
            else:
                kept.append(replace(line, inputs=inputs))
        return kept

    cleaned = clean(lines)
    return cleaned, [replace(r, value=same.get(r.value, r.value)) for r in results]
