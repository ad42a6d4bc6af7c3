"""``archc weights plan``: how weights would fit a model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archc import pipeline
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Operand, UsageError
from archc.cli.weight_options import FILE_OF_WEIGHTS, HOW_TAKEN, HowTaken
from archir.base.record import replaced

if TYPE_CHECKING:
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.weights.taking import Fit, Match


def weights(
    words: tuple[str, ...],
    weights: str,
    weights_match: Match | None,
    weights_map: dict[str, str | None],
    weights_fit: dict[str, Fit],
    strip_prefix: bool,
    allow_pth: bool,
    model: str | None,
    settings: tuple[Setting, ...],
    form: str,
    limits: Limits | None,
) -> int:
    """Say how weights would fit the model of a file, block by block, before anything is built.

    Exit code 0: they would be taken, 1: they would not, or the file is wrong.
    """
    if len(words) != 2 or words[0] != "plan":
        raise UsageError("what is to be done with weights is written archc weights plan FILE")
    source, path, found = streams.read(words[1])
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, path, model, settings, limits)
        found.extend(problems)
    if typed is None:
        streams.complain(found)
        return guard.WRONG_INPUT
    from archc.api.weights.plan import planned
    from archc.render.weights import plan as plans

    said = HowTaken(weights_match, weights_map, weights_fit, strip_prefix)
    plan = planned(typed, weights, said.taking, allow_pth)
    if form == "json":
        from archc.render import data

        streams.data(data.report(found, **plans.plan_data(plan)))
    else:
        from archc.render.style import style_of

        sys.stdout.write(plans.plan_table(plan, style_of(sys.stdout)))
    return guard.OK if plan.fits else guard.WRONG_INPUT


command = Command(
    weights,
    Operand("words", "plan FILE", many=True),
    (
        replaced(
            FILE_OF_WEIGHTS,
            required=True,
            help="The weights: a safetensors file, torchvision:NAME, or a .pth with --allow-pth.",
        ),
        *HOW_TAKEN,
        options.MODEL,
        options.SETTINGS,
        options.FORMAT,
        options.LIMITS,
    ),
)
