"""The text of a file with one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archc.importing.chains import Writer
from archc.importing.described import ModelInput, ModelOutput, Whole
from archc.importing.naming import SizeNames
from archc.importing.nodes import ABSENT, Block, BodyText, Chain, Head, Named, Several, TrainOnly
from archc.importing.structure.blocks import Finder
from archc.importing.structure.fold import fold
from archc.importing.write import WIDTH, Facts, Printer, Unit, wrap
from archir.init.values import show_constant


def written(whole: Whole, inputs: Sequence[ModelInput], name: str, form: str) -> str:
    """The file, in one of the forms that ``api.importing.FORMS`` names."""
    facts = whole.facts
    sizes = SizeNames(whole.body, facts)
    writer = Writer(facts.keyed, sizes, whole.shared, in_order=form != "blocks")
    text = writer.text(whole.body)
    finder = Finder(facts)
    finder.find(text, alone=form == "flat")
    if form != "flat":
        for block in finder.blocks.values():
            fold(block.text, facts)
        fold(text, facts)
    lines = ["arch 1", ""]
    for block in finder.blocks.values():
        lines.extend([*_block(block, finder.blocks, facts), ""])
    unit = Unit(facts, model=True)
    unit.blocks = finder.blocks
    unit.taken.update(finder.blocks)
    names = [
        unit.name(value, each.name) for value, each in zip(text.body.inputs, inputs, strict=True)
    ]
    unit.bound.update(text.body.inputs)
    declared = ", ".join(each.text(n) for each, n in zip(inputs, names, strict=True))
    body = _model_body(text, Printer(unit), whole.outputs)
    return "\n".join([*lines, f"model {name}() {{", f"  input {declared}", *body, "}", ""])


def _block(block: Block, blocks: Mapping[str, Block], facts: Facts) -> list[str]:
    """The lines of a block."""
    unit = Unit(facts, model=False)
    unit.blocks = blocks
    unit.taken.update(blocks)
    unit.taken.update(block.parameters)
    unit.taken.update(block.lets)
    parameters = [
        name if default == ABSENT else f"{name} = {show_constant(default)}"
        for name, default in block.parameters.items()
    ]
    said = f"({', '.join(parameters)})" if parameters else ""
    if len(said) > WIDTH - 20:
        said = wrap(said, 2)
    lets = [f"  let {name} = {value}" for name, value in block.lets.items()]
    lines = Printer(unit).body(block.text, 1)
    return [f"block {block.name}{said} {{", *lets, *lines, "}"]


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
