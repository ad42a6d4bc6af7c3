"""``archc variants``: what a model can be, each checked and scored, and which are the best."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archc.api.spaces import space_of
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.errors import ArchError, SettingError
from archc.render.spaces import table as render
from archc.render.style import style_of
from archc.request.requests import whole_of_text
from archc.spaces.convert import text
from archc.spaces.scores import BYTES, SCORES, score
from archc.spaces.variants import Scored, sorted_by

if TYPE_CHECKING:
    from archc.request.settings import Setting, SettingValue
    from archc.spaces.space import Space
    from archc.spaces.variants import Variants
    from archdsl.elaborate import Limits

FORMATS = ("text", "json", "markdown", "csv", "plot")

MOST = 1_000
"""How many points are looked at unless a number is asked for."""

ROWS = 40
"""How many rows a terminal gets; files get all."""

USUAL = "parameters,macs"

_DOCUMENTS = {"csv": render.csv, "markdown": render.markdown}


def variants(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    sizes: dict[str, int],
    sample: int | None,
    seed: int,
    wanted: str,
    most: str,
    budget: str,
    order: str | None,
    only_front: bool,
    form: str,
    limits: Limits | None,
) -> int:
    """Check and score what FILE's model can be: all values of its parameters' domains, or a sample.

    Each is checked by itself, and nothing is run. Those than which none is better in all scores are
    marked; what is refused is counted by its reasons.
    """
    try:
        source, path, found = streams.read(file)
        if found.has_errors:
            raise ArchError(found)
        space, warnings = space_of(source, path, model, settings, limits)
        if not space.parameters:
            raise SettingError(
                f"{space.model} has no parameter with a domain",
                "write width: int in 16..64 step 8, or act: op in [relu, silu]",
            )
        made = _made(space, sample, seed, (wanted, budget, most), sizes)
        front = {id(each) for each in made.front()}
    except ArchError as error:
        if not error.diagnostics:
            raise
        return _wrong(error, form)
    rows = made.in_budget() if budget else made.all
    if only_front:
        rows = [each for each in rows if id(each) in front]
    by = score(order) if order else made.wanted[0]
    if by not in made.wanted:
        raise UsageError(f"{by} is not among the scores", f"--score {wanted},{by}")
    rows = sorted_by(rows, by, most=by in made.most)
    if form == "json":
        streams.data(_document(space, made, rows, front))
        return guard.OK
    streams.complain(warnings)
    if form == "plot":
        streams.document(_plot(rows, made, front))
        return guard.OK
    _print(space, made, rows, front, form)
    return guard.OK


def _made(
    space: Space,
    sample: int | None,
    seed: int,
    asked: tuple[str, str, str],
    sizes: dict[str, int],
) -> Variants:
    """All points where there are few, else some."""
    wanted, budget, most = asked
    number = sample or MOST
    if space.size is not None and space.size <= number:
        return space.variants(None, wanted, budget, most, sizes)
    return space.variants(space.sample(number, seed), wanted, budget, most, sizes)


def _wrong(error: ArchError, form: str) -> int:
    if form == "json":
        from archc.render import data

        streams.data(data.report(error.diagnostics))
    else:
        streams.complain(error.diagnostics)
    return guard.WRONG_INPUT


def _print(
    space: Space, made: Variants, rows: Sequence[Scored], front: set[int], form: str
) -> None:
    shown = rows[:ROWS] if form == "text" else rows
    sheet = _sheet(space, made, shown, front)
    if form in _DOCUMENTS:
        streams.document(_DOCUMENTS[form](sheet))
        return
    if shown:
        sys.stdout.write(render.text(sheet, style_of(sys.stdout)))
    if len(shown) < len(rows):
        streams.say(f"… and {len(rows) - len(shown):,} more: --format csv has all")
    for line in _card(space, made, front):
        streams.say(line)


def _card(space: Space, made: Variants, front: set[int]) -> list[str]:
    """What was looked at, what of it is taken, and what refuses the rest."""
    size = space.size
    of = "" if size == made.points else " of more than can be counted"
    if size is not None and size != made.points:
        of = f" of {size:,}"
    many = "1 point" if made.points == 1 else f"{made.points:,} points"
    lines = [f"{many}{of}: {len(made.all):,} networks, {made.refused:,} refused"]
    for each in sorted(made.refusals, key=lambda one: -one.count):
        share = f"{100 * each.count / made.points:.3g} %"
        lines.append(f"  {share:>7}  {each.name}: {each.diagnostic.problem.message()}")
        source, start = each.diagnostic.span.source, each.diagnostic.span.start
        line, column = source.position(start)
        first = _point(each.first)
        lines.append(f"           {source.name}:{line}:{column}, first with {first}")
        said = "{}: so it is in each network, and in none of these"
        lines += [f"           {said.format(condition.words)}" for condition in made.why(each)]
    if made.limits:
        limits = ", ".join(map(str, made.limits))
        lines.append(f"{len(made.in_budget()):,} within the budget: {limits}")
    lines.append(f"{len(front):,} on the front ({render.FRONT})")
    return lines


def _point(point: Mapping[str, SettingValue]) -> str:
    return ", ".join(f"{name} = {text(value)}" for name, value in point.items())


def _sheet(space: Space, made: Variants, rows: Sequence[Scored], front: set[int]) -> render.Sheet:
    names = tuple(space.parameters)
    return render.Sheet(
        names,
        tuple(map(str, made.wanted)),
        tuple([each.name in BYTES for each in made.wanted]),
        tuple(
            [
                render.VariantRow(
                    tuple([text(row.point[name]) for name in names]),
                    tuple(row.scores.values()),
                    id(row) in front,
                )
                for row in rows
            ]
        ),
    )


def _document(
    space: Space, made: Variants, rows: Sequence[Scored], front: set[int]
) -> dict[str, object]:
    from archc.render import data
    from archc.spaces.schema import json

    return {
        "version": data.VERSION,
        "model": space.model,
        "schema": space.schema(),
        "size": space.size,
        "points": made.points,
        "refused": [
            {
                "problem": each.name,
                "count": each.count,
                "message": each.diagnostic.problem.message(),
                "first": {name: json(value) for name, value in each.first.items()},
                "conditions": [one.words for one in made.why(each)],
            }
            for each in made.refusals
        ],
        "variants": [
            {
                "point": {name: json(value) for name, value in row.point.items()},
                "scores": dict(row.scores),
                "front": id(row) in front,
            }
            for row in rows
        ],
    }


def _plot(rows: Sequence[Scored], made: Variants, front: set[int]) -> str:
    """The first two scores of each row."""
    from archc.render.spaces.plot import Dot, scatter

    if len(made.wanted) < 2:
        raise UsageError("a plot has two scores", f"--score {made.wanted[0]},macs")
    x, y = map(str, made.wanted[:2])
    dots: list[Dot] = []
    for row in rows:
        across, up = row.scores[x], row.scores[y]
        if isinstance(across, int | float) and isinstance(up, int | float):
            dots.append(Dot(across, up, _point(row.point), id(row) in front))
    if not dots:
        raise UsageError("there is no network to plot")
    return scatter(dots, x, y)


command = Command(
    variants,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        options.SIZES_TO_RUN_AT,
        Option(
            "--sample",
            "sample",
            f"How many points are drawn where there are more; {MOST:,} unless it is given.",
            metavar="NUMBER",
            read=lambda word: (
                None if word is None else whole_of_text("the sample", "a sample", word)
            ),
        ),
        options.SEED,
        Option(
            "--score",
            "wanted",
            f"What is counted: {', '.join(SCORES)}; at a batch, dtype, optimizer or size, as"
            " memory(batch=32).",
            metavar="NAME,...",
            default=USUAL,
        ),
        Option(
            "--most",
            "most",
            "The scores of which more is better; of the others less is.",
            metavar="NAME,...",
            default="",
        ),
        Option(
            "--budget",
            "budget",
            'What scores may be: "params <= 5M, memory(batch=32) <= 8GiB".',
            metavar="LIMITS",
            default="",
        ),
        Option("--sort", "order", "The score that rows are sorted by.", metavar="NAME"),
        Option("--front", "only_front", "Show only those than which none is better in all scores."),
        options.printed_as(f"How it is printed: {', '.join(FORMATS)}.", FORMATS),
        options.LIMITS,
    ),
)
