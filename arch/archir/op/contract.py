"""The op contract: everything the compiler knows of an op stands in one class.

A subclass declares its keyword, its arguments as pydantic's fields are declared (types, bounds,
descriptions and defaults, with torch.nn's names and order; see ``archir.op.fields``), its shape
rule, its parameters, its cost and its recipe. Its docstring says what it does, cites its torch
counterpart, and ends with an example in the language, in a block fenced as ``arch``, which runs as
a test.

``infer`` and ``macs`` see the types as they are, with dims that may be expressions of the size
variables. ``parameters``, ``recipe`` and ``channels`` see them at the default sizes
(``TensorType.at``), so that all dims are numbers; what they may read of them are dims that the
shape rule has asked for with ``check.concrete``, which holds them to that number. ``dependence``
and ``allocate`` see them at the sizes that are asked about, and may read all dims.

An argument annotated as ``Size`` may be an expression of the size variables, as the text has it:
``infer`` passes it through ``extents.readable``, and the recipe may name it, or hold it as it is;
the back ends put code in its place that reads it off the incoming shapes (``extents.settle``).
Behind its own inputs such an op may be given others, which only tell it sizes.

Files of ops do not postpone their annotations: each would be compiled from its text at every
start of the program.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    TypeAlias,
    TypeVar,
    dataclass_transform,
)

from archir.base.record import Frozen
from archir.op.dependence import AxisAccess, Edge
from archir.op.fields import Field, OpArgument, OpType, own_arguments
from archir.op.misread import Misread
from archir.op.recipe import Arg, Code, Inferred, Recipe, Told
from archir.shapes.arithmetic import multiply
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, SizeExpr
from archir.shapes.types import ParameterSpec, TensorType

if TYPE_CHECKING:
    from archir.init.init_rules import Initialiser
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read

Positive = Annotated[int, Field(ge=1, le=2**31 - 1)]
NonNegative = Annotated[int, Field(ge=0, le=2**31 - 1)]
Int = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]

Size = Int | SizeExpr
"""A number, or an expression of the input's size: for ops that are plain functions."""

Arity: TypeAlias = Literal["one", "many", "any"]

OPEN = -1
"""The extent that is worked out, or left as it is."""

