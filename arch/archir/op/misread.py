"""Arguments that look like those of torch's class, which begins with what is inferred here."""

from __future__ import annotations

from archir.base.record import Record
from archir.shapes.types import TensorType


class Misread(Record):
    """How a call is read, what was likely meant by it, and the arguments that clear it up."""

    read_as: str
    meant: str
    names: tuple[str, ...]
    extra: int = 0
    """Which of the arguments is one too many, counted from 0."""


def in_torch_order(
    keyword: str, incoming: TensorType, width: int, kernel: object, stride: object
) -> Misread | None:
    """A window's channels, size and stride that torch reads as channels in and out, and its size.

    Nobody means a window of even size, moved by an odd number that does not divide it into a few
    parts, from as many channels to as many (or a large one over pictures, from any). With stride 1
    the window has to be about as large as the channels are many. Nor does anybody mean a window of
    as many places as channels come in, moved by an odd number: then the two first were exchanged.
    """
    if incoming.rank < 2 or not isinstance(kernel, int) or not isinstance(stride, int):
        return None
    read_as, names = f"kernel {kernel} and stride {stride}", ("kernel_size", "stride")
    if incoming.shape[1] == kernel and _is_exchanged(kernel, stride, incoming.rank):
        return Misread(read_as, f"{keyword}({width}, {stride})", names, 1)
    is_large = incoming.rank > 3 and kernel >= 32 and stride > 1
    if not (incoming.shape[1] == width or is_large):
        return None
    if not _is_odd(kernel, stride) or (stride == 1 and (kernel < 16 or 4 * kernel < width)):
        return None
    return Misread(read_as, f"{keyword}({kernel}, {stride})", names)


def _is_odd(kernel: int, stride: int) -> bool:
    """Whether a window is likely a number of channels, and its stride the window."""
    odd = kernel % 2 == 0 and stride % 2 == 1 and kernel >= 6
    return odd and kernel not in range(stride, 5 * stride, stride)


def _is_exchanged(kernel: int, stride: int, rank: int) -> bool:
    """Whether a window is likely the number of channels that come in.

    Pictures are cut into squares of 3 by 3 by nobody, but have 3 channels.
    """
    return (kernel == stride == 3 and rank > 3) or (stride > 1 and _is_odd(kernel, stride))
