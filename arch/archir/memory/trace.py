"""A memory trace: what a network's ops do to memory, one after the other, without running them.

An op says in ``Op.allocate`` which tensors it makes, which are views of others, which it
overwrites, and which it keeps for the backward pass. It says that to a trace, which counts storages
as torch's allocator and autograd do on the CPU.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Literal

from archir.memory.storage import BYTES, PROMOTION, WIDE, BackwardNode, Storage, Tensor, broadcast
from archir.memory.strides import (
    Strides,
    channels_last,
    dense,
    has_gaps,
    is_channels_last,
    is_contiguous,
    is_overlapping,
    packed,
    viewed,
)
from archir.shapes.types import TensorType

Refusal = Literal["several-views", "leaf", "overlapping", "layout"]
"""Why torch refuses a step: it overwrites one of several views, a parameter, or elements that are
one place in memory; or it cannot read a tensor that lies in memory as this one does."""


class MemoryTrace:
    """The memory of one forward pass.

    ``training`` is the mode of the modules. ``recording`` says whether a backward pass is to
    follow: then ops keep what it needs. ``learned`` says of the op at hand whether it has
    parameters that are trained.
    """

    def __init__(self, *, training: bool, recording: bool, dtype: str = "float32") -> None:
        self.training = training
        self.recording = recording
        floats = BYTES[dtype]
        self._bytes = {**BYTES, "float32": floats, WIDE: max(floats, BYTES["float32"])}
        """Bytes of an element. What a type calls float32 has the dtype of this pass."""
        self.learned = False
        self.step = -1
        self.events: list[tuple[bool, Storage]] = []
        """What the step at hand has allocated (True) and let go of (False), in turn."""
        self.refusals: list[tuple[int, Refusal, Storage]] = []
        """What torch refuses at once: the step, why, and what is concerned."""
        self.overwritten: list[Storage] = []
        """What the step at hand has overwritten."""
        self._count = 0

    # --- what is there from the start -----------------------------------------------------------

    def given(self, shape: Sequence[int], dtype: str) -> Tensor:
        """An input of the network, which the caller holds."""
        shape = tuple(shape)
        return self._tensor(shape, packed(shape), dtype, "input", grad=False)

    def state(self, shape: Sequence[int], dtype: str = "float32", *, learned: bool) -> Tensor:
        """A parameter or a buffer."""
        shape = tuple(shape)
        return self._tensor(shape, packed(shape), dtype, "state", grad=learned)

    @staticmethod
    def extents(given: TensorType) -> tuple[int, ...]:
        """The shape of a type at given sizes."""
        return given.extents

    # --- what ops say ---------------------------------------------------------------------------

    def new(
        self,
        shape: Sequence[int],
        *sources: Tensor,
        dtype: str | None = None,
        like: Tensor | tuple[Tensor, ...] = (),
        format: Tensor | None = None,  # noqa: A002  (torch's memory format)
        learned: bool = False,
    ) -> Tensor:
        """A new tensor, computed from others.

        It is contiguous; its dims lie in memory as those of ``like``, which have its shape; or it
        is in the memory format (contiguous or channels-last) of ``format``. ``learned`` says that
        trained parameters go into it.
        """
        shape = tuple(shape)
        if like:
            alike = (like,) if isinstance(like, Tensor) else like
            strides = dense(shape, *(each.strides for each in alike))
        elif format is not None and is_channels_last(format.shape, format.strides):
            strides = channels_last(shape)
        else:
            strides = packed(shape)
        if dtype is None:
            dtype = sources[0].dtype if sources else "float32"
        behind: list[Tensor] = []
        grad = False
        if self.recording and dtype.startswith("float"):
            behind = [source for source in sources if source.storage.grad]
            grad = learned or bool(behind)
        made = self._tensor(shape, strides, dtype, "value", grad=grad)
        storage = made.storage
        if grad:
            parents = [node for each in behind if (node := each.node) is not None]
            storage.node = BackwardNode(self.step, tuple(parents), storage.nbytes)
        self.events.append((True, storage))
        return made

    def keep(self, made: Tensor, *kept: Tensor) -> None:
        """The backward pass of what made ``made`` needs these."""
        node = made.storage.node
        if node is not None and self.recording and made.storage.grad:
            node.kept += [(each.storage, each.storage.version) for each in kept]

    def in_backward(self, made: Tensor, passing: int = 0, copied: int = 0) -> None:
        """The backward pass of what made ``made`` takes more than its gradients (``BackwardNode``):
        so many numbers of its dtype.
        """
        node = made.storage.node
        if node is not None:
            node.passing += passing * self._bytes[made.dtype]
            node.copied += copied * self._bytes[made.dtype]

    def learns(self, made: Tensor, numbers: int) -> None:
        """The backward pass of what made ``made`` gives the gradients of so many parameters."""
        node = made.storage.node
        if node is not None and self.learned:
            node.learned += numbers * self._bytes["float32"]

    def overwrite(self, given: Tensor, *, again: bool = False) -> Tensor:
        """What an op in place gives: the same memory with other elements.

        ``again`` says that it may be done to an element several times, where no gradient comes
        back: autograd copies one through the view.
        """
        storage = given.storage
        learns = self.recording and storage.grad
        if (learns or not again) and is_overlapping(given.shape, given.strides):
            self.refuse("overlapping", given)
        if learns and storage.kind == "state":
            self.refuse("leaf", given)
        elif learns and given.piece:
            self.refuse("several-views", given)
        storage.version += 1
        self.overwritten.append(storage)
        storage.written += (self.step,)
        if learns:
            before = storage.node
            parents = () if before is None else (before,)
            storage.node = BackwardNode(self.step, parents, storage.nbytes)
        return given

    def view(self, given: Tensor, shape: Sequence[int], strides: Strides) -> Tensor:
        """A view."""
        return self._view(given, shape, strides, given.node)

    def pieces(
        self, given: Tensor, shapes: Iterable[Sequence[int]], strides: Strides
    ) -> tuple[Tensor, ...]:
        """The views that one call makes of a tensor, which together are all of it."""
        node = given.node
        if node is not None:
            node = BackwardNode(self.step, (node,), node.nbytes, joins=True)
        views = [self._view(given, shape, strides, node) for shape in shapes]
        for each in views:
            each.piece = True
        return tuple(views)

    def _view(
        self, given: Tensor, shape: Sequence[int], strides: Strides, back: BackwardNode | None
    ) -> Tensor:
        """A view, from which ``back`` leads back: it is but a part, or of a later step."""
        shape, part, numel = tuple(shape), given.part, prod(shape)
        is_part, is_later = numel < given.numel, back is not None and back.step != self.step
        if back is not None and self.recording and (is_part or (is_later and numel == given.numel)):
            part = BackwardNode(self.step, (back,), self._bytes[given.dtype] * numel)
        return Tensor(given.storage, shape, tuple(strides), given.dtype, given.piece, part)

    def reshape(self, given: Tensor, shape: Sequence[int]) -> Tensor:
        """The same elements in another shape: a view where that is possible, else a copy."""
        shape = tuple(shape)
        strides = viewed(given.shape, given.strides, shape)
        if strides is None:
            return self.new(shape, given)
        return self.view(given, shape, strides)

    def contiguous(self, given: Tensor) -> Tensor:
        """The tensor itself if it is contiguous, else a copy."""
        if is_contiguous(given.shape, given.strides):
            return given
        return self.new(given.shape, given)

    def formatted(self, given: Tensor) -> Tensor:
        """The tensor itself if it is contiguous or channels-last, else a contiguous copy."""
        if is_channels_last(given.shape, given.strides):
            return self.copy(given) if has_gaps(given.shape, given.strides) else given
        return self.contiguous(given)

    @staticmethod
    def is_channels_last(given: Tensor) -> bool:
        """Whether it lies with its channels last, and no other way."""
        laid = is_channels_last(given.shape, given.strides)
        return laid and not is_contiguous(given.shape, given.strides)

    def copy(self, given: Tensor) -> Tensor:
        """A copy, laid out alike."""
        return self.new(given.shape, given, like=given)

    def pooled(
        self,
        given: Tensor,
        shape: Sequence[int],
        *sources: Tensor,
        dtype: str | None = None,
        volumes: bool = False,
    ) -> Tensor:
        """What a pool makes of a tensor, in its memory format.

        torch pools along one axis as on an image of one row. Over three axes the format is kept
        if ``volumes`` says so.
        """
        if len(shape) == 3:
            batch, channels, length = given.shape
            step = given.strides[2] * length
            image = self.view(
                given, (batch, channels, 1, length), (*given.strides[:2], step, given.strides[2])
            )
            wide = (*shape[:2], 1, shape[2])
            made = self.new(wide, *sources, dtype=dtype, format=image)
            return self.view(made, shape, (*made.strides[:2], made.strides[3]))
        format = given if len(shape) == 4 or volumes else None  # noqa: A001
        return self.new(shape, *sources, dtype=dtype, format=format)

    def transposed(self, given: Tensor, one: int, other: int) -> Tensor:
        """A view with two dims exchanged."""
        shape, strides = list(given.shape), list(given.strides)
        shape[one], shape[other] = shape[other], shape[one]
        strides[one], strides[other] = strides[other], strides[one]
        return self.view(given, shape, tuple(strides))

    def unsqueezed(self, given: Tensor, dim: int) -> Tensor:
        """A view with a new dim of extent 1."""
        place = dim % (len(given.shape) + 1)
        ahead = given.strides[place : place + 1]
        step = ahead[0] * given.shape[place] if ahead else 1
        strides = (*given.strides[:place], step, *given.strides[place:])
        return self.view(given, (*given.shape[:place], 1, *given.shape[place:]), strides)

    def expanded(self, given: Tensor, shape: Sequence[int]) -> Tensor:
        """A view with dims of extent 1 repeated, and new dims in front."""
        new = len(shape) - len(given.shape)
        old = zip(given.shape, given.strides, shape[new:], strict=True)
        strides = tuple(step if extent == wanted else 0 for extent, step, wanted in old)
        return self.view(given, shape, (0,) * new + strides)

    def noise(self, given: Tensor, p: float) -> Tensor:
        """What a tensor is multiplied by where elements are dropped with the probability p: random
        numbers, one for each element, or for p = 1 a zero.
        """
        if p == 1:
            return self.new((), dtype=given.dtype)
        return self.new(given.shape, dtype=given.dtype, like=given)

    def widened(self, given: Tensor) -> Tensor:
        """The tensor in float32 at least: a copy, where the floats of this pass are narrower."""
        if self._bytes["float32"] >= BYTES["float32"]:
            return given
        return self.new(given.shape, given, dtype=WIDE, like=given)

    def narrowed(self, given: Tensor) -> Tensor:
        """The way back from ``widened``."""
        if given.dtype != WIDE:
            return given
        return self.new(given.shape, given, dtype="float32", like=given)

    # --- arithmetic -----------------------------------------------------------------------------

    def merged(
        self,
        left: Tensor,
        right: Tensor,
        *,
        dtype: str | None = None,
    ) -> Tensor:
        """What an operator makes of two tensors element by element; it keeps nothing yet."""
        shape = broadcast(left.shape, right.shape)
        like = self._both(left, right, shape)
        dtype = dtype or max(left.dtype, right.dtype, key=PROMOTION.index)
        return self.new(shape, left, right, dtype=dtype, like=like)

    def multiplied(self, left: Tensor, right: Tensor, shape: Sequence[int] | None = None) -> Tensor:
        """A product: the gradient of each factor needs the other. With a shape, of matrices."""
        made = self.merged(left, right) if shape is None else self.new(shape, left, right)
        self.keep(made, *([right] if left.grad else []), *([left] if right.grad else []))
        if shape is None:
            self._summed(made, left, right)
        return made

    def _summed(self, made: Tensor, *factors: Tensor) -> None:
        """The gradient of what is repeated is first as large as the outcome."""
        repeated = [each for each in factors if each.grad and each.numel < made.numel]
        self.in_backward(made, passing=made.numel * len(repeated))

    def divided(self, left: Tensor, right: Tensor) -> Tensor:
        """A quotient, which is always a float."""
        shape = broadcast(left.shape, right.shape)
        like = self._both(left, right, shape)
        made = self.new(shape, left, right, dtype="float32", like=like)
        self.keep(made, right, *([left] if right.grad else []))
        if right.grad:
            # It is -g * ((left / right) / right), of which no part goes before all of it is there.
            self.in_backward(made, passing=4 * made.numel)
            node = made.storage.node
            if node is not None:
                node.passing -= sum([parent.nbytes for parent in node.parents])
        else:
            self._summed(made, left)
        return made

    def refuse(self, refusal: Refusal, given: Tensor) -> None:
        """torch refuses the step because of a tensor."""
        self.refusals.append((self.step, refusal, given.storage))

    def drop(self, *tensors: Tensor) -> None:
        """Let go of what the op made for itself; what is left at its end goes by itself."""
        self.events += [(False, each.storage) for each in tensors]

    def release(self, since: int, *held: Tensor) -> None:
        """Let go of all that the op has made behind so many events, but of what is held."""
        alive: dict[int, Storage] = {}
        for allocated, storage in self.events[since:]:
            if allocated:
                alive[storage.number] = storage
            else:
                alive.pop(storage.number, None)
        numbers = {each.storage.number for each in held}
        self.events += [(False, each) for each in alive.values() if each.number not in numbers]

    def accumulate(self, given: Tensor, other: Tensor) -> Tensor:
        """What an op in place makes of its own tensor and another: it learns what that learns."""
        self.overwrite(given)
        storage = given.storage
        if self.recording and other.grad:
            nodes = (storage.node, other.node)
            parents = tuple(each for each in nodes if each)
            storage.node = BackwardNode(self.step, parents, storage.nbytes)
            storage.grad = True
        return given

    def bytes_of(self, dtype: str) -> int:
        """Bytes of an element."""
        return self._bytes[dtype]

    def _both(self, left: Tensor, right: Tensor, shape: tuple[int, ...]) -> tuple[Tensor, ...]:
        """Two operands as an operator walks over them."""
        if left.shape == right.shape and left.strides == right.strides:
            return (left,)
        return self.expanded(left, shape), self.expanded(right, shape)

    # --- inside ---------------------------------------------------------------------------------

    def _tensor(
        self,
        shape: tuple[int, ...],
        strides: Strides,
        dtype: str,
        kind: Literal["value", "input", "state"],
        *,
        grad: bool,
    ) -> Tensor:
        self._count += 1
        step = self.step if kind == "value" else -1
        storage = Storage(self._count, self._bytes[dtype] * prod(shape), kind, grad, step)
        return Tensor(storage, shape, strides, dtype)
