"""What differs among the uses of a panel, by the names of the block's arguments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from archc.pictures.model.keys import chain_key
from archc.pictures.model.panels.align import Drawn, together
from archc.pictures.model.panels.copies import copied
from archc.pictures.model.panels.followers import OR, aligned, bare_word
from archc.pictures.model.panels.pairs import Pairs, numbers, pairs
from archc.pictures.model.tree import (
    TIMES,
    Box,
    Chain,
    Count,
    Item,
    Panel,
    Ref,
    Times,
    Words,
    everything,
    head_text,
)
from archir.base.record import Record
from archir.graph.graph import Definition
from archir.graph.typed import TypedGraph

Laid: TypeAlias = "Mapping[Definition, Pairs]"
"""The items of a panel with those in their places, for each use."""


def tell(panel: Panel, drawn: Drawn, typed: TypedGraph) -> None:
    """Put names for what differs into a panel, and what it is in each use into that."""
    template = panel.chain = _with_words(panel.uses, drawn)
    values: dict[Count, dict[Definition, int]] = {}
    definitions = {ref.definition: ref for ref in panel.uses}
    laid = {one: pairs(template, ref.chain) for one, ref in definitions.items()}
    _without_shapes(laid)
    for definition, found in laid.items():
        for count, value in numbers(found):
            values.setdefault(count, {})[definition] = value
    told, lettered = _named(panel, values, typed)
    order = [name for name, _value in panel.uses[0].definition.arguments]
    names = tuple(name for name in order if name in told)
    panel.parameters = (*names, *lettered)
    panel.fixed = _fixed(definitions, values, names)
    windows, turns = _named_numbers(template)
    counts = [name for name, count in told.items() if count in turns]
    words = _chosen(laid)
    for definition, handed_on in _handed_on(laid).items():
        words[definition] = list(dict.fromkeys((*words[definition], *handed_on)))
    is_count = len(counts) == 1 and panel.symbols[told[counts[0]]] == counts[0]
    what = {counts[0]: _what_repeats(template, told[counts[0]])} if is_count else {}
    for ref in panel.uses:
        ref.words = (
            *_said(ref, names, told, windows | turns, what),
            *_of_letters(ref, lettered.values(), values),
            *words.get(ref.definition, ()),
            *ref.told,
        )


def _named(
    panel: Panel, values: Mapping[Count, dict[Definition, int]], typed: TypedGraph
) -> tuple[dict[str, Count], dict[str, Count]]:
    """What a panel says in place of the numbers that differ: arguments' names, and letters."""
    told: dict[str, Count] = {}
    lettered: dict[str, Count] = {}
    for count, found in values.items():
        if len(set(found.values())) < 2:
            continue
        panel.symbols[count], name = symbol(found, typed)
        if name is not None:
            told.setdefault(name, count)
            continue
        letter = LETTERS.get(count.before)
        if letter is not None and lettered.setdefault(letter, count) is count:
            panel.symbols[count] = letter
    return told, lettered


def _of_letters(
    ref: Ref, counts: Collection[Count], values: Mapping[Count, Mapping[Definition, int]]
) -> Words:
    """The numbers of a use that letters stand for."""
    return tuple(
        Count(values[one][ref.definition], one.before, one.usual, one.pattern)
        for one in counts
        if ref.definition in values[one]
    )


def _without_shapes(laid: Laid) -> None:
    """Ends say no shape that not all uses have."""
    for found in laid.values():
        for item, own in found:
            if isinstance(item, Box) and isinstance(own, Box) and item.kind == "end":
                item.facts = item.facts if item.facts == own.facts else ()


LETTERS = {"/": "s"}
"""What stands for a number that no argument says, and each use has: the stride, as in papers."""

FIXED = 2
"""Arguments of all uses that a panel's title says."""


def _fixed(
    uses: Collection[Definition],
    values: Mapping[Count, Mapping[Definition, int]],
    names: Collection[str],
) -> tuple[str, ...]:
    """The arguments that no use has another value of, where a box of the panel says that number."""
    shown = {
        value
        for count, found in values.items()
        for value in found.values()
        if count.value != count.usual and len(set(found.values())) == 1
    }
    first, *others = (dict(one.arguments) for one in uses)
    return tuple(
        f"{name} = {value}"
        for name, value in first.items()
        if isinstance(value, int) and not isinstance(value, bool) and name not in names
        if value > 1 and value in shown and all(one.get(name) == value for one in others)
    )[:FIXED]


