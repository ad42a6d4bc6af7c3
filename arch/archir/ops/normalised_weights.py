"""Layers whose weight is worked out of other parameters each time that they run.

``with weight = weight_norm`` and ``with weight = spectral_norm``: what torch makes of a layer by
``torch.nn.utils.parametrizations``. The layer is an op like any other, of a class that is made for
it: its weight stands under other keys, its constructor in a call, and its passes remember more.
"""

from functools import cache
from typing import TYPE_CHECKING, ClassVar

from archir.init.init_rules import Initialiser
from archir.init.initialisers import NORMALISATIONS
from archir.op.contract import Op, assembled, values_of
from archir.op.fields import OpType
from archir.op.recipe import Call, ModuleRecipe, Recipe
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

WEIGHT = "weight"
"""The parameter that may be normalised."""

_MODULE = "nn.utils.parametrizations."
"""Where torch has the functions."""

_INSIDE = f"parametrizations.{WEIGHT}."


class Normalised(Op):
    """What all layers with a normalised weight share; ``normalised`` puts it before an op's class.

    torch holds what the weight is made of in a child of the layer, so it comes behind the layer's
    own parameters: of ``weight_norm`` lengths and directions, of ``spectral_norm`` the weight as it
    was and the vectors by which its largest singular value is estimated.
    """

    how: ClassVar[Initialiser]

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        own = super().parameters(inputs)
        (weight,) = (spec for spec in own if spec.name == WEIGHT)
        return (*(spec for spec in own if spec is not weight), *self._tensors(weight))

    def _tensors(self, weight: ParameterSpec) -> tuple[ParameterSpec, ...]:
        shape, dtype = weight.shape, weight.dtype
        if self.how.function == "weight_norm":
            return (
                ParameterSpec(f"{_INSIDE}original0", self._lengths(shape), dtype),
                ParameterSpec(f"{_INSIDE}original1", shape, dtype),
            )
        rows = shape[self.weight_rows]
        return (
            ParameterSpec(f"{_INSIDE}original", shape, dtype),
            ParameterSpec(f"{_INSIDE}0._u", (rows,), dtype, is_buffer=True),
            ParameterSpec(f"{_INSIDE}0._v", (weight.numel // rows,), dtype, is_buffer=True),
        )

    def _lengths(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the norms over all dims but one, or over all."""
        dim = dict(self.how.arguments).get("dim", 0)
        kept = [extent if place == dim else 1 for place, extent in enumerate(shape)]
        return () if dim == -1 else tuple(kept)

    def made_of(self) -> tuple[tuple[str, Initialiser], ...]:
        return ((WEIGHT, self.how),)

    def initialised(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        return super().parameters(inputs)

    def initialised_at(self, name: str) -> str:
        if name != WEIGHT:
            return name
        return f"{_INSIDE}original{'1' if self.how.function == 'weight_norm' else ''}"

    def recipe(self, inputs: tuple[TensorType, ...]) -> Recipe:
        made = super().recipe(inputs)
        assert isinstance(made, ModuleRecipe)
        given = {each.name: each.default for each in NORMALISATIONS[self.how.function].arguments}
        kwargs = [
            (name, value)
            for name, value in self.how.arguments
            if isinstance(value, int | float) and value != given[name]
        ]
        around = Call(f"{_MODULE}{self.how.function}", (), tuple(kwargs))
        return ModuleRecipe(made.make, made.call, around)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        """The weight is made anew before it is used; what made it remembers norms, or vectors."""
        given = tuple([TensorType(each.shape, each.dtype) for each in inputs])
        (weight,) = (spec for spec in super().parameters(given) if spec.name == WEIGHT)
        if self.how.function == "weight_norm":
            dim, last = dict(self.how.arguments).get("dim", 0), len(weight.shape) - 1
            assert isinstance(dim, int)
            beside = [trace.new(self._lengths(weight.shape))]
            if dim not in (0, last):  # torch has no kernel for those, but several steps
                beside.append(trace.new(self._lengths(weight.shape)))
                if dim != -1 and _is_copied(weight.shape, dim):
                    beside.append(trace.new(weight.shape))
        else:
            state = [spec for spec in self._tensors(weight) if spec.is_buffer]
            beside = [trace.new(spec.shape) for spec in state]
            beside.append(trace.new(()))
        made = trace.new(weight.shape, learned=True)
        results = super().allocate(trace, inputs, outputs)
        trace.keep(results[0], *beside)
        if self.weight_kept == "always" or (
            self.weight_kept == "for inputs" and inputs[0].storage.grad
        ):
            trace.keep(results[0], made)
        return results


def _is_copied(shape: tuple[int, ...], dim: int) -> bool:
    """Whether torch copies a weight to have a dim in front: dims of one element lie anywhere."""
    order = list(range(len(shape)))
    order[0], order[dim] = dim, 0
    long = [place for place in order if shape[place] > 1]
    return long != sorted(long)


@cache
def _kind(kind: type[Op], how: Initialiser) -> type[Op]:
    body = {"how": how, "__module__": kind.__module__, "__doc__": kind.__doc__}
    made: type[Op] = OpType(kind.__name__, (Normalised, kind), body)  # type: ignore[assignment]
    return made


@cache
def normalised(op: Op, how: Initialiser) -> Op:
    """The layer whose weight is made so."""
    return assembled(_kind(type(op), how), values_of(op))
