"""Families: the modules of a model that are instances of one class."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from archc.python.code.identifiers import identifier
from archc.python.reading.declarations import places
from archc.python.reading.places import Places
from archir.base.record import Struct, fresh, replaced
from archir.graph.graph import Definition, Use
from archir.graph.modules import Child, LeafModule, Module, Modules, Network, Signatures, children
from archir.graph.steps import walk
from archir.init.init_rules import Given, Tie
from archir.program.declarations import Block


class Family(Struct):
    """The networks of one declaration, one labelled group of it, or one function."""

    networks: list[Network]
    places: Places | None
    """The text, where there is one."""

    title: str
    doc: str = ""
    homes: dict[Network, Definition] = fresh(factory=dict)
    """For each network the definition of the block or model in whose text it stands."""

    @property
    def is_block(self) -> bool:
        """Whether it has a declaration of its own; a group or a ``module`` stands in another's."""
        return isinstance(self.networks[0].definition.origin, Block) and self.kind == "definition"

    @property
    def kind(self) -> str:
        """What its networks are: definitions, groups or functions."""
        return self.networks[0].kind


class Families(Struct):
    """All families of a model, those inside before those that use them."""

    all: list[Family] = fresh(factory=list)
    of: dict[Network, Family] = fresh(factory=dict)
    homes: dict[Definition, Definition] = fresh(factory=dict)
    """For what a ``module`` is: the definition that uses it."""

    texts: dict[object, Places] = fresh(factory=dict)
    signatures: Signatures = fresh(factory=Signatures)

    def text(self, block: Block) -> Places:
        """The places of a block."""
        if block not in self.texts:
            self.texts[block] = places(block)
        return self.texts[block]

    def home(self, definition: Definition) -> Definition:
        """The definition of the block or model in whose text another stands."""
        while not isinstance(definition.origin, Block) and definition in self.homes:
            definition = self.homes[definition]
        return definition

    def sort(self) -> None:
        """Put those inside before those that use them, whichever of their instances does."""
        done: dict[Family, None] = {}
        waiting = [(family, False) for family in reversed(self.all)]
        while waiting:
            family, visited = waiting.pop()
            if visited:
                done[family] = None
            elif family not in done:
                waiting.append((family, True))
                inner = [self.of[c.module] for n in family.networks for c in _uses(n)]  # type: ignore[index]
                waiting += [(each, False) for each in reversed(dict.fromkeys(inner))]
        self.all = list(dict.fromkeys(done))

    def part(self, family: Family) -> list[Family]:
        """Make a family of each of its networks."""
        at = self.all.index(family)
        places, title = family.places, family.title
        singles = [Family([n], places, title, family.doc, family.homes) for n in family.networks]
        self.all[at : at + 1] = singles
        self.of.update({single.networks[0]: single for single in singles})
        self.sort()
        return singles

    def split(self, family: Family) -> None:
        """Make families of those of its networks that look alike: it has no class of its own."""
        at = self.all.index(family)
        alike: dict[Hashable, Family] = {}
        for network in family.networks:
            key = (self.signatures.of(network), _outline(network), _weights(network))
            new = Family([], family.places, family.title, family.doc, family.homes)
            alike.setdefault(key, new).networks.append(network)
        self.all[at : at + 1] = alike.values()
        for new in alike.values():
            self.of.update(dict.fromkeys(new.networks, new))
        self.sort()


def families(modules: Modules) -> Families:
    """Group the networks of a model."""
    found = Families()
    for definition in modules.networks:
        for step in walk(definition.steps):
            if isinstance(step, Use) and not isinstance(step.definition.origin, Block):
                found.homes.setdefault(step.definition, definition)
    by_key: dict[Hashable, Family] = {}
    heights: dict[Network, int] = {}
    for network in modules.networks.values():
        for inner, child in [*_inside(network), (network, None)]:
            below = [heights[n] for n, _ in _inside(inner) if n in heights]
            below += [heights[c.module] for c in _uses(inner) if c.module in heights]
            heights[inner] = 1 + max(below, default=-1)
            key, family = _family(found, inner, child)
            if key not in by_key:
                by_key[key] = family
                found.all.append(family)
            by_key[key].networks.append(inner)
            by_key[key].homes[inner] = found.home(inner.definition)
            found.of[inner] = by_key[key]
    for family in list(found.all):
        if any(_is_below(found, n, family) for n in family.networks):
            _by_height(found, family, heights)
    found.sort()
    return found


