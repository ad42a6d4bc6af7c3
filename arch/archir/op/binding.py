"""Given arguments bound to parameters: of ops, blocks, functions and initialisers alike.

Only the names and the number of the arguments matter here; their values are another matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from archir import rules
from archir.base.diagnostics import Problem, nearest
from archir.base.record import Record, Struct, fresh, replaced
from archir.init.initialisers import GIVEN
from archir.op.contract import Op, arguments_of

if TYPE_CHECKING:
    from archir.rules.arguments import MissingArgument

MOST_PROBLEMS = 20
"""Of one kind with the names of one call: what is asked behind so many is another callee's."""

Suggest: TypeAlias = Callable[[str, tuple[str, ...]], str | None]
"""Says which of the known names was likely meant."""


class ArgumentProblem(Record):
    """A problem with one argument of a call.

    ``argument`` is a position (from 0) or a keyword, whichever the call used, so that the place
    can be found; None for the call as a whole. A keyword that is given twice means the later one.
    """

    argument: int | str | None
    problem: Problem


class Plan(Record):
    """What a call binds: a parameter for each argument, in the order of the text.

    With ``gathers`` those of the first parameter are the items of its list, or one alone is it.
    One by position that is too many has no name.
    """

    names: tuple[str, ...]
    gathers: bool
    problems: tuple[ArgumentProblem, ...]


_Call: TypeAlias = "tuple[str, tuple[str | None, ...], tuple[str, ...], bool]"


