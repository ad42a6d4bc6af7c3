"""Initial weights in a constructor: what stands behind ``with``, and the pass of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archc.python.classes.klass import Class
from archc.python.code.layout import INDENT
from archc.python.code.recipes import access
from archc.python.constructor.chains import Chains
from archc.python.constructor.drawable import Found, below, holders
from archc.python.constructor.draws import draw, place
from archc.python.constructor.statements import Sink
from archc.python.constructor.weights import CONSTANT, pass_lines
from archc.python.merging.families import form, is_inline
from archc.python.merging.merge import Inst, Item, UnmergeableError, apart
from archir.base.record import replaced
from archir.base.source import Span
from archir.graph.modules import Child, Holder, LeafModule, Module, Network, Path, children
from archir.graph.naming import ties
from archir.init.init_rules import Given, Initialiser, InitRule, Tie
from archir.program import statements as s
from archir.program.nodes import Expr as Node
from archir.program.walk import statements

_BY_NUMBER = re.compile(r'name (not )?in \(|name [!=]= "[^"]*\d')
"""A test of names that have other numbers where there is more or less before them."""


class Drawing(Chains):
    """Draws initial weights."""

    holder: Holder
    """What the class is."""

    def weights(self) -> None:
        """Behind all modules: the constants that are left, ties, and the pass of the rules."""
        rows = {inst: dict(_leaves_in(inst.network, ())) for inst in self.owner.insts}
        for path in {path: None for row in rows.values() for path in row}:
            given = {inst: row[path] for inst, row in rows.items() if path in row}
            if self._is_filled(given):
                self._constants(self.target(path), given)
        tied = {tuple(self._ties(network)) for network in self.owner.family.networks}
        if len(tied) > 1:
            raise UnmergeableError
        for line in tied.pop():
            self.text(line)
        lines = self._pass()
        if lines and self.levels[0].lines:
            self.levels[0].lines.append("")
        for line in lines:
            self.levels[0].lines.append(INDENT * 2 + line if line else "")

    def drawn_where_made(self, item: Item, sink: Sink, ref: str) -> None:
        """Draw constants in a loop or a condition, and where others may have another number."""
        if len(self.levels) == 1 and (sink.layers is None or sink.labelled):
            return
        rows = {inst: dict(_leaves_of(child, ())) for inst, child in item.by.items()}
        module = next(iter(item.by.values())).module
        own: Holder = "module" if isinstance(module, LeafModule) else module.holder
        for path in {path: None for row in rows.values() for path in row}:
            given = {inst: row[path] for inst, row in rows.items() if path in row}
            if self._is_filled(given):
                self.flush(sink)
                with self.owner.turning(item):
                    self._constants(self.file.target(module, path, own, ref), given)

    def target(self, path: Path) -> str:
        """Python for what stands there in the class."""
        return self.place(self.owner.insts[0].network, path)

    def place(self, network: Network, path: Path) -> str:
        """Python for what stands there in an instance, from its own module."""
        return self.file.target(network, path, self.holder)

    def _ties(self, network: Network) -> list[str]:
        """Lines for parameters that are others' tensors."""
        if network.kind != "definition":
            return []
        found: list[str] = []
        for keys in ties(network.definition).items():
            sides = []
            for key in keys:
                *path, name = key.split(".")
                sides.append(access(self.place(network, tuple(path)), "module", name))
            found.append(" = ".join(sides))
        return found

    def _is_filled(self, given: Mapping[Inst, Child]) -> bool:
        """Whether there are constants behind the ``with`` of modules, and not drawn yet."""
        return any(
            child.slot not in self.drawn and any(_is_constant(each) for _, each in _given(child))
            for child in given.values()
        )

    def _constants(self, target: str, given: Mapping[Inst, Child]) -> None:
        """Lines for a module's own ``with``, where it does not matter when they run."""
        self.drawn.update(child.slot for child in given.values())
        first = next(iter(given.values()))
        assert isinstance(first.module, LeafModule)
        for parameter, initialiser in _given(first):
            if not isinstance(initialiser, Initialiser) or not _is_constant(initialiser):
                continue
            rows = {inst: dict(_given(child)).get(parameter) for inst, child in given.items()}
            each = {inst: one for inst, one in rows.items() if one is not None}
            if len(each) < len(rows):
                raise apart(next(iter(rows)))
            said = self._in_words_of_with(first.slot.span, parameter, each)
            spot = place(target, first.module.op, parameter)
            for line in draw(spot, said, 0, self.levels[-1].indent):
                self.text(line)

    def _in_words_of_with(
        self, span: Span, parameter: str, given: Mapping[Inst, Given]
    ) -> Initialiser:
        """What stands behind a ``with``, in words."""
        first = next(iter(given.values()))
        if len({form(each) for each in given.values()}) > 1 or isinstance(first, Tie):
            raise apart(next(iter(given)))
        found = {inst: each for inst, each in given.items() if isinstance(each, Initialiser)}
        return self.in_words(_behind_with(self.owner, span, parameter), span, found, first)

    def _pass(self) -> list[str]:
        """The lines that draw the class's initial weights, in the order of its modules."""
        owner, file = self.owner, self.file
        first = owner.family.networks[0]
        if first.kind != "definition" or not (first.definition.init or file.has_overrides):
            return []
        rules = [self._rule(number) for number in range(len(first.definition.init))]
        found: list[Found] = []
        if first.definition.has_init or first is file.root:
            rows = {inst: list(below(inst.network, file.library)) for inst in owner.insts}
            found = self._in_words_of_all(rows)
        held = [each for network in owner.family.networks for each in holders(network)]
        key = (first, *rules, *((each.name, each.leaf.overrides) for each in found))
        if key not in file.drawn:
            file.drawn[key] = pass_lines(rules, found, held)
        if any(map(_is_drawn_in_order, found)) and any(map(_BY_NUMBER.search, file.drawn[key])):
            self._bake_numbers()
        return file.drawn[key]

    def _rule(self, number: int) -> InitRule:
        """One of the rules, in words."""
        rows = {inst: inst.network.definition.init[number] for inst in self.owner.insts}
        rule = next(iter(rows.values()))
        places = self.owner.family.places
        texts = {} if places is None else dict(_rules(places.block.body))
        given = {inst: each.initialiser for inst, each in rows.items()}
        said = self.in_words(texts.get(rule.span), rule.span, given, rule.initialiser)
        return replaced(rule, initialiser=said)

    def _in_words_of_all(self, rows: Mapping[Inst, list[Found]]) -> list[Found]:
        """The modules of all instances, each once, with what stands behind their ``with`` in words.

        In other classes' texts it has no words here, nor where the turns of a loop differ.
        """
        said: dict[tuple[Span, str, Given], Initialiser] = {}
        for key, by in self._drawn_in_order(rows).items():
            made = self._in_words_of_with(*key, by)
            said.update(((*key, each), made) for each in by.values())
        found: dict[object, Found] = {}
        for each in (each for row in rows.values() for each in row):
            given = tuple(
                (name, said.get((each.slot.span, name, initialiser), initialiser))
                for name, initialiser in each.leaf.overrides
            )
            leaf = replaced(each.leaf, overrides=given)
            known = (each.name, leaf.torch_class, type(leaf.op), leaf.parameters, given)
            found.setdefault((*known, each.is_mine), replaced(each, leaf=leaf))
        return list(found.values())

    def _drawn_in_order(
        self, rows: Mapping[Inst, list[Found]]
    ) -> dict[tuple[Span, str], dict[Inst, Given]]:
        """What each ``with`` of the class's own text draws; what decides on others is baked."""
        given: dict[tuple[Span, str], dict[Inst, Given]] = {}
        others: dict[tuple[Span, str], Class] = {}
        drawn = ((i, each) for i, row in rows.items() for each in row if _is_drawn_in_order(each))
        for inst, each in drawn:
            is_own = each.home is inst.network
            for parameter, initialiser in each.leaf.overrides:
                if isinstance(initialiser, Tie) or _is_constant(initialiser):
                    continue
                key = (each.slot.span, parameter)
                if not is_own:
                    others[key] = self.file.class_of(each.home)
                elif given.setdefault(key, {}).setdefault(inst, initialiser) != initialiser:
                    others[key] = self.owner
        for key, inner in others.items():
            text = _behind_with(inner, *key)
            self.file.fix(inner.live(() if text is None else inner.leaves(text)))
        return {key: by for key, by in given.items() if key not in others}

    def _bake_numbers(self) -> None:
        """What is drawn is told by numbers in names: what decides on these is baked."""
        for owner in self.file.classes.values():
            stages = {} if owner.family.places is None else owner.family.places.stages
            for place_ in stages.values():
                for loop in place_.loops:
                    self.file.fix(owner.live(owner.turn_leaves(loop)))
                for test in place_.tests:
                    self.file.fix(owner.live(owner.leaves(test.condition)))


