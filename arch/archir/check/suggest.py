"""What to say where a network is right but for the default sizes: which sizes would do, or none.

A size is suggested only when the whole check has passed at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from archir import rules
from archir.base.diagnostics import Diagnostic, Diagnostics, Label
from archir.base.record import replaced
from archir.graph.typed import Requirement
from archir.shapes.conditions import Condition
from archir.shapes.dims import evaluate
from archir.sizes.parts import parts
from archir.sizes.sets import SizeSet
from archir.sizes.valid import Conflict, ValidSizes, conflict, valid_sizes
from archir.sizes.words import needs, say, say_groups, show_condition

_ROUNDS = 5


class Failure(Protocol):
    """A problem, and the conditions on sizes that it comes from; none where it is another's."""

    @property
    def diagnostic(self) -> Diagnostic: ...

    @property
    def conditions(self) -> tuple[Condition, ...]: ...


class Checked(Protocol):
    """A graph checked at some sizes."""

    diagnostics: Diagnostics

    @property
    def failures(self) -> Sequence[Failure]: ...

    def asked(self) -> Iterable[Requirement]:
        """All that is asked of sizes, in the order of running as far as that is known."""


def suggest(
    checked: Checked, sizes: Mapping[str, int], again: Callable[[dict[str, int]], Checked | None]
) -> None:
    """Add to problems that come from the default sizes alone what would mend them.

    ``again`` checks the same network at other sizes; it gives None where it is not the same.
    """
    failures = checked.failures
    known = {id(failure.diagnostic) for failure in failures if failure.conditions}
    if not known or any(id(item) not in known for item in checked.diagnostics if item.is_error):
        return
    asked = _of_evaluation(checked)
    wanted = list(_lasting(asked, sizes))
    for _ in range(_ROUNDS):
        valid = valid_sizes(sizes, wanted)
        if valid.is_empty:
            _no_size(checked, conflict(sizes, wanted), asked)
            return
        near = valid.nearest(sizes)
        if near is None or _by_broadcasting(failures, near):
            return
        tried = again(near)
        if tried is None:
            return
        if not tried.diagnostics.has_errors:
            # It is about the whole network, and said once.
            first = min(failures, key=lambda each: each.diagnostic.span.start)
            advice = _advice(valid, near, sizes)
            _add_hint(checked.diagnostics, first.diagnostic, advice)
            return
        # An op that could not be applied had not asked everything yet.
        asked += _of_evaluation(tried)
        more = [each for each in _lasting(asked, near) if each not in wanted]
        if not more:
            return
        wanted += dict.fromkeys(more)


def _of_evaluation(checked: Checked) -> list[Requirement]:
    return [each for each in checked.asked() if not each.condition.training]


def _lasting(asked: Iterable[Requirement], sizes: Mapping[str, int]) -> Iterator[Condition]:
    """Without what holds because parameters were made for the default sizes: that would change."""
    for condition in (each.condition for each in asked):
        made_for = condition.relation == "equal" and isinstance(condition.right, int)
        if not (made_for and condition.holds(sizes)):
            yield condition


def _advice(valid: ValidSizes, near: Mapping[str, int], sizes: Mapping[str, int]) -> str:
    said = parts(valid)
    together: dict[SizeSet, list[str]] = {}
    for name, allowed in said.each.items():
        if sizes[name] not in allowed:
            together.setdefault(allowed, []).append(name)
    must = [
        f"{', '.join(names)} must be {say(allowed, one=len(names) == 1)}"
        for allowed, names in together.items()
    ]
    if not must:
        must = [needs(say_groups(said))] if said.groups else []
        unmet = [show_condition(each) for each in said.open if not each.holds(sizes)]
        must += [needs(" and ".join(unmet))] if unmet else []
    changed = [name for name, size in near.items() if size != sizes[name]]
    if any(near[name] not in _ends(said.each[name]) for name in changed):
        at = ", ".join(f"{name} = {near[name]}" for name in changed)
        must.append(f"with {at} everything fits")
    return f"at other sizes it is right: {'; '.join(must)}"


def _ends(sizes: SizeSet) -> tuple[int | None, ...]:
    """The first and the last size of a stretch, which its words say already."""
    return (sizes.pieces[0].first, sizes.pieces[0].last) if sizes.is_stretch else ()


def _by_broadcasting(failures: Iterable[Failure], near: Mapping[str, int]) -> bool:
    """Whether these sizes mend it just because an axis of 1 is repeated, which nobody means."""
    return any(
        each.relation == "broadcast" and evaluate(each.left, near) != evaluate(each.right, near)
        for failure in failures
        for each in failure.conditions
    )


def _add_hint(
    diagnostics: Diagnostics, item: Diagnostic, advice: str, labels: Sequence[Label] = ()
) -> None:
    hint = item.hint
    index = next(n for n, other in enumerate(diagnostics.items) if other is item)
    more = replaced(
        item,
        advice=advice if hint is None else f"{hint}\n{advice}",
        related=(*item.related, *labels),
    )
    diagnostics.items[index] = more


def _no_size(checked: Checked, empty: Conflict | None, asked: list[Requirement]) -> None:
    """Say at the place that leaves no size what it asks, and where what it contradicts is asked."""
    assert empty is not None, "there is no size"
    *others, last = empty.conditions
    mine = [failure for failure in checked.failures if last in failure.conditions]
    # That something is left of an axis goes without saying: what contradicts it is wrong by itself.
    if mine and all(each.relation == "at-least" and each.right == 1 for each in others):
        for failure in mine:
            _add_hint(checked.diagnostics, failure.diagnostic, "no other size mends it")
        return
    place = next(each for each in asked if each.condition == last)
    labels = [
        Label(
            next(each.span for each in asked if each.condition == other),
            f"this asks for {show_condition(other)}",
        )
        for other in others
    ]
    elsewhere = " and ".join(map(show_condition, others))
    if mine and others:  # what is wrong is said there already
        for failure in mine:
            _add_hint(
                checked.diagnostics,
                failure.diagnostic,
                f"no size mends it: another place asks for {elsewhere}",
                labels,
            )
        return
    problem = rules.sizes.NoValidSize(show_condition(last), elsewhere)
    checked.diagnostics.report(problem, place.span, labels)