class Signature(Struct):
    """What is called: the names of its parameters in order, which need a value, which are open.

    The others a variant has filled in; they can be given anew by name. A file may have as many
    variants as parameters, each with one of them less, so none has a list of its own: sets of
    parameters are the bits of an integer. With ``variadic`` all arguments by position are items of
    the first parameter, unless one alone is a list.
    """

    all: tuple[str, ...]
    bits: Mapping[str, int]
    required: int
    open: int
    variadic: bool = False
    _plans: dict[_Call, Plan] = fresh(factory=dict)

    @classmethod
    def of(cls, names: Iterable[str], required: Iterable[str], variadic: bool = False) -> Signature:
        """That of names in order, all of them open."""
        distinct = tuple(dict.fromkeys(names))
        bits = {name: 1 << at for at, name in enumerate(distinct)}
        needed = sum([bits[name] for name in set(required)])
        return cls(distinct, bits, needed, (1 << len(distinct)) - 1, variadic)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters still open, in positional order."""
        return self.among(self.open)

    def among(self, some: int) -> tuple[str, ...]:
        """The names of some parameters, in positional order."""
        if some == (1 << len(self.all)) - 1:
            return self.all
        return tuple([name for name, bit in self.bits.items() if some & bit])

    def without(self, names: Iterable[str]) -> int:
        """The parameters still open beside some."""
        left = self.open
        for name in names:
            left &= ~self.bits.get(name, 0)
        return left

    def filled(self, given: Sequence[str | None]) -> Signature:
        """What is left once a call has given some; None stands for an argument by position."""
        keywords = [name for name in given if name is not None]
        left = self.open & ~_lowest(self.open, len(given) - len(keywords))
        for name in keywords:
            left &= ~self.bits.get(name, 0)
        return Signature(self.all, self.bits, self.required, left, self.variadic)

    def missing(self, given: Iterable[str]) -> tuple[str, ...]:
        """Those without a default that are not among the given, in order."""
        return self.among(self.without(given) & self.required)

    def plan(
        self,
        callee: str,
        given: tuple[str | None, ...],
        early: tuple[str, ...] = (),
        *,
        partial: bool = False,
        suggest: Suggest = nearest,
    ) -> Plan:
        """How a call binds: None stands for an argument by position.

        What is ``early`` was given before. With ``partial`` the rest may come later.
        """
        call = (callee, given, early, partial)
        known = self._plans.get(call)
        if known is None:
            known = self._plan(callee, given, self.without(early), partial, suggest)
            if not known.problems:
                self._plans[call] = known
        return known

    def _plan(
        self,
        callee: str,
        given: tuple[str | None, ...],
        open_: int,
        partial: bool,
        suggest: Suggest,
    ) -> Plan:
        # Positional arguments fill what is still open; a keyword may replace an earlier one.
        keywords = [name for name in given if name is not None]
        anew = [name for name in keywords if not self.bits.get(name, 0) & ~open_]
        positional = len(given) - len(keywords)
        gathers = self.variadic and bool(open_ & 1)
        count = min(positional, 1) if gathers else positional
        problems: tuple[ArgumentProblem, ...] = ()
        if not self._takes(open_, count, anew, partial=partial):
            names, required = self.among(open_), frozenset(self.among(open_ & self.required))
            problems = bind_names(
                callee, names, required, count, anew, partial=partial, suggest=suggest
            )
        by_position = self.among(_lowest(open_, count))
        by_position *= positional if gathers else 1
        more = ("",) * (positional - len(by_position))
        return Plan((*by_position, *more, *keywords), gathers and positional > 0, problems)

    def _takes(self, open_: int, positional: int, keywords: list[str], *, partial: bool) -> bool:
        """Whether a call names and leaves out no parameter that it must not."""
        named = 0
        for name in keywords:
            bit = self.bits.get(name, 0)
            if not bit & open_ or bit & named:
                return False
            named |= bit
        if positional > open_.bit_count():
            return False
        given = _lowest(open_, positional)
        missing = self.required & open_ & ~(given | named)
        return not given & named and (partial or not missing)


def _lowest(bits: int, count: int) -> int:
    """So many of the lowest ones of an integer."""
    if bits & (bits + 1) == 0:  # all from the first are there
        return bits & ((1 << count) - 1)
    rest = bits
    for _ in range(min(count, bits.bit_count())):
        rest &= rest - 1
    return bits & ~rest


@cache
def of_op(op: type[Op]) -> Signature:
    """What an op takes."""
    required = (name for name, known in arguments_of(op).items() if known.is_required())
    return Signature.of(op.arguments(), required, op.variadic)


@cache
def of_initialiser(function: str) -> Signature:
    """What an initialiser takes."""
    arguments = GIVEN[function].arguments
    required = (argument.name for argument in arguments if argument.is_required)
    return Signature.of((argument.name for argument in arguments), required)


def bind_names(
    callee: str,
    known: tuple[str, ...],
    required: frozenset[str],
    positional: int,
    keywords: Sequence[str],
    *,
    partial: bool = False,
    suggest: Suggest = nearest,
) -> tuple[ArgumentProblem, ...]:
    """What is wrong with the names and the number of arguments, as far as anybody reads it."""
    found: list[ArgumentProblem] = []
    if positional > len(known):
        problem = rules.arguments.TooManyArguments(callee, positional, known)
        found.append(ArgumentProblem(len(known), problem))
    by_position = known[:positional]
    places = {name: place for place, name in enumerate(known)}
    counted = Counter(keywords)
    counted_as: set[str | None] = set()
    """What unknown names were likely to be: these are not missing."""

    for name, times in counted.items():
        if len(found) == MOST_PROBLEMS:
            return tuple(found)
        place = places.get(name)
        if place is None:
            meant = _meant(name, known, suggest)
            counted_as.add(meant)
            unknown = rules.arguments.UnknownArgument(callee, name, known, meant)
            found.append(ArgumentProblem(name, unknown))
        elif place < len(by_position):
            twice = rules.arguments.ArgumentGivenTwice(callee, name, place + 1)
            found.append(ArgumentProblem(name, twice))
        elif times > 1:
            twice = rules.arguments.ArgumentGivenTwice(callee, name, None)
            found.append(ArgumentProblem(name, twice))
    if not partial:
        given = {*counted, *counted_as}
        missing = (name for name in known[positional:] if name in required and name not in given)
        if few := tuple(islice(missing, MOST_PROBLEMS)):
            _add_missing(found, rules.arguments.MissingArgument(callee, few, known))
    return tuple(found)


def _add_missing(found: list[ArgumentProblem], missed: MissingArgument) -> None:
    """Say what is missing, with an unknown argument that may have been meant to be it."""
    for at, each in enumerate(found):
        problem = each.problem
        if isinstance(problem, rules.arguments.UnknownArgument) and problem.may_be_any():
            found[at] = replaced(each, problem=replaced(problem, needed=missed.missing))
            return
    found.append(ArgumentProblem(None, missed))


def _meant(name: str, known: tuple[str, ...], suggest: Suggest) -> str | None:
    """The argument that was likely meant by a name that there is none of."""
    from archir.base.synonyms import argument_elsewhere  # a right file has no need of it

    return argument_elsewhere(name, known) or suggest(name, known)
