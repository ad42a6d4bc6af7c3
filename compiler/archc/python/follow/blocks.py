"""Blocks whose classes follow their text, and the file that they make up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archc.python.body import Body, Holder
from archc.python.follow import expressions
from archc.python.follow.constructor import Constructor
from archc.python.follow.forward import ForwardWriter
from archc.python.follow.parts import Instances
from archc.python.follow.scope import Variables, mentions
from archc.python.follow.sinks import Attributes
from archc.python.follow.weights import init_lines
from archc.python.identifiers import Names, class_name
from archc.python.printing import BASES, definition, joined
from archc.python.text import INDENT, Call, Expr, Raw, docstring
from archir import template
from archir.graph import Definition, definitions
from archir.init import Initialiser
from archir.recipe import Inferred, ModuleRecipe
from archir.reserved import RESERVED
from archir.template import Template, Unfollowable
from archir.typed import TypedGraph
from archir.values import Part

_HINTS = {"int": "int", "float": "float", "bool": "bool", "string": "str"}
_HELD = {
    "op": "Callable[[], nn.Module]",
    "op-of-channels": "Callable[[int], nn.Module]",
    "block": "Callable[..., nn.Module]",
    "init": "Callable[[Tensor], Tensor]",
}


class File:
    """All followed blocks of one model."""

    def __init__(self, typed: TypedGraph, bodies: dict[Definition, Body], names: Names) -> None:
        self.typed = typed
        self.bodies = bodies
        self.names = names
        self.blocks: dict[object, Block] = {}
        self.order: list[Block] = []
        self.constants: dict[object, tuple[str, str]] = {}
        """The file's constants that are used: their names and values."""

        self.by_origin: dict[object, list[Definition]] = {}
        self.as_values: set[object] = set()
        """The blocks that are passed as arguments."""

        everything = list(definitions(self.typed.graph))
        for item in everything:
            self.by_origin.setdefault(item.origin, []).append(item)
            for _, value in item.arguments:
                self.as_values.update(part.origin for part in _parts(value))
        self.instances = Instances(self.typed, everything)

    def block(self, origin: object) -> Block:
        """The class of a declaration, translated when it is first asked for."""
        if origin in self.blocks:
            return self.blocks[origin]
        found = self.by_origin.get(origin)
        if not found:
            raise Unfollowable("a block that is not followed")
        source = found[0].template
        text = source() if source is not None else None
        if not isinstance(text, Template):
            raise Unfollowable("a block without a template")
        block = Block(self, origin, text, found)
        block.translate()
        block.name = self.names.claim(class_name(text.name))
        self.blocks[origin] = block
        self.order.append(block)
        return block

    def constant(self, value: template.Global) -> str:
        """The name of a constant of the file."""
        if value.home not in self.constants:
            shown = expressions.show(value.value, Nothing(self))
            self.constants[value.home] = (self.names.claim(value.name), shown)
        return self.constants[value.home][0]

    def part(
        self, value: template.OpValue | template.BlockValue, scope: Constructor | None
    ) -> str:
        """A callable that makes a module: a class, or a partly applied one."""
        place: expressions.Scope = Nothing(self) if scope is None else scope.scope()
        if isinstance(value, template.BlockValue):
            block = self.block(value.origin)
            name = block.name
            given = [
                f"{block.python_name(n)}={expressions.show(v, place)}" for n, v in value.arguments
            ]
        else:
            name, _ = self.op_value(value)
            given = [f"{n}={expressions.show(v, place)}" for n, v in value.arguments]
        return f"partial({', '.join([name, *given])})" if given else name

    def op_value(self, value: template.OpValue) -> tuple[str, str]:
        """The torch class of an op that is passed as a value, and how it is called."""
        given = frozenset(name for name, _ in value.arguments)
        made = self.instances.unseen(value.keyword, given)
        if not isinstance(made.recipe, ModuleRecipe):
            raise Unfollowable("a function passed as a value")
        make = made.recipe.make
        taken = {name for name, _ in make.kwargs}
        sized = tuple(a for a in make.args if isinstance(a, Inferred) and a.what == "channels")
        same = isinstance(made.channels, Inferred) and made.channels.what == "channels"
        if len(sized) != len(make.args) or len(sized) > 1 or not given <= taken or not same:
            raise Unfollowable("an op that needs more than channels passed as a value")
        return make.function, "op-of-channels" if sized else "op"


