"""A sampler of Optuna's asked for points of a space without a trial; points as Optuna has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from archc.request.settings import SettingValue
from archc.spaces.convert import setting, text
from archc.spaces.free import Continuous, Discrete, Free, Several

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.study import Study

    from archc.spaces.space import Space


class Asking:
    """A sampler that is asked for points without a trial.

    What does not depend on other parameters is asked for together, the rest one by one.
    """

    def __init__(self, space: Space, study: Study, sampler: Any) -> None:
        self._space, self._study, self._sampler = space, study, sampler
        self._together: dict[str, BaseDistribution] = {}
        for each in space.parameters.values():
            if each.free is not None:
                for name, distribution, _ in _leaves(each.name, each.free):
                    if not distribution.single():
                        self._together[name] = distribution
        self._given: dict[str, Any] = {}
        self._trial = running({}, {}, {})

    def asked(self) -> Mapping[str, SettingValue] | None:
        """A point; None where a parameter may be nothing behind those before it."""
        self._trial = running({}, {}, {})
        self._given = self._sampler.sample_relative(self._study, self._trial, self._together)
        return self._space.chosen(self._choose)

    def _choose(self, name: str, free: Free) -> object:
        if isinstance(free, Several):
            items = enumerate(free.items)
            return tuple([self._choose(f"{name}[{at}]", item) for at, item in items])
        key, distribution, values = _described(name, free)
        if distribution.single():
            found = _only(distribution)
        elif key in self._given:
            found = self._given[key]
        else:
            found = self._sampler.sample_independent(self._study, self._trial, key, distribution)
        return found if values is None else values[found]


def noted_as(
    space: Space, point: Mapping[str, SettingValue]
) -> tuple[dict[str, Any], dict[str, BaseDistribution]]:
    """A point as Optuna notes it."""
    params: dict[str, Any] = {}
    distributions: dict[str, BaseDistribution] = {}

    def note(name: str, free: Free, value: Any) -> object:
        if isinstance(free, Several):
            pairs = enumerate(zip(free.items, value, strict=True))
            return tuple([note(f"{name}[{at}]", item, one) for at, (item, one) in pairs])
        key, distributions[key], values = _described(name, free)
        params[key] = value
        if values is not None:
            params[key] = next(key for key, one in values.items() if setting(one) == value)
            return values[params[key]]
        return value

    space.chosen(lambda name, free: note(name, free, point[name]))
    return params, distributions


def _leaves(name: str, free: Free) -> Iterator[tuple[str, BaseDistribution, Any]]:
    if isinstance(free, Several):
        for at, item in enumerate(free.items):
            yield from _leaves(f"{name}[{at}]", item)
    else:
        yield _described(name, free)


def _described(
    name: str, free: Continuous | Discrete
) -> tuple[str, BaseDistribution, dict[Any, object] | None]:
    """As Optuna has a parameter: its name, what it may be, and what its values stand for."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(free, Continuous):
        return name, FloatDistribution(free.first, free.last), None
    values = free.values
    if isinstance(values, range) and values.step > 0:
        return name, IntDistribution(values[0], values[-1], step=values.step), None
    if free.ordered and len(values) > 1:
        return f"{name} by place", IntDistribution(0, len(values) - 1), dict(enumerate(values))
    shown = {text(setting(one)): one for one in values}
    # Optuna wants one list of choices for a name: one that depends on others has several names.
    return f"{name} of {', '.join(shown)}", CategoricalDistribution(tuple(shown)), dict(shown)


def _only(distribution: Any) -> Any:
    """The one value that there is."""
    choices = getattr(distribution, "choices", None)
    return distribution.low if choices is None else choices[0]


def running(
    params: Mapping[str, Any], distributions: Mapping[str, Any], attributes: Mapping[str, Any]
) -> Any:
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.RUNNING,
        params=dict(params),
        distributions=dict(distributions),
        user_attrs=dict(attributes),
    )
