"""Stages as text."""

from __future__ import annotations

import keyword as python_keywords
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archc.importing.align import Varying
from archc.importing.nodes import (
    ABSENT,
    Applied,
    Bare,
    Block,
    BodyText,
    Chain,
    Code,
    DenseStage,
    Head,
    Hole,
    Item,
    Loop,
    Module,
    Named,
    OpStage,
    ResidualStage,
    ScopeStage,
    Several,
    TrainOnly,
    UseStage,
)
from archc.importing.problems import ImportingError
from archc.importing.sizes import dims_of, equal, solve
from archc.importing.steps import RawTensor
from archc.importing.structure.tables import LOOPS, table
from archdsl.syntax.keywords import KEYWORDS
from archir.base.record import Struct, fresh
from archir.base.reserved import RESERVED
from archir.catalogue.registry import built_in
from archir.init.initialisers import GIVEN
from archir.init.values import show_constant
from archir.op.contract import arguments_of
from archir.program.builtins import BUILTINS

WIDTH = 100


class Facts(Struct):
    """What is known of the values of a trace, for what is said of their sizes."""

    shapes: Sequence[Sequence[tuple[int, ...]]]
    locals: Mapping[int, str]
    sizes: list[tuple[str, tuple[int, ...]]] = fresh(factory=list)
    """The model's own size variables, as they were at each traced size."""

    keyed: frozenset[str] = frozenset()


class Unit:
    """One block or model that is written: in it a name is bound once."""

    def __init__(self, facts: Facts, *, model: bool) -> None:
        self.facts = facts
        self.model = model
        self.taken: set[str] = {*KEYWORDS, *built_in(), *BUILTINS, *GIVEN, *LOOPS, "_"}
        self.taken.update(name for name, _ in facts.sizes)
        self.blocks: Mapping[str, Block] = {}
        self.names: dict[int, str] = {}
        self.modules: dict[tuple[int, str], str] = {}
        self.bound: set[int] = set()
        """The values whose names are bound."""

    def name(self, value: int, wanted: str | None = None) -> str:
        """The name of a value in this unit."""
        if value not in self.names:
            self.names[value] = self.free(wanted or self.facts.locals.get(value, "x"))
        return self.names[value]

    def free(self, wanted: str) -> str:
        base = re.sub(r"\W", "_", wanted).strip("_") or "x"
        base = f"x{base}" if base[0].isdigit() else base
        base = "x" if base in KEYWORDS or python_keywords.iskeyword(base) else base
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


class _Lines:
    """Statements in lines: stages go on behind each other as long as there is room."""

    def __init__(self, pad: str) -> None:
        self.pad = pad
        self.made: list[str] = []
        self.line = ""
        self.head = ""
        """The name of the value that the next stage takes."""

    def end(self) -> None:
        """The next stage begins a line."""
        if self.line or self.head:
            self.made.append(self.pad + (self.line or self.head))
        self.line = self.head = ""

    def add(self, stage: str, *, begins: bool) -> None:
        """A stage in one line."""
        if self.head:
            stage, self.head = f"{self.head} -> {stage}", ""
        elif self.line:
            if not begins and len(self.pad) + len(self.line) + len(stage) + 4 <= WIDTH:
                self.line = f"{self.line} -> {stage}"
                return
            self.end()
        self.line = stage

    def add_block(self, lines: list[str]) -> None:
        """A stage of several lines, which are indented."""
        if self.head:
            lines = [f"{self.pad}{self.head} -> {lines[0].strip()}", *lines[1:]]
            self.head = ""
        self.end()
        self.made.extend(lines)


