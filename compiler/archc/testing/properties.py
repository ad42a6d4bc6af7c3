"""Properties of one's own architecture, over all its variants and sizes (docs/testing.md)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from archc.api import strategies
from archc.api.functions import FileOrSource
from archc.errors import ArchError
from archc.spaces.convert import setting
from archc.spaces.domains import Parameters
from archc.spaces.free import Continuous, Discrete, Free, count
from archc.testing.family import Family, Variant
from archir.base.record import Record

if TYPE_CHECKING:
    from archc.api.sizes import ValidSizes
    from archc.request.settings import SettingValue

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

    Raises ``ArchError`` where the file itself is wrong, or no domain has a value that a keyword
    gives, and ``SettingError`` for a parameter that no model of it has.
    """
    family = Family(path, model, tuple(parameters))
    for name, value in parameters.items():
        if not isinstance(value, SearchStrategy):
            family.takes(name, value)  # type: ignore[arg-type]
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
    tried, where neither Hypothesis's profile nor ``@settings`` below should say it; there is no
    deadline. The other arguments are those of ``variants`` and ``valid_sizes``; what is wrong with
    them fails the test when it runs.

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
        ours = "case"
        while ours in signature.parameters:  # a fixture of the user's may be called so
            ours += "_"

        def held(*args: Any, **others: Any) -> None:
            __tracebackhide__ = True  # pytest then shows the user's own lines
            case: Case = others.pop(ours)
            note(f"tried with: {case!r}")
            if case.wrong is not None:
                raise case.wrong
            by_name = dict(zip((each.name for each in rest), args, strict=False))
            test(**by_name, **others, **{name: getattr(case, name) for name in wanted})

        last = inspect.Parameter(ours, inspect.Parameter.KEYWORD_ONLY)
        held.__signature__ = signature.replace(parameters=[*rest, last])  # type: ignore[attr-defined]
        _pass_as(test, held)
        # Not before the test runs: a mistake then fails this one, and no others of its file.
        cases = st.deferred(lambda: _cases(variants(path, model, **parameters), max_size, training))
        made: Callable[..., None] = given(**{ours: cases})(held)
        return _limits(test, max_examples)(made)

    return decorate


def _pass_as(test: Callable[..., None], held: Callable[..., None]) -> None:
    """Give a function the name of a test, and what stands on it: pytest's marks, for one."""
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(held, name, getattr(test, name))
    of_others = {"__wrapped__"} | {name for name in vars(test) if "hypothesis" in name}
    vars(held).update({name: it for name, it in vars(test).items() if name not in of_others})


def _limits(test: Callable[..., None], max_examples: int | None) -> settings:
    """What ``@settings`` below says, but for deadlines that nobody has asked for."""
    said: settings | None = getattr(test, "_hypothesis_internal_use_settings", None)
    limits = settings(said, **_given_only(max_examples=max_examples))
    is_asked = said is not None and said.deadline != settings().deadline
    return limits if is_asked else settings(limits, deadline=None)


def _given_only(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


class Case(Record):
    """One variant at one choice of sizes."""

    variant: Variant
    sizes: Mapping[str, int]
    training: bool
    wrong: ArchError | ValueError | None = None
    """Why there are no sizes, if there are none."""

    def __repr__(self) -> str:
        return f"{self.variant!r} at {self.sizes}" if self.wrong is None else repr(self.variant)

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
        try:
            sizes = valid_sizes(variant, max_size=max_size, training=training)
        except (ArchError, ValueError) as wrong:  # said by the test, with the variant it is of
            return st.just(Case(variant, {}, training, wrong))
        return sizes.map(lambda chosen: Case(variant, chosen, training))

    return drawn.flatmap(at_sizes)


def _of_model(
    family: Family, model: str, parameters: Mapping[str, object]
) -> SearchStrategy[Variant]:
    arguments = _arguments(family.parameters[model], parameters)
    return arguments.map(lambda chosen: Variant(family, model, chosen))


@st.composite
def _arguments(
    draw: st.DrawFn, parameters: Parameters, given: Mapping[str, object]
) -> dict[str, SettingValue]:
    """Values of the parameters, one behind the other: domains may speak of those before."""
    found: dict[str, SettingValue] = {}
    before: dict[str, object] = {}
    for one in parameters.open:
        if one.name in given:
            value: Any = given[one.name]
            value = draw(value) if isinstance(value, SearchStrategy) else value
            found[one.name], before[one.name] = value, value
            continue
        free = parameters.free(one.name, before)
        if free is not None and count(free) != 0:
            drawn = draw(_choice(free))
            found[one.name], before[one.name] = setting(drawn), drawn
    return found


def _choice(free: Free) -> SearchStrategy[Any]:
    if isinstance(free, Continuous):
        return st.floats(free.first, free.last)
    if isinstance(free, Discrete):
        return st.sampled_from(free.values)
    return st.tuples(*map(_choice, free.items))


def _only(family: Family) -> str:
    if len(family.models) == 1:
        return next(iter(family.models))
    from archc.request.choice import choose

    return choose(family.program, None).name


def _batches(variant: Variant) -> set[str]:
    """The names of the first dims of the inputs."""
    from archir.shapes.dims import show

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
