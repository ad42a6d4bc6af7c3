"""The models of a file, each with what its parameters may be, compiled once for each choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.functions import FileOrSource, read
from archc.api.results import CheckedModel
from archc.errors import ArchError, SettingError
from archc.request.choice import checkable, choose
from archc.request.settings import SETTINGS, SettingValue, from_values, parse_settings
from archc.spaces.convert import text
from archc.spaces.domains import Parameters
from archir.base.diagnostics import nearest
from archir.base.record import Record
from archir.check.summary import summarise

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archc.api.sizes import ValidSizes
    from archdsl.project.program import Declared
    from archir.graph.typed import TypedGraph

MEANT_TO_BE_REFUSED = frozenset({"assertion-fails", "outside-domain"})
"""The problems by which a file says itself that some arguments are none."""


class Variant(Record):
    """One model of a file with arguments for its parameters. Its ``repr`` says how to build it."""

    family: Family
    model: str
    arguments: Mapping[str, SettingValue]

    def __repr__(self) -> str:
        given = [f" --set {name}={text(value)}" for name, value in self.arguments.items()]
        return f"archc build {self.family.name} --model {self.model}{''.join(given)}"

    __str__ = __repr__

    @property
    def typed(self) -> TypedGraph:
        """The checked model. Raises ``ArchError`` where the file is wrong for these arguments."""
        return self.family.typed(self)

    @property
    def checked(self) -> CheckedModel:
        """The model in a few facts: outputs, parameters, valid sizes."""
        return CheckedModel.of(self.typed)

    @property
    def valid_sizes(self) -> ValidSizes:
        """The sizes at which it runs."""
        return self.checked.valid_sizes

    def load(self, seed: int | None = 0) -> nn.Module:
        """The model as a live ``torch.nn.Module``; its initial weights are drawn from ``seed``."""
        from archc.torch import module

        return module(self.typed, seed)

    def inputs(self, sizes: Mapping[str, int] | None = None, seed: int = 0) -> tuple[Tensor, ...]:
        """One random tensor for each input; sizes that are not given are the file's own."""
        from archc.torch.randomise import random_inputs
        from archc.torch.rng import seeded

        at = {**self.typed.graph.sizes, **(sizes or {})}
        ports = tuple(port.at(at) for port in summarise(self.typed).inputs)
        with seeded(seed):
            return tuple(random_inputs(ports))


class Family:
    """A file's models that can be built, as far as one is not named the only one."""

    def __init__(self, path: FileOrSource, model: str | None, fixed: tuple[str, ...] = ()) -> None:
        """``fixed`` are the parameters that get values from outside."""
        source, where, found = read(path)
        self.name = source.name
        program = None
        if not found.has_errors:
            program, problems = pipeline.load(source, where)
            found.extend(problems)
        if program is None:
            raise ArchError(found)
        self.program = program
        chosen = (choose(program, model),) if model is not None else program.models()
        alone = {each.name for each in checkable(program)}
        self.parameters = {each.name: Parameters(program, each) for each in chosen}
        self.models: dict[str, Declared] = {
            each.name: each
            for each in chosen
            if each.name in alone or model is not None or self._filled(each.name, fixed)
        }
        if not self.models:
            choose(program, model)  # says why there is none
            raise SettingError(f"no model of {self.name} has values for all its parameters")
        self._known_names(fixed)
        self._typed: dict[tuple[str, str], TypedGraph | ArchError] = {}

    def typed(self, variant: Variant) -> TypedGraph:
        """The checked model of a variant. ArchError where it is wrong."""
        shown = ", ".join(f"{n} = {text(v)}" for n, v in variant.arguments.items())
        key = (variant.model, shown)
        if key not in self._typed:
            self._typed[key] = self._compile(variant)
        answer = self._typed[key]
        if isinstance(answer, ArchError):
            raise answer
        return answer

    def is_meant(self, variant: Variant) -> bool:
        """Whether the file takes these arguments. It does not where a domain or assert says so."""
        try:
            self.typed(variant)
        except ArchError as error:
            wrong = {each.problem.name for each in error.diagnostics if each.is_error}
            return not wrong or not wrong <= MEANT_TO_BE_REFUSED
        return True

    def takes(self, parameter: str, value: SettingValue) -> None:
        """ArchError where the domains of all models that leave a parameter open lack a value.

        Domains that speak of other parameters are left out: what they have is not known yet.
        """
        refused: ArchError | None = None
        for name, parameters in self.parameters.items():
            one = next((each for each in parameters.open if each.name == parameter), None)
            if one is None or name not in self.models:
                continue
            refused = None
            if one.free is not None:
                refused = self._outside(Variant(self, name, {parameter: value}))
            if refused is None:
                return
        if refused is not None:
            raise refused

    def _outside(self, variant: Variant) -> ArchError | None:
        """What is said where the value that is set is outside its parameter's domain."""
        try:
            self.typed(variant)
        except ArchError as error:
            if any(
                each.problem.name == "outside-domain" and each.span.source.name == SETTINGS
                for each in error.diagnostics
            ):
                return error
        return None

    def _compile(self, variant: Variant) -> TypedGraph | ArchError:
        arguments, found = parse_settings(from_values(variant.arguments))
        if not found.has_errors:
            model = self.models[variant.model]
            typed, problems = pipeline.compile_model(self.program, model, arguments)
            found.extend(problems)
            if typed is not None:
                return typed
        return ArchError(found)

    def _filled(self, model: str, fixed: tuple[str, ...]) -> bool:
        """Whether what comes from outside is all that the model lacks."""
        lacks = {one.name for one in self.parameters[model].open if one.required}
        return lacks <= set(fixed)

    def _known_names(self, fixed: tuple[str, ...]) -> None:
        known = sorted({one.name for model in self.models for one in self.parameters[model].open})
        for name in fixed:
            if name not in known:
                near = nearest(name, known)
                listed = ", ".join(known) or "none"
                hint = f"did you mean {near}?" if near else f"what can be set: {listed}"
                raise SettingError(f"no model of {self.name} has a parameter {name} to set", hint)
