"""What the generator writes, as a tree: nodes know their text, and what they make of a shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archc.testing.generator.forms.evaluation import FILE, Env, base_env, evaluate, find
from archc.testing.generator.shapes.rules import rules
from archc.testing.generator.values import (
    Misfit,
    Part,
    Size,
    TooLarge,
    Value,
    Values,
    checked,
    require,
)
from archir.catalogue.registry import ops
from archir.op.contract import arguments_of
from archir.op.fields import REQUIRED


@dataclass
class Scene:
    """What is known at a place of a body."""

    env: Env
    current: Values
    outputs: list[tuple[str, Value]] | None = None
    labelled: dict[str, Values] = field(default_factory=dict)
    """What the stages of a body have given that stand in it with a label."""

    def fork(self) -> Scene:
        """Another one from here on."""
        return Scene(dict(self.env), self.current)

    @property
    def value(self) -> Value:
        """The one current value."""
        require(len(self.current) == 1)
        return self.current[0]


# --- texts ----------------------------------------------------------------------------------------


def indented(text: str) -> str:
    """A text moved to the right."""
    return "\n".join("  " + line if line else line for line in text.split("\n"))


def braces(body: Body) -> str:
    """A body in braces, on one line where it is short."""
    if not body.statements:
        return "{ }"
    lines = [statement.text() for statement in body.statements]
    if len(lines) == 1 and "\n" not in lines[0] and len(lines[0]) < 40:
        return f"{{ {lines[0]} }}"
    return "{\n" + indented("\n".join(lines)) + "\n}"


class Node:
    """A statement or a stage."""

    locals: tuple[str, ...] = ()
    """Names that live to the end of its braces."""

    def text(self) -> str:
        """As the file has it."""
        raise NotImplementedError

    def flow(self, scene: Scene) -> None:
        """What it does to what is known; raises ``Misfit`` where it does not fit."""
        raise NotImplementedError


@dataclass
class Body:
    """Statements in order."""

    statements: list[Node] = field(default_factory=list)

    def flow(self, scene: Scene) -> None:
        """All of them, one after the other."""
        for statement in self.statements:
            statement.flow(scene)
        for statement in self.statements:
            for name in statement.locals:
                scene.env.pop(name, None)


# --- uses -----------------------------------------------------------------------------------------


@dataclass
class Use(Node):
    """An op, a block, or a parameter that is one, with its arguments as texts."""

    name: str
    arguments: list[tuple[str | None, str]] = field(default_factory=list)
    careless: bool = False
    """Whether it is written as it is, although it may not fit."""

    def text(self) -> str:
        shown = ", ".join(v if n is None else f"{n} = {v}" for n, v in self.arguments)
        return f"{self.name}({shown})" if shown else self.name

    def flow(self, scene: Scene) -> None:
        try:
            self._flow(scene)
        except TooLarge:
            raise
        except Misfit:
            if not self.careless:
                raise

    def _flow(self, scene: Scene) -> None:
        if self.name == "_":
            return
        positional, named = self.evaluated(scene)
        part = find(self.name, scene.env)
        if part is None and "[" in self.name:  # an item of a list of values, or some of them
            part = evaluate(self.name, scene.env, scene.current)
            taken = (part,) if isinstance(part, Value) else part
            # Of a single value an item is none of a list: the name has one value here.
            require(isinstance(taken, tuple | list) and all(isinstance(x, Value) for x in taken))
            scene.current = tuple(taken)
            return
        if isinstance(part, Body):  # a module, whose weights the first use made
            for value in scene.current:
                rest = value.shape[1:2] if value.rank > 2 else value.shape[1:]
                first = scene.env.setdefault(f"{self.name} of", (value.rank, rest))
                require(first == (value.rank, rest))
            part.flow(scene)
            return
        if isinstance(part, Value):
            scene.current = (part,)
            return
        if part is None:
            require(self.name in scene.env)
            return  # an op that is absent
        require(isinstance(part, Part))
        scene.current = apply(part.filled(positional, named), scene)

    def evaluated(self, scene: Scene) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments by position and by name."""
        positional, named = [], {}
        for name, text in self.arguments:
            value = plain(evaluate(text, scene.env, scene.current))
            if name is None:
                positional.append(value)
            else:
                named[name] = value
        return tuple(positional), named


def plain(value: Any) -> Any:
    """Lists as tuples, as ops hold them."""
    return tuple(map(plain, value)) if isinstance(value, list) else value


def apply(part: Part, scene: Scene) -> Values:
    """What an op or a block makes of the current values."""
    declared = find(":" + part.name, scene.env)
    if declared is not None:
        made: Values = declared.use(part, scene)
        return checked(made)
    return checked(apply_op(part, scene.current))


