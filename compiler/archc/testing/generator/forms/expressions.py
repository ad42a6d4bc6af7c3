"""Numbers, truth values and lists written as expressions of the language."""

from __future__ import annotations

from typing import Any

from archc.testing.generator.choices import Choices
from archc.testing.generator.forms.evaluation import FILE, Env
from archc.testing.generator.pen import Pen, Place
from archc.testing.generator.values import Part, Size, Value


def integer(pen: Pen, value: int, env: Env, depth: int = 1) -> str:
    """An expression of a whole number that no size has a part in."""
    choose = pen.choices
    named = [n for n, v in _known(env).items() if _is_number(v) and v == value]
    if named and choose.chance(40):
        return choose.pick(named)
    if not choose.chance(20) or depth < 0 or abs(value) > 99:
        return str(value)

    def inner(number: int) -> str:
        return _operand(integer(pen, number, env, depth - 1))

    more = choose.integer(1, 4)
    forms: list[tuple[str, str]] = [
        ("sum", f"{inner(value - more)} + {more}"),
        ("sum", f"{value + more} - {inner(more)}"),
        ("product", f"{inner(value)} * 1"),
        ("floor division", f"{value * more + more - 1} // {inner(more)}"),
        ("remainder", f"{value + more * (abs(value) + 2)} % {abs(value) + 2}"),
        ("minus", f"-{inner(-value)}" if value <= 0 else f"-(-{inner(value)})"),
        ("conditional", f"{inner(value)} if {truth(pen, True, env, depth - 1)} else {more}"),
        ("conditional", f"{more} if {truth(pen, False, env, depth - 1)} else {inner(value)}"),
        ("int()", f"int({value}.5)" if value >= 0 else f"int({value}.0)"),
        ("min()", f"min({value}, {value + more})"),
        ("max()", f"max([{value}, {inner(value - more)}])"),
        ("round()", f"round({value}.25)"),
        ("ceil()", f"ceil({value - 1}.5)" if value > 0 else f"ceil({value}.0)"),
        ("floor()", f"floor({value}.5)" if value >= 0 else f"floor({value}.0)"),
        ("index", f"[{more}, {value}][1]"),
        ("index", f"[{value}, {more}][-2]"),
        ("sum()", f"sum([{value - more}, {inner(more)}])"),
        ("number with underscore", f"{1000 + value:_} - 1_000"),
    ]
    if value > 0:
        forms += _of_positive(value, more)
    forms += _of_functions(choose, inner(value), env)
    construct, text = choose.pick(forms)
    if construct == "call" and "fn" in text and not _gives(text, value, env):
        return str(value)
    pen.note(construct)
    return text


def _of_functions(choose: Choices, inner: str, env: Env) -> list[tuple[str, str]]:
    """Forms with the file's own functions, and with those that give lists."""
    known = list(_known(env))
    functions = [name for name in known if name.startswith("fn")]
    lists = [name for name in known if name.startswith("pair")]
    forms = [("call", f"{choose.pick(functions)}({inner})")] if functions else []
    if lists:
        forms.append(("fn of a list", f"{choose.pick(lists)}({inner})[{choose.integer(0, 1)}]"))
    return forms


def _of_positive(value: int, more: int) -> list[tuple[str, str]]:
    """Forms that only a positive number can have."""
    powers = [("power", f"2 ** {value.bit_length() - 1}")] if value in (1, 2, 4, 8, 16) else []
    return [
        *powers,
        ("len()", f"len({_short_list(value)})"),
        ("abs()", f"abs(-{value})"),
        ("log()", f"int(log({2**value}.5, 2))" if value < 9 else str(value)),
        ("sqrt()", f"int(sqrt({value * value}))"),
        ("division", f"int({2 * value} / 2)"),
        ("len()", f"len(range({value}))"),
        ("range()", f"range({value + 1})[{value}]"),
        ("enumerate()", f"len(enumerate({_short_list(value)}))"),
        ("zip()", f"zip([{value}], [0])[0][0]"),
        ("reversed()", f"reversed([{value}, {more}])[1]"),
        ("sorted()", f"sorted([{value + 1}, {value}])[0]"),
        ("float()", f"int(float({value}))"),
        ("str()", f"len(str({10 ** (value - 1)}))" if value < 9 else str(value)),
    ]


def _known(env: Env) -> Env:
    return {**env.get(FILE, {}), **env}


def _gives(text: str, value: int, env: Env) -> bool:
    from archc.testing.generator.forms.evaluation import evaluate

    return bool(evaluate(text, env) == value)


def _operand(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def _short_list(length: int) -> str:
    return f"[{', '.join(['0'] * length)}]" if length < 5 else f"[0] * {length}"


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool | Size)


def floating(pen: Pen, value: float, env: Env) -> str:
    """An expression of a number."""
    choose = pen.choices
    if choose.chance(10):
        pen.note("division")
        return f"{value} / 1"
    if choose.chance(5):
        pen.note("float()")
        return f"float({value})"
    return str(int(value)) if value == int(value) and choose.chance(30) else repr(value)


