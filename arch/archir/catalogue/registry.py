"""The registry of ops: keyword to class.

A family's file is imported when one of its ops is asked for: which that is, the index says, which
``python -m archir.catalogue.index`` makes. What is no op of ours may be one of an installed
package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from archir.op.contract import Op

FAMILIES = (
    "convolution",
    "transposed",
    "pooling",
    "pooling_more",
    "normalisation",
    "layer_normalisation",
    "group_normalisation",
    "response_normalisation",
    "activation",
    "rectifier",
    "smooth",
    "gate",
    "logarithms",
    "shrinking",
    "elementary",
    "powers",
    "dropout",
    "stochastic",
    "dense",
    "embedding",
    "shape",
    "padding",
    "resampling",
    "warping",
    "shuffling",
    "patches",
    "reshape",
    "layout",
    "turning",
    "copies",
    "numbering",
    "noise",
    "triangles",
    "parts",
    "slices",
    "joins",
    "merge",
    "arithmetic",
    "comparison",
    "choice",
    "scattering",
    "matrix",
    "einsum",
    "given_weights",
    "given_windows",
    "given_spreads",
    "attention",
    "multihead",
    "recurrent",
    "reduction",
    "extrema",
    "statistics",
    "lengths",
    "sorting",
)
"""The files under ``ops/``."""


@cache
def built_in() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Our own ops by keyword, in the order of the families and of their files.

    With each stand its family, and the parameters and buffers that it can have.
    """
    from archir.ops.index import OPS  # made from the families, which are here without it

    return MappingProxyType(OPS)


@cache
def family(name: str) -> Mapping[str, type[Op]]:
    """The ops of one file."""
    module = import_module(f"archir.ops.{name}")
    return MappingProxyType(
        {
            value.keyword: value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Op)
            and value.__module__ == module.__name__
            and "keyword" in vars(value)
        }
    )


def _announced() -> tuple[str, ...]:
    """The keywords of the ops of installed packages."""
    from archir.catalogue.announced import keywords  # most networks have ops of ours alone

    return keywords()


class _Ops(Mapping[str, type[Op]]):
    """All ops by keyword. Only what is asked for is imported, and packages are looked for last."""

    def __getitem__(self, keyword: str) -> type[Op]:
        entry = built_in().get(keyword)
        if entry is not None:
            return family(entry[0])[keyword]
        if keyword not in _announced():
            raise KeyError(keyword)
        from archir.catalogue.packages import load

        return load(keyword)

    def __contains__(self, keyword: object) -> bool:
        return keyword in built_in() or keyword in _announced()

    def __iter__(self) -> Iterator[str]:
        yield from built_in()
        yield from (keyword for keyword in _announced() if keyword not in built_in())

    def __len__(self) -> int:
        return sum(1 for _ in self)


_OPS = _Ops()


def ops() -> Mapping[str, type[Op]]:
    """All ops by keyword: ours in the order of the families and of their files, then packages'.

    To ask for a name that is no op of ours is to look into the installed packages, which takes
    some hundredths of a second: names that may mean something else are to be tried before.
    """
    return _OPS