Keeps = tuple[Literal["inputs", "outputs"], ...]
"""What the backward pass of an op needs of what goes in and comes out."""


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
class Op(Frozen, metaclass=OpType):
    """Base of all ops. Instances are immutable, and are shared by all equal uses in a program.

    Made as ``Conv(out_channels=8, kernel_size=3)`` its arguments are judged by pydantic, strictly,
    and what it refuses raises pydantic's ``ValidationError``. An op may have pydantic's validators.
    """

    keyword: ClassVar[str]
    """The op's name in the language."""

    torch_name: ClassVar[str] = ""
    """The torch class or function it stands for, as documented: ``torch.nn.Conv2d``."""

    shown: ClassVar[str] = ""
    """What a picture calls it, where torch's name says little to who does not know torch."""

    is_silent: ClassVar[bool] = False
    """Whether it changes nothing that a reader of a picture asks for, as where elements lie."""

    arity: ClassVar[Arity] = "one"
    """Whether it takes one input, two and more, or any number."""

    variadic: ClassVar[bool] = False
    """Whether its first argument is a list whose items may also be given one by one."""

    open_extents: ClassVar[str] = ""
    """The argument that is a list of extents, of which one that is written as -1 is left open."""

    is_module: ClassVar[bool] = True
    """Whether torch has it as a module: then it takes a number or a name in its scope."""

    as_function: ClassVar[str] = ""
    """The op that does the same as a function, and whose arguments may be sizes of the input."""

    over_all: ClassVar[str] = ""
    """The op that does the same over the whole extent, and needs no arguments."""

    by_number: ClassVar[str] = ""
    """The op that takes apart into so many parts, where this one takes the size of each."""

    between: ClassVar[str] = ""
    """The op that does with several values what this one does along a dim of one."""

    with_number: ClassVar[str] = ""
    """The op that does it with a number, as an argument, in the place of one of its values."""

    keeps_shape: ClassVar[bool] = False
    """Whether the output has the shape of the input, whatever the arguments are."""

    shapeless: ClassVar[frozenset[str]] = frozenset()
    """The arguments on which no extent of an output depends; all, where it keeps the shape."""

    own_arguments: ClassVar[tuple[str, ...]] = ()
    """The arguments that torch's class does not have: no constructor is given them by name."""

    torch_defaults: ClassVar[Mapping[str, object]] = {}
    """The defaults of what the recipe calls, for arguments that have another default here."""

    weights: ClassVar[tuple[str, ...]] = ()
    """The names that its parameters and buffers can have, whatever its arguments are."""

    weight_kept: ClassVar[Literal["always", "for inputs", "never"] | None] = None
    """When its backward pass needs its weight: also where no input learns, or only for one that
    does. None where no weight can be normalised (``archir.ops.normalised_weights``)."""

    weight_rows: ClassVar[int] = 0
    """The dim of its weight that goes over the outgoing channels or features."""

    keeps: ClassVar[Keeps] = ("inputs", "outputs")
    """What its backward pass needs of its own inputs and outputs; see ``allocate``."""

    moves: ClassVar[bool] = False
    """Whether it may give a view whose elements do not lie in memory in the order of its dims."""

    reads_in_order: ClassVar[bool] = False
    """Whether torch refuses some inputs because of the order in which they lie in memory."""

    inferred: ClassVar[str] = ""
    """What torch's class takes first, and is read off the shape here: ``in_features``."""

    channels_first: ClassVar[bool] = False
    """Whether it expects channels in dim 1 and axes behind them, and mixes what is in the axes."""

    read_modules: ClassVar[tuple[str, ...]] = ()
    """The classes of torch.nn that it is read from, or full names of others' (``op.reading``)."""

    read_calls: ClassVar[tuple[str, ...]] = ()
    """The functions that it is read from, as they are called: ``mean(input, dim, keepdim=False)``.

    A method and the function of its name are one, and so are they with and without ``_`` behind.
    """

    idle: ClassVar[Mapping[str, object] | None] = None
    """The arguments with which it gives its input on as it is, in training too."""

    special_of: ClassVar[str] = ""
    """The op that does the same with other arguments, ``as_general``: a case of that has a name."""

    @classmethod
    def as_general(
        cls, arguments: Mapping[str, Any], channels: int
    ) -> "tuple[type[Op], Mapping[str, Any]]":
        """The op of which it is a case, with its arguments for so many incoming channels."""
        raise NotImplementedError

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

    def initialised(self, inputs: tuple[TensorType, ...]) -> tuple[ParameterSpec, ...]:
        """The same as rules of initial weights see them: each by the name that it is drawn by."""
        return self.parameters(inputs)

    def initialised_at(self, name: str) -> str:
        """Where in the module the tensor is that is drawn by a name."""
        return name

    def made_of(self) -> "tuple[tuple[str, Initialiser], ...]":
        """What its weight is made of, where that is no parameter, behind the weight's name."""
        return ()

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        """Multiply-accumulates of one forward pass, counted as torch's FlopCounterMode halved."""
        return 0

    def backward_macs(
        self,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        learns: tuple[bool, ...],
        *,
        has_weights: bool,
    ) -> Dim:
        """Multiply-accumulates of its part in a backward pass: as many as ``macs`` for each factor
        that learns. Those are its weights, and inputs of which ``learns`` says so.

        An op overrides it where not every input is a factor of every product.
        """
        return multiply(self.macs(inputs, outputs), has_weights + sum(learns))

    def cached(self, inputs: tuple[TensorType, ...]) -> Dim:
        """The numbers of its inputs that a decoder keeps for what comes behind the last place: the
        keys and values of causal attention."""
        return 0

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        """What running it does to memory: the outputs, made on a trace (``archir.memory.trace``).

        As it stands here the outputs are new and contiguous, and what ``keeps`` names is kept for
        the backward pass. An op overrides it where torch does other things: gives views, works in
        place, keeps tensors of its own. The types of the outputs are those at given sizes.
        """
        made = tuple(
            trace.new(trace.extents(each), *inputs, dtype=each.dtype, learned=trace.learned)
            for each in outputs
        )
        for each in made:
            trace.keep(each, *(inputs if "inputs" in self.keeps else ()))
            trace.keep(each, *((each,) if "outputs" in self.keeps else ()))
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

    def features(self, place: int) -> Told | None:
        """The last extent of the output of that number, where arguments alone give it.

        Those of the code have a part in no extent but such ones. None where the shape rule says it.
        """
        return None

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        """What an element of one output reads of one input: a look for each dim of that input.

        Receptive fields are worked out of it. The types are those at given sizes. Ops that treat
        the elements one by one give ``pointwise(edge)`` (``archir.op.dependence``). None means that
        it is not known, and neither are the fields behind.
        """
        return None

    def bias_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        """The dim of the output along which it adds a learned bias; None where it adds none."""
        return None

    def centred_dim(self, inputs: tuple[TensorType, ...]) -> int | None:
        """The dim of which each place is brought to mean 0 by itself, over all others but the batch
        or over all others; None where it is not so."""
        return None

    def torch_order(self, inputs: tuple[TensorType, ...]) -> Misread | None:
        """Whether its arguments are likely meant in the order of torch's class."""
        return None

    def size_for_factor(
        self, inputs: tuple[TensorType, ...], sizes: Mapping[str, int]
    ) -> int | None:
        """The size of its output, where that likely is meant as how many times it is larger."""
        return None

    def changed(self, *names: str) -> tuple[tuple[str, Code], ...]:
        """Keyword arguments of a recipe: those of the named arguments that are not torch's default.

        That is the default which the op declares, or else what ``torch_defaults`` says.
        """
        kind = type(self)
        return tuple(
            (name, Arg(name)) for name in names if getattr(self, name) != torch_default(kind, name)
        )

    def takes(self) -> Arity:
        """The arity that it has with these arguments."""
        return self.arity

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        """What it is made of a module of torch that is called so; None where that is not said."""
        from archir.op.reading import read_made

        return read_made(cls, made, call)

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        """What it is made of a call, with its arguments by the names of a signature."""
        from archir.op.reading import by_names

        return by_names(cls, values, call)

    @classmethod
    def arguments(cls) -> tuple[str, ...]:
        """Argument names in positional order."""
        return tuple(arguments_of(cls))

    @classmethod
    def gathered(cls, positional: Sequence[object]) -> Sequence[object]:
        """Arguments by position, those that make a list of a variadic op put into it."""
        alone = len(positional) == 1 and isinstance(positional[0], tuple)
        return (tuple(positional),) if cls.variadic and positional and not alone else positional

    def __init__(self, **values: Any) -> None:
        from archir.op.pydantic_model import taken  # which a right file does not need

        _fill(self, taken(type(self), values))

    if not TYPE_CHECKING:  # what frozen classes have, to a checker, as it is

        def __eq__(self, other: object) -> bool:
            if self is other:
                return True
            if type(self) is not type(other):
                return NotImplemented
            return self.__dict__ == other.__dict__

        def __hash__(self) -> int:
            return self.__dict__[_HASH]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in values_of(self).items())
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        return assembled, (type(self), values_of(self))