def _given(child: Child) -> tuple[tuple[str, Given], ...]:
    """What stands behind the ``with`` of a module of torch's."""
    assert isinstance(child.module, LeafModule)
    return child.module.overrides


def _is_constant(given: Given) -> bool:
    return isinstance(given, Initialiser) and given.function in CONSTANT


def _is_drawn_in_order(found: Found) -> bool:
    """Whether the pass draws random numbers by the ``with`` of a module."""
    drawn = (each for _, each in found.leaf.overrides if isinstance(each, Initialiser))
    return found.is_mine and not all(map(_is_constant, drawn))


def _behind_with(owner: Class, span: Span, parameter: str) -> Node | None:
    """The text of what a parameter of the module at a place is filled with."""
    places = owner.family.places
    stage = None if places is None else places.stage(span)
    texts = {} if stage is None else {each.parameter: each.value for each in stage.overrides}
    return texts.get(parameter)


def _rules(body: s.Body) -> Iterator[tuple[Span, Node]]:
    for statement in statements(body):
        if isinstance(statement, s.InitStatement):
            yield from ((rule.span, rule.value) for rule in statement.rules)


def _leaves_in(module: Module, path: Path) -> Iterator[tuple[Path, Child]]:
    """torch's modules in another, but for those in classes of their own."""
    for child in children(module):
        yield from _leaves_of(child, (*path, child.name))


def _leaves_of(child: Child, path: Path) -> Iterator[tuple[Path, Child]]:
    if isinstance(child.module, LeafModule):
        yield path, child
    elif not isinstance(child.module, Network) or is_inline(child.module):
        yield from _leaves_in(child.module, path)