def _what_repeats(template: Chain, count: Count) -> str:
    """The name of the one thing that a panel has so often, if it is one."""
    for item in everything(template):
        if isinstance(item, Times) and item.count is count:
            inside = [one for one in everything(item.chain) if isinstance(one, (Box, Ref))]
            return _name(inside[0]) if len(inside) == 1 else ""
        if isinstance(item, (Box, Ref)) and item.times is count:
            return _name(item)
    return ""


def _name(item: Box | Ref) -> str:
    return item.definition.name if isinstance(item, Ref) else head_text(item)


def _handed_on(laid: Laid) -> dict[Definition, list[str]]:
    """The words of blocks inside that not all uses have; the panel has them in brackets."""
    has: dict[Ref, dict[str, set[Definition]]] = {}
    there: dict[Ref, set[Definition]] = {}
    for definition, found in laid.items():
        for item, own in found:
            if isinstance(item, Ref) and isinstance(own, Ref):
                there.setdefault(item, set()).add(definition)
                for word in own.words:
                    if isinstance(word, str) and word not in own.told:
                        has.setdefault(item, {}).setdefault(word, set()).add(definition)
    said: dict[Definition, list[str]] = {}
    for item, words in has.items():
        numbers_said = [one for one in item.words if isinstance(one, Count)]
        kept = []
        for word, owners in words.items():
            is_of_some = owners != there[item] and word == bare_word(word)
            kept.append(f"({word})" if is_of_some else word)
            for definition in owners if is_of_some else ():
                said.setdefault(definition, []).append(word)
        item.words = (*numbers_said, *kept, *item.told)
    return said


MANY = 4
"""Numbers of a use from which on a reader does not know any more which is which."""


