"""From the lines of a network to the programs that its module runs."""

from __future__ import annotations

from collections.abc import Sequence

from archc.torch.calls import prepare
from archc.torch.program import Compute, Fetch, Instruction, Invoke, Plan, Program, Results, as_data
from archir.graph import modules
from archir.graph.graph import Output, Value
from archir.graph.modules import Line, ModuleCall, Network, flattened

GROUP = "Group"
"""What a labelled group that is no Sequential calls itself when it is printed."""


def plan(network: Network, *, in_dict: bool = False) -> Plan:
    """What a module of ours knows; a model may hand back its outputs ``in_dict``."""
    training = evaluation = _program(network, in_dict, training=True)
    if any(isinstance(line, modules.Training) for line in network.lines) or any(
        result.when_training for result in network.results
    ):
        evaluation = _program(network, in_dict, training=False)
    name = GROUP if network.kind == "group" else network.name
    names = tuple([value.name for value in network.inputs])
    given = network.definition.arguments if network.kind == "definition" else ()
    arguments = tuple([(key, as_data(value)) for key, value in given])
    return Plan(name, names, network.is_chain, training, evaluation, arguments)


def _program(network: Network, in_dict: bool, *, training: bool) -> Program:
    outputs = [result for result in network.results if training or not result.when_training]
    results = _results(network, outputs, in_dict)
    return _assemble(network.lines, network.inputs, outputs, results, training)


def _results(network: Network, outputs: list[Output], in_dict: bool) -> Results | None:
    names = tuple([output.name or "output" for output in outputs])
    if in_dict and outputs[0].name is not None:
        return Results(f"{network.name}Outputs", names, in_dict=True)
    if len(outputs) == 1 or network.kind != "definition":
        return None
    return Results(f"{network.name}Outputs", names)


def _assemble(
    lines: list[Line],
    inputs: Sequence[Value],
    outputs: list[Output],
    results: Results | None,
    training: bool,
) -> Program:
    """Give values their registers, and mark after which instruction each is used no more."""
    flat = list(flattened(lines, training=training))
    last: dict[Value, int] = dict.fromkeys(inputs, -1)
    for index, line in enumerate(flat):
        last.update(dict.fromkeys((*line.inputs, *line.outputs), index))
    kept = {output.value for output in outputs}
    dead: list[list[Value]] = [[] for _ in flat]
    for value, index in last.items():
        if index >= 0 and value not in kept:
            dead[index].append(value)
    # The inputs stand in the first registers as they come, and one value may come twice.
    register: dict[Value, int] = {}
    for place, value in enumerate(inputs):
        register.setdefault(value, place)
    size = len(inputs)
    for value in last:
        if value not in register:
            register[value] = size
            size += 1

    def numbered(values: Sequence[Value]) -> tuple[int, ...]:
        return tuple([register[value] for value in values])

    instructions: list[Instruction] = []
    for index, line in enumerate(flat):
        reads, makes, ends = map(numbered, (line.inputs, line.outputs, dead[index]))
        if isinstance(line, ModuleCall):
            instructions.append(Invoke(line.path, reads, makes, ends, line.calling))
        elif isinstance(line, modules.Compute):
            prepare(line.code, line.step.op)
            instructions.append(Compute(line.code, reads, makes, ends))
        else:
            instructions.append(Fetch(line.path, makes, (), ends))
    named = {register[value]: value.name for value in register}
    names = tuple([named.get(place) for place in range(size)])
    return Program(tuple(instructions), size, numbered([o.value for o in outputs]), results, names)