class Printer:
    """Writes the bodies of one unit."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    # --- bodies -----------------------------------------------------------------------------------

    def body(self, text: BodyText, indent: int) -> list[str]:
        """The lines of a body, without its braces."""
        lines = [line for each in text.declared for line in self.declared(each, indent)]
        labels = Labels(text, self.unit.facts.keyed)
        around: list[str] = []
        for module in text.modules:
            name = self.unit.free(module.name)
            self.unit.modules[id(text), module.label] = name
            containers = module.label.split(".")[:-1]
            lines.extend(_between(around, containers, indent))
            around = containers
            lines.extend(self.module(module, name, labels, indent + len(containers)))
        lines.extend(_between(around, [], indent))
        lines.extend(self.chain(text.chain, _Place(text, labels, indent)))
        return lines

    def declared(self, each: RawTensor, indent: int) -> list[str]:
        pad = "  " * indent
        name = each.name if each.name.isidentifier() else "x"
        free = self.unit.free(name)
        if free != each.name and each.is_kept:
            raise ImportingError(f"the name {each.name} is another thing's in the language")
        self.unit.names[each.value] = free
        self.unit.bound.add(each.value)
        shape = f"[{', '.join(self.value(one, None) for one in each.shape)}]"
        if each.is_parameter:
            return [f"{pad}param {free}: {shape} = zeros"]
        word = {"float32": "", "int64": "int", "bool": "bool"}.get(each.dtype)
        if word is None or each.data is None:
            raise ImportingError(f"the buffer {each.name} of {each.dtype} is none the language has")
        lets: list[str] = []

        def named(wanted: str, rows: str) -> str:
            name = self.unit.free(wanted)
            lets.append(f"{pad}let {name} = {wrap(rows, len(pad) + 2)}")
            return name

        data = _same_everywhere(each.data) or wrap(table(each.data, name=named), len(pad) + 2)
        kept = "" if each.is_kept else ", persistent = false"
        return [*lets, f"{pad}buffer {free}: {word}{shape} = {data}{kept}"]

    def module(self, module: Module, name: str, labels: Labels, indent: int) -> list[str]:
        bound = set(self.unit.bound)
        lines = self.stage_of(module, name, labels, indent)
        if isinstance(module.stage, Bare):
            return lines
        for value in self.unit.bound - bound:  # what is named in a module is unknown around it
            del self.unit.names[value]
        self.unit.bound = bound
        return lines

    def stage_of(self, module: Module, name: str, labels: Labels, indent: int) -> list[str]:
        pad = "  " * indent
        own = module.label.rpartition(".")[2]
        label = "" if name == own else f"{_label(own)}: "
        stage = module.stage
        place = _Place(None, labels, indent)
        if isinstance(stage, Bare):
            lines = [line for each in stage.declared for line in self.declared(each, indent + 1)]
            return [f"{pad}{_label(own)}: {{", *lines, f"{pad}}}"]
        if isinstance(stage, OpStage):
            return [f"{pad}module {name} = {label}{self.op(stage, place, unlabelled=True)}"]
        if isinstance(stage, UseStage):
            return [f"{pad}module {name} = {label}{self.use(stage, place)}"]
        lines = self.braces(stage.body, indent)
        return [f"{pad}module {name} = {label}{lines[0]}", *lines[1:]]

    def braces(self, text: BodyText, indent: int) -> list[str]:
        """``{ … }`` around a body, in one line where it is short."""
        inner = self.body(text, indent + 1)
        return _braced(inner, indent)

    # --- chains -----------------------------------------------------------------------------------

    def chain(self, chain: Chain, place: _Place) -> list[str]:
        """The statements of a chain, a line for each group of stages."""
        lines = _Lines("  " * place.indent)
        for item in chain:
            if isinstance(item, Head):
                lines.end()
                lines.head = self.unit.name(item.value)
                continue
            made = self.item(item, place)
            if len(made) == 1 and len(made[0]) > WIDTH and "(" in made[0]:
                lines.end()
                lines.made.extend(wrap(made[0].rstrip(), len(lines.pad) + 2).split("\n"))
            elif len(made) == 1:
                lines.add(made[0].strip(), begins=_begins(item, place.labels))
            elif made:
                lines.add_block(made)
            if isinstance(item, Named | TrainOnly | ScopeStage) or _ends(item):
                lines.end()
        lines.end()
        return lines.made

    def item(self, item: Item, place: _Place) -> list[str]:
        """The lines of one stage, with what it names."""
        pad = "  " * place.indent
        if isinstance(item, Named):
            names = self.fresh_names(item.names)
            return [f"{pad}_ as {names}"] if names else []
        if isinstance(item, TrainOnly):
            return [f"{pad}train_only {{", *self.chain(item.chain, place.deeper()), f"{pad}}}"]
        if isinstance(item, Several):
            return [f"{pad}{line}" for line in self.branches(item.branches, place)]
        if isinstance(item, ResidualStage | DenseStage):
            lines = self.residual(item, place)
        elif isinstance(item, Applied):
            name = self.unit.modules[id(place.text), item.name]
            lines = self.with_branches(f"{pad}{name}", item.branches, place)
        elif isinstance(item, OpStage):
            lines = self.with_branches(pad + self.op(item, place), item.branches, place)
        elif isinstance(item, ScopeStage):
            lines = self.scope(item, place)
        elif isinstance(item, UseStage):
            lines = self.with_branches(pad + self.use(item, place), item.branches, place)
        elif isinstance(item, Loop):
            return self.loop(item, place)
        else:
            raise TypeError(f"{item} is no stage")
        when = None if isinstance(item, ResidualStage) else getattr(item, "when", None)
        if when is not None:
            lines[-1] += f" if {when.text}"
        names = self.as_names(item.names)
        return [*lines[:-1], lines[-1] + names] if names else lines

    def as_names(self, values: tuple[int, ...]) -> str:
        names = self.fresh_names(values)
        return f" as {names}" if names else ""

    def fresh_names(self, values: tuple[int, ...]) -> str:
        """The names that are bound here; ``_`` for what has one from around the scope."""
        bound = self.unit.bound
        names: list[str] = []
        for each in values:  # one value may be there twice
            names.append("_" if each in bound else self.unit.name(each))
            bound.add(each)
        return "" if all(each == "_" for each in names) else ", ".join(names)

    def scope(self, item: ScopeStage, place: _Place) -> list[str]:
        pad = "  " * place.indent
        label = place.labels.of(item)
        before = f"{label}: " if label else ""
        lines = self.braces(item.body, place.indent)
        if item.branches is None:
            return [f"{pad}{before}{lines[0]}", *lines[1:]]
        flows = self.with_branches(pad, item.branches, place)
        flows[-1] = f"{flows[-1]} -> {before}{lines[0]}"
        return [*flows, *lines[1:]]

    def with_branches(self, text: str, branches: list[Chain] | None, place: _Place) -> list[str]:
        if branches is None:
            return [text]
        lines = self.branches(branches, place)
        gap = " " if text.strip() else ""
        return [f"{text}{gap}{lines[0]}", *lines[1:]]

    def branches(self, branches: list[Chain], place: _Place) -> list[str]:
        """``[ a, b ]``, in one line where it is short."""
        pad = "  " * place.indent
        made = [self.branch(each, place.deeper()) for each in branches]
        if all(len(each) == 1 for each in made):
            line = f"[{', '.join(each[0].strip() for each in made)}]"
            if len(pad) + len(line) <= WIDTH - 30:
                return [line]
        return ["[", *[line for each in made for line in each], f"{pad}]"]

    def branch(self, chain: Chain, place: _Place) -> list[str]:
        pad = "  " * place.indent
        if not chain:
            return [f"{pad}_"]
        lines = self.chain(chain, place.deeper())
        if len(lines) == 1:
            return [f"{pad}{lines[0].strip()}"]
        if len(chain) == 1 and not lines[0].strip().startswith("_ as"):
            return self.chain(chain, place)
        return [f"{pad}{{", *lines, f"{pad}}}"]

    def residual(self, item: ResidualStage | DenseStage, place: _Place) -> list[str]:
        pad = "  " * place.indent
        word = "dense" if isinstance(item, DenseStage) else "residual"
        lines = _braced(self.chain(item.body, place.deeper()), place.indent)
        if isinstance(item, ResidualStage) and item.when is not None:
            word = f"residual if {item.when.text}"
        lines[0] = f"{pad}{word} {lines[0]}"
        if isinstance(item, ResidualStage) and item.shortcut is not None:
            other = _braced(self.chain(item.shortcut, place.deeper()), place.indent)
            lines[-1] = f"{lines[-1]} shortcut {other[0]}"
            lines.extend(other[1:])
        return lines

    def use(self, item: UseStage, place: _Place) -> str:
        label = place.labels.of(item)
        block = self.unit.blocks[item.name]
        parts: list[str] = []
        for name, default in block.parameters.items():
            value = item.arguments.get(name, ABSENT)
            if value in (default, ABSENT):
                continue
            shown = self.value(value, None)
            if default == ABSENT:
                parts.append(shown)
            elif shown != self.value(default, None):  # a hole may be filled with that
                parts.append(f"{name} = {shown}")
        text = f"{item.name}({', '.join(parts)})" if parts else item.name
        return f"{label}: {text}" if label else text

    def loop(self, item: Loop, place: _Place) -> list[str]:
        pad = "  " * place.indent
        head = f"repeat {self.value(item.count, None)}"
        if item.counter is not None:
            first, last = item.counter
            head = f"for i in {first}..{self.value(last, None)}"
        for each in item.names:
            each.text = self.unit.free(each.name)
        if item.names:
            names = ", ".join(each.text for each in item.names)
            head = f"for {names} in {self.value(item.table, None)}"
        lines = _braced(self.chain(item.chain, place.deeper()), place.indent)
        self.unit.taken.difference_update(each.text for each in item.names)
        return [f"{pad}{head} {lines[0]}", *lines[1:]]

    # --- ops --------------------------------------------------------------------------------------

    def op(self, item: OpStage, place: _Place, *, unlabelled: bool = False) -> str:
        label = None if unlabelled else place.labels.of(item)
        said = self.arguments(item)
        text = f"{item.op.keyword}({said})" if said else item.op.keyword
        text += "".join(f" with {name} = {_path(key)}" for name, key in item.tied.items())
        return f"{label}: {text}" if label else text

    def arguments(self, item: OpStage) -> str:
        known = arguments_of(item.op)
        parts: list[str] = []
        by_position = True
        for number, (name, each) in enumerate(known.items()):
            if name not in item.arguments:
                by_position = False
                continue
            value = item.arguments[name]
            listed = by_position and item.op.variadic and number == 0
            if listed and isinstance(value, tuple) and len(value) != 1:
                parts.extend(self.value(one, item) for one in value)
                continue
            first_alone = number == 0 and len(known) < 4
            if by_position and (each.is_required() or first_alone):
                parts.append(self.value(value, item))
            else:
                by_position = False
                parts.append(f"{name} = {self.value(value, item)}")
        return ", ".join(parts)

    def value(self, value: Any, item: OpStage | None) -> str:
        if isinstance(value, Code | Hole):
            return value.text
        if isinstance(value, Varying) and item is not None:
            return self.varying(value, item)
        if isinstance(value, tuple):
            return f"[{', '.join(self.value(each, item) for each in value)}]"
        return show_constant(value)

    def varying(self, number: Varying, item: OpStage) -> str:
        facts = self.unit.facts
        dims: list[tuple[str, tuple[int, ...]]] = []
        several = item.branches is not None
        for place, value in enumerate(item.values):
            name = f"_[{place}]" if several else "_"
            dims.extend(dims_of(name, facts.shapes[value]) if not several else ())
        named = [
            each
            for value, name in self.unit.names.items()
            if value >= 0 and value in self.unit.bound
            for each in dims_of(name, facts.shapes[value])
        ]
        model = list(facts.sizes) if self.unit.model else []
        found = equal(number, [*dims, *named]) or solve(number, dims)
        found = found or solve(number, [*model, *named])
        if found is None:
            raise ImportingError(f"{item.op.keyword} takes a size that follows from none at hand")
        return found


class _Place(Struct):
    """Where a stage stands: in which body, and how deep."""

    text: BodyText | None
    labels: Labels
    indent: int

    def deeper(self) -> _Place:
        return _Place(self.text, self.labels, self.indent + 1)


class Labels:
    """Which children of a body need to be labelled, so that its keys are torch's."""

    def __init__(self, text: BodyText, keyed: frozenset[str]) -> None:
        self.keyed = keyed
        self.items = list(children(text.chain))
        known = text.numbered
        self.numbered = not text.modules and self._counts() if known is None else known

    def _counts(self) -> bool:
        number = 0
        for item in self.items:
            if isinstance(item, OpStage) and not item.op.is_module and item.label is None:
                continue
            if item.label != str(number):
                return False
            number += 1
        return number > 0

    def of(self, item: OpStage | ScopeStage | UseStage) -> str | None:
        """The label that is written; ``_`` stands for the next number."""
        if item.label is None:
            return None
        if self.numbered:
            plain = isinstance(item, UseStage) or (isinstance(item, OpStage) and item.op.is_module)
            return None if plain else "_"
        if isinstance(item, OpStage) and not item.op.weights:
            return None
        return _label(item.label)