_HASH = "_hash"


def _fill(op: Op, values: Mapping[str, object]) -> None:
    state = op.__dict__
    state.update(values)
    state[_HASH] = hash((type(op), *values.values()))


O = TypeVar("O", bound=Op)  # noqa: E741  (an op)


def assembled(kind: type[O], values: Mapping[str, object]) -> O:
    """An op with these arguments, which are right; those left out have their defaults."""
    op = object.__new__(kind)
    _fill(op, {**_defaults(kind), **values})
    return op


def replaced(op: O, changes: Mapping[str, object]) -> O:
    """The op with other arguments, which are taken as they are."""
    return assembled(type(op), {**values_of(op), **changes})


def values_of(op: Op) -> dict[str, Any]:
    """The arguments of an op by name, in positional order."""
    state = op.__dict__
    return {name: state[name] for name in arguments_of(type(op)) if name in state}


@cache
def arguments_of(kind: type[Op]) -> Mapping[str, OpArgument]:
    """What a class declares of its arguments, by name, in positional order."""
    known: dict[str, OpArgument] = {}
    for cls in reversed(kind.__mro__):
        if issubclass(cls, Op) and cls is not Op:
            known |= {each.name: each for each in own_arguments(cls)}
    return known


@cache
def _defaults(kind: type[Op]) -> Mapping[str, object]:
    """The defaults of the arguments that have one, and a place for those that have none."""
    return {name: each.default for name, each in arguments_of(kind).items()}


def torch_default(kind: type[Op], name: str) -> object:
    """What the argument is where the recipe's call leaves it out."""
    declared = kind.torch_defaults
    return declared[name] if name in declared else arguments_of(kind)[name].default


def channels_of(tensor: TensorType) -> int:
    """Dim 1 of a type at given sizes; 0 where there is none."""
    return concrete(tensor.shape[1]) if tensor.rank > 1 else 0


def concrete(dim: Dim) -> int:
    """A dim that is known to be a number."""
    if not isinstance(dim, int):
        raise TypeError(f"{dim!r} is not a number: recipes take types at given sizes")
    return dim