class Nothing(expressions.Scope):
    """A scope without names of a body, for defaults and constants."""

    def __init__(self, file: File) -> None:
        self.file = file

    def constant(self, value: template.Global) -> str:
        return self.file.constant(value)

    def part(self, value: template.OpValue | template.BlockValue) -> str:
        return self.file.part(value, None)


@dataclass(slots=True)
class _Parameter:
    name: str
    python: str
    hint: str
    default: str | None

    @property
    def text(self) -> str:
        plain = f"{self.python}: {self.hint}"
        return plain if self.default is None else f"{plain} = {self.default}"


class Block:
    """One declaration as a class."""

    def __init__(
        self, file: File, origin: object, text: Template, found: list[Definition]
    ) -> None:
        self.file = file
        self.origin = origin
        self.template = text
        self.definitions = found
        self.name = ""
        self.kinds: dict[str, str] = {}
        self.sequences: set[str] = set()
        self.parameters: list[_Parameter] = []
        self.incoming: list[str] = []
        self.uses_channels = False
        self.running: list[str] = []
        self.labels: set[str] = set()
        self.automatic: dict[object, str] = {}
        self.attributes: dict[str, str] = {}
        self.unknown_lets: set[str] = set()
        self.final: str | None = None
        self.holder: Holder = "module"
        self.fills = False
        """Whether a chain's constructor has layers to put in."""

        self.init_lines: list[str] = []
        self.defaults: list[tuple[str, str]] = []
        """Constants in front of the class, for defaults that are calls."""

        self.needs_attribute = origin in file.as_values
        self.constructor_lines: list[str] = []
        self.forward_lines: list[str] = []
        self.is_model = found[0].kind == "model"
        self._stages = list(_stages(text.body))

    # --- what translation asks ----------------------------------------------------------------

    def appearances(self, base: str) -> int:
        """How many stages without a label could take that name."""
        return sum(
            stage.label is None and isinstance(stage.unit, template.Part) and _base(stage) == base
            for stage in self._stages
        )

    def may_be_none(self, name: str) -> bool:
        """Whether a parameter that holds a part may hold nothing."""
        if self.kinds.get(name) not in ("op", "op-of-channels", "block"):
            return False
        default = next(p.default for p in self.template.parameters if p.name == name)
        if isinstance(default, template.Literal) and default.value is None:
            return True
        return any(value is None for value in self._values(name))

    def stored(self, name: str) -> str:
        """The attribute that keeps a parameter for ``forward``."""
        if name not in {parameter.name for parameter in self.parameters}:
            raise Unfollowable(f"{name} is not known in forward")
        if name not in self.attributes:
            taken = {*self.labels, *self.automatic.values(), *self.attributes.values()}
            attribute = self.python_name(name)
            while attribute in taken or attribute in RESERVED or attribute == "out_channels":
                attribute += "_"
            if attribute.startswith("__"):
                raise Unfollowable("a name that Python would mangle")
            self.attributes[name] = attribute
        return self.attributes[name]

    def python_name(self, name: str) -> str:
        """The constructor's parameter for one of the text."""
        return next(p.python for p in self.parameters if p.name == name)

    def _values(self, name: str) -> list[object]:
        return [v for d in self.definitions for n, v in d.arguments if n == name]

    # --- translation --------------------------------------------------------------------------

    def translate(self) -> None:
        """Write the constructor and ``forward``."""
        for stage in self._stages:
            if isinstance(stage.label, template.Literal):
                self.labels.add(str(stage.label.value))
        if "out_channels" in self.labels:
            raise Unfollowable("a child named out_channels")
        variables = Variables({*self.file.names.taken, "module", "name"})
        for parameter in self.template.parameters:
            self._declare(parameter, variables)
        constructor = self._constructor(variables)
        self.final = constructor.channels
        self.constructor_lines = constructor.out.lines
        init = init_lines(self, variables)
        if init:
            self.init_lines = [""] * bool(self.constructor_lines) + init
        if not self.is_chain:
            self._forward()
        if self.needs_attribute and self.final is None:
            raise Unfollowable("a block whose channels nobody can say")

    def _constructor(self, variables: Variables) -> Constructor:
        if self.template.labelled:
            return self._construct(variables, "module")
        before = variables.snapshot()
        try:
            return self._construct(variables, "sequential")
        except Unfollowable:
            variables.restore(before)
            self.uses_channels, self.running = False, []
            self.automatic.clear()
            return self._construct(variables, "list")

    def _construct(self, variables: Variables, holder: Holder) -> Constructor:
        self.holder = holder
        constructor = Constructor(self, variables)
        inputs = self.template.inputs
        if self.is_model:
            types = self.definitions[0].input_types
            channels = [
                str(t.shape[1]) if t is not None and t.rank > 1 and isinstance(t.shape[1], int)
                else None
                for t in types
            ]
        else:
            names = ["in_channels"] if len(inputs) < 2 else [f"{n}_channels" for n in inputs]
            self.incoming = [variables.fresh(name) for name in names]
            channels = list(self.incoming)
        constructor.known.update(zip(inputs, channels, strict=False))
        constructor.channels = channels[0] if len(channels) == 1 else None
        body = self.template.body
        if holder == "module":
            constructor.body(body, Attributes(constructor.out), opens=False)
            return constructor
        if len(channels) != 1 and self.is_chain:
            raise Unfollowable("several inputs into a chain")
        layers = constructor.layers(False, is_chain=self.is_chain)
        constructor.body(body, layers, opens=False)
        arguments = layers.arguments()
        if arguments:
            constructor.out.add("", Call("super().__init__", arguments))
            self.fills = True
        return constructor

    @property
    def is_chain(self) -> bool:
        """Whether the class is an nn.Sequential."""
        return self.holder == "sequential"

    def _declare(self, parameter: template.Parameter, variables: Variables) -> None:
        name, default = parameter.name, parameter.default
        values = self._values(name)
        parts = [part for value in values for part in _parts(value)]
        nothing = default is None or (
            isinstance(default, template.Literal) and default.value is None
        )
        kind = self._kind(parameter, parts, values)
        self.kinds[name] = kind
        python = variables.bind(name, ())
        if kind == "value":
            hint = self._value_hint(parameter, values)
        else:
            hint = _HELD[kind]
            if self.may_be_none(name):
                hint += " | None"
        shown = None
        if isinstance(default, template.ListOf):
            items = [expressions.show(item, Nothing(self.file)) for item in default.items]
            shown = f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        elif isinstance(default, template.InitialiserValue):
            raise Unfollowable("an initialiser as a default")
        elif default is not None:
            shown = expressions.show(default, Nothing(self.file))
            if shown.startswith("partial("):  # a call in a default would be made just once
                wanted = f"{self.template.name}_{name}".upper()
                self.defaults.append((self.file.names.claim(wanted), shown))
                shown = self.defaults[-1][0]
        if default is not None and nothing and kind == "value" and "None" not in hint:
            hint += " | None"
        self.parameters.append(_Parameter(name, python, hint, shown))

    def _kind(
        self, parameter: template.Parameter, parts: list[Part], values: list[object]
    ) -> str:
        default = parameter.default
        if any(isinstance(value, Initialiser) for value in values) or parameter.type == "init":
            raise Unfollowable("an initialiser as a parameter")
        if any(isinstance(value, tuple) and list(_parts(value)) for value in values):
            raise Unfollowable("a list of parts as a parameter")
        blocks = isinstance(default, template.BlockValue) or parameter.type == "block"
        if blocks or any(part.kind == "block" for part in parts):
            if any(part.kind != "block" for part in parts):
                raise Unfollowable("a parameter that holds an op or a block")
            return "block"
        found = [
            template.OpValue(p.name, tuple((n, template.Literal(None)) for n, _ in p.arguments))
            for p in parts
        ]
        if isinstance(default, template.OpValue):
            found.append(default)
        kinds = {self.file.op_value(value)[1] for value in found}
        if len(kinds) > 1:
            raise Unfollowable("a parameter that holds ops of different kinds")
        if kinds:
            return kinds.pop()
        return "op-of-channels" if parameter.type == "op" else "value"

    def _value_hint(self, parameter: template.Parameter, values: list[object]) -> str:
        if parameter.type.startswith("list"):
            self.sequences.add(parameter.name)
            return _list_hint(parameter.type)
        if parameter.type in _HINTS:
            return _HINTS[parameter.type]
        if isinstance(parameter.default, template.Literal):
            values = [parameter.default.value, *values]
        elif isinstance(parameter.default, template.ListOf):
            self.sequences.add(parameter.name)
        hints = sorted({_hint(value) for value in values})
        if any(hint.startswith("Sequence") for hint in hints):
            self.sequences.add(parameter.name)
        if "float" in hints and "int" in hints:
            hints.remove("int")
        if "None" in hints:
            hints.remove("None")
            hints.append("None")
        if len([hint for hint in hints if hint.startswith("Sequence")]) > 1 or not hints:
            return "Sequence"
        return " | ".join(hints)

    def _forward(self) -> None:
        taken = {*self.file.names.taken, "getattr"}
        first = ForwardWriter(self, Variables(taken), None)
        first.write()
        self.attributes.clear()
        self.unknown_lets.clear()
        writer = ForwardWriter(self, Variables(taken), first.used)
        arguments, lines, result = writer.write()
        text = "\n".join(lines)
        if any(mentions(text, name) and f"{name} =" not in text for name in self.unknown_lets):
            raise Unfollowable("forward needs what only the constructor knows")
        parameters = ["self", *(f"{name}: Tensor" for name in arguments)]
        head = definition("forward", parameters, "Tensor", 1)
        self.forward_lines = head + joined(lines, [f"{INDENT * 2}return {result}"])

    # --- uses ---------------------------------------------------------------------------------

    @property
    def takes_channels(self) -> bool:
        """Whether the constructor takes the incoming channels."""
        return not self.is_model and (self.uses_channels or self.origin in self.file.as_values)

    def call(
        self,
        given: dict[str, template.Expr],
        inputs: list[str | None],
        constructor: Constructor,
    ) -> Expr:
        """The constructor called in another's."""
        arguments: list[tuple[str | None, Expr]] = []
        if self.takes_channels:
            if len(inputs) != len(self.incoming):
                raise Unfollowable("several values into one input")
            for channels in inputs:
                if channels is None:
                    raise Unfollowable("channels of which the text does not keep count")
                constructor.note(channels)
                arguments.append((None, Raw(channels)))
        positional = True
        for parameter in self.parameters:
            if parameter.name not in given:
                if parameter.default is None:
                    raise Unfollowable("an argument that is not given")
                positional = False
                continue
            positional = positional and parameter.default is None
            value = constructor.argument(given[parameter.name])
            arguments.append((None if positional else parameter.python, value))
        return Call(self.name, tuple(arguments))

    def held_call(
        self,
        name: str,
        function: str,
        arguments: tuple[tuple[str, template.Expr], ...],
        inputs: list[str | None],
        constructor: Constructor,
    ) -> Expr:
        """A block that a parameter holds, called."""
        candidates = {part.origin for value in self._values(name) for part in _parts(value)}
        blocks = [self.file.block(origin) for origin in candidates]
        if not blocks or any(block.final is None for block in blocks):
            raise Unfollowable("a block that is not known")
        result: list[tuple[str | None, Expr]] = []
        for channels in inputs:
            if channels is None:
                raise Unfollowable("channels of which the text does not keep count")
            constructor.note(channels)
            result.append((None, Raw(channels)))
        for key, value in arguments:
            python: str | None = None
            if not key.isdecimal():
                names = {
                    p.python for block in blocks for p in block.parameters if p.name == key
                }
                if len(names) != 1:
                    raise Unfollowable("an argument that blocks name differently")
                (python,) = names
            result.append((python, constructor.argument(value)))
        return Call(function, tuple(result))

    def outgoing(
        self,
        given: dict[str, template.Expr],
        inputs: list[str | None],
        constructor: Constructor,
    ) -> str | None:
        """The channels behind a use of the block, where its caller can say them itself."""
        if self.final is None:
            return None
        if self.final in self.incoming:
            return inputs[self.incoming.index(self.final)]
        if self.final.isdecimal():
            return self.final
        for parameter in self.parameters:
            if parameter.python == self.final and self.kinds[parameter.name] == "value":
                if parameter.name in given:
                    return constructor.show(given[parameter.name])
                return parameter.default
        self.needs_attribute = True
        return None

    # --- text ---------------------------------------------------------------------------------

    def lines(self, doc: str | None = None) -> list[str]:
        """The class."""
        base = BASES[self.holder]
        result = [f"{name} = {value}" for name, value in self.defaults]
        result += ["", ""] if result else []
        result.append(f"class {self.name}({base}):")
        parts = [docstring(doc or self.template.doc, 1), self._constructor_text()]
        parts.append(self.forward_lines)
        parts = [part for part in parts if part]
        for index, part in enumerate(parts):
            result += [""] * (index > 0) + part
        return result if parts else [*result, f"{INDENT}pass"]

    def _constructor_text(self) -> list[str]:
        parameters = [parameter.text for parameter in self.parameters]
        if self.takes_channels:
            parameters = [*(f"{name}: int" for name in self.incoming), *parameters]
        kept = [
            f"{INDENT * 2}self.{attribute} = {self.python_name(name)}"
            for name, attribute in self.attributes.items()
        ]
        asked = self.needs_attribute and self.final is not None
        if self.holder == "module":
            body = [f"{INDENT * 2}super().__init__()", *kept, *self.constructor_lines]
        elif self.fills:
            body = self.constructor_lines + kept
        else:
            body = [*self.constructor_lines, f"{INDENT * 2}super().__init__()", *kept]
            if len(body) == 1 and not parameters and not asked:
                return []
        body += self.init_lines
        if asked:
            body.append(f"{INDENT * 2}self.out_channels = {self.final}")
        return definition("__init__", ["self", *parameters], "None", 1) + body