def children(chain: Chain) -> Iterator[OpStage | ScopeStage | UseStage]:
    """The stages of a body that may be its children, in the order of the text."""
    for item in chain:
        for each in getattr(item, "branches", None) or ():
            yield from children(each)
        if isinstance(item, OpStage | ScopeStage | UseStage):
            yield item
        elif isinstance(item, Loop):
            yield from children(item.chain)
        elif isinstance(item, ResidualStage):
            yield from children(item.body)
            yield from children(item.shortcut or [])
        elif isinstance(item, DenseStage):
            yield from children(item.body)
        elif isinstance(item, TrainOnly):
            yield from children(item.chain)


def _between(before: list[str], after: list[str], indent: int) -> list[str]:
    """The lines that close the scopes of one module's lists, and open those of the next's."""
    shared = 0
    while before[shared : shared + 1] == after[shared : shared + 1] != []:
        shared += 1
    closed = ["  " * (indent + depth) + "}" for depth in reversed(range(shared, len(before)))]
    opened = [
        "  " * (indent + depth) + f"{_label(after[depth])}: {{"
        for depth in range(shared, len(after))
    ]
    return [*closed, *opened]


def _label(label: str) -> str:
    if "{" in label:
        return f'"{label}"'
    if label in RESERVED:
        raise ImportingError(f"{label} is a name that the language gives no module")
    plain = re.fullmatch(r"[A-Za-z_]\w*", label, re.ASCII) and label != "_"
    return label if plain and label not in ("true", "false", "none") else f'"{label}"'


