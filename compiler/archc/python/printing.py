"""A class, printed: its head, its constructor and its ``forward``."""

from __future__ import annotations

import re

from archc.python.baking import Baking
from archc.python.classes.klass import Class
from archc.python.classes.said import Parameter, Var, is_plain_value
from archc.python.classes.scope import say
from archc.python.code.layout import (
    INDENT,
    WIDTH,
    Raw,
    definition,
    docstring,
    flat,
    joined,
    layout,
)
from archc.python.constructor.maker import Maker
from archc.python.forward.computing import Computing
from archc.python.forward.returns import Returned
from archc.python.forward.writing import write
from archc.python.merging.merge import UnmergeableError
from archc.python.reading.scope import UnsayableError

BASES = {"sequential": "nn.Sequential", "list": "nn.ModuleList", "module": "nn.Module"}


_LONG = 60
"""The length of a list above which it does not stand in a constructor's head."""


class Printing(Baking):
    """Prints the classes of a file."""

    def _print(self, owner: Class) -> list[str]:
        file = self.file
        maker = owner.maker = Maker(owner, file)
        for family, var in sorted(file.required, key=lambda each: each[1]):
            if family is owner.family:
                self._require(owner, var)
        maker.run()
        ahead, lines = ([], []) if maker.holder == "sequential" else self._forward(owner)
        kept = [f"{INDENT * 2}self.{name} = {text}" for name, text in maker.kept.items()]
        counted = self._counted(owner)
        body = maker.finished()
        body = with_kept(body, kept) if maker.holder == "module" else body + kept
        if counted is not None:
            if not any("super().__init__(" in line for line in body):
                body.insert(0, f"{INDENT * 2}super().__init__()")
            body.append(f"{INDENT * 2}self.out_channels = {counted}")
        file.outgoing |= {family for var, family in owner.asks if var in owner.used}
        parts = [docstring(owner.family.doc, 1), self._constructor(owner, body), lines]
        parts = [part for part in parts if part] or [[f"{INDENT}pass"]]
        ahead += owner.ahead
        inside = [line for part in parts for line in ("", *part)][1:]
        return [*ahead, f"class {owner.name}({BASES[maker.holder]}):", *inside]

    def _require(self, owner: Class, var: Var) -> None:
        """Take a parameter; one whose default depends on others is None where it is not given."""
        parameter, places = owner.parameter(var), owner.family.places
        owner.used.add(var)
        default = None if places is None else places.block.parameters[var[1]].default
        if default is None or parameter.default is not ...:
            return
        for inst in owner.insts:
            if owner.holds(default, {inst: parameter.values[inst.network]}, default.span):
                parameter.reckoned.append(parameter.values[inst.network])
                parameter.values[inst.network] = parameter.default = None
        if parameter.default is None:
            said = owner.use(say(owner, default, default.span, {}))
            with owner.maker.deeper(f"if {parameter.name} is None:"):
                owner.maker.put(f"{parameter.name} = ", Raw(said.text))

    def _forward(self, owner: Class) -> tuple[list[str], list[str]]:
        """The tuples in front of a class, and its ``forward``."""
        names, first = self.file.names, owner.family.networks[0]
        in_dict = self.file.typed.in_dict and first is self.file.root
        returned = Returned.of(owner.name, list(first.results), names, in_dict=in_dict)
        is_named = first.kind == "definition"
        says = Computing(owner, owner.maker)
        written = write(owner.lines, says, set(names.taken), names_inputs=is_named)
        parameters = ["self", *(f"{name}: Tensor" for name in written.arguments)]
        head = definition("forward", parameters, returned.hint, 1)
        return returned.tuples, head + joined(written.lines, returned.ending(written))

    def _counted(self, owner: Class) -> str | None:
        """The channels that come out, where a class that uses this one asks for them."""
        if owner.family not in self.file.outgoing:
            return None
        result = owner.result.get(1)
        said = None if result is None else owner.maker.current(result)
        if said is None:
            raise UnmergeableError
        return owner.use(said).text

    def _default(self, owner: Class, parameter: Parameter) -> str:
        shown = parameter.shown_default
        value = owner.table(parameter.default) if shown is None else Raw(shown)
        text = flat(value)
        room = WIDTH - len(INDENT * 2) - len(f"{parameter.name}: {parameter.hint} = ,")
        if len(text) <= min(_LONG, room):
            return text
        name = self.file.names.claim(f"{owner.family.title}_{parameter.name}".upper())
        lines = layout(f"{name} = ", value, "", 0)
        if is_plain_value(parameter.default):
            self.file.functions.lines[name] = lines
        else:  # it speaks of classes
            owner.ahead += [*lines, "", ""]
        return name

    def _constructor(self, owner: Class, body: list[str]) -> list[str]:
        taken = owner.taken()
        self.file.unmade |= {(owner.family, var) for var, known in taken if known.is_unmade}
        if not body and not taken:
            return []
        if body == [f"{INDENT * 2}super().__init__()"] and not taken:
            return []
        parameters = ["self"]
        for var, parameter in taken:
            text = f"{parameter.name}: {parameter.hint}"
            if parameter.has_default:
                try:
                    text += f" = {self._default(owner, parameter)}"
                except UnsayableError:  # a list with a part that nothing here makes
                    self.file.fix(owner.live([var]))
            parameter.head = text
            parameters.append(text)
        lengths = [
            line
            for var, parameter in taken
            if var[0] == "slot" and var[1] in owner.lengths
            for line in _of_length(parameter.name, owner.lengths[var[1]])
        ]
        return definition("__init__", parameters, "None", 1) + lengths + body


def _of_length(name: str, length: int) -> list[str]:
    """Lines that refuse a list of another length: what it is for is written out."""
    return [
        f"{INDENT * 2}if len({name}) != {length}:",
        f'{INDENT * 3}raise ValueError("{name} must have {length} items")',
    ]


def with_kept(body: list[str], kept: list[str]) -> list[str]:
    """The constructor's lines, with what ``forward`` needs kept as soon as its names are there."""
    body = list(body)
    for line in kept:
        named = re.findall(r"\b[A-Za-z_]\w*", line.split(" = ", 1)[1])
        at = next((n + 1 for n, each in enumerate(body) if each.strip() == "super().__init__()"), 0)
        body.insert(max([at, *(made for name in named if (made := _made(body, name)))]), line)
    return body


def _made(body: list[str], name: str) -> int:
    """Where the statement ends that gives a name its first value; 0 where none does."""
    start = INDENT * 2
    made = re.compile(rf"{start}(\w+, )*{name}(, \w+)* = ")
    at = next((n + 1 for n, each in enumerate(body) if made.match(each)), 0)
    while at and at < len(body) and re.match(rf"{start}([)\]}}]|{INDENT})", body[at]):
        at += 1
    return at
