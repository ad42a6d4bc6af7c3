"""``archc plan``: how a model is trained on machines of a given memory."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archc.api.plans.planning import plan_of
from archc.cli import guard, options, streams
from archc.cli.commands.summary import compile_model, wrong
from archc.cli.declare import Command, Option, UsageError
from archc.errors import ArchError
from archc.render.plans.script import WAYS, ScriptFor, script
from archc.request.amounts import bytes_of
from archc.request.requests import chosen_word, whole_of_text

if TYPE_CHECKING:
    from archc.api.plans.planning import TrainingPlan
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.base.diagnostics import Diagnostics

FORMATS = ("text", "json", "plot")


def plan(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    gpu: int,
    gpus: int,
    sizes: dict[str, int],
    batch: int | None,
    dtype: str,
    optimizer: str,
    way: str | None,
    form: str,
    limits: Limits | None,
) -> int:
    """Say how FILE's model is trained on devices of a given memory: whether a step fits, what to
    checkpoint so that it does, the largest batch, where to cut it, and what each device holds.

    All of it is worked out from the text, and nothing is run.
    """
    typed, found = compile_model(file, model, settings, limits)
    if typed is None:
        return wrong(found, form)
    if file == "-" and way is not None:
        raise UsageError("a script reads the network's file again, and - is none")
    try:
        made = plan_of(typed, gpu, gpus, sizes, batch, dtype, optimizer)
    except ArchError as error:
        if not error.diagnostics:
            raise
        found.extend(error.diagnostics)
        return wrong(found, form)
    if way is not None:
        if made.wanted.devices == 1:
            raise UsageError("a script is for several devices", "--gpus says how many there are")
        if way == "stage" and made.cuts is None:
            raise UsageError(
                f"{made.name} cannot be cut into {made.wanted.devices} stages",
                "--script shards shares its parameters out",
            )
        streams.complain(found)
        given = {each.name: each.value for each in settings}
        streams.document(script(made, ScriptFor(file, model, given), way))
        return guard.OK
    _print(made, form, found)
    return guard.OK


def _print(made: TrainingPlan, form: str, found: Diagnostics) -> None:
    if form == "json":
        from archc.render import data
        from archc.render.plans.plan_data import document

        streams.data(data.report(found, **document(made)))
        return
    if form == "plot":
        from archc.render.plans.chart import chart

        streams.complain(found)
        streams.document(chart(made))
        return
    from archc.render.plans.plan_text import text
    from archc.render.style import style_of

    streams.complain(found)
    sys.stdout.write(text(made, style_of(sys.stdout)))


command = Command(
    plan,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        Option(
            "--gpu",
            "gpu",
            "The memory of one device, as 24GiB.",
            metavar="BYTES",
            required=True,
            read=lambda word: bytes_of("the memory of a device", word),
        ),
        Option(
            "--gpus",
            "gpus",
            "How many devices there are.",
            metavar="NUMBER",
            default="1",
            read=lambda word: whole_of_text("the number of devices", "a number of devices", word),
        ),
        options.SIZES_TO_RUN_AT,
        options.BATCH,
        options.DTYPE,
        options.OPTIMIZER,
        Option(
            "--script",
            "way",
            "Print a script for torchrun, and nothing else: "
            + "; ".join(f"{name}: {what}" for name, what in WAYS.items())
            + ".",
            metavar="WAY",
            read=lambda word: None if word is None else chosen_word(word, WAYS, "script"),
            words=tuple(WAYS),
        ),
        options.printed_as(f"How it is printed: {', '.join(FORMATS)}.", FORMATS),
        options.LIMITS,
    ),
)