def _path(key: str) -> str:
    """The path of a parameter from the model: what is no plain name stands in quotes."""
    *names, last = key.split(".")
    plain = all(re.fullmatch(r"[A-Za-z_]\w*", each, re.ASCII) for each in names)
    return key if plain else f'"{".".join(names)}".{last}'


def _ends(item: Item) -> bool:
    """Whether nothing may stand behind a stage in its line: what it names, or when it is there."""
    tied = bool(getattr(item, "tied", {}))
    return tied or bool(getattr(item, "names", ())) or getattr(item, "when", None) is not None


def _begins(item: Item, labels: Labels) -> bool:
    """Whether a stage begins a line of its own: those that have most of the weights do."""
    if isinstance(item, OpStage):
        heavy = bool(item.op.weights) and not item.op.keeps_shape
        return heavy or item.branches is not None
    if isinstance(item, UseStage):
        return labels.of(item) is not None or item.branches is not None
    return not isinstance(item, Applied | Loop)


def _braced(lines: list[str], indent: int) -> list[str]:
    """Braces around lines; in one line where there is one that is short."""
    if len(lines) == 1 and len(lines[0]) + 4 + 24 <= WIDTH:
        return [f"{{ {lines[0].strip()} }}"]
    if not lines:
        return ["{ }"]
    return ["{", *lines, f"{'  ' * indent}}}"]


def _same_everywhere(data: Any) -> str:
    """The initialiser that gives these elements; empty where there is none, or a shorter text."""
    flat = list(_flat(data))
    if len(flat) < 4 or any(each != flat[0] for each in flat):
        return ""
    return {0: "zeros", 1: "ones"}.get(flat[0], "")


def _flat(data: Any) -> Iterator[Any]:
    if isinstance(data, list):
        for each in data:
            yield from _flat(each)
    else:
        yield data


def wrap(text: str, indent: int) -> str:
    """Text in brackets, broken behind commas where it is long."""
    pad = " " * indent
    lines: list[str] = []
    while len(text) > WIDTH - len(pad):
        cut = (
            text.rfind(", ", 0, WIDTH - len(pad)) + 2
        )  # never inside of a string: labels are short
        if cut < 2:
            break
        lines.append(text[:cut].rstrip())
        text = text[cut:]
    lines.append(text)
    return f"\n{pad}".join(lines)
