"""The initialisers: torch.nn.init's functions, their arguments, and what they can fill.

Names, order and defaults are torch's, without the trailing underscore and without the generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Literal

from archir.base.record import Record

MAX_NUMBER = 1e37
"""The largest number that an argument can be: beyond it torch's float32 arithmetic overflows."""

FANS = ("fan_in", "fan_out")
"""Names that an initialiser's arguments may use: the fans of the parameter it fills."""


class InitialiserArgument(Record):
    """One argument: its kind, its bounds, and its default (None where it must be given)."""

    name: str
    kind: Literal["int", "float", "number", "choice"]
    """Of a float also arithmetic over the parameter's fans is taken; a number is one as it is."""

    default: int | float | str | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_required(self) -> bool:
        return self.default is None

    @property
    def wanted(self) -> str:
        """What the argument takes, in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        words = "an integer" if self.kind == "int" else "a number"
        if self.least is not None and self.most is not None:
            return f"{words} from {self.least:g} to {self.most:g}"
        return f"{words} of at least {self.least:g}" if self.least is not None else words

    def accepts(self, value: object) -> bool:
        """Whether a constant is of the right kind and within the bounds."""
        if self.kind == "choice":
            return value in self.choices
        if isinstance(value, bool) or not isinstance(
            value, int if self.kind == "int" else (int, float)
        ):
            return False
        assert isinstance(value, (int, float))
        if not abs(value) <= MAX_NUMBER:  # not-a-number is refused by this as well
            return False
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )


class InitialiserSpec(Record):
    """One of torch.nn.init's functions.

    ``least_rank`` and ``most_rank`` bound the number of dims of a parameter that it can fill;
    ``ordered`` names two arguments of which the first must not be above the second, ``divides``
    one that must divide the parameter's first extent.
    """

    function: str
    meaning: str
    arguments: tuple[InitialiserArgument, ...] = ()
    least_rank: int = 0
    most_rank: int | None = None
    ordered: tuple[str, str] | None = None
    divides: str | None = None

    @property
    def usage(self) -> str:
        """How it is written: ``normal(mean = 0.0, std = 1.0)``."""
        if not self.arguments:
            return self.function
        shown = [
            a.name if a.default is None else f"{a.name} = {_show(a.default)}"
            for a in self.arguments
        ]
        return f"{self.function}({', '.join(shown)})"

    def argument(self, name: str) -> InitialiserArgument | None:
        """The argument of that name."""
        return next((a for a in self.arguments if a.name == name), None)

    def can_fill(self, rank: int) -> bool:
        """Whether it can fill a parameter with that many dims."""
        return rank >= self.least_rank and (self.most_rank is None or rank <= self.most_rank)

    @property
    def ranks(self) -> str:
        """The numbers of dims that it can fill, in words."""
        if self.most_rank is None:
            return f"{self.least_rank} dims or more"
        if self.most_rank == self.least_rank:
            return f"exactly {self.least_rank} dims"
        return f"{self.least_rank} to {self.most_rank} dims"


def _show(value: int | float | str) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


_NONLINEARITIES = (
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "selu",
)
_GAIN = (InitialiserArgument("gain", "float", 1.0),)
_SPREAD = (InitialiserArgument("gain", "float", 1.0, least=0),)
_STD = InitialiserArgument("std", "float", 1.0, least=0)
_KAIMING = (
    InitialiserArgument("a", "float", 0),
    InitialiserArgument("mode", "choice", "fan_in", choices=FANS),
    InitialiserArgument("nonlinearity", "choice", "leaky_relu", choices=_NONLINEARITIES),
)

_ALL = (
    InitialiserSpec("zeros", "all 0"),
    InitialiserSpec("ones", "all 1"),
    InitialiserSpec("constant", "all val", (InitialiserArgument("val", "float"),)),
    InitialiserSpec(
        "uniform",
        "uniform from a to b",
        (InitialiserArgument("a", "float", 0.0), InitialiserArgument("b", "float", 1.0)),
        ordered=("a", "b"),
    ),
    InitialiserSpec(
        "normal", "normal around mean", (InitialiserArgument("mean", "float", 0.0), _STD)
    ),
    InitialiserSpec(
        "trunc_normal",
        "normal around mean, drawn again outside of a and b",
        (
            InitialiserArgument("mean", "float", 0.0),
            InitialiserArgument("std", "float", 1.0, least=1e-30),
            InitialiserArgument("a", "float", -2.0),
            InitialiserArgument("b", "float", 2.0),
        ),
        ordered=("a", "b"),
    ),
    InitialiserSpec("xavier_uniform", "uniform, after Glorot & Bengio (2010)", _SPREAD, 2),
    InitialiserSpec("xavier_normal", "normal, after Glorot & Bengio (2010)", _SPREAD, 2),
    InitialiserSpec("kaiming_uniform", "uniform, after He et al. (2015)", _KAIMING, 2),
    InitialiserSpec("kaiming_normal", "normal, after He et al. (2015)", _KAIMING, 2),
    InitialiserSpec(
        "orthogonal",
        "an orthogonal matrix, after Saxe et al. (2013)",
        (InitialiserArgument("gain", "float", 1),),
        2,
    ),
    InitialiserSpec("eye", "the identity matrix", (), 2, 2),
    InitialiserSpec(
        "dirac",
        "a convolution that passes its channels on",
        (InitialiserArgument("groups", "int", 1, least=1),),
        3,
        5,
        divides="groups",
    ),
    InitialiserSpec(
        "sparse",
        "normal, with a share of each column 0, after Martens (2010)",
        (
            InitialiserArgument("sparsity", "float", least=0, most=1),
            InitialiserArgument("std", "float", 0.01, least=0),
        ),
        2,
        2,
    ),
)

INITIALISERS: Mapping[str, InitialiserSpec] = MappingProxyType(
    {spec.function: spec for spec in _ALL}
)
"""All initialisers by name."""

NORMALISATIONS: Mapping[str, InitialiserSpec] = MappingProxyType(
    {
        "weight_norm": InitialiserSpec(
            "weight_norm",
            "the weight as directions and their lengths, after Salimans & Kingma (2016)",
            (InitialiserArgument("dim", "int", 0, least=-1),),
        ),
        "spectral_norm": InitialiserSpec(
            "spectral_norm",
            "the weight over its largest singular value, after Miyato et al. (2018)",
            (
                InitialiserArgument("n_power_iterations", "int", 1, least=1),
                InitialiserArgument("eps", "number", 1e-12, least=0),
            ),
        ),
    }
)
"""What a layer's weight may be made of, as torch.nn.utils.parametrizations has it."""

GIVEN: Mapping[str, InitialiserSpec] = MappingProxyType({**INITIALISERS, **NORMALISATIONS})
"""All that may stand behind ``with weight =`` by a name of ours."""


def fans(shape: Sequence[int]) -> tuple[int, int] | None:
    """``fan_in`` and ``fan_out`` of a parameter as torch counts them; None below two dims."""
    if len(shape) < 2:
        return None
    field = prod(shape[2:])
    return shape[1] * field, shape[0] * field