def _stages(body: template.Body) -> Iterator[template.Stage]:
    """All stages of a body, those of labelled groups too."""
    for statement in body.statements:
        if isinstance(statement, template.Pipeline):
            for stage in statement.stages:
                yield stage
                yield from _inside(stage.unit)
        elif isinstance(statement, template.Loop):
            yield from _stages(statement.body)
        elif isinstance(statement, template.If):
            for _, inner in statement.arms:
                yield from _stages(inner)
            if statement.otherwise is not None:
                yield from _stages(statement.otherwise)


def _inside(unit: template.Unit) -> Iterator[template.Stage]:
    if isinstance(unit, template.Braces | template.Dense):
        yield from _stages(unit.body)
    elif isinstance(unit, template.Residual):
        yield from _stages(unit.body)
        if unit.shortcut is not None:
            yield from _stages(unit.shortcut)
    branches = unit.branches if isinstance(unit, template.Part) else unit
    if isinstance(branches, template.Branches):
        yield from _stages(template.Body(branches.items))


def _base(stage: template.Stage) -> str:
    unit = stage.unit
    assert isinstance(unit, template.Part)
    return unit.target.keyword if isinstance(unit.target, template.OpValue) else unit.target.name


def _parts(value: object) -> Iterator[Part]:
    """The ops and blocks in an argument."""
    if isinstance(value, Part):
        yield value
        for _, inner in value.arguments:
            yield from _parts(inner)
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)


def _hint(value: object) -> str:
    if isinstance(value, tuple):
        inner = sorted({_hint(item) for item in value})
        if "float" in inner and "int" in inner:
            inner.remove("int")
        return f"Sequence[{' | '.join(inner)}]" if inner else "Sequence"
    return "None" if value is None else type(value).__name__


def _list_hint(text: str) -> str:
    if text.startswith("list[") and text.endswith("]"):
        return f"Sequence[{_list_hint(text[5:-1])}]"
    return "Sequence" if text == "list" else _HINTS.get(text, "object")
