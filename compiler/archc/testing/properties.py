"""Properties of one's own architecture, over all its variants and sizes (docs/testing.md)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from archc import strategies
from archc.api import FileOrSource
from archc.testing.family import Family, Variant, setting
from archir.record import Record

if TYPE_CHECKING:
    from archc.settings import SettingValue
    from archc.sizes import ValidSizes
    from archdsl.elaborate.choices import Choices

MOST = 64
"""How large a size is drawn where the user sets no bound and the model runs at less."""

MOST_SAMPLES = 3
"""The same for the batch."""

GIVEN = ("net", "inputs", "sizes", "variant")
"""What a property may take, by these names."""


def variants(
    path: FileOrSource, model: str | None = None, /, **parameters: object
) -> SearchStrategy[Variant]:
    """The models of a file with all that their parameters may be.

    All models and variants that the file declares are drawn, or the one that is named. A parameter
    with a domain (``depth: int in 1..4``) or of the type ``bool`` takes all values that these
    allow; another keeps its default. A keyword gives a parameter other values: one value, or a
    Hypothesis strategy of them. Arguments that a domain or an ``assert`` of the file refuses are
    no variant, and are not drawn; what is wrong in another way is drawn, and using it raises
    ``ArchError``.

    Raises ``ArchError`` where the file itself is wrong, and ``SettingError`` for a parameter that
    no model of it has.
    """
    family = Family(path, model, tuple(parameters))
    drawn = [_of_model(family, name, parameters) for name in family.models]
    return st.one_of(drawn).filter(family.is_meant)


def valid_sizes(
    path: FileOrSource | Variant,
    model: str | None = None,
    /,
    *,
    max_size: int | Mapping[str, int] | None = None,
    training: bool = False,
    **parameters: SettingValue,
) -> SearchStrategy[dict[str, int]]:
    """All sizes up to a bound at which a model runs, and no others; with ``training`` trains.

    ``max_size`` is one bound for all sizes, or one for each, as ``{"N": 4, "H": 256}``. Without it
    a batch is at most 3 and another size at most 64, or the smallest valid one where that is more.
    """
    if not isinstance(path, Variant):
        family = Family(path, model, tuple(parameters))
        name = model or _only(family)
        path = Variant(family, name, parameters)
    valid = path.valid_sizes
    return _sizes(valid.training if training else valid, _batches(path), max_size)


def for_all(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    max_size: int | Mapping[str, int] | None = None,
    training: bool = False,
    max_examples: int | None = None,
    **parameters: object,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a test of a property: it is run for variants of a file at sizes at which they run.

    The function takes, by name, what it needs of these: ``net``, the live module, in evaluation
    mode (with ``training`` in training mode); ``inputs``, a tuple of random tensors; ``sizes``, the
    sizes drawn; ``variant``, which model it is with which arguments. What else it takes are
    pytest's fixtures, or other arguments of the test. ``max_examples`` is how many cases are
    tried, where Hypothesis's profile should not say it; there is no deadline. The other arguments
    are those of ``variants`` and ``valid_sizes``.

    >>> @for_all("unet.arch")
    ... def test_output_is_as_large_as_the_input(net, inputs):
    ...     assert net(*inputs).shape[2:] == inputs[0].shape[2:]
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)
        wanted = [name for name in GIVEN if name in signature.parameters]
        if not wanted:
            raise TypeError(
                f"{test.__name__} takes none of {', '.join(GIVEN)}: there is nothing to try"
            )

        rest = [each for each in signature.parameters.values() if each.name not in wanted]

        def held(*args: Any, case: Case, **others: Any) -> None:
            __tracebackhide__ = True  # pytest then shows the user's own lines
            note(f"tried with: {case!r}")
            by_name = dict(zip((each.name for each in rest), args, strict=False))
            test(**by_name, **others, **{name: getattr(case, name) for name in wanted})

        case = inspect.Parameter("case", inspect.Parameter.KEYWORD_ONLY)
        held.__signature__ = signature.replace(parameters=[*rest, case])  # type: ignore[attr-defined]
        for name in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(held, name, getattr(test, name))
        cases = _cases(variants(path, model, **parameters), max_size, training)
        limits = settings(deadline=None, **_given_only(max_examples=max_examples))
        made: Callable[..., None] = limits(given(case=cases)(held))
        return made

    return decorate


def _given_only(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


class Case(Record):
    """One variant at one choice of sizes."""

    variant: Variant
    sizes: Mapping[str, int]
    training: bool

    def __repr__(self) -> str:
        return f"{self.variant!r} at {self.sizes}"

    @property
    def net(self) -> Any:
        """The live module, its weights drawn from a seed that is always the same."""
        return self.variant.load().train(self.training)

    @property
    def inputs(self) -> Any:
        """Random tensors of these sizes."""
        return self.variant.inputs(self.sizes)


def _cases(
    drawn: SearchStrategy[Variant], max_size: int | Mapping[str, int] | None, training: bool
) -> SearchStrategy[Case]:
    def at_sizes(variant: Variant) -> SearchStrategy[Case]:
        sizes = valid_sizes(variant, max_size=max_size, training=training)
        return sizes.map(lambda chosen: Case(variant, chosen, training))

    return drawn.flatmap(at_sizes)


def _of_model(
    family: Family, model: str, parameters: Mapping[str, object]
) -> SearchStrategy[Variant]:
    columns: dict[str, SearchStrategy[Any]] = {}
    for name, one in family.parameters[model].items():
        if name in parameters:
            value = parameters[name]
            columns[name] = value if isinstance(value, SearchStrategy) else st.just(value)
        elif one.choices is not None:
            columns[name] = _choice(one.choices)
    arguments = st.fixed_dictionaries(columns)
    return arguments.map(lambda chosen: Variant(family, model, chosen))


def _choice(choices: Choices) -> SearchStrategy[Any]:
    if isinstance(choices, tuple):
        return st.sampled_from([setting(item) for item in choices])
    if choices.whole:
        return st.integers(int(choices.first), int(choices.last))
    return st.floats(choices.first, choices.last)


def _only(family: Family) -> str:
    if len(family.models) == 1:
        return next(iter(family.models))
    from archc.choice import choose

    return choose(family.program, None).name


def _batches(variant: Variant) -> set[str]:
    """The names of the first dims of the inputs."""
    from archir.dims import show

    given = variant.checked.inputs
    return {show(port.type.shape[0]) for port in given if port.type.shape}


def _sizes(
    valid: ValidSizes, batches: set[str], max_size: int | Mapping[str, int] | None
) -> SearchStrategy[dict[str, int]]:
    if isinstance(max_size, int):
        return valid.strategy(max_size)
    smallest = valid.smallest() or {}
    bounds = {
        name: max(MOST_SAMPLES if name in batches else MOST, smallest.get(name, 1))
        for name in valid.names
    }
    given_bounds = dict(max_size or {})
    for name in given_bounds:
        valid.of(name)  # says which names there are
    return strategies.valid_sizes(valid, {**bounds, **given_bounds})
