"""``archc plan``: how a model is trained on machines of a given memory; and a script that does it,
which ``archc build --plan`` prints.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.errors import ArchError
from archc.render.plans.script import WAYS, ScriptFor
from archc.request.amounts import bytes_of
from archc.request.requests import chosen_word, whole_of_text
from archir.base.record import Record

if TYPE_CHECKING:
    from archc.api.plans.planning import TrainingPlan
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.base.diagnostics import Diagnostics
    from archir.graph.typed import TypedGraph

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
    form: str,
    limits: Limits | None,
) -> int:
    """Say how FILE's model is trained on devices of a given memory: whether a step fits, what to
    checkpoint so that it does, the largest batch, where to cut it, and what each device holds.

    All of it is worked out from the text, and nothing is run. A script that does it is printed by
    archc build --plan.
    """
    from archc.api.plans.planning import plan_of
    from archc.cli.commands.summary import compile_model, wrong

    typed, found = compile_model(file, model, settings, limits)
    if typed is None:
        return wrong(found, form)
    try:
        made = plan_of(typed, gpu, gpus, sizes, batch, dtype, optimizer)
    except ArchError as error:
        if not error.diagnostics:
            raise
        found.extend(error.diagnostics)
        return wrong(found, form)
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


class Wanted(Record):
    """What a script is asked for; ``way`` is None where none is."""

    way: str | None
    gpu: int | None
    devices: int
    sizes: dict[str, int]
    batch: int | None
    dtype: str
    optimizer: str

    def check(self, file: str, others: Mapping[str, bool]) -> None:
        """Refuse what is asked of a script where there is none, and the ``others`` where it is."""
        if self.way is None:
            given = [
                option.flag
                for option, value in (
                    (options.BATCH, self.batch),
                    (options.DTYPE, self.dtype),
                    (options.OPTIMIZER, self.optimizer),
                    (GPUS, self.devices),
                    (gpu(required=False), self.gpu),
                )
                if value != option.absent()
            ]
            if given:
                raise UsageError(f"{given[0]} is for a script", "--plan says for which")
            return
        beside = [flag for flag, is_given in others.items() if is_given]
        if beside:
            raise UsageError(f"--plan prints a script and writes no file: {beside[0]} says nothing")
        if file == "-":
            raise UsageError("a script reads the network's file again, and - is none")
        if self.gpu is None:
            raise UsageError("--plan needs the memory of a device", "as --gpu 24GiB")
        if self.devices == 1:
            raise UsageError("a script is for several devices", "--gpus says how many there are")

    def script(self, typed: TypedGraph, asked: ScriptFor) -> str:
        """The script for a checked model. Raises ``ArchError`` for a plan that cannot be."""
        from archc.api.plans.planning import plan_of
        from archc.render.plans.script import script

        assert self.way is not None and self.gpu is not None
        made: TrainingPlan = plan_of(
            typed, self.gpu, self.devices, self.sizes, self.batch, self.dtype, self.optimizer
        )
        if self.way == "stage" and made.cuts is None:
            raise UsageError(
                f"{made.name} cannot be cut into {self.devices} stages",
                "--plan shards shares its parameters out",
            )
        return script(made, asked, self.way)


def gpu(*, required: bool) -> Option:
    """The memory of a device."""
    return Option(
        "--gpu",
        "gpu",
        "The memory of one device, as 24GiB.",
        metavar="BYTES",
        required=required,
        read=lambda word: None if word is None else bytes_of("the memory of a device", word),
    )


GPUS = Option(
    "--gpus",
    "gpus",
    "How many devices there are.",
    metavar="NUMBER",
    default="1",
    read=lambda word: whole_of_text("the number of devices", "a number of devices", word),
)

SCRIPT_OPTIONS = (
    Option(
        "--plan",
        "way",
        "Print a script for torchrun, and write no file: "
        + "; ".join(f"{name}: {what}" for name, what in WAYS.items())
        + ".",
        metavar="WAY",
        read=lambda word: None if word is None else chosen_word(word, WAYS, "script"),
        words=tuple(WAYS),
    ),
    gpu(required=False),
    GPUS,
    options.BATCH,
    options.DTYPE,
    options.OPTIMIZER,
)

command = Command(
    plan,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        gpu(required=True),
        GPUS,
        options.SIZES_TO_RUN_AT,
        options.BATCH,
        options.DTYPE,
        options.OPTIMIZER,
        options.printed_as(f"How it is printed: {', '.join(FORMATS)}.", FORMATS),
        options.LIMITS,
    ),
)
