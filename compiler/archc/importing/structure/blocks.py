"""Classes that are used several times become blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from archc.importing.chains import declared
from archc.importing.nodes import (
    ABSENT,
    Block,
    BodyText,
    Chain,
    DenseStage,
    Item,
    Loop,
    OpStage,
    ResidualStage,
    ScopeStage,
    TrainOnly,
    UseStage,
)
from archc.importing.problems import ImportingError
from archc.importing.structure.holes import Solver
from archc.importing.structure.unify import DifferentError, Unifier
from archc.importing.write import Facts, Unit, children

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "Group")
"""Classes of torch's own that only hold others, and groups of a text with labels: scopes."""


class Finder:
    """Finds the blocks of a model; ``blocks`` has them, those that others use first."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.blocks: dict[str, Block] = {}
        self.taken = set(Unit(facts, model=False).taken)

    def may_be_block(self, scopes: list[ScopeStage]) -> bool:
        """Whether no layer in them has the weights of another: such a name leads from the model."""
        return not any(_has_tied(scope.body) for scope in scopes)

    def find(self, root: BodyText, *, alone: bool = False) -> None:
        """Put uses of blocks in the place of scopes, in the body and all that is in it.

        ``alone`` makes no block of several scopes: those that need one have each its own.
        """
        tried: set[str] = set()
        while True:
            groups: dict[str, list[ScopeStage]] = defaultdict(list)
            for scope in _scopes(root):
                groups[scope.body.body.kind].append(scope)
            open_ = {
                kind: scopes
                for kind, scopes in groups.items()
                if kind not in CONTAINERS
                and kind not in tried
                and _wanted(scopes)
                and self.may_be_block(scopes)
            }
            ready = [k for k, scopes in open_.items() if not _holds_any(scopes, open_, k)]
            if not ready:
                return
            for kind in ready:
                tried.add(kind)
                made = (self.each if alone else self.block)(kind, groups[kind])
                if made:
                    _replace(root, made)

    def block(self, kind: str, scopes: list[ScopeStage]) -> dict[int, UseStage]:
        """One block for all scopes; or one for each kind of them that are alike."""
        try:
            return self.one(kind, scopes)
        except DifferentError:
            pass
        made: dict[int, UseStage] = {}
        for alike in _alike(scopes):
            try:
                if len(alike) > 1 or _declares(alike[0]):
                    made |= self.one(kind, alike)
            except DifferentError:
                made |= self.each(kind, alike)
        return made

    def each(self, kind: str, scopes: list[ScopeStage]) -> dict[int, UseStage]:
        """A block for each scope that has names of its own, which none may have beside it."""
        made: dict[int, UseStage] = {}
        for scope in scopes:
            if _declares(scope):
                try:
                    made |= self.one(kind, [scope])
                except DifferentError:
                    said = f"{kind} does not stand by itself: it reads a value of another module"
                    raise ImportingError(said, scope.body.body.path) from None
        return made

    def one(self, kind: str, scopes: list[ScopeStage]) -> dict[int, UseStage]:
        given = [scope.body.body.arguments for scope in scopes]
        names = dict.fromkeys(name for each in given for name in each)
        unifier = Unifier(self.facts, len(scopes), names)
        text = unifier.body([scope.body for scope in scopes])
        vectors = {name: [each.get(name) for each in given] for name in names}
        entry = [self.entry(scope) for scope in scopes]
        own = {each.name for each in declared(scopes[0].body.body)}
        solver = Solver(vectors, entry, self.taken | own, len(scopes))
        solver.fill(unifier.holes)
        name = self.name(kind)
        parameters = solver.defaults(list(names))
        self.blocks[name] = Block(name, parameters, text, solver.lets)
        made: dict[int, UseStage] = {}
        for place, scope in enumerate(scopes):
            values = {key: each[place] for key, each in solver.parameters.items()}
            arguments = {
                key: _first(solver.parameters[key]) if value == ABSENT else value
                for key, value in values.items()
            }
            made[id(scope)] = UseStage(
                scope.label, name, arguments, scope.body, scope.branches, scope.names
            )
        return made

    def entry(self, scope: ScopeStage) -> Any:
        value = scope.body.entry
        if value is None:
            return ABSENT
        shape = self.facts.shapes[value][0]
        return shape[1] if len(shape) > 1 else ABSENT

    def name(self, kind: str) -> str:
        base = kind.lstrip("_")
        name, number = base, 2
        while name in self.taken or name in self.blocks:
            name, number = f"{base}{number}", number + 1
        return name


def _first(values: list[Any]) -> Any:
    return next(each for each in values if each != ABSENT)


def _wanted(scopes: list[ScopeStage]) -> bool:
    return len(scopes) > 1 or _declares(scopes[0])


def _declares(scope: ScopeStage) -> bool:
    """Whether a scope has parameters or buffers of its own, of which there may be one a name."""
    return any(each.is_kept for each in declared(scope.body.body))


def _alike(scopes: list[ScopeStage]) -> list[list[ScopeStage]]:
    groups: dict[Any, list[ScopeStage]] = defaultdict(list)
    for scope in scopes:
        groups[skeleton(scope.body.chain), _tables(scope.body)].append(scope)
    return list(groups.values())


def _tables(text: BodyText) -> tuple[str, ...]:
    """The elements that a body writes down: a block has one table under a name."""
    return tuple([repr(each.data) for each in text.declared])


def skeleton(chain: Chain) -> tuple[Any, ...]:
    """A chain without its numbers."""
    return tuple([_bone(item) for item in chain])


def _bone(item: Item) -> tuple[Any, ...]:
    inner: tuple[Any, ...] = tuple(skeleton(each) for each in _inside(item))
    if isinstance(item, OpStage):
        return (item.op.keyword, inner)
    if isinstance(item, UseStage):
        return (item.name, inner)
    return (type(item).__name__, inner)


def _inside(item: Item) -> Iterator[Chain]:
    yield from getattr(item, "branches", None) or ()
    if isinstance(item, ScopeStage):
        yield item.body.chain
    elif isinstance(item, ResidualStage):
        yield item.body
        yield item.shortcut or []
    elif isinstance(item, DenseStage):
        yield item.body
    elif isinstance(item, TrainOnly | Loop):
        yield item.chain


def _scopes(text: BodyText) -> Iterator[ScopeStage]:
    """All scopes in a body, those inside others first."""
    for module in text.modules:
        if isinstance(module.stage, ScopeStage):
            yield from _scopes(module.stage.body)
            yield module.stage
    yield from _in_chain(text.chain)


def _in_chain(chain: Chain) -> Iterator[ScopeStage]:
    for item in chain:
        for each in getattr(item, "branches", None) or ():
            yield from _in_chain(each)
        if isinstance(item, ScopeStage):
            yield from _scopes(item.body)
            yield item
        else:
            for each in () if getattr(item, "branches", None) else _inside(item):
                yield from _in_chain(each)


def _has_tied(text: BodyText) -> bool:
    stages = [module.stage for module in text.modules]
    return any(isinstance(each, OpStage) and each.tied for each in (*stages, *children(text.chain)))


def _holds_any(scopes: list[ScopeStage], open_: dict[str, list[ScopeStage]], kind: str) -> bool:
    """Whether a scope holds another class that is about to become a block; or its own."""
    for scope in scopes:
        for inner in _scopes(scope.body):
            if inner.body.body.kind in open_ and (
                inner.body.body.kind != kind or inner is not scope
            ):
                return True
    return False


def _replace(text: BodyText, made: dict[int, UseStage]) -> None:
    for module in text.modules:
        use = made.get(id(module.stage))
        if use is not None:
            use.label = None
            module.stage = use
        elif isinstance(module.stage, ScopeStage):
            _replace(module.stage.body, made)
    _replace_in(text.chain, made)


def _replace_in(chain: Chain, made: dict[int, UseStage]) -> None:
    for place, item in enumerate(chain):
        if isinstance(item, ScopeStage):
            _replace(item.body, made)
        for each in _inside(item):
            if not isinstance(item, ScopeStage):
                _replace_in(each, made)
        for each in getattr(item, "branches", None) or ():
            _replace_in(each, made)
        if id(item) in made:
            chain[place] = made[id(item)]
