"""What a model is from outside: its inputs with their sizes, its outputs, its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from archir.base.record import Record
from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.graph.graph import Value
from archir.graph.measure import parameter_count
from archir.graph.typed import TypedGraph
from archir.shapes.brief import brief
from archir.shapes.dims import Dim, SizeExpr, evaluate, show, variable, variables
from archir.shapes.types import TensorType
from archir.sizes.valid import ValidSizes


class Port(Record):
    """One input or output: its name (None for the one output of most models) and its type.

    ``sizes`` are the tensor's extents at the model's default sizes.
    """

    name: str | None
    type: TensorType
    sizes: tuple[int, ...]
    when_training: bool = False

    def at(self, sizes: Mapping[str, int]) -> Port:
        """The same at other sizes."""
        extents = tuple(evaluate(dim, sizes) for dim in self.type.shape)
        return Port(self.name, self.type, extents, self.when_training)

    def __str__(self) -> str:
        return f"{self.name} {self.type}" if self.name else str(self.type)


class ModelSummary(Record):
    """A checked model in a few facts.

    ``sizes`` maps its size variables to the sizes that are used where a number is needed.
    """

    name: str
    doc: str
    sizes: Mapping[str, int]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: int
    valid_sizes: ValidSizes
    """The sizes at which it runs in evaluation mode."""

    training_sizes: ValidSizes
    """The sizes at which it runs in training mode."""

    def __str__(self) -> str:
        inputs = ", ".join(show_input(port, self.sizes) for port in self.inputs)
        outputs = ", ".join(str(port) for port in self.outputs if not port.when_training)
        return f"{self.name}: {inputs} -> {outputs}, {self.parameters:,} parameters"


def summarise(typed: TypedGraph) -> ModelSummary:
    """The summary of a checked model."""
    root, sizes = typed.graph.root, typed.graph.sizes
    valid = valid_in_evaluation(typed)
    outputs = [_port(typed, out.value, out.name, out.when_training) for out in root.outputs]
    return ModelSummary(
        name=root.name,
        doc=root.doc,
        sizes=dict(sizes),
        inputs=inputs_of(typed),
        outputs=tuple(_simplified(port, valid, sizes) for port in outputs),
        parameters=parameter_count(typed),
        valid_sizes=valid,
        training_sizes=valid_in_training(typed),
    )


def _simplified(port: Port, valid: ValidSizes, sizes: Mapping[str, int]) -> Port:
    """The same with ``H`` for what is H at all valid sizes."""
    shape = tuple(_proven(dim, valid, sizes) for dim in port.type.shape)
    if shape == port.type.shape:
        return port
    return Port(port.name, port.type.with_shape(*shape), port.sizes, port.when_training)


def _proven(dim: Dim, valid: ValidSizes, sizes: Mapping[str, int]) -> Dim:
    if isinstance(dim, int) or not valid.boxes:
        return dim
    if len(variables(dim)) == 1 and valid.is_exact:
        (name,) = variables(dim)
        plain = variable(name)
        if dim == plain:
            return dim
        if evaluate(dim, sizes) == sizes[name] and _is_always(dim, plain, valid, sizes):
            return plain
    text = show(dim)
    return _decided(dim, valid) if any(word in text for word in _CASES) else dim


_CASES = ("min(", "max(", " if ")


def _is_always(dim: Dim, plain: Dim, valid: ValidSizes, sizes: Mapping[str, int]) -> bool:
    from archir.sizes.proof import counterexample  # few have such outputs
    from archir.sizes.sets import BeyondExactError

    try:
        return counterexample(dim, plain, valid, sizes) is None
    except BeyondExactError:
        return False


def _decided(dim: Dim, valid: ValidSizes) -> Dim:
    """A dim of several cases, without those that no valid size meets."""
    from archir.shapes.arithmetic import subtract
    from archir.sizes.known import Known  # few have such outputs

    bounds: list[Dim] = []
    for name in variables(dim):
        least = [box[name].smallest or 1 if name in box else 1 for box in valid.boxes]
        bounds.append(subtract(variable(name), min(least)))
    return Known(*bounds).simplified(dim)


def inputs_of(typed: TypedGraph) -> tuple[Port, ...]:
    """The inputs of a checked model."""
    return tuple(_port(typed, value, value.name) for value in typed.graph.root.inputs)


def _port(typed: TypedGraph, value: Value, name: str | None, when_training: bool = False) -> Port:
    given = typed.type_of(typed.graph.root, value)
    extents = tuple(evaluate(dim, typed.graph.sizes) for dim in given.shape)
    return Port(name, given, extents, when_training)


def show_input(port: Port, sizes: Mapping[str, int]) -> str:
    """An input as its file declares it: ``image [N, 3, H = 224, W = 224]``.

    A batch of one is no default worth telling, so ``N = 1`` is just ``N``.
    """
    dims = ", ".join(_declared(dim, sizes) for dim in port.type.shape)
    dtype = "" if port.type.dtype == "float32" else port.type.dtype
    return f"{port.name or 'input'} {dtype}[{dims}]"


def _declared(dim: Dim, sizes: Mapping[str, int]) -> str:
    text = show(dim)
    if isinstance(dim, SizeExpr) and sizes.get(text, 1) != 1:
        return f"{text} = {sizes[text]}"
    return brief(dim)