def apply_op(part: Part, inputs: Values) -> Values:
    """What an op makes of values."""
    kind = ops()[part.name]
    known = arguments_of(kind)
    names = tuple(known)
    named = dict(part.keywords)
    open_names = [name for name in names if name not in named]
    positional = kind.gathered(part.positional)
    require(len(positional) <= len(open_names))
    given = {**dict(zip(open_names, positional, strict=False)), **named}
    require(set(given) <= set(names))
    arguments = {name: given.get(name, known[name].default) for name in names}
    require(all(value is not REQUIRED for value in arguments.values()))
    if kind.arity == "one" and len(inputs) != 1:
        raise Misfit
    try:
        return rules()[part.name](inputs, arguments)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        raise Misfit from None


@dataclass
class Stage(Node):
    """A unit with what may stand around it."""

    unit: Node
    label: str = ""
    overrides: list[tuple[str, str]] = field(default_factory=list)
    condition: str = ""

    def text(self) -> str:
        before = f"{self.label}: " if self.label else ""
        behind = "".join(f" with {name} = {value}" for name, value in self.overrides)
        return before + self.unit.text() + behind + (f" if {self.condition}" * bool(self.condition))

    def flow(self, scene: Scene) -> None:
        if self.condition:
            holds = evaluate(self.condition, scene.env, scene.current)
            require(not isinstance(holds, Size))
            if not holds:
                return
        self.unit.flow(scene)
        if self.label:
            scene.labelled[self.label] = scene.current


@dataclass
class Merged(Node):
    """``concat [a, b]``, or ``[a, b] -> concat``."""

    use: Use
    branches: Node
    before: bool = True

    def text(self) -> str:
        if self.before:
            return f"{self.use.text()} {self.branches.text()}"
        return f"{self.branches.text()} -> {self.use.text()}"

    def flow(self, scene: Scene) -> None:
        self.branches.flow(scene)
        self.use.flow(scene)


@dataclass
class Block:
    """A declared block: what its use makes of values."""

    name: str
    params: list[tuple[str, str, str, str]]
    """Name, type, domain and default of each, as texts."""

    inputs: list[tuple[str, str, list[str]]]
    body: Body
    kind: str = "block"
    doc: str = ""
    is_bare: bool = False
    """Whether it is written without parentheses, as it has no parameters."""

    def text(self) -> str:
        """The declaration."""
        doc = f"## {self.doc}\n" if self.doc else ""
        params = ", ".join(
            name + (f": {kind}" if kind else "") + (f" in {domain}" if domain else "")
            + (f" = {default}" if default else "")
            for name, kind, domain, default in self.params
        )  # fmt: skip
        lines = []
        if self.inputs:
            items = (f"{n}: {dtype}[{', '.join(dims)}]" for n, dtype, dims in self.inputs)
            lines.append("input " + ", ".join(items))
        lines += [statement.text() for statement in self.body.statements]
        inside = indented("\n".join(lines))
        parentheses = "" if self.is_bare else f"({params})"
        return f"{doc}{self.kind} {self.name}{parentheses} {{\n{inside}\n}}"

    def use(self, part: Part, scene: Scene) -> Values:
        """The outputs for some arguments and the current values."""
        inner = self.run(part, scene)
        if inner.outputs is not None:
            return tuple(value for _, value in inner.outputs)
        return inner.current

    def run(self, part: Part, scene: Scene) -> Scene:
        """What is known at the end of the body for some arguments and the current values."""
        env: Env = {**base_env(), FILE: scene.env.get(FILE, {})}
        named = dict(part.keywords)
        names = [name for name, *_ in self.params]
        open_names = [name for name in names if name not in named]
        require(len(part.positional) <= len(open_names) and set(named) <= set(names))
        given = {**dict(zip(open_names, part.positional, strict=False)), **named}
        for name, _, _, default in self.params:
            require(name in given or bool(default))
            env[name] = given[name] if name in given else evaluate(default, env)
        if self.inputs:
            require(len(self.inputs) == len(scene.current))
            for (name, dtype, dims), value in zip(self.inputs, scene.current, strict=True):
                bind(dims, value, env)
                require((dtype or "float") == value.dtype)
                env[name] = value
        inner = Scene(env, scene.current)
        self.body.flow(inner)
        return inner


def bind(dims: list[str], value: Value, env: Env) -> None:
    """Bind the names of a written shape to the dims of a value."""
    require(len(dims) == value.rank)
    for dim, extent in zip(dims, value.shape, strict=True):
        if dim.isidentifier() and dim != "_" and dim not in env:
            env[dim] = extent
        elif dim != "_":
            require(evaluate(dim, env) == extent)
