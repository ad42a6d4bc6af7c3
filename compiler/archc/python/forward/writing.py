"""``forward``: variables get names, and lines their text."""

from __future__ import annotations

from collections.abc import Iterator

from archc.python.code.layout import INDENT, WIDTH, Call, Expr, Raw, flat, layout
from archc.python.code.recipes import expression
from archc.python.forward.gathering import Gathering
from archc.python.forward.timing import Says, blocks_of
from archc.python.merging.flows import Around, Choice, Flow, Lines, Step, Variable
from archc.python.merging.merge import UnfoldError, UnmergeableError, UntestableError
from archir.base.record import Struct
from archir.graph import modules
from archir.op.recipe import Call as CallCode
from archir.op.recipe import Nested, Only
from archir.program.statements import Loop


class Written(Struct):
    """A ``forward``: the names of its parameters and results, and its lines but for the return."""

    arguments: list[str]
    lines: list[str]
    results: list[str]


def write(lines: Lines, says: Says, taken: set[str], *, names_inputs: bool) -> Written:
    """Write a ``forward``; ``taken`` are the names that the file uses around it."""
    return _Writer(lines, says, taken, names_inputs).write()


class _Writer(Gathering):
    def write(self) -> Written:
        self.apart: list[Loop] = []
        """Loops that cannot be written as loops."""

        for block in blocks_of(self.lines.body):
            for flow in block:
                if isinstance(flow, Around):
                    name = self.says.begin(flow)
                    self.taken |= {name} if name else set()
        self._choose_inline()
        for variable in self.lines.inputs:
            self._define(variable, -1)
        self._measure(self.lines.body, ())
        for variable in self.lines.results:
            self._use(variable, self.clock + 1, ())
        self._tie(self.lines.body)
        self._name()
        lines = self._lines()
        names = [self._name_of(variable) for variable in self.lines.inputs]
        return Written(names, lines, [self._name_of(v) for v in self.lines.results])

    def _lines(self) -> list[str]:
        """The body; the loops that have to be written out are all found before one of them is."""
        try:
            lines = list(self._print(self.lines.body, 2, training=False))
        except (UnmergeableError, UntestableError):
            if not self.apart:
                raise
        if self.apart:
            raise UnfoldError(*self.apart)
        return lines

    def _print(self, flows: list[Flow], indent: int, *, training: bool) -> Iterator[str]:
        open_training = training
        for flow in flows:
            if isinstance(flow, Step) and flow.outputs and flow.outputs[0] in self.inline:
                continue
            only = not training and _only_in_training(flow)
            if only and not open_training:
                yield f"{INDENT * indent}if self.training:"
            open_training = only or training
            yield from self._flow(flow, indent + only, training or only)

    def _flow(self, flow: Flow, indent: int, training: bool) -> Iterator[str]:
        margin = INDENT * indent
        for variable, value in self.copies.get(id(flow), ()):
            yield f"{margin}{self._name_of(variable)} = {self._name_of(value)}"
        if isinstance(flow, Step):
            yield from self._step(flow, indent)
        elif isinstance(flow, Around):
            try:
                body = list(self._print(flow.body, indent + 1, training=training))
                body += self._endings(flow, 0, indent + 1)
                yield f"{margin}{self.says.loop(flow, body)}:"
            except UnfoldError as error:
                self.apart += error.loops
            else:
                yield from body or [f"{margin}{INDENT}pass"]
        else:
            yield from self._choice(flow, indent, training)

    def _choice(self, flow: Choice, indent: int, training: bool) -> Iterator[str]:
        """The arms of a condition; what two of them do alike one behind the other is said once."""
        arms: list[tuple[str, list[str]]] = []
        for number, arm in enumerate(flow.arms):
            test = self.says.test(flow, number)
            body = list(self._print(arm, indent + 1, training=training))
            body += self._endings(flow, number, indent + 1)
            arms.append((test, body))
        if arms[-1][0]:
            arms.append(("", list(self._endings(flow, len(flow.arms), indent + 1))))
        joined = _joined(arms, indent)
        margin = INDENT * indent
        if len(joined) == 1:
            yield from (line.removeprefix(INDENT) for line in joined[0][1])
            return
        for number, (test, body) in enumerate(joined):
            if test or body:
                word = "else" if not test else f"{'elif' if number else 'if'} {test}"
                yield f"{margin}{word}:"
                yield from body or [f"{margin}{INDENT}pass"]

    def _endings(self, flow: Flow, number: int, indent: int) -> Iterator[str]:
        for variable, value in self.ending.get((id(flow), number), ()):
            yield f"{INDENT * indent}{self._name_of(variable)} = {self._name_of(value)}"

    def _step(self, step: Step, indent: int) -> Iterator[str]:
        value = self._expression(step)
        if self.lists.keys() & set(step.outputs):
            yield from self._appended(step, value, indent)
            return
        targets = [self._name_of(variable) for variable in step.outputs]
        if isinstance(step.line, modules.Compute) and isinstance(self.says.code(step), Only):
            yield from layout(f"({targets[0]},) = ", value, "", indent)
        elif targets == ["_"]:
            yield from layout("", value, "", indent)
        elif not (isinstance(step.line, modules.Fetch) and flat(value) == targets[0]):
            calling = step.line.calling if isinstance(step.line, modules.ModuleCall) else None
            if calling is None:
                yield from layout(f"{', '.join(targets)} = ", value, "", indent)
                return
            alone = len(INDENT) * indent + len(f"{targets[0]} = {flat(value)}") <= WIDTH
            if _only_item(calling.results) is None or not alone:
                inputs = [self._operand(variable) for variable in step.inputs]
                called = CallCode(self.says.target(step), calling.args, calling.kwargs)
                value = expression(called, inputs)
                targets = [_unpacked(calling.results, targets)]
            yield from layout(f"{', '.join(targets)} = ", value, "", indent)

    def _expression(self, step: Step) -> Expr:
        inputs = [self._operand(variable) for variable in step.inputs]
        if isinstance(step.line, modules.Compute):
            return self._computed(step, inputs)
        target = self.says.target(step)
        if isinstance(step.line, modules.Fetch):
            return Raw(target)
        calling = step.line.calling
        if calling is None:
            return Call(target, tuple((None, value) for value in inputs))
        made = expression(CallCode(target, calling.args, calling.kwargs), inputs)
        item = _only_item(calling.results)
        return made if item is None else Raw(f"{flat(made)}[{item}]")

    def _operand(self, variable: Variable) -> Expr:
        step = self.inline.get(variable)
        return Raw(self._name_of(variable)) if step is None else self._expression(step)