def truth(pen: Pen, value: bool, env: Env, depth: int = 1) -> str:
    """An expression of a truth value."""
    choose = pen.choices
    word = "true" if value else "false"
    if depth < 0 or choose.chance(40):
        return word
    low, high = (1, 2) if value else (2, 1)
    numbers = [name for name, each in env.items() if _is_number(each) and not name.isupper()]
    if numbers and choose.chance(60):
        pen.note("comparison")
        name = choose.pick(numbers)
        if choose.chance(30):
            pen.note("in", "list")
            return f"{name} in [{env[name] + 2}, {env[name] if value else env[name] - 1}]"
        return f"{name} == {env[name]}" if value else f"{name} > {env[name]}"
    other = truth(pen, not value, env, depth - 1)
    same = truth(pen, value, env, depth - 1)
    forms = [
        ("comparison", f"{low} < {high}"),
        ("comparison", f"{low} != {high if value else low}"),
        ("in", f"{low} in [0, 1]"),
        ("not in", f"{low} not in [2, 3]"),
        ("not", f"not ({other})"),
        ("and", f"true and ({same})" if value else f"({same}) and true"),
        ("or", f"false or ({same})"),
        ("bool()", f"bool({int(value)})"),
        ("any()", f"any([{word}, false])"),
        ("all()", f"all([true, {word}])"),
    ]
    construct, text = choose.pick(forms)
    pen.note(construct)
    return text


def numbers(pen: Pen, values: list[int], env: Env) -> str:
    """A list of whole numbers."""
    choose = pen.choices
    plain = f"[{', '.join(integer(pen, value, env, 0) for value in values)}]"
    pen.note("list")
    if not values or not choose.chance(40):
        return plain
    first = values[0]
    forms = [
        ("list sum", f"{plain[:-1]}] + []"),
        ("slice of a list", f"{plain[:-1]}, 1][:{len(values)}]"),
        ("reversed()", f"reversed([{', '.join(map(str, reversed(values)))}])"),
        ("comprehension", f"[w + {first} for w in [{', '.join(str(v - first) for v in values)}]]"),
        (
            "comprehension with condition",
            f"[w for w in [0, {', '.join(map(str, values))}] if w != 0]" if 0 not in values else "",
        ),
        ("list repeated", f"[{first}] * {len(values)}" if len(set(values)) == 1 else ""),
        ("comma behind the last", f"{plain[:-1]}, ]"),
    ]
    construct, text = choose.pick([form for form in forms if form[1]])
    pen.note(construct)
    return text


def size(pen: Pen, place: Place, extent: int) -> str:
    """An extent that depends on the input's sizes, as text: a name, or what it is of now."""
    choose, scene = pen.choices, place.scene
    names = [n for n, v in scene.env.items() if isinstance(v, Size) and n[0] != ":"]
    equal = [name for name in names if scene.env[name] == extent]
    forms: list[tuple[str, str]] = [("size as argument", name) for name in equal[:3]]
    for name in names:
        forms += _of_size(name, int(scene.env[name]), extent)
    if len(scene.current) == 1:
        forms += _of_value_at_hand(scene.value, extent)
    if not forms:
        return str(int(extent))
    construct, text = choose.pick(forms)
    pen.note(construct)
    return text


def _of_size(name: str, known: int, extent: int) -> list[tuple[str, str]]:
    """Forms of an extent over a size of another."""
    forms = []
    for by in (2, 3, 4):
        if known // by == extent:
            forms.append(("size expression as argument", f"{name} // {by}"))
        if known * by == extent:
            forms.append(("size expression as argument", f"{by} * {name}"))
    off = extent - known
    if off and abs(off) < 6:
        sign = "+" if off > 0 else "-"
        forms.append(("size expression as argument", f"{name} {sign} {abs(off)}"))
    return forms


def _of_value_at_hand(value: Value, extent: int) -> list[tuple[str, str]]:
    """Forms of an extent that the value at hand has."""
    forms = [
        ("shape[i]", f"_.shape[{dim}]") for dim, each in enumerate(value.shape) if each == extent
    ]
    if value.rank >= 2 and value.shape[-1] == extent:
        forms += [("width", "_.width"), ("features", "_.features")]
    if value.rank >= 2 and value.shape[-2] == extent:
        forms.append(("height", "_.height"))
    return forms


def argument(pen: Pen, place: Place, value: Any) -> str:
    """Any argument of an op as text."""
    env = place.scene.env
    if value is None or isinstance(value, bool):
        if value is not None and pen.choices.chance(8):
            return truth(pen, value, _numbers(env))
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, Size):
        return size(pen, place, value)
    if isinstance(value, int):
        return _of_value(pen, place, value) or integer(pen, value, env)
    if isinstance(value, float):
        return floating(pen, value, env)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Part):
        return value.name
    if all(type(each) is int for each in value):
        return numbers(pen, list(value), env) if value else "[]"
    return f"[{', '.join(argument(pen, place, each) for each in value)}]"


def _of_value(pen: Pen, place: Place, number: int) -> str:
    """A number as what a value is known to have; nothing where none has it."""
    if not pen.choices.chance(18):
        return ""
    values = [("_", each) for each in place.scene.current[:1]]
    values += [(n, v) for n, v in place.scene.env.items() if isinstance(v, Value)][-3:]
    if len(place.scene.current) > 1 or place.in_module:
        values = values[: 1 - len(place.scene.current) or 1]
    found = []
    for name, value in values:
        for word, place_of in (("channels", 1), ("features", -1), ("height", -2), ("width", -1)):
            extent = value.shape[place_of] if value.rank > 1 else Size(0)
            if extent == number and not isinstance(extent, Size):
                found.append((word, f"{name}.{word}"))
        if value.rank == number:
            found.append(("rank", f"{name}.rank"))
    if not found:
        return ""
    construct, text = pen.choices.pick(found)
    pen.note(construct, *(["attribute of a named value"] if text[0] != "_" else []))
    return text


def _numbers(env: Env) -> Env:
    return {name: value for name, value in env.items() if not isinstance(value, Value)}