def _is_below(found: Families, network: Network, family: Family) -> bool:
    """Whether a network uses others of its own family: a block that is given itself."""
    waiting, seen = [network], set()
    while waiting:
        for child in _uses(waiting.pop()):
            inner = child.module
            assert isinstance(inner, Network)
            if found.of[inner] is family:
                return True
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    return False


def _by_height(found: Families, family: Family, heights: dict[Network, int]) -> None:
    levels: dict[int, Family] = {}
    for network in family.networks:
        new = Family([], family.places, family.title, family.doc, family.homes)
        levels.setdefault(heights[network], new).networks.append(network)
    at = found.all.index(family)
    found.all[at : at + 1] = [levels[height] for height in sorted(levels)]
    for new in levels.values():
        found.of.update(dict.fromkeys(new.networks, new))


def _family(found: Families, network: Network, child: Child | None) -> tuple[Hashable, Family]:
    own = network.definition
    home = found.home(own)
    origin = home.origin if isinstance(home.origin, Block) else None
    text: Places | None = None
    if origin is not None and network.kind != "function":
        text = found.text(origin)
    if network.kind == "function":
        return (network.name, found.signatures.of(network)), Family([], None, network.name)
    if network.kind == "group":
        assert child is not None
        title = identifier(network.name).strip("0123456789_") or f"{own.name}Part"
        # What is spliced in stands in another text, in which names have other slots.
        place = (own.origin or own, own.upto, child.slot.span, origin)
        return place, Family([], text, title)
    title, doc = own.name, own.doc
    if isinstance(own.origin, Block):
        title, doc = own.origin.name, own.origin.doc
    rules = tuple([replaced(rule, initialiser=form(rule.initialiser)) for rule in own.init])
    key = (own.origin or own, own.upto, rules, origin)
    return key, Family([], text, title, doc)


def _weights(network: Network) -> Hashable:
    """What stages of a network ask for of their weights: one class draws and makes the same."""
    found: list[Hashable] = []
    for child in _leaves(network):
        assert isinstance(child.module, LeafModule)
        module = child.module
        if module.overrides or module.around:
            given = tuple([(name, form(each)) for name, each in module.overrides])
            found.append((child.slot.span, given, module.around))
    return tuple(found)


def form(given: Given) -> Given:
    """An initialiser without the numbers that it is given: classes take these, or say them."""
    if isinstance(given, Tie):
        return given
    return replaced(
        given,
        arguments=tuple(
            (name, None if isinstance(formula, int | float) else formula)
            for name, formula in given.arguments
        ),
    )


def _outline(network: Network) -> Hashable:
    """The names and kinds of what a network holds, at any depth outside of other networks."""

    def of(child: Child) -> Hashable:
        module = child.module
        if isinstance(module, LeafModule):
            return (child.name, module.make.function)
        if isinstance(module, Network):
            return (child.name, module.name)
        return (child.name, tuple(map(of, children(module))))

    return tuple(map(of, children(network)))


def _leaves(network: Network) -> Iterator[Child]:
    waiting = list(children(network))
    while waiting:
        child = waiting.pop(0)
        if isinstance(child.module, LeafModule):
            yield child
        elif not isinstance(child.module, Network) or is_inline(child.module):
            waiting.extend(children(child.module))


def is_inline(network: Network) -> bool:
    """Whether a network is written where it is made: a labelled chain is an nn.Sequential."""
    return network.kind == "group" and network.is_chain


def _inside(module: Module) -> Iterator[tuple[Network, Child]]:
    """The groups and functions in a module that have classes, those inside first."""
    for child in children(module):
        inner = child.module
        if isinstance(inner, Network) and inner.kind == "definition":
            continue
        yield from _inside(inner)
        if isinstance(inner, Network) and not is_inline(inner):
            yield inner, child


def _uses(network: Network) -> Iterator[Child]:
    """The children of a network that have classes of their own."""
    waiting = list(children(network))
    while waiting:
        child = waiting.pop()
        if isinstance(child.module, Network) and not is_inline(child.module):
            yield child
        elif not isinstance(child.module, LeafModule):
            waiting.extend(children(child.module))
