"""The op contract: everything the compiler knows of an op stands in one class.

A subclass declares its keyword, its arguments as pydantic fields (types, bounds, descriptions and
defaults, with torch.nn's names and order), its shape rule, its parameters, its cost and its
recipe. Its docstring says what it does, cites its torch counterpart, and ends with an example in
the language, in a block fenced as ``arch``, which runs as a test.

``infer`` and ``macs`` see the types as they are, with dims that may be expressions of the size
variables. ``parameters``, ``recipe`` and ``channels`` see them at the default sizes
(``TensorType.at``), so that all dims are numbers; what they may read of them are dims that the
shape rule has asked for with ``check.concrete``, which holds them to that number. ``reach`` and
``allocate`` see them at the sizes that are asked about, and may read all dims.

An argument annotated as ``Size`` may be an expression of the size variables, as the text has it:
``infer`` passes it through ``extents.readable``, and the recipe may name it, or hold it as it is;
the back ends put code in its place that reads it off the incoming shapes (``extents.settle``).
Behind its own inputs such an op may be given others, which only tell it sizes.

Files of ops do not postpone their annotations: pydantic would compile each from its text at every
start of the program.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf

from archir.check import Check
from archir.dims import Dim, SizeExpr
from archir.reach import Look, Wire
from archir.recipe import Arg, Code, Inferred, Recipe
from archir.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape

Positive = Annotated[int, Field(ge=1, le=2**31 - 1)]
NonNegative = Annotated[int, Field(ge=0, le=2**31 - 1)]
Int = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]

Size = Int | InstanceOf[SizeExpr]
"""A number, or an expression of the input's size: for ops that are plain functions."""

Keeps = tuple[Literal["inputs", "outputs"], ...]
"""What the backward pass of an op needs of what goes in and comes out."""


class Op(BaseModel):
    """Base of all ops. Instances are immutable, and are shared by all equal uses in a program."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    keyword: ClassVar[str]
    """The op's name in the language."""

    torch_name: ClassVar[str] = ""
    """The torch class or function it stands for, as documented: ``torch.nn.Conv2d``."""

    arity: ClassVar[Literal["one", "many"]] = "one"
    """Whether it takes one input, or two and more."""

    variadic: ClassVar[bool] = False
    """Whether its first argument is a list whose items may also be given one by one."""

    is_module: ClassVar[bool] = True
    """Whether torch has it as a module: then it takes a number or a name in its scope."""

    keeps_shape: ClassVar[bool] = False
    """Whether the output has the shape of the input, whatever the arguments are."""

    own_arguments: ClassVar[tuple[str, ...]] = ()
    """The arguments that torch's class does not have: no constructor is given them by name."""

    weights: ClassVar[tuple[str, ...]] = ()
    """The names that its parameters and buffers can have, whatever its arguments are."""

    keeps: ClassVar[Keeps] = ("inputs", "outputs")
    """What its backward pass needs of its own inputs and outputs; see ``allocate``."""

    moves: ClassVar[bool] = False
    """Whether it may give a view whose elements do not lie in memory in the order of its dims."""

    reads_in_order: ClassVar[bool] = False
    """Whether torch refuses some inputs because of the order in which they lie in memory."""

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        """The types of the outputs.

        Whatever torch would refuse is reported to ``check``. After a report, give the type that
        the user most likely meant, so that checking can go on behind it; None where that cannot
        be said.
        """
        raise NotImplementedError

    def parameters(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        """The module's own state-dict entries, in torch's order: parameters, then buffers."""
        return ()

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        """Multiply-accumulates of one forward pass, counted as torch's FlopCounterMode halved."""
        return 0

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        """What running it does to memory: the outputs, made on a tape (``archir.tape``).

        As it stands here the outputs are new and contiguous, and what ``keeps`` names is kept for
        the backward pass. An op overrides it where torch does other things: gives views, works in
        place, keeps tensors of its own. The types of the outputs are those at given sizes.
        """
        made = tuple(
            tape.new(tape.extents(each), *inputs, dtype=each.dtype, learned=tape.learned)
            for each in outputs
        )
        for each in made:
            tape.keep(each, *(inputs if "inputs" in self.keeps else ()))
            tape.keep(each, *((each,) if "outputs" in self.keeps else ()))
        return made

    def recipe(self, inputs: tuple[TensorType, ...]) -> Recipe:
        """How torch builds and applies the op for inputs of these types."""
        raise NotImplementedError

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        """The output's channels (dim 1) as code over the op's arguments and the input's channels.

        It lets printed source carry a running count of channels. None where there is no such
        code: then the source is printed with plain numbers.
        """
        return Inferred("channels", channels_of(inputs[0]))

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        """What an element of one output reads of one input: a look for each dim of that input.

        Receptive fields are worked out of it. The types are those at given sizes. Ops that treat
        the elements one by one give ``pointwise(wire)`` (``archir.reach``). None means that it is
        not known, and neither are the fields behind.
        """
        return None

    def changed(self, *names: str) -> tuple[tuple[str, Code], ...]:
        """Keyword arguments of a recipe: those of the named arguments that are not the default."""
        fields = type(self).model_fields
        return tuple(
            (name, Arg(name)) for name in names if getattr(self, name) != fields[name].default
        )

    def takes(self) -> Literal["one", "many"]:
        """The arity that it has with these arguments."""
        return self.arity

    @classmethod
    def arguments(cls) -> tuple[str, ...]:
        """Argument names in positional order."""
        return tuple(cls.model_fields)

    @classmethod
    def gathered(cls, positional: Sequence[object]) -> Sequence[object]:
        """Arguments by position, those that make a list of a variadic op put into it."""
        alone = len(positional) == 1 and isinstance(positional[0], tuple)
        return (tuple(positional),) if cls.variadic and positional and not alone else positional


def channels_of(tensor: TensorType) -> int:
    """Dim 1 of a type at given sizes; 0 where there is none."""
    return concrete(tensor.shape[1]) if tensor.rank > 1 else 0


def concrete(dim: Dim) -> int:
    """A dim that is known to be a number."""
    if not isinstance(dim, int):
        raise TypeError(f"{dim!r} is not a number: recipes take types at given sizes")
    return dim
