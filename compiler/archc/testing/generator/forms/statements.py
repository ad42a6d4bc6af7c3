"""Statements and combined stages of the generator's tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archc.testing.generator.forms.evaluation import evaluate
from archc.testing.generator.forms.nodes import Body, Node, Scene, Stage, apply_op, braces, indented
from archc.testing.generator.values import Misfit, Part, Size, Value, Values, require

LONG = 70
"""What is longer goes on several lines."""


@dataclass
class Chain(Node):
    """``stage -> stage as name :: [shape]``."""

    stages: list[Stage]
    names: list[str] = field(default_factory=list)
    ascription: str = ""
    broken: bool = False
    """Whether the line goes on with ``->`` on the next one."""

    def text(self) -> str:
        behind = f" as {', '.join(self.names)}" if self.names else ""
        shape = f" :: {self.ascription}" if self.ascription else ""
        said = [stage.text() for stage in self.stages]
        if (behind or shape) and self.stages[-1].condition:
            said[-1] = f"{{ {said[-1]} }}"  # a condition ends the chain
        long = sum(map(len, said)) > LONG and not any("\n" in each for each in said)
        arrow = "\n  -> " if self.broken or (long and len(said) > 1) else " -> "
        return arrow.join(said) + behind + shape

    def flow(self, scene: Scene) -> None:
        for stage in self.stages:
            stage.flow(scene)
        if len(self.names) == 1 and len(scene.current) > 1:
            scene.env[self.names[0]] = list(scene.current)
        elif self.names:
            require(len(self.names) == len(scene.current))
            for name, value in zip(self.names, scene.current, strict=True):
                if name != "_":
                    scene.env[name] = value


@dataclass
class Verbatim(Node):
    """A statement that says something and changes nothing."""

    words: str

    def text(self) -> str:
        return self.words

    def flow(self, scene: Scene) -> None:
        """It leaves everything as it was."""


@dataclass
class Let(Node):
    """``let a, b = expression``."""

    names: list[str]
    expression: str

    def text(self) -> str:
        return f"let {', '.join(self.names)} = {self.expression}"

    def flow(self, scene: Scene) -> None:
        value = evaluate(self.expression, scene.env, scene.current)
        if len(self.names) == 1:
            scene.env[self.names[0]] = value
            return
        require(isinstance(value, list | tuple) and len(value) == len(self.names))
        scene.env.update(zip(self.names, value, strict=True))

    @property
    def locals(self) -> tuple[str, ...]:  # type: ignore[override]
        """Its names."""
        return tuple(self.names)


def _bound(targets: str, items: Any) -> Iterator[tuple[str, object]]:
    """The names of a row's items, some of which may be rows of names: ``a, [b, c]``."""
    names = re.findall(r"\[.*\]|\w+", targets)
    require(isinstance(items, list | tuple) and len(items) == len(names))
    for name, item in zip(names, items, strict=True):
        if name[0] == "[":
            yield from _bound(name[1:-1], item)
        else:
            yield name, item


@dataclass
class Loop(Node):
    """``for``, or ``repeat`` without targets. In brackets each iteration gives a branch."""

    targets: list[str]
    iterable: str
    body: Body

    def text(self) -> str:
        if not self.targets:
            return f"repeat {self.iterable} {braces(self.body)}"
        return f"for {', '.join(self.targets)} in {self.iterable} {braces(self.body)}"

    def rounds(self, scene: Scene) -> list[dict[str, object]]:
        """What the targets are in each iteration."""
        items = evaluate(self.iterable, scene.env, scene.current)
        if not self.targets:
            require(isinstance(items, int) and 0 <= items < 9)
            return [{}] * items
        require(isinstance(items, list) and len(items) < 9)
        if len(self.targets) == 1:
            return [{self.targets[0]: item} for item in items]
        return [dict(_bound(", ".join(self.targets), item)) for item in items]

    def flow(self, scene: Scene) -> None:
        before = set(scene.env)
        named: dict[str, list[object]] = {}
        for bound in self.rounds(scene):
            inner = {name: value for name, value in scene.env.items() if name in before}
            one = Scene({**inner, **bound}, scene.current)
            self.body.flow(one)
            scene.current = one.current
            for name, value in one.env.items():
                if name not in before and name not in bound:
                    named.setdefault(name, []).append(value)
        scene.env.update(named)


@dataclass
class If(Node):
    """``if c { } else if d { } else { }``."""

    arms: list[tuple[str, Body]]
    otherwise: Body | None

    def text(self) -> str:
        said = " else ".join(f"if {condition} {braces(body)}" for condition, body in self.arms)
        return said if self.otherwise is None else f"{said} else {braces(self.otherwise)}"

    def chosen(self, scene: Scene) -> Body | None:
        """The arm that is taken."""
        for condition, body in self.arms:
            holds = evaluate(condition, scene.env, scene.current)
            require(isinstance(holds, bool))
            if holds:
                return body
        return self.otherwise

    def flow(self, scene: Scene) -> None:
        body = self.chosen(scene)
        if body is not None:
            body.flow(scene)


