"""The text of a file with one model."""

from __future__ import annotations

from collections.abc import Sequence

from archc.importing.chains import Writer
from archc.importing.described import ModelInput, ModelOutput, Whole
from archc.importing.nodes import BodyText, Chain, Head, Named, Several, TrainOnly
from archc.importing.steps import ModuleBody
from archc.importing.write import Facts, Printer, Unit


def written(whole: Whole, inputs: Sequence[ModelInput], name: str, form: str) -> str:
    """The file, in one of the forms that ``api.importing.FORMS`` names."""
    assert form == "flat"
    return flat(whole.body, name, inputs, whole.outputs, whole.facts)


def flat(
    body: ModuleBody,
    name: str,
    inputs: Sequence[ModelInput],
    outputs: Sequence[ModelOutput],
    facts: Facts,
) -> str:
    """The model as one body with a scope for each module."""
    writer = Writer(facts.keyed)
    text = writer.text(body)
    unit = Unit(facts, model=True)
    printer = Printer(unit)
    names = [unit.name(value, each.name) for value, each in zip(body.inputs, inputs, strict=True)]
    unit.bound.update(body.inputs)
    declared = ", ".join(each.text(n) for each, n in zip(inputs, names, strict=True))
    lines = [f"  input {declared}"]
    lines.extend(_model_body(text, printer, outputs))
    return "\n".join(["arch 1", "", f"model {name}() {{", *lines, "}", ""])


def _model_body(text: BodyText, printer: Printer, outputs: Sequence[ModelOutput]) -> list[str]:
    chain: Chain = [each for each in text.chain if not isinstance(each, Several)]
    if chain and isinstance(chain[0], Named):
        chain = chain[1:]
        if text.entry is not None:
            chain = [Head(text.entry), *chain] if chain and not _heads(chain) else chain
    text.chain = chain
    lines = printer.body(text, 1)
    if len(outputs) > 1:
        for each in outputs:
            when = " when training" if each.when_training else ""
            lines.append(f"  output {each.name} = {printer.unit.name(each.value)}{when}")
    return lines


def _heads(chain: Chain) -> bool:
    return isinstance(chain[0], Head | TrainOnly)
