"""Lints about what flows where: what feeds nothing, and what is fed to itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from archir.base.diagnostics import Diagnostic, Label
from archir.check.lints.lint import Inspected, Lint
from archir.check.lints.liveness import Liveness
from archir.graph.graph import Apply, Definition, Read, Step, Use, Value
from archir.graph.steps import is_residual

_HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]"


class UnusedInput(Lint):
    """Nothing that a model gives depends on one of its inputs.

    Whoever calls the model has to pass it all the same. An input from which a size is read, or
    that only fixes the shape of another one, need not be an input: name its dims at the other.
    """

    name = "unused-input"
    bad = f"{_HEAD}, y: [N, 3, H, W]\n  x -> conv(8, 3)\n}}\n"
    good = f"{_HEAD}, y: [N, 3, H, W]\n  [x, y] -> concat -> conv(8, 3)\n}}\n"
    model: str
    text: str

    def message(self) -> str:
        return f"nothing that {self.model} gives depends on the input {self.text}"

    def hint(self) -> str:
        return "leave the input out, or use it"

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        root = network.typed.graph.root
        for value in root.inputs:
            if value not in network.live.values:
                yield Diagnostic(cls(root.name, value.name or "_"), value.span)


class FeedsNothing(Lint):
    """What a layer with weights gives goes nowhere, so its weights get no gradient.

    Its parameters are there, are saved and are counted, and stay as they were drawn. A statement
    that begins with a name begins a new chain: what flowed before is dropped, unless it was named.
    """

    name = "feeds-nothing"
    bad = f"{_HEAD}\n  conv(8, 3)\n  x -> conv(4, 3)\n}}\n"
    good = f"{_HEAD}\n  conv(8, 3) as wide\n  x -> conv(4, 3)\n  [wide, _] -> concat\n}}\n"
    part: str
    owner: str

    def message(self) -> str:
        return f"nothing that {self.owner} gives depends on the weights of {self.part}"

    def hint(self) -> str:
        return "they get no gradient: name the value with as and use it, or leave the layer out"

    def label(self) -> str:
        return "what this gives is dropped"

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        live = network.live
        for definition, steps in network.steps.items():
            dead = [each for each in steps if isinstance(each, Apply | Use | Read)]
            dead = [each for each in dead if not live.is_live(each) and _gives(each)]
            if dead and any(live.has_weights(definition, each) for each in dead):
                yield from _dropped(cls, definition, steps, dead, live)


def _gives(step: Apply | Use | Read) -> bool:
    return bool(step.outputs)


def _dropped(
    cls: type[FeedsNothing],
    definition: Definition,
    steps: Sequence[Step],
    dead: Sequence[Apply | Use | Read],
    live: Liveness,
) -> Iterator[Diagnostic]:
    """One for each chain that ends nowhere: the last layer with weights in it, and what follows."""
    makers = {value: step for step in dead for value in step.outputs}
    places = {step: place for place, step in enumerate(steps)}
    read = {value for step in dead if not isinstance(step, Read) for value in step.inputs}
    for end in dead:
        # What has a name and is not used is told by its name; _ says that it is not to be used.
        if any(each in read or each.name is not None or each.is_dropped for each in end.outputs):
            continue
        chain = _chain(end, makers)
        weighted = [step for step in chain if _only_here(step, definition, live)]
        if weighted:
            last = max(weighted, key=lambda step: places[step])
            part = last.definition.name if isinstance(last, Use) else _name(last)
            problem = cls(part, definition.name)
            yield Diagnostic(
                problem, last.span, tuple(_after(places[end], chain, definition, steps))
            )


def _only_here(step: Apply | Use | Read, definition: Definition, live: Liveness) -> bool:
    """Whether a step has weights that nothing live uses."""
    if not live.has_weights(definition, step):
        return False
    return isinstance(step, Read) or step.slot not in live.slots


def _name(step: Apply | Read) -> str:
    return step.parameter.name if isinstance(step, Read) else step.op.keyword


def _chain(
    end: Apply | Use | Read, makers: dict[Value, Apply | Use | Read]
) -> set[Apply | Use | Read]:
    chain: set[Apply | Use | Read] = set()
    waiting = [end]
    while waiting:
        step = waiting.pop()
        if step not in chain:
            chain.add(step)
            inputs = () if isinstance(step, Read) else step.inputs
            waiting += [makers[value] for value in inputs if value in makers]
    return chain


def _after(
    end: int, chain: set[Apply | Use | Read], definition: Definition, steps: Sequence[Step]
) -> Iterator[Label]:
    """Where it goes on with another value."""
    behind = islice(steps, end + 1, None)
    others = (each for each in behind if isinstance(each, Apply | Use) and each not in chain)
    following = next(others, None)
    if following is not None:
        yield Label(following.span, "here it goes on with another value")
    elif definition.outputs:
        yield Label(definition.outputs[0].value.span, f"this is what {definition.name} gives")


class EmptyResidual(Lint):
    """The body of a `residual` is empty, so its input is added to itself: it is doubled.

    That is so where a condition drops all that stands in the body. Put the condition around the
    whole `residual`.
    """

    name = "empty-residual"
    bad = (
        "model m(deep = false) {\n  input x: [N, 3, H = 32, W = 32]\n"
        "  residual { if deep { conv(3, 1) } }\n}\n"
    )
    good = (
        "model m(deep = false) {\n  input x: [N, 3, H = 32, W = 32]\n"
        "  if deep { residual { conv(3, 1) } }\n}\n"
    )

    def message(self) -> str:
        return "nothing is left in the body of this residual, so its input is added to itself"

    def hint(self) -> str:
        return "put the condition around the residual, as in if deep { residual { … } }"

    @classmethod
    def found(cls, network: Inspected) -> Iterator[Diagnostic]:
        for _, step in network.applied:
            alike = len(step.inputs) == 2 and step.inputs[0] is step.inputs[1]
            if alike and is_residual(step):
                yield Diagnostic(cls(), step.span)