@dataclass
class Raw(Node):
    """``param name: [shape] = initialiser``, or ``buffer name: int[shape] = list``."""

    kind: str
    name: str
    dims: list[str]
    start: str
    dtype: str = ""
    ending: str = ""

    def text(self) -> str:
        shape = f"{self.dtype}[{', '.join(self.dims)}]"
        return f"{self.kind} {self.name}: {shape} = {self.start}{self.ending}"

    def flow(self, scene: Scene) -> None:
        shape = [int(evaluate(dim, scene.env, scene.current)) for dim in self.dims]
        require(all(extent >= 1 for extent in shape))
        scene.env[self.name] = Value(tuple(shape), self.dtype or "float")


@dataclass
class Module(Node):
    """``module name = stage``."""

    name: str
    label: str
    body: Body
    unit: Node | None = None
    """The stage that is its body, where it has no braces."""

    def text(self) -> str:
        label = f"{self.label}: " if self.label else ""
        unit = braces(self.body) if self.unit is None else self.unit.text()
        return f"module {self.name} = {label}{unit}"

    def flow(self, scene: Scene) -> None:
        scene.env[self.name] = self.body


@dataclass
class TrainOnly(Node):
    """``train_only { }``, and the last name that is given in it."""

    body: Body
    name: str

    def text(self) -> str:
        return f"train_only {braces(self.body)}"

    def flow(self, scene: Scene) -> None:
        before = dict(scene.env)
        inner = scene.fork()
        self.body.flow(inner)
        for name, value in inner.env.items():
            if name not in before:
                trained = isinstance(value, Value)
                scene.env[name] = value._replace(trained=True) if trained else value


@dataclass
class Output(Node):
    """``output a = value, b`` or ``output a = value when training``."""

    items: list[tuple[str, str]]
    training: bool = False

    def text(self) -> str:
        said = ", ".join(name if not value else f"{name} = {value}" for name, value in self.items)
        return f"output {said}" + " when training" * self.training

    def flow(self, scene: Scene) -> None:
        found = [(n, evaluate(v or n, scene.env, scene.current)) for n, v in self.items]
        require(all(isinstance(value, Value) for _, value in found))
        scene.outputs = [*(scene.outputs or ()), *found]


# --- stages ---------------------------------------------------------------------------------------


@dataclass
class Braces(Node):
    """``{ … }``, or ``residual``, ``dense`` of one."""

    body: Body
    word: str = ""
    shortcut: Body | None = None
    condition: str = ""

    def text(self) -> str:
        before = f"{self.word} " if self.word else ""
        before += f"if {self.condition} " if self.condition else ""
        behind = "" if self.shortcut is None else f" shortcut {braces(self.shortcut)}"
        return before + braces(self.body) + behind

    def flow(self, scene: Scene) -> None:
        given = scene.current
        holds = not self.condition or evaluate(self.condition, scene.env, scene.current)
        self.body.flow(scene)
        if not self.word or not holds:
            return
        made, scene.current = scene.current, given
        if self.shortcut is not None:
            self.shortcut.flow(scene)
        both = (*made, *scene.current) if self.word == "residual" else (*given, *made)
        part = Part("add" if self.word == "residual" else "concat")
        scene.current = apply_op(part, both)


@dataclass
class Branches(Node):
    """``[ a, b ]``: chains, loops, conditions and lets."""

    items: list[Node]
    lines: bool = False

    def text(self) -> str:
        said = [item.text() for item in self.items]
        if self.lines or sum(map(len, said)) > LONG or any("\n" in each for each in said):
            return "[\n" + indented("\n".join(said)) + "\n]"
        return f"[{', '.join(said)}]"

    def flow(self, scene: Scene) -> None:
        made = self.branches(scene, self.items)
        require(bool(made))
        scene.current = made

    def branches(self, scene: Scene, items: list[Node]) -> Values:
        """The values of all branches."""
        given = scene.current
        made: list[Value] = []
        for item in items:
            scene.current = given
            if isinstance(item, Loop):
                for bound in item.rounds(scene):
                    inner = Scene({**scene.env, **bound}, given)
                    made += self.branches(inner, item.body.statements)
            elif isinstance(item, If):
                chosen = item.chosen(scene)
                made += [] if chosen is None else self.branches(scene, chosen.statements)
            elif isinstance(item, Let):
                item.flow(scene)
            else:
                item.flow(scene)
                if len(scene.current) != 1:
                    raise Misfit
                made.append(scene.current[0])
        for item in items:
            for name in item.locals:
                scene.env.pop(name, None)
        scene.current = given
        return tuple(made)


def is_fixed(value: Value) -> bool:
    """Whether no extent but the batch depends on a size."""
    return not any(isinstance(extent, Size) for extent in value.shape[1:])
