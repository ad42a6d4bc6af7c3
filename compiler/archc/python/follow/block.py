"""A block whose class follows its text."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from archc.python.body import Holder
from archc.python.follow.constructor import Constructor
from archc.python.follow.defaults import Declarations
from archc.python.follow.forward import ForwardWriter
from archc.python.follow.parameters import Kinds, Parameter, parts_in
from archc.python.follow.scope import Snapshot, Variables, mentions
from archc.python.follow.sinks import Attributes, without_unread_counts
from archc.python.follow.stages import base_of, stages_of
from archc.python.follow.state import State
from archc.python.follow.weights import init_lines
from archc.python.identifiers import identifier
from archc.python.printing import BASES, definition, joined
from archc.python.text import INDENT, Call, Expr, Raw, docstring
from archir import template
from archir.graph import Definition
from archir.reserved import RESERVED
from archir.template import Template, Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.blocks import File


class Block:
    """One declaration as a class."""

    def __init__(self, file: File, origin: object, text: Template, found: list[Definition]) -> None:
        self.file = file
        self.origin = origin
        self.template = text
        self.definitions = found
        self.name = ""
        self.parameters: list[Parameter] = []
        self.incoming: list[str] = []
        self.uses_channels = False
        self.running: list[str] = []
        self.labels: set[str] = set()
        self.automatic: dict[object, str] = {}
        self.attributes: dict[str, str] = {}
        self.unknown_lets: dict[str, str] = {}
        """Variables of ``forward`` that only the constructor knows: their names in the text."""

        self.kept_lets: dict[str, str | None] = {}
        """Names of the text whose values the constructor keeps for ``forward``: the attributes."""

        self.final: str | None = None
        self.holder: Holder = "module"
        self.fills = False
        """Whether a chain's constructor has layers to put in."""

        self.draws: list[str] = []
        """Lines that give children initial weights of their own, behind all children."""

        self.init_lines: list[str] = []
        self.defaults: list[str] = []
        """Constants in front of the class, for defaults that are calls."""

        self.filled: list[str] = []
        """Lines that compute defaults, in front of all others."""

        self.needs_attribute = origin in file.as_values
        self.constructor_lines: list[str] = []
        self.forward_lines: list[str] = []
        self.is_model = found[0].kind == "model"
        self.stages = list(stages_of(text.body))

    # --- what translation asks ----------------------------------------------------------------

    @property
    def kinds(self) -> dict[str, str]:
        """What each parameter holds: a value, or a part of some kind."""
        return self.held.of

    @property
    def sequences(self) -> set[str]:
        """Parameters that may hold a tuple as well as a list."""
        return self.held.sequences

    def appearances(self, base: str) -> int:
        """How many stages without a label could take that name."""
        return sum(
            stage.label is None and isinstance(stage.unit, template.Part) and base_of(stage) == base
            for stage in self.stages
        )

    def may_be_none(self, name: str) -> bool:
        """Whether a parameter that holds a part may hold nothing."""
        return self.held.may_be_none(name)

    def stored(self, name: str) -> str:
        """The attribute that keeps a parameter for ``forward``."""
        if name not in {parameter.name for parameter in self.parameters}:
            raise Unfollowable(f"{name} is not known in forward")
        if name not in self.attributes:
            self.attributes[name] = self._attribute(self.python_name(name))
        return self.attributes[name]

    def kept(self, name: str) -> str:
        """The attribute that a ``let`` is kept in from the start."""
        if self.holder != "module" or self.kept_lets[name] is not None:
            raise Unfollowable("forward needs what only the constructor knows")
        attribute = self.kept_lets[name] = self._attribute(identifier(name))
        return attribute

    def _attribute(self, wanted: str) -> str:
        labels = {*self.labels, *self.automatic.values()}
        kept = {attribute for attribute in self.kept_lets.values() if attribute is not None}
        taken = labels | kept | {*self.attributes.values(), "out_channels"}
        while wanted in taken or wanted in RESERVED or keyword.iskeyword(wanted):
            wanted += "_"
        if wanted.startswith("__"):
            raise Unfollowable("a name that Python would mangle")
        return wanted

    def python_name(self, name: str) -> str:
        """The constructor's parameter for one of the text."""
        return next(p.python for p in self.parameters if p.name == name)

    # --- translation --------------------------------------------------------------------------

    def translate(self) -> None:
        """Write the constructor and ``forward``."""
        for stage in self.stages:
            if isinstance(stage.label, template.Literal):
                self.labels.add(str(stage.label.value))
        if "out_channels" in self.labels:
            raise Unfollowable("a child named out_channels")
        values: dict[str, list[object]] = {p.name: [] for p in self.template.parameters}
        for used in self.definitions:
            for name, value in used.arguments:
                values[name].append(value)
        self.held = Kinds(self.file, self.template.parameters, values)
        variables = Variables({*self.file.names.taken, "module", "name"})
        declared = Declarations(self.file, self.template, self.held, variables)
        self.parameters, self.defaults, self.filled = declared.all()
        before = variables.snapshot()
        constructor = self._constructor(variables)
        if not self.is_chain:
            self.kept_lets = dict.fromkeys(self._forward())
            if self.kept_lets:
                self._forget(variables, before)
                constructor = self._constructor(variables)
                if self._forward():
                    raise Unfollowable("forward needs what only the constructor knows")
        self.final = constructor.channels
        self.constructor_lines = constructor.out.lines
        init = init_lines(self, variables)
        if init:
            self.init_lines = [""] * bool(self.constructor_lines) + init
        if self.needs_attribute and self.final is None:
            raise Unfollowable("a block whose channels nobody can say")

    def _constructor(self, variables: Variables) -> Constructor:
        if self.template.labelled:
            return self._construct(variables, "module")
        before = variables.snapshot()
        try:
            return self._construct(variables, "sequential")
        except Unfollowable:
            self._forget(variables, before)
            return self._construct(variables, "list")

    def _forget(self, variables: Variables, before: Snapshot) -> None:
        """Go back to where no constructor was."""
        variables.restore(before)
        self.uses_channels, self.running = False, []
        self.automatic.clear()
        self.draws.clear()

    def _construct(self, variables: Variables, holder: Holder) -> Constructor:
        self.holder = holder
        constructor = Constructor(self, variables)
        inputs = self.template.inputs
        if self.is_model:
            types = self.definitions[0].input_types
            channels = [
                str(t.shape[1])
                if t is not None and t.rank > 1 and isinstance(t.shape[1], int)
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

    def _forward(self) -> list[str]:
        """Write ``forward``; gives the names that it lacks, which only the constructor knows."""
        taken = {*self.file.names.taken, "getattr"}
        needed: set[str] | None = None
        while True:  # each pass leaves out what only the lines that it leaves out have needed
            self.attributes.clear()
            self.unknown_lets.clear()
            writer = ForwardWriter(self, Variables(taken), needed)
            arguments, lines, result = writer.write()
            if writer.used == needed:
                break
            needed = writer.used
        text = "\n".join(lines)
        lacking = [
            name
            for variable, name in self.unknown_lets.items()
            if mentions(text, variable) and f"{variable} =" not in text
        ]
        parameters = ["self", *(f"{name}: Tensor" for name in arguments)]
        head = definition("forward", parameters, "Tensor", 1)
        self.forward_lines = head + joined(lines, [f"{INDENT * 2}return {result}"])
        return lacking

    # --- uses ---------------------------------------------------------------------------------

    @property
    def takes_channels(self) -> bool:
        """Whether the constructor takes the incoming channels."""
        return not self.is_model and (self.uses_channels or self.origin in self.file.as_values)

    def call(
        self,
        given: dict[str, template.Expr],
        inputs: list[str | None],
        constructor: State,
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
        constructor: State,
    ) -> Expr:
        """A block that a parameter holds, called."""
        candidates = {part.origin for value in self.held.values[name] for part in parts_in(value)}
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
                names = {p.python for block in blocks for p in block.parameters if p.name == key}
                if len(names) != 1:
                    raise Unfollowable("an argument that blocks name differently")
                (python,) = names
            result.append((python, constructor.argument(value)))
        return Call(function, tuple(result))

    def outgoing(
        self,
        given: dict[str, template.Expr],
        inputs: list[str | None],
        constructor: State,
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
                if not parameter.is_computed:
                    return parameter.default
        self.needs_attribute = True
        return None

    # --- text ---------------------------------------------------------------------------------

    def lines(self, doc: str | None = None) -> list[str]:
        """The class."""
        base = BASES[self.holder]
        result = [*self.defaults, "", ""] if self.defaults else []
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
            head = [f"{INDENT * 2}super().__init__()", *self.filled, *kept]
            body = head + self.constructor_lines
        elif self.fills:
            body = self.filled + self.constructor_lines + kept
        else:
            body = [*self.filled, *self.constructor_lines, f"{INDENT * 2}super().__init__()", *kept]
            if len(body) == 1 and not parameters and not asked:
                return []
        body += self.draws + self.init_lines
        if asked:
            body.append(f"{INDENT * 2}self.out_channels = {self.final}")
        head = definition("__init__", ["self", *parameters], "None", 1)
        return head + without_unread_counts(body)
