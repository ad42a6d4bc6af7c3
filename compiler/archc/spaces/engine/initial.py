"""``init`` rules held against the kinds of modules that there are below them."""

from __future__ import annotations

from archc.spaces.engine.effects import KINDS, LongWay
from archir.base.diagnostics import Diagnostics
from archir.base.source import Span
from archir.check.initial_weights import Fitting
from archir.check.weighted_modules import Module
from archir.graph.graph import Leaf, Read
from archir.init.init_rules import InitRule, Tie
from archir.shapes.types import ParameterSpec


class Kinds:
    """Kinds of modules, as bits: those of one kind are all right for an ``init``, or none is."""

    def __init__(self, are_asked: bool) -> None:
        """``are_asked`` says whether anything will be held against them."""
        self._are_asked = are_asked
        self._kept: list[tuple[InitRule, ...]] = []
        self._bits: dict[object, int] = {}
        self._modules: list[Module] = []
        self._fits: dict[object, bool] = {}

    def raw(self, spec: ParameterSpec, span: Span) -> int:
        """The bit of a raw parameter, which a rule may select too."""
        if not self._are_asked:
            return 0
        if spec.name == "bias":
            raise LongWay  # it may be drawn by a weight that stands elsewhere
        return self._bit(Module((), None, (spec,), span))

    def of(self, leaf: Leaf, specs: tuple[ParameterSpec, ...], span: Span) -> int:
        """The bit of a module's kind. ``LongWay`` where its own initial weights are wrong."""
        if not self._are_asked and not leaf.overrides:
            return 0
        bit = self._bit(Module((), leaf, specs, span))
        if leaf.overrides:
            if any(isinstance(given, Tie) for _, given in leaf.overrides):
                raise LongWay
            diagnostics = Diagnostics()
            Fitting(diagnostics).overrides(Module((), leaf, specs, span))
            if diagnostics.items:
                raise LongWay
        return bit

    def _bit(self, module: Module) -> int:
        overridden = tuple([name for name, _ in module.overrides])
        key = (module.keyword, overridden, module.specs)
        bit = self._bits.get(key)
        if bit is None:
            bit = self._bits[key] = 1 << KINDS + len(self._modules)
            self._modules.append(module)
        return bit

    def require(self, rules: tuple[InitRule, ...], modules: int) -> None:
        """``LongWay`` unless rules can fill what they select of some modules."""
        key = (tuple(map(id, rules)), modules)
        fits = self._fits.get(key)
        if fits is None:
            chosen = [each for at, each in enumerate(self._modules) if modules >> KINDS + at & 1]
            by_path = any(rule.is_path for rule in rules)
            fits = not by_path and Fitting(Diagnostics()).fits(rules, chosen)
            self._kept.append(rules)  # their ids are keys
            self._fits[key] = fits
        if not fits:
            raise LongWay


def require_raw(step: Read) -> None:
    """``LongWay`` unless a raw parameter can be filled."""
    diagnostics = Diagnostics()
    Fitting(diagnostics).raw_parameter(step)
    if diagnostics.items:
        raise LongWay