def _only_item(results: Nested) -> int | None:
    """The place of what is taken of a tuple, where that is one item of it."""
    if not isinstance(results, tuple):
        return None
    taken = [place for place, inner in enumerate(results) if inner is not None]
    return taken[0] if len(taken) == 1 and isinstance(results[taken[0]], int) else None


def _unpacked(results: Nested, targets: list[str]) -> str:
    """The left side of an assignment; nested as what is given is."""
    if not isinstance(results, tuple):
        return ", ".join(targets)
    names = iter(targets)

    def shown(pattern: Nested, depth: int) -> str:
        if not isinstance(pattern, tuple):
            return "_" if pattern is None else next(names)
        items = [shown(inner, depth + 1) for inner in pattern]
        if depth and set(items) == {"_"}:
            return "_"
        return f"({', '.join(items)})" if depth else ", ".join(items)

    return shown(results, 0)


def _only_in_training(flow: Flow) -> bool:
    if isinstance(flow, Step):
        return flow.training
    inner = [flow.body] if isinstance(flow, Around) else flow.arms
    return all(_only_in_training(each) for flows in inner for each in flows)


def _joined(arms: list[tuple[str, list[str]]], indent: int) -> list[tuple[str, list[str]]]:
    """The arms of a condition, the last without a test; neighbours that do the same as one."""
    found: list[tuple[str, list[str]]] = []
    for test, body in arms:
        if not found or found[-1][1] != body:
            found.append((test, body))
            continue
        either = " or ".join(f"({one})" if " if " in one else one for one in (found[-1][0], test))
        if not test:
            found[-1] = ("", body)
        elif len(INDENT) * indent + len(f"elif {either}:") <= WIDTH:
            found[-1] = (either, body)
        else:
            found.append((test, body))
    return found