def tabulated(panel: Panel, top: list[Ref]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The uses of a panel with their numbers, where these are many and each use has a name.

    ``top`` are the blocks that stand in no panel: others say names of what they are given.
    """
    uses = [ref for ref in top if any(ref is one for one in panel.uses)]
    names = {ref.name for ref in uses if ref.is_named and not ref.name.isdecimal()}
    if len(panel.parameters) < MANY or not 1 < len(uses) == len(panel.uses) == len(names):
        return ()
    return tuple(
        (ref.name, tuple(one.value for one in ref.words if isinstance(one, Count))) for ref in uses
    )


def _with_words(uses: list[Ref], drawn: Drawn) -> Chain:
    """The form of all uses, anew: the words of blocks inside are known, whose panels come first."""
    forms = {chain_key(ref.chain, exact=False): ref.chain for ref in reversed(uses)}
    first, *others = (copied(chain) for chain in reversed(forms.values()))
    for other in others:
        first = together(first, other, drawn) or first
    return first


def _named_numbers(template: Chain) -> tuple[set[Count], set[Count]]:
    """The numbers that a name is needed for, where a block is used: windows, and repeats."""
    windows: set[Count] = set()
    turns: set[Count] = set()
    for item in everything(template):
        if isinstance(item, Box):
            windows.update(side for side in item.window if isinstance(side, Count))
        if isinstance(item, Times):
            turns.add(item.count)
        elif isinstance(item, (Box, Ref)) and item.times is not None:
            turns.add(item.times)
    return windows, turns


def _said(
    ref: Ref,
    parameters: tuple[str, ...],
    told: dict[str, Count],
    repeats: set[Count],
    what: Mapping[str, str],
) -> Words:
    """The arguments of a use that its panel speaks of; ``what`` runs as often as one says."""
    arguments = dict(ref.definition.arguments)
    said: list[Count] = []
    for name in parameters:
        value = arguments[name]
        assert isinstance(value, int)
        count = told[name]
        before = f"{name} " if count in repeats else count.before
        if name in what and (ref.times is None or what[name]):
            before = f"{what[name]} {TIMES} ".lstrip()
        said.append(Count(value, before, count.usual))
    return tuple(said)


def _chosen(laid: Laid) -> dict[Definition, list[str]]:
    """What the arguments of each use choose: one of several words, or what not all uses have."""
    has: dict[tuple[Item, str], set[Definition]] = {}
    words: dict[tuple[Item, int], dict[Definition, str]] = {}
    for definition, found in laid.items():
        for item, own in found:
            if isinstance(item, (Box, Ref)) and item.is_optional:
                has.setdefault((item, ""), set()).add(definition)
            for word in _of_some(item, own):
                has.setdefault((item, word), set()).add(definition)
            for at, word in _one_of_several(item, own):
                words.setdefault((item, at), {})[definition] = word
    said: dict[Definition, dict[str, None]] = {definition: {} for definition in laid}
    for chosen in words.values():
        if any(_is_chosen_by(name, chosen) for name, _value in next(iter(chosen)).arguments):
            for definition, word in chosen.items():
                said[definition][word] = None
    for owners in has.values():
        for name in _truths_of(owners, laid):
            for definition in owners:
                said[definition][name] = None
    return {definition: list(own) for definition, own in said.items()}


def _one_of_several(item: Item, own: Item) -> Iterator[tuple[int, str]]:
    """The words that a use has where its panel has several, with their places."""
    if isinstance(item, Box) and isinstance(own, Box):
        for at, (several, word) in enumerate(aligned(item.after, own.after) or ()):
            if several is not None and word is not None and OR in several:
                yield at, word


def _of_some(item: Item, own: Item) -> Iterator[str]:
    """The words of a panel in brackets that a use has."""
    if isinstance(item, Box) and isinstance(own, Box):
        for several, word in aligned(item.after, own.after) or ():
            if several is not None and word is not None and several != bare_word(several):
                yield several


def _truths_of(owners: Collection[Definition], uses: Collection[Definition]) -> Iterator[str]:
    """The arguments that are true, or some number, in those uses, and false or 0 in the others."""
    for name, _value in next(iter(uses)).arguments:
        given = [(one, dict(one.arguments).get(name)) for one in uses]
        if all(isinstance(value, int) and bool(value) is (one in owners) for one, value in given):
            yield name


def _is_chosen_by(name: str, words: Mapping[Definition, str]) -> bool:
    """Whether the argument of that name is the op whose word each use has."""
    for definition, word in words.items():
        given = getattr(dict(definition.arguments).get(name), "name", None)
        if not isinstance(given, str) or given.replace("_", "") != word.lower():
            return False
    return True


def symbol(found: dict[Definition, int], typed: TypedGraph) -> tuple[str, str | None]:
    """What stands for a number in a panel: an argument's name, or the incoming channels C."""
    first = next(iter(found))
    candidates: list[_Candidate] = []
    for name, _value in first.arguments:
        given = [dict(one.arguments).get(name) for one in found]
        whole = [one for one in given if isinstance(one, int) and not isinstance(one, bool)]
        if len(whole) == len(given):
            candidates.append(_Candidate(name, name, whole))
    shapes = [
        typed.concrete_types_of(one, one.inputs[:1])[0].extents for one in found if one.inputs
    ]
    if len(shapes) == len(found) and all(len(shape) > 1 for shape in shapes):
        candidates.append(_Candidate("C", None, [shape[1] for shape in shapes]))
    values = list(found.values())
    for one in candidates:
        if one.given == values:
            return one.shown, one.argument
    for one in candidates:
        many = _ratio(values, one.given)
        if many:
            return f"{many}\N{MIDDLE DOT}{one.shown}", one.argument
    for one in candidates:
        few = _ratio(one.given, values)
        if few:
            return f"{one.shown}/{few}", one.argument
    low, high = min(values), max(values)
    return f"{low}\N{EN DASH}{high}", None


class _Candidate(Record):
    """What might stand for a number: an argument, or the incoming channels."""

    shown: str
    argument: str | None
    given: list[int]


def _ratio(many: list[int], few: list[int]) -> int:
    """How often the one goes into the other in all uses, 0 where it does not."""
    if len(set(few)) < 2 or not all(few):
        return 0
    ratios = {divmod(one, other) for one, other in zip(many, few, strict=True)}
    (whole, rest), *others = ratios
    return whole if not rest and not others else 0
