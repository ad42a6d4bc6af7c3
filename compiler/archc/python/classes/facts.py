"""What is known of a whole file: the graph, and what has been found while it was written."""

from __future__ import annotations

from archc.python.classes.functions import Functions
from archc.python.classes.rules import Extents, extents
from archc.python.classes.said import Var
from archc.python.code.layout import Expr as Expression
from archc.python.code.library import Library
from archc.python.code.recipes import access, part_call
from archc.python.merging.families import Families, Family, families
from archc.python.merging.merge import UnmergeableError
from archir.base.source import Span
from archir.catalogue.registry import ops
from archir.graph.graph import Apply, Definition, Step, Value
from archir.graph.lowering import lower
from archir.graph.modules import (
    Holder,
    LeafModule,
    Line,
    Module,
    ModuleCall,
    Modules,
    Network,
    Path,
    children,
)
from archir.graph.steps import walked
from archir.graph.typed import TypedGraph
from archir.init.values import Part
from archir.op.contract import assembled, values_of
from archir.op.fields import REQUIRED
from archir.op.recipe import ModuleRecipe
from archir.shapes.types import TensorType


class Facts:
    """The model, its modules, and what holds for all of their classes."""

    def __init__(self, typed: TypedGraph, library: Library) -> None:
        self.typed = typed
        self.library = library
        self.names = library.names
        self.taken = set(library.names.taken)
        self.modules: Modules = lower(typed)
        self.root: Network = self.modules.root
        self.families: Families = families(self.modules)
        self.baked: set[str] = set()
        """The model's parameters that cannot be parameters here."""

        self.outgoing: set[object] = set()
        """The families whose modules are asked for their channels."""

        self.unmade: set[tuple[object, Var]] = set()
        """Parameters of families that hold a part which nothing there makes: they have no words."""

        self.required: set[tuple[object, Var]] = set()
        """What classes of families have to take: blocks that a parameter holds are given it."""

        self.requires = False
        """Whether a try at the file has found more of these: its classes have not got them yet."""

        self.learned: dict[Family, dict[Var, frozenset[str]]] = {}
        """What each class takes, and on which of the model's parameters that depends."""

        self.asked: dict[Family, set[object]] = {}
        """The blocks of each class, by their places, that are asked for their channels."""

        self.made: dict[Family, dict[object, Expression]] = {}
        """How the parts are made that stand in lists of each class."""

        self.once: dict[Family, set[int]] = {}
        """Names of the text that one place alone uses: it has their expressions instead."""

        self.held: dict[Module, tuple[dict[str, Module], Holder]] = {}
        self.functions: Functions
        """The text's own functions and constants, of one try at the file."""

        self.rules: dict[object, Extents | None] = {}
        self.drawn: dict[object, list[str]] = {}
        """The lines of passes, by what these draw."""
        self.has_overrides = False
        """Whether a module of torch's has initial weights of its own."""

        self.tested: set[Span] = set()
        """The conditions of the text that are printed."""

        self.owner_of: dict[Value, Definition] = {}
        self.definition_of: dict[Step, Definition] = {}
        self.module_of: dict[object, Module] = {}
        for definition, steps in walked(typed.graph).items():
            self._know(definition, steps)
        for network in self.modules.networks.values():
            self._register(network)
        self.works_in_place = any(
            getattr(step.op, "inplace", False)
            for step in self.definition_of
            if isinstance(step, Apply)
        )

    def require(self, family: Family, parameters: set[Var]) -> None:
        """Note that the classes of a family have to take these, from the next try on."""
        new = {(family, var) for var in parameters} - self.required
        self.required |= new
        self.requires = self.requires or bool(new)

    @property
    def found(self) -> int:
        """How much has been found for which a file has to be written anew."""
        return len(self.baked) + len(self.outgoing) + len(self.unmade) + len(self.required)

    def _know(self, definition: Definition, steps: list[Step]) -> None:
        self.owner_of.update(dict.fromkeys(definition.inputs, definition))
        for step in steps:
            self.definition_of[step] = definition
            if not hasattr(step, "outputs"):
                continue
            self.owner_of.update(dict.fromkeys(step.outputs, definition))

    def _register(self, module: Module) -> None:
        for child in children(module):
            self.module_of[child.slot] = child.module
            if isinstance(child.module, LeafModule) and child.module.overrides:
                self.has_overrides = True
            if not (isinstance(child.module, Network) and child.module.kind == "definition"):
                self._register(child.module)

    def shape(self, value: Value) -> tuple[int, ...]:
        """The shape of a value at the default sizes; empty where it is not known."""
        definition = self.owner_of.get(value)
        if definition is None:
            return ()
        (found,) = self.typed.concrete_types_of(definition, (value,))
        return tuple([d if isinstance(d, int) else 0 for d in found.shape])

    def types(self, step: Apply) -> tuple[TensorType, ...]:
        """The types of what flows into a step, at the default sizes."""
        return self.typed.concrete_types_of(self.definition_of[step], step.inputs)

    def extents(self, step: Apply) -> Extents | None:
        """What a step makes of channels and features."""
        types = self.types(step)
        key = (id(step.op), types)
        if key not in self.rules:
            self.rules[key] = extents(step.op, types, self.typed.graph.sizes)
        return self.rules[key]

    def part(self, part: Part, types: tuple[TensorType, ...], inferred: int) -> Expression | None:
        """The callable that an op as a value is; None where it has no module."""
        op = assembled(ops()[part.name], dict(part.arguments))
        if any(value is REQUIRED for value in values_of(op).values()):
            return None  # a default that no use takes as it is
        recipe = op.recipe(types)
        if not isinstance(recipe, ModuleRecipe):
            return None
        return part_call(self.library.make(recipe.make), op, inferred)

    def symbolic(self, step: Apply) -> tuple[tuple[TensorType, ...], tuple[TensorType, ...]]:
        """The types of what flows into a step and out of it, for any sizes."""
        own = self.definition_of[step]
        return self.typed.types_of(own, step.inputs), self.typed.types_of(own, step.outputs)

    def called(self, line: Line) -> Network:
        """The network that a line calls."""
        assert isinstance(line, ModuleCall)
        slot = line.step.slot
        module = self.module_of.get(slot)
        if not isinstance(module, Network):
            raise UnmergeableError
        return module

    def fix(self, parameters: frozenset[str]) -> None:
        """Numbers stand in the file that depend on these: they cannot be parameters."""
        self.baked |= parameters

    def target(self, root: Module, path: Path, own: Holder, text: str = "self") -> str:
        """Python for what stands there, from a network's own module, or another that is ``text``.

        ``own`` is what its class is, which may be no chain where the network by itself is one.
        """
        module = root
        for name in path:
            named, holder = self._held(module)
            if module is root:
                holder = own
            if name not in named:
                return access(text, "module", name)
            text = access(text, holder, name)
            module = named[name]
        return text

    def _held(self, module: Module) -> tuple[dict[str, Module], Holder]:
        """The children of a module by name, and how a class shows them."""
        if module not in self.held:
            named = {child.name: child.module for child in children(module)}
            holder: Holder = "module" if isinstance(module, LeafModule) else module.holder
            if holder == "sequential" and list(named) != [str(n) for n in range(len(named))]:
                holder = "module"  # a chain whose children have names reads best as a ``forward``
            self.held[module] = (named, holder)
        return self.held[module]
