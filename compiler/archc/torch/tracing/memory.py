"""What is written into tensors, and what shows the same memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import unset_fake_temporarily

from archc.torch.tracing.numbering import Numbering, TracingError, flat, storage
from archc.torch.tracing.record import CallSeen
from archc.torch.tracing.views import UnsaidError, View, whole
from archir.op.reading import Called

Written: TypeAlias = tuple[set[int], int, int]
"""The values that share memory, which one was written into, and what that is now."""


class Memory(Numbering):
    """Follows what is written through views."""

    def is_view(self, made: list[Tensor], was: int) -> bool:
        """Whether what was made shows the memory of the first that was given."""
        return was >= 0 and len(made) == 1 and storage(made[0]) == storage(self.kept[was])

    def settle(self, writes: list[Written], name: str, *, constant: bool) -> None:
        """What was written through a view is put back into what the view is of."""
        for sharing, was, now in writes:
            if not constant:
                self.put_back(was, now)
            self.spoil(sharing, now, name)

    def put_back(self, was: int, now: int) -> None:
        """What a value is a part of is made anew, once it is another one; so is what that is of."""
        view = self.views.get(was)
        if view is None:
            return
        outer = self.kept[view.of]
        if self.numbers[id(outer)] != view.of or view.of in self.stale:
            return
        try:
            made = whole(view, outer, self.kept[now], self.emit)
        except UnsaidError:
            return
        number = self.numbers[id(made)]
        self.numbers[id(outer)] = number
        self.kept[number] = outer
        self.storages.setdefault(storage(outer), set()).add(number)
        self.views[now] = View(number, view.function, view.args)
        self.put_back(view.of, number)

    def emit(self, name: str, function: Any, *args: Any) -> Tensor:
        """A call that is not the module's own, and stands for what it does in memory."""
        given = tuple([self.operand(each) for each in args])
        self.depth += 1
        try:
            made: Tensor = function(*args)
        finally:
            self.depth -= 1
        self.around.append(made)
        called = Called(name, given, {}, self.training)
        number = self.see(made, anew=True)
        self.bodies[-1].append(CallSeen(self.path, self.place, called, results=(number,)))
        return made

    def constant_like(self, tensor: Tensor, value: float) -> None:
        """A tensor that has become one number everywhere: that number, expanded to its extents."""
        with unset_fake_temporarily():
            one = torch.full((1,) * tensor.dim(), value, dtype=tensor.dtype)
        self.depth += 1
        try:
            small = tensor.new_empty(one.shape)
        finally:
            self.depth -= 1
        self.around.append(small)
        self.fill(self.see(small, anew=True), one)
        made = self.emit("expand", Tensor.expand, small, tuple(tensor.shape))
        number = self.numbers[id(made)]
        self.numbers[id(tensor)] = number
        self.kept[number] = tensor
        self.storages.setdefault(storage(tensor), set()).add(number)

    def spoil(self, sharing: set[int], new: int, name: str) -> None:
        """Views of memory that was written into are not what they were when they were made."""
        for number in sharing:
            now = self.numbers.get(id(self.kept[number]), number)
            if number != new and now == number:
                self.stale[number] = name

    def written(
        self,
        target: Tensor,
        func: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        """``x[…] = y``: of a constant its elements change, of other tensors it cannot be said."""
        number = self.see(target)
        inside = [each for each in flat(args) if isinstance(each, Tensor)]
        if all(self.values[self.numbers[id(each)]].is_constant for each in inside):
            with unset_fake_temporarily():
                func(*self.really(args), **kwargs)
            self.fill(number, self.real[number])
            return
        _, index, value = args
        part = self.emit("getitem", Tensor.__getitem__, target, index)
        was = self.numbers[id(part)]
        self.views[was] = View(number, "getitem", (index,))
        sharing = set(self.storages.get(storage(target), ()))
        if isinstance(value, Tensor):
            if value.shape != part.shape:
                value = self.emit("expand", Tensor.expand, value, tuple(part.shape))
            now = self.current(value)
        else:
            self.constant_like(part, value)
            now = self.numbers[id(part)]
        self.put_back(was, now)
        if self.numbers[id(target)] == number:
            raise TracingError("x[…] = y writes into a part of a tensor", self.path, self.place)
        self.spoil(sharing - {was, now}, self.numbers[id(target)], "x[…] = y")
